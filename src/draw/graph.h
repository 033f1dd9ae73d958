/*
 * The process graph as textbooks draw it (Bryant and O'Hallaron, Computer Systems, chapter 8): a
 * vertex for each thing that a process does, edges for what must come before what. Columns follow
 * from the edges alone: a vertex stands right of all that must come before it.
 */
#ifndef PROCENARIO_DRAW_GRAPH_H
#define PROCENARIO_DRAW_GRAPH_H

#include "draw/internal.h"

enum edge_kind { EDGE_NEXT, EDGE_FORK, EDGE_REAP, EDGE_SIGNAL };

struct edge {
    uint32_t from, to; /* vertices */
    enum edge_kind kind;
};

struct vertex {
    const struct act *act;
    uint32_t lane;
    int column;
    uint32_t last; /* the vertex before it on its line, or NO_INDEX */
    uint32_t times;
};

struct graph {
    struct cast cast;
    struct plot plot;
    struct vertex *vertices; /* each after all that must come before it */
    uint32_t vertex_count;
    struct edge *edges; /* between vertices; those of a line are `last` */
    uint32_t edge_count;
    int column_count;
    uint32_t left_out; /* events in the middle that are not drawn */
};

void graph_init(struct graph *graph, const struct history *history, enum language language,
                uint32_t most_lanes, uint32_t most_vertices);
void graph_release(struct graph *graph);
/* What the process does: "fork", "kill SIGKILL", "exit 3"; of an output "print". */
void vertex_step_add(struct buf *out, const struct graph *graph, uint32_t vertex);
/* Of an output, the text in quotes; else nothing. */
void vertex_output_add(struct buf *out, const struct graph *graph, uint32_t vertex, size_t columns);
/* The lines, top to bottom: above each process those that it forked, the first one uppermost, so
 * that branches go up and cross little. Returns an array of a row for each lane. */
int *graph_rows(const struct graph *graph);

#endif
