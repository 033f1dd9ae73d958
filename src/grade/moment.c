/*
 * Moments of a run in words, for the one whose program it was: in the past tense, with what came of
 * it. What the trace calls an event is here a clause of a sentence.
 */
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "grade/internal.h"

#define MOST_MOMENTS 2    /* of one expectation */
#define LONGEST_OUTPUT 60 /* bytes of it that are quoted */

void tell_time(int64_t us, struct buf *out)
{
    if (us % 1000 == 0)
        buf_printf(out, "%lld.%03d s", (long long)(us / 1000000), (int)(us / 1000 % 1000));
    else
        buf_printf(out, "%lld.%06d s", (long long)(us / 1000000), (int)(us % 1000000));
}

void tell_name(const char *name, struct buf *out)
{
    buf_add_char(out, '`');
    text_add_visible(out, name, strlen(name));
    buf_add_char(out, '`');
}

static const struct event *event_at(const struct history *history, uint32_t index)
{
    return &history->events[index].event;
}

/* ---- what happened --------------------------------------------------------------------------- */

/* After "`child` ". */
static void tell_fate_of(const struct event *event, struct buf *out)
{
    if (event->has_status)
        buf_printf(out, "exited with status %d", event->status);
    else
        buf_printf(out, "was killed by %s", signal_name(event->signal));
}

static void tell_output(const struct event *event, struct buf *out)
{
    size_t length = utf8_cut(event->text, event->text_length, LONGEST_OUTPUT);
    buf_printf(out, "wrote %s\"", event->stream == 2 ? "to standard error " : "");
    text_add_visible(out, event->text, length);
    buf_printf(out, "%s\"", length < event->text_length ? "…" : "");
}

static void tell_kill(const struct event *event, struct buf *out)
{
    bool world = strcmp(event->process, "timeline") == 0;
    if (!world) {
        tell_name(event->process, out);
        buf_add_string(out, event->error != 0 ? " could not send " : " sent ");
    }
    buf_add_string(out, signal_name(event->signal));
    buf_add_string(out, world ? " was sent to " : " to ");
    if (event->to != NULL)
        tell_name(event->to, out);
    else if (event->group != NULL) {
        buf_add_string(out, "the process group of ");
        tell_name(event->group, out);
    } else if (event->target_count > 0) {
        for (size_t i = 0; i < event->target_count; i++) {
            buf_add_string(out, i > 0 ? ", " : "");
            tell_name(event->targets[i], out);
        }
    } else {
        buf_add_string(out, "nobody");
    }
    if (event->error != 0)
        buf_printf(out, " (%s)", errno_name(event->error));
}

/* After "`child` ". */
static void tell_signal(const struct event *event, struct buf *out)
{
    static const char *const did[] = {
        [ACTION_NONE] = "got",
        [ACTION_CAUGHT] = "caught",
        [ACTION_IGNORED] = "ignored",
        [ACTION_TERMINATED] = "was hit by",
        [ACTION_STOPPED] = "was stopped by",
        [ACTION_CONTINUED] = "was continued by",
    };
    buf_printf(out, "%s %s", did[event->action], signal_name(event->signal));
    if (event->from == NULL || strcmp(event->from, "kernel") == 0)
        return;
    if (strcmp(event->from, "timer") == 0)
        buf_add_string(out, " of its timer");
    else if (strcmp(event->from, "terminal") == 0)
        buf_add_string(out, " from the terminal");
    else if (strcmp(event->from, "timeline") != 0) {
        buf_add_string(out, " from ");
        tell_name(event->from, out);
    }
}

/* After "`child` ". */
static void tell_block(const struct event *event, struct buf *out)
{
    if (strcmp(event->on, "wait") == 0) {
        buf_add_string(out, "began to wait for ");
        if (event->to != NULL)
            tell_name(event->to, out);
        else
            buf_add_string(out, "a child");
    } else if (strcmp(event->on, "sleep") == 0) {
        buf_add_string(out, "went to sleep");
    } else if (strcmp(event->on, "pause") == 0 || strcmp(event->on, "sigsuspend") == 0 ||
               strcmp(event->on, "sigtimedwait") == 0) {
        buf_add_string(out, "began to wait for a signal");
    } else {
        buf_printf(out, "began to wait in %s", event->on);
    }
    if (event->has_until) {
        buf_add_string(out, " until ");
        tell_time(event->until_us, out);
    }
}

static void tell_fork(const struct event *event, struct buf *out)
{
    if (event->error != 0) {
        buf_printf(out, "could not fork (%s)", errno_name(event->error));
        return;
    }
    buf_add_string(out, "forked ");
    tell_name(event->child, out);
}

static void tell_exec(const struct event *event, struct buf *out)
{
    buf_add_string(out, event->error != 0 ? "could not execute " : "executed ");
    auto_buf struct buf command = {0};
    for (size_t i = 0; i < event->argc; i++)
        buf_printf(&command, "%s%s", i > 0 ? " " : "", event->argv[i]);
    size_t length = utf8_cut(command.data, command.length, LONGEST_OUTPUT);
    buf_add_char(out, '`');
    text_add_visible(out, command.data, length);
    buf_printf(out, "%s`", length < command.length ? "…" : "");
    if (event->error != 0)
        buf_printf(out, " (%s)", errno_name(event->error));
}

static void tell_reap(const struct event *event, struct buf *out)
{
    tell_name(event->process, out);
    buf_add_string(out, event->automatic ? " let the kernel discard " : " reaped ");
    tell_name(event->child, out);
    buf_add_string(out, ", which ");
    if (event->has_status)
        buf_printf(out, "had exited with status %d", event->status);
    else
        buf_printf(out, "had been killed by %s", signal_name(event->signal));
}

void tell_event(const struct history *history, uint32_t index, struct buf *out)
{
    const struct event *event = event_at(history, index);
    switch (event->kind) {
    case EVENT_KILL:
        tell_kill(event, out);
        return;
    case EVENT_REAP:
        tell_reap(event, out);
        return;
    case EVENT_ADOPT:
        tell_name(event->child, out);
        buf_add_string(out, " lost its parent and became an orphan");
        return;
    case EVENT_TYPE:
        buf_add_char(out, '"');
        text_add_visible(out, event->text, event->text_length);
        buf_add_string(out, "\" was typed");
        return;
    default:
        tell_name(event->process, out);
        buf_add_char(out, ' ');
    }
    switch (event->kind) {
    case EVENT_START:
        buf_add_string(out, "began");
        break;
    case EVENT_EXIT:
        tell_fate_of(event, out);
        break;
    case EVENT_OUTPUT:
        tell_output(event, out);
        break;
    case EVENT_SIGNAL:
        tell_signal(event, out);
        break;
    case EVENT_BLOCK:
        tell_block(event, out);
        break;
    case EVENT_FORK:
        tell_fork(event, out);
        break;
    case EVENT_EXEC:
        tell_exec(event, out);
        break;
    case EVENT_STOP:
        buf_printf(out, "was stopped by %s", signal_name(event->signal));
        break;
    case EVENT_CONTINUE:
        buf_add_string(out, "was continued");
        break;
    case EVENT_WAKE:
        buf_add_string(out, "went on");
        break;
    case EVENT_SETSID:
        buf_add_string(out, "began a session of its own");
        break;
    default: { /* what is told as it is in a trace, if it is told at all */
        buf_add_string(out, "did this: it ");
        event_describe(event, out);
    }
    }
}

/* ---- what came of it ------------------------------------------------------------------------- */

/* Who reaped the one that has died, if anybody: ", and …". */
static void tell_what_became(const struct history *history, uint32_t process, struct buf *out)
{
    const struct chronicle *dead = &history->processes[process];
    if (dead->parent == NO_INDEX) /* the root: nobody here is to wait for it */
        return;
    const struct chronicle *parent = &history->processes[dead->parent];
    int64_t died_us = event_at(history, dead->died)->t_us;
    if (dead->reaped == NO_INDEX) {
        buf_add_string(out, " and nobody waited for it: it was a zombie until the end");
        return;
    }
    const struct event *reap = event_at(history, dead->reaped);
    if (reap->automatic) {
        buf_add_string(out, " and nobody had to wait for it, as ");
        tell_name(parent->name, out);
        buf_add_string(out, " ignores SIGCHLD");
    } else if (dead->reaper != NO_INDEX) {
        buf_add_string(out, " and ");
        tell_name(reap->process, out);
        buf_add_string(out, " reaped it");
        if (reap->t_us > died_us) {
            buf_add_string(out, " at ");
            tell_time(reap->t_us, out);
        } else {
            buf_add_string(out, " at once");
        }
    } else if (parent->died != NO_INDEX && parent->died < dead->died) {
        buf_add_string(out, ", an orphan by then, which init reaped");
    } else {
        buf_add_string(out, " and nobody waited for it: it was a zombie until ");
        tell_name(parent->name, out);
        buf_add_string(out, " ended at ");
        tell_time(parent->died != NO_INDEX ? event_at(history, parent->died)->t_us : reap->t_us,
                  out);
    }
}

/* The death of the one that the event is about, when that says more: nobody of the run reaped it.
 */
static uint32_t better_event(const struct history *history, uint32_t index)
{
    const struct happening *happening = &history->events[index];
    if (happening->event.kind != EVENT_REAP || happening->process != NO_INDEX ||
        happening->other == NO_INDEX)
        return index;
    uint32_t died = history->processes[happening->other].died;
    return died != NO_INDEX ? died : index;
}

void tell_moment(const struct history *history, uint32_t index, struct buf *out)
{
    index = better_event(history, index);
    const struct happening *happening = &history->events[index];
    buf_add_string(out, "at ");
    tell_time(happening->event.t_us, out);
    buf_add_char(out, ' ');
    tell_event(history, index, out);
    if (happening->event.kind == EVENT_EXIT && happening->process != NO_INDEX)
        tell_what_became(history, happening->process, out);
}

void tell_evidence(const struct history *history, const struct verdict *verdict, struct buf *out)
{
    size_t told = 0;
    for (size_t i = 0; i < verdict->evidence_count && told < MOST_MOMENTS; i++) {
        uint64_t n = verdict->evidence[i];
        if (n == 0 || n > history->event_count)
            continue;
        buf_add_string(out, told++ > 0 ? "; " : "");
        tell_moment(history, (uint32_t)(n - 1), out);
    }
}
