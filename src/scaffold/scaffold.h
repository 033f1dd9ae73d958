/*
 * Folders that make course systems grade: files that stand beside this one, as they are, with an
 * assignment and the program itself.
 */
#ifndef PROCENARIO_SCAFFOLD_SCAFFOLD_H
#define PROCENARIO_SCAFFOLD_SCAFFOLD_H

#include "assignment/assignment.h"
#include "base/error.h"

enum scaffold {
    SCAFFOLD_GRADESCOPE, /* an autograder, to be zipped and uploaded */
    SCAFFOLD_GITHUB,     /* a workflow, for the repository that students begin with */
};
extern const char *const scaffold_words[]; /* NULL-terminated, in the order of the enum */

/* Is something there already that must not be overwritten? An empty folder is nothing. */
bool scaffold_is_taken(const char *folder);

/*
 * Writes the folder, whole or not at all. `assignment`: which goes there, with its scenarios and
 * given files; NULL: a small one to begin with. False: `error` says why, and nothing is left.
 */
bool scaffold_write(enum scaffold scaffold, const struct assignment *assignment, const char *folder,
                    struct error *error);

#endif
