/*
 * What the files of the director share. Nobody outside this folder includes it.
 *
 * The life of a run: launch.c starts the root; loop.c takes stops from the kernel and hands them
 * on; a stop at a traced system call goes to that call's row in calls.c; a call that others can see
 * parks its task until turn.c gives it the turn; when nobody can go on, clock.c moves the scenario
 * clock. So between two turns every task is either parked or truly asleep in the kernel, and what
 * happens next is a choice of ours and not of the machine's.
 */
#ifndef PROCENARIO_DIRECTOR_INTERNAL_H
#define PROCENARIO_DIRECTOR_INTERNAL_H

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "actor/actor.h"
#include "base/units.h"
#include "director/arch.h"
#include "director/director.h"
#include "director/memory.h"
#include "director/readings.h"

#define SIGNAL_COUNT 65 /* 1 … 64 */
#define NAME_MAX_LENGTH 4096

/* REALTIME at the start of every run: 2033-05-18T03:33:20Z. Later than any file's time, so that
 * make(1) and tar(1) find nothing from the future. */
#define CLOCK_EPOCH_NS (INT64_C(2000000000) * NS_PER_S)
/* MONOTONIC and BOOTTIME at the start: programs treat 0 as "never". */
#define CLOCK_BOOT_NS (INT64_C(1000) * NS_PER_S)
/* A process that computes for longer without a traced call is charged whole grains of its processor
 * time on the scenario clock, and gives way to others. */
#define COMPUTE_GRAIN_NS (100 * NS_PER_MS)

struct director;
struct task;

/* ---- processes: what a scenario talks about -------------------------------------------------- */

enum disposition { DISPOSITION_DEFAULT, DISPOSITION_IGNORE, DISPOSITION_CATCH };

struct process {
    char *name;
    pid_t pid;    /* of its leader, in the runner's pid namespace */
    pid_t ns_pid; /* as the program sees it; 0: not known yet */
    pid_t group;  /* process group and session, as programs see them */
    pid_t session;
    unsigned role;            /* actors: index of the role; NO_ROLE for real programs */
    unsigned *forked;         /* actors: how many children of each role so far */
    unsigned children_forked; /* real programs: how many so far */
    struct process *parent;   /* NULL: adopted by init, or the root */
    struct process *first_child,
        *last_child; /* in order of birth, dead ones not yet reaped included */
    struct process *next_sibling, *previous_sibling;
    struct process *next_by_ns_pid, *next_all, *previous_all;
    unsigned task_count; /* threads alive */
    struct task *first_task;

    enum process_state state; /* as the trace tells it */
    enum process_state before_stop;
    bool stop_unreported, continue_unreported; /* for a parent's WUNTRACED, WCONTINUED */
    int stop_signal;
    int status; /* wait status, once a zombie */
    bool orphan;
    bool subreaper;
    int death_signal;  /* it gets this when its parent ends (PR_SET_PDEATHSIG); 0: none */
    bool is_shared_vm; /* vfork child until exec: shares its parent's memory */
    int exit_signal;   /* what its parent gets when it ends; SIGCHLD for a plain fork */

    uint8_t dispositions[SIGNAL_COUNT];
    uint64_t caught_once;      /* bits: SA_RESETHAND, the handler holds for one delivery */
    struct readings *readings; /* of clocks, without a stop; owned in common (readings.h) */
    bool no_counter;           /* it wants reading the counter of time to be a fault */
    bool is_closed;            /* nobody sees its memory: its program may not be read (execve(2)) */
    bool has_counter;          /* and so it reads the processor's own counter of time */
    bool asked_to_hide;        /* PR_SET_DUMPABLE, where that would close it */
    bool no_child_wait;        /* SA_NOCLDWAIT */
    bool no_child_stop;        /* SA_NOCLDSTOP */
    uint64_t told_from_outside; /* signals on their way of which it was told (live.c) */
    bool kill_was_sent;         /* SIGKILL, by somebody of the run or the timeline */
    bool ignored_pending;       /* a signal was sent while it was ignored; it may still be queued */
    char *command;              /* as ps shows it */

    int64_t itimer_deadline_ns; /* alarm and ITIMER_REAL; 0: not set */
    int64_t itimer_interval_ns;
    uint32_t itimer_generation;
    struct posix_timer *timers;

    int64_t born_ns;             /* when it was forked, on the scenario clock */
    int64_t charged_ns;          /* its processor time, as far as it was charged to a clock */
    int64_t children_charged_ns; /* that of the children that it waited for */
    int64_t used_ns;             /* its real one, at its end */
    struct cpu_timer {
        int64_t due_ns, interval_ns; /* on charged_ns; due 0: not set */
    } cpu_itimers[2];                /* ITIMER_VIRTUAL, ITIMER_PROF */
    uint64_t random_counter;         /* of getrandom */
    uint32_t fault_counts[6];        /* calls so far, by enum fault_call */
    uint64_t id;                     /* order of birth, from 0 */
    uint64_t held_bytes;             /* memory of its own, when it was looked at last */
};
#define NO_ROLE UINT32_MAX

enum descriptor_kind {
    FD_NONE,   /* not open, or cannot be looked at */
    FD_PLAIN,  /* never blocks: files, directories, /dev/null */
    FD_STDIO,  /* the run's own terminal, pipe or file */
    FD_POLLED, /* pipes, sockets, terminals, eventfds …: ready or not, poll(2) tells */
};
struct descriptor {
    enum descriptor_kind kind;
    int stream; /* FD_STDIO: 1 or 2 (0: its stdin) */
    bool nonblocking;
    mode_t mode;
    dev_t device;
    ino_t inode;
    int access; /* O_RDONLY, O_WRONLY or O_RDWR */
    bool is_terminal;
};

/* ---- tasks: what ptrace talks about (a thread; most processes have one) ---- */

enum task_state {
    TASK_EARLY,    /* its first stop was seen, its parent's fork event not yet */
    TASK_NEW,      /* its parent's fork event was seen, its first stop not yet */
    TASK_RUNNING,  /* resumed; its next stop is awaited */
    TASK_READY,    /* parked, and could go on: in the queue for a turn */
    TASK_HELD,     /* parked at a call that would block: waits for its guard */
    TASK_SETTLING, /* finished a call that may have woken somebody; goes on when all is quiet */
    TASK_BLOCKED,  /* asleep in the kernel, in a call without a guard: others may wake it there */
    TASK_STOPPED,  /* in a group-stop (PTRACE_LISTEN) */
    TASK_DYING,    /* a leader that waits for its threads to end */
    TASK_VFORKING, /* waits in the kernel for its vfork child */
    TASK_DEAD,
};

/* What a parked task will do with its turn. */
enum parked_at {
    PARKED_AT_CALL,      /* at the entry of a traced call (seccomp stop) */
    PARKED_AT_EXIT,      /* about to end (PTRACE_EVENT_EXIT) */
    PARKED_AT_COMPUTING, /* was interrupted in the middle of computing */
};

struct call_row;
#define NO_CALL (-1) /* 0 is read(2) on some processors */

/* Why a held task's guard holds again, when its call cannot find out by itself. */
enum release_reason { RELEASE_NONE, RELEASE_WOKEN, RELEASE_DEADLINE };

struct task {
    pid_t tid;
    struct process *process;
    struct task *next_in_process;
    struct task *next_by_tid;
    enum task_state state;
    enum parked_at parked_at;

    struct arch_regs regs; /* as of the latest stop that looked at them */
    uint64_t args[6];      /* of the present call, as the program made it */
    const struct call_row *call;
    bool in_call; /* a row's leave() is owed at the exit stop */
    bool enforce_exit_stop;
    const struct fault *fault; /* the present call fails as the scenario says, or NULL */
    long
        restart_number; /* the kernel will make it again (ERESTARTNOINTR and its kin), or NO_CALL */
    bool is_restart;    /* the present call is one that was made again: it happened only once */
    bool restarting;    /* the next restart_syscall continues `call` with `deadline_ns` */
    bool vfork_call;
    struct process *vfork_child;
    struct process *forked_child; /* its pid is known at the call's exit */
    int64_t deadline_ns;          /* of the present call; INT64_MAX: none */
    uint32_t deadline_generation;
    enum release_reason released;
    bool has_call_mask; /* the call replaces the signal mask while it waits */
    uint64_t call_mask;
    bool polls_descriptors; /* the guard looks at descriptors: look again at each quiet point */
    bool blocked_event;     /* a block event was told and nothing since */
    bool signals_dirty;     /* something may be pending that is not ignored */
    uint64_t as_kernel;     /* bits: sent by us in the kernel's stead; deliver with its siginfo */
    int interrupted_by;     /* -errno for a call answered by a fault */
    bool visible;           /* the present call concerns others: it needs a turn */
    bool gives_way;         /* it does not, but others shall have a turn: it went on for long */
    bool slept;             /* in the kernel (TASK_BLOCKED), until just now */
    bool was_held;        /* it waited at this call: a signal interrupts it, as the kernel would */
    struct descriptor io; /* reading and writing: what kind of descriptor */
    bool in_pieces;       /* a large write to a pipe is under way, so much of it done before */
    uint64_t written_before;
    uint64_t first_args[6];
    int64_t saved[4]; /* free for the row of the present call */
    char *exec_path;  /* exec: argv of the attempt, for the event */
    char **exec_argv;
    size_t exec_argc;
    int exec_error; /* a failed attempt, not told yet (searching PATH fails often) */
    bool exec_fault;

    uint32_t polls; /* calls in a row that found nothing: makes polling loops pay with time */
    uint32_t clock_reads;
    uint32_t quiet_calls;
    uint32_t looks; /* at the same files in a row (charge_look) */
    uint64_t looked_at[2];

    /* turn queue, held list, and list of those that poll descriptors */
    struct task *next, *previous;
    struct task_list *list;
    /* watching what does not stop */
    uint64_t resumed_at_tick;
    int64_t cpu_baseline_ns;
    bool computing; /* charged since its last traced call */
    int64_t computed_ns;
    bool awaiting_first_stop;
    bool was_stopped; /* its next event stop says that it goes on */
    bool interrupted; /* PTRACE_INTERRUPT was sent */
};

struct task_list {
    struct task *first, *last;
    size_t count;
};
void task_list_append(struct task_list *list, struct task *task);
void task_list_remove(struct task *task);
void task_list_to_front(struct task_list *list, struct task *task);

/* ---- deadlines ------------------------------------------------------------------------------- */

enum deadline_kind {
    DEADLINE_TASK,
    DEADLINE_ITIMER,
    DEADLINE_POSIX_TIMER,
    DEADLINE_TIMELINE,
    DEADLINE_TIMERFD
};
struct deadline {
    int64_t at_ns;
    uint64_t sequence; /* equal times: in the order in which they were set */
    enum deadline_kind kind;
    uint32_t generation; /* stale when it is not the owner's any more */
    uint64_t owner;      /* tid, process id, or index */
};

/* POSIX timers, made by timer_create(2). */
struct posix_timer {
    struct posix_timer *next;
    uint64_t key; /* of its deadlines */
    int id;       /* the kernel's */
    int notify;   /* SIGEV_… */
    int signal;
    pid_t thread; /* SIGEV_THREAD_ID: tid as the program sees it */
    uint64_t value;
    int64_t deadline_ns, interval_ns; /* on the scenario clock, or on charged_ns; 0: not set */
    uint32_t generation;
    int clock;
    bool on_processor_time;
    int overruns;      /* expirations while its signal was pending */
    int told_overruns; /* of the signal that was delivered last */
};

/* ---- the timeline ---- */

struct timeline_progress {
    bool due, done;
    unsigned seen;        /* how often the trigger happened */
    unsigned *by_process; /* not used for patterns */
    struct buf tail;      /* of the output, for text across two writes */
    uint64_t tail_process;
};

/* ---- the director ---- */

#define PID_BUCKETS 1024 /* more would be touched, and walked, in every small run */

struct director {
    const struct scenario *scenario;
    const struct perform_options *options;
    struct perform_result *result;
    struct error *error;

    /* launch.c */
    pid_t init_pid;
    int lifeline; /* closing it ends init, and with it the pid namespace */
    int launch_socket;
    int ipc_namespace; /* the run's, while it is confined; -1 otherwise */
    bool own_pids;     /* the run has a pid namespace of its own */
    bool own_proc;
    bool trusts_proc;          /* what it says of a number is about that process */
    bool holds_counter;        /* reading the processor's counter of time is a fault */
    pid_t own_session;         /* the one that init leads, as programs see it */
    int terminal;              /* stdio terminal: the master side; -1 otherwise */
    int terminal_slave;        /* our own look at the slave, for the line discipline's state */
    int pipes[3];              /* stdio pipe: our ends of stdin, stdout, stderr */
    int files[3];              /* stdio file */
    struct stat stdio_stat[3]; /* what the program's 0, 1, 2 are */
    uint64_t undrained; /* bytes written and perhaps not yet taken out of the terminal or pipe */
    bool draining;      /* a big write is under way: keep taking bytes out */
    struct process
        *writer; /* is_closed, and writing: what is taken out is its; NULL: thrown away */
    int writer_fd;
    off_t written_to[3]; /* stdio file: up to where, before */
    cpu_set_t affinity;  /* before pinning: what programs are told */
    bool refused;        /* the host cannot: the error says why */
    bool pinned;
    cpu_set_t processor; /* the one that all share, when pinned */
    bool roams;          /* but the director itself, just now */

    /* tasks and processes */
    struct task *tasks_by_tid[PID_BUCKETS];
    struct process *processes_by_ns_pid[PID_BUCKETS];
    struct process *first_process, *last_process;
    struct process *root;
    size_t process_count; /* not yet reaped */
    size_t task_count;
    uint64_t next_process_id;
    struct actor_directory *directory;

    /* what is under way */
    struct task_list awaited; /* whose next stop must come before anybody is given a turn */
    struct task_list ready, held, settling, blocked;
    bool has_threads;
    size_t pollers;    /* held or ready tasks whose guard looks at descriptors */
    uint64_t world;    /* counts what may change a guard: turns, timeline actions */
    pid_t latest_turn; /* who had the latest turn */
    struct task *turn; /* whose turn it is, while its effects are awaited */
    bool turn_told;    /* an event of this turn was told */
    unsigned turn_of;  /* not told yet: chosen out of so many; 0: told */
    struct task *quick_task;
    bool quick_look; /* the task just resumed may sleep in the kernel: look soon */

    /* clock */
    int64_t now_ns;
    int64_t real_start_ns;
    struct deadline *deadlines; /* a heap */
    size_t deadline_count, deadline_capacity;
    uint64_t deadline_sequence;
    int64_t charged_ns;   /* for computing, to all processes */
    int64_t used_by_gone; /* the real processor time of processes that are no more */
    struct timerfd *timerfds;
    uint64_t next_timer_key;

    struct file_table *file_table; /* filestat.c */

    /* usage.c */
    uint64_t nobodys_bytes;  /* memory that belongs to no process, when it was looked for last */
    uint64_t host_available; /* the most of the host's memory since then */

    /* schedule */
    uint64_t random[4];
    size_t choices_used;

    /* timeline */
    struct timeline_progress *timeline;
    int64_t timeline_last_ns;
    bool timeline_due;
    size_t timeline_next_after;

    struct {       /* live.c */
        int input; /* -1: there is none, or it has ended */
        bool input_is_terminal, input_is_closed;
        struct buf line;     /* read and not typed yet */
        bool interrupt_came; /* ^C, once */
        char key_due;        /* the control character of a key to be pressed; 0: none */
        bool killing, has_killed;
        uint64_t asked_at_tick, looked_at_tick;
    } live;

    /* events */
    int64_t told_ns; /* when the latest event was told */
    uint64_t event_count;
    uint64_t output_bytes;

    pid_t hung_up_group; /* was in the foreground when the terminal hung up */
    /* the end */
    bool ending;
    bool signals_everywhere; /* the kernel may have signalled a whole group by itself */
    bool signals_unseen; /* it may do so at any time: SIGIO was asked for, a terminal opened … */
    bool has_signal_descriptors;
    uint64_t ticks;
};

/* A random enough but fixed stream: xoshiro256**. */
uint64_t director_random(struct director *d);

/* events.c: fills in n, t_us and `of`; hands the event to the sinks and the timeline. */
void tell(struct director *d, struct event *event);
/* Its own event ends a process's sleep. */
void unblocked_by(struct director *d, const struct event *event);
/* An event with nothing but its kind. */
void tell_plain(struct director *d, struct process *process, enum event_kind kind);
/* Tells that (and why) this run is not reproducible in all detail; each reason once. */
void not_deterministic(struct director *d, const struct process *process, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The run idles in real time: what was told so far should be readable. */
void trace_idle(struct director *d);
/* Ends the run: no further turn is given. The first reason stays. */
void end_run(struct director *d, enum run_end end);
/* Tells the limit and ends the run. */
void limit_exceeded(struct director *d, const struct process *process, const char *limit,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* task.c */
struct task *task_find(struct director *d, pid_t tid);
struct task *task_new(struct director *d, pid_t tid, struct process *process);
/* Takes the task out of everything; frees it. */
void task_gone(struct director *d, struct task *task);
void task_set_state(struct director *d, struct task *task, enum task_state state);
/* After an exec by a thread that was not the leader, it has the leader's id. */
void task_rename(struct director *d, struct task *task, pid_t tid);
void task_forget_exec(struct task *task);
struct process *process_new(struct director *d, const char *name, pid_t pid);
struct process *process_by_name(struct director *d, const char *name);
struct process *process_by_ns_pid(struct director *d, pid_t ns_pid);
void process_set_ns_pid(struct director *d, struct process *process, pid_t ns_pid);
/* A child inherits what fork(2) says it does. */
void process_inherit(struct director *d, struct process *child, struct process *parent);
void process_add_child(struct process *parent, struct process *child);
void process_remove_child(struct process *child);
/* Reaped: forgets the process. */
void process_free(struct director *d, struct process *process);
void process_set_state(struct director *d, struct process *process, enum process_state state);
/* The name of the leader of a process group, or NULL. */
const char *group_name(struct director *d, pid_t group);

/* resume.c: all ways to let a stopped task go on; each awaits its next stop. */
void resume(struct director *d, struct task *task, int signal); /* PTRACE_CONT */
void resume_to_exit(struct director *d, struct task *task);     /* PTRACE_SYSCALL */
void resume_listening(struct director *d, struct task *task);   /* PTRACE_LISTEN */
/* Ends its sleep in a call that waits in the kernel: the deadline has come. */
void wake_blocked(struct director *d, struct task *task);
/* Parks the task: its turn will come. Evaluates the guard. */
void park(struct director *d, struct task *task, enum parked_at at);
/* From here on the guard looks at descriptors, which anybody may change: look at each quiet point.
 */
void guard_polls(struct director *d, struct task *task);
/* Looks at a held task's guard again (and a ready one's). */
void recheck(struct director *d, struct task *task);
/* All tasks of a process: something happened that their guards may care about. */
void poke(struct director *d, struct process *process);
/* A signal was sent to the process: its calls may be interrupted. */
void signal_sent(struct director *d, struct process *process, int signal);
/* Awaits a stop or death of a task that the kernel moves by itself (SIGKILL, SIGCONT). */
void await_kernel(struct director *d, struct task *task);

/* turn.c */
/* Descriptors become ready by what anybody does: looks at all guards that depend on them again. */
void look_at_descriptors(struct director *d);
/* Gives the turn to somebody. False: nobody could go on. */
bool give_turn(struct director *d);
void turn_over(struct director *d);
/* What a task does when it is given its turn, or at once when its call concerns nobody else. */
void perform_call(struct director *d, struct task *task);

/* clock.c */
int64_t clock_now(struct director *d);
/* A clock of the machine, by a system call: the vDSO reads the counter of time, which a director
 * that holds it lets alone (counter_leave). */
int64_t machine_now(clockid_t clock);
void deadline_add(struct director *d, int64_t at_ns, enum deadline_kind kind, uint64_t owner,
                  uint32_t generation);
/* The earliest deadline that still means something; INT64_MAX when there is none. */
int64_t deadline_next(struct director *d);
/* Moves the clock to `to_ns` and lets everything due happen. */
void clock_advance(struct director *d, int64_t to_ns);
/* Sets the deadline of a task's present call. */
void task_deadline(struct director *d, struct task *task, int64_t at_ns);
/* A call that only looked and found nothing: costs nothing at first, then more and more, so that
 * polling loops end. */
void charge_poll(struct director *d, struct task *task);
/* Between such calls it did something that others see: the next ones still cost, but little. */
void polls_less(struct task *task);
/* It has asked in vain so often that it waits, which others shall not be kept from. */
bool polls_for_long(const struct task *task);
void charge_clock_read(struct director *d, struct task *task);
/* It has read clocks so often that it waits for a time, which others shall not be kept from. */
bool reads_clock_for_long(const struct task *task);
/* It looks at a file, which `what` stands for. True: it does so again and again, and waits for a
 * change, which others shall have a turn to make. */
bool charge_look(struct director *d, struct task *task, uint64_t what);
/* The process was busy for so long, as all clocks and its timers see it. */
void charge(struct director *d, struct process *process, int64_t ns);
/* It used the processor while others went on: only its own processor time passes. */
void charge_processor(struct director *d, struct process *process, int64_t ns);

/* signals.c */
/* Is a signal pending that would interrupt the task's call? `mask` replaces its signal mask. */
bool signal_actionable(struct director *d, struct task *task, const uint64_t *mask);
bool signal_pending_in(struct task *task, uint64_t set);
bool default_is_ignore(int signal);
/* Those that the process ignores, by itself or by default. */
uint64_t signals_ignored(const struct process *process);
/* The kernel may have signalled groups by itself: all look at what is pending. */
void all_may_be_signalled(struct director *d);
void on_signal_delivery(struct director *d, struct task *task, int signal);
void tell_ignored(struct director *d, struct process *process, int signal, const char *from);
pid_t getpid_of_runner(void);
void send_from_outside(struct director *d, struct process *process, int signal, const char *from);
/* As the kernel itself does: a timer of setitimer(2) is due, a process group is orphaned, the
 * terminal has hung up. */
void send_as_kernel(struct director *d, struct process *process, int signal);
/* Makes the siginfo of such a signal what it would be. False: somebody else sent it. */
bool make_kernels_own(struct task *task, siginfo_t *info);
/* All signals pending for the task and for its process. */
uint64_t signals_pending(const struct task *task);
/* Is the signal of this timer of timer_create(2) pending? */
bool timer_signal_pending(const struct task *task, int timer);

/* call_time.c: the task read the processor's own counter of time, which is a fault (prctl(2),
 * PR_SET_TSC), and was answered. False: its fault was another. */
bool on_counter_read(struct director *d, struct task *task);
/* At the entry of a call: a program that nobody may look into (is_closed) reads the processor's own
 * counter, since its faults could not be answered, and the next program does not. True: that is
 * switched first, by a call in the task's name, and the call will be entered again. */
bool switches_counter(struct director *d, struct task *task);

/* call_exec.c: the exec succeeded. */
void told_exec(struct director *d, struct task *task);
/* With a virtual clock a new program image gets our vDSO (or none, which makes reading clocks a
 * system call, vdso(7)), and the same random bytes in each run. Notes whether it is_closed. */
void prepare_image(struct director *d, struct task *task);
/* call_exec.c: a failed attempt that nothing came of. */
void tell_failed_exec(struct director *d, struct task *task);

/* life.c */
void on_fork_event(struct director *d, struct task *task, int event, pid_t child_tid);
void on_first_stop(struct director *d, struct task *task);
void on_exec_event(struct director *d, struct task *task, pid_t former_tid);
void on_exit_event(struct director *d, struct task *task);
void on_death(struct director *d, struct task *task, int status);
void reap(struct director *d, struct process *by, struct process *child, bool automatic);
/* Has nobody of the group a parent in its session, outside the group, who could continue it? */
bool group_is_orphaned(const struct director *d, pid_t group);

/* The wait status in an exit or reap event. */
void fill_status(struct event *event, int status);
pid_t ns_pid_of(pid_t pid);

/* stops in a group */
void on_group_stop(struct director *d, struct task *task, int signal);
void on_continued(struct director *d, struct task *task);

/* descriptors.c */
/* The way from here to a file that the task names from the open `directory` or AT_FDCWD. An empty
 * name is the descriptor's own file. */
void path_from_here(const struct task *task, int directory, const char *name, char *path,
                    size_t size);
/* A duplicate of the task's descriptor (close it at once), or -1. */
int descriptor_dup(struct director *d, struct task *task, int fd);
struct descriptor descriptor_look(struct director *d, struct task *task, int fd);
/* Is it one of signalfd(2), and for which signals? */
bool descriptor_signals(const struct task *task, int fd, uint64_t *signals);
/* poll(2) on a duplicate: which of `events` hold. -1: cannot be looked at. */
int descriptor_poll(struct director *d, struct task *task, int fd, short events);

/* Looks at one descriptor that a task waits for; `events` as for poll(2). The visitor's own data
 * stand behind it. */
struct watcher {
    void (*look)(struct watcher *self, struct director *d, struct task *task, int fd, short events);
};
/* Hands on the descriptors that an epoll instance of the task watches. */
void descriptors_of_epoll(struct director *d, struct task *task, int fd, struct watcher *watcher);

/* outside.c: may what a task waits for come from outside the run? */
enum outside {
    OUTSIDE_NOT,
    OUTSIDE_PERHAPS,      /* a network socket on this host: its peer may be of the run, or not */
    OUTSIDE_ANOTHER_HOST, /* connected to another host: real time passes there */
};
enum outside outside_of_descriptor(struct director *d, struct task *task, int fd);
/* Who is at the other end, and when it answers, is not the director's to say: tells so. */
void tell_network(struct director *d, struct task *task);
/* The most outside of all held tasks; says so in the trace. */
enum outside waits_for_outside(struct director *d);

/* stdio.c */
/* Takes what was written out of the terminal or pipe, so that writers never wait for us. True:
 * there was something. */
bool stdio_drain(struct director *d);
/* Around a write by a process that is_closed, to a descriptor that nobody sees: what comes out at
 * our end meanwhile is what it wrote. */
void stdio_write_begins(struct director *d, struct process *writer, int fd);
void stdio_write_ends(struct director *d);
void tell_output(struct director *d, struct process *process, int stream, const char *bytes,
                 size_t length);
bool terminal_type(struct director *d, const char *bytes, size_t length);
void stdin_close(struct director *d);
/* Hangs up, as when a terminal's window is closed. */
void terminal_close(struct director *d);
/* The root has ended, who had the terminal, as a login shell has: the group that was in its
 * foreground when it hung up is told, too. */
void terminal_left(struct director *d);
/* Does it wait for input, from the terminal or whatever its standard input is? */
bool awaits_input(struct director *d, struct task *task);
/* The process group in the terminal's foreground, as programs number it; 0: there is no terminal,
 * or none in it. NO_GROUP: one of which nobody is left. */
#define NO_GROUP (-1)
pid_t terminal_foreground(struct director *d);

/* timers.c */
struct posix_timer *posix_timer_find(struct director *d, uint64_t key, uint32_t generation,
                                     struct process **owner);
/* Its signal was taken: fills in how often it was due since. */
void posix_timer_taken(struct process *process, siginfo_t *info);
void posix_timer_expired(struct director *d, uint64_t key, uint32_t generation);
void itimer_expired(struct director *d, struct process *process);
/* Timers on processor time: how much of it is left to the next (INT64_MAX: none is set), and those
 * that are due send their signals. */
int64_t cpu_timers_left(const struct process *process);
void cpu_timers_expire(struct director *d, struct process *process);
bool timerfd_is_armed(struct director *d, uint64_t key, uint32_t generation);
void timerfd_expired(struct director *d, uint64_t key);
void posix_timers_forget(struct process *process);
void timers_release(struct director *d);
struct timerfd;

/* timeline.c */
void timeline_begin(struct director *d);
void timeline_observe(struct director *d, const struct event *event);
/* Performs what is due. True: something was performed. */
bool timeline_perform(struct director *d);
/* Nobody can go on: is there an entry that has waited for this, and for input being awaited? True:
 * it is due now. */
bool timeline_input_awaited(struct director *d);
void timeline_time(struct director *d, uint64_t index);
void timeline_release(struct director *d);
/* The process table, as a snapshot event. */
void tell_snapshot(struct director *d, const char *process);
size_t process_table_text(struct director *d, char *out, size_t size);

/* live.c: somebody takes part. All do nothing when nobody does. */
void live_begin(struct director *d);
void live_release(struct director *d);
/* A signal to the runner that is meant for the run. */
bool live_takes(struct director *d, int signal);
/* A signal is being delivered: it may have come from outside. */
void live_delivered(struct director *d, struct task *task, const siginfo_t *info);
/* The process was killed by SIGKILL. */
void live_killed(struct director *d, struct process *process);
/* What must be done though the processes do not come to rest. True: something was. */
bool live_perform(struct director *d);
/* Nobody can go on before `next_ns`: does what came. True: something was done. */
bool live_quiet(struct director *d, int64_t next_ns);
/* Something came: live_quiet will do it. */
bool live_came(struct director *d);
/* Somebody may still do something. */
bool live_waits(const struct director *d);
/* Nobody could go on for so long in real time: so long it was for the run, too. */
void live_passed(struct director *d, int64_t real_ns);

/* fault.c: an injected failure for this call of this process, or NULL. Counts the call, once. */
const struct fault *fault_for(struct director *d, struct task *task, enum fault_call call);

/* launch.c */
bool launch(struct director *d, const char **notes, size_t *note_count);
bool launch_begin(struct director *d);
/* The report that the root left when it could not begin, as the run's error. False: it left none.
 */
bool launch_explain(struct director *d);
void launch_release(struct director *d);

/* title.c: the command line that ps shows of the calling process, which must not use its own argv
 * and environment any more. */
void set_title(const char *title);

/* perform.c: somebody computes, so our ticks had better not take the processor from him (each costs
 * some tenths of a millisecond); or no more. */
void roam(struct director *d, bool roams);

/* loop.c */
/* The runner's own signals while it performs: a regular tick, and requests to stop. */
struct runner_signals {
    size_t count;
    struct sigaction before[6], child_before;
};
/* `live`: the keys ^Z and ^\, too. */
void watch_signals(struct runner_signals *saved, bool live);
void unwatch_signals(const struct runner_signals *saved);
/* The state letter of a task as the kernel shows it; '?' when it cannot be read. */
char kernel_state(const struct director *d, const struct task *task);
/* The real processor time of a task's process; -1: it cannot be known. */
int64_t cpu_ns(pid_t pid);
/* Counts what the task asks of the director and nobody else could see. True: it has done nothing
 * else for long; time has passed for it, and others shall have a turn. */
bool is_quiet_for_long(struct director *d, struct task *task);
/* usage.c: at each tick, cuts the run off where it uses more than it may. */
void check_limits(struct director *d);
void cpu_exceeded(struct director *d, const struct process *process);
/* Until nobody is left, or the run has ended. */
void run_loop(struct director *d);
/* A call's exit stop was dealt with: the task goes on, at once or when all is quiet. */
void after_call(struct director *d, struct task *task);
bool look_for_sleepers(struct director *d);
void on_stop(struct director *d, pid_t tid, int status);

/* ---- system calls: one row each, in calls.c ---- */

/* What a row's functions answer. */
enum verdict_of_call {
    CALL_GO,       /* perform it in the kernel; what it returns does not matter */
    CALL_GO_LEAVE, /* perform it, and call leave() at its exit */
    CALL_SKIP,     /* answered: arch_skip_call was done */
    CALL_OVER,     /* the run ends, or the task is gone: leave it as it is */
};

struct call_row {
    long number;
    const char *name;
    const char *on; /* what a block event says, "wait"; NULL: never blocks */
    /* Does it concern others, so that it needs a turn? NULL: `visible` says. Called at the entry.
     */
    bool (*is_visible)(struct director *d, struct task *task);
    bool visible;
    bool waits_busily;         /* asks again and again who waits for something: files, clocks */
    bool filtered_by_argument; /* filter.c traps it for some arguments only */
    bool takes_signals;        /* it waits for signals that may be ignored otherwise */
    int fails_as;              /* its faults: enum fault_call plus one; 0: none */
    bool settles;              /* it may sleep in the kernel by design: what wakes it is seen to */
    bool inside;               /* and nobody outside can, where the run has namespaces of its own */
    /* Would it return at once? NULL: yes. May set the task's deadline on the first call (`first`).
     */
    bool (*ready)(struct director *d, struct task *task, bool first);
    enum verdict_of_call (*enter)(struct director *d, struct task *task);
    void (*leave)(struct director *d, struct task *task, int64_t result);
    /* Hands on each descriptor that it waits for. NULL: it waits for none. */
    void (*watched)(struct director *d, struct task *task, struct watcher *watcher);
    /* The one process it waits for, by name, or NULL. */
    const char *(*waits_for)(struct director *d, struct task *task);
    /* In words, for a deadlock: what it waits for. NULL: "waits in NAME". */
    void (*explain)(struct director *d, struct task *task, struct buf *out);
    const struct file_effect *effects; /* call_file.c: what it does to files */
};
const struct call_row *call_find(long number);
size_t call_numbers(const long **numbers); /* for the filter, sorted */

/* Helpers for rows. */
static inline uint64_t arg(const struct task *task, unsigned index)
{
    return task->args[index];
}
enum verdict_of_call answer(struct task *task, int64_t result);

/* filter.c */
struct sock_fprog;
const struct sock_fprog *filter_program(void);

#endif
