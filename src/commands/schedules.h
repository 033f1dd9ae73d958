/*
 * A scenario performed under all its schedules: the first is shown as it happens, the others are
 * only judged, and what is reported holds in all of them.
 */
#ifndef PROCENARIO_COMMANDS_SCHEDULES_H
#define PROCENARIO_COMMANDS_SCHEDULES_H

#include "commands/performance.h"

/* Performs, judges, traces and reports the scenario; errors are told on stderr. Returns an
 * exit_status. */
int perform_scenario(const struct stage *stage, const struct scenario *scenario);

/* The n-th of the schedules that a scenario is performed under, and how many there are: its own or
 * the command line's. */
struct schedule_spec effective_schedule(const struct run_settings *settings,
                                        const struct scenario *scenario, unsigned n);
unsigned effective_schedules(const struct run_settings *settings, const struct scenario *scenario);

#endif
