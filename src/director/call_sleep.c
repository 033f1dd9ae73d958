/*
 * Sleeping. A sleep is not performed: its task is held until the scenario clock has reached its
 * end, and then told that it slept. Only when a signal interrupts it does the call go into the
 * kernel, which then decides about EINTR, SA_RESTART and restart_syscall(2) as always.
 */
#include "director/calls.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

bool read_time(struct task *task, uint64_t address, bool micro, int64_t *ns)
{
    int64_t parts[2];
    if (!memory_read(task->tid, address, parts, sizeof parts))
        return false;
    if (parts[0] > INT64_MAX / NS_PER_S / 4)
        parts[0] = INT64_MAX / NS_PER_S / 4;
    *ns = parts[0] * NS_PER_S + parts[1] * (micro ? NS_PER_US : 1);
    return parts[0] >= 0 && parts[1] >= 0 && parts[1] < (micro ? NS_PER_S / NS_PER_US : NS_PER_S);
}

bool write_time(struct task *task, uint64_t address, bool micro, int64_t ns)
{
    int64_t parts[2] = {ns / NS_PER_S, ns % NS_PER_S / (micro ? NS_PER_US : 1)};
    return memory_write(task->tid, address, parts, sizeof parts);
}

/* Where the requested time stands, and where the remaining one goes. */
static unsigned request_index(const struct task *task)
{
    return task->call->number == SYS_nanosleep ? 0 : 2;
}

static bool is_absolute(const struct task *task)
{
    return task->call->number == SYS_clock_nanosleep && (arg(task, 1) & TIMER_ABSTIME) != 0;
}

/* These can be read, and not slept by (clock_nanosleep(2), EOPNOTSUPP). */
static bool is_read_only(int clock)
{
    return clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ||
           clock == CLOCK_MONOTONIC_RAW;
}

static bool ready_sleep(struct director *d, struct task *task, bool first)
{
    if (!first)
        return false;
    if (task->deadline_ns != INT64_MAX) /* restarted after a stop: the end stays */
        return task->deadline_ns <= clock_now(d);
    int64_t ns;
    if (!read_time(task, arg(task, request_index(task)), false, &ns))
        return true; /* EFAULT or EINVAL: the kernel says which */
    int64_t until, shown;
    bool by_clock = task->call->number == SYS_clock_nanosleep;
    if (by_clock &&
        (is_read_only((int)arg(task, 0)) || !clock_shows(d, task, (int)arg(task, 0), &shown)))
        return true; /* EOPNOTSUPP or EINVAL */
    if (is_absolute(task))
        until = clock_to_scenario(d, (int)arg(task, 0), ns);
    else
        until = clock_now(d) + ns;
    if (until <= clock_now(d)) {
        task->released = RELEASE_DEADLINE;
        charge_poll(d, task);
        return true;
    }
    task->polls = 0;
    task_deadline(d, task, until);
    return false;
}

static enum verdict_of_call enter_sleep(struct director *d, struct task *task)
{
    if (task->released == RELEASE_DEADLINE ||
        (task->deadline_ns != INT64_MAX && task->deadline_ns <= clock_now(d)))
        return answer(task, 0);
    if (is_absolute(task) && task->deadline_ns != INT64_MAX) {
        /* A time on the scenario clock means nothing to the kernel: it may be long past there. As a
         * relative sleep it is interrupted all the same. */
        arch_set_call_arg(&task->regs, 1, 0);
        arch_set_call_arg(&task->regs, 3, 0);
        arch_set_regs(task->tid, &task->regs);
    }
    return CALL_GO_LEAVE;
}

static void leave_sleep(struct director *d, struct task *task, int64_t result)
{
    if (result == -516 /* ERESTART_RESTARTBLOCK */)
        task->restarting = true;
    if (is_absolute(task) && task->deadline_ns != INT64_MAX) {
        arch_set_call_arg(&task->regs, 1, arg(task, 1)); /* registers survive a call */
        arch_set_call_arg(&task->regs, 3, arg(task, 3));
        arch_set_result(&task->regs, result);
        arch_set_regs(task->tid, &task->regs);
    }
    if (result != -516 && result != -EINTR)
        return;
    uint64_t remaining = arg(task, request_index(task) + 1);
    int64_t left = task->deadline_ns - clock_now(d);
    if (remaining != 0 && !is_absolute(task) && task->deadline_ns != INT64_MAX)
        write_time(task, remaining, false, left > 0 ? left : 0);
}

static bool ready_restart(struct director *d, struct task *task, bool first)
{
    (void)d, (void)task, (void)first;
    return true;
}

static enum verdict_of_call enter_yield(struct director *d, struct task *task)
{
    charge_poll(d, task);
    return answer(task, 0);
}

static void explain_sleep(struct director *d, struct task *task, struct buf *out)
{
    (void)d, (void)task;
    buf_add_string(out, "sleeps");
}

const struct call_row calls_sleep[] = {
    {SYS_nanosleep, "nanosleep", .on = "sleep", .visible = true, .ready = ready_sleep,
     .enter = enter_sleep, .leave = leave_sleep, .explain = explain_sleep},
    {SYS_clock_nanosleep, "clock_nanosleep", .on = "sleep", .visible = true, .ready = ready_sleep,
     .enter = enter_sleep, .leave = leave_sleep, .explain = explain_sleep},
    {SYS_restart_syscall, "restart_syscall", .visible = true, .ready = ready_restart},
    {SYS_sched_yield, "sched_yield", .visible = true, .enter = enter_yield},
};
const size_t calls_sleep_count = ARRAY_SIZE(calls_sleep);
