/*
 * Many submissions side by side: a process for each, on a processor of its own, so that what
 * befalls one grader befalls nobody else.
 */
#ifndef PROCENARIO_COMMANDS_GRADE_WORKERS_H
#define PROCENARIO_COMMANDS_GRADE_WORKERS_H

#include "commands/submissions.h"

struct grade_work { /* all borrowed */
    const struct grade_settings *settings;
    const struct assignment *assignment;
    const struct late_list *late;
    const struct submissions *submissions;
    const char *results; /* folder */
};
struct grade_tally {
    size_t graded, kept; /* anew; as they were */
    size_t failed;       /* whose grading failed */
    int signal;          /* that ended it all, or 0 */
};

/* Grades them; every result is in its file then, also that of one whose grading failed. False: the
 * host refused; `error` says why. */
bool grade_all(const struct grade_work *work, struct grade_tally *tally, struct error *error);

#endif
