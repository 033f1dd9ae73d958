/*
 * What is handed in, made safe: a folder, a file or an archive becomes a tar archive of regular
 * files and folders alone, in which the same files are the same bytes, wherever they come from.
 */
#ifndef PROCENARIO_SANDBOX_INTAKE_H
#define PROCENARIO_SANDBOX_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct intake_options {
    /* Patterns of the paths that are handed in, as fnmatch(3) with FNM_PATHNAME knows them:
     * "tsh.c", "src/?.c". None: everything. Where all stands in one folder, as archives often have
     * it, paths are those in that folder. */
    const char *const *wanted;
    size_t wanted_count;
    /* The course's own files: paths in `given_directory` (files, or folders with all that is in
     * them). They take the place of what is handed in under the same name. */
    const char *given_directory;
    const char *const *given;
    size_t given_count;
    uint64_t max_bytes; /* of all handed-in files together; 0: no bound */
    uint64_t max_files; /* files and folders; 0: no bound */
};

struct intake {
    int fd;          /* a pax tar archive in a memfd: sorted, with fixed owner and times */
    char digest[65]; /* SHA-256 of the archive and the notes, in hexadecimal */
    /* What was left out, and why: a symbolic link, a FIFO, `../x` in an archive, too large; where
     * something is missing, what nobody asked for, too. Names are shown with escapes. */
    char **notes;
    size_t note_count;
    char **missing; /* wanted patterns that nothing matched */
    size_t missing_count;
    bool unreadable; /* nothing was taken, and not for the host's sake */
};

/* Takes in what stands at `path`: a folder, one file, or an archive (.zip, .tar, .tar.gz, .tar.xz,
 * .tar.bz2, .tar.zst). False: it cannot be read at all; nothing is held then, and `unreadable` says
 * whether it is to blame itself: what can be told to whoever handed it in. Release otherwise. */
bool intake_take(struct intake *intake, const char *path, const struct intake_options *options,
                 struct error *error);
void intake_release(struct intake *intake);

#endif
