/*
 * The sequence as SVG: a lifeline a process, from the fork that made it down to its reaping, drawn
 * as the state that it is in; arrows for what passes between them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/sequence.h"

enum {
    MOST_LANES = 12,
    MOST_ACTS = 150,
    MARGIN = 14,
    HALF = 5,     /* of a lifeline's width */
    HEAD = 22,    /* of a box with a name */
    TOP = 40,     /* of the first event */
    WIDE = 150,   /* from lifeline to lifeline, if there are few … */
    NARROW = 100, /* … or many */
    FEW = 7,
    TIMES = 52, /* the room of the times, left */
    LEGEND_ROW = 22,
};

struct sheet {
    struct svg svg;
    const struct history *history;
    struct cast cast;
    struct plot plot;
    struct axis axis; /* downwards */
    int left, pitch;
};

static bool is_told(const struct plot *plot, const struct act *act)
{
    auto_buf struct buf label = {0};
    if (act->kind == ACT_NONE || (act->kind == ACT_REAP && act->lane == NO_INDEX))
        return act->kind == ACT_NONE;
    sequence_label_add(&label, plot, act, 20);
    return label.length > 0;
}

static void room(const struct plot *plot, const struct act *act, int *before, int *after)
{
    *before = act->kind == ACT_STATE ? 8 : is_told(plot, act) || act->kind == ACT_RECEIVE ? 21 : 0;
    *after = act->kind == ACT_FORK ? 12 : 0;
}

/* A list may be long: it is not squeezed. */
static const struct axis_style style = {
    .most = 1 << 20,
    .comfortable = 1 << 20,
    .gap = 26,
    .gap_most = 60,
    .moment = 14,
    .column = 0,
    .room = room,
};

static int x_of(const struct sheet *sheet, uint32_t lane)
{
    return sheet->left + (int)sequence_place(&sheet->plot, lane) * sheet->pitch;
}

static int y_at(int at)
{
    return TOP + at;
}

static int y_of(const struct sheet *sheet, const struct act *act)
{
    return y_at(sheet->axis.at[act - sheet->plot.acts]);
}

static const struct event *event_of(const struct sheet *sheet, const struct act *act)
{
    return &sheet->history->events[act->event].event;
}

static size_t label_columns(const struct sheet *sheet)
{
    return (size_t)(sheet->pitch - 18) * 10 / 61;
}

/* ---- lifelines ---- */

static void draw_block(struct sheet *sheet, enum process_state state, int x, int from, int to)
{
    struct buf *out = sheet->svg.out;
    int height = to - from;
    if (height <= 0)
        return;
    if (state == STATE_SLEEPING) {
        buf_printf(out, "<path class=\"sleep\" d=\"M%d %dv%d\"/>\n", x, from, height);
        return;
    }
    const char *class = state == STATE_RUNNING ? "run" : state == STATE_STOPPED ? "stop" : "dead";
    buf_printf(out, "<path class=\"%s\"", class);
    if (state != STATE_RUNNING)
        buf_printf(out, " fill=\"url(#procenario-sequence-%s)\"",
                   state == STATE_STOPPED ? "hatch" : "dots");
    buf_printf(out, " d=\"M%d %dh%dv%dh-%dz\"/>\n", x - HALF, from, 2 * HALF, height, 2 * HALF);
    if (state != STATE_RUNNING && height >= 30)
        svg_text(&sheet->svg, x, from + height / 2 + 4, "middle", "strong halo",
                 state == STATE_STOPPED ? "T" : "Z", 1);
}

/* Below its fork, its box; else at the top. */
static int head_y(const struct sheet *sheet, uint32_t lane)
{
    for (uint32_t i = 0; i < sheet->plot.act_count; i++)
        if (sheet->plot.acts[i].kind == ACT_FORK && sheet->plot.acts[i].other == lane &&
            sequence_message(&sheet->plot, &sheet->plot.acts[i]).to == lane)
            return y_of(sheet, &sheet->plot.acts[i]) - HEAD / 2;
    return MARGIN - 4;
}

static int head_half(const struct sheet *sheet, uint32_t lane)
{
    auto_buf struct buf name = {0};
    plot_lane_name_add(&name, &sheet->plot, lane, label_columns(sheet));
    return svg_small_columns(utf8_width(name.data, name.length)) / 2 + 6;
}

static void draw_head(struct sheet *sheet, uint32_t lane)
{
    auto_buf struct buf name = {0};
    auto_buf struct buf note = {0};
    plot_lane_name_add(&name, &sheet->plot, lane, label_columns(sheet));
    int half = head_half(sheet, lane), x = x_of(sheet, lane), y = head_y(sheet, lane);
    bool real = lane < sheet->cast.lane_count;
    buf_printf(sheet->svg.out, "<path class=\"box%s\" d=\"M%d %dh%dv%dh-%dz\"/>\n",
               real ? "" : " orphan", x - half, y, 2 * half, HEAD, 2 * half);
    svg_text(&sheet->svg, x, y + 15, "middle", "small strong", name.data, name.length);
    if (real)
        lane_note_add(&note, &sheet->cast, lane);
    if (note.length > 0)
        svg_text(&sheet->svg, x, y - 4, "middle", "small soft halo", note.data, note.length);
}

static void draw_lifeline(struct sheet *sheet, uint32_t lane)
{
    int x = x_of(sheet, lane), top = head_y(sheet, lane) + HEAD,
        end = y_at(sheet->axis.length) + 12;
    if (lane >= sheet->cast.lane_count) {
        buf_printf(sheet->svg.out, "<path class=\"gap\" d=\"M%d %dV%d\"/>\n", x, top, end);
        return;
    }
    if (sheet->cast.lanes[lane].process == NO_INDEX)
        return;
    const struct chronicle *process = &sheet->history->processes[sheet->cast.lanes[lane].process];
    int from = top;
    enum process_state state = STATE_RUNNING;
    for (uint32_t i = 0; i < process->stretch_count; i++) {
        const struct stretch *stretch = &process->stretches[i];
        int begin = y_at(sheet->axis.event_at[stretch->from]);
        int to = stretch->to != NO_INDEX ? y_at(sheet->axis.event_at[stretch->to]) : end;
        if (to <= begin || stretch->state == state)
            continue;
        draw_block(sheet, state, x, from, begin > from ? begin : from);
        from = begin > from ? begin : from;
        state = stretch->state;
    }
    int last = process->reaped != NO_INDEX ? y_at(sheet->axis.event_at[process->reaped]) : end;
    draw_block(sheet, state, x, from, last);
}

/* ---- what happens ---- */

static const char *arrow_class(enum act_kind kind)
{
    return kind == ACT_FORK    ? "fork"
           : kind == ACT_REAP  ? "reap"
           : kind == ACT_ADOPT ? "adopt"
                               : "signal";
}

static void draw_message(struct sheet *sheet, const struct act *act, struct message message)
{
    int y = y_of(sheet, act), from = x_of(sheet, message.from), to = x_of(sheet, message.to);
    int way = from < to ? 1 : -1;
    int to_y = act->kind == ACT_SEND && act->arrival != NO_INDEX
                   ? y_of(sheet, &sheet->plot.acts[act->arrival])
                   : y;
    int room_at_end = act->kind == ACT_FORK ? head_half(sheet, message.to) : HALF;
    const char *class = arrow_class(act->kind);
    buf_printf(
        sheet->svg.out,
        "<path class=\"%s\" marker-end=\"url(#procenario-sequence-%s)\" d=\"M%d %dL%d %d\"/>\n",
        class, class, from + way * HALF, y, to - way * (room_at_end + 1), to_y);
    auto_buf struct buf label = {0};
    sequence_label_add(&label, &sheet->plot, act, label_columns(sheet));
    svg_text(&sheet->svg, from + way * (HALF + 5), y - 4, way > 0 ? "start" : "end",
             act->kind == ACT_SEND || act->kind == ACT_RECEIVE ? "small strong halo" : "small halo",
             label.data, label.length);
}

static void draw_step(struct sheet *sheet, const struct act *act)
{
    const struct event *event = event_of(sheet, act);
    int x = x_of(sheet, act->lane), y = y_of(sheet, act);
    auto_buf struct buf label = {0};
    sequence_label_add(&label, &sheet->plot, act, label_columns(sheet));
    if (act->kind == ACT_EXIT && !event->has_status)
        buf_printf(sheet->svg.out, "<path class=\"cross\" d=\"M%d %dl8 8m0 -8l-8 8\"/>", x - 4,
                   y - 4);
    else if (act->kind == ACT_EXIT)
        buf_printf(sheet->svg.out, "<path class=\"cross\" d=\"M%d %dh%d\"/>", x - HALF - 3, y,
                   2 * HALF + 6);
    else if (act->kind == ACT_OUTPUT)
        buf_printf(sheet->svg.out, "<circle class=\"mark\" cx=\"%d\" cy=\"%d\" r=\"3\"/>", x, y);
    else if (act->kind == ACT_RECEIVE && event->action == ACTION_IGNORED)
        buf_printf(sheet->svg.out, "<path class=\"mark\" d=\"M%d %dh4v4h-4z\"/>", x - 2, y - 2);
    else
        buf_printf(sheet->svg.out, "<path class=\"mark\" d=\"M%d %dl4 4l-4 4l-4 -4z\"/>", x, y - 4);
    svg_text(&sheet->svg, x + HALF + 6, y + 4, "start", "small halo", label.data, label.length);
}

static void draw_left_out(struct sheet *sheet, const struct act *act)
{
    auto_buf struct buf label = {0};
    sequence_left_out_add(&label, &sheet->plot, act);
    int y = y_of(sheet, act);
    buf_printf(sheet->svg.out, "<path class=\"rule\" stroke-dasharray=\"2 4\" d=\"M%d %dH%d\"/>\n",
               MARGIN, y, sheet->svg.width - MARGIN);
    svg_text(&sheet->svg, MARGIN, y - 4, "start", "small soft halo", label.data, label.length);
}

static void draw_act(struct sheet *sheet, const struct act *act)
{
    struct message message = sequence_message(&sheet->plot, act);
    if (act->kind == ACT_NONE)
        draw_left_out(sheet, act);
    if (act->kind == ACT_NONE || act->lane == NO_INDEX || !is_told(&sheet->plot, act))
        return;
    buf_printf(sheet->svg.out, "<g data-n=\"%llu\">", (unsigned long long)event_of(sheet, act)->n);
    svg_title_event(&sheet->svg, event_of(sheet, act), act->times);
    if (message.from != NO_INDEX)
        draw_message(sheet, act, message);
    else
        draw_step(sheet, act);
    buf_add_string(sheet->svg.out, "</g>\n");
}

static void draw_times(struct sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->axis.moment_count; i++) {
        const struct moment *moment = &sheet->axis.moments[i];
        int y = y_at(moment->from) - 10;
        auto_buf struct buf label = {0};
        time_add(&label, moment->t_us);
        buf_printf(sheet->svg.out, "<path class=\"gap\" d=\"M%d %dH%d\"/>\n", MARGIN, y,
                   sheet->svg.width - MARGIN);
        svg_text(&sheet->svg, MARGIN, y + 12, "start", "small", label.data, label.length);
    }
}

static void draw_legend(struct sheet *sheet, int y)
{
    bool occurs[STATE_REAPED + 1] = {false};
    int x = MARGIN;
    for (uint32_t i = 0; i < sheet->cast.lane_count; i++) {
        uint32_t process = sheet->cast.lanes[i].process;
        for (uint32_t j = 0;
             process != NO_INDEX && j < sheet->history->processes[process].stretch_count; j++)
            occurs[sheet->history->processes[process].stretches[j].state] = true;
    }
    for (int state = STATE_RUNNING; state <= STATE_ZOMBIE; state++) {
        const char *word = state_in((enum process_state)state, sheet->svg.language);
        if (!occurs[state])
            continue;
        draw_block(sheet, (enum process_state)state, x + HALF, y - 8, y + 8);
        svg_text(&sheet->svg, x + 18, y + 4, "start", "soft", word, strlen(word));
        x += 18 + svg_columns(utf8_width(word, strlen(word))) + 18;
    }
}

void sequence_svg(const struct history *history, enum language language, struct buf *out)
{
    struct sheet sheet = {.history = history,
                          .svg = {.out = out, .language = language, .kind = "sequence"}};
    cast_init(&sheet.cast, history, language, MOST_LANES);
    plot_init(&sheet.plot, &sheet.cast);
    plot_limit(&sheet.plot, MOST_ACTS);
    axis_init(&sheet.axis, &sheet.plot, &style);
    sheet.pitch = sheet.plot.lane_count > FEW ? NARROW : WIDE;
    sheet.left = MARGIN + TIMES + 40;
    sheet.svg.width = sheet.left + (int)sheet.plot.lane_count * sheet.pitch;
    int bottom = y_at(sheet.axis.length) + 40;
    sheet.svg.height = bottom + LEGEND_ROW;
    svg_begin(&sheet.svg, history, WORD_SEQUENCE_OF);
    draw_times(&sheet);
    for (uint32_t i = 0; i < sheet.plot.lane_count; i++)
        draw_lifeline(&sheet, i);
    for (uint32_t i = 0; i < sheet.plot.lane_count; i++)
        draw_head(&sheet, i);
    for (uint32_t i = 0; i < sheet.plot.act_count; i++)
        draw_act(&sheet, &sheet.plot.acts[i]);
    draw_legend(&sheet, bottom);
    svg_end(&sheet.svg);
    axis_release(&sheet.axis);
    plot_release(&sheet.plot);
    cast_release(&sheet.cast);
}
