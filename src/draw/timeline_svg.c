/*
 * The timeline as SVG: a lane a process, from its birth until it is reaped, with what it does on
 * it; arrows between lanes for forks, signals, adoption and reaping; below, the axis of scenario
 * time and a legend of what occurs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "draw/timeline.h"

enum {
    MOST_LANES = 28,
    MARGIN = 14,
    PITCH = 44,  /* from lane to lane */
    HALF = 6,    /* of a block's height */
    INDENT = 10, /* of a name, a generation */
    CLOSE = 11,  /* marks nearer than that are one, where the axis is squeezed */
    LEGEND_ROW = 22,
};

struct mark { /* not drawn yet: more of its kind may follow too near to be told apart */
    const struct act *act;
    int x;
    uint32_t times;
};

struct timeline {
    struct svg svg;
    const struct history *history;
    struct cast cast;
    struct plot plot;
    struct axis axis;
    int left, top, names, fates;
    struct mark *marks; /* one a lane */
    struct arrow {      /* likewise one a pair of lanes */
        const struct act *act;
        int x;
    } * arrows;
    struct space space; /* taken by labels, and by arrows unless there are too many */
};

/* ---- places ---- */

static bool has_outside(const struct timeline *timeline)
{
    return timeline->plot.outside != NO_INDEX;
}

/* Outside stands above all, init below all. */
static int row_of(const struct timeline *timeline, uint32_t lane)
{
    int above = has_outside(timeline) ? 1 : 0;
    if (lane == timeline->plot.outside)
        return 0;
    if (lane == timeline->plot.init)
        return (int)timeline->cast.lane_count + above;
    return (int)lane + above;
}

static int y_of(const struct timeline *timeline, uint32_t lane)
{
    return timeline->top + row_of(timeline, lane) * PITCH;
}

static int x_of(const struct timeline *timeline, int at)
{
    return timeline->left + at;
}

static int act_x(const struct timeline *timeline, const struct act *act)
{
    return x_of(timeline, timeline->axis.at[act - timeline->plot.acts]);
}

static const struct event *event_of(const struct timeline *timeline, const struct act *act)
{
    return &timeline->history->events[act->event].event;
}

/* ---- lanes ---- */

static void draw_block(struct timeline *timeline, enum process_state state, int from, int to, int y)
{
    struct buf *out = timeline->svg.out;
    int width = to - from;
    if (width <= 0)
        return;
    if (state == STATE_SLEEPING) {
        buf_printf(out, "<path class=\"sleep\" d=\"M%d %dh%d\"/>\n", from, y, width);
        return;
    }
    if (state == STATE_RUNNING) {
        buf_printf(out, "<path class=\"run\" d=\"M%d %dh%dv%dh-%dz\"/>\n", from, y - HALF, width,
                   2 * HALF, width);
        return;
    }
    bool zombie = state == STATE_ZOMBIE;
    buf_printf(
        out, "<path class=\"%s\" fill=\"url(#procenario-timeline-%s)\" d=\"M%d %dh%dv%dh-%dz\"/>\n",
        zombie ? "dead" : "stop", zombie ? "dots" : "hatch", from, y - HALF, width, 2 * HALF,
        width);
    if (width >= 16)
        svg_text(&timeline->svg, from + width / 2, y + 4, "middle", "strong halo",
                 zombie ? "Z" : "T", 1);
}

/* Stretches too short to be seen go with the one before them. */
static void draw_stretches(struct timeline *timeline, uint32_t lane)
{
    const struct chronicle *process =
        &timeline->history->processes[timeline->cast.lanes[lane].process];
    int y = y_of(timeline, lane), end = timeline->axis.length;
    int from = timeline->axis.event_at[process->born], to = from;
    enum process_state state = STATE_RUNNING;
    for (uint32_t i = 0; i < process->stretch_count; i++) {
        const struct stretch *stretch = &process->stretches[i];
        int begin = timeline->axis.event_at[stretch->from];
        int finish = stretch->to != NO_INDEX ? timeline->axis.event_at[stretch->to] : end;
        bool seen = finish - begin >= (timeline->axis.squeezed ? 2 : 1);
        if (seen && stretch->state != state) {
            draw_block(timeline, state, x_of(timeline, from), x_of(timeline, begin), y);
            from = begin;
            state = stretch->state;
        }
        to = finish;
    }
    draw_block(timeline, state, x_of(timeline, from), x_of(timeline, to), y);
}

static void draw_name(struct timeline *timeline, uint32_t lane)
{
    int y = y_of(timeline, lane);
    auto_buf struct buf text = {0};
    plot_lane_name_add(&text, &timeline->plot, lane, 30);
    uint32_t depth = lane < timeline->cast.lane_count ? timeline->cast.lanes[lane].depth : 0;
    int x = MARGIN + INDENT * (int)(depth < 6 ? depth : 6);
    bool real = lane < timeline->cast.lane_count;
    auto_buf struct buf note = {0};
    if (real)
        lane_note_add(&note, &timeline->cast, lane);
    svg_text(&timeline->svg, x, note.length > 0 ? y - 2 : y + 4, "start", real ? "strong" : "soft",
             text.data, text.length);
    if (note.length > 0)
        svg_text(&timeline->svg, x, y + 11, "start", "small soft", note.data, note.length);
}

static int lane_end(const struct timeline *timeline, uint32_t lane)
{
    const struct chronicle *process =
        &timeline->history->processes[timeline->cast.lanes[lane].process];
    return x_of(timeline, process->reaped != NO_INDEX ? timeline->axis.event_at[process->reaped]
                                                      : timeline->axis.length);
}

static void draw_fate(struct timeline *timeline, uint32_t lane)
{
    auto_buf struct buf fate = {0};
    lane_fate_add(&fate, &timeline->cast, lane);
    svg_text(&timeline->svg, lane_end(timeline, lane) + 7, y_of(timeline, lane) + 4, "start",
             "halo", fate.data, fate.length);
}

static void draw_lane(struct timeline *timeline, uint32_t lane)
{
    struct buf *out = timeline->svg.out;
    buf_add_string(out, "<g class=\"lane\"");
    if (lane < timeline->cast.lane_count && timeline->cast.lanes[lane].process != NO_INDEX) {
        const char *name = timeline->history->processes[timeline->cast.lanes[lane].process].name;
        buf_add_string(out, " data-process=\"");
        xml_add(out, name, strlen(name));
        buf_add_char(out, '"');
    }
    buf_add_string(out, ">\n");
    draw_name(timeline, lane);
    if (lane >= timeline->cast.lane_count)
        buf_printf(out, "<path class=\"gap\" d=\"M%d %dh%d\"/>\n", x_of(timeline, 0),
                   y_of(timeline, lane), timeline->axis.length);
    else if (timeline->cast.lanes[lane].process != NO_INDEX)
        draw_stretches(timeline, lane);
    buf_add_string(out, "</g>\n");
}

/* ---- marks ---- */

static void draw_shape(struct timeline *timeline, const struct act *act, int x, int y)
{
    struct buf *out = timeline->svg.out;
    const struct event *event = event_of(timeline, act);
    bool ignored = act->kind == ACT_RECEIVE && event->action == ACTION_IGNORED;
    switch (ignored ? ACT_OTHER : act->kind) {
    case ACT_OUTPUT:
        buf_printf(out, "<circle class=\"mark\" cx=\"%d\" cy=\"%d\" r=\"3.5\"/>", x, y);
        break;
    case ACT_EXEC:
        buf_printf(out, "<path class=\"mark\" d=\"M%d %dl8 5l-8 5z\"/>", x - 3, y - 5);
        break;
    case ACT_RECEIVE:
        buf_printf(out, "<path class=\"mark\" d=\"M%d %dl5 5l-5 5l-5 -5z\"/>", x, y - 5);
        break;
    case ACT_FAIL:
        buf_printf(out, "<path class=\"mark\" d=\"M%d %dh10l-5 9z\"/>", x - 5, y - HALF - 3);
        break;
    case ACT_EXIT:
        if (!event->has_status)
            buf_printf(out, "<path class=\"cross\" d=\"M%d %dl8 8m0 -8l-8 8\"/>", x - 4, y - 4);
        else
            buf_printf(out, "<path class=\"cross\" d=\"M%d %dv%d\"/>", x, y - HALF - 2,
                       2 * HALF + 4);
        break;
    default:
        buf_printf(out, "<path class=\"mark\" d=\"M%d %dh4v4h-4z\"/>", x - 2, y - 2);
        break;
    }
}

/* Above the lane: over the mark, or beginning or ending there, or beside what comes from above. */
static bool place_mark_label(struct timeline *timeline, int x, int y, int width, struct area *box)
{
    for (int strictly = !timeline->axis.squeezed; strictly >= 0; strictly--) {
        const int lefts[] = {x - width / 2, x - 4, x + 4 - width, x + 5, x - 5 - width};
        for (size_t i = 0; i < (strictly ? ARRAY_SIZE(lefts) : 1); i++) {
            *box = (struct area){lefts[i], y - 8, lefts[i] + width, y + 2};
            if (!space_is_free(&timeline->space, *box, strictly))
                continue;
            space_take(&timeline->space, *box);
            return true;
        }
    }
    return false;
}

static void draw_mark(struct timeline *timeline, uint32_t lane)
{
    struct mark *mark = &timeline->marks[lane];
    const struct act *act = mark->act;
    if (act == NULL)
        return;
    int y = y_of(timeline, lane);
    buf_printf(timeline->svg.out, "<g data-n=\"%llu\">",
               (unsigned long long)event_of(timeline, act)->n);
    svg_title_event(&timeline->svg, event_of(timeline, act), mark->times);
    draw_shape(timeline, act, mark->x, y);
    auto_buf struct buf label = {0};
    timeline_mark_add(&label, &timeline->plot, act);
    int width = svg_small_columns(utf8_width(label.data, label.length));
    struct area box;
    if (label.length > 0 && place_mark_label(timeline, mark->x, y - HALF - 6, width, &box))
        svg_text(&timeline->svg, (box.left + box.right) / 2, y - HALF - 6, "middle", "small halo",
                 label.data, label.length);
    buf_add_string(timeline->svg.out, "</g>\n");
    mark->act = NULL;
}

static void add_mark(struct timeline *timeline, const struct act *act)
{
    int x = act_x(timeline, act);
    struct mark *mark = &timeline->marks[act->lane];
    if (timeline->axis.squeezed && mark->act != NULL && mark->act->kind == act->kind &&
        x - mark->x < CLOSE) {
        mark->times += act->times;
        return;
    }
    draw_mark(timeline, act->lane);
    *mark = (struct mark){act, x, act->times};
}

/* ---- arrows ---- */

static const char *arrow_class(enum act_kind kind)
{
    return kind == ACT_FORK    ? "fork"
           : kind == ACT_REAP  ? "reap"
           : kind == ACT_ADOPT ? "adopt"
                               : "signal";
}

/* From a lane to another: whose act it is, where it begins and ends. */
struct flight {
    uint32_t from, to; /* lanes */
    struct line line;
};

/* False: the act is none that goes from a lane to another. */
static bool flight_of(const struct timeline *timeline, const struct act *act, struct flight *flight)
{
    int x = act_x(timeline, act), to_x = x;
    bool back = act->kind == ACT_REAP || act->kind == ACT_RECEIVE;
    uint32_t from = back ? act->other : act->lane, to = back ? act->lane : act->other;
    if (act->kind == ACT_ADOPT)
        from = timeline->plot.init;
    else if (act->kind != ACT_FORK && act->kind != ACT_SEND && !back)
        return false;
    if (from == NO_INDEX || to == NO_INDEX || from == to)
        return false;
    if (act->kind == ACT_SEND && act->arrival != NO_INDEX)
        to_x = act_x(timeline, &timeline->plot.acts[act->arrival]);
    int down = row_of(timeline, from) < row_of(timeline, to) ? 1 : -1;
    *flight = (struct flight){
        from, to, {x, y_of(timeline, from) + down * HALF, to_x, y_of(timeline, to) - down * HALF}};
    return true;
}

static void add_lines(struct timeline *timeline)
{
    struct flight flight;
    for (uint32_t i = 0; i < timeline->plot.act_count; i++)
        if (flight_of(timeline, &timeline->plot.acts[i], &flight))
            space_add_line(&timeline->space, flight.line);
}

static void arrow_label_add(struct buf *out, const struct timeline *timeline, const struct act *act)
{
    /* A signal to several: once. */
    bool again = act > timeline->plot.acts && act[-1].event == act->event &&
                 act[-1].kind == act->kind && act[-1].times == act->times;
    if (act_signal(&timeline->plot, act) > 0 && !again)
        buf_add_string(out, signal_name(act_signal(&timeline->plot, act)));
    if (act->times > 1) {
        auto_buf struct buf count = {0};
        count_add(&count, act->times);
        word_add(out, timeline->svg.language, WORD_TIMES, count.data);
    }
}

/* Right or left of the arrow, with its baseline at `y`. */
static bool place_beside(struct timeline *timeline, const struct line *line, int width, int y,
                         bool right, bool strictly, struct area *box)
{
    int from, to;
    if (!line_within(line, y - 10, y + 4, &from, &to))
        return false;
    int left = right ? to + 4 : from - 4 - width;
    *box = (struct area){left, y - 8, left + width - 2, y + 2};
    if (left < timeline->left || left + width > timeline->svg.width ||
        !space_is_free(&timeline->space, *box, strictly && !timeline->axis.squeezed))
        return false;
    space_take(&timeline->space, *box);
    return true;
}

/* Near its beginning if that is free: in one of the two rows between neighbouring lanes. */
static bool place_arrow_label(struct timeline *timeline, const struct flight *flight, int width,
                              struct area *box)
{
    int first = row_of(timeline, flight->from), last = row_of(timeline, flight->to);
    int step = first < last ? 1 : -1;
    for (int strictly = 1; strictly >= 0; strictly--)
        for (int row = first; row != last; row += step)
            for (int k = 0; k < 4; k++) {
                int above = step > 0 ? row : row - 1; /* the lane above the gap */
                int lower = k & 1, right = k < 2;
                int y = timeline->top + above * PITCH +
                        (lower == (step < 0) ? HALF + 13 : PITCH - HALF - 5);
                if (place_beside(timeline, &flight->line, width, y, right, strictly, box))
                    return true;
            }
    return false;
}

static void draw_arrow_label(struct timeline *timeline, const struct act *act,
                             const struct flight *flight)
{
    auto_buf struct buf label = {0};
    struct area box;
    arrow_label_add(&label, timeline, act);
    int width = svg_small_columns(utf8_width(label.data, label.length));
    if (label.length > 0 && place_arrow_label(timeline, flight, width, &box))
        svg_text(&timeline->svg, box.left, box.bottom - 2, "start", "small strong halo", label.data,
                 label.length);
}

static void draw_arrow(struct timeline *timeline, const struct act *act)
{
    struct flight flight;
    if (!flight_of(timeline, act, &flight))
        return;
    const struct line *line = &flight.line;
    struct arrow *last = &timeline->arrows[flight.from * timeline->plot.lane_count + flight.to];
    if (timeline->axis.squeezed && last->act != NULL && last->act->kind == act->kind &&
        line->x0 - last->x < CLOSE)
        return;
    last->act = act;
    last->x = line->x0;
    const char *class = arrow_class(act->kind);
    buf_printf(timeline->svg.out, "<g data-n=\"%llu\">",
               (unsigned long long)event_of(timeline, act)->n);
    svg_title_event(&timeline->svg, event_of(timeline, act), act->times);
    buf_printf(
        timeline->svg.out,
        "<path class=\"%s\" marker-end=\"url(#procenario-timeline-%s)\" d=\"M%d %dL%d %d\"/>\n",
        class, class, line->x0, line->y0, line->x1, line->y1);
    draw_arrow_label(timeline, act, &flight);
    buf_add_string(timeline->svg.out, "</g>\n");
}

static bool is_marked(const struct timeline *timeline, const struct act *act)
{
    const struct event *event = event_of(timeline, act);
    switch (act->kind) {
    case ACT_OUTPUT:
    case ACT_EXEC:
    case ACT_FAIL:
    case ACT_OTHER:
    case ACT_EXIT:
        return act->lane != NO_INDEX;
    case ACT_RECEIVE:
        return event->action == ACTION_CAUGHT || event->action == ACTION_IGNORED;
    default:
        return false;
    }
}

static void draw_end(struct timeline *timeline, const struct act *act)
{
    int x = act_x(timeline, act);
    int bottom = timeline->top + ((int)timeline->plot.lane_count - 1) * PITCH + HALF + 8;
    buf_printf(timeline->svg.out, "<g data-n=\"%llu\">",
               (unsigned long long)event_of(timeline, act)->n);
    svg_title_event(&timeline->svg, event_of(timeline, act), 1);
    buf_printf(timeline->svg.out, "<path class=\"cross\" d=\"M%d %dV%d\"/></g>\n", x,
               timeline->top - HALF - 8, bottom);
}

static void draw_acts(struct timeline *timeline)
{
    if (!timeline->axis.squeezed)
        add_lines(timeline);
    for (uint32_t i = 0; i < timeline->plot.act_count; i++)
        draw_arrow(timeline, &timeline->plot.acts[i]);
    for (uint32_t i = 0; i < timeline->plot.act_count; i++) {
        const struct act *act = &timeline->plot.acts[i];
        if (act->kind == ACT_END)
            draw_end(timeline, act);
        else if (is_marked(timeline, act))
            add_mark(timeline, act);
    }
    for (uint32_t i = 0; i < timeline->plot.lane_count; i++)
        draw_mark(timeline, i);
}

/* ---- the axis ---- */

static int lanes_bottom(const struct timeline *timeline)
{
    return timeline->top + ((int)timeline->plot.lane_count - 1) * PITCH + PITCH / 2;
}

static void draw_bands(struct timeline *timeline)
{
    int top = timeline->top - PITCH / 2 - 2, bottom = lanes_bottom(timeline) + 4;
    if (timeline->axis.squeezed)
        return;
    for (uint32_t i = 0; i < timeline->axis.moment_count; i++) {
        const struct moment *moment = &timeline->axis.moments[i];
        int x = x_of(timeline, moment->from) - 5;
        buf_printf(timeline->svg.out, "<path class=\"band\" d=\"M%d %dH%dV%dH%dz\"/>\n", x, top,
                   x_of(timeline, moment->to) + 5, bottom, x);
    }
}

static void draw_axis(struct timeline *timeline)
{
    int y = lanes_bottom(timeline) + 12, free_from[2] = {0}; /* two rows of labels */
    buf_printf(timeline->svg.out, "<path class=\"gap\" d=\"M%d %dh%d\"/>\n", x_of(timeline, 0), y,
               timeline->axis.length);
    int drawn = -1;
    for (uint32_t i = 0; i < timeline->axis.moment_count; i++) {
        const struct moment *moment = &timeline->axis.moments[i];
        int x = x_of(timeline, moment->from), end = x_of(timeline, moment->to);
        if (end > drawn)
            buf_printf(timeline->svg.out, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", x - 2, y,
                       end + 2);
        drawn = end;
        int row = x >= free_from[0] || timeline->axis.squeezed ? 0 : 1;
        if (x < free_from[row])
            continue;
        auto_buf struct buf label = {0};
        time_add(&label, moment->t_us);
        svg_text(&timeline->svg, x - 2, y + 16 + 12 * row, "start", "small", label.data,
                 label.length);
        free_from[row] = x + svg_small_columns(label.length) + 8;
    }
}

/* ---- the legend ---- */

enum sign {
    SIGN_STATE,
    SIGN_ARROW,
    SIGN_MARK,
};

/* X(kind of sign, which, word) in the order of the legend. */
static const struct sample {
    enum sign sign;
    int which; /* a state, or a kind of act */
    enum word word;
} samples[] = {
    {SIGN_STATE, STATE_RUNNING, WORD_RUNNING}, {SIGN_STATE, STATE_SLEEPING, WORD_SLEEPING},
    {SIGN_STATE, STATE_STOPPED, WORD_STOPPED}, {SIGN_STATE, STATE_ZOMBIE, WORD_ZOMBIE},
    {SIGN_ARROW, ACT_FORK, WORD_FORK},         {SIGN_ARROW, ACT_SEND, WORD_SIGNAL},
    {SIGN_ARROW, ACT_REAP, WORD_REAP},         {SIGN_ARROW, ACT_ADOPT, WORD_ADOPT},
    {SIGN_MARK, ACT_OUTPUT, WORD_OUTPUT},      {SIGN_MARK, ACT_EXEC, WORD_EXEC},
    {SIGN_MARK, ACT_RECEIVE, WORD_CAUGHT},     {SIGN_MARK, ACT_EXIT, WORD_KILLED},
    {SIGN_MARK, ACT_FAIL, WORD_FAILURE},       {SIGN_MARK, ACT_OTHER, WORD_OTHER},
};

static bool state_occurs(const struct timeline *timeline, enum process_state state)
{
    for (uint32_t i = 0; i < timeline->cast.lane_count; i++) {
        uint32_t index = timeline->cast.lanes[i].process;
        const struct chronicle *process =
            index != NO_INDEX ? &timeline->history->processes[index] : NULL;
        for (uint32_t j = 0; process != NULL && j < process->stretch_count; j++)
            if (process->stretches[j].state == state)
                return true;
    }
    return false;
}

/* It looks as the legend has it: a death by a signal, a signal that was caught. */
static bool is_exemplary(const struct timeline *timeline, const struct act *act)
{
    const struct event *event = event_of(timeline, act);
    return is_marked(timeline, act) && (act->kind != ACT_EXIT || !event->has_status) &&
           (act->kind != ACT_RECEIVE || event->action == ACTION_CAUGHT);
}

static bool sample_occurs(const struct timeline *timeline, const struct sample *sample)
{
    if (sample->sign == SIGN_STATE)
        return state_occurs(timeline, (enum process_state)sample->which);
    for (uint32_t i = 0; i < timeline->plot.act_count; i++) {
        const struct act *act = &timeline->plot.acts[i];
        if (sample->sign == SIGN_ARROW && sample->which == ACT_SEND && act->kind == ACT_RECEIVE &&
            act->other != NO_INDEX)
            return true;
        if ((int)act->kind != sample->which)
            continue;
        if (sample->sign == SIGN_ARROW && act->lane != NO_INDEX)
            return true;
        if (sample->sign == SIGN_MARK && is_exemplary(timeline, act))
            return true;
    }
    return false;
}

static const struct act *example_of(const struct timeline *timeline, enum act_kind kind)
{
    for (uint32_t i = 0; i < timeline->plot.act_count; i++) {
        const struct act *act = &timeline->plot.acts[i];
        if (act->kind == kind && is_exemplary(timeline, act))
            return act;
    }
    return NULL;
}

static void draw_sample(struct timeline *timeline, const struct sample *sample, int x, int y)
{
    if (sample->sign == SIGN_STATE) {
        draw_block(timeline, (enum process_state)sample->which, x, x + 24, y);
    } else if (sample->sign == SIGN_ARROW) {
        const char *class = arrow_class((enum act_kind)sample->which);
        buf_printf(timeline->svg.out,
                   "<path class=\"%s\" marker-end=\"url(#procenario-timeline-%s)\" d=\"M%d "
                   "%dh24\"/>\n",
                   class, class, x, y);
    } else {
        const struct act *act = example_of(timeline, (enum act_kind)sample->which);
        /* A failure stands above its lane. */
        if (act != NULL)
            draw_shape(timeline, act, x + 12, act->kind == ACT_FAIL ? y + HALF - 1 : y);
        buf_add_char(timeline->svg.out, '\n');
    }
}

/* Lays the legend out from `top`; draws it only if `draws`. Returns where it ends. */
static int legend(struct timeline *timeline, int top, bool draws)
{
    int x = MARGIN, y = top;
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        if (!sample_occurs(timeline, &samples[i]))
            continue;
        const char *word = word_in(timeline->svg.language, samples[i].word);
        int width = 30 + svg_columns(utf8_width(word, strlen(word))) + 18;
        if (x > MARGIN && x + width > timeline->svg.width) {
            x = MARGIN;
            y += LEGEND_ROW;
        }
        if (draws) {
            draw_sample(timeline, &samples[i], x, y);
            svg_text(&timeline->svg, x + 30, y + 4, "start", "soft", word, strlen(word));
        }
        x += width;
    }
    const char *note = word_in(timeline->svg.language, WORD_IN_ORDER);
    y += LEGEND_ROW;
    if (draws)
        svg_text(&timeline->svg, MARGIN, y + 2, "start", "small soft", note, strlen(note));
    return y + 14;
}

/* ---- the whole ---- */

static void measure(struct timeline *timeline)
{
    for (uint32_t i = 0; i < timeline->plot.lane_count; i++) {
        auto_buf struct buf text = {0};
        plot_lane_name_add(&text, &timeline->plot, i, 30);
        int width = svg_columns(utf8_width(text.data, text.length));
        if (i < timeline->cast.lane_count) {
            uint32_t depth = timeline->cast.lanes[i].depth;
            width += INDENT * (int)(depth < 6 ? depth : 6);
        }
        timeline->names = timeline->names > width ? timeline->names : width;
    }
    timeline->left = MARGIN + timeline->names + 16;
    timeline->top = 34;
    int right = x_of(timeline, timeline->axis.length) + 8;
    for (uint32_t i = 0; i < timeline->cast.lane_count; i++) {
        auto_buf struct buf fate = {0};
        if (timeline->cast.lanes[i].process == NO_INDEX)
            continue;
        lane_fate_add(&fate, &timeline->cast, i);
        int end = lane_end(timeline, i) + 7 + svg_columns(utf8_width(fate.data, fate.length));
        right = right > end ? right : end;
    }
    timeline->svg.width = right + MARGIN;
    if (timeline->svg.width < 480)
        timeline->svg.width = 480;
    timeline->svg.height = legend(timeline, lanes_bottom(timeline) + 58, false);
}

void timeline_svg(const struct history *history, enum language language, struct buf *out)
{
    struct timeline timeline = {.history = history,
                                .svg = {.out = out, .language = language, .kind = "timeline"}};
    cast_init(&timeline.cast, history, language, MOST_LANES);
    plot_init(&timeline.plot, &timeline.cast);
    axis_fit(&timeline.axis, &timeline.plot, &timeline_axis);
    size_t lanes = timeline.plot.lane_count;
    timeline.marks = xcalloc(lanes + 1, sizeof *timeline.marks);
    timeline.arrows = xcalloc(lanes * lanes + 1, sizeof *timeline.arrows);
    measure(&timeline);

    svg_begin(&timeline.svg, history, WORD_TIMELINE_OF);
    draw_bands(&timeline);
    for (uint32_t i = 0; i < timeline.plot.lane_count; i++)
        draw_lane(&timeline, i);
    draw_acts(&timeline);
    for (uint32_t i = 0; i < timeline.cast.lane_count; i++)
        if (timeline.cast.lanes[i].process != NO_INDEX)
            draw_fate(&timeline, i);
    draw_axis(&timeline);
    legend(&timeline, lanes_bottom(&timeline) + 58, true);
    svg_end(&timeline.svg);

    free(timeline.marks);
    free(timeline.arrows);
    space_release(&timeline.space);
    axis_release(&timeline.axis);
    plot_release(&timeline.plot);
    cast_release(&timeline.cast);
}

int *draw_timeline_places(const struct history *history, enum language language)
{
    struct timeline timeline = {.history = history, .svg = {.language = language}};
    int *places = xcalloc((size_t)history->event_count + 1, sizeof *places);
    cast_init(&timeline.cast, history, language, MOST_LANES);
    plot_init(&timeline.plot, &timeline.cast);
    axis_fit(&timeline.axis, &timeline.plot, &timeline_axis);
    measure(&timeline);
    for (uint32_t i = 0; i < history->event_count; i++)
        places[i] = x_of(&timeline, timeline.axis.event_at[i]);
    axis_release(&timeline.axis);
    plot_release(&timeline.plot);
    cast_release(&timeline.cast);
    return places;
}
