/*
 * The scenarios that a command line names: files, each with one or more, or one command.
 */
#ifndef PROCENARIO_COMMANDS_INPUTS_H
#define PROCENARIO_COMMANDS_INPUTS_H

#include "base/source.h"
#include "options.h"
#include "scenario/scenario.h"

struct inputs {
    const struct scenario **scenarios; /* all, in order; owned by the lists below */
    size_t count;
    struct source *sources; /* one per file */
    struct scenario_list *lists;
    size_t file_count;
    struct scenario *command;
};

/* Loads every file, even after a mistake, so that all mistakes of all files are told at once (on
 * stderr). Returns an exit_status; 0 when all are valid. Release in any case. */
int inputs_load_files(struct inputs *inputs, char *const *paths, size_t count,
                      struct param_override *overrides, size_t override_count);
/* Loads what is in memory; `source` is taken over. */
int inputs_load_source(struct inputs *inputs, struct source *source,
                       struct param_override *overrides, size_t override_count);
/* Makes the one scenario of a command line, performed in the present working directory. */
int inputs_load_command(struct inputs *inputs, char *const *argv);
void inputs_release(struct inputs *inputs);

/* What --set NAME=VALUE asks for. */
struct overrides {
    struct param_override *items;
    size_t count;
};
/* False: it was told what is wrong, and *status is what to return. */
bool overrides_read(struct overrides *overrides, const struct command *command,
                    const struct option_list *set, int *status);
void overrides_release(struct overrides *overrides);

/* True when `path` leads to one of the files. */
bool inputs_contain(const struct inputs *inputs, const char *path);

#endif
