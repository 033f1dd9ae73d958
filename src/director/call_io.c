/*
 * Reading and writing. What cannot block (files) goes straight on. Pipes, sockets and terminals are
 * held until poll(2) on a duplicate says that they are ready. A write to a pipe that is larger than
 * the room there is certain to be is performed in pieces, so that it never sleeps in the kernel
 * halfway; the program sees one write.
 */
#include "director/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include "director/filestat.h"

#define PIECE 4096 /* a pipe that polls writable takes so much at once (pipe(7)) */
#define MOST_VECTORS 1024

/* saved[] while one of these calls is under way */
enum { SAVED_STREAM, SAVED_WRITTEN, SAVED_ASKED };

static bool never_waits(const struct task *task)
{
    unsigned flags = 0;
    switch (task->call->number) {
    case SYS_recvfrom:
    case SYS_sendto:
        flags = (unsigned)arg(task, 3);
        break;
    case SYS_recvmsg:
    case SYS_sendmsg:
        flags = (unsigned)arg(task, 2);
        break;
    case SYS_preadv2:
    case SYS_pwritev2:
        return (arg(task, 5) & RWF_NOWAIT) != 0;
    default:
        break;
    }
    return (flags & MSG_DONTWAIT) != 0;
}

static bool has_vectors(const struct task *task)
{
    switch (task->call->number) {
    case SYS_readv:
    case SYS_writev:
    case SYS_preadv2:
    case SYS_pwritev:
    case SYS_pwritev2:
        return true;
    default:
        return false;
    }
}

static bool is_of_sockets(const struct task *task)
{
    switch (task->call->number) {
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_accept:
    case SYS_accept4:
        return true;
    default:
        return false;
    }
}

/* How many bytes the call asks for; with vectors, whether it asks for any. 0 also where there are
 * more than the kernel takes (read(2), readv(2)). */
static uint64_t asked_for(const struct task *task)
{
    uint64_t count = arg(task, 2), sum = 0;
    if (!has_vectors(task))
        return count <= SSIZE_MAX ? count : 0;
    auto_free struct iovec *vectors = NULL;
    if (count == 0 || count > MOST_VECTORS)
        return 0;
    vectors = xcalloc(count, sizeof *vectors);
    if (!memory_read(task->tid, arg(task, 1), vectors, count * sizeof *vectors))
        return 0;
    for (uint64_t i = 0; i < count && sum == 0; i++)
        sum = vectors[i].iov_len;
    return sum;
}

/* The kernel answers at once, whether or not the descriptor is ready: it is no socket (ENOTSOCK);
 * nothing is asked for (read(2), write(2)); or less than an event descriptor, a timer or a signal
 * descriptor hands out (EINVAL, eventfd(2) and its kin). */
static bool is_answered_at_once(const struct task *task)
{
    if (is_of_sockets(task))
        return !S_ISSOCK(task->io.mode);
    bool has_no_type = (task->io.mode & S_IFMT) == 0;
    return asked_for(task) < (has_no_type ? sizeof(uint64_t) : 1);
}

static bool visible_io(struct director *d, struct task *task)
{
    task->io = descriptor_look(d, task, (int)arg(task, 0));
    return task->io.kind == FD_STDIO || task->io.kind == FD_POLLED;
}

/* With an offset they are for files, which never wait; the run's own output may be one. */
static bool visible_at_offset(struct director *d, struct task *task)
{
    bool visible = visible_io(d, task);
    if (visible && S_ISREG(task->io.mode))
        return true;
    task->io.kind = FD_PLAIN;
    return false;
}

/* With -1 they go on where the descriptor stands, as readv and writev do (preadv2(2)). */
static bool visible_at_place(struct director *d, struct task *task)
{
    return (int64_t)arg(task, 3) == -1 ? visible_io(d, task) : visible_at_offset(d, task);
}

static void watched_input(struct director *d, struct task *task, struct watcher *watcher)
{
    watcher->look(watcher, d, task, (int)arg(task, 0), POLLIN);
}

static void watched_output(struct director *d, struct task *task, struct watcher *watcher)
{
    watcher->look(watcher, d, task, (int)arg(task, 0), POLLOUT);
}

/* ---- reading ---- */

/* A background process does not wait for the terminal: the kernel stops it (SIGTTIN). */
static bool in_background(struct director *d, const struct task *task)
{
    if (d->terminal < 0 || task->io.kind != FD_STDIO)
        return false;
    pid_t foreground = terminal_foreground(d);
    return foreground != 0 && foreground != task->process->group;
}

/* A socket may have a time after which it waits no longer (socket(7)). */
static void socket_deadline(struct director *d, struct task *task, int option)
{
    if (!S_ISSOCK(task->io.mode) || task->deadline_ns != INT64_MAX)
        return;
    struct timeval time = {0};
    socklen_t length = sizeof time;
    int copy = descriptor_dup(d, task, (int)arg(task, 0));
    if (copy < 0)
        return;
    if (getsockopt(copy, SOL_SOCKET, option, &time, &length) == 0 &&
        (time.tv_sec > 0 || time.tv_usec > 0))
        task_deadline(d, task, clock_now(d) + time.tv_sec * NS_PER_S + time.tv_usec * NS_PER_US);
    close(copy);
}

static bool ready_read(struct director *d, struct task *task, bool first)
{
    if (task->io.nonblocking || never_waits(task) || task->io.access == O_WRONLY /* EBADF */)
        return true;
    guard_polls(d, task);
    int events = descriptor_poll(d, task, (int)arg(task, 0), POLLIN | POLLRDHUP);
    if (events != 0 || in_background(d, task) || is_answered_at_once(task))
        return true;
    if (first)
        socket_deadline(d, task, SO_RCVTIMEO);
    return false;
}

/* Its socket's time is over, and nothing came at the same moment. */
static bool waited_long_enough(struct director *d, struct task *task, short events)
{
    return task->released == RELEASE_DEADLINE &&
           descriptor_poll(d, task, (int)arg(task, 0), events) == 0;
}

static enum verdict_of_call enter_read(struct director *d, struct task *task)
{
    if (task->io.kind == FD_PLAIN || task->io.kind == FD_NONE)
        return CALL_GO;
    const struct fault *fault = task->fault;
    if (fault != NULL) {
        struct event event = {.kind = EVENT_READ,
                              .process = task->process->name,
                              .error = fault->error,
                              .fault = true};
        tell(d, &event);
        return answer(task, -fault->error);
    }
    if (waited_long_enough(d, task, POLLIN | POLLRDHUP))
        return answer(task, -EAGAIN);
    if (in_background(d, task)) {
        /* Nobody could continue them: EIO instead of SIGTTIN. The kernel takes init for a shell. */
        if (task->process->session == d->own_session && group_is_orphaned(d, task->process->group))
            return answer(task, -EIO);
        d->signals_everywhere = true;
    }
    return CALL_GO_LEAVE;
}

/* What was read of a signalfd looks as the kernel's own where it is in its stead. */
static void make_read_signals_own(struct task *task, int64_t length)
{
    uint64_t signals;
    struct signalfd_siginfo one;
    if ((task->io.mode & S_IFMT) != 0 || !descriptor_signals(task, (int)arg(task, 0), &signals))
        return;
    for (uint64_t at = arg(task, 1); length >= (int64_t)sizeof one;
         at += sizeof one, length -= (int64_t)sizeof one) {
        if (!memory_read(task->tid, at, &one, sizeof one))
            return;
        siginfo_t info = {.si_signo = (int)one.ssi_signo, .si_code = one.ssi_code};
        info.si_pid = (pid_t)one.ssi_pid;
        if (!make_kernels_own(task, &info))
            continue;
        one.ssi_code = info.si_code;
        one.ssi_pid = one.ssi_uid = 0;
        memory_write(task->tid, at, &one, sizeof one);
    }
}

static void leave_read(struct director *d, struct task *task, int64_t result)
{
    if (result > 0 && d->has_signal_descriptors && task->call->number == SYS_read)
        make_read_signals_own(task, result);
    if (result == -EAGAIN)
        charge_poll(d, task);
    else
        task->polls = 0;
    all_may_be_signalled(d);
}

static void explain_fd(struct director *d, struct task *task, struct buf *out, const char *verb)
{
    (void)d;
    int fd = (int)arg(task, 0);
    const char *what = task->io.is_terminal      ? "its terminal"
                       : S_ISFIFO(task->io.mode) ? "a pipe"
                       : S_ISSOCK(task->io.mode) ? "a socket"
                                                 : "a descriptor";
    buf_printf(out, "waits to %s %s (descriptor %d)", verb, what, fd);
}

static void explain_read(struct director *d, struct task *task, struct buf *out)
{
    explain_fd(d, task, out, "read from");
}

static void explain_write(struct director *d, struct task *task, struct buf *out)
{
    explain_fd(d, task, out, "write to");
}

/* ---- writing ---- */

static bool is_plain_write(const struct task *task)
{
    return task->call->number == SYS_write || task->call->number == SYS_pwrite64;
}

static bool ready_write(struct director *d, struct task *task, bool first)
{
    if (task->io.kind == FD_STDIO || task->io.nonblocking || never_waits(task) ||
        task->io.access == O_RDONLY /* EBADF */)
        return true;
    guard_polls(d, task);
    if (descriptor_poll(d, task, (int)arg(task, 0), POLLOUT) != 0 || is_answered_at_once(task))
        return true;
    if (first)
        socket_deadline(d, task, SO_SNDTIMEO);
    return false;
}

/* How much a pipe is certain to take without waiting. */
static uint64_t room_in_pipe(struct director *d, struct task *task)
{
    int copy = descriptor_dup(d, task, (int)arg(task, 0));
    if (copy < 0)
        return PIECE;
    int held = 0, size = fcntl(copy, F_GETPIPE_SZ);
    bool empty = ioctl(copy, FIONREAD, &held) == 0 && held == 0;
    close(copy);
    return empty && size > PIECE ? (uint64_t)size : PIECE;
}

static void tell_write(struct director *d, struct task *task, const struct fault *fault)
{
    struct event event = {.kind = EVENT_WRITE,
                          .process = task->process->name,
                          .error = fault->error,
                          .fault = true,
                          .has_bytes = fault->error == 0,
                          .bytes = fault->short_bytes};
    tell(d, &event);
}

/* A file is written to, which was opened for it: file_will_change was called. */
static void note_write(struct director *d, const struct descriptor *to)
{
    if (S_ISREG(to->mode) && to->access != O_RDONLY)
        file_changed(d, (struct file_id){to->device, to->inode}, FILE_MODIFIED, file_moment(d));
}

static enum verdict_of_call enter_write(struct director *d, struct task *task)
{
    task->saved[SAVED_STREAM] = task->io.kind == FD_STDIO ? task->io.stream : -1;
    if (task->process->is_closed) { /* nor are its descriptors seen */
        stdio_write_begins(d, task->process, (int)arg(task, 0));
        return CALL_GO_LEAVE;
    }
    if (task->io.kind == FD_PLAIN || task->io.kind == FD_NONE) {
        if (asked_for(task) > 0)
            note_write(d, &task->io);
        return CALL_GO;
    }
    if (waited_long_enough(d, task, POLLOUT))
        return answer(task, -EAGAIN);
    uint64_t asked = arg(task, 2);
    if (task->written_before == 0) {
        polls_less(task);
        const struct fault *fault = task->fault;
        if (fault != NULL) {
            tell_write(d, task, fault);
            if (fault->error != 0)
                return answer(task, -fault->error);
            if (is_plain_write(task) && fault->short_bytes < asked) {
                arch_set_call_arg(&task->regs, 2, fault->short_bytes);
                arch_set_regs(task->tid, &task->regs);
                return CALL_GO_LEAVE;
            }
        }
    } else if (!task->io.nonblocking && task->io.kind == FD_POLLED &&
               signal_actionable(d, task, NULL) &&
               descriptor_poll(d, task, (int)arg(task, 0), POLLOUT) == 0) {
        /* Interrupted in mid-write: it has written what it has written. */
        int64_t written = (int64_t)task->written_before;
        arch_set_call_arg(&task->regs, 1, task->first_args[1]);
        arch_set_call_arg(&task->regs, 2, task->first_args[2]);
        task->written_before = 0;
        return answer(task, written);
    }
    if (task->io.kind == FD_STDIO) {
        note_write(d, &task->io);
        if (asked > PIECE || !is_plain_write(task))
            d->draining = true; /* while it writes: it may be more than the terminal holds */
        if (d->undrained > 16384)
            stdio_drain(d);
        return CALL_GO_LEAVE;
    }
    if (!task->io.nonblocking && !never_waits(task)) {
        if (is_plain_write(task) && S_ISFIFO(task->io.mode)) {
            uint64_t room = asked > PIECE ? room_in_pipe(d, task) : PIECE;
            if (asked > room) {
                arch_set_call_arg(&task->regs, 2, room);
                arch_set_regs(task->tid, &task->regs);
                task->saved[SAVED_ASKED] = (int64_t)room;
                task->in_pieces = true;
            }
        } else if (asked > PIECE || !is_plain_write(task)) {
            d->quick_look = true; /* sockets and vectors may wait halfway */
            d->quick_task = task;
        }
    }
    return CALL_GO_LEAVE;
}

/* The bytes that were written, from where the program has them. */
static void tell_written(struct director *d, struct task *task, int stream, uint64_t count)
{
    static char bytes[65536];
    struct process *process = task->process;
    struct iovec one = {(void *)(uintptr_t)arg(task, 1), (size_t)count};
    struct iovec *vectors = &one;
    size_t vector_count = 1;
    auto_free struct iovec *list = NULL;
    if (has_vectors(task)) {
        vector_count = (size_t)arg(task, 2);
        if (vector_count > MOST_VECTORS)
            vector_count = MOST_VECTORS;
        list = xcalloc(vector_count, sizeof *list);
        if (!memory_read(task->tid, arg(task, 1), list, vector_count * sizeof *list))
            return;
        vectors = list;
    } else if (task->call->number == SYS_sendmsg) {
        return;
    }
    /* One event a write, in pieces only where it is very long. */
    size_t filled = 0;
    for (size_t i = 0; i < vector_count && count > 0 && !d->ending; i++) {
        uint64_t from = (uint64_t)(uintptr_t)vectors[i].iov_base;
        uint64_t left = vectors[i].iov_len < count ? vectors[i].iov_len : count;
        count -= left;
        while (left > 0 && !d->ending) {
            size_t take = left < sizeof bytes - filled ? (size_t)left : sizeof bytes - filled;
            if (!memory_read(task->tid, from, bytes + filled, take))
                return;
            filled += take;
            from += take;
            left -= take;
            if (filled == sizeof bytes) {
                tell_output(d, process, stream, bytes, filled);
                filled = 0;
            }
        }
    }
    if (filled > 0 && !d->ending)
        tell_output(d, process, stream, bytes, filled);
}

/* What was typed at the master side of a program's own terminal is worked on by the kernel's
 * worker; to poll the other side waits for it. */
static void settle_terminal(struct director *d, struct task *task)
{
    int master = descriptor_dup(d, task, (int)arg(task, 0));
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (slave >= 0) {
        struct pollfd look = {.fd = slave, .events = POLLIN};
        poll(&look, 1, 0);
        close(slave);
    }
    if (master >= 0)
        close(master);
}

static void leave_write(struct director *d, struct task *task, int64_t result)
{
    int stream = (int)task->saved[SAVED_STREAM];
    d->draining = false;
    if (d->writer == task->process) {
        stdio_write_ends(d);
        return;
    }
    if (stream > 0) {
        if (result > 0)
            d->undrained += (uint64_t)result;
        if (result > 0)
            tell_written(d, task, stream, (uint64_t)result);
        return;
    }
    if (result == -EAGAIN)
        charge_poll(d, task);
    if (result > 0 && task->io.is_terminal)
        settle_terminal(d, task);
    if (!task->in_pieces && task->written_before == 0)
        return;
    bool more = task->in_pieces && result == task->saved[SAVED_ASKED];
    task->in_pieces = false;
    if (task->written_before == 0)
        memcpy(task->first_args, task->args, sizeof task->first_args);
    if (more) {
        /* The same instruction again, for the rest; when it is not interrupted by a signal. */
        task->written_before += (uint64_t)result;
        arch_set_call_arg(&task->regs, 0, task->first_args[0]);
        arch_set_call_arg(&task->regs, 1, task->first_args[1] + task->written_before);
        arch_set_call_arg(&task->regs, 2, task->first_args[2] - task->written_before);
        arch_again(task->tid, &task->regs, task->call->number);
        return;
    }
    int64_t total = (int64_t)task->written_before + (result > 0 ? result : 0);
    arch_set_call_arg(&task->regs, 1, task->first_args[1]);
    arch_set_call_arg(&task->regs, 2, task->first_args[2]);
    arch_set_result(&task->regs, total > 0 ? total : result);
    arch_set_regs(task->tid, &task->regs);
    task->written_before = 0;
}

/* Its bytes would never be seen: programs fall back to read and write (EINVAL, as for files that
 * cannot be mapped). */
static enum verdict_of_call enter_sendfile(struct director *d, struct task *task)
{
    long number = task->call->number;
    unsigned out = number == SYS_splice ? 2 : number == SYS_tee ? 1 : 0;
    struct descriptor to = descriptor_look(d, task, (int)arg(task, out));
    if (to.kind == FD_STDIO)
        return answer(task, -EINVAL);
    task->io = to;
    d->quick_look = true;
    d->quick_task = task;
    return CALL_GO_LEAVE;
}

/* The same, between files alone, where nobody waits. */
static enum verdict_of_call enter_copy_file_range(struct director *d, struct task *task)
{
    struct descriptor to = descriptor_look(d, task, (int)arg(task, 2));
    if (to.kind == FD_STDIO)
        return answer(task, -EINVAL);
    task->io = to;
    return CALL_GO_LEAVE;
}

static void leave_copy(struct director *d, struct task *task, int64_t result)
{
    if (result > 0)
        note_write(d, &task->io);
}

/* ---- connecting ---- */

/* Is it a socket that connections come to? Others are told so at once (accept(2), EINVAL). */
static bool listens(struct director *d, struct task *task)
{
    int is = 1, copy = descriptor_dup(d, task, (int)arg(task, 0));
    socklen_t length = sizeof is;
    if (copy >= 0) {
        getsockopt(copy, SOL_SOCKET, SO_ACCEPTCONN, &is, &length);
        close(copy);
    }
    return is != 0;
}

static bool ready_accept(struct director *d, struct task *task, bool first)
{
    return ready_read(d, task, first) || !listens(d, task);
}

static enum verdict_of_call enter_accept(struct director *d, struct task *task)
{
    if (waited_long_enough(d, task, POLLIN))
        return answer(task, -EAGAIN);
    if (S_ISSOCK(task->io.mode) && outside_of_descriptor(d, task, (int)arg(task, 0)) != OUTSIDE_NOT)
        tell_network(d, task);
    return CALL_GO;
}

static enum verdict_of_call enter_waiting(struct director *d, struct task *task)
{
    if (S_ISSOCK(task->io.mode) && outside_of_descriptor(d, task, (int)arg(task, 0)) != OUTSIDE_NOT)
        tell_network(d, task);
    if (!task->io.nonblocking && !never_waits(task)) {
        d->quick_look = true;
        d->quick_task = task;
    }
    return CALL_GO_LEAVE;
}

#define READING(number, name, visibility)                                                          \
    {                                                                                              \
        number, name, .on = "read", .fails_as = FAULT_READ + 1, .is_visible = visibility,          \
                      .ready = ready_read, .enter = enter_read, .leave = leave_read,               \
                      .watched = watched_input, .explain = explain_read                            \
    }
#define WRITING(number, name, visibility)                                                          \
    {                                                                                              \
        number, name, .on = "write", .fails_as = FAULT_WRITE + 1, .is_visible = visibility,        \
                      .ready = ready_write, .enter = enter_write, .leave = leave_write,            \
                      .watched = watched_output, .explain = explain_write                          \
    }

const struct call_row calls_io[] = {
    READING(SYS_read, "read", visible_io),
    READING(SYS_readv, "readv", visible_io),
    READING(SYS_recvfrom, "recvfrom", visible_io),
    READING(SYS_recvmsg, "recvmsg", visible_io),
    READING(SYS_preadv2, "preadv2", visible_at_place),
    WRITING(SYS_write, "write", visible_io),
    WRITING(SYS_writev, "writev", visible_io),
    WRITING(SYS_pwrite64, "pwrite64", visible_at_offset),
    WRITING(SYS_pwritev, "pwritev", visible_at_offset),
    WRITING(SYS_pwritev2, "pwritev2", visible_at_place),
    WRITING(SYS_sendto, "sendto", visible_io),
    WRITING(SYS_sendmsg, "sendmsg", visible_io),
    {SYS_accept, "accept", .on = "accept", .is_visible = visible_io, .ready = ready_accept,
     .enter = enter_accept, .watched = watched_input, .explain = explain_read},
    {SYS_accept4, "accept4", .on = "accept", .is_visible = visible_io, .ready = ready_accept,
     .enter = enter_accept, .watched = watched_input, .explain = explain_read},
    {SYS_connect, "connect", .on = "connect", .is_visible = visible_io, .enter = enter_waiting},
    {SYS_sendfile, "sendfile", .enter = enter_sendfile, .leave = leave_copy},
    {SYS_splice, "splice", .enter = enter_sendfile, .leave = leave_copy},
    {SYS_tee, "tee", .enter = enter_sendfile, .leave = leave_copy},
    {SYS_copy_file_range, "copy_file_range", .enter = enter_copy_file_range, .leave = leave_copy},
    {SYS_vmsplice, "vmsplice", .enter = enter_sendfile, .leave = leave_copy},
};
const size_t calls_io_count = ARRAY_SIZE(calls_io);
