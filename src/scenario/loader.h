/*
 * What the files that read a scenario share. The way of a document: yaml.c makes a tree; load.c
 * hands each top-level key to the file that knows it; what names processes is noted and checked at
 * the end, by resolve.c, when all of them are known.
 *
 * Assignments (assignment/load.c) are read with the fields, too: those need an arena and a list of
 * diagnostics, and no scenario.
 */
#ifndef PROCENARIO_SCENARIO_LOADER_H
#define PROCENARIO_SCENARIO_LOADER_H

#include "scenario/scenario.h"
#include "scenario/yaml.h"

struct param {
    const char *key;
    const char *value;
    struct span span; /* of the value in the file */
    bool overridden;  /* by --set */
};

/* A place that names a process; checked when all processes are known. */
struct reference {
    struct span span;
    const char *name;
    bool is_pattern;      /* `*` may stand in it */
    const char *reserved; /* also allowed: words separated by spaces, "nobody init" */
};

/* An entry of `names`. */
struct friendlier {
    struct span given_span, name_span;
    const char *given; /* as the author wrote it; then as it is without any friendlier name */
    const char *name;
};

/* A fork step, to decide which children carry an index. */
struct fork_site {
    unsigned parent, child;
    unsigned count; /* 2 where it stands in a loop or handler */
};

struct loader {
    struct arena *arena;
    struct diags *diags;
    struct scenario *scenario;
    struct param_override *overrides;
    size_t override_count;
    struct param *params;
    size_t param_count;
    /* roles, known before their steps are read */
    struct role *roles;
    size_t role_count;
    unsigned role;  /* whose steps are being read */
    unsigned loops; /* inside so many of repeat, forever, on */
    struct fork_site *forks;
    size_t fork_count, fork_capacity;
    struct reference *references;
    size_t reference_count, reference_capacity;
    struct friendlier *friendlier;
    size_t friendlier_count;
    const char *flag; /* the parameter of --set that the text just read came from, or NULL */
    bool *own;        /* [role_count]: roles that the one being read forks */
    const char **pipes;
    struct span *pipe_spans;
    bool *pipe_made; /* by a `pipe` step */
    size_t pipe_count;
};

/* ---- fields.c: typed by the field that reads them ---- */

/* Every function reports what is wrong and then returns false (or NULL). */

/* A scalar's text with parameters substituted. `what` names it in messages: "a duration". */
const char *field_text(struct loader *l, const struct node *node, const char *what);
/* What a text stands for that is one parameter and nothing else; any other is returned as it is.
 * Reports nothing. */
const char *param_of_whole(const struct loader *l, const char *text);
/* What becomes a C string, or is compared with one, cannot hold a NUL: says so. */
bool refuse_nul(struct loader *l, const struct node *node);
bool field_duration(struct loader *l, const struct node *node, int64_t *ns);
bool field_size(struct loader *l, const struct node *node, uint64_t *bytes);
bool field_integer(struct loader *l, const struct node *node, int64_t min, int64_t max,
                   int64_t *value);
bool field_unsigned(struct loader *l, const struct node *node, unsigned min, unsigned max,
                    unsigned *value);
bool field_bool(struct loader *l, const struct node *node, bool *value);
/* SIGTERM; TERM and 15 with a warning that suggests the standard form. `zero_allowed`: 0 is a
 * probe. */
bool field_signal(struct loader *l, const struct node *node, bool zero_allowed, int *signal);
/* Can a program catch it? Else says that it cannot. `verb`: "caught". */
bool can_be_caught(struct loader *l, const struct node *node, int signal, const char *verb);
/* One signal or a list of them. */
bool field_signals(struct loader *l, const struct node *node, const int **signals, size_t *count);
/* One of `words` (NULL-terminated): its index. `what`: "a state". */
bool field_word(struct loader *l, const struct node *node, const char *what,
                const char *const *words, unsigned *index);
/* Text of a step, with ${index} and the like left for when it is performed. */
bool field_runtime_text(struct loader *l, const struct node *node, struct text *text);
/* Points of grading: a number from 0 such as 2 or 0.5. */
bool field_points(struct loader *l, const struct node *node, double *points);
/* A mapping of limits; those that it does not name stay as they are. */
bool field_limits(struct loader *l, const struct node *map, struct limits *limits);
/* A list of texts; one scalar stands for a list of one when `one_allowed`. */
bool field_texts(struct loader *l, const struct node *node, bool one_allowed, const char *what,
                 const char *const **texts, size_t *count);

/* A name of letters, digits, '_' and '-' that begins with a letter or '_'. */
bool is_identifier(const char *text);
/* Nothing, `~` or `null`, not in quotes. */
bool is_null(const struct node *node);
/* Is it a map (list)? Else says what is expected: "a mapping of limits". */
bool expect_map(struct loader *l, const struct node *node, const char *what);
bool expect_list(struct loader *l, const struct node *node, const char *what);
/* The value of a key, or NULL. */
const struct node *field(const struct node *map, const char *key);
/* Reports every key that is not one of `words`, with the nearest one. `where`: "a timeline entry".
 */
bool check_keys(struct loader *l, const struct node *map, const char *const *words,
                const char *where);
/* "a, b and c" for messages. */
void add_words(struct buf *out, const char *const *words);

void reference_add(struct loader *l, struct span span, const char *name, bool is_pattern,
                   const char *reserved);
/* A process name or pattern as a field; noted for the check. NULL: reported. */
const char *field_process(struct loader *l, const struct node *node, bool is_pattern,
                          const char *reserved);

/* ---- one file a part of the document ---- */

void read_processes(struct loader *l, const struct node *map);
void read_steps(struct loader *l, const struct node *list, struct steps *steps);
void read_timeline(struct loader *l, const struct node *list);
void read_expectations(struct loader *l, const struct node *list);
void read_faults(struct loader *l, const struct node *list);
void read_limits(struct loader *l, const struct node *map);
void read_schedule(struct loader *l, const struct node *node);
void read_terminal(struct loader *l, const struct node *map);
void read_names(struct loader *l, const struct node *map);
void read_env(struct loader *l, const struct node *map, const char *const **env, size_t *count);
void resolve(struct loader *l);

#endif
