/*
 * What was taken in, and the archive that it becomes.
 */
#ifndef PROCENARIO_SANDBOX_INTAKE_PACK_H
#define PROCENARIO_SANDBOX_INTAKE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/mem.h"

/* A file or folder. */
struct kept {
    char *path; /* owned; NULL: dropped after all */
    bool folder, executable, given;
    off_t at; /* where its content begins in the spool */
    uint64_t size;
};

/* How many folders on the way to `path` are not on the way to `latest`, the path before it. */
size_t pack_count_parents(const char *path, const struct buf *latest);
/* Makes it the path before others: a folder's with '/'. */
void pack_set_latest(struct buf *latest, const struct kept *kept);

/* Writes those that were not dropped, which are sorted with folders before what is in them, as a
 * pax tar archive with fixed owner and times; folders on the way that nobody handed in, too.
 * `spool` holds their contents. A memfd, which the caller owns; -1: `error` says why. */
int pack_archive(const struct kept *kept, size_t count, int spool, struct error *error);

#endif
