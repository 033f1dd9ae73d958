/*
 * The start of a run: a small init, in pid, mount and ipc namespaces of its own where the host
 * allows it, and the root process as its child, seized before it does anything.
 *
 *     runner ──clone──▶ init (pid 1, session leader, untraced, ignores SIGCHLD)
 *                         └──fork──▶ root (process group of its own, in the foreground)
 *
 * Init adopts orphans and, since it ignores SIGCHLD, the kernel discards them the moment they end:
 * no zombie of theirs is ever seen. It leads the session so that the root's end does not hang up
 * the terminal for its children. It lives as long as the runner holds the other end of its socket;
 * when it ends, a pid namespace ends with it, and everything in it (pid_namespaces(7)).
 *
 * Both report by fixed records on that socket; the runner words the message. After fork neither
 * uses the heap or stdio, and both end in _exit.
 */
#include "director/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/native.h"

/* Every task of the run is held by these (ptrace(2)); without EXITKILL a task left by a killed
 * runner would get ENOSYS from every filtered call. */
static const unsigned long trace_options =
    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
    PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESECCOMP |
    PTRACE_O_EXITKILL;

enum stage {
    STAGE_READY,    /* the root is there; the sender's credentials tell its pid */
    STAGE_TERMINAL, /* carries the master side of the terminal */
    STAGE_CHANNEL,
    STAGE_NAMESPACE,
    STAGE_MAPPING,
    STAGE_MOUNT,
    STAGE_MOUNT_PROC,
    STAGE_SESSION,
    STAGE_FORK,
    STAGE_DIRECTORY,
    STAGE_STDIO,
    STAGE_FILTER,
    STAGE_SEIZE,
};
static const char *const stage_words[] = {
    [STAGE_READY] = "start the root process",
    [STAGE_TERMINAL] = "open a pseudo-terminal",
    [STAGE_CHANNEL] = "make the channel to the root process",
    [STAGE_NAMESPACE] = "make namespaces",
    [STAGE_MAPPING] = "map the user into the namespace",
    [STAGE_MOUNT] = "make a mount namespace private",
    [STAGE_MOUNT_PROC] = "mount /proc in the namespace",
    [STAGE_SESSION] = "begin a session",
    [STAGE_FORK] = "fork the root process",
    [STAGE_DIRECTORY] = "change to the scenario's directory",
    [STAGE_STDIO] = "set up the standard descriptors",
    [STAGE_FILTER] = "install the seccomp filter",
    [STAGE_SEIZE] = "trace the root process",
};
/* What the root could make the same in every run. */
enum plain { PLAIN_ADDRESSES = 1, PLAIN_PRIORITY = 2, PLAIN_COUNTER = 4 };
struct report {
    int stage;
    int code;  /* errno; 0: fine */
    int plain; /* STAGE_READY: bits of enum plain */
};

/* So many more tasks than processes a confined run may have: threads. */
#define SPARE_TASKS 512

/* What init and the root need to know, gathered before the fork. */
struct plan {
    struct director *d;
    int socket;
    int lifeline; /* end of file: the runner is gone */
    int clone_flags;
    bool map_user;
    uid_t uid;
    gid_t gid;
    int slave; /* -1: open a terminal in a devpts of our own */
    int stdin_fd, stdout_fd, stderr_fd;
    char **environment;
};

static void send_report(int socket, enum stage stage, int code, int flag, int passed_fd)
{
    struct report report = {(int)stage, code, flag};
    struct iovec iov = {&report, sizeof report};
    union {
        char space[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    if (passed_fd >= 0) {
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &passed_fd, sizeof(int));
    }
    while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
}

static _Noreturn void give_up(const struct plan *plan, enum stage stage)
{
    send_report(plan->socket, stage, errno != 0 ? errno : EIO, 0, -1);
    _exit(127);
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = (ssize_t)strlen(text);
    bool written = write(fd, text, (size_t)length) == length;
    close(fd);
    return written;
}

static bool map_user(uid_t uid, gid_t gid)
{
    char line[64];
    if (!write_file("/proc/self/setgroups", "deny") && errno != ENOENT)
        return false;
    snprintf(line, sizeof line, "%u %u 1\n", uid, uid);
    if (!write_file("/proc/self/uid_map", line))
        return false;
    snprintf(line, sizeof line, "%u %u 1\n", gid, gid);
    return write_file("/proc/self/gid_map", line);
}

static void plain_signals(void)
{
    /* The kernel's own call: libc keeps two signals to itself, which may be inherited as ignored.
     */
    struct {
        uint64_t handler, flags, restorer, mask;
    } standard = {0};
    for (int s = 1; s < SIGNAL_COUNT; s++)
        syscall(SYS_rt_sigaction, s, &standard, NULL, sizeof standard.mask);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* No output post-processing, so that "\n" stays "\n"; everything else as a fresh terminal has it.
 */
static bool plain_terminal(int slave, const struct scenario *scenario)
{
    struct termios settings;
    if (tcgetattr(slave, &settings) != 0)
        return false;
    settings.c_oflag &= ~(tcflag_t)OPOST;
    struct winsize size = {.ws_row = (unsigned short)scenario->terminal_rows,
                           .ws_col = (unsigned short)scenario->terminal_columns};
    return tcsetattr(slave, TCSANOW, &settings) == 0 && ioctl(slave, TIOCSWINSZ, &size) == 0;
}

static int open_terminal(const char *multiplexer, int *slave)
{
    int master = open(multiplexer, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0)
        return -1;
    int zero = 0;
    if (ioctl(master, TIOCSPTLCK, &zero) == 0) {
        *slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (*slave >= 0)
            return master;
    }
    int code = errno;
    close(master);
    errno = code;
    return -1;
}

static void limit(__rlimit_resource_t resource, uint64_t most)
{
    struct rlimit before, limits = {most, most};
    if (getrlimit(resource, &before) == 0 && before.rlim_max < most)
        limits.rlim_cur = limits.rlim_max = before.rlim_max;
    setrlimit(resource, &limits);
}

/* Limits that no program of the run can lift again, and what the kernel shall kill first when the
 * host runs out of memory. */
static void confine(const struct plan *plan)
{
    const struct confinement *confinement = plan->d->options->confinement;
    limit(RLIMIT_FSIZE, confinement->file_size);
    limit(RLIMIT_NOFILE, confinement->files);
    /* In a user namespace of its own the kernel counts the run's tasks alone (Linux 5.14). The
     * director counts processes, and tells; this is for threads. */
    limit(RLIMIT_NPROC, plan->d->scenario->limits.processes + SPARE_TASKS);
    limit(RLIMIT_MEMLOCK, 8u << 20);
    limit(RLIMIT_MSGQUEUE, 1u << 20);
    limit(RLIMIT_SIGPENDING, 4096);
    limit(RLIMIT_RTPRIO, 0);
    limit(RLIMIT_NICE, 0);
    write_file("/proc/self/oom_score_adj", "1000");
}

/* A copy beyond the standard descriptors. */
static int duplicate_aside(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 10);
    if (copy < 0 && errno == EINVAL)
        errno = EMFILE; /* no descriptor may be as high as 10 */
    return copy;
}

static _Noreturn void root_process(const struct plan *plan)
{
    struct director *d = plan->d;
    const struct scenario *scenario = d->scenario;
    plain_signals();
    setpgid(0, 0);
    if (plan->slave >= 0) {
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(plan->slave, getpid());
        signal(SIGTTOU, SIG_DFL);
    }
    if (chdir(scenario->directory) != 0)
        give_up(plan, STAGE_DIRECTORY);
    umask(022);
    /* Where the host pipes core files to a program, it starts that for a limit of 0 too, and for
     * that of 1 alone does not (fs/coredump.c). */
    const rlim_t core_size = d->options->confinement != NULL ? 1 : 0;
    const struct rlimit no_core = {core_size, core_size};
    setrlimit(RLIMIT_CORE, &no_core);
    struct rlimit stack;
    if (getrlimit(RLIMIT_STACK, &stack) == 0) { /* its soft limit decides where mmap begins */
        stack.rlim_cur = stack.rlim_max < (8u << 20) ? stack.rlim_max : 8u << 20;
        setrlimit(RLIMIT_STACK, &stack);
    }
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max < 1024 ? files.rlim_max : 1024;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    const struct confinement *confinement = d->options->confinement;
    if (confinement != NULL)
        confine(plan);
    int before = personality(0xffffffff);
    int plain = 0;
    if (before >= 0 && personality((unsigned long)before | ADDR_NO_RANDOMIZE) >= 0)
        plain |= PLAIN_ADDRESSES;
    setpriority(PRIO_PROCESS, 0, 0); /* ps shows it, nice(1) tells it */
    if (getpriority(PRIO_PROCESS, 0) == 0)
        plain |= PLAIN_PRIORITY;
    /* Children and the programs they become inherit it. */
    if (d->options->clock == CLOCK_KIND_VIRTUAL && prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0)
        plain |= PLAIN_COUNTER;
    /* 0, 1 and 2, without stepping on one another. */
    int talk = duplicate_aside(plan->socket);
    int in = duplicate_aside(plan->stdin_fd);
    int out = duplicate_aside(plan->stdout_fd);
    int err = duplicate_aside(plan->stderr_fd);
    const int socket = 3;
    if (talk < 0 || in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(err, 2) < 0 || dup2(talk, socket) < 0)
        give_up(plan, STAGE_STDIO);
    closefrom(socket + 1); /* before anybody looks: without close_range (Linux 5.9) it takes more */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        send_report(socket, STAGE_FILTER, errno, 0, -1);
        _exit(127);
    }
    environ = plan->environment;
    send_report(socket, STAGE_READY, 0, plain, -1);
    char go;
    if (recv(socket, &go, 1, 0) != 1) /* seized by now */
        _exit(127);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter_program()) != 0 ||
        (confinement != NULL && /* the last: it may refuse to take another */
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, confinement->filter) != 0)) {
        send_report(socket, STAGE_FILTER, errno, 0, -1);
        _exit(127);
    }
    close(socket);
    actor_perform(scenario, 0, d->root->name, true, d->directory);
}

static void init_process(void *argument)
{
    struct plan *plan = argument;
    struct director *d = plan->d;
    /* A runner that hides its memory: what it starts shall be seen, but not what is copied here. */
    bool hides = d->options->confinement != NULL || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    prctl(PR_SET_NAME, "procenario-init");
    set_title("procenario-init");
    if (plan->map_user && !map_user(plan->uid, plan->gid))
        give_up(plan, STAGE_MAPPING);
    if (plan->clone_flags & CLONE_NEWNS) {
        if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
            give_up(plan, STAGE_MOUNT);
        if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
            give_up(plan, STAGE_MOUNT_PROC);
        /* A devpts of our own, so that the terminal's name is the same in every run. */
        if (plan->slave < 0 && d->scenario->stdio == STDIO_TERMINAL &&
            mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
                  d->options->confinement != NULL
                      ? "newinstance,ptmxmode=0666,mode=0620,max=64" /* all are the host's */
                      : "newinstance,ptmxmode=0666,mode=0620") == 0) {
            int master = open_terminal("/dev/pts/ptmx", &plan->slave);
            if (master >= 0) {
                send_report(plan->socket, STAGE_TERMINAL, 0, 0, master);
                close(master);
            } else {
                umount2("/dev/pts", MNT_DETACH);
            }
        }
    } else {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
    if (setsid() < 0)
        give_up(plan, STAGE_SESSION);
    if (d->scenario->stdio == STDIO_TERMINAL) {
        if (plan->slave < 0) {
            int master = open_terminal("/dev/ptmx", &plan->slave);
            if (master < 0)
                give_up(plan, STAGE_TERMINAL);
            send_report(plan->socket, STAGE_TERMINAL, 0, 0, master);
            close(master);
        }
        if (!plain_terminal(plan->slave, d->scenario) || ioctl(plan->slave, TIOCSCTTY, 0) != 0)
            give_up(plan, STAGE_TERMINAL);
        plan->stdin_fd = plan->stdout_fd = plan->stderr_fd = plan->slave;
    }
    pid_t root = fork();
    if (root < 0)
        give_up(plan, STAGE_FORK);
    if (root == 0) {
        prctl(PR_SET_NAME, "procenario");
        set_title("procenario");
        root_process(plan);
    }
    if (hides) /* it has the scenario in its memory */
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    /* Keep nothing of the run's open: end of file and broken pipes must come when they are due. */
    dup2(plan->lifeline, 0);
    closefrom(1);
    char end;
    while (read(0, &end, 1) < 0 && errno == EINTR) {
    }
    _exit(0);
}

/* ---- the runner's side ---- */

/* Receives one report; its sender's pid and a passed descriptor when there is one. */
static bool receive_report(int socket, struct report *report, pid_t *sender, int *passed_fd)
{
    struct iovec iov = {report, sizeof *report};
    union {
        char space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    ssize_t got;
    while ((got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (got != (ssize_t)sizeof *report)
        return false;
    for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h != NULL; h = CMSG_NXTHDR(&message, h)) {
        if (h->cmsg_level != SOL_SOCKET)
            continue;
        if (h->cmsg_type == SCM_CREDENTIALS) {
            struct ucred sender_is;
            memcpy(&sender_is, CMSG_DATA(h), sizeof sender_is);
            *sender = sender_is.pid;
        } else if (h->cmsg_type == SCM_RIGHTS) {
            memcpy(passed_fd, CMSG_DATA(h), sizeof *passed_fd);
        }
    }
    return true;
}

/* What a program may count on, whoever runs the scenario. */
static char **make_environment(const struct scenario *scenario)
{
    static const char *const kept[] = {"HOME", "USER", "LOGNAME"};
    static const char *const fixed[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG=C.UTF-8",
        "TZ=UTC",
        "TERM=xterm",
        "PYTHONHASHSEED=0",
        "PYTHONDONTWRITEBYTECODE=1",
    };
    size_t count = 0;
    char **environment = xcalloc(ARRAY_SIZE(kept) + ARRAY_SIZE(fixed) + scenario->env_count + 1,
                                 sizeof *environment);
    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
        environment[count++] = xstrdup(fixed[i]);
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        const char *value = getenv(kept[i]);
        if (value != NULL)
            environment[count++] = xasprintf("%s=%s", kept[i], value);
    }
    for (size_t i = 0; i < scenario->env_count; i++) {
        size_t key = strcspn(scenario->env[i], "=") + 1;
        size_t at = 0;
        while (at < count && strncmp(environment[at], scenario->env[i], key) != 0)
            at++;
        if (at < count)
            free(environment[at]);
        else
            count++;
        environment[at] = xstrdup(scenario->env[i]);
    }
    return environment;
}

static void free_environment(char **environment)
{
    for (size_t i = 0; environment[i] != NULL; i++)
        free(environment[i]);
    free(environment);
}

static void close_all(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(steal_fd(&fds[i]));
}

/* The descriptors that are not a terminal. `theirs` are the program's ends. */
static bool open_stdio(struct director *d, int theirs[3])
{
    if (d->scenario->stdio == STDIO_PIPE) {
        int ends[2];
        for (int i = 0; i < 3; i++) {
            if (pipe2(ends, O_CLOEXEC) != 0)
                return error_set(d->error, errno, "cannot make a pipe for the program's output");
            theirs[i] = ends[i == 0 ? 0 : 1];
            d->pipes[i] = ends[i == 0 ? 1 : 0];
            fcntl(d->pipes[i], F_SETFL, O_NONBLOCK);
        }
    } else if (d->scenario->stdio == STDIO_FILE) {
        static const char *const names[] = {"stdin", "stdout", "stderr"};
        for (int i = 0; i < 3; i++) {
            d->files[i] = memfd_create(names[i], MFD_CLOEXEC);
            if (d->files[i] < 0)
                return error_set(d->error, errno, "cannot make a file for the program's output");
            theirs[i] = fcntl(d->files[i], F_DUPFD_CLOEXEC, 0);
            if (theirs[i] < 0)
                return error_set(d->error, errno, "cannot duplicate a descriptor");
        }
    }
    return true;
}

/* Tries one way to start; *refused_stage tells where a namespace was refused. */
static bool try_launch(struct director *d, struct plan *plan, int *plain, struct report *why)
{
    int reports[2], lifeline[2];
    bool paired = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reports) == 0;
    if (!paired || pipe2(lifeline, O_CLOEXEC) != 0) {
        *why = (struct report){STAGE_CHANNEL, errno, 0};
        close_all(reports, paired ? 2 : 0);
        return false;
    }
    int one = 1;
    setsockopt(reports[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
    plan->socket = reports[1];
    plan->lifeline = lifeline[0];
    pid_t init = (pid_t)syscall(SYS_clone, plan->clone_flags | SIGCHLD, NULL, NULL, NULL, NULL);
    if (init == 0) {
        close(reports[0]);
        close(lifeline[1]);
        run_natively(init_process, plan);
    }
    int code = errno;
    close(reports[1]);
    close(lifeline[0]);
    if (init < 0) {
        close(reports[0]);
        close(lifeline[1]);
        *why = (struct report){plan->clone_flags != 0 ? STAGE_NAMESPACE : STAGE_FORK, code, 0};
        return false;
    }
    pid_t sender = 0;
    int passed = -1;
    while (receive_report(reports[0], why, &sender, &passed)) {
        if (why->code != 0)
            break;
        if (why->stage == STAGE_TERMINAL) {
            d->terminal = passed;
            continue;
        }
        if (ptrace(PTRACE_SEIZE, sender, NULL, (void *)(uintptr_t)trace_options) != 0) {
            *why = (struct report){STAGE_SEIZE, errno, 0};
            kill(sender, SIGKILL);
            break;
        }
        if (d->options->confinement != NULL) { /* now: later it may hide */
            char path[48];
            snprintf(path, sizeof path, "/proc/%d/ns/ipc", sender);
            d->ipc_namespace = open(path, O_RDONLY | O_CLOEXEC);
            if (d->ipc_namespace < 0) {
                *why = (struct report){STAGE_NAMESPACE, errno, 0};
                kill(sender, SIGKILL);
                break;
            }
        }
        *plain = why->plain;
        d->init_pid = init;
        d->lifeline = lifeline[1];
        d->launch_socket = reports[0];
        d->root->pid = sender;
        task_new(d, sender, d->root);
        return true;
    }
    if (why->code == 0)
        *why = (struct report){STAGE_READY, ECHILD, 0};
    close(reports[0]);
    close(lifeline[1]);
    if (d->terminal >= 0)
        close(steal_fd(&d->terminal));
    int status;
    while (waitpid(init, &status, 0) < 0 && errno == EINTR) {
    }
    return false;
}

static bool explain_refusal(struct director *d, const struct report *why)
{
    error_set(d->error, why->code, "cannot %s", stage_words[why->stage]);
    if (why->stage == STAGE_SEIZE)
        error_remedy(d->error, "tracing is refused here: see 'procenario doctor' (in a container, "
                               "allow it with --cap-add=SYS_PTRACE; on a host, set "
                               "kernel.yama.ptrace_scope to 0 or 1)");
    else if (why->stage == STAGE_FORK)
        error_remedy(d->error, "the user or the container has no processes left: see ulimit -u "
                               "and the cgroup's pids.max");
    else if (why->stage == STAGE_FILTER)
        error_remedy(d->error, "seccomp filters are refused here: see 'procenario doctor'");
    else if (d->error->remedy[0] == '\0')
        error_remedy(d->error, "see 'procenario doctor' for what this host allows");
    return false;
}

bool launch(struct director *d, const char **notes, size_t *note_count)
{
    int theirs[3] = {-1, -1, -1};
    const struct role *root = &d->scenario->roles[0];
    d->root = process_new(d, scenario_friendlier_name(d->scenario, root->name), 0);
    d->root->role = 0;
    d->root->forked = xcalloc(d->scenario->role_count, sizeof *d->root->forked);
    d->root->command = xstrdup(root->name);
    if (!open_stdio(d, theirs))
        return false;
    struct plan plan = {.d = d,
                        .uid = geteuid(),
                        .gid = getegid(),
                        .slave = -1,
                        .stdin_fd = theirs[0],
                        .stdout_fd = theirs[1],
                        .stderr_fd = theirs[2],
                        .environment = make_environment(d->scenario)};
    filter_program(); /* built before the fork */
    const struct {
        int flags;
        bool map;
    } ways[] = {
        {CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC,
         false}, /* the superuser needs no user namespace */
        {CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC, true},
        {0, false},
    };
    struct report why = {0};
    int plain = 0;
    bool started = false;
    size_t first = geteuid() == 0 ? 0 : 1, end = ARRAY_SIZE(ways);
    if (d->options->confinement != NULL) { /* the one in which the program has no rights at all */
        first = 1;
        end = 2;
    }
    for (size_t i = first; i < end && !started; i++) {
        plan.clone_flags = ways[i].flags;
        plan.map_user = ways[i].map;
        plan.slave = -1;
        started = try_launch(d, &plan, &plain, &why);
        if (!started && why.stage == STAGE_SEIZE)
            break;
        d->own_pids = ways[i].flags != 0;
    }
    free_environment(plan.environment);
    for (int i = 0; i < 3 && started; i++)
        if (theirs[i] >= 0)
            fstat(theirs[i], &d->stdio_stat[i]);
    close_all(theirs, 3);
    if (!started)
        return explain_refusal(d, &why);
    if (d->terminal >= 0) {
        d->terminal_slave = ioctl(d->terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (d->terminal_slave < 0 || fstat(d->terminal_slave, &d->stdio_stat[0]) != 0)
            return error_set(d->error, errno, "cannot look at the program's terminal");
        d->stdio_stat[1] = d->stdio_stat[2] = d->stdio_stat[0];
        /* Only its identity: a slave kept open would hide the program's own hang-up. */
        close(steal_fd(&d->terminal_slave));
    }
    if (!d->own_pids)
        notes[(*note_count)++] = "process ids vary: no pid namespace is allowed here "
                                 "(see 'procenario doctor')";
    if (!(plain & PLAIN_PRIORITY))
        notes[(*note_count)++] =
            "the processes' priority is that of the runner (see nice(1)): only "
            "a privileged user can raise it";
    if (!(plain & PLAIN_ADDRESSES))
        notes[(*note_count)++] =
            "addresses vary: address randomisation cannot be switched off here "
            "(see 'procenario doctor')";
    d->trusts_proc = proc_is_ours();
    if (!d->trusts_proc)
        notes[(*note_count)++] = "/proc is not that of the runner's pid namespace: who sleeps or "
                                 "computes is not known (see 'procenario doctor')";
    d->holds_counter = (plain & PLAIN_COUNTER) != 0;
    if (!d->holds_counter && d->options->clock == CLOCK_KIND_VIRTUAL)
        notes[(*note_count)++] = "the processor's counter of time cannot be held: programs that "
                                 "read it see real time (see 'procenario doctor')";
    pid_t ns_pid = d->own_pids ? 2 : d->root->pid;
    process_set_ns_pid(d, d->root, ns_pid);
    d->root->group = ns_pid;
    d->root->session = d->own_session = d->own_pids ? 1 : d->init_pid;
    return true;
}

/* Lets the seized root go on: it installs the filter and begins. */
bool launch_begin(struct director *d)
{
    task_set_state(d, d->root->first_task, TASK_RUNNING);
    return send(d->launch_socket, "g", 1, MSG_NOSIGNAL) == 1 ||
           error_set(d->error, errno, "cannot start the root process");
}

bool launch_explain(struct director *d)
{
    struct report report = {0};
    ssize_t got = recv(d->launch_socket, &report, sizeof report, MSG_DONTWAIT);
    if (got != (ssize_t)sizeof report || report.code == 0)
        return false;
    explain_refusal(d, &report);
    return true;
}

void launch_release(struct director *d)
{
    int *fds[] = {&d->launch_socket, &d->lifeline, &d->ipc_namespace, &d->terminal,
                  &d->terminal_slave};
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        close_all(fds[i], 1);
    close_all(d->pipes, 3);
    close_all(d->files, 3);
}
