/*
 * Changing files by name or descriptor: that and when it was done is noted, for those who look at
 * them later (filestat.c). Nobody waits in these calls, and they concern nobody else's turn.
 */
#include "director/calls.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <utime.h>

#include "director/filestat.h"

enum effect {
    NOTHING,
    MAKES,     /* a file, and its name in a directory */
    NAMES,     /* gives a file that there is one more name */
    REMOVES,   /* a name */
    MODIFIES,  /* the content */
    CHANGES,   /* what else is told of the file */
    SETS_TIMES /* to those given, or to the present */
};

#define HERE (-1)     /* relative names begin at the working directory */
#define NAMELESS (-1) /* the descriptor is the file */

struct file_effect { /* of a row, which has two */
    enum effect effect;
    int directory; /* index of the argument that is a descriptor, or HERE */
    int name;      /* index of the argument that is a name, or NAMELESS */
    int flags;     /* index of the argument with AT_SYMLINK_NOFOLLOW; 0: there is none */
    bool is_link;  /* the name is not followed */
};

/* The way to the file from here, and whether its last name is followed. False: it cannot be told.
 */
static bool find_file(struct task *task, const struct file_effect *effect, char *path, size_t size,
                      bool *follows)
{
    char name[PATH_MAX] = "";
    int directory =
        effect->directory == HERE ? AT_FDCWD : (int)arg(task, (unsigned)effect->directory);
    if (effect->name != NAMELESS && arg(task, (unsigned)effect->name) != 0 &&
        !memory_read_string(task->tid, arg(task, (unsigned)effect->name), name, sizeof name))
        return false;
    bool names_link = effect->is_link || effect->effect == MAKES || effect->effect == NAMES;
    if (effect->flags > 0 && (arg(task, (unsigned)effect->flags) & AT_SYMLINK_NOFOLLOW))
        names_link = true;
    *follows = !names_link || name[0] == '\0'; /* links below /proc/PID/fd are always followed */
    path_from_here(task, directory, name, path, size);
    return true;
}

static bool look_at(const char *path, bool follows, struct stat *status)
{
    return (follows ? stat(path, status) : lstat(path, status)) == 0;
}

static void note(struct director *d, const char *path, bool follows, enum file_change change,
                 int64_t moment)
{
    struct stat status;
    if (look_at(path, follows, &status))
        file_changed(d, (struct file_id){status.st_dev, status.st_ino}, change, moment);
}

void directory_changed(struct director *d, char *path, int64_t moment)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return;
    slash[1] = '.';
    slash[2] = '\0'; /* the name had at least one character */
    note(d, path, true, FILE_MODIFIED, moment);
}

/* Which of the two times, of access and of modification, the call sets. */
static void read_given(struct task *task, bool given[2])
{
    struct timespec times[2];
    given[0] = given[1] = true;
    if (task->call->number != SYS_utimensat || arg(task, 2) == 0 ||
        !memory_read(task->tid, arg(task, 2), times, sizeof times))
        return;
    for (unsigned i = 0; i < 2; i++)
        given[i] = times[i].tv_nsec != UTIME_OMIT;
}

/* A time about the scenario's present would come from the future for everybody else, and stay
 * behind on the disk: it is noted, and the file keeps the machine's. */
#define ABOUT_NOW_NS (366 * 24 * 3600 * NS_PER_S)

static void note_times(struct director *d, struct task *task, const char *path, bool follows,
                       int64_t moment)
{
    struct stat status;
    bool given[2], is_kept = false;
    auto_close int file = open(path, O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW));
    read_given(task, given);
    if (file < 0 || fstat(file, &status) != 0 || !(given[0] || given[1]))
        return;
    const struct file_id id = {status.st_dev, status.st_ino};
    const struct timespec *times[2] = {&status.st_atim, &status.st_mtim};
    struct timespec keep[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
    file_changed(d, id, FILE_CHANGED, moment);
    for (unsigned i = 0; i < 2; i++) {
        int64_t ns = times[i]->tv_sec * NS_PER_S + times[i]->tv_nsec;
        if (!given[i])
            continue;
        if (is_time_of_run(d, ns)) {
            ns = CLOCK_EPOCH_NS + moment;
        } else if (ns > CLOCK_EPOCH_NS - ABOUT_NOW_NS && ns < CLOCK_EPOCH_NS + ABOUT_NOW_NS) {
            keep[i].tv_nsec = UTIME_NOW;
            is_kept = true;
        }
        file_time_given(d, id, i == 0, ns);
    }
    char itself[32]; /* the very file, whatever the name means by now */
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", file);
    /* What a confined run leaves, nobody keeps; and names that it changes meanwhile must not lead
     * the director, who has more rights. */
    if (is_kept && d->options->confinement == NULL)
        utimensat(AT_FDCWD, itself, keep, 0);
}

static void perform_effect(struct director *d, struct task *task, const struct file_effect *effect,
                           int64_t moment)
{
    char path[PATH_MAX + 64];
    bool follows;
    if (effect->effect == NOTHING || !find_file(task, effect, path, sizeof path, &follows))
        return;
    switch (effect->effect) {
    case MAKES:
        note(d, path, follows, FILE_MADE, moment);
        directory_changed(d, path, moment);
        break;
    case NAMES:
    case REMOVES: /* two names that are exchanged are both there again */
        note(d, path, false, FILE_CHANGED, moment);
        directory_changed(d, path, moment);
        break;
    case MODIFIES:
        note(d, path, follows, FILE_MODIFIED, moment);
        break;
    case CHANGES:
        note(d, path, follows, FILE_CHANGED, moment);
        break;
    case SETS_TIMES:
        note_times(d, task, path, follows, moment);
        break;
    case NOTHING:
        break;
    }
}

/* saved[] while one of these calls is under way: the file that loses a name and has others */
enum { SAVED_DEVICE, SAVED_INODE };

/* Removing takes a name from the file that has it, renaming from the one that had the new name;
 * when both are names of one file, nothing happens (rename(2)). */
static bool look_at_loser(struct task *task, const struct file_effect effects[2])
{
    char path[PATH_MAX + 64];
    struct stat first, second;
    bool follows, is_renaming = effects[1].effect != NOTHING;
    task->saved[SAVED_INODE] = 0;
    if (effects[0].effect != REMOVES ||
        !find_file(task, &effects[0], path, sizeof path, &follows) || lstat(path, &first) != 0)
        return true;
    const struct stat *loser = &first;
    if (is_renaming) {
        loser = &second;
        if (!find_file(task, &effects[1], path, sizeof path, &follows) || lstat(path, &second) != 0)
            return true;
        if (first.st_ino == second.st_ino && first.st_dev == second.st_dev)
            return false;
    }
    if (loser->st_nlink > 1 && !S_ISDIR(loser->st_mode)) {
        task->saved[SAVED_DEVICE] = (int64_t)loser->st_dev;
        task->saved[SAVED_INODE] = (int64_t)loser->st_ino;
    }
    return true;
}

static enum verdict_of_call enter_change(struct director *d, struct task *task)
{
    if (d->options->clock == CLOCK_KIND_REAL)
        return CALL_GO;
    file_will_change(d);
    const struct file_effect *effects = task->call->effects;
    return effects == NULL || look_at_loser(task, effects) ? CALL_GO_LEAVE : CALL_GO;
}

static void leave_change(struct director *d, struct task *task, int64_t result)
{
    if (result != 0)
        return;
    int64_t moment = file_moment(d);
    if (task->saved[SAVED_INODE] != 0)
        file_changed(
            d, (struct file_id){(dev_t)task->saved[SAVED_DEVICE], (ino_t)task->saved[SAVED_INODE]},
            FILE_CHANGED, moment);
    for (size_t i = 0; i < 2; i++)
        perform_effect(d, task, &task->call->effects[i], moment);
}

/* A socket of a file system is a file, too (unix(7)). */
static enum verdict_of_call enter_bind(struct director *d, struct task *task)
{
    sa_family_t family = 0;
    bool is_local = memory_read(task->tid, arg(task, 1), &family, sizeof family) &&
                    family == AF_UNIX && arg(task, 2) > offsetof(struct sockaddr_un, sun_path);
    return is_local ? enter_change(d, task) : CALL_GO;
}

static void leave_bind(struct director *d, struct task *task, int64_t result)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[PATH_MAX + 64];
    uint64_t length = arg(task, 2) < sizeof address ? arg(task, 2) : sizeof address;
    char name[sizeof address.sun_path + 1] = "";
    if (result != 0 || !memory_read(task->tid, arg(task, 1), &address, (size_t)length))
        return;
    memcpy(name, address.sun_path, sizeof address.sun_path); /* it may fill the whole */
    if (name[0] == '\0')
        return; /* without a name, or in the abstract namespace */
    int64_t moment = file_moment(d);
    path_from_here(task, AT_FDCWD, name, path, sizeof path);
    note(d, path, false, FILE_MADE, moment);
    directory_changed(d, path, moment);
}

/* Which arguments name the file. */
#define AT(descriptor, text) .directory = (descriptor), .name = (text)
#define CHANGING(call, ...)                                                                        \
    {                                                                                              \
        SYS_##call, #call, .enter = enter_change, .leave = leave_change,                           \
                           .effects = (const struct file_effect[2])                                \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

const struct call_row calls_file[] = {
#ifdef SYS_mkdir
    CHANGING(mkdir, {MAKES, AT(HERE, 0)}),
    CHANGING(mknod, {MAKES, AT(HERE, 0)}),
    CHANGING(symlink, {MAKES, AT(HERE, 1)}),
    CHANGING(link, {NAMES, AT(HERE, 1)}),
    CHANGING(rename, {REMOVES, AT(HERE, 0)}, {NAMES, AT(HERE, 1)}),
    CHANGING(unlink, {REMOVES, AT(HERE, 0)}),
    CHANGING(rmdir, {REMOVES, AT(HERE, 0)}),
    CHANGING(chmod, {CHANGES, AT(HERE, 0)}),
    CHANGING(chown, {CHANGES, AT(HERE, 0)}),
    CHANGING(lchown, {CHANGES, AT(HERE, 0), .is_link = true}),
    CHANGING(utime, {SETS_TIMES, AT(HERE, 0)}),
    CHANGING(utimes, {SETS_TIMES, AT(HERE, 0)}),
    CHANGING(futimesat, {SETS_TIMES, AT(0, 1)}),
#endif
#ifdef SYS_renameat
    CHANGING(renameat, {REMOVES, AT(0, 1)}, {NAMES, AT(2, 3)}),
#endif
    CHANGING(mkdirat, {MAKES, AT(0, 1)}),
    CHANGING(mknodat, {MAKES, AT(0, 1)}),
    CHANGING(symlinkat, {MAKES, AT(1, 2)}),
    CHANGING(linkat, {NAMES, AT(2, 3)}),
    CHANGING(renameat2, {REMOVES, AT(0, 1)}, {NAMES, AT(2, 3)}),
    CHANGING(unlinkat, {REMOVES, AT(0, 1)}),
    CHANGING(truncate, {MODIFIES, AT(HERE, 0)}),
    CHANGING(ftruncate, {MODIFIES, AT(0, NAMELESS)}),
    CHANGING(fallocate, {MODIFIES, AT(0, NAMELESS)}),
    CHANGING(fchmod, {CHANGES, AT(0, NAMELESS)}),
    CHANGING(fchown, {CHANGES, AT(0, NAMELESS)}),
    CHANGING(fchmodat, {CHANGES, AT(0, 1)}),
#ifdef SYS_fchmodat2
    CHANGING(fchmodat2, {CHANGES, AT(0, 1), .flags = 3}),
#endif
    CHANGING(fchownat, {CHANGES, AT(0, 1), .flags = 4}),
    CHANGING(setxattr, {CHANGES, AT(HERE, 0)}),
    CHANGING(lsetxattr, {CHANGES, AT(HERE, 0), .is_link = true}),
    CHANGING(fsetxattr, {CHANGES, AT(0, NAMELESS)}),
    CHANGING(removexattr, {CHANGES, AT(HERE, 0)}),
    CHANGING(lremovexattr, {CHANGES, AT(HERE, 0), .is_link = true}),
    CHANGING(fremovexattr, {CHANGES, AT(0, NAMELESS)}),
    CHANGING(utimensat, {SETS_TIMES, AT(0, 1), .flags = 3}),
    {SYS_bind, "bind", .enter = enter_bind, .leave = leave_bind},
};
const size_t calls_file_count = ARRAY_SIZE(calls_file);
