/*
 * Results of several runs of `grade` put together: `grade merge`, and what a shard leaves for it.
 */
#ifndef PROCENARIO_COMMANDS_GRADE_MERGE_H
#define PROCENARIO_COMMANDS_GRADE_MERGE_H

#include "commands/submissions.h"

/* The verb's second form. Returns an exit_status. */
int grade_merge(const struct grade_settings *settings);

/* Notes in the folder of results which submissions this shard grades, so that merging tells what is
 * missing. */
bool shard_note(const struct grade_settings *settings, const struct submissions *submissions,
                const char *results, struct error *error);

/* ---- grade.c ---- */

/* Tells the grades in the form that is asked for; `details`: every reason. Returns an exit_status.
 */
int grade_tell(const struct grade_settings *settings, const struct gradebook_list *list,
               bool details);
/* Lists those whose grading failed. EXIT_REFUSED when there are any. */
int grade_tell_failed(const struct gradebook_list *list);

#endif
