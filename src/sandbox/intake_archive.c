/* Handed-in archives, read by libarchive. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "sandbox/intake_source.h"
#include "sandbox/libarchive.h"

bool archive_is_one(const char *path)
{
    static const char *const endings[] = {".zip",    ".tar",     ".tar.gz",  ".tgz",
                                          ".tar.xz", ".txz",     ".tar.bz2", ".tbz2",
                                          ".tbz",    ".tar.zst", ".tzst"};
    size_t length = strlen(path);
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcasecmp(path + length - ending, endings[i]) == 0)
            return true;
    }
    return false;
}

static const char *what_is_wrong(struct archive *archive)
{
    const char *words = la.archive_error_string(archive);
    return words != NULL ? words : "it is damaged";
}

struct reading {
    struct archive *archive;
    uint64_t unpacked; /* bytes of entries so far */
};

static ssize_t read_entry(void *self, void *bytes, size_t size, struct error *error)
{
    struct reading *reading = self;
    la_ssize_t got = la.archive_read_data(reading->archive, bytes, size);
    if (got < 0) {
        error_set(error, 0, "%s", what_is_wrong(reading->archive));
        return -1;
    }
    reading->unpacked += (uint64_t)got;
    return got;
}

static enum entry_kind kind_of(struct archive_entry *entry)
{
    if (la.archive_entry_hardlink(entry) != NULL || la.archive_entry_hardlink_utf8(entry) != NULL)
        return ENTRY_HARD_LINK;
    if (la.archive_entry_is_encrypted(entry))
        return ENTRY_UNREADABLE;
    switch (la.archive_entry_filetype(entry)) {
    case AE_IFREG:
        return ENTRY_FILE;
    case AE_IFDIR:
        return ENTRY_FOLDER;
    case AE_IFLNK:
        return ENTRY_SYMLINK;
    case AE_IFIFO:
        return ENTRY_FIFO;
    case AE_IFSOCK:
        return ENTRY_SOCKET;
    default:
        return ENTRY_DEVICE;
    }
}

/* Formats keep names as UTF-8 or as bytes; which, depends on the writer. */
static const char *name_of(struct archive_entry *entry)
{
    const char *name = la.archive_entry_pathname_utf8(entry);
    return name != NULL ? name : la.archive_entry_pathname(entry);
}

/* What somebody packs small may be very large: nobody waits for more than this. */
#define MOST_UNPACKED (UINT64_C(2) << 30)

/* A .zip is unpacked entry by entry, where only the entries tell how much that is; all else as a
 * whole before there are entries, and what stands between them counts, too. */
static bool is_too_much(const struct reading *reading)
{
    return reading->unpacked >= MOST_UNPACKED ||
           la.archive_filter_bytes(reading->archive, 0) >= (la_int64_t)MOST_UNPACKED;
}

/* Goes to the end of the entry, which libarchive would do by itself, however long that takes. */
static bool pass_over(struct reading *reading)
{
    const void *block;
    size_t size;
    la_int64_t offset;
    while (!is_too_much(reading)) {
        if (la.archive_read_data_block(reading->archive, &block, &size, &offset) != ARCHIVE_OK)
            return true;
        reading->unpacked += size;
    }
    return false;
}

/* Told to who handed it in: the path is none of theirs. */
static bool unreadable(struct archive *archive, struct error *error)
{
    error_set(error, 0, "the archive cannot be read: %s", what_is_wrong(archive));
    error_remedy(error, "hand it in again as .zip or .tar.gz");
    return false;
}

static bool visit_entries(struct archive *archive, const struct visitor *visitor,
                          struct error *error)
{
    struct reading reading = {.archive = archive};
    struct archive_entry *entry;
    for (;;) {
        int status = la.archive_read_next_header(archive, &entry);
        if (status == ARCHIVE_EOF)
            return true;
        if (status < ARCHIVE_WARN)
            return unreadable(archive, error);
        struct entry told = {.name = name_of(entry),
                             .kind = kind_of(entry),
                             .executable = (la.archive_entry_perm(entry) & 0111) != 0,
                             .read = read_entry,
                             .self = &reading};
        if (visitor->visit(visitor->self, &told) == VISIT_STOP)
            return true;
        if (!pass_over(&reading))
            return error_set(error, 0, "the archive holds more than 2 GiB");
    }
}

static struct archive *open_reader(void)
{
    struct archive *archive = la.archive_read_new();
    la.archive_read_support_format_zip(archive);
    la.archive_read_support_format_tar(archive);
    la.archive_read_support_filter_gzip(archive);
    la.archive_read_support_filter_xz(archive);
    la.archive_read_support_filter_bzip2(archive);
    la.archive_read_support_filter_zstd(archive);
    return archive;
}

/* An archive says how much memory unpacking it takes: 4 GiB, for .xz. Those that archivers make by
 * themselves take 64 MiB there (xz -9), and 128 MiB for .zst (zstd --ultra -22). */
#define MOST_MEMORY (UINT64_C(512) << 20)

/* No more than that beyond what there is; `before` is what was allowed. False: no bound was set. */
static bool bound_memory(struct rlimit *before)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    bool known = file != NULL && fscanf(file, "%llu", &pages) == 1;
    if (file != NULL)
        fclose(file);
    if (!known || getrlimit(RLIMIT_AS, before) != 0)
        return false;
    struct rlimit bound = *before;
    rlim_t most = (rlim_t)(pages * (unsigned long long)sysconf(_SC_PAGESIZE) + MOST_MEMORY);
    if (bound.rlim_cur > most)
        bound.rlim_cur = most;
    return setrlimit(RLIMIT_AS, &bound) == 0;
}

bool archive_visit(const char *path, const struct visitor *visitor, struct error *error)
{
    auto_close int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, errno, "cannot open '%s'", path);
    /* Without it libarchive has no word for names beyond ASCII, whatever the caller's locale is. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
    struct rlimit memory;
    bool bounded = bound_memory(&memory);
    struct archive *archive = open_reader();
    bool read = la.archive_read_open_fd(archive, fd, 1 << 16) == ARCHIVE_OK
                    ? visit_entries(archive, visitor, error)
                    : unreadable(archive, error);
    la.archive_read_free(archive);
    if (bounded)
        setrlimit(RLIMIT_AS, &memory);
    if (utf8 != (locale_t)0) {
        uselocale(before);
        freelocale(utf8);
    }
    return read;
}
