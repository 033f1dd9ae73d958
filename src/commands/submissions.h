/*
 * What was handed in: the submissions of a folder, each with the id under which it is graded.
 */
#ifndef PROCENARIO_COMMANDS_SUBMISSIONS_H
#define PROCENARIO_COMMANDS_SUBMISSIONS_H

#include "commands/grade_settings.h"

struct submission {
    char *id; /* the name, without the ending of an archive */
    char *path;
};
struct submissions { /* in the order of their ids, by bytes */
    struct submission *items;
    size_t count, capacity;
};

/* Those that the settings ask for. False: *status is what to return, all was said. Whom `late`
 * names though nothing was handed in is told. */
bool submissions_find(struct submissions *submissions, const struct grade_settings *settings,
                      const struct late_list *late, int *status);
void submissions_release(struct submissions *submissions);

#endif
