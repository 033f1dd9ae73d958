/* From birth to reaping: what fork, exec, exit and wait do to the table of processes. */
#include "director/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* NSpid (proc(5)): the process's numbers, from that in the pid namespace of /proc to its own.
 * Returns how many there are, 0 when /proc is not there; `own`: the last. */
static unsigned numbers_of(const char *path, pid_t *own)
{
    char line[256];
    unsigned count = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "NSpid:", 6) != 0)
            continue;
        for (const char *tab = strchr(line, '\t'); tab != NULL; tab = strchr(tab + 1, '\t')) {
            *own = (pid_t)strtol(tab, NULL, 10);
            count++;
        }
        break;
    }
    fclose(file);
    return count;
}

/* What a process calls its own pid; 0 when /proc is not there. */
pid_t ns_pid_of(pid_t pid)
{
    char path[48];
    pid_t own;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    return numbers_of(path, &own) > 0 ? own : 0;
}

bool proc_is_ours(void)
{
    pid_t own;
    return numbers_of("/proc/self/status", &own) == 1;
}

static void child_name(struct director *d, struct process *parent, unsigned role, char *out)
{
    size_t length;
    if (role != NO_ROLE)
        length = scenario_child_name(d->scenario, parent->name, parent == d->root, parent->role,
                                     role, parent->forked[role]++, out, NAME_MAX_LENGTH);
    else
        length = scenario_program_child_name(d->scenario, parent->name, parent->children_forked++,
                                             out, NAME_MAX_LENGTH);
    if (length == 0)
        snprintf(out, NAME_MAX_LENGTH, "(a process nested too deep, %llu)",
                 (unsigned long long)d->next_process_id);
}

/* The role an actor's fork named in clone's tls argument, which the kernel ignores there. */
static unsigned role_of_fork(struct director *d, const struct task *task)
{
    if (task->process->role == NO_ROLE || task->call == NULL || task->call->number != SYS_clone)
        return NO_ROLE;
    uint64_t tls = arch_clone_tls(&task->regs);
    if (tls < ACTOR_TLS_ROLE || tls - ACTOR_TLS_ROLE >= d->scenario->role_count)
        return NO_ROLE;
    return (unsigned)(tls - ACTOR_TLS_ROLE);
}

/* As clone(2) has them; a plain fork's, where the task made another call. */
static uint64_t clone_flags(const struct task *task)
{
    return task->call != NULL && task->call->number == SYS_clone ? task->args[0] : SIGCHLD;
}

static struct process *new_child(struct director *d, struct task *task, pid_t pid, bool vfork)
{
    struct process *parent = task->process;
    uint64_t flags = clone_flags(task);
    unsigned role = role_of_fork(d, task);
    char name[NAME_MAX_LENGTH];
    child_name(d, parent, role, name);
    struct process *child = process_new(d, name, pid);
    child->role = role;
    if (role != NO_ROLE)
        child->forked = xcalloc(d->scenario->role_count, sizeof *child->forked);
    process_inherit(d, child, parent);
    readings_inherit(child, parent, vfork);
    if (role != NO_ROLE) {
        free(child->command);
        child->command = xstrdup(d->scenario->roles[role].name);
    }
    child->is_shared_vm = vfork;
    child->exit_signal = (int)(flags & 0xff);
    if ((flags & CLONE_PARENT) && parent->parent != NULL)
        process_add_child(parent->parent, child);
    else
        process_add_child(parent, child);
    return child;
}

void on_fork_event(struct director *d, struct task *task, int event, pid_t child_tid)
{
    bool vfork = event == PTRACE_EVENT_VFORK;
    bool is_thread = event == PTRACE_EVENT_CLONE && (clone_flags(task) & CLONE_THREAD);
    struct process *process = task->process;
    struct task *child = task_find(d, child_tid);
    bool early = child != NULL;
    if (!vfork && (clone_flags(task) & CLONE_VM))
        readings_end(d, task); /* two will run in this memory */
    if (is_thread) {
        not_deterministic(d, process, "%s has threads", process->name);
        d->has_threads = true;
        tell_plain(d, process, EVENT_THREAD);
        if (!early)
            child = task_new(d, child_tid, NULL);
        child->process = process;
        child->next_in_process = process->first_task;
        process->first_task = child;
        process->task_count++;
    } else {
        struct process *born = new_child(d, task, child_tid, vfork);
        if (!early)
            child = task_new(d, child_tid, NULL);
        child->process = born;
        born->first_task = child;
        born->task_count = 1;
        if (vfork || !d->own_pids)
            process_set_ns_pid(d, born, d->own_pids ? ns_pid_of(child_tid) : child_tid);
        struct event told = {.kind = EVENT_FORK,
                             .process = process->name,
                             .child = born->name,
                             .how = vfork                         ? "vfork"
                                    : event == PTRACE_EVENT_CLONE ? "clone"
                                                                  : NULL};
        tell(d, &told);
        if (vfork) {
            task->vfork_child = born;
            task->in_call = true; /* its exit stop comes after VFORK_DONE */
        } else {
            task->forked_child = born;
        }
    }
    if (early) {
        child->awaiting_first_stop = false;
        task_set_state(d, child, TASK_RUNNING);
        on_first_stop(d, child);
    } else {
        child->awaiting_first_stop = true;
        task_set_state(d, child, TASK_NEW);
    }
    resume(d, task, 0);
    if (task->vfork_child != NULL) {
        task_set_state(d, task, TASK_VFORKING); /* until the child execs or ends */
        process_set_state(d, process, STATE_SLEEPING);
    }
}

/* The new child or thread has arrived. It goes on once its pid is known and its parent is at rest.
 */
void on_first_stop(struct director *d, struct task *task)
{
    task_set_state(d, task, TASK_SETTLING);
}

static void vfork_parent_wakes(struct director *d, struct process *child)
{
    struct process *parent = child->parent;
    if (!child->is_shared_vm)
        return;
    child->is_shared_vm = false;
    if (parent == NULL)
        return;
    for (struct task *task = parent->first_task; task != NULL; task = task->next_in_process) {
        if (task->vfork_child != child)
            continue;
        task->vfork_child = NULL;
        if (task->state == TASK_VFORKING)
            await_kernel(d, task);
        if (parent->state == STATE_SLEEPING)
            process_set_state(d, parent, STATE_RUNNING);
    }
}

void on_exec_event(struct director *d, struct task *task, pid_t former_tid)
{
    struct process *process = task->process;
    if (former_tid != task->tid) {
        /* A thread that was not the leader took over the leader's id; the other threads are gone,
         * some without a notice of their own. */
        struct task *caller = task_find(d, former_tid);
        if (caller != NULL && caller != task) {
            task->exec_path = caller->exec_path;
            task->exec_argv = caller->exec_argv;
            task->exec_argc = caller->exec_argc;
            task->call = caller->call;
            task->in_call = caller->in_call;
            caller->exec_path = NULL;
            caller->exec_argv = NULL;
            caller->exec_argc = 0;
            task_gone(d, caller);
        }
    }
    struct task *next;
    for (struct task *other = process->first_task; other != NULL; other = next) {
        next = other->next_in_process;
        if (other != task)
            task_gone(d, other);
    }
    for (int s = 1; s < SIGNAL_COUNT; s++)
        if (process->dispositions[s] == DISPOSITION_CATCH)
            process->dispositions[s] = DISPOSITION_DEFAULT;
    /* The flags of what is ignored or default go as well, and its end is told by SIGCHLD again. */
    process->caught_once = 0;
    process->no_child_wait = process->no_child_stop = false;
    process->exit_signal = SIGCHLD;
    process->role = NO_ROLE;
    free(process->forked);
    process->forked = NULL;
    posix_timers_forget(process);
    told_exec(d, task);
    vfork_parent_wakes(d, process);
    readings_leave(process);
    prepare_image(d, task);
    /* A vfork parent that was let go by this comes to rest first: the same order in every run. */
    if (d->awaited.count > 1)
        task_set_state(d, task, TASK_SETTLING);
    else
        resume(d, task, 0);
}

/* Did the kernel let it go on, though it was parked? It does for SIGKILL alone. */
static bool was_moved(const struct director *d, const struct task *task)
{
    siginfo_t stop = {0};
    char state = kernel_state(d, task);
    if (state != 't' && state != '?')
        return true;
    /* Stopped again already (or it cannot be known): there is news of it. */
    return waitid(P_PID, (id_t)task->tid, &stop, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) ==
               0 &&
           stop.si_pid == task->tid;
}

/* One thread ends: if all do (exit_group, a fatal signal), the others are on their way, wherever
 * they were parked. The first of them tells. */
static void await_threads(struct director *d, const struct task *ending)
{
    bool all_end = false;
    for (struct task *task = ending->process->first_task; task != NULL;
         task = task->next_in_process) {
        if (task == ending || (task->state != TASK_READY && task->state != TASK_HELD &&
                               task->state != TASK_SETTLING && task->state != TASK_STOPPED))
            continue;
        if (!all_end && !was_moved(d, task))
            return;
        all_end = true;
        await_kernel(d, task);
    }
}

void on_exit_event(struct director *d, struct task *task)
{
    unsigned long status = 0;
    ptrace(PTRACE_GETEVENTMSG, task->tid, NULL, &status);
    task->in_call = false;
    task->call = NULL;
    bool by_signal = (status & 0x7f) != 0;
    if (task->process == NULL || d->ending) {
        resume(d, task, 0);
        return;
    }
    int64_t used = cpu_ns(task->process->pid);
    if (used > task->process->used_ns)
        task->process->used_ns = used;
    if (task->process->task_count > 1)
        await_threads(d, task);
    if (by_signal || task->process->task_count > 1) {
        resume(d, task, 0);
        if (task->tid == task->process->pid && task->process->task_count > 1)
            task_set_state(d, task, TASK_DYING);
        return;
    }
    if (task->exec_error != 0)
        tell_failed_exec(d, task);
    /* Its end is for others to see: it needs a turn. */
    park(d, task, PARKED_AT_EXIT);
}

static bool discards_children(const struct process *parent)
{
    return parent->dispositions[SIGCHLD] == DISPOSITION_IGNORE || parent->no_child_wait;
}

void fill_status(struct event *event, int status)
{
    if (WIFSIGNALED(status)) {
        event->signal = WTERMSIG(status);
        event->core = WCOREDUMP(status);
    } else {
        event->has_status = true;
        event->status = WEXITSTATUS(status);
    }
}

void reap(struct director *d, struct process *by, struct process *child, bool automatic)
{
    struct event event = {.kind = EVENT_REAP,
                          .process = by != NULL ? by->name : "init",
                          .child = child->name,
                          .automatic = automatic};
    fill_status(&event, child->status);
    process_set_state(d, child, STATE_REAPED);
    process_remove_child(child);
    tell(d, &event);
    process_free(d, child);
}

/* Has it a parent of its session outside its group, who could continue it? The root has: init leads
 * the session, as a shell does. Who was adopted by init has not. */
static bool is_watched(const struct director *d, const struct process *process)
{
    const struct process *parent = process->parent;
    if (parent == NULL)
        return process == d->root && process->session == d->own_session;
    return parent->group != process->group && parent->session == process->session;
}

bool group_is_orphaned(const struct director *d, pid_t group)
{
    for (const struct process *p = d->first_process; p != NULL; p = p->next_all)
        if (p->group == group && p->state != STATE_ZOMBIE && is_watched(d, p))
            return false;
    return true;
}

/* Stopped processes of a group that nobody is left to continue get SIGHUP and SIGCONT (POSIX,
 * _exit). The end of `gone`, whose group it is or whose child's (`parent` of it then), may have
 * made it one. In the session that init leads the kernel takes it for the shell: the director sends
 * them.
 */
static void orphan_group(struct director *d, pid_t group, const struct process *gone,
                         const struct process *parent)
{
    bool had_watcher = parent != NULL ? parent->group != group : is_watched(d, gone);
    bool any_stopped = false;
    pid_t session = 0;
    for (const struct process *p = d->first_process; had_watcher && p != NULL; p = p->next_all) {
        if (p->group != group || p->state == STATE_ZOMBIE || p == gone)
            continue;
        if (is_watched(d, p))
            return;
        session = p->session;
        any_stopped = any_stopped || p->state == STATE_STOPPED;
    }
    if (!any_stopped || gone->session != session)
        return;
    static const int signals[] = {SIGHUP, SIGCONT};
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
            if (p->group != group || p->state == STATE_ZOMBIE)
                continue;
            if (session == d->own_session)
                send_as_kernel(d, p, signals[i]);
            else
                signal_sent(d, p, signals[i]);
        }
}

/* Its parent is gone: the nearest subreaper above it adopts it, else init. */
static void adopt_children(struct director *d, struct process *process)
{
    struct process *adopter = process->parent;
    while (adopter != NULL && !(adopter->subreaper && adopter->state != STATE_ZOMBIE))
        adopter = adopter->parent;
    while (process->first_child != NULL) {
        struct process *child = process->first_child;
        process_remove_child(child);
        child->orphan = true;
        struct event event = {.kind = EVENT_ADOPT,
                              .process = adopter != NULL ? adopter->name : "init",
                              .child = child->name};
        if (adopter != NULL)
            process_add_child(adopter, child);
        tell(d, &event);
        if (child->state != STATE_ZOMBIE) {
            if (child->death_signal != 0) { /* sent by the kernel, in its parent's name */
                tell_ignored(d, child, child->death_signal, process->name);
                signal_sent(d, child, child->death_signal);
            }
            orphan_group(d, child->group, process, process);
            continue;
        }
        if (adopter == NULL)
            reap(d, NULL, child, false);
        else if (discards_children(adopter))
            reap(d, adopter, child, true);
        else
            poke(d, adopter);
    }
}

/* The root could not even begin: it left a report. */
static bool launch_failed(struct director *d, struct process *process, int status)
{
    if (process != d->root || d->event_count > 1 || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 127)
        return false;
    return launch_explain(d);
}

void on_death(struct director *d, struct task *task, int status)
{
    struct process *process = task->process;
    bool is_leader = process != NULL && task->tid == process->pid;
    if (process == NULL || !is_leader) {
        task_gone(d, task);
        if (process != NULL && process->task_count == 1 && process->first_task->state == TASK_DYING)
            await_kernel(d, process->first_task);
        return;
    }
    if (launch_failed(d, process, status)) {
        d->refused = true;
        task_gone(d, task);
        end_run(d, RUN_FAILED);
        return;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        live_killed(d, process);
    struct event event = {.kind = EVENT_EXIT, .process = process->name};
    fill_status(&event, status);
    process->status = status;
    process->state = STATE_ZOMBIE;
    d->used_by_gone += process->used_ns;
    process->stop_unreported = process->continue_unreported = false;
    tell(d, &event);
    vfork_parent_wakes(d, process);
    while (process->first_task != NULL)
        task_gone(d, process->first_task);
    posix_timers_forget(process);
    process->itimer_generation++;
    if (process->ns_pid == process->session)
        d->signals_everywhere = true; /* a session leader's end may hang up its terminal */
    if (process == d->root)
        terminal_left(d);
    adopt_children(d, process);
    orphan_group(d, process->group, process, NULL);
    struct process *parent = process->parent;
    if (parent == NULL) {
        reap(d, NULL, process, false);
        all_may_be_signalled(d);
        return;
    }
    if (discards_children(parent) && process->exit_signal == SIGCHLD) {
        reap(d, parent, process, true);
        poke(d, parent);
    } else {
        signal_sent(d, parent, process->exit_signal);
        poke(d, parent);
    }
    all_may_be_signalled(d);
}
