/*
 * The process graph as SVG: a line a process, its steps as dots with their names below and what
 * they print above; branches up at forks, joins down at waits, thick red arrows for signals.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/graph.h"

enum {
    MOST_LANES = 24,
    MOST_VERTICES = 120,
    MARGIN = 14,
    PITCH = 58,
    TOP = 34,
    DOT = 4,
    BEND = 10, /* how far beside a vertex a branch goes up or down */
    LEAST_COLUMN = 44,
    OUTPUT_COLUMNS = 22,
    LEGEND_ROW = 22,
    ABOVE = 10, /* the line and below it, the baselines of labels */
    BELOW = 17,
};

struct sheet {
    struct svg svg;
    struct graph graph;
    int *rows, *columns; /* columns: their middles */
    int left, row_count;
    struct space space; /* signals go through */
};

static int x_of(const struct sheet *sheet, uint32_t vertex)
{
    return sheet->left + sheet->columns[sheet->graph.vertices[vertex].column];
}

static int y_of_lane(const struct sheet *sheet, uint32_t lane)
{
    return TOP + sheet->rows[lane] * PITCH;
}

static int y_of(const struct sheet *sheet, uint32_t vertex)
{
    return y_of_lane(sheet, sheet->graph.vertices[vertex].lane);
}

/* ---- measures ---- */

static int step_width(const struct sheet *sheet, uint32_t vertex)
{
    auto_buf struct buf step = {0};
    vertex_step_add(&step, &sheet->graph, vertex);
    return svg_small_columns(utf8_width(step.data, step.length));
}

static int label_width(const struct sheet *sheet, uint32_t vertex)
{
    auto_buf struct buf output = {0};
    vertex_output_add(&output, &sheet->graph, vertex, OUTPUT_COLUMNS);
    int below = step_width(sheet, vertex);
    int above = svg_small_columns(utf8_width(output.data, output.length));
    return (below > above ? below : above) + 12;
}

static int by_column(const void *a, const void *b)
{
    const struct vertex *x = *(struct vertex *const *)a, *y = *(struct vertex *const *)b;
    return x->column != y->column ? x->column - y->column : x < y ? -1 : x > y;
}

static struct vertex **vertices_by_column(const struct graph *graph)
{
    struct vertex **sorted = xcalloc((size_t)graph->vertex_count + 1, sizeof *sorted);
    for (uint32_t i = 0; i < graph->vertex_count; i++)
        sorted[i] = &graph->vertices[i];
    if (graph->vertex_count > 0)
        qsort(sorted, graph->vertex_count, sizeof *sorted, by_column);
    return sorted;
}

/* What is reaped comes down so far left of its wait. */
enum { JOIN_LEFT = BEND + DOT, JOIN_ROOM = 5 };

/* On each line: where the label placed last ends, and where the next one may begin. */
struct line_room {
    int end, begin;
};

/* A vertex at `x` joins what is above or below: the lines between have no label where the edge goes
 * past. Returns the least x that this takes; `keeps`: later labels keep away, too. */
static int room_for_joins(const struct sheet *sheet, uint32_t vertex, int x, bool keeps,
                          struct line_room *rooms)
{
    const struct graph *graph = &sheet->graph;
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind != EDGE_REAP || edge->to != vertex)
            continue;
        int from = sheet->rows[graph->vertices[edge->from].lane];
        int to = sheet->rows[graph->vertices[vertex].lane];
        for (int row = (from < to ? from : to) + 1; row < (from < to ? to : from); row++) {
            int least = rooms[row].end + JOIN_LEFT + JOIN_ROOM;
            x = x > least ? x : least;
            if (keeps && rooms[row].begin < x - JOIN_LEFT + JOIN_ROOM)
                rooms[row].begin = x - JOIN_LEFT + JOIN_ROOM;
        }
    }
    return x;
}

static int row_of(const struct sheet *sheet, const struct vertex *vertex)
{
    return sheet->rows[vertex->lane];
}

/* A process begins with a label that the branch of its fork, coming from below, does not cross. */
static int room_for_fork(const struct sheet *sheet, uint32_t vertex, int x)
{
    const struct graph *graph = &sheet->graph;
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind != EDGE_FORK || edge->to != vertex)
            continue;
        int least = sheet->columns[graph->vertices[edge->from].column] + BEND + JOIN_ROOM +
                    step_width(sheet, vertex) / 2;
        x = x > least ? x : least;
    }
    return x;
}

/* The least place of a vertex, right of a column at `x`. */
static int room_for(const struct sheet *sheet, uint32_t vertex, int x, struct line_room *rooms)
{
    const struct vertex *one = &sheet->graph.vertices[vertex];
    int half = label_width(sheet, vertex) / 2, row = row_of(sheet, one);
    int least = (rooms[row].end > rooms[row].begin ? rooms[row].end : rooms[row].begin) + half;
    x = room_for_fork(sheet, vertex, x > least ? x : least);
    return room_for_joins(sheet, vertex, x, false, rooms);
}

/* As close as the labels of each line allow. Returns where the last one ends. */
static int place_columns(struct sheet *sheet)
{
    size_t count = (size_t)sheet->graph.column_count;
    auto_free struct vertex **sorted = vertices_by_column(&sheet->graph);
    auto_free struct line_room *rooms =
        xcalloc((size_t)sheet->graph.plot.lane_count + 1, sizeof *rooms);
    uint32_t next = 0;
    int end = 0;
    sheet->columns = xcalloc(count + 1, sizeof *sheet->columns);
    for (size_t i = 0; i < count; i++) {
        int x = i > 0 ? sheet->columns[i - 1] + LEAST_COLUMN : 0;
        uint32_t first = next;
        for (; next < sheet->graph.vertex_count && sorted[next]->column == (int)i; next++) {
            uint32_t vertex = (uint32_t)(sorted[next] - sheet->graph.vertices);
            x = room_for(sheet, vertex, x, rooms);
        }
        sheet->columns[i] = x;
        for (; first < next; first++) {
            uint32_t vertex = (uint32_t)(sorted[first] - sheet->graph.vertices);
            int right = x + label_width(sheet, vertex) / 2;
            room_for_joins(sheet, vertex, x, true, rooms);
            rooms[row_of(sheet, sorted[first])].end = right;
            end = end > right ? end : right;
        }
    }
    return end;
}

static int widest_name(const struct sheet *sheet)
{
    int widest = 0;
    for (uint32_t i = 0; i < sheet->graph.plot.lane_count; i++) {
        auto_buf struct buf name = {0};
        plot_lane_name_add(&name, &sheet->graph.plot, i, 30);
        int width = svg_columns(utf8_width(name.data, name.length));
        if (i != sheet->graph.plot.init)
            widest = widest > width ? widest : width;
    }
    return widest;
}

/* ---- edges ---- */

static void draw_path(struct sheet *sheet, const char *class, const char *head, const char *path)
{
    buf_printf(sheet->svg.out, "<path class=\"%s\"", class);
    if (head != NULL)
        buf_printf(sheet->svg.out, " marker-end=\"url(#procenario-graph-%s)\"", head);
    buf_printf(sheet->svg.out, " d=\"%s\"/>\n", path);
}

static void draw_line(struct sheet *sheet, uint32_t from, uint32_t to)
{
    auto_free char *path =
        xasprintf("M%d %dH%d", x_of(sheet, from), y_of(sheet, from), x_of(sheet, to) - DOT);
    draw_path(sheet, "fork", "fork", path);
}

/* From the fork beside its vertex to the child's line, and along that. */
static void draw_branch(struct sheet *sheet, uint32_t from, uint32_t to)
{
    int x = x_of(sheet, from), y = y_of(sheet, from), end = y_of(sheet, to);
    int bend = end < y ? -BEND : BEND;
    auto_free char *path = xasprintf("M%d %dl%d %dV%dl%d %dH%d", x, y, BEND, bend, end - bend, BEND,
                                     bend, x_of(sheet, to) - DOT);
    draw_path(sheet, "fork", "fork", path);
}

/* Along the child's line, and down into the wait. */
static void draw_join(struct sheet *sheet, uint32_t from, uint32_t to)
{
    int x = x_of(sheet, to), y = y_of(sheet, from), end = y_of(sheet, to);
    int bend = end < y ? -BEND : BEND;
    auto_free char *path =
        xasprintf("M%d %dH%dl%d %dV%dL%d %d", x_of(sheet, from) + DOT, y, x - 2 * BEND - DOT, BEND,
                  bend, end - bend, x - DOT + 1, end - (bend > 0 ? DOT : -DOT) + 1);
    draw_path(sheet, "reap", "reap", path);
}

static void draw_signal(struct sheet *sheet, uint32_t from, uint32_t to)
{
    int down = y_of(sheet, to) > y_of(sheet, from) ? 1 : -1;
    struct line line = {x_of(sheet, from), y_of(sheet, from) + down * DOT, x_of(sheet, to) - 2,
                        y_of(sheet, to) - down * (DOT + 1)};
    auto_free char *path = xasprintf("M%d %dL%d %d", line.x0, line.y0, line.x1, line.y1);
    space_add_line(&sheet->space, line);
    draw_path(sheet, "signal", "signal", path);
}

static void draw_edges(struct sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->graph.vertex_count; i++)
        if (sheet->graph.vertices[i].last != NO_INDEX)
            draw_line(sheet, sheet->graph.vertices[i].last, i);
    for (uint32_t i = 0; i < sheet->graph.edge_count; i++) {
        const struct edge *edge = &sheet->graph.edges[i];
        if (edge->kind == EDGE_FORK)
            draw_branch(sheet, edge->from, edge->to);
        else if (edge->kind == EDGE_REAP)
            draw_join(sheet, edge->from, edge->to);
        else
            draw_signal(sheet, edge->from, edge->to);
    }
}

/* ---- vertices ---- */

/* Below the line, unless a signal comes or goes through there and not above. */
static int y_of_step(struct sheet *sheet, uint32_t vertex)
{
    int y = y_of(sheet, vertex), half = step_width(sheet, vertex) / 2, x = x_of(sheet, vertex);
    const struct area below = {x - half, y + BELOW - 8, x + half, y + BELOW + 2};
    const struct area above = {x - half, y - ABOVE - 8, x + half, y - ABOVE + 2};
    bool goes_above =
        !space_is_free(&sheet->space, below, true) && space_is_free(&sheet->space, above, true);
    return goes_above ? y - ABOVE : y + BELOW;
}

static void draw_vertex(struct sheet *sheet, uint32_t vertex)
{
    const struct act *act = sheet->graph.vertices[vertex].act;
    const struct event *event = &sheet->graph.cast.history->events[act->event].event;
    int x = x_of(sheet, vertex), y = y_of(sheet, vertex);
    auto_buf struct buf step = {0};
    auto_buf struct buf output = {0};
    vertex_step_add(&step, &sheet->graph, vertex);
    vertex_output_add(&output, &sheet->graph, vertex, OUTPUT_COLUMNS);
    buf_printf(sheet->svg.out, "<g data-n=\"%llu\">", (unsigned long long)event->n);
    svg_title_event(&sheet->svg, event, sheet->graph.vertices[vertex].times);
    if (act->kind == ACT_EXIT && !event->has_status)
        buf_printf(sheet->svg.out, "<path class=\"cross\" d=\"M%d %dl8 8m0 -8l-8 8\"/>", x - 4,
                   y - 4);
    else
        buf_printf(sheet->svg.out, "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>",
                   act->kind == ACT_OUTPUT ? "mark" : "ink", x, y, DOT);
    int step_y = output.length == 0 ? y_of_step(sheet, vertex) : y + BELOW;
    svg_text(&sheet->svg, x, step_y, "middle", "small halo", step.data, step.length);
    if (output.length > 0)
        svg_text(&sheet->svg, x, y - ABOVE, "middle", "small strong halo", output.data,
                 output.length);
    buf_add_string(sheet->svg.out, "</g>\n");
}

static bool has_vertex(const struct sheet *sheet, uint32_t lane)
{
    for (uint32_t i = 0; i < sheet->graph.vertex_count; i++)
        if (sheet->graph.vertices[i].lane == lane)
            return true;
    return false;
}

static void draw_name(struct sheet *sheet, uint32_t lane)
{
    auto_buf struct buf name = {0};
    auto_buf struct buf note = {0};
    plot_lane_name_add(&name, &sheet->graph.plot, lane, 30);
    if (lane < sheet->graph.cast.lane_count)
        lane_note_add(&note, &sheet->graph.cast, lane);
    int y = y_of_lane(sheet, lane);
    svg_text(&sheet->svg, MARGIN, note.length > 0 ? y - 2 : y + 4, "start", "strong", name.data,
             name.length);
    if (note.length > 0)
        svg_text(&sheet->svg, MARGIN, y + 11, "start", "small soft", note.data, note.length);
}

/* ---- the legend ---- */

static bool edge_occurs(const struct graph *graph, enum edge_kind kind)
{
    for (uint32_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].kind == kind)
            return true;
    return false;
}

static void add_legend(struct sheet *sheet, int *x, int y, const char *class, enum word word)
{
    const char *text = word_in(sheet->svg.language, word);
    auto_free char *path = xasprintf("M%d %dh24", *x, y);
    draw_path(sheet, class, class, path);
    svg_text(&sheet->svg, *x + 30, y + 4, "start", "soft", text, strlen(text));
    *x += 30 + svg_columns(utf8_width(text, strlen(text))) + 18;
}

static void draw_legend(struct sheet *sheet, int y)
{
    int x = MARGIN;
    add_legend(sheet, &x, y, "fork", WORD_HAPPENS_BEFORE);
    if (edge_occurs(&sheet->graph, EDGE_REAP))
        add_legend(sheet, &x, y, "reap", WORD_REAP);
    if (edge_occurs(&sheet->graph, EDGE_SIGNAL))
        add_legend(sheet, &x, y, "signal", WORD_SIGNAL);
    if (sheet->graph.left_out == 0)
        return;
    auto_buf struct buf count = {0};
    auto_buf struct buf text = {0};
    count_add(&count, sheet->graph.left_out);
    buf_add_string(&text, "… ");
    word_add(&text, sheet->svg.language, WORD_EVENTS_LEFT_OUT, count.data);
    svg_text(&sheet->svg, MARGIN, y + LEGEND_ROW, "start", "soft", text.data, text.length);
}

void graph_svg(const struct history *history, enum language language, struct buf *out)
{
    struct sheet sheet = {.svg = {.out = out, .language = language, .kind = "graph"}};
    graph_init(&sheet.graph, history, language, MOST_LANES, MOST_VERTICES);
    sheet.rows = graph_rows(&sheet.graph);
    sheet.row_count = (int)sheet.graph.plot.lane_count - (sheet.graph.plot.init != NO_INDEX);
    int width = place_columns(&sheet);
    sheet.left = MARGIN + widest_name(&sheet) + 8;
    sheet.svg.width = sheet.left + width + MARGIN;
    if (sheet.svg.width < 480)
        sheet.svg.width = 480;
    int bottom = TOP + (sheet.row_count - 1) * PITCH + 44;
    sheet.svg.height = bottom + LEGEND_ROW + (sheet.graph.left_out > 0 ? LEGEND_ROW : 0);

    svg_begin(&sheet.svg, history, WORD_GRAPH_OF);
    for (uint32_t i = 0; i < sheet.graph.plot.lane_count; i++)
        if (i != sheet.graph.plot.init &&
            (has_vertex(&sheet, i) || i < sheet.graph.cast.lane_count))
            draw_name(&sheet, i);
    draw_edges(&sheet);
    for (uint32_t i = 0; i < sheet.graph.vertex_count; i++)
        draw_vertex(&sheet, i);
    draw_legend(&sheet, bottom);
    svg_end(&sheet.svg);
    free(sheet.rows);
    free(sheet.columns);
    space_release(&sheet.space);
    graph_release(&sheet.graph);
}
