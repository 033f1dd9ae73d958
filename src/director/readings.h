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
struct task;

/* A program gets so many at a time. Starting Python takes some 380; few enough, so that who waits
 * in a loop soon asks. */
#define READINGS_GRANTED 100

/* Those of a process. */
struct readings {
    uint64_t address; /* of its struct vdso_clock; 0: it has none, and asks each time */
    int64_t told_ns;  /* the time that stands there */
    int64_t granted;
    int64_t left_seen; /* while it runs */
};

/* The program image, which is stopped and has our vDSO, finds the time at `address`. */
void readings_begin(struct director *d, struct task *task, uint64_t address);
/* How many of those granted it has taken. */
uint32_t readings_taken(struct task *task);
/* Grants some anew, or none, so that it asks each time. */
void readings_grant(struct director *d, struct task *task, bool some);
/* It goes on: the time may have moved. */
void readings_refresh(struct director *d, struct task *task);
/* From here on it has none, until it execs. */
void readings_end(struct director *d, struct task *task);
/* It runs: has it taken some since this was asked last? */
bool readings_go_on(struct task *task);

#endif
