/* Events in words, as a person would tell them. */
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/units.h"
#include "trace/trace.h"

static void add_list(struct buf *out, const char *const *texts, size_t count, const char *between)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_string(out, between);
        text_add_visible(out, texts[i], strlen(texts[i]));
    }
}

static void add_failure(struct buf *out, const struct event *event)
{
    if (event->error != 0)
        buf_printf(out, ": %s%s", errno_name(event->error), event->fault ? " (injected)" : "");
}

static void add_fate(struct buf *out, const struct event *event)
{
    if (event->has_status)
        buf_printf(out, "status %d", event->status);
    else
        buf_printf(out, "%s%s", signal_name(event->signal), event->core ? " (core dumped)" : "");
}

static void add_duration(struct buf *out, int64_t us)
{
    char text[48];
    buf_add_string(out, duration_format(us * NS_PER_US, text, sizeof text));
}

static void describe_kill(const struct event *event, struct buf *out)
{
    buf_printf(out, event->signal == 0 ? "probes " : "sends %s to ", signal_name(event->signal));
    if (event->targets != NULL) {
        if (event->group != NULL)
            buf_printf(out, "the process group of %s: ", event->group);
        else
            buf_add_string(out, "a process group: ");
        if (event->target_count == 0)
            buf_add_string(out, "nobody");
        add_list(out, event->targets, event->target_count, ", ");
    } else {
        buf_add_string(out, event->to != NULL ? event->to : "a process that is not there");
    }
    add_failure(out, event);
}

static void describe_wait(const struct event *event, struct buf *out)
{
    if (event->child != NULL) {
        buf_printf(out, "learns that %s has %s", event->child, action_words[event->action]);
        return;
    }
    buf_add_string(out, "waits for ");
    buf_add_string(out, event->to != NULL ? event->to : "a child");
    if (event->error != 0)
        add_failure(out, event);
    else if (event->has_status || event->signal != 0) {
        buf_add_string(out, " and sees its end, ");
        add_fate(out, event);
        buf_add_string(out, ", without reaping it");
    } else {
        buf_add_string(out, ": none has ended yet");
    }
}

static void describe_signal(const struct event *event, struct buf *out)
{
    const char *name = signal_name(event->signal);
    switch (event->action) {
    case ACTION_CAUGHT:
        buf_printf(out, "catches %s", name);
        break;
    case ACTION_IGNORED:
        buf_printf(out, "ignores %s", name);
        break;
    case ACTION_TERMINATED:
        buf_printf(out, "is hit by %s", name);
        break;
    case ACTION_STOPPED:
    case ACTION_CONTINUED:
    case ACTION_NONE:
        buf_printf(out, "gets %s", name);
        break;
    }
    if (event->from != NULL)
        buf_printf(out, " (from %s)", event->from);
}

static void describe_block(const struct event *event, struct buf *out)
{
    if (strcmp(event->on, "sleep") == 0) {
        buf_add_string(out, "sleeps");
    } else if (strcmp(event->on, "wait") == 0) {
        buf_printf(out, "waits for %s", event->to != NULL ? event->to : "a child");
    } else if (strcmp(event->on, "pause") == 0 || strcmp(event->on, "sigsuspend") == 0) {
        buf_add_string(out, "waits for a signal");
    } else {
        buf_printf(out, "waits in %s", event->on);
    }
    if (event->has_until) {
        buf_add_string(out, " for ");
        add_duration(out, event->until_us - event->t_us);
    }
}

static void describe_table(const struct event *event, struct buf *out)
{
    buf_add_string(out, "process table:");
    for (size_t i = 0; i < event->table_count; i++)
        buf_printf(out, "%s %s %s", i > 0 ? "," : "", event->table[i].process,
                   state_words[event->table[i].state]);
}

void event_describe(const struct event *event, struct buf *out)
{
    switch (event->kind) {
    case EVENT_START:
        buf_add_string(out, "starts");
        break;
    case EVENT_FORK:
        if (event->error != 0) {
            buf_add_string(out, "cannot fork");
            add_failure(out, event);
        } else {
            buf_printf(out, "forks %s%s%s%s", event->child, event->how != NULL ? " (" : "",
                       event->how != NULL ? event->how : "", event->how != NULL ? ")" : "");
        }
        break;
    case EVENT_THREAD:
        buf_add_string(out, "makes a thread");
        break;
    case EVENT_EXEC:
        buf_add_string(out, event->error != 0 ? "cannot execute " : "executes ");
        add_list(out, event->argv, event->argc, " ");
        add_failure(out, event);
        break;
    case EVENT_OUTPUT:
        buf_printf(out, "writes%s \"", event->stream == 2 ? " (stderr)" : "");
        text_add_visible(out, event->text, event->text_length);
        buf_add_char(out, '"');
        break;
    case EVENT_KILL:
        describe_kill(event, out);
        break;
    case EVENT_SIGNAL:
        describe_signal(event, out);
        break;
    case EVENT_STOP:
        buf_printf(out, "is stopped by %s", signal_name(event->signal));
        break;
    case EVENT_CONTINUE:
        buf_add_string(out, "goes on");
        break;
    case EVENT_BLOCK:
        describe_block(event, out);
        break;
    case EVENT_WAKE:
        buf_add_string(out, "wakes");
        break;
    case EVENT_WAIT:
        describe_wait(event, out);
        break;
    case EVENT_EXIT:
        buf_add_string(out, event->has_status ? "exits with " : "is killed by ");
        add_fate(out, event);
        break;
    case EVENT_REAP:
        if (event->automatic)
            buf_printf(out, "ignores SIGCHLD: %s is discarded (", event->child);
        else
            buf_printf(out, "reaps %s (", event->child);
        add_fate(out, event);
        buf_add_char(out, ')');
        break;
    case EVENT_ADOPT:
        buf_printf(out, "adopts the orphan %s", event->child);
        break;
    case EVENT_ALARM:
        if (event->after_us == 0) {
            buf_add_string(out, "cancels its timer");
        } else {
            buf_add_string(out, "sets a timer for ");
            add_duration(out, event->after_us);
        }
        break;
    case EVENT_SETSID:
        buf_add_string(out, "begins a session of its own");
        break;
    case EVENT_SETPGID:
        buf_printf(out, "moves %s to the process group of %s",
                   event->to != NULL ? event->to : "itself",
                   event->group != NULL ? event->group : "somebody who is gone");
        break;
    case EVENT_WRITE:
        if (event->error != 0)
            buf_add_string(out, "cannot write");
        else
            buf_printf(out, "writes only %llu bytes (injected)", (unsigned long long)event->bytes);
        add_failure(out, event);
        break;
    case EVENT_READ:
        buf_add_string(out, "cannot read");
        add_failure(out, event);
        break;
    case EVENT_SAY:
    case EVENT_NOTE:
    case EVENT_DEADLOCK:
    case EVENT_DIVERGE:
        if (event->kind == EVENT_DEADLOCK)
            buf_add_string(out, "deadlock: ");
        else if (event->kind == EVENT_DIVERGE)
            buf_add_string(out, "the run differs: ");
        else if (event->kind == EVENT_NOTE)
            buf_add_string(out, "not reproducible: ");
        text_add_visible(out, event->text, event->text_length);
        break;
    case EVENT_SNAPSHOT:
        describe_table(event, out);
        break;
    case EVENT_TYPE:
        buf_add_string(out, "types \"");
        text_add_visible(out, event->text, event->text_length);
        buf_add_char(out, '"');
        break;
    case EVENT_CLOSE:
        buf_printf(out, "closes %s", event->on);
        break;
    case EVENT_TURN:
        buf_add_string(out, "has the turn");
        break;
    case EVENT_LIMIT:
        buf_printf(out, "limit '%s': ", event->on);
        text_add_visible(out, event->text, event->text_length);
        break;
    case EVENT_INTERRUPT:
        buf_printf(out, "interrupted by %s", signal_name(event->signal));
        break;
    }
}
