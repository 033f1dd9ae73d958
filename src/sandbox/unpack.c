#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/internal.h"
#include "sandbox/libarchive.h"

/* Read by position: the descriptor may be shared with others, who read it at the same time. */
struct position_reader {
    int fd;
    off_t at;
    char block[1 << 16];
};

static la_ssize_t read_block(struct archive *archive, void *self, const void **block)
{
    struct position_reader *reader = self;
    ssize_t got;
    while ((got = pread(reader->fd, reader->block, sizeof reader->block, reader->at)) < 0 &&
           errno == EINTR) {
    }
    if (got < 0) {
        la.archive_set_error(archive, errno, "cannot read the archive");
        return -1;
    }
    reader->at += got;
    *block = reader->block;
    return got;
}

static bool copy_entries(struct archive *from, struct archive *to, struct error *error)
{
    struct archive_entry *entry;
    int status;
    while ((status = la.archive_read_next_header(from, &entry)) == ARCHIVE_OK) {
        if (la.archive_read_extract2(from, entry, to) != ARCHIVE_OK)
            return error_set(error, 0, "cannot unpack '%s': %s", la.archive_entry_pathname(entry),
                             la.archive_error_string(from));
    }
    if (status != ARCHIVE_EOF)
        return error_set(error, 0, "cannot unpack the submission: %s",
                         la.archive_error_string(from));
    return true;
}

bool unpack(int archive, int folder, struct error *error)
{
    if (!libarchive_load(error))
        return false;
    if (fchdir(folder) != 0)
        return error_set(error, errno, "cannot change to the submission's folder");
    struct position_reader *reader = xcalloc(1, sizeof *reader);
    reader->fd = archive;
    struct archive *from = la.archive_read_new(), *to = la.archive_write_disk_new();
    bool unpacked = false;
    /* Intake made it of files and folders with plain names; that is not leant on here. */
    la.archive_write_disk_set_options(
        to, ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
    la.archive_read_support_format_tar(from);
    if (la.archive_read_open(from, reader, NULL, read_block, NULL) != ARCHIVE_OK)
        error_set(error, 0, "cannot unpack the submission: %s", la.archive_error_string(from));
    else
        unpacked = copy_entries(from, to, error);
    if (la.archive_write_close(to) != ARCHIVE_OK && unpacked)
        unpacked =
            error_set(error, 0, "cannot unpack the submission: %s", la.archive_error_string(to));
    la.archive_write_free(to);
    la.archive_read_free(from);
    free(reader);
    if (!unpacked && error->code == 0)
        error_remedy(error, "allow the sandbox more disk and files (sandbox: {disk, files})");
    return unpacked;
}
