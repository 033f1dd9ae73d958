/* Between the files of gradebook/. */
#ifndef PROCENARIO_GRADEBOOK_INTERNAL_H
#define PROCENARIO_GRADEBOOK_INTERNAL_H

#include "gradebook/gradebook.h"

extern const struct gradebook_format gradebook_table, gradebook_json, gradebook_gradescope,
    gradebook_junit, gradebook_tap, gradebook_csv, gradebook_markdown, gradebook_github,
    gradebook_classroom;

/* ---- words.c: what several formats say ---- */

/* False: write error. */
bool gradebook_put(FILE *out, const struct buf *text);
/* "Foreground jobs", or "hidden scenario 3". */
void tell_scenario_name(const struct scenario_result *scenario, size_t number, struct buf *out);
/* "the child is reaped", or "hidden check 2". */
void tell_check_name(const struct check_result *check, size_t number, struct buf *out);
/* "3 of 4 points", "1 point" */
void tell_points(double points, double max, struct buf *out);
/* Why the expectation with this number (from 0) does not hold: lines of "label  text", each after
 * `indent`. Nothing when it does, or is hidden. */
void tell_reasons(const struct scenario_result *scenario, size_t number, const char *indent,
                  struct buf *out);
/* How a scenario ended, when that is worth telling: stuck, crashed, not reproducible. */
void tell_ending(const struct scenario_result *scenario, const char *indent, struct buf *out);
/* What is to say before any scenario: what is missing, was left out, did not build. */
void tell_preliminaries(const struct result *result, const char *indent, struct buf *out);
/* Late work, in a line. Nothing when it is punctual. */
void tell_lateness(const struct result *result, const char *indent, struct buf *out);
/* In a few words, the worst that happened; empty when nothing did. */
void tell_remark(const struct result *result, struct buf *out);
/* Is there anything that tell_ending tells? */
bool ending_is_remarkable(const struct scenario_result *scenario);
/* The id as it can be shown. */
void tell_id(const char *id, struct buf *out);

/* ---- sheet.c: a CSV file of which every byte is kept ---- */

struct cell {
    size_t offset, length; /* in the text, with its quotes */
    char *value;           /* without them */
};
struct sheet_row {
    struct cell *cells;
    size_t count;
};
struct sheet {
    struct source source;
    char delimiter; /* ',', ';' or a tab */
    struct sheet_row *rows;
    size_t row_count;
};
bool sheet_read(struct sheet *sheet, const char *path, struct error *error);
void sheet_release(struct sheet *sheet);
/* The column of the first row with this heading (case does not count), or -1. */
int sheet_column(const struct sheet *sheet, const char *heading);
const char *sheet_value(const struct sheet *sheet, size_t row, int column);
/* A field of CSV: in quotes where it needs them. `text`: somebody else's words, which a spreadsheet
 * must not take for a formula. */
void csv_add_field(struct buf *out, const char *text, char delimiter, bool is_text);

/* ---- students.c: whose row it is ---- */

struct students;
/* NULL: no column names students; `error` says which there are. `match`: its heading, or NULL. */
struct students *students_open(const struct sheet *sheet, const char *match, struct error *error);
void students_free(struct students *students);
/* The row of a submission; 0: none, or several, and `why` says which. */
size_t students_find(const struct students *students, const char *id, struct buf *why);
/* A row that is nobody's: "Points Possible" and the like. */
bool students_is_nobody(const struct sheet *sheet, size_t row);

/* ---- merge.c: grades into a gradebook ---- */

struct merge;
struct merge *merge_open(const struct gradebook_options *options, struct error *error);
void merge_add(struct merge *merge, const struct result *result);
bool merge_end(struct merge *merge, struct error *error);
void merge_free(struct merge *merge);

#endif
