/* Between the files of report/. */
#ifndef PROCENARIO_REPORT_INTERNAL_H
#define PROCENARIO_REPORT_INTERNAL_H

#include "base/mem.h"
#include "report/report.h"

extern const struct report_format report_text, report_json, report_tap, report_junit;

/* "cut off by a limit" */
const char *ending_in_words(enum run_end end);
/* Remembers the event, in words, when it is one that ends a run. */
void ending_note(struct buf *ending, const struct event *event);
/* How the run ended, as exactly as is known. */
void ending_tell(const struct buf *ending, const struct run_outcome *outcome, struct buf *out);
/* The command line that repeats the run under that schedule. */
void replay_tell(const struct run_outcome *outcome, const char *schedule, struct buf *out);
size_t verdicts_holding(const struct trace_footer *footer);
/* False: write error. */
bool report_write(FILE *out, const struct buf *text);

#endif
