/*
 * What teachers and course systems read of many results: one file a format, joined by the table in
 * gradebook.c. Made from result files alone, of which one at a time is in memory.
 */
#ifndef PROCENARIO_GRADEBOOK_GRADEBOOK_H
#define PROCENARIO_GRADEBOOK_GRADEBOOK_H

#include <stdio.h>

#include "base/source.h"
#include "grade/result.h"

/* Which results there are, in the order of their ids (by bytes). */
struct gradebook_entry {
    char *id;
    char *path;
};
struct gradebook_list {
    struct gradebook_entry *items;
    size_t count, capacity;
};
/* Both are copied. */
void gradebook_add(struct gradebook_list *list, const char *id, const char *path);
void gradebook_sort(struct gradebook_list *list);
/* Adds all results of a folder. False: it cannot be read. */
bool gradebook_add_folder(struct gradebook_list *list, const char *folder, struct error *error);
void gradebook_release(struct gradebook_list *list);

struct gradebook_options {
    FILE *out;
    FILE *notes; /* where what needs a person's eye is told: stderr */
    bool color;
    bool details;           /* table: of one submission, every reason */
    const char *merge_into; /* csv: the gradebook that is filled in; NULL: a table of our own */
    const char *column;     /* … the heading of its column; NULL: it goes by the title */
    const char *match; /* … the heading of the column that names students; NULL: the known ones */
};

struct gradebook_format {
    const char *name;
    const char *summary;
    bool single; /* is about one submission */
    /* NULL: `error` says what is wrong with the options. */
    void *(*open)(const struct gradebook_options *options, struct error *error);
    /* A first look at each result, for what must be known before any is written; or NULL. */
    void (*survey)(void *state, const struct result *result);
    bool (*add)(void *state, const struct result *result);
    /* False: the document cannot be made; with an empty error, it could not be written. NULL:
     * nothing is left to write. */
    bool (*end)(void *state, struct error *error);
    void (*free)(void *state);
};
extern const struct gradebook_format *const gradebook_formats[]; /* NULL-terminated */
const struct gradebook_format *gradebook_format_find(const char *name);

/* Writes the document of all results. False: `error` says why. */
bool gradebook_write(const struct gradebook_format *format, const struct gradebook_list *list,
                     const struct gradebook_options *options, struct error *error);
/* The same of one that is in memory, as far as it has come. */
bool gradebook_write_one(const struct gradebook_format *format, const struct result *result,
                         const struct gradebook_options *options, struct error *error);

#endif
