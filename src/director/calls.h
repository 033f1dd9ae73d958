/*
 * The families of traced system calls: each file call_*.c has a table of rows, joined by calls.c.
 *
 * To trace one more call: add its row to the family it belongs to. The seccomp filter is built from
 * the rows; a number that stands twice is told at the first run.
 */
#ifndef PROCENARIO_DIRECTOR_CALLS_H
#define PROCENARIO_DIRECTOR_CALLS_H

#include "director/internal.h"

extern const struct call_row calls_actor[], calls_exec[], calls_file[], calls_fork[], calls_futex[],
    calls_io[], calls_lock[], calls_mq[], calls_open[], calls_poll[], calls_session[],
    calls_signal[], calls_sleep[], calls_stat[], calls_sysv[], calls_time[], calls_timer[],
    calls_wait[];
extern const size_t calls_actor_count, calls_exec_count, calls_file_count, calls_fork_count,
    calls_futex_count, calls_io_count, calls_lock_count, calls_mq_count, calls_open_count,
    calls_poll_count, calls_session_count, calls_signal_count, calls_sleep_count, calls_stat_count,
    calls_sysv_count, calls_time_count, calls_timer_count, calls_wait_count;

/* A name in the directory of `path`, as it is seen from here, was made or removed. Cuts the path.
 */
void directory_changed(struct director *d, char *path, int64_t moment);

/* The process a pidfd of the task's refers to, or NULL. */
struct process *process_of_pidfd(struct director *d, struct task *task, int fd);

/* The process of a thread that the asker may name by its id, or NULL. */
struct process *process_of_tid(struct director *d, struct task *asker, pid_t ns_tid);

/* For calls of which leave() changes what the kernel tells; with a real clock it tells the truth.
 */
enum verdict_of_call enter_told_otherwise(struct director *d, struct task *task);

/* Reads a struct timespec (or, with `micro`, a struct timeval) as nanoseconds. False: unreadable.
 */
bool read_time(struct task *task, uint64_t address, bool micro, int64_t *ns);
bool write_time(struct task *task, uint64_t address, bool micro, int64_t ns);
/* Whose processor time a clock of clock_gettime(2) shows; NULL: it is no such clock. */
struct process *cpu_clock_owner(struct director *d, struct task *task, int clock);
/* What a clock of clock_gettime(2) shows at scenario time `now_ns`. False: a clock that is not
 * ours. */
bool clock_shows(struct director *d, struct task *task, int clock, int64_t *ns);
/* Overwrites, in a struct rusage that the kernel has filled in, what would differ from run to run:
 * the processor time is what was charged, and what the machine did for the process is not told. */
void write_usage(struct task *task, uint64_t address, int64_t processor_ns);
/* prctl(2) about the processor's counter of time: what the task asked for is kept, not done. */
enum verdict_of_call enter_counter_option(struct director *d, struct task *task);
/* Scenario time at which an absolute time of that clock comes. */
int64_t clock_to_scenario(struct director *d, int clock, int64_t absolute_ns);

#endif
