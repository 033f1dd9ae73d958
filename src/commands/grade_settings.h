/*
 * What the command line of `grade` asks for, read and checked before anything is graded.
 */
#ifndef PROCENARIO_COMMANDS_GRADE_SETTINGS_H
#define PROCENARIO_COMMANDS_GRADE_SETTINGS_H

#include "gradebook/gradebook.h"
#include "options.h"

#define MOST_WORKERS 256
#define MOST_SHARDS 100000

struct grade_settings {
    const char *assignment;  /* path; NULL: results are merged */
    const char *submissions; /* the folder that holds them, or NULL: */
    const char *submission;  /* the one */
    const char *results;     /* folder, or NULL */
    const char *output;      /* where the format's document goes; NULL: standard output */
    const struct gradebook_format *format;
    const char *html; /* folder of pages, or NULL */
    const char *merge_into, *column, *match;
    const char *late;
    struct option_list only; /* ids */
    unsigned workers;
    unsigned shard, shards; /* 1 of 1: all */
    bool resume, unsafe, pictures, quiet;
    struct operands operands; /* merge: the folders, after the word itself */
};

/* Reads the command line of the verb. False: *status is what to return, all was said. */
bool grade_settings_read(struct grade_settings *settings, int argc, char **argv, int *status);
void grade_settings_release(struct grade_settings *settings);

extern const struct option_spec grade_options[];

#endif
