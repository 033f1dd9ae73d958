/*
 * The run's own standard input and output: a pseudo-terminal, pipes or files.
 *
 * Output is attributed at the write that made it, with the bytes that the kernel says it took; what
 * comes out at our end is thrown away, but for a writer whose memory nobody sees. A pseudo-terminal
 * passes data through a kernel worker, but poll(2) waits for that worker (n_tty_poll), so that
 * after a poll the view is exact.
 */
#include "director/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* A terminal has made two characters of each newline (ONLCR). */
static size_t without_returns(char *bytes, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != '\r' || (i + 1 < length && bytes[i + 1] != '\n'))
            bytes[kept++] = bytes[i];
    return kept;
}

static bool drain_one(struct director *d, int fd, int stream)
{
    char sink[16384];
    ssize_t got;
    bool any = false;
    while ((got = read(fd, sink, sizeof sink)) > 0) {
        d->undrained -= (uint64_t)got < d->undrained ? (uint64_t)got : d->undrained;
        any = true;
        size_t length = (size_t)got;
        if (d->writer != NULL && fd == d->terminal)
            length = without_returns(sink, length);
        if (d->writer != NULL && length > 0 && !d->ending)
            tell_output(d, d->writer, stream, sink, length);
    }
    return any;
}

bool stdio_drain(struct director *d)
{
    bool any = false;
    int fds[] = {d->terminal, d->pipes[1], d->pipes[2]};
    int streams[] = {d->writer_fd == 2 ? 2 : 1, 1, 2};
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        struct pollfd look = {.fd = fds[i], .events = POLLIN}; /* -1: is none */
        if (poll(&look, 1, 0) > 0 && (look.revents & POLLIN))
            any |= drain_one(d, fds[i], streams[i]);
    }
    return any;
}

/* Where the program's next bytes go: our descriptor shares its place in the file with the
 * program's. */
static off_t place_in_file(const struct director *d, int stream)
{
    return d->files[stream] >= 0 ? lseek(d->files[stream], 0, SEEK_CUR) : 0;
}

void stdio_write_begins(struct director *d, struct process *writer, int fd)
{
    stdio_drain(d); /* what others wrote */
    d->draining = true;
    d->writer = writer;
    d->writer_fd = fd;
    for (int i = 1; i < 3; i++)
        d->written_to[i] = place_in_file(d, i);
}

void stdio_write_ends(struct director *d)
{
    char bytes[16384];
    struct process *writer = d->writer;
    stdio_drain(d);
    d->writer = NULL;
    for (int i = 1; i < 3; i++) {
        off_t from = d->written_to[i], to = place_in_file(d, i);
        while (from < to && !d->ending) {
            size_t take = to - from < (off_t)sizeof bytes ? (size_t)(to - from) : sizeof bytes;
            ssize_t got = pread(d->files[i], bytes, take, from);
            if (got <= 0)
                break;
            tell_output(d, writer, i, bytes, (size_t)got);
            from += got;
        }
    }
}

void tell_output(struct director *d, struct process *process, int stream, const char *bytes,
                 size_t length)
{
    uint64_t limit = d->scenario->limits.output;
    uint64_t left = limit > d->output_bytes ? limit - d->output_bytes : 0;
    size_t told = length < left ? length : (size_t)left;
    d->output_bytes += length;
    if (told > 0) {
        struct event event = {.kind = EVENT_OUTPUT,
                              .process = process->name,
                              .stream = stream,
                              .text = bytes,
                              .text_length = told};
        tell(d, &event);
    }
    if (told < length) {
        char size[32];
        limit_exceeded(d, process, "output", "the output was cut after %s",
                       size_format(limit, size, sizeof size));
    }
}

/* ---- input ---- */

/* Opens the slave for a moment: a look kept open would hide the program's own hang-up. */
static int open_slave(struct director *d)
{
    return ioctl(d->terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
}

pid_t terminal_foreground(struct director *d)
{
    pid_t foreground = 0; /* in the runner's numbering: its leader's */
    if (d->terminal < 0 || ioctl(d->terminal, TIOCGPGRP, &foreground) != 0 || foreground <= 0)
        return 0;
    for (struct process *p = d->first_process; p != NULL; p = p->next_all)
        if (p->pid == foreground)
            return p->ns_pid;
    /* A group outlives its leader. */
    for (struct process *p = d->first_process; p != NULL; p = p->next_all)
        if (getpgid(p->pid) == foreground)
            return p->group;
    return NO_GROUP;
}

struct input_watcher {
    struct watcher watcher;
    bool found;
};

static void look_for_input(struct watcher *self, struct director *d, struct task *task, int fd,
                           short events)
{
    struct input_watcher *watcher = (struct input_watcher *)self;
    if (!(events & POLLIN) || watcher->found)
        return;
    struct descriptor look = descriptor_look(d, task, fd);
    watcher->found = look.kind == FD_STDIO && (look.is_terminal || look.stream == 0);
}

bool awaits_input(struct director *d, struct task *task)
{
    if (task->state != TASK_HELD || task->call == NULL || task->call->watched == NULL)
        return false;
    struct input_watcher watcher = {{look_for_input}, false};
    task->call->watched(d, task, &watcher.watcher);
    return watcher.found;
}

static int signal_of_character(const struct termios *settings, char c)
{
    if (!(settings->c_lflag & ISIG))
        return 0;
    static const struct {
        int index, signal;
    } keys[] = {{VINTR, SIGINT}, {VQUIT, SIGQUIT}, {VSUSP, SIGTSTP}};
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (settings->c_cc[keys[i].index] == (cc_t)c && c != '\0')
            return keys[i].signal;
    return 0;
}

static bool type_at_terminal(struct director *d, const char *bytes, size_t length)
{
    struct termios settings;
    if (tcgetattr(d->terminal, &settings) != 0)
        return false;
    int signal = length == 1 ? signal_of_character(&settings, bytes[0]) : 0;
    if (signal != 0) {
        /* The same as the key, but done when the call returns (pty(7), TIOCSIG). */
        if (ioctl(d->terminal, TIOCSIG, signal) != 0)
            return false;
        pid_t group = terminal_foreground(d);
        for (struct process *p = d->first_process; p != NULL; p = p->next_all)
            if (p->group == group)
                tell_ignored(d, p, signal, "terminal");
        d->signals_everywhere = true;
        all_may_be_signalled(d);
        return true;
    }
    size_t done = 0;
    while (done < length) {
        ssize_t put = write(d->terminal, bytes + done, length - done);
        if (put < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (put > 0)
            done += (size_t)put;
        stdio_drain(d);
    }
    int slave = open_slave(d);
    if (slave >= 0) { /* poll waits until the line discipline has worked on it */
        struct pollfd look = {.fd = slave, .events = POLLIN};
        poll(&look, 1, 0);
        close(slave);
    }
    stdio_drain(d);
    return true;
}

bool terminal_type(struct director *d, const char *bytes, size_t length)
{
    if (d->terminal >= 0)
        return type_at_terminal(d, bytes, length);
    int to = d->pipes[0] >= 0 ? d->pipes[0] : d->files[0];
    if (to < 0)
        return false;
    if (d->files[0] >= 0)
        return pwrite(to, bytes, length, lseek(to, 0, SEEK_END)) == (ssize_t)length;
    return write(to, bytes, length) == (ssize_t)length;
}

void stdin_close(struct director *d)
{
    if (d->terminal >= 0) {
        struct termios settings;
        if (tcgetattr(d->terminal, &settings) == 0) {
            char end = (char)settings.c_cc[VEOF];
            type_at_terminal(d, &end, 1);
        }
    } else if (d->pipes[0] >= 0) {
        close(steal_fd(&d->pipes[0]));
    }
}

static void hang_up(struct director *d, struct process *process)
{
    if (process->session != d->own_session)
        return;
    send_as_kernel(d, process, SIGHUP);
    send_as_kernel(d, process, SIGCONT);
}

/* The kernel tells the session's leader of a hang-up, and once that has ended the group in the
 * foreground (tty_ioctl(4), POSIX 11.1.10 of its base definitions). Init leads the session, which
 * is deaf; the root is who would lead it, were it a shell that somebody logged in with. */
void terminal_close(struct director *d)
{
    if (d->terminal < 0)
        return;
    stdio_drain(d);
    d->hung_up_group = terminal_foreground(d);
    close(steal_fd(&d->terminal));
    d->undrained = 0;
    if (d->root != NULL && d->root->state != STATE_ZOMBIE)
        hang_up(d, d->root);
    d->signals_everywhere = true;
    all_may_be_signalled(d);
}

void terminal_left(struct director *d)
{
    for (struct process *p = d->first_process; d->hung_up_group > 0 && p != NULL; p = p->next_all)
        if (p->group == d->hung_up_group && p->state != STATE_ZOMBIE)
            hang_up(d, p);
}
