/*
 * Pictures of a run, from its history: what happened when (timeline), what had to happen before
 * what (graph), who made whom (tree), and who told whom what (sequence).
 *
 * The same history gives the same bytes. A picture stays within a page however long the run is:
 * processes that do alike are folded into one and counted, and what is too dense to be seen is
 * drawn together. Only trace-event JSON, which is made for zooming, holds everything.
 *
 * An SVG can stand in an HTML page as it is, several of them too: its styles and ids are its
 * own. What an event looks like in it carries data-n, the number of the event in the trace, and a
 * lane of the timeline carries data-process.
 */
#ifndef PROCENARIO_DRAW_DRAW_H
#define PROCENARIO_DRAW_DRAW_H

#include <stdio.h>

#include "history/history.h"

enum draw_kind { DRAW_TIMELINE, DRAW_GRAPH, DRAW_TREE, DRAW_SEQUENCE };
extern const char *const draw_kind_words[]; /* NULL-terminated, in the order of the enum */

enum draw_format { DRAW_SVG, DRAW_TEXT, DRAW_MERMAID, DRAW_DOT, DRAW_TRACE_EVENT };
extern const char *const draw_format_words[]; /* "svg", "text", "mermaid", "dot", "trace-event" */

struct draw_options {
    enum draw_kind kind;
    enum draw_format format;
    enum language language;
};

/* Not every picture can be said in every format. */
bool draw_knows(enum draw_kind kind, enum draw_format format);
/* Appends the formats of a kind, as "svg, text and mermaid", for messages. */
void draw_formats_of(enum draw_kind kind, struct buf *out);
/* Draws; write errors stay with the stream (ferror). Nothing is drawn of a pair that draw_knows
 * does not know. */
void draw(const struct history *history, const struct draw_options *options, FILE *out);

/* Where each event stands in the SVG of the timeline: its x, one an event; the caller frees it. For
 * who shows a picture together with an event, also with one that has no mark in it. */
int *draw_timeline_places(const struct history *history, enum language language);

#endif
