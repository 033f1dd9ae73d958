/*
 * The processes of a run as its events tell of them: who lives, and in which state. Kept from birth
 * until reaping, so that a long run needs no more memory than a short one. What changes a state is
 * said in docs/trace.md.
 */
#ifndef PROCENARIO_TRACE_WORLD_H
#define PROCENARIO_TRACE_WORLD_H

#include "trace/trace.h"

#define MOST_NAMES_KEPT 64

/* A process from its birth until it is reaped. */
struct life {
    char *name;
    enum process_state state;
    enum process_state before_stop;
    int64_t start_us;
    uint64_t since;             /* number of the event that brought the state */
    int64_t since_us;           /* and when it came */
    struct life *older, *newer; /* in order of birth */
    struct life *next;          /* in its hash bucket */
};

/* Zero-initialise; ends with world_release. */
struct world {
    struct life *oldest, *newest;
    struct life **buckets;
    size_t bucket_count, count;
    char *root;                   /* NULL before the start */
    char *names[MOST_NAMES_KEPT]; /* the first that lived, for messages */
    uint64_t births;              /* how many have lived so far */
    int64_t now_us;
};
void world_release(struct world *world);
struct life *world_find(const struct world *world, const char *name);
/* Takes the event into account; what it ends is gone afterwards. */
void world_apply(struct world *world, const struct event *event);
/* The event's newborn (of a start or a fork that succeeded), or NULL. */
const char *event_newborn(const struct event *event);

#endif
