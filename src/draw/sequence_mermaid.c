/*
 * The sequence as Mermaid's sequence diagram. A process is created by its fork and destroyed by its
 * reaping; Mermaid wants both announced by a line of their own, directly before the message.
 */
#include <stdlib.h>
#include <string.h>

#include "draw/sequence.h"

enum { MOST_LANES = 16, MOST_ACTS = 160, MOST_LABEL = 40 };

struct scribe {
    struct buf *out;
    struct plot *plot;
    bool *is_there;  /* [lane] */
    int64_t told_us; /* the time that was told last */
};

static void add_participant(struct scribe *scribe, uint32_t lane, const char *how)
{
    auto_buf struct buf name = {0};
    const struct cast *cast = scribe->plot->cast;
    plot_lane_name_add(&name, scribe->plot, lane, 40);
    if (lane < cast->lane_count && cast->lanes[lane].count > 1 &&
        cast->lanes[lane].process != NO_INDEX) {
        buf_add_string(&name, word_in(cast->language, WORD_COLON));
        lane_note_add(&name, cast, lane);
    }
    buf_printf(scribe->out, "    %s p%u as ", how, lane);
    mermaid_add(scribe->out, name.data, name.length);
    buf_add_char(scribe->out, '\n');
    scribe->is_there[lane] = true;
}

/* Those whose fork is not told are there from the beginning. */
static void add_participants(struct scribe *scribe)
{
    const struct plot *plot = scribe->plot;
    auto_free bool *forked = xcalloc((size_t)plot->lane_count + 1, sizeof *forked);
    for (uint32_t i = 0; i < plot->act_count; i++)
        if (plot->acts[i].kind == ACT_FORK && sequence_message(plot, &plot->acts[i]).to != NO_INDEX)
            forked[plot->acts[i].other] = true;
    if (plot->outside != NO_INDEX)
        add_participant(scribe, plot->outside, "participant");
    for (uint32_t i = 0; i < plot->lane_count; i++)
        if (!forked[i] && i != plot->outside)
            add_participant(scribe, i, "participant");
}

static void add_label(struct scribe *scribe, const struct act *act)
{
    auto_buf struct buf label = {0};
    sequence_label_add(&label, scribe->plot, act, MOST_LABEL);
    mermaid_add(scribe->out, label.data, label.length);
    buf_add_char(scribe->out, '\n');
}

static void add_message(struct scribe *scribe, const struct act *act, struct message message)
{
    struct buf *out = scribe->out;
    if (act->kind == ACT_FORK && !scribe->is_there[message.to])
        add_participant(scribe, message.to, "create participant");
    if (!scribe->is_there[message.from] || !scribe->is_there[message.to])
        return;
    if (act->kind == ACT_REAP) {
        buf_printf(out, "    destroy p%u\n", message.from);
        scribe->is_there[message.from] = false;
    }
    const char *arrow = act->kind == ACT_FORK ? "->>" : act->kind == ACT_REAP ? "-->>" : "-)";
    buf_printf(out, "    p%u%sp%u: ", message.from, arrow, message.to);
    add_label(scribe, act);
}

static void add_note(struct scribe *scribe, const struct act *act)
{
    auto_buf struct buf label = {0};
    sequence_label_add(&label, scribe->plot, act, MOST_LABEL);
    if (label.length == 0 || act->lane == NO_INDEX || !scribe->is_there[act->lane] ||
        act->kind == ACT_REAP)
        return;
    buf_printf(scribe->out, "    Note over p%u: ", act->lane);
    mermaid_add(scribe->out, label.data, label.length);
    buf_add_char(scribe->out, '\n');
}

static void add_time(struct scribe *scribe, const struct act *act)
{
    int64_t now = scribe->plot->cast->history->events[act->event].event.t_us;
    if (now == scribe->told_us)
        return;
    auto_buf struct buf label = {0};
    scribe->told_us = now;
    time_add(&label, now);
    buf_printf(scribe->out, "    Note over p%u: ",
               scribe->plot->outside != NO_INDEX ? scribe->plot->outside : 0);
    mermaid_add(scribe->out, label.data, label.length);
    buf_add_char(scribe->out, '\n');
}

static void add_act(struct scribe *scribe, const struct act *act)
{
    struct message message = sequence_message(scribe->plot, act);
    auto_buf struct buf label = {0};
    sequence_label_add(&label, scribe->plot, act, MOST_LABEL);
    if (act->kind == ACT_NONE) {
        sequence_left_out_add(&label, scribe->plot, act);
        buf_add_string(scribe->out, "    Note over p0: ");
        mermaid_add(scribe->out, label.data, label.length);
        buf_add_char(scribe->out, '\n');
        return;
    }
    if (label.length == 0)
        return;
    if (scribe->plot->outside != NO_INDEX || scribe->is_there[0])
        add_time(scribe, act);
    if (message.from != NO_INDEX)
        add_message(scribe, act, message);
    else
        add_note(scribe, act);
}

void sequence_mermaid(const struct history *history, enum language language, struct buf *out)
{
    struct cast cast;
    struct plot plot;
    cast_init(&cast, history, language, MOST_LANES);
    plot_init(&plot, &cast);
    plot_limit(&plot, MOST_ACTS);
    struct scribe scribe = {.out = out, .plot = &plot, .told_us = 0};
    scribe.is_there = xcalloc((size_t)plot.lane_count + 1, sizeof *scribe.is_there);
    buf_add_string(out, "sequenceDiagram\n");
    add_participants(&scribe);
    for (uint32_t i = 0; i < plot.act_count; i++)
        add_act(&scribe, &plot.acts[i]);
    free(scribe.is_there);
    plot_release(&plot);
    cast_release(&cast);
}
