/*
 * A whole run in memory: every event, and what pictures and pages need to know of each process:
 * from when to when it lived, in which states, who made it, ended it and reaped it.
 *
 * What can be told event by event (transcripts, reports) does not need this; what must be laid out
 * as a whole does.
 */
#ifndef PROCENARIO_HISTORY_HISTORY_H
#define PROCENARIO_HISTORY_HISTORY_H

#include "trace/trace.h"

#define NO_INDEX UINT32_MAX /* no such process, no such event */

/* A time in which a process was in one state. Events are counted from 0: events[i].n is i + 1. */
struct stretch {
    enum process_state state;
    uint32_t from,
        to; /* events that began and ended it; `to` is NO_INDEX: until the end of the run */
    int64_t from_us, to_us;
};

struct chronicle { /* of one process; in order of birth */
    const char *name;
    uint32_t parent;          /* who forked it; NO_INDEX: the root */
    uint32_t depth;           /* the root's is 0 */
    uint32_t born;            /* its start or its parent's fork */
    uint32_t died;            /* its exit; NO_INDEX: it outlived the run */
    uint32_t reaped;          /* the reap that took it away; NO_INDEX: nobody did */
    uint32_t reaper;          /* a process; NO_INDEX: nobody, or one outside the run (init) */
    uint32_t adopted;         /* the adoption that made it an orphan; NO_INDEX: never */
    uint32_t execed;          /* its last successful exec; NO_INDEX: it never did */
    int64_t born_us, gone_us; /* until it was reaped, or the run's end */
    uint32_t *children;
    uint32_t child_count;
    uint32_t *events; /* those that it did or that befell it (events[i].process is its name) */
    uint32_t event_count;
    struct stretch *stretches; /* without gaps, from birth until reaped */
    uint32_t stretch_count;
};

struct happening { /* one event, and whom it is about as indices */
    struct event event;
    uint32_t process; /* NO_INDEX: timeline, init, director */
    uint32_t other;   /* child or to; NO_INDEX: none, or nobody of the run */
};

struct history {
    struct trace_header header;
    struct trace_footer footer;
    struct happening *events;
    uint32_t event_count;
    struct chronicle *processes; /* the root is the first */
    uint32_t process_count;
    struct arena arena; /* all texts and arrays */
};

struct historian;
struct historian *historian_new(void);
struct trace_sink historian_sink(struct historian *historian);
/* The history, complete; the footer is copied. Frees the historian. */
struct history *historian_end(struct historian *historian, const struct trace_footer *footer);
void historian_free(struct historian *historian); /* without taking the history; NULL is fine */
void history_free(struct history *history);
/* Hands header and events to a sink, as they came. False: the sink asked for the end. */
bool history_tell(const struct history *history, struct trace_sink sink);

/* The process of that name, or NO_INDEX. Of several, the latest. */
uint32_t history_find(const struct history *history, const char *name);
/* The state of a process after event `index` (NO_INDEX: at the end); STATE_REAPED before its birth,
 * too. */
enum process_state history_state(const struct history *history, uint32_t process, uint32_t index);

#endif
