/* Sessions, process groups, and who adopts orphans. */
#include "director/calls.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static enum verdict_of_call enter_leave(struct director *d, struct task *task)
{
    (void)d, (void)task;
    return CALL_GO_LEAVE;
}

/* A process that hides its memory would hide it from the director, too, unless that is privileged,
 * or has made the namespace in which the process lives (ptrace(2), access mode checking). */
static enum verdict_of_call enter_hiding(struct director *d, struct task *task)
{
    struct process *process = task->process;
    uint64_t shows = arg(task, 1);
    if (d->own_pids)
        return CALL_GO;
    if ((int)arg(task, 0) == PR_GET_DUMPABLE)
        return answer(task, !process->asked_to_hide);
    if (shows > 1)
        return CALL_GO; /* EINVAL */
    process->asked_to_hide = !shows;
    return answer(task, 0);
}

static enum verdict_of_call enter_prctl(struct director *d, struct task *task)
{
    switch ((int)arg(task, 0)) {
    case PR_SET_TSC:
    case PR_GET_TSC:
        return enter_counter_option(d, task);
    case PR_SET_DUMPABLE:
    case PR_GET_DUMPABLE:
        return enter_hiding(d, task);
    default:
        return CALL_GO_LEAVE;
    }
}

static void leave_setsid(struct director *d, struct task *task, int64_t result)
{
    if (result < 0)
        return;
    struct process *process = task->process;
    process->session = process->group = process->ns_pid;
    tell_plain(d, process, EVENT_SETSID);
}

static void leave_setpgid(struct director *d, struct task *task, int64_t result)
{
    if (result < 0)
        return;
    pid_t pid = (pid_t)arg(task, 0);
    struct process *process = pid == 0 ? task->process : process_by_ns_pid(d, pid);
    if (process == NULL)
        return;
    pid_t group = (pid_t)arg(task, 1);
    process->group = group == 0 ? process->ns_pid : group;
    struct event event = {.kind = EVENT_SETPGID,
                          .process = task->process->name,
                          .to = process != task->process ? process->name : NULL,
                          .group = group_name(d, process->group)};
    tell(d, &event);
}

static void leave_prctl(struct director *d, struct task *task, int64_t result)
{
    (void)d;
    if (result != 0)
        return;
    if ((int)arg(task, 0) == PR_SET_PDEATHSIG)
        task->process->death_signal = (int)arg(task, 1);
    else if ((int)arg(task, 0) == PR_SET_CHILD_SUBREAPER)
        task->process->subreaper = arg(task, 1) != 0;
}

const struct call_row calls_session[] = {
    {SYS_setsid, "setsid", .visible = true, .enter = enter_leave, .leave = leave_setsid},
    {SYS_setpgid, "setpgid", .visible = true, .enter = enter_leave, .leave = leave_setpgid},
    {SYS_prctl, "prctl", .filtered_by_argument = true, .enter = enter_prctl, .leave = leave_prctl},
};
const size_t calls_session_count = ARRAY_SIZE(calls_session);
