/*
 * Events, and the trace: the ordered events of one run, written and read as JSON.
 *
 * The event is this folder's word: the director makes them, the judge and the reports read them.
 * docs/trace.md and schema/trace.schema.json describe the same thing for readers of the file.
 */
#ifndef PROCENARIO_TRACE_TRACE_H
#define PROCENARIO_TRACE_TRACE_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/language.h"
#include "base/mem.h"

/* States as /proc and ps mean them, and `reaped` (gone). A process parked by the director has the
 * state that it would have without it. X(enumerator, word). */
#define PROCESS_STATES(X)                                                                          \
    X(STATE_RUNNING, "running")                                                                    \
    X(STATE_SLEEPING, "sleeping")                                                                  \
    X(STATE_STOPPED, "stopped")                                                                    \
    X(STATE_ZOMBIE, "zombie")                                                                      \
    X(STATE_REAPED, "reaped")
#define X(id, word) id,
enum process_state { PROCESS_STATES(X) };
#undef X
extern const char *const state_words[]; /* NULL-terminated, in the order of the enum */

/*
 * Event kinds: X(enumerator, word). What each carries besides n, t_us, process, event (fields of
 * struct event; optional ones in brackets):
 *   start                     the root process begins
 *   fork      child, [how], [error, fault]     how: "vfork" or "clone" when not a plain fork
 *   thread                    a thread was made (exact determinism ends here)
 *   exec      argv, [error, fault]
 *   output    stream, text    bytes as written: "text", or "base64" when not valid UTF-8
 *   kill      to or targets, signal, [group], [error, fault]; process "timeline": from outside
 *   signal    signal, action, [from]           a signal reached the process
 *   stop      signal          the process is stopped
 *   continue                  the process goes on
 *   block     on, [to, until_us]  the process sleeps from here on, until its next event
 *   wake                      it goes on, with nothing else to tell
 *   wait      [to], [error, fault]   a wait that reaped nothing: WNOHANG found none ready, or it
 * failed; or reported a stop/continue: child, action (stopped, continued) exit      status or
 * signal [core]          dead, and a zombie until reaped reap      child, status or signal, [auto]
 * auto: nobody waited, the kernel discarded the zombie adopt     child           process (init)
 * adopted an orphan alarm     after_us        a timer was set (0: cancelled) setsid a session of
 * its own setpgid   [to], group     group: the leader's name write     [error, fault, bytes] an
 * injected fault of a write that is not output read      [error, fault]  likewise say       text
 * commentary snapshot  table           the process table (a `ps` step or a timeline snapshot) type
 * text            process "timeline": typed at the terminal close     on              process
 * "timeline": "stdin" or "terminal" turn                      a turn was given that led to no other
 * event (carries `of`) note      text            something limits reproducibility from here on
 * limit on, text        a limit was exceeded: the run ends deadlock  text            everybody
 * waits for somebody: the run ends interrupt signal          the runner was told to stop: the run
 * ends diverge   text            a replayed or repeated run differs: the run ends
 */
#define EVENT_KINDS(X)                                                                             \
    X(EVENT_START, "start")                                                                        \
    X(EVENT_FORK, "fork")                                                                          \
    X(EVENT_THREAD, "thread")                                                                      \
    X(EVENT_EXEC, "exec")                                                                          \
    X(EVENT_OUTPUT, "output")                                                                      \
    X(EVENT_KILL, "kill")                                                                          \
    X(EVENT_SIGNAL, "signal")                                                                      \
    X(EVENT_STOP, "stop")                                                                          \
    X(EVENT_CONTINUE, "continue")                                                                  \
    X(EVENT_BLOCK, "block")                                                                        \
    X(EVENT_WAKE, "wake")                                                                          \
    X(EVENT_WAIT, "wait")                                                                          \
    X(EVENT_EXIT, "exit")                                                                          \
    X(EVENT_REAP, "reap")                                                                          \
    X(EVENT_ADOPT, "adopt")                                                                        \
    X(EVENT_ALARM, "alarm")                                                                        \
    X(EVENT_SETSID, "setsid")                                                                      \
    X(EVENT_SETPGID, "setpgid")                                                                    \
    X(EVENT_WRITE, "write")                                                                        \
    X(EVENT_READ, "read")                                                                          \
    X(EVENT_SAY, "say")                                                                            \
    X(EVENT_SNAPSHOT, "snapshot")                                                                  \
    X(EVENT_TYPE, "type")                                                                          \
    X(EVENT_CLOSE, "close")                                                                        \
    X(EVENT_TURN, "turn")                                                                          \
    X(EVENT_NOTE, "note")                                                                          \
    X(EVENT_LIMIT, "limit")                                                                        \
    X(EVENT_DEADLOCK, "deadlock")                                                                  \
    X(EVENT_INTERRUPT, "interrupt")                                                                \
    X(EVENT_DIVERGE, "diverge")
#define X(id, word) id,
enum event_kind { EVENT_KINDS(X) };
#undef X
extern const char *const event_words[]; /* NULL-terminated */

/* What a signal did (action). X(enumerator, word). */
#define SIGNAL_ACTIONS(X)                                                                          \
    X(ACTION_NONE, "")                                                                             \
    X(ACTION_CAUGHT, "caught")                                                                     \
    X(ACTION_IGNORED, "ignored")                                                                   \
    X(ACTION_TERMINATED, "terminated")                                                             \
    X(ACTION_STOPPED, "stopped")                                                                   \
    X(ACTION_CONTINUED, "continued")
#define X(id, word) id,
enum signal_action { SIGNAL_ACTIONS(X) };
#undef X
extern const char *const action_words[]; /* NULL-terminated */

struct table_row { /* one process of a snapshot */
    const char *process;
    const char *parent; /* "init" for orphans; "" for the root */
    enum process_state state;
    const char *command;
};

/* One event. Everything is borrowed: valid during the call that hands it over. Unset: NULL, 0,
 * false, or the value named. */
struct event {
    uint64_t n;   /* from 1, without gaps */
    int64_t t_us; /* scenario clock, microseconds since the start */
    const char *process;
    enum event_kind kind;
    unsigned of; /* > 1: this turn was chosen out of so many processes that could run */
    const char *child;
    const char *to;
    const char *const *targets; /* kill of a group: who was meant, in order of birth */
    size_t target_count;
    const char *group;
    const char *how;
    int signal; /* number */
    bool has_status;
    int status;
    bool core;      /* exit, reap: a core was dumped (or would have been) */
    bool automatic; /* reap: "auto" */
    int error;      /* errno of a failed call */
    bool fault;     /* the failure was injected */
    bool has_bytes;
    uint64_t bytes;
    int stream; /* output: 1 or 2 */
    const char *text;
    size_t text_length;
    const char *on; /* block: sleep, wait, pause, sigsuspend, read, write, poll, futex, lock, …;
                       limit: which; close: what */
    bool has_until;
    int64_t until_us;
    bool has_after;
    int64_t after_us;
    enum signal_action action;
    const char *from; /* signal: sender's name, "timeline", "timer", "terminal", "kernel" */
    const char *const *argv;
    size_t argc;
    const struct table_row *table;
    size_t table_count;
};

/* The size of a run's terminal. */
enum { USUAL_ROWS = 24, USUAL_COLUMNS = 80, MOST_ROWS = 1000, MOST_COLUMNS = 1000 };
struct terminal_size {
    unsigned rows, columns;
};

/* What stands before the events. */
struct trace_header {
    const char *scenario;          /* title */
    const char *clock;             /* "virtual" or "real" */
    const char *schedule;          /* "round-robin", "random:7", … */
    struct terminal_size terminal; /* 0 and 0: the usual one, or none */
    const char *const *notes;      /* what is not reproducible on this host, and why */
    size_t note_count;
};

/* What an expectation is about: the words that a program writes, or what it does. X(enumerator,
 * word). */
#define EXPECT_ABOUTS(X)                                                                           \
    X(ABOUT_BEHAVIOUR, "behaviour")                                                                \
    X(ABOUT_WORDING, "wording")
#define X(id, word) id,
enum expect_about { EXPECT_ABOUTS(X) };
#undef X
extern const char *const about_words[]; /* NULL-terminated */

static inline struct terminal_size trace_terminal(const struct trace_header *header)
{
    struct terminal_size usual = {USUAL_ROWS, USUAL_COLUMNS};
    return header->terminal.rows > 0 ? header->terminal : usual;
}

/* One expectation, judged. Owned by the judge. */
struct verdict {
    const char *name;
    bool holds;
    bool judged; /* false: the run ended before it could be judged (does not hold either) */
    bool has_points;
    double points; /* what holding is worth */
    bool hidden;
    enum expect_about about; /* in a trace that was read: not known, ABOUT_BEHAVIOUR */
    const char *hint;
    const char *expected;     /* in words */
    const char *seen;         /* in words; when it does not hold */
    const uint64_t *evidence; /* numbers of the events that show it */
    size_t evidence_count;
    /* Of several performances it was another than the first in which this was seen: under which
     * schedule ("random:7"), and the evidence in words (NULL where too long ago). Else NULL. */
    const char *schedule;
    const char *const *moments;
};

/* How the run ended. */
#define RUN_ENDS(X)                                                                                \
    X(RUN_COMPLETED, "completed")     /* every process is gone */                                  \
    X(RUN_LIMIT, "limit")             /* cut off by a limit */                                     \
    X(RUN_DEADLOCK, "deadlock")       /* nobody could ever go on */                                \
    X(RUN_INTERRUPTED, "interrupted") /* SIGINT, SIGTERM or SIGHUP to the runner */                \
    X(RUN_DIVERGED, "diverged")       /* replay or --twice differed */                             \
    X(RUN_FAILED, "failed")           /* the host refused in mid-run */
#define X(id, word) id,
enum run_end { RUN_ENDS(X) };
#undef X
extern const char *const run_end_words[];

/* What stands after the events: known only at the end, as the file is written while the run goes.
 */
struct trace_footer {
    enum run_end end;
    int64_t duration_us;
    bool deterministic;
    const char *const *reasons; /* why not */
    size_t reason_count;
    const struct verdict *verdicts;
    size_t verdict_count;
};

/* Receives a run as it happens: writer, judge, reports. Any function may be NULL. Returning false
 * asks for the run to end (the sink keeps its own error). */
struct trace_sink {
    bool (*begin)(void *self, const struct trace_header *header);
    bool (*event)(void *self, const struct event *event);
    void (*idle)(void *self); /* the run waits in real time: flush what a reader may want to see */
    void *self;
};

/* Writes a trace to `fd`, one event a line, as it goes. */
struct trace_writer;
/* `path` is for messages; the descriptor stays the caller's. */
struct trace_writer *trace_writer_new(int fd, const char *path);
struct trace_sink trace_writer_sink(struct trace_writer *writer);
/* Writes out what is buffered. */
bool trace_writer_flush(struct trace_writer *writer);
/* Closes the JSON document; with it the trace is valid, however the run ended. False: see the
 * error. */
bool trace_writer_finish(struct trace_writer *writer, const struct trace_footer *footer);
/* The first write error (disk full, closed pipe), or NULL. */
const struct error *trace_writer_error(const struct trace_writer *writer);
void trace_writer_free(struct trace_writer *writer);

/* Reads a stored trace: header, then each event to the sink, then the footer. Accepts what the
 * writer writes (one event a line); anything else is an error that names the line. A file without
 * its footer is cut off: an error, too, after the events that are whole. */
struct trace_reader;
struct trace_reader *trace_reader_open(const char *path, struct error *error);
/* The same from an open descriptor, which it takes over, of which `length` bytes were read already;
 * `path` is for messages. */
struct trace_reader *trace_reader_take(int fd, const char *path, const void *begun, size_t length);
/* What begins like this is meant to be a trace. */
#define TRACE_BEGINNING "{\"procenario\":"
bool trace_reader_run(struct trace_reader *reader, struct trace_sink sink, struct error *error);
/* What stood after the events; valid after a successful run whose sink never asked for its end,
 * until the reader is freed. */
const struct trace_footer *trace_reader_footer(const struct trace_reader *reader);
void trace_reader_free(struct trace_reader *reader);

/* Appends the event as its one line of JSON (no newline, no comma). */
void event_format(const struct event *event, struct buf *out);
/* Appends the event in words, for people: "kills child with SIGKILL". */
void event_describe(const struct event *event, struct buf *out);
/* The same in any language. Names, texts and errors stay as they are. */
void event_describe_in(enum language language, const struct event *event, struct buf *out);
/* What an exit or reap tells: "status 3", "SIGKILL", "SIGSEGV, core dumped". */
void fate_describe_in(enum language language, const struct event *event, struct buf *out);
/* "sleeping", "zombie" … in any language. */
const char *state_in(enum process_state state, enum language language);

#endif
