/*
 * The sequence as text: a column a process, a line an event.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/sequence.h"

enum { MOST_LANES = 11, MOST_ACTS = 150, WIDTH = 98, MOST_COLUMN = 26 };

struct sheet {
    const struct history *history;
    struct cast cast;
    struct plot plot;
    struct canvas canvas;
    bool *begun; /* [lane] */
    int left, column;
};

static int x_of(const struct sheet *sheet, uint32_t lane)
{
    return sheet->left + (int)sequence_place(&sheet->plot, lane) * sheet->column;
}

static const char *line_of(enum process_state state)
{
    static const char *const glyphs[] = {
        [STATE_RUNNING] = "┃", [STATE_SLEEPING] = "┊", [STATE_STOPPED] = "T", [STATE_ZOMBIE] = "Z"};
    return state < ARRAY_SIZE(glyphs) ? glyphs[state] : NULL;
}

/* Everybody's state after the event. */
static void draw_lifelines(struct sheet *sheet, uint32_t event, int y)
{
    for (uint32_t i = 0; i < sheet->plot.lane_count; i++) {
        if (i >= sheet->cast.lane_count) {
            canvas_set(&sheet->canvas, x_of(sheet, i), y, "┆");
            continue;
        }
        uint32_t process = sheet->cast.lanes[i].process;
        if (process == NO_INDEX)
            continue;
        const char *glyph = line_of(history_state(sheet->history, process, event));
        if (glyph != NULL)
            canvas_set(&sheet->canvas, x_of(sheet, i), y, glyph);
    }
}

static void draw_name(struct sheet *sheet, uint32_t lane, int x, int y)
{
    auto_buf struct buf name = {0};
    size_t room = sheet->column > 4 ? (size_t)sheet->column - 2 : 2;
    plot_lane_name_add(&name, &sheet->plot, lane, room);
    canvas_text(&sheet->canvas, x, y, name.data, name.length);
}

static void draw_message(struct sheet *sheet, const struct act *act, struct message message, int y)
{
    int from = x_of(sheet, message.from), to = x_of(sheet, message.to);
    int low = from < to ? from : to, high = from < to ? to : from;
    const char *line = act->kind == ACT_REAP || act->kind == ACT_ADOPT ? "╌" : "─";
    for (int x = low + 1; x < high; x++)
        canvas_set(&sheet->canvas, x, y, line);
    canvas_set(&sheet->canvas, from < to ? high - 1 : low + 1, y, from < to ? "▶" : "◀");
    if (act->kind == ACT_REAP)
        canvas_set(&sheet->canvas, from, y, line_of(STATE_ZOMBIE));
    auto_buf struct buf label = {0};
    size_t room = high - low > 7 ? (size_t)(high - low - 4) : 3;
    sequence_label_add(&label, &sheet->plot, act, room);
    int width = (int)utf8_width(label.data, label.length);
    canvas_text(&sheet->canvas, from < to ? low + 2 : high - 1 - width, y, label.data,
                label.length);
    if (act->kind == ACT_FORK) {
        draw_name(sheet, message.to, to, y);
        sheet->begun[message.to] = true;
    }
}

static void draw_time(struct sheet *sheet, int64_t t_us, int y)
{
    auto_buf struct buf label = {0};
    time_add(&label, t_us);
    canvas_text(&sheet->canvas, 0, y, label.data, label.length);
}

/* Returns how many lines the act took. */
static int draw_act(struct sheet *sheet, const struct act *act, int y)
{
    struct message message = sequence_message(&sheet->plot, act);
    auto_buf struct buf label = {0};
    sequence_label_add(&label, &sheet->plot, act, (size_t)sheet->column - 3);
    if (act->kind == ACT_NONE)
        sequence_left_out_add(&label, &sheet->plot, act);
    if (label.length == 0 || (act->kind == ACT_REAP && act->lane == NO_INDEX))
        return 0;
    draw_lifelines(sheet, act->event, y);
    if (act->kind == ACT_NONE)
        canvas_text(&sheet->canvas, 0, y, label.data, label.length);
    else if (message.from != NO_INDEX)
        draw_message(sheet, act, message, y);
    else
        canvas_text(&sheet->canvas, x_of(sheet, act->lane) + 2, y, label.data, label.length);
    return 1;
}

static void draw_acts(struct sheet *sheet, int y)
{
    int64_t told_us = -1;
    for (uint32_t i = 0; i < sheet->plot.act_count; i++) {
        const struct act *act = &sheet->plot.acts[i];
        int64_t now = sheet->history->events[act->event].event.t_us;
        int lines = draw_act(sheet, act, y);
        if (lines > 0 && now != told_us && act->kind != ACT_NONE) {
            draw_time(sheet, now, y);
            told_us = now;
        }
        y += lines;
    }
    sheet->canvas.height = y;
}

static void measure(struct sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->plot.act_count; i++) {
        auto_buf struct buf label = {0};
        time_add(&label, sheet->history->events[sheet->plot.acts[i].event].event.t_us);
        int width = (int)label.length + 2;
        sheet->left = sheet->left > width ? sheet->left : width;
    }
    int lanes = (int)sheet->plot.lane_count;
    sheet->column = (WIDTH - sheet->left) / (lanes > 0 ? lanes : 1);
    sheet->column = sheet->column < MOST_COLUMN ? sheet->column : MOST_COLUMN;
}

static bool is_forked(const struct sheet *sheet, uint32_t lane)
{
    for (uint32_t i = 0; i < sheet->plot.act_count; i++)
        if (sheet->plot.acts[i].kind == ACT_FORK && sheet->plot.acts[i].other == lane)
            return true;
    return false;
}

static void add_legend(const struct sheet *sheet, struct buf *out)
{
    struct legend_line line = {.out = out};
    bool occurs[STATE_REAPED + 1] = {false};
    for (uint32_t i = 0; i < sheet->cast.lane_count; i++) {
        uint32_t process = sheet->cast.lanes[i].process;
        for (uint32_t j = 0;
             process != NO_INDEX && j < sheet->history->processes[process].stretch_count; j++)
            occurs[sheet->history->processes[process].stretches[j].state] = true;
    }
    for (int state = STATE_RUNNING; state <= STATE_ZOMBIE; state++)
        if (occurs[state])
            legend_line_add(&line, line_of((enum process_state)state),
                            state_in((enum process_state)state, sheet->cast.language));
    buf_add_char(out, '\n');
    for (uint32_t i = 0; i < sheet->cast.lane_count; i++) {
        auto_buf struct buf text = {0};
        if (sheet->cast.lanes[i].count == 1 || sheet->cast.lanes[i].process == NO_INDEX)
            continue;
        lane_name_add(&text, &sheet->cast, i, 60);
        buf_add_string(&text, word_in(sheet->cast.language, WORD_COLON));
        lane_note_add(&text, &sheet->cast, i);
        buf_printf(out, "%s\n", text.data);
    }
}

void sequence_text(const struct history *history, enum language language, struct buf *out)
{
    struct sheet sheet = {.history = history};
    cast_init(&sheet.cast, history, language, MOST_LANES);
    plot_init(&sheet.plot, &sheet.cast);
    plot_limit(&sheet.plot, MOST_ACTS);
    sheet.begun = xcalloc((size_t)sheet.plot.lane_count + 1, sizeof *sheet.begun);
    measure(&sheet);
    canvas_init(&sheet.canvas, WIDTH, (int)sheet.plot.act_count + 1);
    for (uint32_t i = 0; i < sheet.plot.lane_count; i++)
        if (!is_forked(&sheet, i))
            draw_name(&sheet, i, x_of(&sheet, i), 0);
    draw_acts(&sheet, 1);
    canvas_write(&sheet.canvas, out);
    buf_add_char(out, '\n');
    add_legend(&sheet, out);
    free(sheet.begun);
    canvas_release(&sheet.canvas);
    plot_release(&sheet.plot);
    cast_release(&sheet.cast);
}
