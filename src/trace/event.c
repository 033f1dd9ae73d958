/*
 * One event as its line of JSON. Written by hand and not with a library, because it is the one
 * thing that a run does for each event: keys in a fixed order, no allocation, no printf.
 */
#include "trace/trace.h"

#include <string.h>

#include "base/names.h"
#include "base/text.h"

#define X(id, word) word,
const char *const state_words[] = {PROCESS_STATES(X) NULL};
const char *const event_words[] = {EVENT_KINDS(X) NULL};
const char *const action_words[] = {SIGNAL_ACTIONS(X) NULL};
const char *const run_end_words[] = {RUN_ENDS(X) NULL};
#undef X
#define X(id, word) word,
const char *const about_words[] = {EXPECT_ABOUTS(X) NULL};
#undef X

static void add_integer(struct buf *out, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    buf_add(out, digits + at, sizeof digits - at);
}

static void add_key(struct buf *out, const char *key)
{
    buf_add(out, ", \"", 3);
    buf_add_string(out, key);
    buf_add(out, "\": ", 3);
}

/* Names and arguments come from programs: what is not UTF-8 is made visible. */
static void add_string(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    if (utf8_valid_prefix(text, length) == length) {
        json_add_string(out, text, length);
    } else {
        auto_buf struct buf visible = {0};
        text_add_visible(&visible, text, length);
        json_add_string(out, visible.data, visible.length);
    }
}

static void add_text(struct buf *out, const char *key, const char *text)
{
    if (text == NULL)
        return;
    add_key(out, key);
    add_string(out, text);
}

static void add_number(struct buf *out, const char *key, int64_t value)
{
    add_key(out, key);
    add_integer(out, value);
}

static void add_flag(struct buf *out, const char *key, bool set)
{
    if (!set)
        return;
    add_key(out, key);
    buf_add(out, "true", 4);
}

static void add_texts(struct buf *out, const char *key, const char *const *texts, size_t count)
{
    add_key(out, key);
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add(out, ", ", 2);
        add_string(out, texts[i]);
    }
    buf_add_char(out, ']');
}

static void add_failure(struct buf *out, const struct event *event)
{
    if (event->error != 0)
        add_text(out, "error", errno_name(event->error));
    add_flag(out, "fault", event->fault);
}

static void add_signal(struct buf *out, const struct event *event)
{
    add_text(out, "signal", signal_name(event->signal));
}

static void add_fate(struct buf *out, const struct event *event)
{
    if (event->has_status)
        add_number(out, "status", event->status);
    else if (event->signal != 0)
        add_signal(out, event);
    add_flag(out, "core", event->core);
}

static void add_bytes(struct buf *out, const struct event *event)
{
    if (utf8_valid_prefix(event->text, event->text_length) == event->text_length) {
        add_key(out, "text");
        json_add_string(out, event->text, event->text_length);
    } else {
        add_key(out, "base64");
        buf_add_char(out, '"');
        base64_add(out, event->text, event->text_length);
        buf_add_char(out, '"');
    }
}

static void add_table(struct buf *out, const struct event *event)
{
    add_key(out, "table");
    buf_add_char(out, '[');
    for (size_t i = 0; i < event->table_count; i++) {
        const struct table_row *row = &event->table[i];
        buf_add_string(out, i > 0 ? ", {\"process\": " : "{\"process\": ");
        json_add_string(out, row->process, strlen(row->process));
        add_text(out, "parent", row->parent);
        add_text(out, "state", state_words[row->state]);
        add_text(out, "command", row->command);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void add_fields(struct buf *out, const struct event *event)
{
    switch (event->kind) {
    case EVENT_FORK:
        add_text(out, "child", event->child);
        add_text(out, "how", event->how);
        add_failure(out, event);
        break;
    case EVENT_EXEC:
        add_texts(out, "argv", event->argv, event->argc);
        add_failure(out, event);
        break;
    case EVENT_OUTPUT:
        add_text(out, "stream", event->stream == 2 ? "stderr" : "stdout");
        add_bytes(out, event);
        break;
    case EVENT_KILL:
        add_text(out, "to", event->to);
        if (event->targets != NULL)
            add_texts(out, "targets", event->targets, event->target_count);
        add_text(out, "group", event->group);
        add_signal(out, event);
        add_failure(out, event);
        break;
    case EVENT_SIGNAL:
        add_signal(out, event);
        add_text(out, "action", action_words[event->action]);
        add_text(out, "from", event->from);
        break;
    case EVENT_STOP:
    case EVENT_INTERRUPT:
        add_signal(out, event);
        break;
    case EVENT_BLOCK:
        add_text(out, "on", event->on);
        add_text(out, "to", event->to);
        if (event->has_until)
            add_number(out, "until_us", event->until_us);
        break;
    case EVENT_WAIT:
        add_text(out, "to", event->to);
        add_text(out, "child", event->child);
        if (event->action != ACTION_NONE)
            add_text(out, "action", action_words[event->action]);
        add_fate(out, event);
        add_failure(out, event);
        break;
    case EVENT_EXIT:
        add_fate(out, event);
        break;
    case EVENT_REAP:
        add_text(out, "child", event->child);
        add_fate(out, event);
        add_flag(out, "auto", event->automatic);
        break;
    case EVENT_ADOPT:
        add_text(out, "child", event->child);
        break;
    case EVENT_ALARM:
        add_number(out, "after_us", event->after_us);
        break;
    case EVENT_SETPGID:
        add_text(out, "to", event->to);
        add_text(out, "group", event->group);
        break;
    case EVENT_WRITE:
        if (event->has_bytes)
            add_number(out, "bytes", (int64_t)event->bytes);
        add_failure(out, event);
        break;
    case EVENT_READ:
        add_failure(out, event);
        break;
    case EVENT_SAY:
    case EVENT_TYPE:
    case EVENT_NOTE:
    case EVENT_DEADLOCK:
    case EVENT_DIVERGE:
        add_bytes(out, event);
        break;
    case EVENT_SNAPSHOT:
        add_table(out, event);
        break;
    case EVENT_CLOSE:
        add_text(out, "on", event->on);
        break;
    case EVENT_LIMIT:
        add_text(out, "on", event->on);
        add_bytes(out, event);
        break;
    case EVENT_START:
    case EVENT_THREAD:
    case EVENT_CONTINUE:
    case EVENT_WAKE:
    case EVENT_SETSID:
    case EVENT_TURN:
        break;
    }
}

void event_format(const struct event *event, struct buf *out)
{
    buf_add(out, "{\"n\": ", 6);
    add_integer(out, (int64_t)event->n);
    add_number(out, "t_us", event->t_us);
    add_text(out, "process", event->process);
    add_text(out, "event", event_words[event->kind]);
    add_fields(out, event);
    if (event->of > 1)
        add_number(out, "of", event->of);
    buf_add_char(out, '}');
}
