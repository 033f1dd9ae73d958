/*
 * Whether a scenario has the same outcome when it is performed again: keeps the events of the first
 * performance, as the lines of a trace, in a file without a name, and holds those of the second
 * against them.
 */
#ifndef PROCENARIO_COMMANDS_TWICE_H
#define PROCENARIO_COMMANDS_TWICE_H

#include "trace/trace.h"

struct twice;
/* NULL: no place to keep the events, see the error. */
struct twice *twice_new(struct error *error);
void twice_free(struct twice *twice);

/* Keeps events. */
struct trace_sink twice_first_sink(struct twice *twice);
/* Compares; asks for the end of the run at the first event that differs. The first performance must
 * be over: from the first event on, nothing more is kept. */
struct trace_sink twice_second_sink(struct twice *twice);

/* After the second performance: what differs, in words, or NULL when nothing does. `same_end` says
 * whether both ended in the same way after the same time. Owned by `twice`. */
const char *twice_difference(struct twice *twice, bool same_end);
/* An error of the place where the events are kept, or NULL. */
const struct error *twice_error(const struct twice *twice);

#endif
