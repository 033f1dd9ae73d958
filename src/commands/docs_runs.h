/*
 * The runs that documents show. Each is performed once, however many blocks show it.
 */
#ifndef PROCENARIO_COMMANDS_DOCS_RUNS_H
#define PROCENARIO_COMMANDS_DOCS_RUNS_H

#include "commands/inputs.h"
#include "history/history.h"

struct shown_run {
    char *path;              /* of the scenario or the stored trace, as it can be opened */
    struct option_list sets; /* NAME=VALUE, owned */
    bool is_stored;          /* a trace: it is read, not performed */
    bool broken;             /* the file is wrong: that was told */
    struct inputs inputs;    /* the file's scenarios */
    size_t which;            /* of which this is shown, from 0 */
    struct history *history; /* once it was performed */
};

struct shown_runs {
    struct shown_run **items;
    size_t count;
};

/* The run of that scenario with those parameters, loaded; a new one is added. What is wrong with
 * the file is told on stderr, once. `sets` is copied. */
struct shown_run *shown_runs_find(struct shown_runs *runs, const char *path, size_t which,
                                  const struct option_list *sets, bool is_stored);
/* Performs them all. An exit_status: 0 when every one has its history. */
int shown_runs_perform(struct shown_runs *runs, const struct command *command);
void shown_runs_release(struct shown_runs *runs);

#endif
