/* One table of all traced calls, joined from the families. */
#include "director/calls.h"

#include <stdlib.h>

#define MAX_CALLS 256
#define DIRECT 512 /* numbers below are looked up directly */

static const struct call_row *direct[DIRECT];
static const struct call_row *actor_call;
static long numbers[MAX_CALLS];
static size_t number_count;

static void join(const struct call_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        long number = rows[i].number;
        if (number_count >= MAX_CALLS)
            BUG("too many traced calls");
        if (number == ACTOR_CALL)
            actor_call = &rows[i];
        else if (number < 0 || number >= DIRECT || direct[number] != NULL)
            BUG("the traced call %s (%ld) stands twice or is out of range", rows[i].name, number);
        else
            direct[number] = &rows[i];
        if (!rows[i].filtered_by_argument)
            numbers[number_count++] = number;
    }
}

static int by_number(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static void join_all(void)
{
    if (number_count > 0)
        return;
    join(calls_actor, calls_actor_count);
    join(calls_exec, calls_exec_count);
    join(calls_file, calls_file_count);
    join(calls_fork, calls_fork_count);
    join(calls_futex, calls_futex_count);
    join(calls_io, calls_io_count);
    join(calls_lock, calls_lock_count);
    join(calls_mq, calls_mq_count);
    join(calls_open, calls_open_count);
    join(calls_poll, calls_poll_count);
    join(calls_session, calls_session_count);
    join(calls_signal, calls_signal_count);
    join(calls_sleep, calls_sleep_count);
    join(calls_stat, calls_stat_count);
    join(calls_sysv, calls_sysv_count);
    join(calls_time, calls_time_count);
    join(calls_timer, calls_timer_count);
    join(calls_wait, calls_wait_count);
    qsort(numbers, number_count, sizeof numbers[0], by_number);
}

enum verdict_of_call enter_told_otherwise(struct director *d, struct task *task)
{
    (void)task;
    return d->options->clock == CLOCK_KIND_REAL ? CALL_GO : CALL_GO_LEAVE;
}

const struct call_row *call_find(long number)
{
    join_all();
    if (number >= 0 && number < DIRECT)
        return direct[number];
    return number == ACTOR_CALL ? actor_call : NULL;
}

size_t call_numbers(const long **out)
{
    join_all();
    *out = numbers;
    return number_count;
}
