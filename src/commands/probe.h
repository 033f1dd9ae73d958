/*
 * What this host allows, found out by trying it: each probe does in a small way what the director
 * does in a run. Nothing that a probe starts is left when it returns.
 */
#ifndef PROCENARIO_COMMANDS_PROBE_H
#define PROCENARIO_COMMANDS_PROBE_H

#include "base/mem.h"

enum probe_status {
    PROBE_OK,
    PROBE_DEGRADED, /* runs can be performed, with less */
    PROBE_MISSING,  /* no run can be performed */
};

struct probe_answer {
    enum probe_status status;
    struct buf seen;   /* what was found, in words */
    struct buf remedy; /* not OK: what mends it, one way a line; may be empty */
};

struct probe {
    const char *name;
    /* Fills in an answer that is OK and empty beforehand. */
    void (*look)(struct probe_answer *answer);
    const char *without; /* what is different where the probe does not say ok */
};
/* Ended by a probe without a name. */
extern const struct probe probes[];

#endif
