/*
 * Timers. The kernel never arms one: the director remembers when it is due on the scenario clock,
 * and then sends the signal, or makes the timerfd readable, by itself.
 */
#include "director/calls.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#ifndef TFD_IOC_SET_TICKS
#define TFD_IOC_SET_TICKS _IOW('T', 0, uint64_t)
#endif
#ifndef TFD_TIMER_ABSTIME
#define TFD_TIMER_ABSTIME 1
#endif
#define TEN_YEARS_NS (INT64_C(10) * 365 * 24 * 3600 * NS_PER_S)

/* ---- alarm and setitimer: one timer a process ---- */

static void tell_alarm(struct director *d, struct process *process, int64_t after_ns)
{
    struct event event = {.kind = EVENT_ALARM,
                          .process = process->name,
                          .has_after = true,
                          .after_us = after_ns / NS_PER_US};
    tell(d, &event);
}

static int64_t itimer_left(struct director *d, const struct process *process)
{
    if (process->itimer_deadline_ns == 0)
        return 0;
    int64_t left = process->itimer_deadline_ns - clock_now(d);
    return left > 0 ? left : 1;
}

static void itimer_set(struct director *d, struct process *process, int64_t after_ns,
                       int64_t interval_ns)
{
    process->itimer_generation++;
    process->itimer_deadline_ns = after_ns > 0 ? clock_now(d) + after_ns : 0;
    process->itimer_interval_ns = interval_ns;
    if (after_ns > 0)
        deadline_add(d, process->itimer_deadline_ns, DEADLINE_ITIMER, process->id,
                     process->itimer_generation);
    tell_alarm(d, process, after_ns);
}

void itimer_expired(struct director *d, struct process *process)
{
    process->itimer_deadline_ns = 0;
    if (process->state == STATE_ZOMBIE)
        return;
    for (struct task *task = process->first_task; task != NULL; task = task->next_in_process)
        task->pending_timer_signal = SIGALRM;
    if (process->itimer_interval_ns > 0) {
        process->itimer_deadline_ns = d->now_ns + process->itimer_interval_ns;
        deadline_add(d, process->itimer_deadline_ns, DEADLINE_ITIMER, process->id,
                     process->itimer_generation);
    }
    send_from_outside(d, process, SIGALRM, "timer");
}

#ifdef SYS_alarm
static enum verdict_of_call enter_alarm(struct director *d, struct task *task)
{
    int64_t left = itimer_left(d, task->process);
    itimer_set(d, task->process, (int64_t)(unsigned)arg(task, 0) * NS_PER_S, 0);
    /* Rounded, but never to 0 while one is set (alarm(2), as the kernel does). */
    int64_t seconds = (left + NS_PER_S / 2) / NS_PER_S;
    return answer(task, left > 0 && seconds == 0 ? 1 : seconds);
}
#endif

static bool write_itimer(struct task *task, uint64_t address, bool micro, int64_t interval_ns,
                         int64_t left_ns)
{
    return write_time(task, address, micro, interval_ns) &&
           write_time(task, address + 16, micro, left_ns);
}

static enum verdict_of_call enter_setitimer(struct director *d, struct task *task)
{
    if ((int)arg(task, 0) != ITIMER_REAL) {
        if (arg(task, 1) != 0)
            not_deterministic(d, task->process, "%s set a timer on processor time",
                              task->process->name);
        return CALL_GO;
    }
    int64_t interval = 0, after = 0;
    if (arg(task, 1) != 0 && (!read_time(task, arg(task, 1), true, &interval) ||
                              !read_time(task, arg(task, 1) + 16, true, &after)))
        return CALL_GO; /* EFAULT or EINVAL: the kernel says which */
    struct process *process = task->process;
    if (arg(task, 2) != 0 && !write_itimer(task, arg(task, 2), true, process->itimer_interval_ns,
                                           itimer_left(d, process)))
        return answer(task, -EFAULT);
    itimer_set(d, process, after, interval);
    return answer(task, 0);
}

static enum verdict_of_call enter_getitimer(struct director *d, struct task *task)
{
    if ((int)arg(task, 0) != ITIMER_REAL)
        return CALL_GO;
    if (!write_itimer(task, arg(task, 1), true, task->process->itimer_interval_ns,
                      itimer_left(d, task->process)))
        return answer(task, -EFAULT);
    return answer(task, 0);
}

/* ---- POSIX timers ---- */

struct posix_timer *posix_timer_find(struct director *d, uint64_t key, uint32_t generation,
                                     struct process **owner)
{
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        for (struct posix_timer *timer = p->timers; timer != NULL; timer = timer->next) {
            if (timer->key != key)
                continue;
            if (owner != NULL)
                *owner = p;
            return timer->generation == generation ? timer : NULL;
        }
    }
    return NULL;
}

static struct posix_timer *timer_of(const struct process *process, int id)
{
    struct posix_timer *timer = process->timers;
    while (timer != NULL && timer->id != id)
        timer = timer->next;
    return timer;
}

void posix_timers_forget(struct process *process)
{
    while (process->timers != NULL) {
        struct posix_timer *next = process->timers->next;
        free(process->timers);
        process->timers = next;
    }
}

/* With a timer's siginfo, which the kernel lets anybody send whose code is negative
 * (rt_sigqueueinfo(2)). */
static void send_timer_signal(struct director *d, struct process *process,
                              struct posix_timer *timer)
{
    siginfo_t info = {0};
    info.si_signo = timer->signal;
    info.si_code = SI_TIMER;
    info.si_timerid = timer->id;
    info.si_overrun = 0;
    info.si_value.sival_ptr = (void *)(uintptr_t)timer->value;
    long sent = -1;
    if (timer->notify == SIGEV_THREAD_ID) {
        for (struct task *task = process->first_task; task != NULL; task = task->next_in_process)
            if ((d->own_pids ? ns_pid_of(task->tid) : task->tid) == timer->thread)
                sent =
                    syscall(SYS_rt_tgsigqueueinfo, process->pid, task->tid, timer->signal, &info);
    } else {
        sent = syscall(SYS_rt_sigqueueinfo, process->pid, timer->signal, &info);
    }
    if (sent == 0)
        signal_sent(d, process, timer->signal);
}

void posix_timer_expired(struct director *d, uint64_t key, uint32_t generation)
{
    struct process *process = NULL;
    struct posix_timer *timer = posix_timer_find(d, key, generation, &process);
    if (timer == NULL)
        return;
    timer->deadline_ns = 0;
    if (timer->interval_ns > 0) {
        timer->deadline_ns = d->now_ns + timer->interval_ns;
        deadline_add(d, timer->deadline_ns, DEADLINE_POSIX_TIMER, timer->key, timer->generation);
    }
    if (timer->notify != SIGEV_NONE && process->state != STATE_ZOMBIE)
        send_timer_signal(d, process, timer);
}

static enum verdict_of_call enter_leave(struct director *d, struct task *task)
{
    (void)d, (void)task;
    return CALL_GO_LEAVE;
}

static void leave_timer_create(struct director *d, struct task *task, int64_t result)
{
    int id;
    if (result != 0 || !memory_read(task->tid, arg(task, 2), &id, sizeof id))
        return;
    struct posix_timer *timer = xcalloc(1, sizeof *timer);
    timer->id = id;
    timer->clock = (int)arg(task, 0);
    timer->notify = SIGEV_SIGNAL;
    timer->signal = SIGALRM;
    timer->value = (uint64_t)id;
    timer->key = ++d->next_timer_key;
    struct kernel_sigevent {
        uint64_t value;
        int32_t signal, notify, thread;
    } event;
    if (arg(task, 1) != 0 && memory_read(task->tid, arg(task, 1), &event, sizeof event)) {
        timer->value = event.value;
        timer->signal = event.signal;
        timer->notify = event.notify;
        timer->thread = event.thread;
    }
    timer->next = task->process->timers;
    task->process->timers = timer;
}

static int64_t posix_timer_left(struct director *d, const struct posix_timer *timer)
{
    if (timer->deadline_ns == 0)
        return 0;
    int64_t left = timer->deadline_ns - clock_now(d);
    return left > 0 ? left : 1;
}

static bool is_cpu_clock(int clock)
{
    return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

static enum verdict_of_call enter_timer_settime(struct director *d, struct task *task)
{
    struct posix_timer *timer = timer_of(task->process, (int)arg(task, 0));
    if (timer == NULL || is_cpu_clock(timer->clock))
        return CALL_GO;
    int64_t interval, value;
    if (!read_time(task, arg(task, 2), false, &interval) ||
        !read_time(task, arg(task, 2) + 16, false, &value))
        return CALL_GO;
    if (arg(task, 3) != 0 &&
        !write_itimer(task, arg(task, 3), false, timer->interval_ns, posix_timer_left(d, timer)))
        return answer(task, -EFAULT);
    timer->generation++;
    timer->interval_ns = interval;
    timer->deadline_ns = 0;
    if (value > 0) {
        timer->deadline_ns = (int)arg(task, 1) & TIMER_ABSTIME
                                 ? clock_to_scenario(d, timer->clock, value)
                                 : clock_now(d) + value;
        if (timer->deadline_ns < clock_now(d))
            timer->deadline_ns = clock_now(d);
        deadline_add(d, timer->deadline_ns, DEADLINE_POSIX_TIMER, timer->key, timer->generation);
    }
    tell_alarm(d, task->process, value > 0 ? timer->deadline_ns - clock_now(d) : 0);
    return answer(task, 0);
}

static enum verdict_of_call enter_timer_gettime(struct director *d, struct task *task)
{
    struct posix_timer *timer = timer_of(task->process, (int)arg(task, 0));
    if (timer == NULL || is_cpu_clock(timer->clock))
        return CALL_GO;
    if (!write_itimer(task, arg(task, 1), false, timer->interval_ns, posix_timer_left(d, timer)))
        return answer(task, -EFAULT);
    return answer(task, 0);
}

static void leave_timer_delete(struct director *d, struct task *task, int64_t result)
{
    (void)d;
    if (result != 0)
        return;
    struct posix_timer **link = &task->process->timers;
    while (*link != NULL && (*link)->id != (int)arg(task, 0))
        link = &(*link)->next;
    if (*link == NULL)
        return;
    struct posix_timer *timer = *link;
    *link = timer->next;
    free(timer);
}

/* ---- timerfd ---- */

struct timerfd {
    struct timerfd *next;
    uint64_t key;
    int fd;          /* a duplicate of the program's */
    uint64_t unread; /* expirations since it was last read */
    uint32_t generation;
    int64_t deadline_ns, interval_ns;
};

static struct timerfd *timerfd_by_key(struct director *d, uint64_t key)
{
    struct timerfd *timer = d->timerfds;
    while (timer != NULL && timer->key != key)
        timer = timer->next;
    return timer;
}

static struct timerfd *timerfd_of(struct director *d, struct task *task, int fd, bool make)
{
    for (struct timerfd *timer = d->timerfds; timer != NULL; timer = timer->next)
        if (syscall(SYS_kcmp, getpid(), task->tid, KCMP_FILE, timer->fd, fd) == 0)
            return timer;
    int copy = make ? descriptor_dup(d, task, fd) : -1;
    struct itimerspec now;
    if (copy < 0 || timerfd_gettime(copy, &now) != 0) {
        if (copy >= 0)
            close(copy);
        return NULL;
    }
    struct timerfd *timer = xcalloc(1, sizeof *timer);
    timer->fd = copy;
    timer->key = ++d->next_timer_key;
    timer->next = d->timerfds;
    d->timerfds = timer;
    return timer;
}

bool timerfd_is_armed(struct director *d, uint64_t key, uint32_t generation)
{
    struct timerfd *timer = timerfd_by_key(d, key);
    return timer != NULL && timer->generation == generation && timer->deadline_ns != 0;
}

void timerfd_expired(struct director *d, uint64_t key)
{
    struct timerfd *timer = timerfd_by_key(d, key);
    timer->deadline_ns = 0;
    if (timer->interval_ns > 0) {
        timer->deadline_ns = d->now_ns + timer->interval_ns;
        deadline_add(d, timer->deadline_ns, DEADLINE_TIMERFD, key, timer->generation);
    }
    /* Readable from now on, with one expiration more; where the kernel cannot be told the number, a
     * timer of one nanosecond does it. */
    struct pollfd look = {.fd = timer->fd, .events = POLLIN};
    timer->unread = poll(&look, 1, 0) == 1 ? timer->unread + 1 : 1;
    uint64_t ticks = timer->unread;
    if (ioctl(timer->fd, TFD_IOC_SET_TICKS, &ticks) == 0)
        return;
    struct itimerspec soon = {.it_value = {0, 1}};
    timerfd_settime(timer->fd, 0, &soon, NULL);
    poll(&look, 1, -1);
}

static int64_t timerfd_left(struct director *d, const struct timerfd *timer)
{
    if (timer->deadline_ns == 0)
        return 0;
    int64_t left = timer->deadline_ns - clock_now(d);
    return left > 0 ? left : 1;
}

static enum verdict_of_call enter_timerfd_settime(struct director *d, struct task *task)
{
    struct timerfd *timer = timerfd_of(d, task, (int)arg(task, 0), true);
    int64_t interval, value;
    if (timer == NULL)
        not_deterministic(d, task->process, "%s set a timerfd that cannot be reached from here",
                          task->process->name);
    if (timer == NULL || !read_time(task, arg(task, 2), false, &interval) ||
        !read_time(task, arg(task, 2) + 16, false, &value))
        return CALL_GO;
    if (arg(task, 3) != 0 &&
        !write_itimer(task, arg(task, 3), false, timer->interval_ns, timerfd_left(d, timer)))
        return answer(task, -EFAULT);
    struct itimerspec never = {0};
    timerfd_settime(timer->fd, 0, &never, NULL); /* forgets unread expirations, as setting does */
    timer->generation++;
    timer->interval_ns = interval;
    timer->deadline_ns = 0;
    if (value > 0) {
        if ((int)arg(task, 1) &
            TFD_TIMER_ABSTIME) /* beyond ten years since boot: REALTIME is meant */
            timer->deadline_ns = clock_to_scenario(
                d, value >= TEN_YEARS_NS ? CLOCK_REALTIME : CLOCK_MONOTONIC, value);
        else
            timer->deadline_ns = clock_now(d) + value;
        if (timer->deadline_ns <= clock_now(d))
            timer->deadline_ns = clock_now(d) + 1;
        deadline_add(d, timer->deadline_ns, DEADLINE_TIMERFD, timer->key, timer->generation);
    }
    return answer(task, 0);
}

static enum verdict_of_call enter_timerfd_gettime(struct director *d, struct task *task)
{
    struct timerfd *timer = timerfd_of(d, task, (int)arg(task, 0), false);
    if (timer == NULL)
        return CALL_GO;
    if (!write_itimer(task, arg(task, 1), false, timer->interval_ns, timerfd_left(d, timer)))
        return answer(task, -EFAULT);
    return answer(task, 0);
}

void timers_release(struct director *d)
{
    while (d->timerfds != NULL) {
        struct timerfd *next = d->timerfds->next;
        close(d->timerfds->fd);
        free(d->timerfds);
        d->timerfds = next;
    }
}

const struct call_row calls_timer[] = {
#ifdef SYS_alarm
    {SYS_alarm, "alarm", .visible = true, .enter = enter_alarm},
#endif
    {SYS_setitimer, "setitimer", .visible = true, .enter = enter_setitimer},
    {SYS_getitimer, "getitimer", .enter = enter_getitimer},
    {SYS_timer_create, "timer_create", .enter = enter_leave, .leave = leave_timer_create},
    {SYS_timer_settime, "timer_settime", .visible = true, .enter = enter_timer_settime},
    {SYS_timer_gettime, "timer_gettime", .enter = enter_timer_gettime},
    {SYS_timer_delete, "timer_delete", .enter = enter_leave, .leave = leave_timer_delete},
    {SYS_timerfd_settime, "timerfd_settime", .visible = true, .enter = enter_timerfd_settime},
    {SYS_timerfd_gettime, "timerfd_gettime", .enter = enter_timerfd_gettime},
};
const size_t calls_timer_count = ARRAY_SIZE(calls_timer);
