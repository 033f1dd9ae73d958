/*
 * A performance from its beginning to its end: the host is made ready (one processor, enough
 * descriptors), the processes are launched, the loop runs, and whatever happened, nobody is left.
 */
#include "director/filestat.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the end ---- */

/* Nobody stays: init's end takes a pid namespace along; the rest is killed one by one. */
static void kill_everybody(struct director *d)
{
    d->ending = true;
    if (d->lifeline >= 0)
        close(steal_fd(&d->lifeline));
    for (size_t i = 0; i < PID_BUCKETS; i++)
        for (struct task *task = d->tasks_by_tid[i]; task != NULL; task = task->next_by_tid) {
            kill(task->tid, SIGKILL);
            /* One that is parked at its exit event does not move for SIGKILL (Linux 6.1). */
            ptrace(PTRACE_CONT, task->tid, NULL, NULL);
        }
    if (d->init_pid > 0 && d->own_pids)
        kill(d->init_pid, SIGKILL);
    int status;
    /* Known ones by name, for there may be thousands; then whoever is left. */
    for (size_t i = 0; i < PID_BUCKETS && !d->has_threads; i++)
        for (struct task *task = d->tasks_by_tid[i]; task != NULL; task = task->next_by_tid)
            for (;;) {
                pid_t tid = waitpid(task->tid, &status, __WALL);
                if (tid < 0 && errno == EINTR)
                    continue;
                if (tid < 0 || !WIFSTOPPED(status))
                    break;
                ptrace(PTRACE_CONT, tid, NULL, NULL);
            }
    for (;;) {
        pid_t tid = waitpid(-1, &status, __WALL);
        if (tid < 0 && errno == EINTR)
            continue;
        if (tid < 0)
            break;
        if (WIFSTOPPED(status)) {
            /* A new child that we had not heard of, or the last stop of a dying one. */
            kill(tid, SIGKILL);
            ptrace(PTRACE_CONT, tid, NULL, NULL);
        }
    }
    d->init_pid = 0;
}

static void release(struct director *d)
{
    launch_release(d);
    timeline_release(d);
    live_release(d);
    timers_release(d);
    filestat_release(d);
    for (size_t i = 0; i < PID_BUCKETS; i++)
        while (d->tasks_by_tid[i] != NULL)
            task_gone(d, d->tasks_by_tid[i]);
    while (d->first_process != NULL)
        process_free(d, d->first_process);
    free(d->deadlines);
    if (d->directory != NULL)
        actor_directory_free(d->directory);
}

static int processor_wanted(const struct director *d)
{
    unsigned left = d->options->processor;
    for (int cpu = 0; left > 0 && cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((unsigned)cpu, &d->affinity) && --left == 0)
            return cpu;
    return sched_getcpu();
}

/* Under turn-taking only one task runs at a time, and a stop costs a fraction when nothing crosses
 * from one processor to another. */
static void pin(struct director *d)
{
    if (d->options->schedule.policy == SCHEDULE_FREE)
        return;
    if (sched_getaffinity(0, sizeof d->affinity, &d->affinity) != 0)
        return;
    int cpu = processor_wanted(d);
    if (cpu < 0)
        return;
    CPU_ZERO(&d->processor);
    CPU_SET((unsigned)cpu, &d->processor);
    d->pinned = sched_setaffinity(0, sizeof d->processor, &d->processor) == 0;
}

void roam(struct director *d, bool roams)
{
    if (!d->pinned || d->roams == roams)
        return;
    d->roams = roams;
    sched_setaffinity(0, sizeof d->affinity, roams ? &d->affinity : &d->processor);
}

static void raise_descriptor_limit(struct rlimit *before)
{
    if (getrlimit(RLIMIT_NOFILE, before) == 0) {
        struct rlimit more = {before->rlim_max, before->rlim_max};
        setrlimit(RLIMIT_NOFILE, &more);
    }
}

/* ---- the counter of time ---- */

static struct sigaction segv_before;
static bool counter_is_left;

static void counter_take_back(void)
{
    if (!counter_is_left)
        return;
    counter_is_left = false;
    prctl(PR_SET_TSC, PR_TSC_ENABLE);
    sigaction(SIGSEGV, &segv_before, NULL);
}

/* A library read it after all, or the fault is a real one: the instruction is tried again. What
 * somebody sent comes again, too. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)context;
    counter_take_back();
    if (info->si_code <= 0)
        raise(signal);
}

/* Whether it may be read is a bit of the processor's (CR4.TSD), which the kernel changes when it
 * goes from a task that may to one that may not; below a hypervisor that takes longer than all else
 * of a stop. So the director may not, either, while it performs. */
static void counter_leave(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSEGV, &action, &segv_before) != 0)
        return;
    counter_is_left = true;
    if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) != 0)
        counter_take_back();
}

static void seed_random(struct director *d)
{
    /* splitmix64, as xoshiro's authors advise. */
    uint64_t x = d->options->schedule.seed;
    for (size_t i = 0; i < 4; i++) {
        x += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = x;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        d->random[i] = z ^ (z >> 31);
    }
}

static bool begin(struct director *d)
{
    const char *notes[5];
    size_t note_count = 0;
    d->directory = actor_directory_new();
    if (d->directory == NULL)
        return error_set(d->error, errno, "cannot make the table of processes");
    if (!launch(d, notes, &note_count))
        return false;
    auto_buf struct buf schedule = {0};
    schedule_tell(&d->options->schedule, &schedule);
    const struct scenario *scenario = d->scenario;
    bool unusual =
        scenario->stdio == STDIO_TERMINAL &&
        (scenario->terminal_rows != USUAL_ROWS || scenario->terminal_columns != USUAL_COLUMNS);
    struct trace_header header = {
        .scenario = d->scenario->title,
        .clock = d->options->clock == CLOCK_KIND_VIRTUAL ? "virtual" : "real",
        .schedule = schedule.data,
        .terminal.rows = unusual ? scenario->terminal_rows : 0,
        .terminal.columns = unusual ? scenario->terminal_columns : 0,
        .notes = notes,
        .note_count = note_count,
    };
    for (size_t i = 0; i < d->options->sink_count; i++) {
        const struct trace_sink *sink = &d->options->sinks[i];
        if (sink->begin != NULL && !sink->begin(sink->self, &header)) {
            d->result->sink_stopped = true;
            end_run(d, RUN_FAILED);
        }
    }
    tell_plain(d, d->root, EVENT_START);
    timeline_begin(d);
    live_begin(d);
    if (d->options->clock == CLOCK_KIND_REAL)
        not_deterministic(d, NULL, "the clock is real");
    if (d->options->schedule.policy == SCHEDULE_FREE)
        not_deterministic(d, NULL, "the schedule is free: the kernel decided the order");
    return launch_begin(d);
}

bool director_perform(const struct scenario *scenario, const struct perform_options *options,
                      struct perform_result *result, struct error *error)
{
    *result = (struct perform_result){.end = RUN_COMPLETED, .deterministic = true};
    struct director *d = xcalloc(1, sizeof *d);
    d->scenario = scenario;
    d->options = options;
    d->result = result;
    d->error = error;
    d->lifeline = d->launch_socket = d->ipc_namespace = d->terminal = d->terminal_slave = -1;
    for (int i = 0; i < 3; i++)
        d->pipes[i] = d->files[i] = -1;
    seed_random(d);
    filestat_begin(d);
    d->real_start_ns = machine_now(CLOCK_MONOTONIC);
    struct rlimit descriptors;
    raise_descriptor_limit(&descriptors);
    pin(d);
    struct runner_signals signals;
    watch_signals(&signals, options->live);

    bool performed = begin(d);
    if (performed) {
        if (d->holds_counter)
            counter_leave();
        run_loop(d);
        counter_take_back();
    }
    clock_now(d);
    kill_everybody(d);
    unwatch_signals(&signals);
    if (d->pinned)
        sched_setaffinity(0, sizeof d->affinity, &d->affinity);
    setrlimit(RLIMIT_NOFILE, &descriptors);
    if (d->refused)
        performed = false;
    result->duration_us = d->now_ns / NS_PER_US;
    if (!performed)
        result->end = RUN_FAILED;
    release(d);
    free(d);
    return performed;
}

void perform_result_release(struct perform_result *result)
{
    for (size_t i = 0; i < result->reason_count; i++)
        free(result->reasons[i]);
    free(result->reasons);
    *result = (struct perform_result){0};
}
