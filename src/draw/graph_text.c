/*
 * The process graph as text: two lines a process, the upper one with its steps, the lower one with
 * what these are. What is wider than a page is continued below.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/graph.h"

enum {
    MOST_LANES = 24,
    MOST_VERTICES = 150,
    MOST_NAME = 18,
    MOST_WIDTH = 98,
    OUTPUT_COLUMNS = 20, /* if the graph fits a page with them … */
    FEWER_COLUMNS = 11,  /* … or not */
    LEAST_COLUMN = 5,
};

struct sheet {
    struct graph graph;
    struct canvas canvas;
    int *rows, *columns, *widths; /* columns: their left ends in the panel */
    int left, row_count;
    int first, last; /* columns of the panel */
    size_t output_columns;
};

static void add_label(struct buf *out, const struct sheet *sheet, uint32_t vertex)
{
    const struct vertex *now = &sheet->graph.vertices[vertex];
    if (now->act->kind != ACT_OUTPUT) {
        vertex_step_add(out, &sheet->graph, vertex);
        return;
    }
    vertex_output_add(out, &sheet->graph, vertex, sheet->output_columns);
    if (now->times > 1) {
        auto_buf struct buf count = {0};
        count_add(&count, now->times);
        buf_add_char(out, ' ');
        word_add(out, sheet->graph.cast.language, WORD_TIMES, count.data);
    }
}

static int x_of(const struct sheet *sheet, uint32_t vertex)
{
    return sheet->columns[sheet->graph.vertices[vertex].column];
}

static int y_of(const struct sheet *sheet, uint32_t vertex)
{
    return 2 * sheet->rows[sheet->graph.vertices[vertex].lane];
}

static bool in_panel(const struct sheet *sheet, uint32_t vertex)
{
    int column = sheet->graph.vertices[vertex].column;
    return column >= sheet->first && column < sheet->last;
}

/* Where a vertex of another panel would be: just beyond the edge of this one. */
static int clipped_x(const struct sheet *sheet, uint32_t vertex)
{
    int column = sheet->graph.vertices[vertex].column;
    if (column < sheet->first)
        return sheet->left - 2;
    return column >= sheet->last ? sheet->canvas.width : x_of(sheet, vertex);
}

static void draw_along(struct sheet *sheet, int from, int to, int y)
{
    for (int x = from > sheet->left - 2 ? from : sheet->left - 2; x <= to; x++)
        if (canvas_is_blank(&sheet->canvas, x, y, 1))
            canvas_set(&sheet->canvas, x, y, "─");
}

static void draw_up(struct sheet *sheet, int x, int from, int to)
{
    int low = from < to ? from : to, high = from < to ? to : from;
    for (int y = low + 1; y < high; y++)
        canvas_set(&sheet->canvas, x, y, "│");
}

static void draw_fork(struct sheet *sheet, const struct edge *edge)
{
    int y = y_of(sheet, edge->from), end = y_of(sheet, edge->to);
    int x = clipped_x(sheet, edge->from);
    draw_along(sheet, x + 1, clipped_x(sheet, edge->to) - 1, end);
    if (!in_panel(sheet, edge->from))
        return;
    draw_up(sheet, x, y, end);
    canvas_set(&sheet->canvas, x, end, end < y ? "┌" : "└");
}

static void draw_reap(struct sheet *sheet, const struct edge *edge)
{
    int y = y_of(sheet, edge->from), end = y_of(sheet, edge->to);
    int x = clipped_x(sheet, edge->to);
    draw_along(sheet, clipped_x(sheet, edge->from) + 1, x - 1, y);
    if (!in_panel(sheet, edge->to))
        return;
    draw_up(sheet, x, y, end);
    canvas_set(&sheet->canvas, x, y, end > y ? "┐" : "┘");
}

static void draw_vertex(struct sheet *sheet, uint32_t vertex)
{
    auto_buf struct buf label = {0};
    add_label(&label, sheet, vertex);
    canvas_set(&sheet->canvas, x_of(sheet, vertex), y_of(sheet, vertex),
               sheet->graph.vertices[vertex].act->kind == ACT_OUTPUT ? "○" : "●");
    canvas_text(&sheet->canvas, x_of(sheet, vertex), y_of(sheet, vertex) + 1, label.data,
                label.length);
}

static void draw_names(struct sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->graph.plot.lane_count; i++) {
        auto_buf struct buf name = {0};
        auto_buf struct buf note = {0};
        if (i == sheet->graph.plot.init)
            continue;
        plot_lane_name_add(&name, &sheet->graph.plot, i, MOST_NAME);
        canvas_text(&sheet->canvas, 0, 2 * sheet->rows[i], name.data, name.length);
        if (i < sheet->graph.cast.lane_count)
            lane_note_add(&note, &sheet->graph.cast, i);
        canvas_text(&sheet->canvas, 0, 2 * sheet->rows[i] + 1, note.data, note.length);
    }
}

static void draw_panel(struct sheet *sheet, struct buf *out)
{
    canvas_init(&sheet->canvas, MOST_WIDTH, 2 * sheet->row_count);
    draw_names(sheet);
    for (uint32_t i = 0; i < sheet->graph.edge_count; i++) {
        if (sheet->graph.edges[i].kind == EDGE_FORK)
            draw_fork(sheet, &sheet->graph.edges[i]);
        else if (sheet->graph.edges[i].kind == EDGE_REAP)
            draw_reap(sheet, &sheet->graph.edges[i]);
    }
    for (uint32_t i = 0; i < sheet->graph.vertex_count; i++) {
        uint32_t last = sheet->graph.vertices[i].last;
        if (last != NO_INDEX)
            draw_along(sheet, clipped_x(sheet, last) + 1, clipped_x(sheet, i) - 1, y_of(sheet, i));
    }
    for (uint32_t i = 0; i < sheet->graph.vertex_count; i++)
        if (in_panel(sheet, i))
            draw_vertex(sheet, i);
    canvas_write(&sheet->canvas, out);
    canvas_release(&sheet->canvas);
}

/* Returns how wide all columns are together. */
static int measure_columns(struct sheet *sheet, size_t output_columns)
{
    int total = 0;
    sheet->output_columns = output_columns;
    for (int i = 0; i < sheet->graph.column_count; i++)
        sheet->widths[i] = LEAST_COLUMN;
    for (uint32_t i = 0; i < sheet->graph.vertex_count; i++) {
        auto_buf struct buf label = {0};
        add_label(&label, sheet, i);
        int width = (int)utf8_width(label.data, label.length) + 2;
        int *widest = &sheet->widths[sheet->graph.vertices[i].column];
        *widest = *widest > width ? *widest : width;
    }
    for (int i = 0; i < sheet->graph.column_count; i++)
        total += sheet->widths[i];
    return total;
}

static void measure(struct sheet *sheet)
{
    size_t count = (size_t)sheet->graph.column_count;
    sheet->columns = xcalloc(count + 1, sizeof *sheet->columns);
    sheet->widths = xcalloc(count + 1, sizeof *sheet->widths);
    for (uint32_t i = 0; i < sheet->graph.plot.lane_count; i++) {
        auto_buf struct buf name = {0};
        plot_lane_name_add(&name, &sheet->graph.plot, i, MOST_NAME);
        int width = (int)utf8_width(name.data, name.length) + 3;
        sheet->left = sheet->left > width ? sheet->left : width;
    }
    if (sheet->left + measure_columns(sheet, OUTPUT_COLUMNS) > MOST_WIDTH)
        measure_columns(sheet, FEWER_COLUMNS);
}

/* As many columns as fit, at least one. */
static void place_panel(struct sheet *sheet)
{
    int x = sheet->left;
    sheet->last = sheet->first;
    while (sheet->last < sheet->graph.column_count) {
        if (x + sheet->widths[sheet->last] > MOST_WIDTH && sheet->last > sheet->first)
            break;
        sheet->columns[sheet->last] = x;
        x += sheet->widths[sheet->last++];
    }
}

void graph_text(const struct history *history, enum language language, struct buf *out)
{
    struct sheet sheet = {0};
    graph_init(&sheet.graph, history, language, MOST_LANES, MOST_VERTICES);
    sheet.rows = graph_rows(&sheet.graph);
    sheet.row_count = (int)sheet.graph.plot.lane_count - (sheet.graph.plot.init != NO_INDEX);
    measure(&sheet);
    while (sheet.first < sheet.graph.column_count) {
        if (sheet.first > 0)
            buf_add_string(out, "…\n");
        place_panel(&sheet);
        draw_panel(&sheet, out);
        sheet.first = sheet.last;
    }
    if (sheet.graph.left_out > 0) {
        auto_buf struct buf count = {0};
        count_add(&count, sheet.graph.left_out);
        buf_add_string(out, "… ");
        word_add(out, language, WORD_EVENTS_LEFT_OUT, count.data);
        buf_add_char(out, '\n');
    }
    free(sheet.rows);
    free(sheet.columns);
    free(sheet.widths);
    graph_release(&sheet.graph);
}
