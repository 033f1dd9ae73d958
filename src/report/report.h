/*
 * What a person or a program reads about runs: one file a format, joined by the table in report.c.
 *
 * A report gets, for each scenario: begin, the header, every event, the outcome; and end once.
 */
#ifndef PROCENARIO_REPORT_REPORT_H
#define PROCENARIO_REPORT_REPORT_H

#include "scenario/scenario.h"
#include "trace/trace.h"

struct report_options {
    FILE *out;
    bool color;
    bool quiet; /* text: only what does not hold */
};

struct run_outcome {
    const struct scenario *scenario;
    struct trace_footer footer;
    const struct error *error; /* RUN_FAILED: why; the scenario could not be performed */
    unsigned schedules;        /* under so many it was performed; the first was shown */
    /* When it was another than the first that ended as the footer says: its schedule, and how in
     * words (NULL: nothing to add). Else NULL. */
    const char *ended_under, *ending;
    const char *replay; /* what follows the schedule on the command line that repeats a run */
};

struct report;
struct report_format {
    const char *name;
    const char *summary;
    void *(*open)(const struct report_options *options); /* the format's own state */
    bool (*begin)(void *state, const struct scenario *scenario, const struct trace_header *header);
    bool (*event)(void *state, const struct event *event);
    bool (*outcome)(void *state, const struct run_outcome *outcome);
    bool (*end)(void *state); /* closes the document; false: write error */
    void (*free)(void *state);
};
extern const struct report_format
    *const report_formats[]; /* NULL-terminated: text json tap junit */
const struct report_format *report_format_find(const char *name);

#endif
