/*
 * The process graph for those who lay graphs out themselves: Mermaid and DOT.
 */
#include <string.h>

#include "base/text.h"
#include "draw/graph.h"

enum { MOST_LANES = 24, MOST_VERTICES = 150, OUTPUT_COLUMNS = 30 };

typedef void escaper(struct buf *out, const char *text, size_t length);

static void add_label(struct buf *out, const struct graph *graph, uint32_t vertex, escaper *escape)
{
    auto_buf struct buf text = {0};
    vertex_step_add(&text, graph, vertex);
    if (graph->vertices[vertex].act->kind == ACT_OUTPUT) {
        buf_add_char(&text, ' ');
        vertex_output_add(&text, graph, vertex, OUTPUT_COLUMNS);
    }
    escape(out, text.data, text.length);
}

static void add_name(struct buf *out, const struct graph *graph, uint32_t lane, escaper *escape)
{
    auto_buf struct buf text = {0};
    plot_lane_name_add(&text, &graph->plot, lane, 40);
    if (lane < graph->cast.lane_count && graph->cast.lanes[lane].count > 1 &&
        graph->cast.lanes[lane].process != NO_INDEX) {
        buf_add_string(&text, word_in(graph->cast.language, WORD_COLON));
        lane_note_add(&text, &graph->cast, lane);
    }
    escape(out, text.data, text.length);
}

static void add_left_out(struct buf *out, const struct graph *graph, const char *comment)
{
    if (graph->left_out == 0)
        return;
    auto_buf struct buf count = {0};
    count_add(&count, graph->left_out);
    buf_add_string(out, comment);
    word_add(out, graph->cast.language, WORD_EVENTS_LEFT_OUT, count.data);
    buf_add_char(out, '\n');
}

/* ---- Mermaid ---- */

static void mermaid_lane(struct buf *out, const struct graph *graph, uint32_t lane)
{
    uint32_t last = NO_INDEX;
    for (uint32_t i = 0; i < graph->vertex_count; i++) {
        if (graph->vertices[i].lane != lane)
            continue;
        if (last == NO_INDEX) {
            buf_printf(out, "    subgraph p%u[\"", lane);
            add_name(out, graph, lane, mermaid_add);
            buf_add_string(out, "\"]\n        direction LR\n");
        }
        buf_printf(out, "        v%u([\"", i);
        add_label(out, graph, i, mermaid_add);
        buf_add_string(out, "\"])\n");
        if (last != NO_INDEX)
            buf_printf(out, "        v%u --> v%u\n", last, i);
        last = i;
    }
    if (last != NO_INDEX)
        buf_add_string(out, "    end\n");
}

void graph_mermaid(const struct history *history, enum language language, struct buf *out)
{
    struct graph graph;
    graph_init(&graph, history, language, MOST_LANES, MOST_VERTICES);
    buf_add_string(out, "flowchart LR\n");
    add_left_out(out, &graph, "    %% … ");
    for (uint32_t i = 0; i < graph.plot.lane_count; i++)
        mermaid_lane(out, &graph, i);
    static const char *const arrows[] = {
        [EDGE_NEXT] = "-->", [EDGE_FORK] = "-->", [EDGE_REAP] = "-.->", [EDGE_SIGNAL] = "==>"};
    for (uint32_t i = 0; i < graph.edge_count; i++)
        buf_printf(out, "    v%u %s v%u\n", graph.edges[i].from, arrows[graph.edges[i].kind],
                   graph.edges[i].to);
    graph_release(&graph);
}

/* ---- DOT ---- */

static void dot_lane(struct buf *out, const struct graph *graph, uint32_t lane)
{
    uint32_t last = NO_INDEX;
    for (uint32_t i = 0; i < graph->vertex_count; i++) {
        if (graph->vertices[i].lane != lane)
            continue;
        if (last == NO_INDEX) {
            buf_printf(out, "    n%u [shape=plaintext, group=p%u, label=\"", lane, lane);
            add_name(out, graph, lane, dot_add);
            buf_printf(out, "\"];\n    n%u -> v%u [style=invis, weight=100];\n", lane, i);
        }
        buf_printf(out, "    v%u [group=p%u, label=\"", i, lane);
        add_label(out, graph, i, dot_add);
        buf_add_string(out, "\"];\n");
        if (last != NO_INDEX)
            buf_printf(out, "    v%u -> v%u [weight=100];\n", last, i);
        last = i;
    }
}

void graph_dot(const struct history *history, enum language language, struct buf *out)
{
    struct graph graph;
    graph_init(&graph, history, language, MOST_LANES, MOST_VERTICES);
    buf_add_string(out, "digraph processes {\n    rankdir=LR;\n"
                        "    node [shape=box, style=rounded, height=0.3, fontname=\"monospace\", "
                        "fontsize=10];\n");
    add_left_out(out, &graph, "    // … ");
    for (uint32_t i = 0; i < graph.plot.lane_count; i++)
        dot_lane(out, &graph, i);
    static const char *const styles[] = {[EDGE_NEXT] = "",
                                         [EDGE_FORK] = "",
                                         [EDGE_REAP] = " [style=dashed]",
                                         [EDGE_SIGNAL] = " [style=bold, color=\"#b3261e\"]"};
    for (uint32_t i = 0; i < graph.edge_count; i++)
        buf_printf(out, "    v%u -> v%u%s;\n", graph.edges[i].from, graph.edges[i].to,
                   styles[graph.edges[i].kind]);
    buf_add_string(out, "}\n");
    graph_release(&graph);
}
