/* Between the files of scaffold/. */
#ifndef PROCENARIO_SCAFFOLD_INTERNAL_H
#define PROCENARIO_SCAFFOLD_INTERNAL_H

#include <sys/types.h>

#include "base/embed.h"
#include "scaffold/scaffold.h"

/* ---- files.c ---- */

/* Writes a file below `top`, with the folders in which it is. */
bool file_write(const char *top, const char *path, mode_t mode, const void *bytes, size_t length,
                struct error *error);
/* Copies a file there, or a folder with all that is in it. */
bool file_copy(const char *from, const char *top, const char *path, struct error *error);
/* Removes a folder with all that is in it. */
void folder_remove(const char *path);

/* ---- course.c ---- */

/* Copies what grading by the assignment needs into the folder `path` below `top`. Refuses what
 * would not find its place there. */
bool assignment_copy(const struct assignment *assignment, const char *top, const char *path,
                     struct error *error);

#endif
