/* Between the files that make pages. */
#ifndef PROCENARIO_GRADEBOOK_PAGES_INTERNAL_H
#define PROCENARIO_GRADEBOOK_PAGES_INTERNAL_H

#include "gradebook/internal.h"
#include "gradebook/pages.h"
#include "page/frame.h"

/* ---- pages_markup.c: what both kinds of pages are made of ---- */

/* The style sheet of grades. */
struct asset pages_style(void);
/* Appends literal text, escaped. */
void html_say(struct buf *out, const char *text);
/* "2.5 of 4 points" */
void html_points(struct buf *out, double points, double max);
/* How much of it, as a picture of the same that stands beside it in words. */
void html_bar(struct buf *out, double points, double max);
/* A sentence in which names stand in backquotes; what is quoted in it stays as it was written. */
void html_sentence(struct buf *out, const char *text);
/* A scenario's, or an expectation's, name; of a hidden one its number, from 1. */
void html_scenario_name(struct buf *out, const struct scenario_result *scenario, size_t number);
void html_check_name(struct buf *out, const struct check_result *check, size_t number);
/* A row of a list of facts. `text` is escaped. */
void html_fact(struct buf *out, const char *label, const char *text);

/* How much of its points a scenario, or an expectation, has. */
enum share { SHARE_OPEN, SHARE_NONE, SHARE_SOME, SHARE_ALL };
enum share share_of_scenario(const struct scenario_result *scenario);
extern const char *const share_classes[]; /* in the style sheet */
extern const char *const share_words[];   /* for those who do not see it */
/* A sign for it, and the word. */
void html_mark(struct buf *out, enum share share);

/* The name of a submission's page in its folder, from the name of its result's file. The caller
 * frees it. */
char *page_file_name(const char *id);
/* The same for a link. */
void html_page_address(struct buf *out, const char *id);

/* ---- submission_page.c ---- */

/* `folder`: where the result's pictures are. */
void submission_page(const struct result *result, const char *folder, struct buf *out);

/* ---- tally.c: what many results have in common ---- */

#define TALLY_BINS 12 /* below 10 %, … below 100 %, 100 %, above */

struct check_tally {
    char *scenario, *name; /* as markup */
    bool wording;
    size_t failed;
};
struct tally {
    char *assignment; /* NULL: there is no result */
    size_t count;     /* results */
    size_t graded;    /* those whose grading did not fail; of which all below is */
    size_t unsafe;    /* of all, those performed without a sandbox */
    double max;
    double *totals;
    size_t total_capacity;
    double sum, behaviour, wording;
    double behaviour_max, wording_max; /* of one */
    size_t bins[TALLY_BINS];
    size_t *first_checks; /* of each scenario, its first in `checks`; one more, the end */
    size_t scenario_count;
    struct check_tally *checks;
    size_t check_count;
    bool has_bonus, has_late, has_remarks;
};
void tally_add(struct tally *tally, const struct result *result);
/* The number of an expectation among all of the assignment's; SIZE_MAX: it is not like the others
 * of this tally. */
size_t tally_check(const struct tally *tally, size_t scenario, size_t check);
double tally_median(struct tally *tally);
/* Numbers of those that somebody fails, the most failed first; the caller frees them. */
size_t *tally_most_failed(const struct tally *tally, size_t *count);
void tally_release(struct tally *tally);

/* ---- overview.c ---- */

/* The table's rows are written between them, one result at a time. */
void overview_begin(struct tally *tally, struct buf *out);
void overview_row(const struct tally *tally, const struct result *result, struct buf *out);
void overview_end(const struct tally *tally, struct buf *out);

#endif
