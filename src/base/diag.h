/*
 * Diagnostics: what is wrong with an input file, where, and what would be right. Collected while
 * reading, sorted by place, freed of duplicates, then printed with the source line and a caret.
 */
#ifndef PROCENARIO_BASE_DIAG_H
#define PROCENARIO_BASE_DIAG_H

#include "base/source.h"

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

struct diag {
    enum diag_severity severity;
    struct span span;
    char *message;          /* "unknown process 'chlid'" */
    char *help;             /* "did you mean 'child'? (processes here: parent, child)", or NULL */
    struct span other_span; /* a second place ("the first one is here"); length 0: none */
    char *other_note;       /* or NULL */
};

struct diags {
    const struct source *source; /* borrowed: must outlive the list */
    struct diag *items;
    size_t count, capacity;
    size_t errors; /* how many are DIAG_ERROR */
};

void diags_init(struct diags *diags, const struct source *source);
void diags_release(struct diags *diags);
/* Adds one; the returned diag may be completed by the two functions below. Valid until the next
 * add. */
struct diag *diag_error(struct diags *diags, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct diag *diag_warning(struct diags *diags, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_help(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_also(struct diag *diag, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * Sorts, drops duplicates and appends the text; at most 20 are shown, then a closing count:
 *
 *   zombie.yaml:9:23: error: unknown process 'chlid'
 *     9 |     - kill: {process: chlid, signal: SIGKILL}
 *       |                       ^~~~~
 *       = help: did you mean 'child'? (processes here: parent, child)
 *
 * The caret is placed by display width and repeats the line's tabs; long lines are cut around it.
 */
void diags_format(struct diags *diags, struct buf *out, bool color);

#endif
