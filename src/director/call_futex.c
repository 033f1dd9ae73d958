/*
 * futex: held while the word has the expected value, until somebody wakes it, the word changes, or
 * the timeout on the scenario clock is over. A waiter that is held is not in the kernel's queue, so
 * the director does the waking: of waiters of the same process by address, of waiters in other
 * processes by the word's change, which is what every lock and semaphore does before it wakes
 * (futex(7)).
 */
#include "director/calls.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

static int operation(const struct task *task)
{
    return (int)arg(task, 1) & FUTEX_CMD_MASK;
}

static bool is_wait(const struct task *task)
{
    int op = operation(task);
    return op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET;
}

static bool visible_futex(struct director *d, struct task *task)
{
    (void)d;
    return is_wait(task);
}

static bool ready_futex(struct director *d, struct task *task, bool first)
{
    if (!is_wait(task))
        return true;
    if (operation(task) == FUTEX_WAIT ? ((int)arg(task, 1) & FUTEX_CLOCK_REALTIME) != 0
                                      : (uint32_t)arg(task, 5) == 0)
        return true; /* ENOSYS, EINVAL */
    uint32_t word;
    if (!memory_read(task->tid, arg(task, 0), &word, sizeof word) || word != (uint32_t)arg(task, 2))
        return true; /* EFAULT, or EAGAIN: the kernel says so at once */
    if (first && task->deadline_ns == INT64_MAX && arg(task, 3) != 0) {
        int64_t ns;
        if (!read_time(task, arg(task, 3), false, &ns))
            return true;
        int64_t until = clock_now(d) + ns;
        if (operation(task) == FUTEX_WAIT_BITSET) /* absolute */
            until = clock_to_scenario(
                d, (int)arg(task, 1) & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, ns);
        if (until <= clock_now(d)) {
            task->released = RELEASE_DEADLINE;
            return true;
        }
        task_deadline(d, task, until);
    }
    guard_polls(d, task); /* another process may change the word */
    return false;
}

/* Wakes up to `count` held waiters on the same word of the same process; returns how many. */
static int64_t wake(struct director *d, struct task *waker, uint64_t address, int64_t count,
                    uint32_t bits)
{
    int64_t woken = 0;
    struct task *next;
    for (struct task *task = d->held.first; task != NULL && woken < count; task = next) {
        next = task->next;
        if (task->call == NULL || task->call->number != SYS_futex || !is_wait(task) ||
            task->args[0] != address || task->released != RELEASE_NONE)
            continue;
        uint32_t its_bits =
            operation(task) == FUTEX_WAIT_BITSET ? (uint32_t)arg(task, 5) : FUTEX_BITSET_MATCH_ANY;
        if (task->process != waker->process || !(its_bits & bits))
            continue;
        task->released = RELEASE_WOKEN;
        recheck(d, task);
        woken++;
    }
    return woken;
}

static enum verdict_of_call enter_futex(struct director *d, struct task *task)
{
    switch (operation(task)) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        if (task->released == RELEASE_WOKEN)
            return answer(task, 0);
        if (task->released == RELEASE_DEADLINE)
            return answer(task, -ETIMEDOUT);
        if (operation(task) == FUTEX_WAIT_BITSET && arg(task, 3) != 0) {
            /* A time on the scenario clock means nothing to the kernel; it will not wait anyway. */
            arch_set_call_arg(&task->regs, 3, 0);
            arch_set_regs(task->tid, &task->regs);
        }
        return CALL_GO_LEAVE;
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET: {
        uint32_t bits =
            operation(task) == FUTEX_WAKE ? FUTEX_BITSET_MATCH_ANY : (uint32_t)arg(task, 5);
        int64_t wanted = (int32_t)arg(task, 2);
        int64_t woken = wake(d, task, arg(task, 0), wanted, bits);
        if (d->blocked.count == 0 && woken > 0)
            return answer(task, woken);
        return CALL_GO_LEAVE;
    }
    case FUTEX_WAKE_OP:
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
        /* Held waiters are looked at again by their word's value; nobody is in the kernel's queue.
         */
        wake(d, task, arg(task, 0), INT64_MAX, FUTEX_BITSET_MATCH_ANY);
        return CALL_GO_LEAVE;
    default: /* priority inheritance: the kernel's alone */
        d->quick_look = true;
        d->quick_task = task;
        return CALL_GO_LEAVE;
    }
}

static void leave_futex(struct director *d, struct task *task, int64_t result)
{
    (void)d;
    if (result == -516 /* ERESTART_RESTARTBLOCK */)
        task->restarting = true;
    if (operation(task) == FUTEX_WAIT_BITSET && arg(task, 3) != 0) {
        arch_set_call_arg(&task->regs, 3,
                          arg(task, 3)); /* a restarted call has its timeout again */
        arch_set_result(&task->regs, result);
        arch_set_regs(task->tid, &task->regs);
    }
}

static void explain_futex(struct director *d, struct task *task, struct buf *out)
{
    (void)d, (void)task;
    buf_add_string(out, "waits for a lock or semaphore (futex)");
}

const struct call_row calls_futex[] = {
    {SYS_futex, "futex", .on = "futex", .is_visible = visible_futex, .ready = ready_futex,
     .enter = enter_futex, .leave = leave_futex, .explain = explain_futex},
};
const size_t calls_futex_count = ARRAY_SIZE(calls_futex);
