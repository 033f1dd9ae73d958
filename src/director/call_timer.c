/*
 * Timers. The kernel never arms one: the director remembers when it is due on the scenario clock,
 * and then sends the signal, or makes the timerfd readable, by itself.
 */
#include "director/calls.h"

#include <errno.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
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

static bool is_real(const struct director *d)
{
    return d->options->clock == CLOCK_KIND_REAL;
}

/* ---- alarm and setitimer: a timer of each kind a process ---- */

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
    if (process->itimer_interval_ns > 0) {
        process->itimer_deadline_ns = d->now_ns + process->itimer_interval_ns;
        deadline_add(d, process->itimer_deadline_ns, DEADLINE_ITIMER, process->id,
                     process->itimer_generation);
    }
    send_as_kernel(d, process, SIGALRM);
}

/* ITIMER_VIRTUAL and ITIMER_PROF count the same here: all processor time is the program's own.
 * NULL: not one of them, or the kernel's own clock rules. */
static struct cpu_timer *cpu_itimer(struct director *d, struct process *process, int which)
{
    bool is_one = which == ITIMER_VIRTUAL || which == ITIMER_PROF;
    return is_one && !is_real(d) ? &process->cpu_itimers[which - ITIMER_VIRTUAL] : NULL;
}

static int64_t cpu_left(const struct process *process, int64_t due_ns)
{
    int64_t left = due_ns - process->charged_ns;
    return due_ns == 0 ? 0 : left > 0 ? left : 1;
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

static bool write_present_itimer(struct director *d, struct task *task,
                                 const struct cpu_timer *on_processor, uint64_t address)
{
    const struct process *process = task->process;
    if (on_processor != NULL)
        return write_itimer(task, address, true, on_processor->interval_ns,
                            cpu_left(process, on_processor->due_ns));
    return write_itimer(task, address, true, process->itimer_interval_ns, itimer_left(d, process));
}

static enum verdict_of_call enter_setitimer(struct director *d, struct task *task)
{
    struct process *process = task->process;
    struct cpu_timer *on_processor = cpu_itimer(d, process, (int)arg(task, 0));
    if ((int)arg(task, 0) != ITIMER_REAL && on_processor == NULL)
        return CALL_GO;
    int64_t interval = 0, after = 0;
    if (arg(task, 1) != 0 && (!read_time(task, arg(task, 1), true, &interval) ||
                              !read_time(task, arg(task, 1) + 16, true, &after)))
        return CALL_GO; /* EFAULT or EINVAL: the kernel says which */
    if (arg(task, 2) != 0 && !write_present_itimer(d, task, on_processor, arg(task, 2)))
        return answer(task, -EFAULT);
    if (on_processor != NULL)
        *on_processor = (struct cpu_timer){after > 0 ? process->charged_ns + after : 0, interval};
    else
        itimer_set(d, process, after, interval);
    return answer(task, 0);
}

static enum verdict_of_call enter_getitimer(struct director *d, struct task *task)
{
    struct cpu_timer *on_processor = cpu_itimer(d, task->process, (int)arg(task, 0));
    if ((int)arg(task, 0) != ITIMER_REAL && on_processor == NULL)
        return CALL_GO;
    if (!write_present_itimer(d, task, on_processor, arg(task, 1)))
        return answer(task, -EFAULT);
    charge_clock_read(d, task);
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
 * (rt_sigqueueinfo(2)). One signal of a timer is pending at most: while it is, the timer counts
 * (timer_getoverrun(2)). */
static void send_timer_signal(struct director *d, struct process *process,
                              struct posix_timer *timer)
{
    for (const struct task *t = process->first_task; t != NULL; t = t->next_in_process)
        if (timer_signal_pending(t, timer->id)) {
            timer->overruns += timer->overruns < INT_MAX;
            return;
        }
    timer->overruns = 0;
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

/* ---- timers on processor time, of either kind ---- */

int64_t cpu_timers_left(const struct process *process)
{
    int64_t left = INT64_MAX;
    for (size_t i = 0; i < ARRAY_SIZE(process->cpu_itimers); i++) {
        int64_t one = cpu_left(process, process->cpu_itimers[i].due_ns);
        if (one != 0 && one < left)
            left = one;
    }
    for (const struct posix_timer *timer = process->timers; timer != NULL; timer = timer->next) {
        int64_t one = timer->on_processor_time ? cpu_left(process, timer->deadline_ns) : 0;
        if (one != 0 && one < left)
            left = one;
    }
    return left;
}

/* The first moment of a periodic timer that is still to come; 0: it has none. */
static int64_t next_due(int64_t due_ns, int64_t interval_ns, int64_t now_ns)
{
    if (interval_ns <= 0)
        return 0;
    return due_ns + ((now_ns - due_ns) / interval_ns + 1) * interval_ns;
}

void cpu_timers_expire(struct director *d, struct process *process)
{
    static const int signals[] = {SIGVTALRM, SIGPROF};
    int64_t now = process->charged_ns;
    for (size_t i = 0; i < ARRAY_SIZE(process->cpu_itimers); i++) {
        struct cpu_timer *timer = &process->cpu_itimers[i];
        if (timer->due_ns == 0 || timer->due_ns > now)
            continue;
        timer->due_ns = next_due(timer->due_ns, timer->interval_ns, now);
        send_as_kernel(d, process, signals[i]);
    }
    for (struct posix_timer *timer = process->timers; timer != NULL; timer = timer->next) {
        if (!timer->on_processor_time || timer->deadline_ns == 0 || timer->deadline_ns > now)
            continue;
        timer->deadline_ns = next_due(timer->deadline_ns, timer->interval_ns, now);
        if (timer->notify != SIGEV_NONE)
            send_timer_signal(d, process, timer);
    }
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
    timer->on_processor_time =
        !is_real(d) && cpu_clock_owner(d, task, timer->clock) == task->process;
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

static int64_t posix_timer_left(struct director *d, const struct process *process,
                                const struct posix_timer *timer)
{
    if (timer->on_processor_time)
        return cpu_left(process, timer->deadline_ns);
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
    if (timer == NULL)
        return CALL_GO;
    if (is_cpu_clock(timer->clock) && !timer->on_processor_time) {
        not_deterministic(d, task->process, "%s set a timer on another's processor time",
                          task->process->name);
        return CALL_GO;
    }
    struct process *process = task->process;
    int64_t interval, value;
    if (!read_time(task, arg(task, 2), false, &interval) ||
        !read_time(task, arg(task, 2) + 16, false, &value))
        return CALL_GO;
    if (arg(task, 3) != 0 && !write_itimer(task, arg(task, 3), false, timer->interval_ns,
                                           posix_timer_left(d, process, timer)))
        return answer(task, -EFAULT);
    timer->generation++;
    timer->interval_ns = interval;
    timer->deadline_ns = 0;
    bool absolute = ((int)arg(task, 1) & TIMER_ABSTIME) != 0;
    if (timer->on_processor_time) {
        int64_t now = process->charged_ns;
        if (value > 0)
            timer->deadline_ns = !absolute ? now + value : value > now ? value : now + 1;
        return answer(task, 0);
    }
    if (value > 0) {
        timer->deadline_ns =
            absolute ? clock_to_scenario(d, timer->clock, value) : clock_now(d) + value;
        if (timer->deadline_ns < clock_now(d))
            timer->deadline_ns = clock_now(d);
        deadline_add(d, timer->deadline_ns, DEADLINE_POSIX_TIMER, timer->key, timer->generation);
    }
    tell_alarm(d, task->process, value > 0 ? timer->deadline_ns - clock_now(d) : 0);
    return answer(task, 0);
}

void posix_timer_taken(struct process *process, siginfo_t *info)
{
    struct posix_timer *timer =
        info->si_code == SI_TIMER ? timer_of(process, info->si_timerid) : NULL;
    if (timer == NULL)
        return;
    info->si_overrun = timer->told_overruns = timer->overruns;
    timer->overruns = 0;
}

static enum verdict_of_call enter_timer_getoverrun(struct director *d, struct task *task)
{
    (void)d;
    const struct posix_timer *timer = timer_of(task->process, (int)arg(task, 0));
    return timer != NULL ? answer(task, timer->told_overruns) : CALL_GO;
}

static enum verdict_of_call enter_timer_gettime(struct director *d, struct task *task)
{
    struct posix_timer *timer = timer_of(task->process, (int)arg(task, 0));
    if (timer == NULL || (is_cpu_clock(timer->clock) && !timer->on_processor_time))
        return CALL_GO;
    if (!write_itimer(task, arg(task, 1), false, timer->interval_ns,
                      posix_timer_left(d, task->process, timer)))
        return answer(task, -EFAULT);
    charge_clock_read(d, task);
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
    while (poll(&look, 1, -1) < 0 && errno == EINTR) {
    }
}

/* By which clock its absolute times are meant: its fdinfo says (proc(5)). */
static int timerfd_clock(int fd)
{
    char path[64], line[128];
    int clock = CLOCK_MONOTONIC;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "clockid:", 8) == 0)
            clock = (int)strtol(line + 8, NULL, 10);
    if (file != NULL)
        fclose(file);
    return clock;
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
        timer->deadline_ns = (int)arg(task, 1) & TFD_TIMER_ABSTIME
                                 ? clock_to_scenario(d, timerfd_clock(timer->fd), value)
                                 : clock_now(d) + value;
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
    {SYS_timer_getoverrun, "timer_getoverrun", .enter = enter_timer_getoverrun},
    {SYS_timer_delete, "timer_delete", .enter = enter_leave, .leave = leave_timer_delete},
    {SYS_timerfd_settime, "timerfd_settime", .visible = true, .enter = enter_timerfd_settime},
    {SYS_timerfd_gettime, "timerfd_gettime", .enter = enter_timerfd_gettime},
};
const size_t calls_timer_count = ARRAY_SIZE(calls_timer);
