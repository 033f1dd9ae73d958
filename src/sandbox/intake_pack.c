#include "sandbox/intake_pack.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/libarchive.h"

/* The times of all files: before any clock of a run. */
#define FILE_TIME 1000000000

struct packing {
    const struct kept *kept;
    size_t count;
    int spool;
    struct archive *archive;
    struct archive_entry *entry; /* used again for each header */
    struct error *error;
};

/* Is the folder of this many bytes of `path` on the way to `latest`, an earlier path? */
static bool is_on_the_way(const char *path, size_t length, const struct buf *latest)
{
    return latest->length > length && strncmp(latest->data, path, length) == 0 &&
           latest->data[length] == '/';
}

size_t pack_count_parents(const char *path, const struct buf *latest)
{
    size_t count = 0;
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        count += !is_on_the_way(path, (size_t)(slash - path), latest);
    return count;
}

void pack_set_latest(struct buf *latest, const struct kept *kept)
{
    buf_clear(latest);
    buf_printf(latest, "%s%s", kept->path, kept->folder ? "/" : "");
}

static bool write_failed(struct packing *p)
{
    return error_set(p->error, 0, "cannot make an archive of what is handed in: %s",
                     la.archive_error_string(p->archive));
}

static bool write_header(struct packing *p, const char *path, bool folder, bool executable,
                         uint64_t size)
{
    la.archive_entry_clear(p->entry);
    la.archive_entry_copy_pathname(p->entry, path);
    la.archive_entry_set_filetype(p->entry, folder ? AE_IFDIR : AE_IFREG);
    la.archive_entry_set_perm(p->entry, folder || executable ? 0755 : 0644);
    la.archive_entry_set_size(p->entry, (la_int64_t)size);
    la.archive_entry_set_mtime(p->entry, FILE_TIME, 0);
    la.archive_entry_set_uid(p->entry, 1000);
    la.archive_entry_set_gid(p->entry, 1000);
    return la.archive_write_header(p->archive, p->entry) == ARCHIVE_OK || write_failed(p);
}

static bool write_content(struct packing *p, const struct kept *kept)
{
    char block[1 << 14];
    for (uint64_t done = 0; done < kept->size;) {
        size_t size = kept->size - done < sizeof block ? (size_t)(kept->size - done) : sizeof block;
        ssize_t got = pread(p->spool, block, size, kept->at + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_set(p->error, errno, "cannot read what was kept of the submission");
        if (la.archive_write_data(p->archive, block, (size_t)got) != got)
            return write_failed(p);
        done += (uint64_t)got;
    }
    return true;
}

/* The folders on the way to the path that were not written for the one before. */
static bool write_parents(struct packing *p, const char *path, const struct buf *latest)
{
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        size_t length = (size_t)(slash - path);
        if (is_on_the_way(path, length, latest))
            continue;
        auto_free char *folder = xstrndup(path, length);
        if (!write_header(p, folder, true, true, 0))
            return false;
    }
    return true;
}

static bool write_entries(struct packing *p)
{
    auto_buf struct buf latest = {0};
    for (size_t i = 0; i < p->count; i++) {
        const struct kept *kept = &p->kept[i];
        if (kept->path == NULL)
            continue;
        if (!write_parents(p, kept->path, &latest) ||
            !write_header(p, kept->path, kept->folder, kept->executable, kept->size) ||
            !write_content(p, kept))
            return false;
        pack_set_latest(&latest, kept);
    }
    return true;
}

static bool write_archive(struct packing *p, int fd)
{
    la.archive_write_set_format_pax_restricted(p->archive);
    /* Names are bytes here, whatever they mean to others. */
    la.archive_write_set_options(p->archive, "hdrcharset=BINARY");
    la.archive_write_set_bytes_per_block(p->archive, 1 << 16);
    la.archive_write_set_bytes_in_last_block(p->archive, 512);
    bool written = la.archive_write_open_fd(p->archive, fd) == ARCHIVE_OK || write_failed(p);
    written = written && write_entries(p);
    if (la.archive_write_close(p->archive) != ARCHIVE_OK && written)
        written = write_failed(p);
    return written;
}

int pack_archive(const struct kept *kept, size_t count, int spool, struct error *error)
{
    int fd = memfd_create("submission", MFD_CLOEXEC);
    if (fd < 0) {
        error_set(error, errno, "cannot make a file in memory");
        return -1;
    }
    struct packing p = {.kept = kept,
                        .count = count,
                        .spool = spool,
                        .archive = la.archive_write_new(),
                        .entry = la.archive_entry_new(),
                        .error = error};
    bool written = write_archive(&p, fd);
    la.archive_entry_free(p.entry);
    la.archive_write_free(p.archive);
    if (written)
        return fd;
    close(fd);
    return -1;
}
