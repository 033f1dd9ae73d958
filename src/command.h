/*
 * The verbs of procenario: one file a verb in commands/, one table in main.c.
 */
#ifndef PROCENARIO_COMMAND_H
#define PROCENARIO_COMMAND_H

#include <stdbool.h>

struct option_spec;

struct command {
    const char *name;
    const char *summary; /* one line for the list of verbs: lower case, no full stop */
    const char *usage;   /* "procenario check FILE…"; several forms are lines of their own */
    const char *details; /* paragraphs for `help VERB`, or NULL */
    const struct option_spec *options; /* ended by a row without a name; NULL: none but --help */
    bool takes_command;                /* `--` begins a command line (run -- CMD ARG…) */
    /* argv[0] is the verb. Returns an exit_status. */
    int (*run)(int argc, char **argv);
};

extern const struct command command_check, command_run, command_transcript, command_draw,
    command_report, command_docs, command_record, command_grade, command_doctor, command_completion;
/* NULL-terminated. */
extern const struct command *const commands[];
/* Not for people: in no list, help or completion. */
extern const struct command command_stage;

#endif
