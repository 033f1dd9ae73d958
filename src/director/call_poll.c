/*
 * Waiting for descriptors with a timeout: poll, select, epoll. Held until a descriptor is ready or
 * the scenario clock has reached the timeout; then performed with a timeout of zero, so that the
 * kernel fills in the answer and never sleeps.
 */
#include "director/calls.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#define MOST_DESCRIPTORS 4096
#define LONGEST_S (INT64_MAX / NS_PER_S / 4) /* of a timeout: longer than any run */

/* saved[] while one of these calls is under way */
enum { SAVED_TIMEOUT_PATCHED };

/* Where a call keeps its timeout, its signal mask and its descriptors. */
struct form {
    unsigned timeout; /* argument index */
    enum { MILLISECONDS, TIMESPEC, TIMEVAL } unit;
    int mask;              /* argument index, -1: none */
    bool mask_is_indirect; /* pselect6: a pointer to {pointer, size} */
};

static struct form form_of(const struct task *task)
{
    switch (task->call->number) {
#ifdef SYS_poll
    case SYS_poll:
        return (struct form){2, MILLISECONDS, -1, false};
    case SYS_select:
        return (struct form){4, TIMEVAL, -1, false};
    case SYS_epoll_wait:
        return (struct form){3, MILLISECONDS, -1, false};
#endif
    case SYS_ppoll:
        return (struct form){2, TIMESPEC, 3, false};
    case SYS_pselect6:
        return (struct form){4, TIMESPEC, 5, true};
    case SYS_epoll_pwait:
        return (struct form){3, MILLISECONDS, 4, false};
    default: /* SYS_epoll_pwait2 */
        return (struct form){3, TIMESPEC, 4, false};
    }
}

/* INT64_MAX: waits for ever; -1: unreadable. */
static int64_t timeout_ns(struct task *task, const struct form *form)
{
    if (form->unit == MILLISECONDS) {
        int ms = (int)arg(task, form->timeout);
        return ms < 0 ? INT64_MAX : ms * NS_PER_MS;
    }
    uint64_t at = arg(task, form->timeout);
    if (at == 0)
        return INT64_MAX;
    int64_t ns;
    if (form->unit != TIMEVAL)
        return read_time(task, at, false, &ns) ? ns : -1;
    struct timeval time; /* more than a million microseconds are as many seconds (select(2)) */
    if (!memory_read(task->tid, at, &time, sizeof time) || time.tv_sec < 0 || time.tv_usec < 0)
        return -1;
    int64_t seconds = time.tv_sec < LONGEST_S ? time.tv_sec : LONGEST_S;
    int64_t more = time.tv_usec / 1000000 < LONGEST_S ? time.tv_usec / 1000000 : LONGEST_S;
    return (seconds + more) * NS_PER_S + time.tv_usec % 1000000 * NS_PER_US;
}

static void read_mask(struct task *task, const struct form *form)
{
    if (form->mask < 0)
        return;
    uint64_t at = arg(task, (unsigned)form->mask);
    if (form->mask_is_indirect && at != 0 && !memory_read(task->tid, at, &at, sizeof at))
        return;
    if (at != 0 && memory_read(task->tid, at, &task->call_mask, sizeof task->call_mask)) {
        task->has_call_mask = true;
        task->signals_dirty = true; /* what was blocked until now may be pending */
    }
}

static bool any_poll_ready(struct director *d, struct task *task)
{
    size_t count = (size_t)arg(task, 1);
    if (count > MOST_DESCRIPTORS)
        return true;
    auto_free struct pollfd *fds = xcalloc(count + 1, sizeof *fds);
    if (count > 0 && !memory_read(task->tid, arg(task, 0), fds, count * sizeof *fds))
        return true; /* EFAULT */
    for (size_t i = 0; i < count; i++)
        if (fds[i].fd >= 0 && descriptor_poll(d, task, fds[i].fd, fds[i].events) != 0)
            return true;
    return false;
}

static bool any_select_ready(struct director *d, struct task *task)
{
    int count = (int)arg(task, 0);
    if (count < 0 || count > MOST_DESCRIPTORS)
        return true;
    static const short events[] = {POLLIN, POLLOUT, POLLPRI};
    for (unsigned set = 0; set < 3; set++) {
        uint64_t at = arg(task, 1 + set);
        if (at == 0)
            continue;
        unsigned char bits[MOST_DESCRIPTORS / 8] = {0};
        if (!memory_read(task->tid, at, bits, ((size_t)count + 7) / 8))
            return true;
        for (int fd = 0; fd < count; fd++) {
            if (!(bits[fd / 8] & (1u << (fd % 8))))
                continue;
            int ready = descriptor_poll(d, task, fd, events[set]);
            if (ready != 0 && (set != 2 || (ready & POLLPRI) || ready < 0))
                return true;
        }
    }
    return false;
}

static bool any_ready(struct director *d, struct task *task)
{
    switch (task->call->number) {
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll:
        return any_poll_ready(d, task);
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_pselect6:
        return any_select_ready(d, task);
    default:
        return descriptor_poll(d, task, (int)arg(task, 0), POLLIN) != 0;
    }
}

static bool ready_poll(struct director *d, struct task *task, bool first)
{
    if (first) {
        if (task->deadline_ns == INT64_MAX) { /* else restarted after a stop: the end stays */
            struct form form = form_of(task);
            read_mask(task, &form);
            int64_t ns = timeout_ns(task, &form);
            if (ns <= 0)
                return true;
            if (ns != INT64_MAX)
                task_deadline(d, task, clock_now(d) + ns);
        } else if (task->deadline_ns <= clock_now(d)) {
            return true;
        }
        guard_polls(d, task);
    }
    return any_ready(d, task);
}

static enum verdict_of_call enter_poll(struct director *d, struct task *task)
{
    task->saved[SAVED_TIMEOUT_PATCHED] = 0;
    bool over = task->deadline_ns != INT64_MAX && task->deadline_ns <= clock_now(d);
    if (arch_call_number(&task->regs) == SYS_restart_syscall)
        return over ? answer(task, 0) : CALL_GO_LEAVE;
    struct form form = form_of(task);
    int64_t ns = timeout_ns(task, &form);
    if (ns <= 0 || (!over && !any_ready(d, task)))
        return CALL_GO_LEAVE; /* does not wait, or a signal will interrupt it at once */
    if (form.unit == MILLISECONDS) {
        arch_set_call_arg(&task->regs, form.timeout, 0);
        arch_set_regs(task->tid, &task->regs);
        task->saved[SAVED_TIMEOUT_PATCHED] = 1;
    } else if (ns != INT64_MAX) {
        write_time(task, arg(task, form.timeout), form.unit == TIMEVAL, 0);
        task->saved[SAVED_TIMEOUT_PATCHED] = 1;
    }
    return CALL_GO_LEAVE;
}

static void leave_poll(struct director *d, struct task *task, int64_t result)
{
    struct form form = form_of(task);
    if (result == -516 /* ERESTART_RESTARTBLOCK */)
        task->restarting = true;
    if (form.unit == MILLISECONDS) {
        if (task->saved[SAVED_TIMEOUT_PATCHED]) { /* registers survive a call */
            int64_t kept = arch_result(&task->regs);
            arch_set_call_arg(&task->regs, form.timeout, arg(task, form.timeout));
            if (form.timeout != 0)
                arch_set_result(&task->regs, kept);
            arch_set_regs(task->tid, &task->regs);
        }
    } else if (task->deadline_ns != INT64_MAX && arg(task, form.timeout) != 0 &&
               task->call->number != SYS_epoll_pwait2) {
        /* The kernel leaves the time that was left (select(2), "C library/kernel differences"). */
        int64_t left = task->deadline_ns - clock_now(d);
        write_time(task, arg(task, form.timeout), form.unit == TIMEVAL, left > 0 ? left : 0);
    } else if (task->saved[SAVED_TIMEOUT_PATCHED] && task->call->number == SYS_epoll_pwait2) {
        int64_t left = task->deadline_ns - clock_now(d);
        write_time(task, arg(task, form.timeout), false, left > 0 ? left : 0);
    }
    if (result == 0 && task->deadline_ns == INT64_MAX)
        charge_poll(d, task);
    else if (result != 0)
        task->polls = 0;
}

static void watched_by_poll(struct director *d, struct task *task, struct watcher *watcher)
{
    for (size_t i = 0; i < (size_t)arg(task, 1) && i < MOST_DESCRIPTORS; i++) {
        struct pollfd one;
        if (!memory_read(task->tid, arg(task, 0) + i * sizeof one, &one, sizeof one))
            break;
        if (one.fd >= 0)
            watcher->look(watcher, d, task, one.fd, one.events);
    }
}

static void watched_by_select(struct director *d, struct task *task, struct watcher *watcher)
{
    static const short events[] = {POLLIN, POLLOUT, POLLPRI};
    for (unsigned set = 0; set < ARRAY_SIZE(events); set++) {
        unsigned char bits[MOST_DESCRIPTORS / 8] = {0};
        size_t count = (size_t)arg(task, 0) < MOST_DESCRIPTORS ? (size_t)arg(task, 0) : 0;
        if (arg(task, 1 + set) == 0 ||
            !memory_read(task->tid, arg(task, 1 + set), bits, (count + 7) / 8))
            continue;
        for (size_t fd = 0; fd < count; fd++)
            if (bits[fd / 8] & (1u << (fd % 8)))
                watcher->look(watcher, d, task, (int)fd, events[set]);
    }
}

static void watched(struct director *d, struct task *task, struct watcher *watcher)
{
    switch (task->call->number) {
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll:
        watched_by_poll(d, task, watcher);
        break;
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_pselect6:
        watched_by_select(d, task, watcher);
        break;
    default:
        descriptors_of_epoll(d, task, (int)arg(task, 0), watcher);
        break;
    }
}

static void explain_poll(struct director *d, struct task *task, struct buf *out)
{
    (void)d;
    buf_printf(out, "waits for its descriptors (%s)", task->call->name);
}

#define POLLING(number, name, word)                                                                \
    {                                                                                              \
        number, name, .on = word, .visible = true, .ready = ready_poll, .enter = enter_poll,       \
                      .leave = leave_poll, .watched = watched, .explain = explain_poll             \
    }

const struct call_row calls_poll[] = {
#ifdef SYS_poll
    POLLING(SYS_poll, "poll", "poll"),
    POLLING(SYS_select, "select", "select"),
    POLLING(SYS_epoll_wait, "epoll_wait", "epoll"),
#endif
    POLLING(SYS_ppoll, "ppoll", "poll"),
    POLLING(SYS_pselect6, "pselect6", "select"),
    POLLING(SYS_epoll_pwait, "epoll_pwait", "epoll"),
    POLLING(SYS_epoll_pwait2, "epoll_pwait2", "epoll"),
};
const size_t calls_poll_count = ARRAY_SIZE(calls_poll);
