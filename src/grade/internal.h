/* Between the files of grade/. */
#ifndef PROCENARIO_GRADE_INTERNAL_H
#define PROCENARIO_GRADE_INTERNAL_H

#include "grade/grade.h"
#include "history/history.h"
#include "judge/judge.h"
#include "sandbox/sandbox.h"

/* ---- run.c: one run in the sandbox, judged ---- */

struct seen_run {
    struct judge *judge;
    struct trace_footer footer; /* with the verdicts; its texts are the reader's */
    struct history *history;    /* NULL: more happened than is worth keeping */
    char *ended;                /* when it did not complete: how it ended, in words */
    struct trace_reader *reader;
};
/* Performs and judges; `trace_fd` is a file in memory that is used again and again. */
bool run_see(struct seen_run *run, struct sandbox *sandbox, const struct sandbox_run *what,
             int trace_fd, struct error *error);
void run_release(struct seen_run *run);

/* ---- points.c ---- */

/* What each expectation and the scenario as a whole can bring. */
void points_plan(const struct assigned *assigned, struct scenario_result *scenario);
/* What they bring, from what holds. `complete`: every run ended by itself. */
void points_give(const struct assigned *assigned, struct scenario_result *scenario, bool complete);

/* ---- moment.c: the moment in words ---- */

/* "5.000 s", and microseconds where there are some. */
void tell_time(int64_t us, struct buf *out);
/* A name in backquotes. */
void tell_name(const char *name, struct buf *out);
/* What happened in the event, as a clause: "`child` was killed by SIGKILL". */
void tell_event(const struct history *history, uint32_t index, struct buf *out);
/* When it happened, what, and what came of it: "at 5.000 s `child` was killed …". */
void tell_moment(const struct history *history, uint32_t index, struct buf *out);
/* The moments that the evidence of a verdict points to; nothing when there are none. */
void tell_evidence(const struct history *history, const struct verdict *verdict, struct buf *out);

/* ---- stuck.c: what everybody waits for, who crashed ---- */

/* Of a run that was cut off: a sentence for each process that had not ended. */
void tell_waiting(const struct history *history, struct arena *arena, struct texts *out);
/* A sentence for each process that was killed by a mistake of its own, which the scenario does not
 * expect of it. */
void tell_crashes(const struct history *history, const struct scenario *scenario,
                  struct arena *arena, struct texts *out);

/* ---- replay.c ---- */

/* Appends a word as a shell takes it. */
void add_shell_word(struct buf *out, const char *word);
/* The command that performs the scenario again under the schedule. */
void tell_replay(const struct assigned *assigned, const char *schedule, struct buf *out);

/* Text of any bytes, made safe to be shown in one line and kept in the arena. */
const char *keep_visible(struct arena *arena, const char *text);
/* The same with its lines. */
const char *keep_printable(struct arena *arena, const char *text, size_t length);

#endif
