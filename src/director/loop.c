/*
 * The event loop: next stop, dispatch; and, when all is quiet, what happens next.
 *
 *   awaited tasks left ......... take the next stop from the kernel
 *   somebody finished a call ... let it go on (one at a time)
 *   all quiet .................. timeline, then a turn; when nobody can go on: the clock, or a
 * deadlock
 *
 * A task that neither stops nor sleeps is computing; one that sleeps in the kernel in a call
 * without a guard is noted as blocked. Both are found by a regular tick, so that the usual stop
 * costs no extra system call.
 */
#include "director/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_US 10000
/* So many traced calls in a row that concern nobody else are a turn, and cost so much time. */
#define QUIET_CALLS 10000
#define QUIET_CALLS_CHARGE_NS (10 * NS_PER_MS)

/* ---- signals to the runner ---- */

static volatile sig_atomic_t ticked;
static volatile sig_atomic_t asked_to_stop;

int director_interrupted(void)
{
    return asked_to_stop;
}

static void on_tick(int signal)
{
    (void)signal;
    ticked = 1;
}

static void on_stop_request(int signal)
{
    asked_to_stop = signal;
}

/* The last two are keys, for somebody who takes part. */
static const int watched_signals[] = {SIGALRM, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGQUIT};

void watch_signals(struct runner_signals *saved, bool live)
{
    saved->count = ARRAY_SIZE(watched_signals) - (live ? 0 : 2);
    for (size_t i = 0; i < saved->count; i++) {
        /* No SA_RESTART: each must end a waitpid that would go on waiting. */
        struct sigaction action = {.sa_handler = i == 0 ? on_tick : on_stop_request};
        sigaction(watched_signals[i], &action, &saved->before[i]);
        if (i > 0 && saved->before[i].sa_handler == SIG_IGN)
            sigaction(watched_signals[i], &saved->before[i], NULL); /* nohup */
    }
    /* Stops are waited for: a signal for each of them would only be thrown away. */
    const struct sigaction no_stops = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
    sigaction(SIGCHLD, &no_stops, &saved->child_before);
    struct itimerval every = {{0, TICK_US}, {0, TICK_US}};
    setitimer(ITIMER_REAL, &every, NULL);
}

void unwatch_signals(const struct runner_signals *saved)
{
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_IGN); /* a tick that is still on its way must not meet the former action */
    for (size_t i = 0; i < saved->count; i++)
        sigaction(watched_signals[i], &saved->before[i], NULL);
    sigaction(SIGCHLD, &saved->child_before, NULL);
}

/* ---- one stop ---- */

/* Threads that wait for the processor with a timeout depend on both. */
bool is_quiet_for_long(struct director *d, struct task *task)
{
    if (++task->quiet_calls < QUIET_CALLS)
        return false;
    task->quiet_calls = 0;
    charge(d, task->process, QUIET_CALLS_CHARGE_NS);
    return true;
}

static void on_call_entry(struct director *d, struct task *task)
{
    if (!arch_get_regs(task->tid, &task->regs))
        return; /* killed; its death follows */
    if (switches_counter(d, task))
        return;
    long number = arch_call_number(&task->regs);
    const struct call_row *row = call_find(number);
    if (row == NULL) {
        resume(d, task, 0);
        return;
    }
    bool goes_on = number == SYS_restart_syscall && task->restarting && task->call != NULL;
    task->restarting = false;
    if (goes_on) {
        row = task->call; /* with its deadline and the arguments it began with */
    } else {
        task->call = row;
        task->is_restart = number == task->restart_number;
        for (unsigned i = 0; i < 6; i++) {
            uint64_t now = arch_call_arg(&task->regs, i);
            task->is_restart = task->is_restart && now == task->args[i];
            task->args[i] = now;
        }
        task->restart_number = NO_CALL;
        task->deadline_ns = INT64_MAX;
        task->deadline_generation++;
        task->has_call_mask = false;
    }
    task->released = RELEASE_NONE;
    d->pollers -= task->polls_descriptors;
    task->polls_descriptors = false;
    task->computing = false;
    if (task->exec_error != 0 && row->number != SYS_execve && row->number != SYS_execveat)
        tell_failed_exec(d, task);
    task->gives_way = false;
    if (!row->waits_busily)
        task->looks = 0;
    task->visible = row->is_visible != NULL ? row->is_visible(d, task) : row->visible;
    task->gives_way |= !task->visible && is_quiet_for_long(d, task);
    if (task->visible)
        task->quiet_calls = 0;
    task->fault = NULL;
    if (task->visible && row->fails_as != 0 && task->written_before == 0)
        task->fault = fault_for(d, task, (enum fault_call)(row->fails_as - 1));
    if (task->visible || task->gives_way) {
        if (task->computed_ns >= COMPUTE_GRAIN_NS)
            not_deterministic(d, task->process, "%s computed for more than %lld ms at a stretch",
                              task->process->name, (long long)(COMPUTE_GRAIN_NS / NS_PER_MS));
        task->computed_ns = 0;
        park(d, task, PARKED_AT_CALL);
    } else {
        task->was_held = false;
        perform_call(d, task);
    }
}

void after_call(struct director *d, struct task *task)
{
    /* What the call did may have woken somebody who sleeps in the kernel, or made a child:
     * everybody comes to rest before this one goes on. Those who are woken go on in their order. */
    bool in_order = task->slept && d->settling.count > 0;
    task->slept = false;
    if (d->awaited.count > 1 || d->blocked.count > 0 || in_order)
        task_set_state(d, task, TASK_SETTLING);
    else
        resume(d, task, 0);
}

static void on_call_exit(struct director *d, struct task *task)
{
    task->in_call = false;
    if (!arch_get_regs(task->tid, &task->regs))
        return;
    int64_t result = arch_result(&task->regs);
    if (result <= -512 && result >= -514 && task->call != NULL)
        task->restart_number = task->call->number;
    if (task->call != NULL && task->call->leave != NULL)
        task->call->leave(d, task, result);
    if (task->state == TASK_RUNNING)
        after_call(d, task);
}

static void on_event_stop(struct director *d, struct task *task, int signal)
{
    if (task->state == TASK_EARLY)
        return;
    if (task->awaiting_first_stop) {
        task->awaiting_first_stop = false;
        on_first_stop(d, task);
    } else if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) {
        on_group_stop(d, task, signal);
    } else if (task->was_stopped) {
        on_continued(d, task);
    } else if (task->interrupted) {
        /* Our own PTRACE_INTERRUPT: it computes, and gives way. */
        task->interrupted = false;
        park(d, task, PARKED_AT_COMPUTING);
    } else {
        resume(d, task, 0);
    }
}

void on_stop(struct director *d, pid_t tid, int status)
{
    struct task *task = task_find(d, tid);
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
        if (task != NULL)
            on_death(d, task, status);
        else if (tid == d->init_pid)
            d->init_pid = 0;
        return;
    }
    if (!WIFSTOPPED(status))
        return;
    int signal = WSTOPSIG(status);
    int event = status >> 16;
    if (task == NULL) { /* a new child that stopped before its parent's event came */
        task = task_new(d, tid, NULL);
        task->awaiting_first_stop = true;
        return;
    }
    if (d->ending && event != PTRACE_EVENT_EXIT) {
        ptrace(PTRACE_CONT, tid, NULL, NULL);
        return;
    }
    if (task->state == TASK_NEW)
        task_set_state(d, task, TASK_RUNNING);
    else if (task->state != TASK_EARLY && task->state != TASK_RUNNING)
        task_set_state(d, task, TASK_RUNNING); /* moved by the kernel */
    switch (event) {
    case 0:
        if (signal == (SIGTRAP | 0x80))
            on_call_exit(d, task);
        else
            on_signal_delivery(d, task, signal);
        break;
    case PTRACE_EVENT_SECCOMP:
        on_call_entry(d, task);
        break;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE: {
        unsigned long child = 0;
        if (ptrace(PTRACE_GETEVENTMSG, tid, NULL, &child) == 0)
            on_fork_event(d, task, event, (pid_t)child);
        break;
    }
    case PTRACE_EVENT_EXEC: {
        unsigned long former = 0;
        ptrace(PTRACE_GETEVENTMSG, tid, NULL, &former);
        on_exec_event(d, task, (pid_t)former);
        break;
    }
    case PTRACE_EVENT_EXIT:
        on_exit_event(d, task);
        break;
    case PTRACE_EVENT_STOP:
        on_event_stop(d, task, signal);
        break;
    default: /* VFORK_DONE */
        resume(d, task, 0);
        break;
    }
}

/* ---- what does not stop ---- */

char kernel_state(const struct director *d, const struct task *task)
{
    char path[48], text[512];
    if (!d->trusts_proc)
        return '?';
    snprintf(path, sizeof path, "/proc/%d/stat", task->tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return '?';
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0)
        return '?';
    text[got] = '\0';
    const char *after_name = strrchr(text, ')');
    return after_name != NULL && after_name[1] == ' ' ? after_name[2] : '?';
}

/* Processor time of a task's process, by its clock (clock_getcpuclockid(3) computes the same). */
int64_t cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec ts;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &ts) != 0)
        return -1;
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static long kernel_call(pid_t tid)
{
    char path[48], text[256];
    snprintf(path, sizeof path, "/proc/%d/syscall", tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0)
        return -1;
    text[got] = '\0';
    return strtol(text, NULL, 10);
}

/* It sleeps in the kernel in a call that has no guard. */
static void note_blocked(struct director *d, struct task *task)
{
    if (task->in_call && task->deadline_ns <= clock_now(d)) { /* it shall not wait at all */
        task->released = RELEASE_DEADLINE;
        wake_blocked(d, task);
        return;
    }
    readings_grant(d, task, false); /* it will go on without a stop, perhaps at another time */
    task_set_state(d, task, TASK_BLOCKED);
    const char *on = NULL;
    if (task->in_call && task->call != NULL)
        on = task->call->on != NULL ? task->call->on : task->call->name;
    if (on == NULL || !task->call->settles) {
        long number = kernel_call(task->tid);
        const struct call_row *row = number >= 0 ? call_find(number) : NULL;
        if (row != NULL)
            on = row->name;
        if (on != NULL)
            not_deterministic(d, task->process, "%s waited in %s without the director's help",
                              task->process->name, on);
        else if (number < 0)
            not_deterministic(d, task->process, "%s waited in a system call that cannot be seen",
                              task->process->name);
        else
            not_deterministic(d, task->process,
                              "%s waited in system call %ld, which is not modelled",
                              task->process->name, number);
    }
    struct event event = {.kind = EVENT_BLOCK,
                          .process = task->process->name,
                          .on = on != NULL ? on : "kernel",
                          .has_until = task->in_call && task->deadline_ns != INT64_MAX,
                          .until_us = task->deadline_ns / NS_PER_US};
    process_set_state(d, task->process, STATE_SLEEPING);
    task->blocked_event = true;
    tell(d, &event);
}

/* A running task did not stop for a while: is it computing, or asleep? `now` asks for an answer. */
static void look_at_running(struct director *d, struct task *task)
{
    char state = kernel_state(d, task);
    if (state == 'S') {
        int status;
        /* A writer to a full terminal waits for us alone, and has room now. */
        if (stdio_drain(d))
            return;
        /* Asleep, and no stop is on its way: a sleeper cannot make one by itself. */
        if (kernel_state(d, task) == 'S') {
            pid_t tid = waitpid(task->tid, &status, __WALL | WNOHANG);
            if (tid == task->tid)
                on_stop(d, tid, status);
            else
                note_blocked(d, task);
        }
        return;
    }
    if (state != 'R')
        return;
    roam(d, true);
    int64_t used = cpu_ns(task->process->pid);
    if (used < 0)
        return;
    if (task->cpu_baseline_ns < 0 || used < task->cpu_baseline_ns || readings_go_on(task)) {
        task->cpu_baseline_ns = used;
        return;
    }
    /* Its own timer on processor time may be due sooner. */
    int64_t grain = cpu_timers_left(task->process);
    bool has_timer = grain <= COMPUTE_GRAIN_NS;
    if (!has_timer)
        grain = COMPUTE_GRAIN_NS;
    if (used - task->cpu_baseline_ns < grain)
        return;
    task->cpu_baseline_ns = used;
    task->computed_ns += grain;
    d->charged_ns += grain;
    if (has_timer)
        not_deterministic(d, task->process, "%s computed until its timer on processor time was due",
                          task->process->name);
    /* Others who could go on would, on another processor, at this very moment. */
    int64_t before = task->process->charged_ns;
    if (d->ready.count == 0)
        charge(d, task->process, grain);
    /* What was not charged to the clock was used all the same. */
    charge_processor(d, task->process, grain - (task->process->charged_ns - before));
    if (d->charged_ns >= d->scenario->limits.cpu_ns) {
        cpu_exceeded(d, task->process);
        return;
    }
    if (!task->interrupted) {
        task->interrupted = true;
        ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL);
    }
}

static void on_tick_seen(struct director *d)
{
    ticked = 0;
    d->ticks++;
    if (asked_to_stop && live_takes(d, asked_to_stop))
        asked_to_stop = 0;
    if (asked_to_stop) {
        struct event event = {
            .kind = EVENT_INTERRUPT, .process = "director", .signal = asked_to_stop};
        not_deterministic(d, NULL, "the run was interrupted");
        tell(d, &event);
        end_run(d, RUN_INTERRUPTED);
        return;
    }
    check_limits(d);
    if (d->awaited.count == 0)
        return;
    /* At most a few are running at once under turn-taking; under `free` all may be. */
    for (size_t i = 0; i < PID_BUCKETS && !d->ending; i++) {
        struct task *next;
        for (struct task *task = d->tasks_by_tid[i]; task != NULL && !d->ending; task = next) {
            next = task->next_by_tid;
            if (task->state == TASK_RUNNING && task->process != NULL &&
                task->resumed_at_tick + 1 < d->ticks) {
                look_at_running(d, task);
                break; /* the list may have changed: the rest at the next tick */
            }
        }
    }
}

/* Whom to wait for. Each of those awaited must stop before anything else happens, so it may as well
 * be asked for by name: the kernel then need not look at all children, of which there may be
 * thousands. Not where one may come and go by itself: a thread that execs takes another's id. */
static pid_t whom_to_wait_for(const struct director *d)
{
    if (d->has_threads || d->options->schedule.policy == SCHEDULE_FREE || d->awaited.first == NULL)
        return -1;
    return d->awaited.first->tid;
}

/* Takes one stop from the kernel. False: there are no children any more. */
static bool take_stop(struct director *d)
{
    int status;
    for (;;) {
        if (ticked || asked_to_stop) {
            on_tick_seen(d);
            if (d->ending || d->awaited.count == 0)
                return true;
        }
        pid_t tid = waitpid(whom_to_wait_for(d), &status,
                            d->draining || d->quick_look ? __WALL | WNOHANG : __WALL);
        if (tid > 0) {
            roam(d, false);
            d->quick_look = false;
            on_stop(d, tid, status);
            return true;
        }
        if (tid < 0 && errno == ECHILD) {
            if (whom_to_wait_for(d) < 0)
                return false;
            task_gone(d, d->awaited.first); /* gone without a notice of its own */
            return true;
        }
        if (tid == 0) {
            if (d->draining)
                stdio_drain(d);
            sched_yield();
            if (d->quick_look && !look_for_sleepers(d))
                return true;
        }
    }
}

bool look_for_sleepers(struct director *d)
{
    struct task *task = d->quick_task;
    if (task == NULL || task->state != TASK_RUNNING) {
        d->quick_look = false;
        return true;
    }
    if (kernel_state(d, task) != 'S')
        return true;
    d->quick_look = false;
    look_at_running(d, task);
    return d->awaited.count > 0;
}

/* Those who sleep in the kernel may have been woken by what was just done. True: somebody was. */
static bool blocked_woke(struct director *d)
{
    bool woke = false;
    struct task *next;
    for (struct task *task = d->blocked.first; task != NULL; task = next) {
        next = task->next;
        char state = kernel_state(d, task);
        if (state != 'S') {
            task_set_state(d, task, TASK_RUNNING);
            task->slept = true;
            task->resumed_at_tick = d->ticks;
            woke = true;
        }
    }
    return woke;
}

/* ---- when nobody can go on ---- */

static void explain_wait(struct director *d, struct task *task, struct buf *out)
{
    buf_printf(out, "%s ", task->process->name);
    if (task->state == TASK_STOPPED)
        buf_add_string(out, "is stopped, and nobody will continue it");
    else if (task->call != NULL && task->call->explain != NULL &&
             (task->state == TASK_HELD || (task->state == TASK_BLOCKED && task->call->settles)))
        task->call->explain(d, task, out);
    else if (task->call != NULL)
        buf_printf(out, "waits in %s", task->call->name);
    else
        buf_add_string(out, "waits in the kernel");
}

static void deadlock(struct director *d)
{
    auto_buf struct buf text = {0};
    size_t told = 0, more = 0;
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        for (struct task *task = p->first_task; task != NULL; task = task->next_in_process) {
            if (told >= 20) {
                more++;
                continue;
            }
            if (told++ > 0)
                buf_add_string(&text, "; ");
            explain_wait(d, task, &text);
        }
    }
    if (more > 0)
        buf_printf(&text, "; and %zu more", more);
    struct event event = {.kind = EVENT_DEADLOCK,
                          .process = "director",
                          .text = text.data,
                          .text_length = text.length};
    tell(d, &event);
    end_run(d, RUN_DEADLOCK);
}

/* Real time passes: until `until_ns` on the scenario clock, a stop, or a request to end. */
static void wait_in_real_time(struct director *d, int64_t until_ns)
{
    trace_idle(d);
    while (!d->ending) {
        int status;
        pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);
        if (tid > 0) {
            on_stop(d, tid, status);
            return;
        }
        int64_t left = until_ns - clock_now(d);
        if (left <= 0)
            return;
        if (d->blocked.count > 0)
            stdio_drain(d);
        if (left > 2 * NS_PER_MS && d->blocked.count > 0)
            left = 2 * NS_PER_MS;
        if (left > NS_PER_S)
            left = NS_PER_S;
        struct timespec ts = {left / NS_PER_S, left % NS_PER_S};
        nanosleep(&ts, NULL);
        if (ticked || asked_to_stop)
            on_tick_seen(d);
        if ((d->blocked.count > 0 && blocked_woke(d)) || live_came(d))
            return;
    }
}

/* Somebody outside may wake those who sleep in the kernel, or send something to those who are held.
 * True: so it was; false: `longest_ns` of real time are over, or the run has ended. */
static bool wait_for_outside(struct director *d, int64_t longest_ns)
{
    trace_idle(d);
    int64_t began_ns = machine_now(CLOCK_MONOTONIC), passed_ns = 0;
    while (!d->ending && passed_ns < longest_ns) {
        int status;
        pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);
        if (tid > 0) {
            live_passed(d, passed_ns);
            on_stop(d, tid, status);
            return true;
        }
        stdio_drain(d);
        look_at_descriptors(d);
        if (d->ready.count > 0 || blocked_woke(d))
            return true;
        if (live_came(d)) {
            live_passed(d, passed_ns);
            return true;
        }
        struct timespec ts = {0, NS_PER_MS};
        nanosleep(&ts, NULL);
        if (ticked || asked_to_stop)
            on_tick_seen(d);
        passed_ns = machine_now(CLOCK_MONOTONIC) - began_ns;
    }
    return false;
}

/* Before a deadlock is told: did somebody outside the run, or the kernel in a way that is not
 * known here, send a signal? */
static bool something_unseen(struct director *d)
{
    int status;
    pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);
    if (tid > 0)
        on_stop(d, tid, status);
    d->signals_everywhere = true;
    all_may_be_signalled(d);
    if (tid <= 0 && d->ready.count == 0)
        return false;
    not_deterministic(d, NULL, "a signal came that nobody was seen to send");
    return true;
}

/* May somebody outside the run wake one who sleeps in the kernel? */
static bool outside_may_wake(const struct director *d)
{
    bool confined = d->options->confinement != NULL; /* nobody else sees its files */
    for (const struct task *task = d->blocked.first; task != NULL; task = task->next)
        if (!task->in_call || task->call == NULL || !task->call->settles ||
            !(task->call->inside ? d->own_pids : confined))
            return true;
    return false;
}

static void nobody_can_go_on(struct director *d)
{
    if (timeline_input_awaited(d))
        return;
    int64_t next = deadline_next(d);
    if (live_quiet(d, next))
        return;
    enum outside outside = d->pollers > 0 ? waits_for_outside(d) : OUTSIDE_NOT;
    if (outside == OUTSIDE_ANOTHER_HOST && next != INT64_MAX &&
        d->options->clock == CLOCK_KIND_VIRTUAL) {
        if (wait_for_outside(d, next - d->now_ns))
            return; /* something came before the time was over */
    }
    if (next != INT64_MAX && next > d->scenario->limits.time_ns)
        next = d->scenario->limits.time_ns + 1;
    if (next != INT64_MAX) {
        if (d->options->clock == CLOCK_KIND_REAL)
            wait_in_real_time(d, next);
        clock_advance(d, next);
        if (d->now_ns > d->scenario->limits.time_ns) {
            d->now_ns = d->scenario->limits.time_ns;
            limit_exceeded(d, NULL, "time", "the scenario's time is over");
        }
        return;
    }
    if (outside_may_wake(d) || outside != OUTSIDE_NOT ||
        live_waits(d)) { /* the wall limit bounds this */
        wait_for_outside(d, INT64_MAX);
        return;
    }
    if (!something_unseen(d))
        deadlock(d);
}

static bool somebody_lives(const struct director *d)
{
    return d->task_count > 0;
}

void run_loop(struct director *d)
{
    while (!d->ending && somebody_lives(d)) {
        if (d->awaited.count > 0) {
            if (!take_stop(d))
                break;
            continue;
        }
        d->draining = false;
        d->writer = NULL; /* if it was killed */
        if (ticked || asked_to_stop) {
            on_tick_seen(d);
            continue;
        }
        if (d->blocked.count > 0 && blocked_woke(d))
            continue;
        if (d->settling.first != NULL) {
            resume(d, d->settling.first, 0);
            continue;
        }
        turn_over(d);
        if (d->ending)
            break;
        d->signals_everywhere |= d->signals_unseen;
        all_may_be_signalled(d);
        if (d->options->clock == CLOCK_KIND_REAL)
            clock_advance(d, clock_now(d));
        if (timeline_perform(d) || live_perform(d))
            continue;
        if (!give_turn(d))
            nobody_can_go_on(d);
    }
}
