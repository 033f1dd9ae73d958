/*
 * All ways to let a stopped task go on, and to park it.
 *
 * ESRCH from any of them is news, not an error: the task was killed, and its wait status follows.
 */
#include "director/internal.h"

#include <errno.h>
#include <sys/ptrace.h>

/* linux/ptrace.h cannot be included beside sys/ptrace.h on every libc. */
#ifndef PTRACE_LISTEN
#define PTRACE_LISTEN 0x4208
#endif

static void go(struct director *d, struct task *task, enum __ptrace_request request, int signal)
{
    if (task->state != TASK_READY || task->parked_at != PARKED_AT_COMPUTING)
        task->cpu_baseline_ns = -1; /* else it goes on computing */
    task_set_state(d, task, TASK_RUNNING);
    task->resumed_at_tick = d->ticks;
    if (task->process != NULL)
        readings_refresh(d, task);
    ptrace(request, task->tid, NULL, (void *)(intptr_t)signal);
}

void resume(struct director *d, struct task *task, int signal)
{
    /* A call that is under way keeps its exit stop. */
    go(d, task, task->in_call ? PTRACE_SYSCALL : PTRACE_CONT, signal);
}

void resume_to_exit(struct director *d, struct task *task)
{
    task->in_call = true;
    go(d, task, PTRACE_SYSCALL, 0);
}

void wake_blocked(struct director *d, struct task *task)
{
    await_kernel(d, task);
    task->slept = true;
    ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL); /* its exit stop comes, with EINTR */
}

void resume_listening(struct director *d, struct task *task)
{
    ptrace(PTRACE_LISTEN, task->tid, NULL, NULL);
    task_set_state(d, task, TASK_STOPPED);
}

void await_kernel(struct director *d, struct task *task)
{
    if (task->state != TASK_DEAD && task->state != TASK_EARLY)
        task_set_state(d, task, TASK_RUNNING);
}

static bool guard_holds(struct director *d, struct task *task, bool first)
{
    if (task->parked_at != PARKED_AT_CALL || task->released != RELEASE_NONE || task->gives_way)
        return true;
    if (task->fault != NULL && task->fault->error != 0)
        return true; /* it fails when it is made, not when it would be over */
    const struct call_row *row = task->call;
    if (row->ready == NULL || row->ready(d, task, first))
        return true;
    return signal_actionable(d, task, task->has_call_mask ? &task->call_mask : NULL);
}

/* It sleeps from here on, as everybody else sees it. */
static void hold(struct director *d, struct task *task)
{
    task->was_held = true;
    task_set_state(d, task, TASK_HELD);
    struct event event = {.kind = EVENT_BLOCK,
                          .process = task->process->name,
                          .on = task->call->on != NULL ? task->call->on : task->call->name,
                          .to =
                              task->call->waits_for != NULL ? task->call->waits_for(d, task) : NULL,
                          .has_until = task->deadline_ns != INT64_MAX,
                          .until_us = task->deadline_ns / NS_PER_US};
    process_set_state(d, task->process, STATE_SLEEPING);
    task->blocked_event = true;
    task->clock_reads = 0;
    tell(d, &event);
}

void guard_polls(struct director *d, struct task *task)
{
    d->pollers += !task->polls_descriptors;
    task->polls_descriptors = true;
}

void park(struct director *d, struct task *task, enum parked_at at)
{
    task->parked_at = at;
    task->was_held = false;
    if (!guard_holds(d, task, true))
        hold(d, task);
    else if (at == PARKED_AT_CALL && task->is_restart)
        perform_call(d, task); /* it has had its turn */
    else
        task_set_state(d, task, TASK_READY);
}

void recheck(struct director *d, struct task *task)
{
    if (task->state == TASK_HELD && guard_holds(d, task, false))
        task_set_state(d, task, TASK_READY);
    else if (task->state == TASK_READY && !guard_holds(d, task, false))
        hold(d, task);
}

void poke(struct director *d, struct process *process)
{
    for (struct task *task = process->first_task; task != NULL; task = task->next_in_process)
        if (task->state == TASK_HELD)
            recheck(d, task);
}
