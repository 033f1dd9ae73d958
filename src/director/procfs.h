/* Files of /proc that programs of the run see otherwise than the kernel shows them. */
#ifndef PROCENARIO_DIRECTOR_PROCFS_H
#define PROCENARIO_DIRECTOR_PROCFS_H

#include "director/internal.h"

/* Appends what the file of that absolute path holds at this moment for the task. False: it is as
 * the kernel shows it, or is not there. */
bool procfs_write(struct director *d, struct task *task, const char *path, struct buf *out);
/* True for files that hold what the machine does, and that are shown as they are: a run that reads
 * one is not reproducible. */
bool procfs_varies(const char *path);

#endif
