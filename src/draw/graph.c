#include "draw/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"

enum { MANY_VERTICES = 26 /* more: equal outputs in a row become one */ };

struct builder {
    struct graph *graph;
    uint32_t vertex_capacity, edge_capacity;
    uint32_t *at;     /* [lane]: its last vertex */
    uint32_t *source; /* [lane]: the vertex that forked it, until it has one of its own */
    uint32_t *sign;   /* [lane]: the act by which a signal hit it, until it shows what that did */
    uint32_t *of_act; /* the vertex of an act */
    bool joins;
};

/* ---- building ---- */

static void add_edge(struct builder *builder, uint32_t from, uint32_t to, enum edge_kind kind)
{
    struct graph *graph = builder->graph;
    if (from == NO_INDEX || to == NO_INDEX || from == to)
        return;
    if (graph->edge_count == builder->edge_capacity) {
        builder->edge_capacity = builder->edge_capacity > 0 ? 2 * builder->edge_capacity : 32;
        graph->edges = xreallocarray(graph->edges, builder->edge_capacity, sizeof *graph->edges);
    }
    graph->edges[graph->edge_count++] = (struct edge){from, to, kind};
}

static uint32_t add_vertex(struct builder *builder, uint32_t index)
{
    struct graph *graph = builder->graph;
    const struct act *act = &graph->plot.acts[index];
    uint32_t lane = act->lane, vertex = graph->vertex_count;
    if (graph->vertex_count == builder->vertex_capacity) {
        builder->vertex_capacity = builder->vertex_capacity > 0 ? 2 * builder->vertex_capacity : 32;
        graph->vertices =
            xreallocarray(graph->vertices, builder->vertex_capacity, sizeof *graph->vertices);
    }
    graph->vertices[graph->vertex_count++] =
        (struct vertex){.act = act, .lane = lane, .last = builder->at[lane], .times = act->times};
    add_edge(builder, builder->source[lane], vertex, EDGE_FORK);
    builder->source[lane] = NO_INDEX;
    if (builder->sign[lane] != NO_INDEX)
        builder->of_act[builder->sign[lane]] = vertex;
    builder->sign[lane] = NO_INDEX;
    builder->of_act[index] = vertex;
    builder->at[lane] = vertex;
    return vertex;
}

static const struct event *event_of(const struct graph *graph, const struct act *act)
{
    return &graph->cast.history->events[act->event].event;
}

static bool same_text(const struct event *a, const struct event *b)
{
    return a->text_length == b->text_length &&
           (a->text_length == 0 || memcmp(a->text, b->text, a->text_length) == 0);
}

/* An output that says again what the process said last. */
static bool join_output(struct builder *builder, const struct act *act)
{
    struct graph *graph = builder->graph;
    uint32_t last = builder->at[act->lane];
    if (!builder->joins || last == NO_INDEX || graph->vertices[last].act->kind != ACT_OUTPUT ||
        !same_text(event_of(graph, act), event_of(graph, graph->vertices[last].act)))
        return false;
    graph->vertices[last].times += act->times;
    return true;
}

/* Another signal of the same kill. */
static bool join_kill(struct builder *builder, uint32_t index)
{
    const struct act *act = &builder->graph->plot.acts[index];
    uint32_t last = builder->at[act->lane];
    if (last == NO_INDEX || builder->graph->vertices[last].act->event != act->event)
        return false;
    builder->of_act[index] = last;
    return true;
}

static bool is_step_of_state(const struct graph *graph, const struct act *act)
{
    enum event_kind kind = event_of(graph, act)->kind;
    return act->kind == ACT_STATE && (kind == EVENT_STOP || kind == EVENT_CONTINUE);
}

static void add_act(struct builder *builder, uint32_t index)
{
    struct graph *graph = builder->graph;
    const struct act *act = &graph->plot.acts[index];
    const struct event *event = event_of(graph, act);
    if (act->kind == ACT_NONE)
        graph->left_out += act->times;
    if (act->lane == NO_INDEX || act->lane == graph->plot.init)
        return;
    if (act->kind == ACT_FORK) {
        uint32_t vertex = add_vertex(builder, index);
        builder->source[act->other] = vertex;
    } else if (act->kind == ACT_OUTPUT) {
        if (!join_output(builder, act))
            add_vertex(builder, index);
    } else if (act->kind == ACT_SEND) {
        if (!join_kill(builder, index))
            add_vertex(builder, index);
    } else if (act->kind == ACT_REAP && !event->automatic) {
        uint32_t vertex = add_vertex(builder, index);
        add_edge(builder, builder->at[act->other], vertex, EDGE_REAP);
    } else if (act->kind == ACT_RECEIVE) {
        if (event->action == ACTION_CAUGHT)
            add_edge(builder, act->other != NO_INDEX ? builder->at[act->other] : NO_INDEX,
                     add_vertex(builder, index), EDGE_SIGNAL);
        else if (event->action != ACTION_IGNORED)
            builder->sign[act->lane] = index;
    } else if (act->kind == ACT_EXEC || act->kind == ACT_EXIT || act->kind == ACT_FAIL ||
               is_step_of_state(graph, act)) {
        add_vertex(builder, index);
    }
}

static void add_signals(struct builder *builder)
{
    struct graph *graph = builder->graph;
    for (uint32_t i = 0; i < graph->plot.act_count; i++) {
        const struct act *act = &graph->plot.acts[i];
        if (act->kind == ACT_SEND && act->arrival != NO_INDEX)
            add_edge(builder, builder->of_act[i], builder->of_act[act->arrival], EDGE_SIGNAL);
    }
}

/* ---- columns ---- */

static int by_target(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->to != y->to ? (x->to < y->to ? -1 : 1) : x->from < y->from ? -1 : x->from > y->from;
}

/* Edges go from earlier vertices to later ones, so that one pass finds the longest paths. */
static void place_after(struct graph *graph, const int *least)
{
    uint32_t edge = 0;
    graph->column_count = 0;
    for (uint32_t i = 0; i < graph->vertex_count; i++) {
        struct vertex *vertex = &graph->vertices[i];
        int after_last = vertex->last != NO_INDEX ? graph->vertices[vertex->last].column + 1 : 0;
        vertex->column = after_last > least[i] ? after_last : least[i];
        for (; edge < graph->edge_count && graph->edges[edge].to == i; edge++) {
            int after = graph->vertices[graph->edges[edge].from].column + 1;
            vertex->column = vertex->column > after ? vertex->column : after;
        }
        if (vertex->column >= graph->column_count)
            graph->column_count = vertex->column + 1;
    }
}

/* The edge goes down into its vertex at that vertex's column, on its way past other lines: none of
 * them may have a vertex there. */
static bool is_in_the_way(const struct graph *graph, const int *rows, const struct edge *edge,
                          uint32_t other)
{
    const struct vertex *from = &graph->vertices[edge->from], *to = &graph->vertices[edge->to];
    const struct vertex *vertex = &graph->vertices[other];
    int row = rows[vertex->lane];
    return vertex->column == to->column && ((rows[from->lane] < row && row < rows[to->lane]) ||
                                            (rows[to->lane] < row && row < rows[from->lane]));
}

/* Moves waits to the right until what they reap comes down where nothing else stands. */
static bool make_way(const struct graph *graph, const int *rows, int *least)
{
    bool moved = false;
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        for (uint32_t v = 0; edge->kind == EDGE_REAP && v < graph->vertex_count; v++) {
            if (!is_in_the_way(graph, rows, edge, v))
                continue;
            least[edge->to] = graph->vertices[edge->to].column + 1;
            moved = true;
        }
    }
    return moved;
}

static void place(struct graph *graph)
{
    if (graph->edge_count > 0)
        qsort(graph->edges, graph->edge_count, sizeof *graph->edges, by_target);
    auto_free int *least = xcalloc((size_t)graph->vertex_count + 1, sizeof *least);
    auto_free int *rows = graph_rows(graph);
    /* What is moved may come into the way of others, but not for ever: only to the right. */
    for (uint32_t times = 0; times <= graph->vertex_count; times++) {
        place_after(graph, least);
        if (!make_way(graph, rows, least))
            break;
    }
}

static uint32_t *new_indices(size_t count)
{
    uint32_t *indices = xcalloc(count + 1, sizeof *indices);
    for (size_t i = 0; i <= count; i++)
        indices[i] = NO_INDEX;
    return indices;
}

void graph_init(struct graph *graph, const struct history *history, enum language language,
                uint32_t most_lanes, uint32_t most_vertices)
{
    *graph = (struct graph){0};
    cast_init(&graph->cast, history, language, most_lanes);
    plot_init(&graph->plot, &graph->cast);
    plot_limit(&graph->plot, most_vertices);
    struct builder builder = {.graph = graph, .joins = graph->plot.act_count > MANY_VERTICES};
    builder.at = new_indices(graph->plot.lane_count);
    builder.source = new_indices(graph->plot.lane_count);
    builder.sign = new_indices(graph->plot.lane_count);
    builder.of_act = new_indices(graph->plot.act_count);
    for (uint32_t i = 0; i < graph->plot.act_count; i++)
        add_act(&builder, i);
    add_signals(&builder);
    place(graph);
    free(builder.at);
    free(builder.source);
    free(builder.sign);
    free(builder.of_act);
}

void graph_release(struct graph *graph)
{
    free(graph->vertices);
    free(graph->edges);
    plot_release(&graph->plot);
    cast_release(&graph->cast);
}

/* ---- labels ---- */

static void add_times(struct buf *out, const struct graph *graph, uint32_t times)
{
    if (times <= 1)
        return;
    auto_buf struct buf count = {0};
    count_add(&count, times);
    buf_add_char(out, ' ');
    word_add(out, graph->cast.language, WORD_TIMES, count.data);
}

static void exec_add(struct buf *out, const struct graph *graph, const struct event *event)
{
    buf_add_string(out, word_in(graph->cast.language, WORD_STEP_EXEC));
    if (event->argc == 0)
        return;
    buf_add_char(out, ' ');
    label_add(out, event->argv[0], strlen(event->argv[0]), 16);
}

void vertex_step_add(struct buf *out, const struct graph *graph, uint32_t index)
{
    const struct vertex *vertex = &graph->vertices[index];
    const struct event *event = event_of(graph, vertex->act);
    enum language language = graph->cast.language;
    switch (vertex->act->kind) {
    case ACT_FORK:
        buf_add_string(out, word_in(language, WORD_STEP_FORK));
        break;
    case ACT_OUTPUT:
        buf_add_string(out, word_in(language, WORD_STEP_PRINT));
        break;
    case ACT_SEND:
        buf_printf(out, "%s %s", word_in(language, WORD_STEP_KILL), signal_name(event->signal));
        break;
    case ACT_REAP:
        buf_add_string(out, word_in(language, WORD_STEP_WAIT));
        break;
    case ACT_EXEC:
        exec_add(out, graph, event);
        break;
    case ACT_EXIT:
        fate_add(out, language, event);
        break;
    case ACT_FAIL:
        buf_printf(out, "%s: %s", event_words[event->kind], errno_name(event->error));
        break;
    case ACT_RECEIVE:
        buf_add_string(out, signal_name(event->signal));
        break;
    default:
        buf_add_string(out, event_words[event->kind]);
        break;
    }
    add_times(out, graph, vertex->times);
}

void vertex_output_add(struct buf *out, const struct graph *graph, uint32_t index, size_t columns)
{
    const struct vertex *vertex = &graph->vertices[index];
    if (vertex->act->kind != ACT_OUTPUT)
        return;
    buf_add_char(out, '"');
    output_label_add(out, event_of(graph, vertex->act), columns > 2 ? columns - 2 : 1);
    buf_add_char(out, '"');
}

/* ---- rows ---- */

static void add_row(const struct graph *graph, uint32_t lane, int *rows, int *next)
{
    const struct lane *now = &graph->cast.lanes[lane];
    for (uint32_t i = 0; i < now->child_count; i++)
        add_row(graph, now->children[i], rows, next);
    rows[lane] = (*next)++;
}

int *graph_rows(const struct graph *graph)
{
    int *rows = xcalloc((size_t)graph->plot.lane_count + 1, sizeof *rows);
    int next = 0;
    if (graph->plot.outside != NO_INDEX)
        rows[graph->plot.outside] = next++;
    for (uint32_t i = 0; i < graph->cast.lane_count; i++)
        if (graph->cast.lanes[i].parent == NO_INDEX)
            add_row(graph, i, rows, &next);
    if (graph->plot.init != NO_INDEX)
        rows[graph->plot.init] = next++;
    return rows;
}
