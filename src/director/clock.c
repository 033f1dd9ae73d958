/*
 * The scenario clock: what time it is, who is waiting for which time, and what looking at the clock
 * costs. Virtual time moves only when nobody can go on (loop.c), when a process computes for long,
 * and when one polls in a loop. Who polls or computes uses the processor, so its processor time
 * moves along; how fast the machine is does not matter for either.
 */
#include "director/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Looks in a row that cost nothing, and after how many more the price doubles. Reading the clock is
 * common (starting Python takes some hundred readings), asking in vain is not. */
#define FREE_POLLS 50
#define POLLS_PER_DOUBLING 10
#define MODEST_DOUBLINGS 7 /* for who does something else in between: 128 us each */
#define FREE_CLOCK_READS 10000
#define CLOCK_READS_PER_DOUBLING 1000
#define FREE_LOOKS 1000
#define LOOKS_PER_DOUBLING 100
#define LARGEST_POLL_CHARGE (10 * NS_PER_MS)

int64_t machine_now(clockid_t clock)
{
    struct timespec now = {0, 0};
    syscall(SYS_clock_gettime, clock, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_now(struct director *d)
{
    if (d->options->clock == CLOCK_KIND_REAL)
        d->now_ns = machine_now(CLOCK_MONOTONIC) - d->real_start_ns;
    return d->now_ns;
}

static bool earlier(const struct deadline *a, const struct deadline *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->sequence < b->sequence;
}

void deadline_add(struct director *d, int64_t at_ns, enum deadline_kind kind, uint64_t owner,
                  uint32_t generation)
{
    if (d->deadline_count == d->deadline_capacity) {
        d->deadline_capacity = d->deadline_capacity == 0 ? 64 : d->deadline_capacity * 2;
        d->deadlines = xreallocarray(d->deadlines, d->deadline_capacity, sizeof *d->deadlines);
    }
    struct deadline added = {at_ns, d->deadline_sequence++, kind, generation, owner};
    size_t i = d->deadline_count++;
    while (i > 0 && earlier(&added, &d->deadlines[(i - 1) / 2])) {
        d->deadlines[i] = d->deadlines[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    d->deadlines[i] = added;
}

static void deadline_pop(struct director *d)
{
    struct deadline last = d->deadlines[--d->deadline_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= d->deadline_count)
            break;
        if (child + 1 < d->deadline_count &&
            earlier(&d->deadlines[child + 1], &d->deadlines[child]))
            child++;
        if (!earlier(&d->deadlines[child], &last))
            break;
        d->deadlines[i] = d->deadlines[child];
        i = child;
    }
    d->deadlines[i] = last;
}

static struct process *process_by_id(struct director *d, uint64_t id)
{
    for (struct process *p = d->first_process; p != NULL; p = p->next_all)
        if (p->id == id)
            return p;
    return NULL;
}

static bool still_meant(struct director *d, const struct deadline *deadline)
{
    switch (deadline->kind) {
    case DEADLINE_TASK: {
        struct task *task = task_find(d, (pid_t)deadline->owner);
        return task != NULL && task->deadline_generation == deadline->generation &&
               task->deadline_ns == deadline->at_ns;
    }
    case DEADLINE_ITIMER: {
        struct process *process = process_by_id(d, deadline->owner);
        return process != NULL && process->itimer_generation == deadline->generation;
    }
    case DEADLINE_POSIX_TIMER:
        return posix_timer_find(d, deadline->owner, deadline->generation, NULL) != NULL;
    case DEADLINE_TIMERFD:
        return timerfd_is_armed(d, deadline->owner, deadline->generation);
    case DEADLINE_TIMELINE:
        return true;
    }
    return false;
}

int64_t deadline_next(struct director *d)
{
    while (d->deadline_count > 0) {
        if (still_meant(d, &d->deadlines[0]))
            return d->deadlines[0].at_ns;
        deadline_pop(d);
    }
    return INT64_MAX;
}

static void happen(struct director *d, const struct deadline *deadline)
{
    switch (deadline->kind) {
    case DEADLINE_TASK: {
        struct task *task = task_find(d, (pid_t)deadline->owner);
        task->released = RELEASE_DEADLINE;
        if (task->state == TASK_BLOCKED)
            wake_blocked(d, task);
        else
            recheck(d, task);
        break;
    }
    case DEADLINE_ITIMER:
        itimer_expired(d, process_by_id(d, deadline->owner));
        break;
    case DEADLINE_POSIX_TIMER:
        posix_timer_expired(d, deadline->owner, deadline->generation);
        break;
    case DEADLINE_TIMERFD:
        timerfd_expired(d, deadline->owner);
        break;
    case DEADLINE_TIMELINE:
        timeline_time(d, deadline->owner);
        break;
    }
}

void clock_advance(struct director *d, int64_t to_ns)
{
    if (d->options->clock == CLOCK_KIND_VIRTUAL && to_ns > d->now_ns)
        d->now_ns = to_ns;
    while (d->deadline_count > 0 && d->deadlines[0].at_ns <= d->now_ns) {
        struct deadline due = d->deadlines[0];
        deadline_pop(d);
        if (still_meant(d, &due))
            happen(d, &due);
    }
}

void task_deadline(struct director *d, struct task *task, int64_t at_ns)
{
    task->deadline_ns = at_ns;
    task->deadline_generation++;
    if (at_ns != INT64_MAX)
        deadline_add(d, at_ns, DEADLINE_TASK, (uint64_t)task->tid, task->deadline_generation);
}

void charge_processor(struct director *d, struct process *process, int64_t ns)
{
    process->charged_ns += ns;
    if (d->options->clock == CLOCK_KIND_VIRTUAL)
        cpu_timers_expire(d, process);
}

void charge(struct director *d, struct process *process, int64_t ns)
{
    if (d->options->clock != CLOCK_KIND_VIRTUAL || ns == 0)
        return;
    /* Never past what somebody is waiting for: that happens at its exact time. */
    int64_t until_next = deadline_next(d) - d->now_ns, until_own = cpu_timers_left(process);
    if (ns > until_next)
        ns = until_next > 0 ? until_next : 0;
    if (ns > until_own)
        ns = until_own;
    clock_advance(d, d->now_ns + ns);
    charge_processor(d, process, ns);
    if (d->now_ns > d->scenario->limits.time_ns && !d->ending) {
        d->now_ns = d->scenario->limits.time_ns;
        limit_exceeded(d, process, "time", "the scenario's time is over");
    }
}

static int64_t price(uint32_t in_a_row, uint32_t free_ones, uint32_t per_doubling)
{
    if (in_a_row <= free_ones)
        return 0;
    uint32_t doublings = (in_a_row - free_ones) / per_doubling;
    int64_t ns = doublings < 20 ? NS_PER_US << doublings : LARGEST_POLL_CHARGE;
    return ns < LARGEST_POLL_CHARGE ? ns : LARGEST_POLL_CHARGE;
}

void charge_poll(struct director *d, struct task *task)
{
    task->polls++;
    charge(d, task->process, price(task->polls, FREE_POLLS, POLLS_PER_DOUBLING));
}

void polls_less(struct task *task)
{
    const uint32_t most = FREE_POLLS + MODEST_DOUBLINGS * POLLS_PER_DOUBLING;
    if (task->polls > most)
        task->polls = most;
}

bool polls_for_long(const struct task *task)
{
    return task->polls > FREE_POLLS;
}

void charge_clock_read(struct director *d, struct task *task)
{
    task->clock_reads += 1 + readings_taken(task);
    charge(d, task->process, price(task->clock_reads, FREE_CLOCK_READS, CLOCK_READS_PER_DOUBLING));
    readings_grant(d, task, task->clock_reads + READINGS_GRANTED <= FREE_CLOCK_READS);
}

bool reads_clock_for_long(const struct task *task)
{
    return task->clock_reads >= FREE_CLOCK_READS;
}

bool charge_look(struct director *d, struct task *task, uint64_t what)
{
    const size_t count = ARRAY_SIZE(task->looked_at);
    bool again = false;
    for (size_t i = 0; i < count; i++)
        again |= task->looked_at[i] == what;
    if (!again) {
        task->looks = 0;
        memmove(&task->looked_at[1], &task->looked_at[0], (count - 1) * sizeof task->looked_at[0]);
        task->looked_at[0] = what;
        return false;
    }
    task->looks++;
    charge(d, task->process, price(task->looks, FREE_LOOKS, LOOKS_PER_DOUBLING));
    return task->looks > FREE_LOOKS;
}
