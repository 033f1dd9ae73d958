/*
 * Readings of clocks that cost no stop. Programs that have our vDSO find the scenario's time in
 * their own memory, where it is written whenever they go on and it has moved.
 */
#ifndef PROCENARIO_DIRECTOR_READINGS_H
#define PROCENARIO_DIRECTOR_READINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "director/vdso.h"

struct director;
struct process;
struct task;

/* A program gets so many at a time. Starting Python takes some 380; few enough, so that who waits
 * in a loop soon asks. */
#define READINGS_GRANTED 100

/* Those of a program image: struct process has a pointer to them, NULL when it has none. Processes
 * in one memory (vfork) have them in common. */
struct readings;

/* The program image, which is stopped and has our vDSO, finds the time at `address`. */
void readings_begin(struct director *d, struct task *task, uint64_t address);
/* The child has the parent's memory, or a copy of it. */
void readings_inherit(struct process *child, const struct process *parent, bool shares_memory);
/* The process has no memory any more, or another image. */
void readings_leave(struct process *process);
/* Whoever runs in the task's memory asks each time from here on, until it execs. */
void readings_end(struct director *d, struct task *task);

/* How many of those granted were taken. */
uint32_t readings_taken(const struct task *task);
/* Grants some anew, or none, so that it asks each time. */
void readings_grant(struct director *d, struct task *task, bool some);
/* It goes on: the time may have moved. */
void readings_refresh(struct director *d, struct task *task);
/* It runs: has it taken some since this was asked last? */
bool readings_go_on(struct task *task);

#endif
