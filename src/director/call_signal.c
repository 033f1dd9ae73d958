/* Calls that send signals, wait for them, or say what they do. */
#include "director/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "director/calls.h"

pid_t getpid_of_runner(void)
{
    static pid_t pid;
    if (pid == 0)
        pid = getpid();
    return pid;
}

/* ---- kill and its kin ---- */

/* Which process a pidfd is about: its fdinfo says so, in the pids of the proc that is asked. */
struct process *process_of_pidfd(struct director *d, struct task *task, int fd)
{
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", task->tid, fd);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    pid_t pid = 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "Pid:", 4) == 0)
            pid = (pid_t)strtol(line + 4, NULL, 10);
    fclose(file);
    for (struct process *p = d->first_process; p != NULL; p = p->next_all)
        if (p->pid == pid)
            return p;
    return NULL;
}

struct process *process_of_tid(struct director *d, struct task *asker, pid_t ns_tid)
{
    struct process *process = process_by_ns_pid(d, ns_tid);
    if (process != NULL)
        return process;
    for (struct task *task = asker->process->first_task; task != NULL; task = task->next_in_process)
        if ((d->own_pids ? ns_pid_of(task->tid) : task->tid) == ns_tid)
            return task->process;
    return NULL;
}

struct kill_targets {
    struct process **items;
    size_t count;
    bool group;
    const char *group_name;
};

static void add_target(struct kill_targets *targets, struct process *process)
{
    targets->items = xreallocarray(targets->items, targets->count + 1, sizeof(struct process *));
    targets->items[targets->count++] = process;
}

static int kill_signal(const struct task *task)
{
    switch (task->call->number) {
    case SYS_tgkill:
    case SYS_rt_tgsigqueueinfo:
        return (int)arg(task, 2);
    default:
        return (int)arg(task, 1);
    }
}

static void find_targets(struct director *d, struct task *task, struct kill_targets *targets)
{
    struct process *one = NULL;
    pid_t pid = (pid_t)arg(task, 0);
    switch (task->call->number) {
    case SYS_pidfd_send_signal:
        one = process_of_pidfd(d, task, (int)arg(task, 0));
        break;
    case SYS_tkill:
        one = process_of_tid(d, task, pid);
        break;
    case SYS_tgkill:
    case SYS_rt_sigqueueinfo:
    case SYS_rt_tgsigqueueinfo:
        one = process_by_ns_pid(d, pid);
        break;
    default:
        if (pid > 0) {
            one = process_by_ns_pid(d, pid);
            break;
        }
        targets->group = true;
        pid_t group = pid == 0 ? task->process->group : -pid;
        if (pid != -1)
            targets->group_name = group_name(d, group);
        for (struct process *p = d->first_process; p != NULL; p = p->next_all)
            if (pid == -1 ? p != task->process : p->group == group)
                add_target(targets, p);
        return;
    }
    if (one != NULL)
        add_target(targets, one);
}

static void tell_kill(struct director *d, struct task *task, struct kill_targets *targets,
                      int error, bool fault)
{
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; i < targets->count && count < ARRAY_SIZE(names); i++)
        names[count++] = targets->items[i]->name;
    struct event event = {.kind = EVENT_KILL,
                          .process = task->process->name,
                          .signal = kill_signal(task),
                          .error = error,
                          .fault = fault};
    if (targets->group) {
        event.targets = names;
        event.target_count = count;
        event.group = targets->group_name;
    } else if (targets->count > 0) {
        event.to = names[0];
    }
    tell(d, &event);
}

/* Without a pid namespace, a program could reach processes that are not the run's. */
static bool reaches_outside(struct director *d, const struct task *task,
                            const struct kill_targets *targets)
{
    if (d->own_pids)
        return false;
    if (task->call->number == SYS_kill && (pid_t)arg(task, 0) == -1)
        return true;
    return targets->count == 0 && kill_signal(task) != 0;
}

/* saved[] while a call that sends is under way */
enum { SAVED_TOLD };

/* SIGKILL and SIGCONT take effect before the call that sends them is over: the victim's end may be
 * known first. What led to it is told before. */
static bool acts_at_once(int signal)
{
    return signal == SIGKILL || signal == SIGCONT;
}

/* A SIGKILL that was sent explains the end that follows, which is no news from outside. */
static void note_kill(const struct task *task, const struct kill_targets *targets, bool sent)
{
    for (size_t i = 0; kill_signal(task) == SIGKILL && i < targets->count; i++)
        targets->items[i]->kill_was_sent = sent;
}

static enum verdict_of_call enter_kill(struct director *d, struct task *task)
{
    struct kill_targets targets = {0};
    find_targets(d, task, &targets);
    enum verdict_of_call verdict = CALL_GO_LEAVE;
    task->saved[SAVED_TOLD] = 0;
    const struct fault *fault = task->fault;
    if (fault != NULL) {
        tell_kill(d, task, &targets, fault->error, true);
        verdict = answer(task, -fault->error);
    } else if (reaches_outside(d, task, &targets)) {
        /* kill(-1) means all processes of the run; anything else outside it is not to be found. */
        bool all = (pid_t)arg(task, 0) == -1 && targets.count > 0;
        tell_kill(d, task, &targets, all ? 0 : ESRCH, false);
        for (size_t i = 0; all && i < targets.count; i++)
            send_from_outside(d, targets.items[i], kill_signal(task), task->process->name);
        verdict = answer(task, all ? 0 : -ESRCH);
    } else if (acts_at_once(kill_signal(task)) && targets.count > 0) {
        tell_kill(d, task, &targets, 0, false);
        task->saved[SAVED_TOLD] = 1;
        note_kill(task, &targets, true); /* who kills itself does not leave the call */
    }
    free(targets.items);
    return verdict;
}

static void leave_kill(struct director *d, struct task *task, int64_t result)
{
    struct kill_targets targets = {0};
    find_targets(d, task, &targets);
    int signal = kill_signal(task);
    if (!task->saved[SAVED_TOLD])
        tell_kill(d, task, &targets, result < 0 ? (int)-result : 0, false);
    if (result < 0) {
        note_kill(task, &targets, false);
        charge_poll(d, task);
    } else if (signal == 0) {
        charge_poll(d, task);
    } else {
        task->polls = 0;
        for (size_t i = 0; i < targets.count; i++) {
            tell_ignored(d, targets.items[i], signal, task->process->name);
            /* Its own it finds on the way back from this call, unless it blocks it; and another of
             * its threads may take it. */
            signal_sent(d, targets.items[i], signal);
        }
    }
    free(targets.items);
}

/* ---- waiting for signals ---- */

#ifdef SYS_pause /* aarch64 has none: pause(3) is ppoll there */
static bool ready_never(struct director *d, struct task *task, bool first)
{
    (void)d, (void)task, (void)first;
    return false;
}
#endif

static void explain_pause(struct director *d, struct task *task, struct buf *out)
{
    (void)d;
    buf_printf(out, "waits for a signal (%s)", task->call->name);
}

static bool ready_sigsuspend(struct director *d, struct task *task, bool first)
{
    (void)d;
    if (first && memory_read(task->tid, arg(task, 0), &task->call_mask, sizeof task->call_mask))
        task->has_call_mask = true;
    /* A signal may be pending since before: blocked until now. */
    if (first)
        task->signals_dirty = true;
    return false;
}

static bool ready_sigtimedwait(struct director *d, struct task *task, bool first)
{
    uint64_t set = 0;
    if (!memory_read(task->tid, arg(task, 0), &set, sizeof set))
        return true; /* EFAULT */
    if (first) {
        task->signals_dirty = true;
        int64_t ns;
        if (arg(task, 2) != 0) {
            if (!read_time(task, arg(task, 2), false, &ns) || ns == 0)
                return true; /* EFAULT, EINVAL, or it only looks */
            task_deadline(d, task, clock_now(d) + ns);
        }
    }
    task->signals_dirty = true;
    return signal_pending_in(task, set);
}

static enum verdict_of_call enter_sigtimedwait(struct director *d, struct task *task)
{
    (void)d;
    if (task->released == RELEASE_DEADLINE)
        return answer(task, -EAGAIN);
    return CALL_GO_LEAVE;
}

static void leave_sigtimedwait(struct director *d, struct task *task, int64_t result)
{
    if (result <= 0) {
        if (result == -EAGAIN)
            charge_poll(d, task);
        return;
    }
    siginfo_t info;
    if (memory_read(task->tid, arg(task, 1), &info, sizeof info)) {
        make_kernels_own(task, &info);
        posix_timer_taken(task->process, &info);
        memory_write(task->tid, arg(task, 1), &info, sizeof info);
    }
    struct event event = {.kind = EVENT_SIGNAL,
                          .process = task->process->name,
                          .signal = (int)result,
                          .action = ACTION_CAUGHT};
    tell(d, &event);
}

/* ---- what signals do ---- */

struct kernel_sigaction { /* rt_sigaction(2)'s own, not libc's */
    uint64_t handler;
    uint64_t flags;
};

static enum verdict_of_call enter_sigaction(struct director *d, struct task *task)
{
    (void)d;
    int signal = (int)arg(task, 0);
    struct kernel_sigaction action;
    if (signal <= 0 || signal >= SIGNAL_COUNT || signal == SIGKILL || signal == SIGSTOP ||
        !memory_read(task->tid, arg(task, 1), &action, sizeof action))
        return CALL_GO;
    struct process *process = task->process;
    enum disposition disposition =
        action.handler == (uint64_t)(uintptr_t)SIG_DFL   ? DISPOSITION_DEFAULT
        : action.handler == (uint64_t)(uintptr_t)SIG_IGN ? DISPOSITION_IGNORE
                                                         : DISPOSITION_CATCH;
    process->dispositions[signal] = (uint8_t)disposition;
    process->caught_once &= ~(UINT64_C(1) << (signal - 1));
    if (disposition == DISPOSITION_CATCH && (action.flags & SA_RESETHAND))
        process->caught_once |= UINT64_C(1) << (signal - 1);
    if (signal == SIGCHLD) {
        process->no_child_wait = (action.flags & SA_NOCLDWAIT) != 0;
        process->no_child_stop = (action.flags & SA_NOCLDSTOP) != 0;
    }
    if (process->ignored_pending) {
        /* It may have been held back by the mask while it was ignored. */
        for (struct task *t = process->first_task; t != NULL; t = t->next_in_process)
            t->signals_dirty = true;
    }
    return CALL_GO;
}

static enum verdict_of_call enter_signalfd(struct director *d, struct task *task)
{
    (void)task;
    d->has_signal_descriptors = true;
    return CALL_GO;
}

const struct call_row calls_signal[] = {
    {SYS_kill, "kill", .fails_as = FAULT_KILL + 1, .visible = true, .enter = enter_kill,
     .leave = leave_kill},
    {SYS_tkill, "tkill", .fails_as = FAULT_KILL + 1, .visible = true, .enter = enter_kill,
     .leave = leave_kill},
    {SYS_tgkill, "tgkill", .fails_as = FAULT_KILL + 1, .visible = true, .enter = enter_kill,
     .leave = leave_kill},
    {SYS_rt_sigqueueinfo, "rt_sigqueueinfo", .fails_as = FAULT_KILL + 1, .visible = true,
     .enter = enter_kill, .leave = leave_kill},
    {SYS_rt_tgsigqueueinfo, "rt_tgsigqueueinfo", .fails_as = FAULT_KILL + 1, .visible = true,
     .enter = enter_kill, .leave = leave_kill},
    {SYS_pidfd_send_signal, "pidfd_send_signal", .fails_as = FAULT_KILL + 1, .visible = true,
     .enter = enter_kill, .leave = leave_kill},
#ifdef SYS_pause
    {SYS_pause, "pause", .on = "pause", .visible = true, .ready = ready_never,
     .explain = explain_pause},
#endif
    {SYS_rt_sigsuspend, "rt_sigsuspend", .on = "sigsuspend", .visible = true,
     .ready = ready_sigsuspend, .explain = explain_pause},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", .on = "sigtimedwait", .visible = true,
     .takes_signals = true, .ready = ready_sigtimedwait, .enter = enter_sigtimedwait,
     .leave = leave_sigtimedwait, .explain = explain_pause},
    {SYS_rt_sigaction, "rt_sigaction", .filtered_by_argument = true, .enter = enter_sigaction},
#ifdef SYS_signalfd
    {SYS_signalfd, "signalfd", .enter = enter_signalfd},
#endif
    {SYS_signalfd4, "signalfd4", .enter = enter_signalfd},
};
const size_t calls_signal_count = ARRAY_SIZE(calls_signal);
