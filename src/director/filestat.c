#include "director/filestat.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/native.h"

/* So many files are remembered, those that were looked at first are forgotten first: memory stays
 * bounded, and what is forgotten does not depend on the machine. */
#define MOST_FILES 65536
#define NO_TIME INT64_MIN

/* One of a file's times. */
struct stamp {
    int64_t shown_ns; /* to programs, since 1970; NO_TIME: none yet */
    int64_t real_ns;  /* what the kernel told when it was shown last */
    bool is_noted;    /* the file was seen to be changed since then */
};

struct file_record {
    struct file_id id;
    struct stamp modified, changed, born;
    int64_t accessed_ns; /* as a program set it; NO_TIME: none did */
    uint64_t number;     /* shown instead of the inode; 0: none yet */
    uint32_t next;       /* of the same bucket, plus one; 0: none */
};

/* File systems of which every run has its own, or which are the kernel's own and number their files
 * anew each time. */
enum special {
    SPECIAL_PIPE,
    SPECIAL_SOCKET,
    SPECIAL_MEMORY,    /* memfd_create(2) */
    SPECIAL_ANONYMOUS, /* eventfd(2) and its kin */
    SPECIAL_PROCESS,   /* pidfd_open(2) */
    SPECIAL_NAMESPACE,
    SPECIAL_PROC,
    SPECIAL_TERMINAL,
    SPECIAL_COUNT,
    NOT_SPECIAL = SPECIAL_COUNT,
};
/* Minor numbers count from 1 upwards (get_anon_bdev() in fs/super.c): nobody has these. */
#define FIRST_SPECIAL_MINOR 0xfff00u

struct file_table {
    int64_t real_start_ns; /* CLOCK_REALTIME when the run began */
    int64_t latest_ns;     /* the latest moment, on the scenario clock */
    bool has_changes;      /* the coarse clock has moved on since then */
    bool has_specials;
    dev_t specials[SPECIAL_COUNT]; /* 0: there is none */
    uint64_t numbers_given;
    uint64_t records_made;
    struct file_record *records; /* a ring; NULL: none yet */
    uint32_t *buckets;           /* each the first of its records, plus one */
};

static int64_t nanoseconds(const struct timespec *time)
{
    return time->tv_sec * NS_PER_S + time->tv_nsec;
}

static struct timespec time_of(int64_t ns)
{
    return (struct timespec){ns / NS_PER_S, ns % NS_PER_S};
}

void filestat_begin(struct director *d)
{
    d->file_table = xcalloc(1, sizeof *d->file_table);
    d->file_table->real_start_ns = machine_now(CLOCK_REALTIME);
    d->file_table->latest_ns = NO_TIME;
}

void filestat_release(struct director *d)
{
    free(d->file_table->records);
    free(d->file_table->buckets);
    free(d->file_table);
    d->file_table = NULL;
}

/* ---- records ---- */

static uint32_t *bucket_of(const struct file_table *files, struct file_id id)
{
    uint64_t mixed = (id.inode ^ ((uint64_t)id.device << 40)) * UINT64_C(0x9e3779b97f4a7c15);
    return &files->buckets[mixed >> 48]; /* MOST_FILES of them */
}

static struct file_record *record_find(const struct file_table *files, struct file_id id)
{
    if (files->records == NULL)
        return NULL;
    for (uint32_t i = *bucket_of(files, id); i != 0; i = files->records[i - 1].next)
        if (files->records[i - 1].id.inode == id.inode &&
            files->records[i - 1].id.device == id.device)
            return &files->records[i - 1];
    return NULL;
}

static void record_forget(struct file_table *files, uint32_t at)
{
    uint32_t *link = bucket_of(files, files->records[at].id);
    while (*link != at + 1)
        link = &files->records[*link - 1].next;
    *link = files->records[at].next;
}

static struct file_record *record_of(struct file_table *files, struct file_id id)
{
    struct file_record *record = record_find(files, id);
    if (record != NULL)
        return record;
    if (files->records == NULL) {
        files->records = xcalloc(MOST_FILES, sizeof *files->records);
        files->buckets = xcalloc(MOST_FILES, sizeof *files->buckets);
    }
    uint32_t at = (uint32_t)(files->records_made % MOST_FILES);
    if (files->records_made++ >= MOST_FILES)
        record_forget(files, at);
    uint32_t *bucket = bucket_of(files, id);
    record = &files->records[at];
    const struct stamp none = {.shown_ns = NO_TIME, .real_ns = NO_TIME};
    *record = (struct file_record){.id = id,
                                   .modified = none,
                                   .changed = none,
                                   .born = none,
                                   .accessed_ns = NO_TIME,
                                   .next = *bucket};
    *bucket = at + 1;
    return record;
}

/* ---- when ---- */

int64_t file_moment(struct director *d)
{
    struct file_table *files = d->file_table;
    int64_t now = clock_now(d);
    files->latest_ns = files->latest_ns >= now ? files->latest_ns + 1 : now;
    return files->latest_ns;
}

static void note(struct stamp *stamp, int64_t shown_ns)
{
    stamp->shown_ns = shown_ns;
    stamp->is_noted = true;
}

void file_changed(struct director *d, struct file_id id, enum file_change change, int64_t moment)
{
    if (d->options->clock == CLOCK_KIND_REAL)
        return;
    struct file_record *record = record_of(d->file_table, id);
    int64_t now = CLOCK_EPOCH_NS + moment;
    note(&record->changed, now);
    if (change == FILE_CHANGED)
        return;
    note(&record->modified, now);
    if (change == FILE_MADE) {
        note(&record->born, now);
        record->accessed_ns = NO_TIME;
        record->number = 0;
    }
}

void file_time_given(struct director *d, struct file_id id, bool of_access, int64_t shown_ns)
{
    struct file_record *record = record_of(d->file_table, id);
    if (of_access)
        record->accessed_ns = shown_ns;
    else
        note(&record->modified, shown_ns);
}

/* Files get the time of the coarse clock, or of the fine one when they were looked at just before
 * (Linux 6.13, Documentation/filesystems/multigrain-ts.rst). A clock that was set back meanwhile is
 * not waited for. */
void file_will_change(struct director *d)
{
    struct file_table *files = d->file_table;
    const struct timespec moment = {0, 100 * NS_PER_US};
    if (files->has_changes || d->options->clock == CLOCK_KIND_REAL)
        return;
    for (unsigned i = 0; i < 200 && machine_now(CLOCK_REALTIME_COARSE) <= files->real_start_ns; i++)
        nanosleep(&moment, NULL);
    files->has_changes = true;
}

bool is_time_of_run(const struct director *d, int64_t real_ns)
{
    return real_ns > d->file_table->real_start_ns && real_ns <= machine_now(CLOCK_REALTIME);
}

/* Some file systems keep whole seconds: one that was seen to be changed in the second in which the
 * run began was changed in the run. */
static bool is_stamp_of_run(const struct director *d, const struct stamp *stamp, int64_t real_ns)
{
    bool seen = stamp->is_noted || (stamp->real_ns == real_ns && stamp->shown_ns != NO_TIME);
    return is_time_of_run(d, real_ns) ||
           (seen && real_ns % NS_PER_S == 0 &&
            real_ns / NS_PER_S == d->file_table->real_start_ns / NS_PER_S);
}

/* ---- what is shown ---- */

static dev_t device_of_descriptor(int fd)
{
    struct stat status;
    dev_t device = fd >= 0 && fstat(fd, &status) == 0 ? status.st_dev : 0;
    if (fd >= 0)
        close(fd);
    return device;
}

/* Of a file system of that type alone: what is mounted, and whether, is the host's. */
static dev_t device_of_path(const struct task *task, const char *name, unsigned type)
{
    char path[64];
    struct stat status;
    struct statfs system;
    snprintf(path, sizeof path, "/proc/%d/%s", task->tid, name);
    return stat(path, &status) == 0 && statfs(path, &system) == 0 && (unsigned)system.f_type == type
               ? status.st_dev
               : 0;
}

static void find_specials(struct file_table *files, const struct task *task)
{
    int ends[2];
    dev_t *specials = files->specials;
    files->has_specials = true;
    if (pipe2(ends, O_CLOEXEC) == 0) {
        close(ends[1]);
        specials[SPECIAL_PIPE] = device_of_descriptor(ends[0]);
    }
    specials[SPECIAL_SOCKET] = device_of_descriptor(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    specials[SPECIAL_MEMORY] = device_of_descriptor(memfd_create("device", MFD_CLOEXEC));
    specials[SPECIAL_ANONYMOUS] = device_of_descriptor(eventfd(0, EFD_CLOEXEC));
    specials[SPECIAL_PROCESS] =
        device_of_descriptor((int)native_call(SYS_pidfd_open, getpid(), 0, 0, 0));
    specials[SPECIAL_NAMESPACE] = device_of_path(task, "ns/mnt", NSFS_MAGIC);
    specials[SPECIAL_PROC] = device_of_path(task, "root/proc", PROC_SUPER_MAGIC);
    specials[SPECIAL_TERMINAL] = device_of_path(task, "root/dev/pts", DEVPTS_SUPER_MAGIC);
}

static enum special special_of(struct director *d, const struct task *task, dev_t device)
{
    if (!d->file_table->has_specials)
        find_specials(d->file_table, task);
    enum special special = 0;
    while (special < SPECIAL_COUNT && (d->file_table->specials[special] != device || device == 0))
        special++;
    return special;
}

static uint64_t number_of(struct file_table *files, struct file_id id)
{
    struct file_record *record = record_of(files, id);
    if (record->number == 0)
        record->number = ++files->numbers_given;
    return record->number;
}

/* What is shown of a file, of struct stat and struct statx alike. NULL: it was not asked for. */
struct view {
    struct file_id id;
    bool is_of_run; /* nobody had it before */
    struct timespec *accessed, *modified, *changed, *born;
};

static void set_time(struct timespec *time, int64_t ns)
{
    if (time != NULL)
        *time = time_of(ns);
}

/* The machine's time becomes the one that was noted. When the file was changed and nobody was seen
 * to do it (by a mapping, from outside), it is that of now. */
static void show_time(struct director *d, const struct view *view, struct timespec *time,
                      struct stamp *stamp, int64_t *moment)
{
    int64_t real = time != NULL ? nanoseconds(time) : 0;
    if (time == NULL || !(view->is_of_run || is_stamp_of_run(d, stamp, real)))
        return;
    if (!stamp->is_noted && stamp->real_ns != real) {
        if (*moment == NO_TIME)
            *moment = file_moment(d);
        stamp->shown_ns = CLOCK_EPOCH_NS + *moment;
    }
    stamp->is_noted = false;
    stamp->real_ns = real;
    *time = time_of(stamp->shown_ns);
}

static bool has_time_of_run(const struct director *d, const struct view *view)
{
    const struct timespec *times[] = {view->modified, view->changed, view->born};
    if (view->is_of_run)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(times); i++)
        if (times[i] != NULL && is_time_of_run(d, nanoseconds(times[i])))
            return true;
    return false;
}

/* Nothing comes from the future: the clock moves, as it would have while the file was changed. */
static void catch_up(struct director *d, struct task *task, const struct view *view)
{
    const struct timespec *times[] = {view->modified, view->changed, view->born};
    int64_t latest = CLOCK_EPOCH_NS + d->file_table->latest_ns, now = CLOCK_EPOCH_NS + clock_now(d);
    for (size_t i = 0; i < ARRAY_SIZE(times) && latest > now; i++) {
        int64_t shown = times[i] != NULL ? nanoseconds(times[i]) : 0;
        if (shown > now && shown <= latest) {
            charge(d, task->process, shown - now);
            now = shown;
        }
    }
}

static void show_times(struct director *d, struct task *task, struct view *view)
{
    struct file_record *record = has_time_of_run(d, view) ? record_of(d->file_table, view->id)
                                                          : record_find(d->file_table, view->id);
    if (record != NULL) {
        int64_t moment = NO_TIME;
        show_time(d, view, view->modified, &record->modified, &moment);
        show_time(d, view, view->changed, &record->changed, &moment);
        show_time(d, view, view->born, &record->born, &moment);
        catch_up(d, task, view);
    }
    /* When a file was read last depends on how it is mounted, and on the run before (relatime). */
    if (record != NULL && record->accessed_ns != NO_TIME)
        set_time(view->accessed, record->accessed_ns);
    else if (view->accessed != NULL && view->modified != NULL)
        *view->accessed = *view->modified;
}

bool filestat_show_id(struct director *d, struct task *task, struct file_id *id)
{
    enum special special = special_of(d, task, id->device);
    if (special == NOT_SPECIAL)
        return false;
    if (special != SPECIAL_TERMINAL)
        id->inode = number_of(d->file_table, *id);
    id->device = makedev(0, FIRST_SPECIAL_MINOR + special);
    return true;
}

/* The view's id becomes what is shown. */
static void show(struct director *d, struct task *task, struct view *view)
{
    enum special special = special_of(d, task, view->id.device);
    view->is_of_run = special == SPECIAL_MEMORY;
    if (special == NOT_SPECIAL || special == SPECIAL_MEMORY) {
        show_times(d, task, view);
    } else {
        set_time(view->accessed, CLOCK_EPOCH_NS);
        set_time(view->modified, CLOCK_EPOCH_NS);
        set_time(view->changed, CLOCK_EPOCH_NS);
        set_time(view->born, CLOCK_EPOCH_NS);
    }
    filestat_show_id(d, task, &view->id);
}

void filestat_show(struct director *d, struct task *task, struct stat *status)
{
    struct view view = {.id = {status->st_dev, status->st_ino},
                        .accessed = &status->st_atim,
                        .modified = &status->st_mtim,
                        .changed = &status->st_ctim};
    show(d, task, &view);
    status->st_dev = view.id.device;
    status->st_ino = view.id.inode;
}

static struct timespec from_extended(const struct statx_timestamp *time)
{
    return (struct timespec){time->tv_sec, time->tv_nsec};
}

static void to_extended(struct statx_timestamp *time, const struct timespec *from)
{
    time->tv_sec = from->tv_sec;
    time->tv_nsec = (uint32_t)from->tv_nsec;
}

void filestat_show_extended(struct director *d, struct task *task, struct statx *status)
{
    struct statx_timestamp *theirs[] = {&status->stx_atime, &status->stx_mtime, &status->stx_ctime,
                                        &status->stx_btime};
    static const uint32_t masks[] = {STATX_ATIME, STATX_MTIME, STATX_CTIME, STATX_BTIME};
    struct timespec times[ARRAY_SIZE(theirs)], *given[ARRAY_SIZE(theirs)];
    for (size_t i = 0; i < ARRAY_SIZE(theirs); i++) {
        times[i] = from_extended(theirs[i]);
        given[i] = status->stx_mask & masks[i] ? &times[i] : NULL;
    }
    struct view view = {
        .id = {makedev(status->stx_dev_major, status->stx_dev_minor), status->stx_ino},
        .accessed = given[0],
        .modified = given[1],
        .changed = given[2],
        .born = given[3]};
    show(d, task, &view);
    for (size_t i = 0; i < ARRAY_SIZE(theirs); i++)
        if (given[i] != NULL)
            to_extended(theirs[i], given[i]);
    status->stx_dev_major = major(view.id.device);
    status->stx_dev_minor = minor(view.id.device);
    status->stx_ino = view.id.inode;
#ifdef STATX_MNT_ID
    const struct file_id mount = {(dev_t)-1, status->stx_mnt_id};
    if (status->stx_mnt_id != 0) /* numbered anew in each run, as its mounts are */
        status->stx_mnt_id = number_of(d->file_table, mount);
#endif
}

size_t filestat_show_link(struct director *d, struct task *task, char *text, size_t length,
                          size_t size)
{
    char kind[32];
    unsigned long long inode;
    int end = 0;
    if (length + 1 > size)
        return length;
    text[length] = '\0';
    if (sscanf(text, "%31[a-z_]:[%llu]%n", kind, &inode, &end) != 2 || (size_t)end != length)
        return length;
    special_of(d, task, 0);
    enum special special = strcmp(kind, "pipe") == 0     ? SPECIAL_PIPE
                           : strcmp(kind, "socket") == 0 ? SPECIAL_SOCKET
                                                         : SPECIAL_NAMESPACE;
    struct file_id id = {d->file_table->specials[special], inode};
    return (size_t)snprintf(text, size, "%s:[%llu]", kind,
                            (unsigned long long)number_of(d->file_table, id));
}
