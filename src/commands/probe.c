#include "commands/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/native.h"
#include "director/director.h"
#include "sandbox/sandbox.h"

/* The container settings that lift most refusals. */
#define CONTAINER_TRACING                                                                          \
    "docker run --cap-add=SYS_PTRACE --security-opt seccomp=unconfined (podman: the same)"

static void found(struct probe_answer *answer, enum probe_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void found(struct probe_answer *answer, enum probe_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    answer->status = status;
    buf_vprintf(&answer->seen, format, args);
    va_end(args);
}

static void mend(struct probe_answer *answer, const char *way)
{
    buf_printf(&answer->remedy, "%s\n", way);
}

/* ---- reading what the kernel says ------------------------------------------------------------ */

/* The first line of a file; false when it cannot be read. */
static bool read_line(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool ok = fgets(out, (int)size, file) != NULL;
    fclose(file);
    if (ok)
        out[strcspn(out, "\n")] = '\0';
    return ok;
}

/* A setting that is one number; -1 where the kernel has no such setting. */
static long read_number(const char *path)
{
    char line[64];
    return read_line(path, line, sizeof line) ? strtol(line, NULL, 10) : -1;
}

/* A field of /proc/self/status, such as "Seccomp"; -1 when it is not there. */
static long status_field(const char *name)
{
    FILE *file = fopen("/proc/self/status", "re");
    if (!file)
        return -1;
    char line[256];
    long value = -1;
    size_t length = strlen(name);
    while (value < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            value = strtol(line + length + 1, NULL, 10);
    fclose(file);
    return value;
}

static bool is_filtered(void)
{
    return status_field("Seccomp") == SECCOMP_MODE_FILTER;
}

/* ---- children to try things in ---- */

static void reap(pid_t pid)
{
    int status;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR) {
    }
}

/* What a child found out. */
struct trial {
    int stage; /* how far it came */
    int code;  /* errno there; 0: it went well */
};

/* What a child shall find out, and whom it tells. */
struct attempt {
    void (*function)(struct trial *trial);
    struct trial *trial;
    int report; /* a pipe */
};

static void make_attempt(void *argument)
{
    const struct attempt *attempt = argument;
    attempt->function(attempt->trial);
    _exit(write(attempt->report, attempt->trial, sizeof *attempt->trial) !=
          (ssize_t)sizeof *attempt->trial);
}

/* Has `attempt` tried in a child (begun with clone flags), which fills the trial and ends. Returns
 * false with errno when there was no child. */
static bool try_in_child(unsigned long flags, void (*attempt)(struct trial *trial),
                         struct trial *trial)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        run_natively(make_attempt, &(struct attempt){attempt, trial, ends[1]});
    int code = errno;
    close(ends[1]);
    if (pid > 0) {
        ssize_t got;
        while ((got = read(ends[0], trial, sizeof *trial)) < 0 && errno == EINTR) {
        }
        /* Killed in the attempt: by a filter that kills. */
        if (got != (ssize_t)sizeof *trial)
            *trial = (struct trial){.stage = trial->stage, .code = EPERM};
        reap(pid);
    }
    close(ends[0]);
    errno = code;
    return pid > 0;
}

/* A child that is seized and waits for a byte before it goes on. */
struct held {
    pid_t pid;
    int go;              /* write one byte */
    const char *refused; /* the step that failed (errno in code), or NULL */
    int code;
};

struct wait {
    int ends[2];
    pid_t runner;
    void (*then)(void);
};

static void wait_to_go(void *argument)
{
    const struct wait *wait = argument;
    close(wait->ends[1]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char byte;
    if (getppid() != wait->runner || read(wait->ends[0], &byte, 1) != 1)
        _exit(1);
    if (wait->then)
        wait->then();
    _exit(0);
}

static struct held hold_child(unsigned long options, void (*then)(void))
{
    struct held held = {.pid = -1, .go = -1};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        held.refused = "pipe";
        held.code = errno;
        return held;
    }
    struct wait wait = {{ends[0], ends[1]}, getpid(), then};
    held.pid = fork();
    if (held.pid == 0)
        run_natively(wait_to_go, &wait);
    held.code = errno;
    close(ends[0]);
    held.go = ends[1];
    if (held.pid < 0) {
        held.refused = "fork";
    } else if (ptrace(PTRACE_SEIZE, held.pid, NULL, (void *)(options | PTRACE_O_EXITKILL)) != 0) {
        held.refused = "PTRACE_SEIZE";
        held.code = errno;
    }
    return held;
}

static void release_child(struct held *held)
{
    if (held->pid > 0)
        reap(held->pid);
    if (held->go >= 0)
        close(held->go);
}

/* Waits for the next stop of the child; false when it is gone. */
static bool wait_stop(pid_t pid, int *status)
{
    pid_t got;
    while ((got = waitpid(pid, status, __WALL)) < 0 && errno == EINTR) {
    }
    return got == pid && WIFSTOPPED(*status);
}

/* ---- the probes ---- */

static void look_kernel(struct probe_answer *answer)
{
    struct utsname name;
    uname(&name);
    char *end;
    unsigned long major = strtoul(name.release, &end, 10);
    unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
    bool new_enough = major > 5 || (major == 5 && minor >= 3);
    found(answer, new_enough ? PROBE_OK : PROBE_MISSING, "%s %s on %s%s", name.sysname,
          name.release, name.machine, new_enough ? "" : "; 5.3 or newer is needed");
    if (!new_enough)
        mend(answer, "use a newer kernel (gVisor and WSL 1 are not Linux kernels)");
}

static void look_proc(struct probe_answer *answer)
{
    char line[64];
    if (proc_is_ours()) {
        found(answer, PROBE_OK, "/proc is there");
    } else if (read_line("/proc/self/stat", line, sizeof line) || errno != ENOENT ||
               access("/proc/1", F_OK) == 0) {
        found(answer, PROBE_DEGRADED, "/proc is that of another pid namespace");
        mend(answer, "mount it anew where this pid namespace is made (unshare --mount-proc)");
    } else {
        found(answer, PROBE_MISSING, "cannot read /proc/self/stat: %s", strerror(ENOENT));
        mend(answer, "mount -t proc proc /proc");
    }
}

static void look_tracing(struct probe_answer *answer)
{
    struct held held = hold_child(0, NULL);
    int status;
    if (!held.refused &&
        (ptrace(PTRACE_INTERRUPT, held.pid, NULL, NULL) != 0 || !wait_stop(held.pid, &status))) {
        held.refused = "PTRACE_INTERRUPT";
        held.code = errno;
    }
    struct __ptrace_syscall_info info;
    if (!held.refused &&
        ptrace(PTRACE_GET_SYSCALL_INFO, held.pid, (void *)sizeof info, &info) < 0) {
        held.refused = "PTRACE_GET_SYSCALL_INFO";
        held.code = errno;
    }
    release_child(&held);
    long scope = read_number("/proc/sys/kernel/yama/ptrace_scope");
    if (!held.refused) {
        if (scope < 0)
            found(answer, PROBE_OK, "a process can be held by ptrace");
        else
            found(answer, PROBE_OK,
                  "a process can be held by ptrace (kernel.yama.ptrace_scope %ld)", scope);
        return;
    }
    found(answer, PROBE_MISSING, "%s is refused: %s", held.refused, strerror(held.code));
    if (scope >= 2)
        mend(answer, "sysctl -w kernel.yama.ptrace_scope=1 (3 can be left only by a reboot)");
    if (is_filtered())
        mend(answer, CONTAINER_TRACING);
    mend(answer, "run procenario outside of what restricts it (gdb, strace, a sandbox)");
}

/* Asks for a stop at getppid, which is then called. */
static void call_filtered(void)
{
    static struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = ARRAY_SIZE(rules), .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        _exit(errno);
    syscall(SYS_getppid);
}

static void look_filter(struct probe_answer *answer)
{
    struct held held = hold_child(PTRACE_O_TRACESECCOMP, call_filtered);
    struct __ptrace_syscall_info info = {0};
    int status = 0;
    bool stopped = !held.refused && write(held.go, "g", 1) == 1 && wait_stop(held.pid, &status) &&
                   status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
    bool right = stopped &&
                 ptrace(PTRACE_GET_SYSCALL_INFO, held.pid, (void *)sizeof info, &info) > 0 &&
                 info.op == PTRACE_SYSCALL_INFO_SECCOMP && info.seccomp.nr == SYS_getppid;
    if (right)
        found(answer, PROBE_OK, "system calls can be trapped one by one%s",
              is_filtered() ? " (another filter is in force here)" : "");
    else if (held.refused)
        found(answer, PROBE_MISSING, "cannot be tried without tracing");
    else if (stopped)
        found(answer, PROBE_MISSING, "a trapped system call cannot be read");
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        found(answer, PROBE_MISSING, "seccomp filters are refused: %s",
              strerror(WEXITSTATUS(status)));
    else
        found(answer, PROBE_MISSING, "a filtered system call did not stop");
    release_child(&held);
    if (answer->status != PROBE_OK && !held.refused) {
        mend(answer, "a kernel with CONFIG_SECCOMP_FILTER (gVisor traps no calls)");
        if (is_filtered())
            mend(answer, CONTAINER_TRACING);
    }
}

/* Peeks into a held child, which has our memory. */
static void look_memory(struct probe_answer *answer)
{
    static const char word[] = "procenario";
    char copy[sizeof word] = "";
    struct held held = hold_child(0, NULL);
    int status;
    if (held.refused || ptrace(PTRACE_INTERRUPT, held.pid, NULL, NULL) != 0 ||
        !wait_stop(held.pid, &status)) {
        release_child(&held);
        found(answer, PROBE_DEGRADED, "cannot be tried without tracing");
        return;
    }
    struct iovec to = {copy, sizeof copy}, from = {(void *)(uintptr_t)word, sizeof word};
    ssize_t got = process_vm_readv(held.pid, &to, 1, &from, 1, 0);
    int code = errno;
    release_child(&held);
    if (got == (ssize_t)sizeof word && strcmp(copy, word) == 0) {
        found(answer, PROBE_OK, "read at once (process_vm_readv)");
        return;
    }
    found(answer, PROBE_DEGRADED, "process_vm_readv is refused: %s", strerror(code));
    mend(answer, CONTAINER_TRACING);
}

static void duplicate_descriptor(struct trial *trial)
{
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    trial->stage = 1;
    if (self < 0) {
        trial->code = errno;
        return;
    }
    trial->stage = 2;
    if (syscall(SYS_pidfd_getfd, self, self, 0) < 0)
        trial->code = errno;
}

static void look_descriptors(struct probe_answer *answer)
{
    static const char *const steps[] = {"fork", "pidfd_open", "pidfd_getfd"};
    struct trial trial = {0};
    if (!try_in_child(0, duplicate_descriptor, &trial))
        trial.code = errno;
    if (trial.code == 0) {
        found(answer, PROBE_OK, "can be looked at in other processes (pidfd_getfd)");
        return;
    }
    found(answer, PROBE_DEGRADED, "%s is refused: %s", steps[trial.stage], strerror(trial.code));
    if (trial.code == ENOSYS)
        mend(answer, "Linux 5.6 or newer");
    if (is_filtered())
        mend(answer, CONTAINER_TRACING);
}

/* A user namespace needs its identity mapped before a /proc of its own may be mounted. */
static bool map_identity(uid_t uid, gid_t gid)
{
    static const char *const files[] = {"/proc/self/setgroups", "/proc/self/uid_map",
                                        "/proc/self/gid_map"};
    char texts[3][64] = {"deny"};
    snprintf(texts[1], sizeof texts[1], "%u %u 1", (unsigned)uid, (unsigned)uid);
    snprintf(texts[2], sizeof texts[2], "%u %u 1", (unsigned)gid, (unsigned)gid);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        int fd = open(files[i], O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, texts[i], strlen(texts[i])) < 0)
            return false;
        close(fd);
    }
    return true;
}

/* The steps inside of new namespaces. */
enum { STAGE_CLONE, STAGE_MAP, STAGE_PRIVATE, STAGE_PROC, STAGE_DONE };
static const char *const stage_words[] = {
    "making namespaces",
    "mapping the user",
    "making mounts private",
    "mounting /proc inside",
};
/* Known before the clone: the child cannot tell any more. */
static uid_t outer_uid;
static gid_t outer_gid;

static void mount_inside(struct trial *trial)
{
    trial->stage = STAGE_PRIVATE;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0) {
        trial->stage = STAGE_PROC;
        if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0) {
            trial->stage = STAGE_DONE;
            return;
        }
    }
    trial->code = errno;
}

static void map_and_mount_inside(struct trial *trial)
{
    trial->stage = STAGE_MAP;
    if (!map_identity(outer_uid, outer_gid))
        trial->code = errno;
    else
        mount_inside(trial);
}

static struct trial try_namespaces(bool with_user)
{
    struct trial trial = {.stage = STAGE_CLONE};
    unsigned long flags =
        CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | (with_user ? CLONE_NEWUSER : 0);
    outer_uid = geteuid();
    outer_gid = getegid();
    if (!try_in_child(flags, with_user ? map_and_mount_inside : mount_inside, &trial))
        trial.code = errno;
    return trial;
}

/* The settings that are known to refuse namespaces to ordinary users. */
static void mend_namespaces(struct probe_answer *answer, const struct trial *trial)
{
    if (trial->stage == STAGE_PROC)
        mend(answer, "docker run --security-opt systempaths=unconfined "
                     "(podman: --security-opt unmask=ALL): parts of /proc are covered here");
    if (read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
        mend(answer, "sysctl -w kernel.unprivileged_userns_clone=1");
    if (read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
        mend(answer, "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
    if (read_number("/proc/sys/user/max_user_namespaces") == 0)
        mend(answer, "sysctl -w user.max_user_namespaces=10000");
    if (is_filtered())
        mend(answer, "docker run --security-opt seccomp=unconfined (or --privileged)");
    if (trial->code == EINVAL || trial->code == ENOSYS)
        mend(answer, "a kernel with CONFIG_USER_NS and CONFIG_PID_NS");
    if (answer->remedy.length == 0)
        mend(answer, "run as root, or let the security module in force allow user namespaces");
}

static void look_namespaces(struct probe_answer *answer)
{
    struct trial trial = {.code = EPERM};
    bool as_root = geteuid() == 0;
    if (as_root)
        trial = try_namespaces(false);
    if (trial.code != 0)
        trial = try_namespaces(true);
    if (trial.code == 0) {
        found(answer, PROBE_OK, "a run can have process ids and a /proc of its own");
        return;
    }
    found(answer, PROBE_DEGRADED, "%s is refused: %s", stage_words[trial.stage],
          strerror(trial.code));
    mend_namespaces(answer, &trial);
}

static void fix_addresses(struct trial *trial)
{
    int before = personality(0xffffffff);
    if (before < 0 || personality((unsigned long)before | ADDR_NO_RANDOMIZE) < 0)
        trial->code = errno;
}

/* Tries it in a child. False: it is refused, which takes something from runs. */
static bool is_granted(struct probe_answer *answer, void (*attempt)(struct trial *),
                       const char *seen, const char *refused)
{
    struct trial trial = {0};
    if (!try_in_child(0, attempt, &trial))
        trial.code = errno;
    if (trial.code == 0)
        found(answer, PROBE_OK, "%s", seen);
    else
        found(answer, PROBE_DEGRADED, "%s: %s", refused, strerror(trial.code));
    return trial.code == 0;
}

static void look_addresses(struct probe_answer *answer)
{
    if (!is_granted(answer, fix_addresses, "address randomisation can be switched off",
                    "personality(ADDR_NO_RANDOMIZE) is refused"))
        mend(answer, is_filtered() ? "docker run --security-opt seccomp=unconfined"
                                   : "sysctl -w kernel.randomize_va_space=0");
}

static void hold_counter(struct trial *trial)
{
    if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) != 0)
        trial->code = errno;
}

static void look_counter(struct probe_answer *answer)
{
    if (!is_granted(answer, hold_counter, "the processor's own can be held",
                    "prctl(PR_SET_TSC) fails"))
        mend(answer, "Linux 2.6.26 or newer on x86_64, 6.12 or newer on aarch64");
}

static void look_terminals(struct probe_answer *answer)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    const char *step = "opening /dev/ptmx";
    int slave = -1;
    if (master >= 0) {
        step = "unlocking a pseudo-terminal";
        if (grantpt(master) == 0 && unlockpt(master) == 0) {
            step = "opening a pseudo-terminal";
            slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        }
    }
    int code = errno;
    if (slave >= 0) {
        found(answer, PROBE_OK, "pseudo-terminals can be opened");
        close(slave);
    } else {
        found(answer, PROBE_DEGRADED, "%s fails: %s", step, strerror(code));
        mend(answer, code == ENOSPC ? "sysctl -w kernel.pty.max=4096"
                                    : "mount -t devpts -o newinstance,ptmxmode=0666 devpts "
                                      "/dev/pts, with /dev/ptmx leading to pts/ptmx");
    }
    if (master >= 0)
        close(master);
}

/* How many processes the cgroup of ours still allows; -1: no limit, or none to be seen. */
static long cgroup_room(void)
{
    char line[4096], path[4200];
    if (!read_line("/proc/self/cgroup", line, sizeof line) || strncmp(line, "0::", 3) != 0)
        return -1;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/pids.max", line + 3);
    char max[64];
    if (!read_line(path, max, sizeof max) || strcmp(max, "max") == 0)
        return -1;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/pids.current", line + 3);
    long current = read_number(path);
    return strtol(max, NULL, 10) - (current > 0 ? current : 0);
}

/* The default of a scenario's `limits: processes`. */
enum { WANTED_PROCESSES = 1000 };

static void look_room(struct probe_answer *answer)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    getrlimit(RLIMIT_NPROC, &limit);
    long room = cgroup_room();
    bool by_user = geteuid() != 0 && limit.rlim_cur < WANTED_PROCESSES;
    bool by_cgroup = room >= 0 && room < WANTED_PROCESSES;
    if (!by_user && !by_cgroup) {
        if (room < 0)
            found(answer, PROBE_OK, "for %d processes and more: no cgroup limits them",
                  WANTED_PROCESSES);
        else
            found(answer, PROBE_OK, "for %d processes and more: the cgroup allows %ld",
                  WANTED_PROCESSES, room);
        return;
    }
    if (by_user) {
        found(answer, PROBE_DEGRADED, "this user may have %llu processes in all",
              (unsigned long long)limit.rlim_cur);
        mend(answer, "ulimit -u 4096");
    }
    if (by_cgroup) {
        found(answer, PROBE_DEGRADED, "%sthe cgroup allows %ld more processes", by_user ? "; " : "",
              room);
        mend(answer, "raise pids.max of the cgroup (docker run --pids-limit=4096, "
                     "systemd: TasksMax=4096)");
    }
}

static void look_closing(struct probe_answer *answer)
{
    /* The highest numbers: nothing is open there. */
    if (syscall(SYS_close_range, ~0U - 1, ~0U, 0) == 0)
        found(answer, PROBE_OK, "inherited ones can be closed (close_range)");
    else {
        found(answer, PROBE_DEGRADED, "close_range fails: %s", strerror(errno));
        mend(answer, "Linux 5.9 or newer");
    }
}

static void look_sandbox(struct probe_answer *answer)
{
    struct error error = {0};
    if (sandbox_possible(&error)) {
        found(answer, PROBE_OK, "programs can be performed in bubblewrap");
        return;
    }
    found(answer, PROBE_DEGRADED, "%s", error.message);
    if (error.remedy[0] != '\0')
        mend(answer, error.remedy);
}

const struct probe probes[] = {
    {"kernel", look_kernel, "system calls cannot be read from outside (PTRACE_GET_SYSCALL_INFO)"},
    {"/proc", look_proc, "what processes do between their calls cannot be told"},
    {"tracing", look_tracing, "processes cannot be held, timed or ordered"},
    {"seccomp filter", look_filter, "the system calls a scenario is about cannot be trapped"},
    {"namespaces", look_namespaces,
     "process ids, those of System V's objects, and the terminal's name vary from run to run;\n"
     "orphans are adopted by a process of procenario's that is not pid 1; ps shows the host's\n"
     "processes"},
    {"addresses", look_addresses, "pointers that a program prints vary from run to run"},
    {"counter of time", look_counter,
     "programs that read the processor's own counter (rdtsc, cntvct) see real time"},
    {"terminals", look_terminals,
     "only scenarios with 'stdio: pipe' or 'stdio: file' can be performed"},
    {"memory", look_memory, "arguments and output are read word by word, which is slow"},
    {"descriptors", look_descriptors,
     "whether a read would block is found out by waiting, which is slower"},
    {"open descriptors", look_closing, "programs see descriptors that procenario was started with"},
    {"room", look_room, "scenarios with very many processes end with EAGAIN from fork"},
    {"sandbox", look_sandbox,
     "grade performs submissions only with --unsafe-no-sandbox: with your rights"},
    {.name = NULL},
};
