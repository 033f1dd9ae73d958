/*
 * Performs a scenario with real processes: starts the root, holds the whole tree by ptrace, decides
 * what time it is, whose turn it is and what fails, and hands every event to the sinks.
 *
 * Opaque to the rest; see docs/architecture.md for how it works inside.
 */
#ifndef PROCENARIO_DIRECTOR_DIRECTOR_H
#define PROCENARIO_DIRECTOR_DIRECTOR_H

#include "scenario/scenario.h"
#include "trace/trace.h"

struct sock_fprog;

/*
 * What programs that nobody trusts are held to, beside the scenario's limits: set for the root
 * process before it begins, so that all others inherit it. It also asks for more of the host:
 * without namespaces of its own such a run is refused, where others are performed with a note.
 */
struct confinement {
    const struct sock_fprog *filter; /* seccomp: calls that are refused */
    uint64_t file_size;              /* bytes of one file (RLIMIT_FSIZE) */
    uint64_t files;                  /* open files of one process (RLIMIT_NOFILE) */
    uint64_t events;                 /* in the trace: somebody has to keep them */
};

struct perform_options {
    enum clock_kind clock;         /* the scenario's, or what --clock says */
    struct schedule_spec schedule; /* likewise */
    const struct trace_sink *sinks;
    size_t sink_count;
    /* Somebody takes part: ^C, ^Z and ^\ at the runner are pressed at the program's terminal (the
     * second ^C kills all that is left of the run), what is read from `live_input` is typed there
     * when somebody waits for input, and signals from other processes of the host are told. */
    bool live;
    int live_input; /* -1: none */
    /* Under turn-taking all stays on one processor: the n-th of those that we may use, from 1; 0:
     * the one we are on. For who performs several runs side by side. */
    unsigned processor;
    const struct confinement *confinement; /* NULL: programs may what the caller may */
};

struct perform_result {
    enum run_end end;
    int64_t duration_us;
    bool deterministic;
    char **reasons; /* owned by the result */
    size_t reason_count;
    bool sink_stopped; /* a sink asked for the end (closed pipe, full disk) */
};

/*
 * Performs the scenario. True: it was performed (see result->end, which may still be a limit or a
 * deadlock). False: the host refused; `error` says what and the remedy; no event may have been
 * handed out, or the last is what happened before. Whatever happens, no process is left. Must be
 * called from the main thread, with no other children of the caller alive. SIGINT, SIGTERM and
 * SIGHUP end the run in good order (RUN_INTERRUPTED) and stay noted in director_interrupted().
 */
bool director_perform(const struct scenario *scenario, const struct perform_options *options,
                      struct perform_result *result, struct error *error);
void perform_result_release(struct perform_result *result);
/* The signal that asked the runner to stop, or 0. Stays set: further scenarios are not begun. */
int director_interrupted(void);
/* Is /proc there, and of the caller's own pid namespace (proc(5), NSpid)? Else what it says of a
 * number is about another process. */
bool proc_is_ours(void);

#endif
