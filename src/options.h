/*
 * Command-line options as tables: one row an option, from which the parser, the help text and the
 * shell completions come. A new option is a new row; tests/cli.bats complains until
 * docs/commands.md mentions it.
 */
#ifndef PROCENARIO_OPTIONS_H
#define PROCENARIO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "command.h"

/* Where an option's value goes: the member of the verb's own struct at offset `field`. */
enum option_kind {
    OPTION_FLAG,   /* bool; takes no argument */
    OPTION_TEXT,   /* const char *; given twice, the last one counts */
    OPTION_CHOICE, /* const char *: the argument, which must be one of `words` */
    OPTION_LIST,   /* struct option_list; may be repeated, all are kept in order */
};

struct option_spec {
    char letter;          /* 0: has no short form */
    const char *name;     /* without the dashes; NULL ends the table */
    const char *argument; /* what the help calls the argument ("FILE"); NULL for OPTION_FLAG */
    enum option_kind kind;
    size_t field;
    const char *help;         /* one sentence, lower case, no full stop */
    const char *const *words; /* OPTION_CHOICE: NULL-terminated */
};

struct option_list {
    const char **items; /* the strings are argv's; the array is freed by option_list_release */
    size_t count;
};
void option_list_release(struct option_list *list);

/* What is left of the command line. The pointers go into argv, which is reordered. */
struct operands {
    char **items;
    int count;
    char **command; /* verbs that take a command: what follows `--`, NULL-terminated; else NULL */
};

/*
 * Reads the options of a verb into `fields`, which holds the defaults beforehand. Understands -x,
 * -xVALUE, -x VALUE, -xy for flags, --long, --long=VALUE, --long VALUE and `--`; options and
 * operands may be mixed. A lone `-` is an operand.
 *
 * Returns true when the verb shall go on. Otherwise *status is what to return: 0 after --help was
 * printed, EXIT_INVALID after a mistake was explained on stderr.
 */
bool options_parse(const struct command *command, int argc, char **argv, void *fields,
                   struct operands *operands, int *status);

/* A mistake in how a verb is used: "procenario VERB: MESSAGE" and where to read on, to stderr.
 * Returns EXIT_INVALID. */
int usage_error(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The rows of a verb, ended by one without a name; never NULL. All verbs have --help besides. */
const struct option_spec *options_of(const struct command *command);

/* The help text of one verb: usage, summary, details, options. */
void options_print_help(const struct command *command, FILE *out);

#endif
