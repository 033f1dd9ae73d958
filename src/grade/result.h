/*
 * What was found of one submission: points, and the reasons in words. All that is shown of grading
 * is made from results alone, so a result holds whatever a student or a teacher may be told, and
 * nothing that they may not: of a hidden expectation only the points.
 *
 * A result says nothing of the machine or the hour: the same submission of the same assignment
 * gives the same result. docs/grading.md and schema/result.schema.json describe the file.
 */
#ifndef PROCENARIO_GRADE_RESULT_H
#define PROCENARIO_GRADE_RESULT_H

#include "assignment/assignment.h"
#include "trace/trace.h"

struct texts {
    const char **items;
    size_t count;
};

/* One expectation. */
struct check_result {
    bool hidden;
    bool wording; /* about the words that are written; else about behaviour */
    bool holds;   /* under every schedule that was tried */
    double points, max;
    const char *name; /* NULL when hidden, as all below */
    /* When it does not hold: */
    const char *expected, *seen; /* in words */
    const char *moment;          /* of the run, in words; or NULL */
    const char *hint;            /* or NULL */
    const char *schedule;        /* under which it broke; NULL: it was not tried */
    const char *replay;          /* the command that shows it again; or NULL */
};

/* How far a scenario came. */
enum scenario_outcome {
    OUTCOME_WAITING,  /* not performed yet */
    OUTCOME_SKIPPED,  /* it cannot be: nothing was built, or grading failed before */
    OUTCOME_PERFORMED /* it was */
};
extern const char *const scenario_outcome_words[]; /* NULL-terminated, in the order of the enum */

struct scenario_result {
    bool bonus, hidden;
    const char *title, *file; /* NULL when hidden */
    enum score_rule rule;
    double points, max;
    enum scenario_outcome outcome;
    unsigned schedules, tried; /* under how many it was to be performed, and was */
    /* The first run that ended otherwise than completed, or else the first. Not of a hidden one: */
    enum run_end end;
    const char *ended;    /* in words, when it did not complete; or NULL */
    const char *schedule; /* of that run */
    const char *replay;   /* when it did not complete */
    struct texts waiting; /* who waits for what in the end, when it was stuck */
    struct texts crashes; /* who was killed by a mistake of its own, when, and after what */
    int64_t duration_us;  /* in scenario time */
    bool deterministic;
    struct texts reasons; /* why not */
    const char *picture;  /* the file beside the result; or NULL */
    struct check_result *checks;
    size_t check_count;
};

struct build_result {
    const char *command; /* as for a shell; NULL: nothing is to be built */
    bool done;           /* it was tried */
    bool ok;
    const char *ended;  /* in words: "status 2" */
    const char *output; /* what it wrote, made safe to show, bounded */
};

struct part_sum {
    double points, max;
};

struct result {
    struct arena arena;  /* of all texts and arrays */
    const char *version; /* of procenario */
    const char *assignment, *assignment_digest;
    const char *id;       /* of the submission; may hold any byte but NUL */
    const char *digest;   /* of files and notes; NULL: they could not be read, a note says why */
    bool sandbox;         /* false: --unsafe-no-sandbox */
    bool pictures;        /* were asked for */
    const char *failed;   /* why grading itself failed: the points say nothing then; or NULL */
    struct texts notes;   /* what was left out of what was handed in, and why */
    struct texts missing; /* what should have been handed in */
    struct build_result build;
    struct scenario_result *scenarios;
    size_t scenario_count;
    struct part_sum behaviour, wording; /* of the scenarios that are no bonus */
    double points, max;                 /* of those, together */
    double bonus;
    bool has_cap;
    double cap;
    int64_t late_ns;    /* how late */
    int64_t late_units; /* how many times the rule for late work applies */
    double late_loss;
    double total; /* points and bonus, capped, less what is lost for being late: the grade */
};

struct result *result_new(void);
void result_free(struct result *result);
/* Makes the sums of what the scenarios have. */
void result_sum(struct result *result, const struct late_rule *late);

/* An array for `count` texts, in the arena; `count` of the texts is 0 yet. */
void texts_init(struct texts *texts, struct arena *arena, size_t count);
/* Adds one, of which the arena gets a copy; there must be room. */
void texts_add(struct texts *texts, struct arena *arena, const char *text);

/* Points as people write them: "3", "2.5", "0.67" (at most two decimals), without the locale. */
const char *points_text(double points, char *out, size_t size);
/* The same, exact to six decimals, for programs. */
const char *points_exact(double points, char *out, size_t size);

/* Writes the result to a file, whole or not at all; "-" is standard output. */
bool result_write(const struct result *result, const char *path, struct error *error);
/* Appends it as it stands in its file. */
void result_format(const struct result *result, struct buf *out);
/* Reads one back. NULL: `error` says what is wrong with the file. What was written by anything but
 * result_write, or only half, is refused. */
struct result *result_read(const char *path, struct error *error);

/* ---- files ---- */

/* The name of the result file of a submission, without its folder: the id with every byte that
 * could mean something elsewhere as %XX, and ".json". A longer name than file systems take ends in
 * a digest. The caller frees it. */
char *result_file_name(const char *id);
/* Is it the name of a result file? */
bool result_is_file_name(const char *name);
/* The id that such a name holds; NULL when it is none, or too long to hold it. The caller frees it.
 */
char *result_file_id(const char *name);

/* Belongs the submission to the shard `shard` (from 1) of `shards`? Depends on the id alone. */
bool shard_has(const char *id, unsigned shard, unsigned shards);

#endif
