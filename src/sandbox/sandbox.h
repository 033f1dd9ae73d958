/*
 * A place in which programs that nobody trusts are performed: one sandbox for a submission, in
 * which all of its runs follow one another. It sees the submission's files, the system's read-only,
 * and a /tmp of its own; not the scenario, the results, other submissions, other processes or a
 * network.
 *
 *     here ── SOCK_SEQPACKET ── bwrap … -- /run/procenario stage ── director ── the programs
 *
 * Inside is our own runner, the stage (stage.h), which nobody inside can reach: the director makes
 * user, pid and mount namespaces of their own for each run. What comes back is the trace alone.
 */
#ifndef PROCENARIO_SANDBOX_SANDBOX_H
#define PROCENARIO_SANDBOX_SANDBOX_H

#include <signal.h>

#include "base/error.h"
#include "scenario/scenario.h"

struct sandbox_options {
    bool unsafe;        /* without bubblewrap: programs have the caller's rights */
    uint64_t disk;      /* bytes that /work, /tmp and /dev/shm may each hold */
    uint64_t files;     /* files and folders, likewise */
    unsigned processor; /* as in perform_options; 0: any */
    /* How long it may take, besides the run itself, until it is taken for dead and ended; 0: 30 s
     */
    uint64_t margin_ms;
    /* Set by the caller's signal handler: whatever is waited for is given up (error code EINTR).
     * NULL: signals do not matter. */
    const volatile sig_atomic_t *interrupted;
};

struct sandbox;

/*
 * Opens one and unpacks the submission there. `files_fd` is a tar archive made by intake
 * (intake.h), borrowed; it may be shared with others. NULL: the host cannot, or the files do not
 * fit: `error` says why and the remedy, and nothing is left. The sandbox ends with the caller,
 * however that ends.
 */
struct sandbox *sandbox_open(const struct sandbox_options *options, int files_fd,
                             struct error *error);

/* What to perform: a scenario, or a command. */
struct sandbox_run {
    /* The text of its source is sent, and which of its documents it is; directory is the
     * submission's. */
    const struct scenario *scenario;
    const struct param_override *overrides; /* with which it was loaded */
    size_t override_count;
    size_t document; /* index in the source */
    /* NULL-terminated: a build, with the real clock and the free schedule; what it writes is there
     * in all later runs, while what a scenario's programs write is gone with their run. */
    const char *const *command;
    const struct limits *limits;          /* of a command; NULL: limits_default */
    const struct schedule_spec *schedule; /* NULL: the scenario's */
};

/*
 * Performs it. True: `trace_fd` (a memfd or an unlinked file, borrowed, written from its beginning)
 * holds the trace, without verdicts. False: the host refused, or the sandbox no longer answers;
 * `error` says what. A sandbox that failed once is of no more use.
 */
bool sandbox_perform(struct sandbox *sandbox, const struct sandbox_run *run, int trace_fd,
                     struct error *error);

/* Ends it: no process and no file is left when this returns. NULL is fine. */
void sandbox_close(struct sandbox *sandbox);

/* Opens one for a moment. False: this host cannot, `error` says why and the remedy. */
bool sandbox_possible(struct error *error);

#endif
