/*
 * Looking at a task's descriptors: what kind they are and whether they are ready. A duplicate is
 * taken by pidfd_getfd(2) and closed at once: one kept would hide an end of file or a broken pipe.
 */
#include "director/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/native.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static int dup_by_pidfd(struct task *task, int fd)
{
    int pidfd = (int)native_call(SYS_pidfd_open, task->process->pid, 0, 0, 0);
    if (pidfd < 0)
        return -1;
    int copy = (int)native_call(SYS_pidfd_getfd, pidfd, fd, 0, 0);
    int code = errno;
    close(pidfd);
    errno = code;
    return copy;
}

/* The flags of its description, by the "flags:" line of its fdinfo (proc(5)); -1: there is none. */
static int flags_of(const struct task *task, int fd)
{
    char path[64], line[256];
    unsigned flags;
    int found = -1;
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", task->tid, fd);
    FILE *file = fopen(path, "re");
    while (file != NULL && found < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "flags: %o", &flags) == 1)
            found = (int)flags;
    if (file != NULL)
        fclose(file);
    return found;
}

/* pidfd_getfd(2) is refused by some containers: opening the link makes a new description of the
 * same pipe or terminal, which is good enough to poll, if it is for reading or writing as the other
 * is. Sockets cannot be had that way. */
static int reopen(const struct task *task, int fd)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", task->tid, fd);
    struct stat status;
    if (stat(path, &status) != 0)
        return -1;
    if (S_ISSOCK(status.st_mode)) {
        errno = ENXIO;
        return -1;
    }
    int flags = flags_of(task, fd);
    int access = flags >= 0 ? flags & O_ACCMODE : O_RDONLY;
    return open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int descriptor_dup(struct director *d, struct task *task, int fd)
{
    (void)d;
    if (fd < 0) {
        errno = EBADF;
        return -1;
    }
    int copy = dup_by_pidfd(task, fd);
    return copy >= 0 || errno == EBADF ? copy : reopen(task, fd);
}

/* Names by which a process finds itself lead the director to the director. */
static const char *own_name(const char *name, const char **instead)
{
    static const struct {
        const char *name, *instead;
    } names[] = {
        {"/proc/self", ""},      {"/proc/thread-self", ""}, {"/dev/fd", "/fd"},
        {"/dev/stdin", "/fd/0"}, {"/dev/stdout", "/fd/1"},  {"/dev/stderr", "/fd/2"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        size_t length = strlen(names[i].name);
        if (strncmp(name, names[i].name, length) == 0 &&
            (name[length] == '/' || name[length] == '\0')) {
            *instead = names[i].instead;
            return name + length;
        }
    }
    return NULL;
}

void path_from_here(const struct task *task, int directory, const char *name, char *path,
                    size_t size)
{
    const char *instead, *rest = own_name(name, &instead);
    if (rest != NULL)
        snprintf(path, size, "/proc/%d%s%s", task->tid, instead, rest);
    else if (name[0] == '/')
        snprintf(path, size, "/proc/%d/root%s", task->tid, name);
    else if (directory == AT_FDCWD)
        snprintf(path, size, "/proc/%d/cwd%s%s", task->tid, name[0] != '\0' ? "/" : "", name);
    else if (name[0] != '\0')
        snprintf(path, size, "/proc/%d/fd/%d/%s", task->tid, directory, name);
    else
        snprintf(path, size, "/proc/%d/fd/%d", task->tid, directory);
}

static bool is_stdio(const struct director *d, const struct stat *status, int i)
{
    const struct stat *ours = &d->stdio_stat[i];
    return ours->st_ino == status->st_ino && ours->st_dev == status->st_dev &&
           ours->st_rdev == status->st_rdev && ours->st_ino != 0;
}

/* /dev/tty is another name of the terminal of who opened it: the run's own, or one that the program
 * made (tty(4)). */
static bool is_our_terminal(const struct director *d, int copy, const struct stat *status)
{
    unsigned device = 0;
    return d->terminal >= 0 && S_ISCHR(status->st_mode) && status->st_rdev == makedev(5, 0) &&
           ioctl(copy, TIOCGDEV, &device) == 0 && device == d->stdio_stat[0].st_rdev;
}

struct descriptor descriptor_look(struct director *d, struct task *task, int fd)
{
    struct descriptor look = {.kind = FD_NONE, .access = O_RDWR};
    struct stat status;
    bool by_alias = false, reopened = false;
    int copy = fd >= 0 ? dup_by_pidfd(task, fd) : -1;
    if (copy < 0 && fd >= 0 && errno != EBADF) {
        copy = reopen(task, fd);
        reopened = true;
    }
    int flags = reopened ? flags_of(task, fd) : copy >= 0 ? fcntl(copy, F_GETFL) : -1;
    if (copy >= 0) {
        if (fstat(copy, &status) == 0)
            look.kind = FD_PLAIN;
        by_alias = is_our_terminal(d, copy, &status);
        close(copy);
    } else if (reopened) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/fd/%d", task->tid, fd);
        if (stat(path, &status) == 0)
            look.kind = FD_PLAIN;
    }
    if (look.kind == FD_NONE)
        return look;
    if (flags >= 0) {
        look.nonblocking = (flags & O_NONBLOCK) != 0;
        look.access = flags & O_ACCMODE;
    }
    look.mode = status.st_mode;
    look.device = status.st_dev;
    look.inode = status.st_ino;
    if (by_alias) {
        look.kind = FD_STDIO;
        look.stream = 1;
        look.is_terminal = true;
        return look;
    }
    for (int i = 0; i < 3; i++) {
        /* On a terminal or with one file for several, the descriptor's number tells. */
        int stream = fd == 2 && is_stdio(d, &status, 2) ? 2 : i;
        if (is_stdio(d, &status, stream)) {
            look.kind = FD_STDIO;
            look.is_terminal = d->scenario->stdio == STDIO_TERMINAL; /* it may have hung up */
            look.stream = look.is_terminal && stream == 0 ? 1 : stream;
            return look;
        }
    }
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode))
        return look;
    if (S_ISCHR(status.st_mode) && major(status.st_rdev) == 1) /* null, zero, full, random … */
        return look;
    look.kind =
        FD_POLLED; /* also what has no file type: eventfd, timerfd, signalfd, epoll, inotify */
    look.is_terminal = S_ISCHR(status.st_mode);
    d->signals_unseen |= look.is_terminal; /* one that is not the run's own: ^C, hang-up */
    return look;
}

bool descriptor_signals(const struct task *task, int fd, uint64_t *signals)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", task->tid, fd);
    FILE *file = fopen(path, "re");
    bool is_one = false;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "sigmask:", 8) != 0)
            continue;
        *signals = strtoull(line + 8, NULL, 16);
        is_one = true;
    }
    if (file != NULL)
        fclose(file);
    return is_one;
}

/* "tfd:" lines of its fdinfo (proc(5)). */
void descriptors_of_epoll(struct director *d, struct task *task, int fd, struct watcher *watcher)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", task->tid, fd);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        int watched;
        unsigned events;
        if (sscanf(line, "tfd: %d events: %x", &watched, &events) == 2)
            watcher->look(watcher, d, task, watched,
                          (short)(events & (POLLIN | POLLOUT | POLLPRI)));
    }
    fclose(file);
}

static int poll_as_ours(struct director *d, struct task *task, int fd, short events)
{
    int copy = descriptor_dup(d, task, fd);
    if (copy < 0)
        return errno == EBADF ? POLLNVAL : -1;
    struct pollfd one = {.fd = copy, .events = events};
    int count;
    /* Even a look that does not wait is given up for a signal, such as our own tick. */
    while ((count = poll(&one, 1, 0)) < 0 && errno == EINTR) {
    }
    close(copy);
    return count < 0 ? -1 : one.revents;
}

/* Is the descriptor an epoll instance that watches a signalfd? Then whether any that it watches is
 * ready is asked of each by itself: asked from here, the instance would take the signalfd for one
 * that is not, and forget that it was (epoll(7)). Its fdinfo has a "tfd:" line each (proc(5)). */
static bool watches_signals(struct director *d, struct task *task, int fd, bool *ready)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", task->tid, fd);
    FILE *file = fopen(path, "re");
    bool watches = false;
    for (int pass = 0; file != NULL && pass < 1 + watches; pass++) {
        rewind(file);
        while (fgets(line, sizeof line, file) != NULL) {
            int target;
            unsigned events;
            uint64_t signals;
            if (sscanf(line, "tfd: %d events: %x", &target, &events) != 2)
                continue;
            bool of_signals = descriptor_signals(task, target, &signals);
            if (pass == 0)
                watches |= of_signals;
            else if (of_signals ? (events & POLLIN) && (signals_pending(task) & signals) != 0
                                : poll_as_ours(d, task, target, (short)(events & 0x7fff)) > 0)
                *ready = true;
        }
    }
    if (file != NULL)
        fclose(file);
    return watches;
}

int descriptor_poll(struct director *d, struct task *task, int fd, short events)
{
    uint64_t signals;
    bool ready = false;
    if (!d->has_signal_descriptors)
        return poll_as_ours(d, task, fd, events);
    /* A signalfd is ready for whom its signals are meant; asked from here it tells of our own. */
    if (descriptor_signals(task, fd, &signals))
        ready = (signals_pending(task) & signals) != 0;
    else if (!watches_signals(d, task, fd, &ready))
        return poll_as_ours(d, task, fd, events);
    return ready ? events & POLLIN : 0;
}
