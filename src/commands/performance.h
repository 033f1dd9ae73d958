/*
 * One performance of a scenario with all that listens to it: the judge, the report or the memory of
 * its moments, the trace, and, when it is performed twice, the comparison.
 */
#ifndef PROCENARIO_COMMANDS_PERFORMANCE_H
#define PROCENARIO_COMMANDS_PERFORMANCE_H

#include "commands/run_settings.h"
#include "trace/moments.h"

/* What lasts from the first scenario to the last. */
struct stage {
    const struct run_settings *settings;
    FILE *out;    /* where the report goes */
    void *report; /* the format's state */
    int trace_fd; /* -1: no trace is written */
};

struct performance {
    const struct stage *stage;
    const struct scenario *scenario;
    struct schedule_spec schedule;
    struct moments *moments; /* NULL: the report is told; else it hears nothing, and they note */
    int trace_fd;            /* where the trace goes; -1: nowhere */
    /* Afterwards: */
    struct trace_footer footer; /* how it ended; until performance_release */
    bool report_wrong;          /* the report could not be written */
    struct error error;         /* footer.end is RUN_FAILED: why; printed already */
    struct performing *own;
};

/* Performs, judges and traces; errors are told on stderr. Release in any case. */
void perform_once(struct performance *performance);
void performance_release(struct performance *performance);

/* The clock that a scenario is performed with: its own or the command line's. */
enum clock_kind effective_clock(const struct run_settings *settings,
                                const struct scenario *scenario);

#endif
