/*
 * Looking at a task's descriptors: what kind they are and whether they are ready. A duplicate is
 * taken by pidfd_getfd(2) and closed at once: one kept would hide an end of file or a broken pipe.
 */
#include "director/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

int descriptor_dup(struct director *d, struct task *task, int fd)
{
    (void)d;
    if (fd < 0) {
        errno = EBADF;
        return -1;
    }
    int pidfd = (int)syscall(SYS_pidfd_open, task->process->pid, 0);
    if (pidfd >= 0) {
        int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
        int code = errno;
        close(pidfd);
        if (copy >= 0 || code == EBADF) {
            errno = code;
            return copy;
        }
    }
    /* Refused by some containers: opening the link makes a new description of the same pipe or
     * terminal, which is good enough to poll. Sockets cannot be had that way. */
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", task->tid, fd);
    struct stat status;
    if (stat(path, &status) != 0)
        return -1;
    if (S_ISSOCK(status.st_mode)) {
        errno = ENXIO;
        return -1;
    }
    int opened = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opened < 0)
        opened = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return opened;
}

static bool is_stdio(const struct director *d, const struct stat *status, int i)
{
    const struct stat *ours = &d->stdio_stat[i];
    return ours->st_ino == status->st_ino && ours->st_dev == status->st_dev &&
           ours->st_rdev == status->st_rdev && ours->st_ino != 0;
}

struct descriptor descriptor_look(struct director *d, struct task *task, int fd)
{
    struct descriptor look = {.kind = FD_NONE, .access = O_RDWR};
    struct stat status;
    int copy = descriptor_dup(d, task, fd);
    if (copy >= 0) {
        if (fstat(copy, &status) == 0)
            look.kind = FD_PLAIN;
        int flags = fcntl(copy, F_GETFL);
        look.nonblocking = flags >= 0 && (flags & O_NONBLOCK) != 0;
        if (flags >= 0)
            look.access = flags & O_ACCMODE;
        close(copy);
    } else if (errno != EBADF) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/fd/%d", task->tid, fd);
        if (stat(path, &status) == 0)
            look.kind = FD_PLAIN;
    }
    if (look.kind == FD_NONE)
        return look;
    look.mode = status.st_mode;
    for (int i = 0; i < 3; i++) {
        /* On a terminal or with one file for several, the descriptor's number tells. */
        int stream = fd == 2 && is_stdio(d, &status, 2) ? 2 : i;
        if (is_stdio(d, &status, stream)) {
            look.kind = FD_STDIO;
            look.stream = d->terminal >= 0 && stream == 0 ? 1 : stream;
            look.is_terminal = d->terminal >= 0;
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
    return look;
}

int descriptor_poll(struct director *d, struct task *task, int fd, short events)
{
    int copy = descriptor_dup(d, task, fd);
    if (copy < 0)
        return errno == EBADF ? POLLNVAL : -1;
    struct pollfd one = {.fd = copy, .events = events};
    int count = poll(&one, 1, 0);
    close(copy);
    return count < 0 ? -1 : one.revents;
}
