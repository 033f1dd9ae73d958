/*
 * One scenario performed with all that listens to it: the judge, the report, the trace, and, when
 * it is performed twice, the comparison.
 */
#ifndef PROCENARIO_COMMANDS_PERFORMANCE_H
#define PROCENARIO_COMMANDS_PERFORMANCE_H

#include "commands/run_settings.h"

/* What lasts from the first scenario to the last. */
struct stage {
    const struct run_settings *settings;
    FILE *out;    /* where the report goes */
    void *report; /* the format's state */
    int trace_fd; /* -1: no trace is written */
};

/* Performs, judges, traces and reports the scenario; errors are told on stderr. Returns an
 * exit_status. */
int perform_scenario(const struct stage *stage, const struct scenario *scenario);

/* The clock and the schedule that a scenario is performed with: its own or the command line's. */
enum clock_kind effective_clock(const struct run_settings *settings,
                                const struct scenario *scenario);
const struct schedule_spec *effective_schedule(const struct run_settings *settings,
                                               const struct scenario *scenario);

#endif
