/*
 * What came from outside, as a timeline. Time tells when, where time had passed; where it had not,
 * what had just happened does.
 */
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "record/internal.h"

static bool is_outside(const struct event *event)
{
    return strcmp(event->process, "timeline") == 0 &&
           (event->kind == EVENT_KILL || event->kind == EVENT_TYPE || event->kind == EVENT_CLOSE);
}

/* A line that the timeline would take for a key: "^C" typed as two letters. */
static bool looks_like_key(const struct event *event)
{
    return event->text_length == 3 && event->text[0] == '^';
}

static bool can_say(const struct event *event)
{
    return event->kind != EVENT_TYPE ||
           (yaml_can_say(event->text, event->text_length) && !looks_like_key(event));
}

/* ---- when ---- */

enum condition { COND_NONE, COND_SLEEPING, COND_STOPPED, COND_EXITS };

static enum condition condition_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_BLOCK:
        return COND_SLEEPING;
    case EVENT_STOP:
        return COND_STOPPED;
    case EVENT_EXIT:
        return COND_EXITS;
    default:
        return COND_NONE;
    }
}

/* The last event of a process before this one; NO_INDEX: none. */
static uint32_t cause_of(const struct history *history, uint32_t index)
{
    while (index-- > 0)
        if (history->events[index].process != NO_INDEX)
            return index;
    return NO_INDEX;
}

/* True: something else happened at this very time before. */
static bool time_is_shared(const struct history *history, uint32_t index)
{
    uint32_t before = index;
    while (before > 0 && is_outside(&history->events[before - 1].event))
        before--;
    return before > 0 &&
           history->events[before - 1].event.t_us == history->events[index].event.t_us;
}

static void write_trigger(const struct recording *recording, uint32_t index, struct buf *out)
{
    static const char *const words[] = {"", "state: sleeping", "state: stopped", "exits: true"};
    const struct history *history = recording->history;
    const struct event *event = &history->events[index].event;
    uint32_t cause = cause_of(history, index);
    enum condition condition =
        cause != NO_INDEX ? condition_of(&history->events[cause].event) : COND_NONE;
    if (!time_is_shared(history, index) || condition == COND_NONE) {
        buf_add_string(out, "  - at: ");
        add_duration(out, event->t_us);
        buf_add_char(out, '\n');
        return;
    }
    uint32_t process = history->events[cause].process;
    unsigned times = 0;
    for (uint32_t i = 0; i <= cause; i++)
        times += history->events[i].process == process &&
                 condition_of(&history->events[i].event) == condition;
    buf_add_string(out, "  - when: {process: ");
    yaml_add_string(out, recording->names[process]);
    buf_printf(out, ", %s", words[condition]);
    if (times > 1)
        buf_printf(out, ", times: %u", times);
    buf_add_string(out, "}\n");
}

/* ---- what ---- */

static void write_typed(const struct event *event, struct buf *out)
{
    buf_add_string(out, "    type: ");
    if (event->text_length == 1 && (unsigned char)event->text[0] < 0x20) {
        const char key[] = {'^', (char)(event->text[0] + '@'), '\0'};
        yaml_add_string(out, key);
    } else {
        size_t length = event->text_length;
        length -= length > 0 && event->text[length - 1] == '\n';
        yaml_add(out, event->text, length);
    }
    buf_add_char(out, '\n');
}

static void write_action(const struct recording *recording, uint32_t index, struct buf *out)
{
    const struct happening *happening = &recording->history->events[index];
    const struct event *event = &happening->event;
    if (event->kind == EVENT_TYPE) {
        write_typed(event, out);
    } else if (event->kind == EVENT_CLOSE) {
        buf_printf(out, "    close: %s\n", event->on);
    } else {
        buf_printf(out, "    signal: %s\n    to: ", signal_name(event->signal));
        yaml_add_string(out, happening->other != NO_INDEX ? recording->names[happening->other]
                                                          : event->to);
        buf_add_char(out, '\n');
    }
}

void write_timeline(const struct recording *recording, struct buf *out)
{
    const struct history *history = recording->history;
    bool begun = false;
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct event *event = &history->events[i].event;
        if (!is_outside(event))
            continue;
        if (!begun)
            buf_add_string(out, "\n# What came from outside: typed at the terminal, or sent by "
                                "others.\ntimeline:\n");
        begun = true;
        if (!can_say(event)) {
            buf_add_string(out, "  # here something was typed that a scenario cannot hold: ");
            text_add_visible(out, event->text, utf8_cut(event->text, event->text_length, 60));
            buf_add_char(out, '\n');
            continue;
        }
        write_trigger(recording, i, out);
        write_action(recording, i, out);
    }
}

void timeline_doubts(const struct history *history, struct buf *out)
{
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct event *event = &history->events[i].event;
        if (is_outside(event) && !can_say(event)) {
            buf_add_string(out, "something was typed that a scenario cannot hold\n");
            return;
        }
    }
}
