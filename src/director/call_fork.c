/* fork, vfork, clone. clone3 is refused by the filter; programs then use clone. */
#include "director/calls.h"

#include <errno.h>
#include <sys/syscall.h>

#ifndef CLONE_UNTRACED
#define CLONE_UNTRACED 0x00800000
#endif
#define CLONE_THREAD_FLAG 0x00010000
#define CLONE_VFORK_FLAG 0x00004000

static bool is_thread(const struct task *task)
{
    return task->call->number == SYS_clone && (task->args[0] & CLONE_THREAD_FLAG) != 0;
}

static void tell_failed(struct director *d, struct task *task, int error, bool fault)
{
    struct event event = {
        .kind = EVENT_FORK, .process = task->process->name, .error = error, .fault = fault};
    tell(d, &event);
}

static enum verdict_of_call enter_fork(struct director *d, struct task *task)
{
    task->polls = 0;
    if (task->fault != NULL) {
        tell_failed(d, task, task->fault->error, true);
        return answer(task, -task->fault->error);
    }
    if (d->process_count >= d->scenario->limits.processes) {
        limit_exceeded(d, task->process, "processes",
                       "%s forks, but %llu processes are alive already", task->process->name,
                       (unsigned long long)d->process_count);
        return CALL_OVER;
    }
    if (task->call->number == SYS_clone && (task->args[0] & CLONE_UNTRACED)) {
        /* Such a child would escape, and get ENOSYS from every traced call. */
        task->args[0] &= ~(uint64_t)CLONE_UNTRACED;
        arch_set_call_arg(&task->regs, 0, task->args[0]);
        arch_set_regs(task->tid, &task->regs);
    }
    return CALL_GO_LEAVE;
}

static void leave_fork(struct director *d, struct task *task, int64_t result)
{
    struct process *child = task->forked_child;
    task->forked_child = NULL;
    if (result < 0) {
        if (!is_thread(task) && result > -512)
            tell_failed(d, task, (int)-result, false);
        return;
    }
    if (child == NULL)
        return;
    process_set_ns_pid(d, child, (pid_t)result);
    /* The parent goes on first, then the child: the same order in every run. */
    task_set_state(d, task, TASK_SETTLING);
    task_list_to_front(&d->settling, task);
}

const struct call_row calls_fork[] = {
#ifdef SYS_fork
    {SYS_fork, "fork", .visible = true, .fails_as = FAULT_FORK + 1, .enter = enter_fork,
     .leave = leave_fork},
    {SYS_vfork, "vfork", .visible = true, .fails_as = FAULT_FORK + 1, .enter = enter_fork,
     .leave = leave_fork},
#endif
    {SYS_clone, "clone", .visible = true, .fails_as = FAULT_FORK + 1, .enter = enter_fork,
     .leave = leave_fork},
};
const size_t calls_fork_count = ARRAY_SIZE(calls_fork);
