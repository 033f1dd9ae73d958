#include "draw/sequence.h"

#include <string.h>

#include "base/names.h"

uint32_t sequence_place(const struct plot *plot, uint32_t lane)
{
    uint32_t before = plot->outside != NO_INDEX ? 1 : 0;
    if (lane == plot->outside)
        return 0;
    if (lane == plot->init)
        return plot->cast->lane_count + before;
    return lane + before;
}

struct message sequence_message(const struct plot *plot, const struct act *act)
{
    const struct message none = {NO_INDEX, NO_INDEX};
    if (act->other == NO_INDEX || act->lane == NO_INDEX || act->lane == act->other)
        return none;
    if (act->kind == ACT_REAP || act->kind == ACT_RECEIVE)
        return (struct message){act->other, act->lane};
    if (act->kind == ACT_ADOPT)
        return (struct message){plot->init, act->other};
    return (struct message){act->lane, act->other};
}

static void exec_add(struct buf *out, const struct plot *plot, const struct event *event,
                     size_t columns)
{
    buf_printf(out, "%s ", word_in(plot->cast->language, WORD_STEP_EXEC));
    if (event->argc > 0)
        label_add(out, event->argv[0], strlen(event->argv[0]), columns > 6 ? columns - 5 : 1);
}

static void step_add(struct buf *out, const struct plot *plot, const struct act *act,
                     size_t columns)
{
    const struct event *event = &plot->cast->history->events[act->event].event;
    enum language language = plot->cast->language;
    switch (act->kind) {
    case ACT_FORK:
        buf_add_string(out, word_in(language, WORD_STEP_FORK));
        break;
    case ACT_OUTPUT:
        buf_add_char(out, '"');
        output_label_add(out, event, columns > 2 ? columns - 2 : 1);
        buf_add_char(out, '"');
        break;
    case ACT_SEND:
        buf_add_string(out, signal_name(event->signal));
        break;
    case ACT_RECEIVE:
        if (event->action == ACTION_CAUGHT)
            buf_add_string(out, signal_name(event->signal));
        else if (event->action == ACTION_IGNORED)
            word_add(out, language, WORD_IGNORED, signal_name(event->signal));
        break;
    case ACT_EXIT:
        fate_add(out, language, event);
        break;
    case ACT_REAP:
        buf_add_string(out, event->automatic ? word_in(language, WORD_DISCARDED)
                                             : word_in(language, WORD_STEP_WAIT));
        break;
    case ACT_ADOPT:
        buf_add_string(out, word_in(language, WORD_STEP_ADOPT));
        break;
    case ACT_EXEC:
        exec_add(out, plot, event, columns);
        break;
    case ACT_FAIL:
        buf_printf(out, "%s: %s", event_words[event->kind], errno_name(event->error));
        break;
    default:
        break;
    }
}

void sequence_label_add(struct buf *out, const struct plot *plot, const struct act *act,
                        size_t columns)
{
    size_t before = out->length;
    step_add(out, plot, act, columns);
    if (act->times <= 1 || out->length == before)
        return;
    auto_buf struct buf count = {0};
    count_add(&count, act->times);
    buf_add_char(out, ' ');
    word_add(out, plot->cast->language, WORD_TIMES, count.data);
}

void sequence_left_out_add(struct buf *out, const struct plot *plot, const struct act *act)
{
    auto_buf struct buf count = {0};
    count_add(&count, act->times);
    buf_add_string(out, "… ");
    word_add(out, plot->cast->language, WORD_EVENTS_LEFT_OUT, count.data);
}
