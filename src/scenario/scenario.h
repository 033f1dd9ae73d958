/*
 * What a scenario is, once loaded: const for everybody else. Everything lives in one arena; all
 * text is UTF-8. The loader (load.c and its neighbours) is the only writer.
 *
 * Terms are those of docs/language.md.
 */
#ifndef PROCENARIO_SCENARIO_SCENARIO_H
#define PROCENARIO_SCENARIO_SCENARIO_H

#include <stdint.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/source.h"
#include "trace/trace.h"

/* Text with substitutions. Scenario parameters are replaced when the file is loaded; what depends
 * on the process is left as parts. */
enum text_part_kind {
    TEXT_LITERAL,
    TEXT_INDEX, /* ${index}: which of its siblings of the same role this is, from 0 */
    TEXT_NAME,  /* ${name}: the process's own name */
    TEXT_ERRNO, /* ${errno}: in `else`, the name of the error ("EAGAIN") or "none" */
    TEXT_READ,  /* ${read}: what the latest `read` step got, without a final newline */
};
struct text_part {
    enum text_part_kind kind;
    const char *literal; /* TEXT_LITERAL only */
    size_t length;
};
struct text {
    const struct text_part *parts;
    size_t count;
};

/* Step kinds: X(enumerator, word in the language). */
#define STEP_KINDS(X)                                                                              \
    X(STEP_PRINT, "print")                                                                         \
    X(STEP_ERROR, "error")                                                                         \
    X(STEP_FORK, "fork")                                                                           \
    X(STEP_EXEC, "exec")                                                                           \
    X(STEP_EXIT, "exit")                                                                           \
    X(STEP_SLEEP, "sleep")                                                                         \
    X(STEP_PAUSE, "pause")                                                                         \
    X(STEP_ALARM, "alarm")                                                                         \
    X(STEP_KILL, "kill")                                                                           \
    X(STEP_WAIT, "wait")                                                                           \
    X(STEP_ON, "on")                                                                               \
    X(STEP_IGNORE, "ignore")                                                                       \
    X(STEP_DEFAULT, "default")                                                                     \
    X(STEP_BLOCK, "block")                                                                         \
    X(STEP_UNBLOCK, "unblock")                                                                     \
    X(STEP_SETSID, "setsid")                                                                       \
    X(STEP_SETPGID, "setpgid")                                                                     \
    X(STEP_PIPE, "pipe")                                                                           \
    X(STEP_READ, "read")                                                                           \
    X(STEP_WRITE, "write")                                                                         \
    X(STEP_CLOSE, "close")                                                                         \
    X(STEP_ABORT, "abort")                                                                         \
    X(STEP_PS, "ps")                                                                               \
    X(STEP_SAY, "say")                                                                             \
    X(STEP_REPEAT, "repeat")                                                                       \
    X(STEP_FOREVER, "forever")
#define X(id, word) id,
enum step_kind { STEP_KINDS(X) };
#undef X
extern const char *const step_words[]; /* NULL-terminated, in the order of the enum */

struct step;
struct steps {
    const struct step *items;
    size_t count;
};

/* Whom a `kill`, `wait` or `setpgid` step means. */
enum target_kind {
    TARGET_NAMED,  /* the process called `name` */
    TARGET_PARENT, /* getppid() */
    TARGET_SELF,
    TARGET_ANY,         /* wait: any child */
    TARGET_ALL,         /* wait: one after the other until there are no children (or, with nohang,
                           until none is ready) */
    TARGET_GROUP_NAMED, /* kill: the process group whose leader is called `name` */
    TARGET_GROUP_SELF,  /* kill: the caller's own process group (pid 0) */
};
struct target {
    enum target_kind kind;
    struct text name; /* may hold ${index}; expands to a process name */
};

struct step {
    enum step_kind kind;
    struct span span;
    struct steps body;      /* `do` of on and repeat; the list of forever */
    struct steps otherwise; /* `else` of fork, exec, kill, wait, read, write: performed when the
                               call fails (for wait nohang also when there is nothing to report, for
                               read also at end of file) */
    struct text text;       /* print, error, write, say */
    bool newline;           /* print, error, write: add one (default true; write: false) */
    unsigned role;          /* fork: index into scenario.roles */
    unsigned count;         /* fork: how many (≥ 1); repeat: how often */
    struct target target;   /* kill, wait; setpgid: the process (default self) */
    struct target group;    /* setpgid: TARGET_SELF (a new group of its own) or TARGET_NAMED */
    int signal;             /* kill (0 allowed: a probe), on */
    const int *signals;     /* ignore, default, block, unblock */
    size_t signal_count;
    bool restart;                     /* on: SA_RESTART (default true) */
    bool nohang, untraced, continued; /* wait */
    int64_t duration_ns;              /* sleep, alarm (alarm 0s cancels) */
    int status;                       /* exit: 0 to 255 */
    const struct text *argv;          /* exec */
    size_t argc;
    const struct text *env; /* exec: "KEY=value" added to the environment */
    size_t env_count;
    unsigned pipe; /* pipe, and read/write/close when fd is PIPE_END_*: index of the pipe */
    enum step_fd {
        STEP_FD_STDIN,
        STEP_FD_STDOUT,
        STEP_FD_STDERR,
        STEP_FD_PIPE_READ,
        STEP_FD_PIPE_WRITE
    } fd;           /* read, write, close */
    bool until_eof; /* read: read on until end of file (`all: true`) */
};

struct role {
    const char *name;
    struct span span;
    struct steps steps;
    const bool *indexed; /* [scenario.role_count]: children of that role forked by this one carry an
                            index (role forked more than once, or inside a loop or handler) */
    bool execs;          /* some step is exec: children of real programs may stand below it */
};

/* Timeline */
enum trigger_kind { TRIGGER_AT, TRIGGER_AFTER, TRIGGER_WHEN };
enum when_kind {
    WHEN_PRINTS,
    WHEN_STATE,
    WHEN_FORKS,
    WHEN_EXITS,
    WHEN_EXECS,
    WHEN_CATCHES,
    WHEN_AWAITS, /* waits for input when nothing else can happen, after the entry before */
};
enum timeline_action_kind {
    TIMELINE_SIGNAL,
    TIMELINE_TYPE,
    TIMELINE_CLOSE_STDIN,
    TIMELINE_CLOSE_TERMINAL,
    TIMELINE_SNAPSHOT
};
struct timeline_entry {
    struct span span;
    enum trigger_kind trigger;
    int64_t time_ns; /* at: since the start; after: since the entry before was performed */
    /* when: */
    const char *process; /* a name or a pattern with `*` */
    enum when_kind when;
    const char *prints;       /* WHEN_PRINTS: bytes that must appear in the process's output */
    enum process_state state; /* WHEN_STATE */
    int signal;               /* WHEN_CATCHES */
    unsigned times; /* the n-th time counts (default 1); WHEN_FORKS: has forked n in all */
    /* action: */
    enum timeline_action_kind action;
    int send_signal;
    const char *to;     /* a process name */
    bool to_group;      /* the process group led by `to` */
    bool to_foreground; /* the process group in the terminal's foreground; `to` is NULL */
    const char *type;   /* bytes to type: a line with its newline, or one control character */
    size_t type_length;
};

/* Faults */
enum fault_call { FAULT_FORK, FAULT_WAIT, FAULT_KILL, FAULT_WRITE, FAULT_READ, FAULT_EXEC };
struct fault {
    struct span span;
    enum fault_call call;
    const char *process;  /* name or pattern */
    unsigned first;       /* occurrence in that process, from 1 */
    unsigned last;        /* inclusive; UINT_MAX: from then on */
    int error;            /* errno to return; 0 with `short_bytes` */
    unsigned short_bytes; /* write: only so many bytes are written; 0: not a short write */
};

/* An event pattern, for `before` and `never`: what is set must match. */
struct event_pattern {
    bool any_kind;
    enum event_kind kind;
    const char *process; /* pattern or NULL */
    const char *child;   /* fork, reap, adopt; pattern or NULL */
    const char *to;      /* kill */
    const char *text;    /* output: contained in the text */
    int signal;          /* 0: any */
    int status;          /* exit, reap; -1: any */
    int error;           /* failed calls; 0: any, -1: must have succeeded */
};

/* How a process ended: an exit status or a signal. */
struct fate {
    bool by_signal;
    int value;
};
struct fate_choice {          /* of `exit` */
    const char *process;      /* name or pattern */
    const struct fate *fates; /* any of them */
    size_t fate_count;
};

/* Expectation kinds: X(enumerator, word). */
#define EXPECT_KINDS(X)                                                                            \
    X(EXPECT_FORKS, "forks")                                                                       \
    X(EXPECT_TREE, "tree")                                                                         \
    X(EXPECT_OUTPUT, "output")                                                                     \
    X(EXPECT_EXIT, "exit")                                                                         \
    X(EXPECT_STATE, "state")                                                                       \
    X(EXPECT_REAPED, "reaped")                                                                     \
    X(EXPECT_ZOMBIES, "zombies")                                                                   \
    X(EXPECT_ORPHANS, "orphans")                                                                   \
    X(EXPECT_SIGNALS, "signals")                                                                   \
    X(EXPECT_DURATION, "duration")                                                                 \
    X(EXPECT_BEFORE, "before")                                                                     \
    X(EXPECT_NEVER, "never")                                                                       \
    X(EXPECT_ANY, "any")
#define X(id, word) id,
enum expect_kind { EXPECT_KINDS(X) };
#undef X
extern const char *const expect_words[]; /* NULL-terminated */

struct tree_node {
    const char *name;
    const struct tree_node *children;
    size_t child_count;
};
enum output_form { OUTPUT_TEXT, OUTPUT_LINES, OUTPUT_UNORDERED, OUTPUT_CONTAINS, OUTPUT_MATCHES };
enum output_stream_filter { OUTPUT_ANY_STREAM, OUTPUT_STDOUT, OUTPUT_STDERR };
struct name_value { /* process (name or pattern) to something */
    const char *process;
    const char *value;        /* reaped: the reaper's name, "nobody", "init" or a pattern */
    enum process_state state; /* state */
    int64_t count;            /* forks */
};

struct expectation {
    enum expect_kind kind;
    struct span span;
    const char *name; /* the author's, or one made from the assertion; never NULL */
    bool has_at;
    int64_t at_ns; /* the run is judged as it was at the end of that instant */
    double points; /* default 0 when not given */
    bool has_points;
    const char *hint; /* or NULL */
    bool hidden;
    enum expect_about about;
    /* any: the acceptable outcomes; only kind, span, name, at and what the kind needs are set */
    const struct expectation *members;
    size_t member_count;
    /* forks (total: one entry with process NULL), state, reaped */
    const struct name_value *pairs;
    size_t pair_count;
    const struct tree_node *tree; /* tree: the root */
    struct {                      /* output */
        const char *of;           /* name or pattern; NULL: all processes */
        enum output_stream_filter stream;
        enum output_form form;
        const char *const *lines; /* text: one; lines, unordered, contains: many; matches: one */
        size_t line_count;
    } output;
    const struct fate_choice *fates; /* exit */
    size_t fate_count;
    /* zombies, orphans: a number, or the exact set of names */
    bool by_names;
    int64_t number;
    const char *const *names;
    size_t name_count;
    struct {            /* signals: each listed one happened at least as often as it is listed */
        const char *of; /* pattern or NULL: anybody */
        const int *delivered, *caught, *ignored;
        size_t delivered_count, caught_count, ignored_count;
    } signals;
    struct { /* duration of the run, or from start to exit of one process */
        const char *of;
        int64_t min_ns, max_ns; /* max INT64_MAX: no upper bound; equal: exactly */
    } duration;
    struct event_pattern first, then; /* before; never uses `first` */
};

enum clock_kind { CLOCK_KIND_VIRTUAL, CLOCK_KIND_REAL };
enum schedule_policy {
    SCHEDULE_ROUND_ROBIN,
    SCHEDULE_RUN_TO_BLOCK,
    SCHEDULE_RANDOM,
    SCHEDULE_CHOICES, /* an explicit list of process names */
    SCHEDULE_REPLAY,  /* the choices of a stored trace, each with how many could have run */
    SCHEDULE_FREE,
};
struct choice {
    const char *process;
    unsigned of; /* how many could have run; 0: not checked */
};
struct schedule_spec {
    enum schedule_policy policy;
    uint64_t seed;                /* random */
    const struct choice *choices; /* choices, replay */
    size_t choice_count;
};
enum stdio_kind { STDIO_TERMINAL, STDIO_PIPE, STDIO_FILE };

struct limits {
    int64_t time_ns;    /* on the scenario clock */
    int64_t wall_ns;    /* real time */
    int64_t cpu_ns;     /* processor time of all processes together */
    uint64_t processes; /* alive (not yet reaped) at once */
    uint64_t output;    /* bytes on stdout and stderr together */
    uint64_t memory;    /* resident bytes of all processes together */
};

#define MOST_SCHEDULES 1000

struct scenario {
    struct arena arena;
    const struct source *source; /* borrowed */
    const char *title;           /* never NULL: the file's base name when not given */
    const char *description;     /* or NULL */
    const char *directory;       /* where the file is: the processes' working directory */
    const struct role *roles;    /* [0] is the root */
    size_t role_count;
    const char *const *pipes; /* names of the pipes that `pipe` steps make */
    size_t pipe_count;
    /* names: {what the process would be called, what it is called}. The first is as it is built
     * from the parent's name, and so begins with the friendlier one of an ancestor that has one. */
    const char *const (*names)[2];
    size_t name_count;
    const struct timeline_entry *timeline;
    size_t timeline_count;
    const struct expectation *expectations;
    size_t expectation_count;
    const struct fault *faults;
    size_t fault_count;
    const char *const *env; /* env: "KEY=value", added to the clean environment */
    size_t env_count;
    struct limits limits;
    enum clock_kind clock;
    struct schedule_spec schedule;
    unsigned schedules; /* under how many it is performed: 1 to MOST_SCHEDULES */
    enum stdio_kind stdio;
    unsigned terminal_rows, terminal_columns; /* 24 × 80 */
};

/* One --set K=V. */
struct param_override {
    const char *key;
    const char *value;
    bool used; /* set by scenario_load: a scenario declares it */
};

struct scenario_list {
    struct scenario **items; /* one per YAML document */
    size_t count;
};

/*
 * Loads every document of the source. All mistakes are added to `diags`; when there is an error the
 * list is empty. Marks the overrides whose key a document declares. `diags->source` must be
 * `source`, which must outlive the scenarios.
 */
void scenario_load(const struct source *source, struct param_override *overrides,
                   size_t override_count, struct diags *diags, struct scenario_list *list);
void scenario_list_release(struct scenario_list *list);

/* The ad-hoc scenario of `run -- CMD ARG…`: one process, "main", that execs argv. */
struct scenario *scenario_for_command(char *const *argv, const char *directory);
void scenario_free(struct scenario *scenario);

/* The default limits, which every scenario has until it says otherwise (docs/language.md). */
extern const struct limits limits_default;

/* Parses the --schedule flag's value, "round-robin", "random:7", "run-to-block", "free" (not
 * "replay:…", which the command handles: it reads a trace). */
bool schedule_parse(const char *text, struct schedule_spec *spec, const char **why);
const char *schedule_policy_word(enum schedule_policy policy);
/* Appends the schedule as traces and --schedule have it: "random:7". */
void schedule_tell(const struct schedule_spec *spec, struct buf *out);
/* The n-th schedule that a scenario is performed under: its own for 0, then random:1, random:2 …
 * Borrows the scenario's choices. */
struct schedule_spec scenario_schedule(const struct scenario *scenario, unsigned n);

/*
 * The name of a scripted child: ROLE for children of the root process, PARENT.ROLE for deeper ones,
 * with .INDEX appended where the parent's role forks that role more than once. (A child of the root
 * that has the root's own role is ROOT.ROLE.) Then `names:` is applied. Used by the actor and the
 * director alike; async-signal-safe. Returns the length, or 0 when it does not fit in `size`.
 */
size_t scenario_child_name(const struct scenario *scenario, const char *parent, bool parent_is_root,
                           unsigned parent_role, unsigned child_role, unsigned index, char *out,
                           size_t size);
/* The name of the n-th child (from 0) of a real program: PARENT.N, then `names:`. */
size_t scenario_program_child_name(const struct scenario *scenario, const char *parent, unsigned n,
                                   char *out, size_t size);
/* The friendlier name of a process that would have this one; `name` itself where there is none. */
const char *scenario_friendlier_name(const struct scenario *scenario, const char *name);
/* True when `name` matches `pattern`, in which `*` stands for any text (also across dots). */
bool name_matches(const char *pattern, const char *name);

#endif
