/*
 * System V's shared memory, semaphores and queues. Who waits for a semaphore or a message does so
 * in the kernel, in its own order: what wakes it is a call of somebody else's, after which it is
 * seen to be awake. Only the time until which it waits is the scenario's.
 *
 * Looking at such an object tells times of the machine's clock. Which operation came when is not
 * followed: all of them come at the run's beginning.
 */
#include "director/calls.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#define MOST_TIMES 3

/* Where a structure has its times. */
struct layout {
    long number;
    unsigned address; /* index of the argument */
    size_t times[MOST_TIMES];
    size_t count;
};
static const struct layout layouts[] = {
    {SYS_shmctl,
     2,
     {offsetof(struct shmid_ds, shm_atime), offsetof(struct shmid_ds, shm_dtime),
      offsetof(struct shmid_ds, shm_ctime)},
     3},
    {SYS_semctl,
     3,
     {offsetof(struct semid_ds, sem_otime), offsetof(struct semid_ds, sem_ctime)},
     2},
    {SYS_msgctl,
     2,
     {offsetof(struct msqid_ds, msg_stime), offsetof(struct msqid_ds, msg_rtime),
      offsetof(struct msqid_ds, msg_ctime)},
     3},
};

/* The command's numbers are not those of one another. */
static bool tells_times(const struct task *task)
{
    int command = (int)arg(task, task->call->number == SYS_semctl ? 2 : 1);
    switch (task->call->number) {
    case SYS_shmctl:
        return command == IPC_STAT || command == SHM_STAT || command == SHM_STAT_ANY;
    case SYS_semctl:
        return command == IPC_STAT || command == SEM_STAT || command == SEM_STAT_ANY;
    default:
        return command == IPC_STAT || command == MSG_STAT || command == MSG_STAT_ANY;
    }
}

/* Of shared memory only looking is traced, and concerns nobody else. */
static bool visible_control(struct director *d, struct task *task)
{
    (void)d;
    return task->call->number != SYS_shmctl;
}

static bool only_looks(const struct task *task)
{
    if (task->call->number != SYS_semctl)
        return tells_times(task);
    int command = (int)arg(task, 2);
    return tells_times(task) || command == GETVAL || command == GETALL || command == GETNCNT ||
           command == GETZCNT || command == GETPID;
}

static enum verdict_of_call enter_control(struct director *d, struct task *task)
{
    bool is_told = d->options->clock == CLOCK_KIND_VIRTUAL && tells_times(task);
    return is_told || task->visible ? CALL_GO_LEAVE : CALL_GO;
}

/* What has not happened yet is told as 0, which programs wait to change. */
static void leave_control(struct director *d, struct task *task, int64_t result)
{
    const time_t start = CLOCK_EPOCH_NS / NS_PER_S;
    if (task->visible && only_looks(task))
        charge_poll(d, task);
    else if (task->visible)
        task->polls = 0;
    if (d->options->clock != CLOCK_KIND_VIRTUAL || !tells_times(task))
        return;
    const struct layout *layout = layouts;
    while (layout->number != task->call->number)
        layout++;
    for (size_t i = 0; result >= 0 && i < layout->count; i++) {
        uint64_t address = arg(task, layout->address) + layout->times[i];
        time_t told = 0;
        if (memory_read(task->tid, address, &told, sizeof told) && told != 0)
            memory_write(task->tid, address, &start, sizeof start);
    }
}

/* ---- waiting ---- */

#define TIMEOUT 3 /* argument index of semtimedop(2) */
enum { SAVED_MASK, SAVED_IS_MASKED, SAVED_UNTIL };

static bool has_timeout(const struct task *task)
{
    return task->call->number == SYS_semtimedop && arg(task, TIMEOUT) != 0;
}

/* The kernel shall wait without an end: the scenario clock tells when it is over. */
static void take_timeout(struct director *d, struct task *task)
{
    int64_t ns;
    if (!has_timeout(task) || !read_time(task, arg(task, TIMEOUT), false, &ns))
        return; /* EFAULT, EINVAL: the kernel says so at once */
    if (!task->is_restart)
        task->saved[SAVED_UNTIL] = clock_now(d) + ns;
    task_deadline(d, task, task->saved[SAVED_UNTIL]);
    arch_set_call_arg(&task->regs, TIMEOUT, 0);
    arch_set_regs(task->tid, &task->regs);
}

/* The kernel wakes a process that is traced for signals which it ignores, too (its kernel/signal.c,
 * sig_ignored()), and semop(2) would fail. So they are blocked while it waits. */
static void block_ignored(struct task *task)
{
    uint64_t mask = 0;
    task->saved[SAVED_IS_MASKED] = false;
    if (ptrace(PTRACE_GETSIGMASK, task->tid, (void *)sizeof mask, &mask) != 0)
        return;
    task->saved[SAVED_MASK] = (int64_t)mask;
    mask |= signals_ignored(task->process);
    task->saved[SAVED_IS_MASKED] =
        ptrace(PTRACE_SETSIGMASK, task->tid, (void *)sizeof mask, &mask) == 0;
}

static void unblock_ignored(struct task *task)
{
    uint64_t mask = (uint64_t)task->saved[SAVED_MASK];
    if (task->saved[SAVED_IS_MASKED])
        ptrace(PTRACE_SETSIGMASK, task->tid, (void *)sizeof mask, &mask);
}

/* SIGCONT wakes it even so (ptrace(2), PTRACE_SEIZE), and others may be on their way that it
 * ignores: then it goes on waiting. */
static bool wait_again(struct task *task)
{
    uint64_t seen = ~(signals_ignored(task->process) | (uint64_t)task->saved[SAVED_MASK]);
    if (signals_pending(task) & seen)
        return false;
    for (unsigned i = 0; i < 6; i++)
        arch_set_call_arg(&task->regs, i, arg(task, i));
    task->restart_number = task->call->number;
    return arch_again(task->tid, &task->regs, task->call->number);
}

static enum verdict_of_call enter_operation(struct director *d, struct task *task)
{
    take_timeout(d, task);
    block_ignored(task);
    d->quick_look = true;
    d->quick_task = task;
    return CALL_GO_LEAVE;
}

static void leave_operation(struct director *d, struct task *task, int64_t result)
{
    unblock_ignored(task);
    if (result == -EINTR && task->released != RELEASE_DEADLINE && wait_again(task))
        return;
    if (task->deadline_ns != INT64_MAX) {
        if (task->released == RELEASE_DEADLINE && result == -EINTR)
            result = -EAGAIN;
        task_deadline(d, task, INT64_MAX);
        arch_set_call_arg(&task->regs, TIMEOUT, arg(task, TIMEOUT)); /* registers survive a call */
        arch_set_result(&task->regs, result);
        arch_set_regs(task->tid, &task->regs);
    }
    if (result == -EAGAIN || result == -ENOMSG)
        charge_poll(d, task);
    else
        task->polls = 0;
}

static void explain_operation(struct director *d, struct task *task, struct buf *out)
{
    (void)d;
    const char *what = task->call->number == SYS_msgsnd   ? "room in message queue"
                       : task->call->number == SYS_msgrcv ? "a message of queue"
                                                          : "semaphores of set";
    buf_printf(out, "waits for %s %d", what, (int)arg(task, 0));
}

const struct call_row calls_sysv[] = {
    {SYS_shmctl, "shmctl", .enter = enter_control, .leave = leave_control},
    {SYS_semctl, "semctl", .is_visible = visible_control, .enter = enter_control,
     .leave = leave_control},
    {SYS_msgctl, "msgctl", .is_visible = visible_control, .enter = enter_control,
     .leave = leave_control},
    {SYS_semop, "semop", .visible = true, .settles = true, .inside = true, .enter = enter_operation,
     .leave = leave_operation, .explain = explain_operation},
    {SYS_semtimedop, "semtimedop", .on = "semop", .visible = true, .settles = true, .inside = true,
     .enter = enter_operation, .leave = leave_operation, .explain = explain_operation},
    {SYS_msgsnd, "msgsnd", .visible = true, .settles = true, .inside = true,
     .enter = enter_operation, .leave = leave_operation, .explain = explain_operation},
    {SYS_msgrcv, "msgrcv", .visible = true, .settles = true, .inside = true,
     .enter = enter_operation, .leave = leave_operation, .explain = explain_operation},
};
const size_t calls_sysv_count = ARRAY_SIZE(calls_sysv);
