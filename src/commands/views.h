/*
 * The views of a run that a document shows, each in the forms that it has: the one place where a
 * view becomes text or a picture.
 */
#ifndef PROCENARIO_COMMANDS_VIEWS_H
#define PROCENARIO_COMMANDS_VIEWS_H

#include "history/history.h"

/* X(enumerator, word). */
#define VIEWS(X)                                                                                   \
    X(VIEW_TRANSCRIPT, "transcript")                                                               \
    X(VIEW_ANNOTATED, "annotated")                                                                 \
    X(VIEW_TRACE, "trace")                                                                         \
    X(VIEW_TIMELINE, "timeline")                                                                   \
    X(VIEW_GRAPH, "graph")                                                                         \
    X(VIEW_TREE, "tree")                                                                           \
    X(VIEW_SEQUENCE, "sequence")
#define X(id, word) id,
enum view { VIEWS(X) };
#undef X
extern const char *const view_words[]; /* NULL-terminated, in the order of the enum */

/* Forms have the names of the languages of fences; `svg` is a picture's. */
#define FORMS(X)                                                                                   \
    X(FORM_CONSOLE, "console")                                                                     \
    X(FORM_TEXT, "text")                                                                           \
    X(FORM_JSON, "json")                                                                           \
    X(FORM_MERMAID, "mermaid")                                                                     \
    X(FORM_DOT, "dot")                                                                             \
    X(FORM_SVG, "svg")
#define X(id, word) id,
enum form { FORMS(X) };
#undef X
extern const char *const form_words[];

/* Not every view can be had in every form. */
bool view_knows(enum view view, enum form form);
/* Appends the view. Text is safe to show: what steers terminals is made visible. */
void view_make(const struct history *history, enum view view, enum form form,
               enum language language, struct buf *out);

#endif
