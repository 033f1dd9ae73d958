/*
 * The latest events of a run in words, so that what a verdict calls evidence can be told again.
 */
#ifndef PROCENARIO_TRACE_MOMENTS_H
#define PROCENARIO_TRACE_MOMENTS_H

#include "trace/trace.h"

struct moments;
/* `more` stands where words are cut: "…". */
struct moments *moments_new(const char *more);
void moments_note(struct moments *moments, const struct event *event);
/* Forgets all: another run begins. */
void moments_clear(struct moments *moments);
/* Appends "5.000 s  parent reaps child (SIGKILL)". False: event `n` is forgotten, or never was. */
bool moments_tell(const struct moments *moments, uint64_t n, struct buf *out);
/* The event that ended the run before its time, in words; NULL: none did. */
const char *moments_ending(const struct moments *moments);
void moments_free(struct moments *moments);

/* It ends a run before its time: a limit, a deadlock, an interruption, a divergence. */
bool event_ends_run(const struct event *event);
/* Appends microseconds as "5.000 s". */
void moment_tell_time(int64_t us, struct buf *out);

#endif
