/*
 * The verbs of procenario: one file a verb in commands/, one table in main.c.
 */
#ifndef PROCENARIO_COMMAND_H
#define PROCENARIO_COMMAND_H

struct option_spec;

struct command {
    const char *name;
    const char *summary; /* one line for the list of verbs */
    const char *usage;   /* "procenario check FILE…" */
    const char *details; /* paragraphs for `help VERB`, or NULL */
    const struct option_spec *options;
    /* argv[0] is the verb. Returns an exit_status. */
    int (*run)(int argc, char **argv);
};

extern const struct command command_check, command_run, command_doctor;
/* NULL-terminated. */
extern const struct command *const commands[];

#endif
