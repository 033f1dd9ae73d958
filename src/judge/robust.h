/*
 * Verdicts over several performances of one scenario, each under a schedule of its own: an
 * expectation holds only if it holds in all, and what is said of one that does not is what was seen
 * in the first performance that broke it.
 */
#ifndef PROCENARIO_JUDGE_ROBUST_H
#define PROCENARIO_JUDGE_ROBUST_H

#include "trace/moments.h"
#include "trace/trace.h"

struct robust;
struct robust *robust_new(void);
/* One performance more, in the order of the schedules; all is copied. `schedule` is how it is
 * called
 * ("random:7"), `moments` its events; both NULL for the first, which its listeners have seen. True:
 * it broke what had held, or ended as none before. */
bool robust_add(struct robust *robust, const char *schedule, const struct trace_footer *footer,
                const struct moments *moments);
/* Nothing holds any more, and a run was cut off: a further performance could change nothing. */
bool robust_settled(const struct robust *robust);
/* How all of them together ended. Owned by `robust`. */
const struct trace_footer *robust_footer(const struct robust *robust);
/* The schedule under which it ended as the footer says, and how in words; NULL: the first one. */
const char *robust_ended_under(const struct robust *robust);
const char *robust_ending(const struct robust *robust);
void robust_free(struct robust *robust);

#endif
