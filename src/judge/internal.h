/*
 * Between the files of judge/: one check an expectation, and the words that they share.
 *
 * A check is an automaton: it sees each event once, keeps what it needs, and at its end says in
 * words what it found. Families of checks are joined by the table in judge.c.
 */
#ifndef PROCENARIO_JUDGE_INTERNAL_H
#define PROCENARIO_JUDGE_INTERNAL_H

#include "judge/judge.h"
#include "trace/world.h"

#define MOST_EVIDENCE 8
#define MOST_NAMES 10
#define LONGEST_EXCERPT 160 /* of output that is quoted */

/* "no process called 'chld' has lived (there were child, parent and 3 more)", the nearest first */
void world_tell_unknown(const struct world *world, const char *name, struct buf *out);

/* The first few of many names or sentences, and how many there were. */
struct few {
    char *items[MOST_EVIDENCE];
    uint64_t count;
};
void few_add(struct few *few, const char *text);
void few_release(struct few *few);
/* "a, b and 3 more"; `between` as in ", ". */
void few_tell(const struct few *few, const char *between, struct buf *out);

/* What a check found. */
struct finding {
    bool holds;
    bool breakable;      /* it holds so far, but a run that went on could still break it */
    struct buf expected; /* in words */
    struct buf seen;
};

struct check {
    const struct expectation *expectation;
    const struct family *family;
    const struct world *world;
    const struct scenario *scenario;
    void *state;
    uint64_t evidence[MOST_EVIDENCE];
    size_t evidence_count;
    bool closed;
    struct finding finding;
};
void check_evidence(struct check *check, uint64_t n);

struct family {
    uint64_t kinds; /* bits 1 << event_kind: the events that matter */
    size_t size;    /* of the state, which begins zeroed */
    void (*open)(struct check *check);
    /* The world is as it was before the event. */
    void (*event)(struct check *check, const struct event *event);
    /* `ended`: the run is over, `now_us` of the world is its duration. */
    void (*close)(struct check *check, bool ended);
    void (*release)(struct check *check);
};
#define KIND(kind) (UINT64_C(1) << (kind))
#define BIRTHS (KIND(EVENT_START) | KIND(EVENT_FORK))

extern const struct family judge_forks, judge_tree, judge_output, judge_exit, judge_state,
    judge_reaped, judge_zombies, judge_orphans, judge_signals, judge_duration, judge_before,
    judge_never;

/* "status 3" or "SIGKILL" */
void tell_fate(bool by_signal, int value, struct buf *out);
/* "running", "a zombie" */
const char *state_in_words(enum process_state state);
/* "a zombie from 5s on" */
void tell_state(const struct life *life, struct buf *out);
/* The expectation's own instant, after " at ", " by " or ", until "; nothing when it has none. */
void tell_at(const struct check *check, const char *before, struct buf *out);
/* Microseconds as a duration. */
void tell_us(int64_t us, struct buf *out);
/* A name in quotes, made visible. */
void tell_quoted(const char *text, size_t length, struct buf *out);

#endif
