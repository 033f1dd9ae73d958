/*
 * Holds expectations against a run, event by event, as it is performed or read from a trace.
 *
 * The judge keeps what its expectations need and drops the rest: a process that was reaped and that
 * no expectation names costs no memory, so a long run needs no more than a short one.
 */
#ifndef PROCENARIO_JUDGE_JUDGE_H
#define PROCENARIO_JUDGE_JUDGE_H

#include "scenario/scenario.h"
#include "trace/trace.h"

struct judge;
/* The scenario is borrowed and must outlive the judge. */
struct judge *judge_new(const struct scenario *scenario);
struct trace_sink judge_sink(struct judge *judge);
/* Ends the judging: what is still open is decided as of the end. Verdicts stand in the order of the
 * expectations and live as long as the judge. */
const struct verdict *judge_end(struct judge *judge, enum run_end end, int64_t duration_us,
                                size_t *count);
void judge_free(struct judge *judge);

#endif
