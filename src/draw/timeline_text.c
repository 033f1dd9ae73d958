/*
 * The timeline as text: a line a process, as many columns as the axis needs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "draw/internal.h"

enum {
    MOST_LANES = 24,
    MOST_NAME = 20,
    MOST_AXIS = 60,
    MOST_SIGNALS = 12, /* listed below */
    FATE_ROOM = 40,
};

static void room(const struct plot *plot, const struct act *act, int *before, int *after)
{
    const struct act *last = act > plot->acts ? act - 1 : act;
    enum event_kind kind = plot->cast->history->events[last->event].event.kind;
    /* What a process does as it wakes stands where it wakes. */
    bool wakes = act->kind == ACT_OUTPUT && last->lane == act->lane && kind == EVENT_WAKE;
    *before = wakes ? 0 : 1;
    *after = act->kind == ACT_FORK || act->kind == ACT_BEGIN ? 1 : 0;
}

static const struct axis_style style = {
    .most = MOST_AXIS,
    .comfortable = MOST_AXIS,
    .gap = 3,
    .gap_most = 9,
    .moment = 1,
    .column = 1,
    .room = room,
};

struct sheet {
    const struct history *history;
    struct cast cast;
    struct plot plot;
    struct axis axis;
    struct canvas canvas;
    int left;
};

static const char *const state_glyphs[] = {
    [STATE_RUNNING] = "━",
    [STATE_SLEEPING] = "┈",
    [STATE_STOPPED] = "T",
    [STATE_ZOMBIE] = "Z",
};

static int row_of(const struct sheet *sheet, uint32_t lane)
{
    int above = sheet->plot.outside != NO_INDEX ? 1 : 0;
    if (lane == sheet->plot.outside)
        return 0;
    if (lane == sheet->plot.init)
        return (int)sheet->cast.lane_count + above;
    return (int)lane + above;
}

static int x_of(const struct sheet *sheet, uint32_t act)
{
    return sheet->left + sheet->axis.at[act];
}

/* ---- lanes ---- */

static void draw_stretch(struct sheet *sheet, const struct stretch *stretch, int y)
{
    int from = sheet->axis.event_at[stretch->from];
    int to = stretch->to != NO_INDEX ? sheet->axis.event_at[stretch->to] : sheet->axis.length + 1;
    for (int x = from; x < to; x++)
        canvas_set(&sheet->canvas, sheet->left + x, y, state_glyphs[stretch->state]);
}

static void draw_lane(struct sheet *sheet, uint32_t lane)
{
    int y = row_of(sheet, lane);
    auto_buf struct buf name = {0};
    plot_lane_name_add(&name, &sheet->plot, lane, MOST_NAME);
    canvas_text(&sheet->canvas, 0, y, name.data, name.length);
    if (lane >= sheet->cast.lane_count || sheet->cast.lanes[lane].process == NO_INDEX)
        return;
    const struct chronicle *process = &sheet->history->processes[sheet->cast.lanes[lane].process];
    for (uint32_t i = 0; i < process->stretch_count; i++)
        draw_stretch(sheet, &process->stretches[i], y);
    auto_buf struct buf fate = {0};
    lane_fate_add(&fate, &sheet->cast, lane);
    if (sheet->cast.lanes[lane].count > 1) {
        buf_add_string(&fate, word_in(sheet->cast.language, WORD_COMMA));
        lane_note_add(&fate, &sheet->cast, lane);
    }
    canvas_text(&sheet->canvas, sheet->left + sheet->axis.length + 3, y, fate.data, fate.length);
}

/* ---- between lanes ---- */

/* A line that crosses other lanes is seen only where these have nothing. */
static void draw_vertical(struct sheet *sheet, int x, int from, int to, const char *glyph)
{
    int low = from < to ? from : to, high = from < to ? to : from;
    for (int y = low + 1; y < high; y++)
        canvas_set(&sheet->canvas, x, y, glyph);
}

static void draw_fork(struct sheet *sheet, const struct act *act, int x)
{
    int from = row_of(sheet, act->lane), to = row_of(sheet, act->other);
    draw_vertical(sheet, x, from, to, "┃");
    canvas_set(&sheet->canvas, x, from, "┳");
    canvas_set(&sheet->canvas, x, to, "┗");
}

static void draw_reap(struct sheet *sheet, const struct act *act, int x)
{
    int y = row_of(sheet, act->other);
    if (act->lane == NO_INDEX) {
        canvas_set(&sheet->canvas, x, y, "╸");
        return;
    }
    int to = row_of(sheet, act->lane);
    draw_vertical(sheet, x, y, to, "╎");
    canvas_set(&sheet->canvas, x, y, to < y ? "┛" : "┓");
    canvas_set(&sheet->canvas, x, to, to < y ? "┳" : "┻");
}

static void draw_send(struct sheet *sheet, const struct act *act, int x)
{
    int from = row_of(sheet, act->lane), to = row_of(sheet, act->other);
    draw_vertical(sheet, x, from, to, "╎");
    canvas_set(&sheet->canvas, x, from, from < to ? "↓" : "↑");
    if (act->arrival == NO_INDEX || x_of(sheet, act->arrival) != x)
        canvas_set(&sheet->canvas, x, to, from < to ? "↓" : "↑");
}

static const char *mark_of(const struct sheet *sheet, const struct act *act)
{
    const struct event *event = &sheet->history->events[act->event].event;
    switch (act->kind) {
    case ACT_OUTPUT:
        return "●";
    case ACT_EXEC:
        return "▶";
    case ACT_EXIT:
        return event->has_status ? "┫" : "✗";
    case ACT_FAIL:
        return "!";
    case ACT_RECEIVE:
        return event->action == ACTION_CAUGHT ? "◆" : event->action == ACTION_IGNORED ? "◇" : NULL;
    default:
        return NULL;
    }
}

static void draw_act(struct sheet *sheet, uint32_t index)
{
    const struct act *act = &sheet->plot.acts[index];
    int x = x_of(sheet, index);
    if (act->kind == ACT_END)
        draw_vertical(sheet, x, -1, (int)sheet->plot.lane_count, "║");
    if (act->lane == NO_INDEX && act->kind != ACT_REAP)
        return;
    if (act->kind == ACT_FORK)
        draw_fork(sheet, act, x);
    else if (act->kind == ACT_REAP)
        draw_reap(sheet, act, x);
    else if (act->kind == ACT_SEND)
        draw_send(sheet, act, x);
    else if (act->kind == ACT_ADOPT)
        canvas_set(&sheet->canvas, x, row_of(sheet, act->other), "○");
    else if (mark_of(sheet, act) != NULL)
        canvas_set(&sheet->canvas, x, row_of(sheet, act->lane), mark_of(sheet, act));
}

/* ---- the axis ---- */

static void draw_axis(struct sheet *sheet)
{
    int y = (int)sheet->plot.lane_count, free_from = 0;
    for (uint32_t i = 0; i < sheet->axis.moment_count; i++) {
        const struct moment *moment = &sheet->axis.moments[i];
        int x = sheet->left + moment->from;
        for (int at = x; at <= sheet->left + moment->to; at++)
            canvas_set(&sheet->canvas, at, y, "─");
        canvas_set(&sheet->canvas, x, y, "├");
        if (x < free_from)
            continue;
        auto_buf struct buf label = {0};
        time_add(&label, moment->t_us);
        free_from = canvas_text(&sheet->canvas, x, y + 1, label.data, label.length) + 1;
    }
}

/* ---- below ---- */

static bool state_occurs(const struct sheet *sheet, enum process_state state)
{
    for (uint32_t i = 0; i < sheet->cast.lane_count; i++) {
        uint32_t index = sheet->cast.lanes[i].process;
        for (uint32_t j = 0;
             index != NO_INDEX && j < sheet->history->processes[index].stretch_count; j++)
            if (sheet->history->processes[index].stretches[j].state == state)
                return true;
    }
    return false;
}

static bool is_killed(const struct sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->plot.act_count; i++)
        if (sheet->plot.acts[i].kind == ACT_EXIT &&
            !sheet->history->events[sheet->plot.acts[i].event].event.has_status)
            return true;
    return false;
}

static bool is_received(const struct sheet *sheet, enum signal_action action)
{
    for (uint32_t i = 0; i < sheet->plot.act_count; i++)
        if (sheet->plot.acts[i].kind == ACT_RECEIVE &&
            sheet->history->events[sheet->plot.acts[i].event].event.action == action)
            return true;
    return false;
}

static void add_legend(const struct sheet *sheet, struct buf *out)
{
    static const struct {
        enum act_kind kind;
        const char *sign;
        enum word word;
    } signs[] = {
        {ACT_FORK, "┳┗", WORD_FORK},    {ACT_REAP, "┛", WORD_REAP}, {ACT_SEND, "↓", WORD_SIGNAL},
        {ACT_OUTPUT, "●", WORD_OUTPUT}, {ACT_EXEC, "▶", WORD_EXEC}, {ACT_ADOPT, "○", WORD_ADOPT},
        {ACT_FAIL, "!", WORD_FAILURE},
    };
    enum language language = sheet->cast.language;
    struct legend_line line = {.out = out};
    for (int state = STATE_RUNNING; state <= STATE_ZOMBIE; state++)
        if (state_occurs(sheet, (enum process_state)state))
            legend_line_add(&line, state_glyphs[state],
                            state_in((enum process_state)state, language));
    for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
        if (sheet->plot.occurs[signs[i].kind])
            legend_line_add(&line, signs[i].sign, word_in(language, signs[i].word));
    if (is_received(sheet, ACTION_CAUGHT))
        legend_line_add(&line, "◆", word_in(language, WORD_CAUGHT));
    if (is_received(sheet, ACTION_IGNORED))
        legend_line_add(&line, "◇", word_in(language, WORD_SIGNAL_IGNORED));
    if (is_killed(sheet))
        legend_line_add(&line, "✗", word_in(language, WORD_KILLED));
    buf_add_char(out, '\n');
}

static void add_signal(const struct sheet *sheet, const struct act *act, struct buf *out)
{
    auto_buf struct buf from = {0};
    auto_buf struct buf to = {0};
    plot_lane_name_add(&from, &sheet->plot, act->lane, 30);
    plot_lane_name_add(&to, &sheet->plot, act->other, 30);
    buf_add_string(out, "  ");
    time_add(out, sheet->history->events[act->event].event.t_us);
    buf_printf(out, "  %s → %s  %s\n", from.data, to.data,
               signal_name(act_signal(&sheet->plot, act)));
}

/* An arrow of text has no room for its signal. */
static void add_signals(const struct sheet *sheet, struct buf *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheet->plot.act_count; i++) {
        if (sheet->plot.acts[i].kind != ACT_SEND)
            continue;
        if (count++ == 0)
            buf_printf(out, "%s:\n", word_in(sheet->cast.language, WORD_SIGNAL));
        if (count <= MOST_SIGNALS)
            add_signal(sheet, &sheet->plot.acts[i], out);
    }
    if (count > MOST_SIGNALS) {
        auto_buf struct buf left = {0};
        count_add(&left, count - MOST_SIGNALS);
        buf_add_string(out, "  … ");
        word_add(out, sheet->cast.language, WORD_EVENTS_LEFT_OUT, left.data);
        buf_add_char(out, '\n');
    }
}

static void measure(struct sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->plot.lane_count; i++) {
        auto_buf struct buf name = {0};
        plot_lane_name_add(&name, &sheet->plot, i, MOST_NAME);
        int width = (int)utf8_width(name.data, name.length) + 2;
        sheet->left = sheet->left > width ? sheet->left : width;
    }
}

void timeline_text(const struct history *history, enum language language, struct buf *out)
{
    struct sheet sheet = {.history = history};
    cast_init(&sheet.cast, history, language, MOST_LANES);
    plot_init(&sheet.plot, &sheet.cast);
    axis_fit(&sheet.axis, &sheet.plot, &style);
    measure(&sheet);
    canvas_init(&sheet.canvas, sheet.left + sheet.axis.length + FATE_ROOM,
                (int)sheet.plot.lane_count + 2);
    for (uint32_t i = 0; i < sheet.plot.lane_count; i++)
        draw_lane(&sheet, i);
    for (uint32_t i = 0; i < sheet.plot.act_count; i++)
        draw_act(&sheet, i);
    draw_axis(&sheet);
    canvas_write(&sheet.canvas, out);
    buf_add_char(out, '\n');
    add_legend(&sheet, out);
    add_signals(&sheet, out);
    if (run_end_in(language, history) != NULL)
        buf_printf(out, "║ %s\n", run_end_in(language, history));
    canvas_release(&sheet.canvas);
    axis_release(&sheet.axis);
    plot_release(&sheet.plot);
    cast_release(&sheet.cast);
}
