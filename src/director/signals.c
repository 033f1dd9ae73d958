/*
 * Signals on their way: what is pending, what it would do, its delivery, stops and continuations.
 *
 * A signal sent to a parked task waits in the kernel; the director learns of it because it saw the
 * call that sent it, and looks at the queue only then.
 */
#include "director/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#ifndef PTRACE_GETSIGMASK
#define PTRACE_GETSIGMASK 0x420a
#endif
#define PEEK_AT_ONCE 32

static uint64_t bit(int signal)
{
    return UINT64_C(1) << (signal - 1);
}

bool default_is_ignore(int signal)
{
    return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
}

uint64_t signals_ignored(const struct process *process)
{
    uint64_t ignored = 0;
    for (int s = 1; s < SIGNAL_COUNT; s++)
        if (process->dispositions[s] == DISPOSITION_IGNORE ||
            (process->dispositions[s] == DISPOSITION_DEFAULT && default_is_ignore(s)))
            ignored |= bit(s);
    return ignored;
}

static bool default_is_stop(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* See ptrace(2), PTRACE_PEEKSIGINFO. `timer`: also, whether that timer's is among them. */
static uint64_t look_at_pending(const struct task *task, int timer, bool *timer_is)
{
    uint64_t pending = 0;
    for (uint32_t flags = 0; flags <= PTRACE_PEEKSIGINFO_SHARED; flags++) {
        siginfo_t found[PEEK_AT_ONCE] = {0};
        struct __ptrace_peeksiginfo_args args = {.off = 0, .flags = flags, .nr = PEEK_AT_ONCE};
        long count;
        do {
            count = ptrace(PTRACE_PEEKSIGINFO, task->tid, &args, found);
            for (long i = 0; i < count; i++)
                if (found[i].si_signo > 0 && found[i].si_signo < SIGNAL_COUNT) {
                    pending |= bit(found[i].si_signo);
                    *timer_is |= found[i].si_code == SI_TIMER && found[i].si_timerid == timer;
                }
            args.off += (uint64_t)(count > 0 ? count : 0);
        } while (count == PEEK_AT_ONCE);
    }
    return pending;
}

uint64_t signals_pending(const struct task *task)
{
    bool unused = false;
    return look_at_pending(task, -1, &unused);
}

bool timer_signal_pending(const struct task *task, int timer)
{
    bool is = false;
    look_at_pending(task, timer, &is);
    return is;
}

bool signal_pending_in(struct task *task, uint64_t set)
{
    return task->signals_dirty && (signals_pending(task) & set) != 0;
}

bool signal_actionable(struct director *d, struct task *task, const uint64_t *mask)
{
    (void)d;
    if (!task->signals_dirty)
        return false;
    uint64_t pending = signals_pending(task);
    if (pending == 0) {
        task->signals_dirty = false;
        return false;
    }
    uint64_t blocked = 0;
    if (mask != NULL)
        blocked = *mask & ~(bit(SIGKILL) | bit(SIGSTOP));
    else
        ptrace(PTRACE_GETSIGMASK, task->tid, (void *)sizeof blocked, &blocked);
    pending &= ~blocked;
    for (int s = 1; s < SIGNAL_COUNT; s++) {
        if (!(pending & bit(s)))
            continue;
        enum disposition disposition = task->process->dispositions[s];
        if (disposition == DISPOSITION_CATCH ||
            (disposition == DISPOSITION_DEFAULT && !default_is_ignore(s)) || s == SIGSTOP)
            return true;
    }
    return false;
}

/* A signal that is ignored is discarded when it is sent (signal(7)); so it is told then, unless it
 * is blocked and may still be waited for. */
void tell_ignored(struct director *d, struct process *process, int signal, const char *from)
{
    uint64_t blocked = 0;
    const struct task *task = process->first_task;
    if (process->dispositions[signal] != DISPOSITION_IGNORE || signal == SIGCHLD || task == NULL)
        return;
    ptrace(PTRACE_GETSIGMASK, task->tid, (void *)sizeof blocked, &blocked);
    if (blocked & bit(signal))
        return;
    struct event event = {.kind = EVENT_SIGNAL,
                          .process = process->name,
                          .signal = signal,
                          .action = ACTION_IGNORED,
                          .from = from};
    tell(d, &event);
}

void signal_sent(struct director *d, struct process *process, int signal)
{
    if (signal <= 0 || signal >= SIGNAL_COUNT || process->state == STATE_ZOMBIE)
        return;
    process->kill_was_sent |= signal == SIGKILL;
    if (signal == SIGKILL) { /* acts at once, also on a task that is parked or stopped */
        for (struct task *task = process->first_task; task != NULL; task = task->next_in_process)
            if (task->state != TASK_DYING &&
                !(task->state == TASK_READY && task->parked_at == PARKED_AT_EXIT))
                await_kernel(d, task); /* one at its exit event ends when it has its turn */
        return;
    }
    if (signal == SIGCONT) { /* takes effect when it is sent (signal(7)) */
        for (struct task *task = process->first_task; task != NULL; task = task->next_in_process)
            if (task->state == TASK_STOPPED)
                await_kernel(d, task);
    }
    enum disposition disposition = process->dispositions[signal];
    bool dropped = disposition == DISPOSITION_IGNORE ||
                   (disposition == DISPOSITION_DEFAULT && default_is_ignore(signal));
    /* What is ignored can still be waited for by sigtimedwait(2) when it is blocked: SIGCHLD often.
     */
    for (struct task *task = process->first_task; task != NULL; task = task->next_in_process) {
        if (!dropped || (task->state == TASK_HELD && task->call->takes_signals))
            task->signals_dirty = true;
    }
    if (dropped)
        process->ignored_pending = true;
    poke(d, process);
}

void all_may_be_signalled(struct director *d)
{
    if (!d->signals_everywhere)
        return;
    d->signals_everywhere = false;
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        for (struct task *task = p->first_task; task != NULL; task = task->next_in_process)
            task->signals_dirty = true;
        poke(d, p);
    }
}

/* Ours, in the kernel's stead, and nobody else's who sent the same. */
static bool sent_as_kernel(const struct task *task, const siginfo_t *info)
{
    return (task->as_kernel & bit(info->si_signo)) != 0 && info->si_code == SI_USER &&
           (info->si_pid == 0 || info->si_pid == getpid_of_runner());
}

bool make_kernels_own(struct task *task, siginfo_t *info)
{
    if (!sent_as_kernel(task, info))
        return false;
    task->as_kernel &= ~bit(info->si_signo);
    info->si_code = SI_KERNEL;
    info->si_pid = 0;
    info->si_uid = 0;
    return true;
}

static const char *in_kernels_stead(int signal)
{
    bool of_timer = signal == SIGALRM || signal == SIGVTALRM || signal == SIGPROF;
    return of_timer ? "timer" : "kernel";
}

/* What a terminal sends, by the kernel, goes to a whole process group. */
static bool signals_groups(int signal)
{
    switch (signal) {
    case SIGINT:
    case SIGQUIT:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGHUP:
    case SIGWINCH:
        return true;
    default:
        return false;
    }
}

/* Who sent it, in the trace's words. */
static const char *sender(struct director *d, const struct task *task, const siginfo_t *info)
{
    if (info->si_code == SI_TIMER)
        return "timer";
    if (sent_as_kernel(task, info))
        return in_kernels_stead(info->si_signo);
    if (info->si_code == SI_KERNEL)
        return signals_groups(info->si_signo) ? "terminal" : "kernel";
    if (info->si_signo == SIGCHLD && info->si_code > 0) { /* CLD_EXITED and its kin */
        struct process *child = process_by_ns_pid(d, info->si_pid);
        return child != NULL ? child->name : NULL;
    }
    if (info->si_code == SI_USER || info->si_code == SI_TKILL || info->si_code == SI_QUEUE) {
        pid_t pid = info->si_pid;
        if (pid == 0 || pid == getpid_of_runner())
            return "timeline";
        struct process *process = process_by_ns_pid(d, pid);
        if (process == NULL && d->options->live && !d->own_pids)
            return "timeline";
        return process != NULL ? process->name : NULL;
    }
    return NULL;
}

static enum signal_action action_of(const struct process *process, int signal)
{
    switch (process->dispositions[signal]) {
    case DISPOSITION_CATCH:
        return ACTION_CAUGHT;
    case DISPOSITION_IGNORE:
        return ACTION_IGNORED;
    case DISPOSITION_DEFAULT:
        break;
    }
    if (signal == SIGCONT)
        return ACTION_CONTINUED;
    if (default_is_ignore(signal))
        return ACTION_IGNORED;
    return default_is_stop(signal) ? ACTION_STOPPED : ACTION_TERMINATED;
}

void on_signal_delivery(struct director *d, struct task *task, int signal)
{
    if (signal == SIGSEGV && on_counter_read(d, task))
        return;
    struct process *process = task->process;
    enum signal_action action = action_of(process, signal);
    bool by_default = process->dispositions[signal] == DISPOSITION_DEFAULT;
    siginfo_t info = {0};
    ptrace(PTRACE_GETSIGINFO, task->tid, NULL, &info);
    /* A broken pipe's signal is nobody's kill; every other ignored one was told when it was sent.
     */
    bool own_pipe = signal == SIGPIPE && !by_default && info.si_pid == process->ns_pid;
    if ((action == ACTION_IGNORED || (by_default && default_is_ignore(signal))) &&
        signal != SIGCONT && !own_pipe) {
        resume(d, task, signal); /* nothing that anybody could see */
        return;
    }
    live_delivered(d, task, &info);
    const char *from = sender(d, task, &info);
    posix_timer_taken(process, &info);
    if (make_kernels_own(task, &info) || info.si_code == SI_TIMER)
        ptrace(PTRACE_SETSIGINFO, task->tid, NULL, &info);
    if (process->caught_once & bit(signal)) {
        process->caught_once &= ~bit(signal);
        process->dispositions[signal] = DISPOSITION_DEFAULT;
    }
    /* Nobody could continue it (signal(7)). The kernel takes init for a shell, who could. */
    bool unstoppable = signal == SIGTSTP && by_default && group_is_orphaned(d, process->group);
    struct event event = {.kind = EVENT_SIGNAL,
                          .process = process->name,
                          .signal = signal,
                          .action = unstoppable ? ACTION_IGNORED : action,
                          .from = from};
    task->polls = 0;
    if (action == ACTION_CAUGHT)
        task->restart_number = NO_CALL; /* its handler comes first; the call may return EINTR */
    tell(d, &event);
    if (d->ending)
        return;
    if (info.si_code == SI_KERNEL && signals_groups(signal)) {
        d->signals_everywhere = true;
        all_may_be_signalled(d);
    }
    resume(d, task, unstoppable ? 0 : signal);
}

static struct process *parent_of(struct process *process)
{
    return process->parent;
}

void on_group_stop(struct director *d, struct task *task, int signal)
{
    struct process *process = task->process;
    resume_listening(d, task);
    task->was_stopped = true;
    if (process->state == STATE_STOPPED)
        return; /* another thread told it */
    process->before_stop = process->state;
    process_set_state(d, process, STATE_STOPPED);
    process->stop_signal = signal;
    process->stop_unreported = true;
    process->continue_unreported = false;
    struct event event = {.kind = EVENT_STOP, .process = process->name, .signal = signal};
    tell(d, &event);
    struct process *parent = parent_of(process);
    if (parent != NULL) {
        if (!parent->no_child_stop)
            signal_sent(d, parent, SIGCHLD);
        poke(d, parent);
    }
}

void on_continued(struct director *d, struct task *task)
{
    struct process *process = task->process;
    task->was_stopped = false;
    if (process->state == STATE_STOPPED) {
        process_set_state(d, process, process->before_stop);
        process->stop_unreported = false;
        process->continue_unreported = true;
        tell_plain(d, process, EVENT_CONTINUE);
        struct process *parent = parent_of(process);
        if (parent != NULL) {
            if (!parent->no_child_stop)
                signal_sent(d, parent, SIGCHLD);
            poke(d, parent);
        }
    }
    resume(d, task, 0);
}

void send_as_kernel(struct director *d, struct process *process, int signal)
{
    for (struct task *task = process->first_task; task != NULL; task = task->next_in_process)
        task->as_kernel |= bit(signal);
    send_from_outside(d, process, signal, in_kernels_stead(signal));
}

void send_from_outside(struct director *d, struct process *process, int signal, const char *from)
{
    if (kill(process->pid, signal) != 0)
        return;
    tell_ignored(d, process, signal, from);
    signal_sent(d, process, signal);
}
