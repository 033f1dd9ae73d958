/*
 * Grades one submission: takes it in, builds it, performs each scenario under each schedule in one
 * sandbox, judges, and puts points and reasons into a result.
 */
#ifndef PROCENARIO_GRADE_GRADE_H
#define PROCENARIO_GRADE_GRADE_H

#include <signal.h>

#include "grade/result.h"

struct grading { /* everything is borrowed */
    const struct assignment *assignment;
    const struct late_list *late;
    bool unsafe;                              /* without a sandbox */
    unsigned processor;                       /* as in sandbox_options */
    const volatile sig_atomic_t *interrupted; /* likewise */
    const char *pictures; /* folder for timelines of what lost points; NULL: none are drawn */
    /* Is told what is known so far: first with nothing performed, then after each step. May be
     * NULL. */
    void (*progress)(void *self, const struct result *result);
    void *self;
};

/*
 * Grades the submission at `path` (a folder, a file, an archive). `before`: what was found of it
 * earlier, or NULL; when that holds still (the same files, assignment, lateness, and version) it is
 * returned as it is, and nothing is performed. Otherwise a new result, which the caller frees; when
 * grading itself failed, result->failed says why. NULL: a signal asked to stop.
 */
struct result *grade_submission(const struct grading *grading, const char *id, const char *path,
                                struct result *before);

/* A result that says why nothing can be said, for one whose grader is gone. */
struct result *grade_failed(const struct grading *grading, const char *id, const char *why);

#endif
