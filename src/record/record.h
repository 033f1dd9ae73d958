/*
 * Writes the scenario that describes a run: its program, friendlier names for its processes, what
 * came from outside as a timeline, and what was seen as expectations.
 */
#ifndef PROCENARIO_RECORD_RECORD_H
#define PROCENARIO_RECORD_RECORD_H

#include "history/history.h"

struct recording {
    const struct history *history;
    char *const *argv;     /* the program, performed as the process `main` */
    const char *directory; /* where it was performed, as seen from the scenario; NULL: there */
    const char *schema;    /* for editors: the path or address of the language's schema, or NULL */
    const char *title;     /* NULL: the command line */
    const char *const *names; /* by process, from record_names */
};

/* A name for each process of the run, as a reader would choose it; unique. Freed by
 * record_names_free. */
char **record_names(const struct history *history);
void record_names_free(char **names, const struct history *history);

/* Everything that makes the run other than it could be another time: its reasons, and what a
 * timeline cannot repeat. Empty: nothing does. */
void record_doubts(const struct history *history, struct buf *out);

/* Appends the scenario. What may differ another time stands in it as comments. */
void record_write(const struct recording *recording, struct buf *out);

#endif
