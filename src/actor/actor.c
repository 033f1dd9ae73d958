/*
 * The interpreter of steps. Each step is one system call and bears its name; what the call returns
 * is what the step learns. No heap, no stdio, no clocks: see actor.h.
 */
#include "actor/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actor/arch.h"
#include "base/mem.h"
#include "base/units.h"

struct actor actor;

/* A step that failed: its `else`, if it has one. */
static void otherwise(const struct step *step, int error)
{
    actor.error = error;
    actor_perform_steps(&step->otherwise);
}

/* ---- output --------------------------------------------------------------------------------- */

static void print(const struct step *step, int fd)
{
    if (actor_write_text(fd, &step->text, step->newline) < 0)
        otherwise(step, actor.error);
}

static void say(const struct step *step)
{
    char text[ACTOR_READ_SIZE];
    size_t length = actor_expand(&step->text, text, sizeof text);
    syscall(ACTOR_CALL, ACTOR_SAY, text, length);
}

static void ps(void)
{
    char text[ACTOR_READ_SIZE];
    long length = syscall(ACTOR_CALL, ACTOR_PS, text, sizeof text);
    if (length > 0)
        actor_write(STDOUT_FILENO, text, (size_t)length);
}

/* ---- fork, exec, exit ----------------------------------------------------------------------- */

static _Noreturn void perform_role(void)
{
    actor_perform_steps(&actor.role->steps);
    _exit(0);
}

/* In a new child: it is another process now. */
static void take_role(unsigned role, unsigned index)
{
    char name[ACTOR_NAME_SIZE];
    if (scenario_child_name(actor.scenario, actor.name, actor.is_root, actor.role_index, role,
                            index, name, sizeof name) == 0)
        _exit(126); /* nested too deep to have a name: the director gave it one that says so */
    memcpy(actor.name, name, strlen(name) + 1);
    actor.role_index = role;
    actor.role = &actor.scenario->roles[role];
    actor.index = index;
    actor.is_root = false;
    memset(actor.forked, 0, actor.scenario->role_count * sizeof actor.forked[0]);
}

/* A handler that forks between the clone and the count would give two children the same number:
 * signals wait until both are done. Without handlers there is nothing to hold back. */
static long fork_counted(unsigned role)
{
    sigset_t all, before;
    if (actor.has_handlers) {
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &before);
    }
    long pid = arch_fork_with_tls(ACTOR_TLS_ROLE + role);
    int error = errno;
    unsigned index = actor.forked[role];
    if (pid > 0)
        actor.forked[role]++;
    if (pid == 0)
        take_role(role, index);
    if (actor.has_handlers)
        sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return pid;
}

static void fork_role(const struct step *step)
{
    for (unsigned i = 0; i < step->count; i++) {
        long pid = fork_counted(step->role);
        if (pid == 0)
            perform_role();
        if (pid < 0)
            otherwise(step, errno);
    }
}

/* Puts "KEY=value" into the environment without the heap, which putenv(3) may use. */
static char *environment[MOST_ARGUMENTS + 1];
static void set_variable(char *entry)
{
    size_t key = strcspn(entry, "=") + 1;
    size_t count = 0;
    while (environ[count] != NULL && count < MOST_ARGUMENTS - 1) {
        environment[count] = environ[count];
        count++;
    }
    size_t at = 0;
    while (at < count && strncmp(environment[at], entry, key) != 0)
        at++;
    environment[at] = entry;
    environment[at == count ? count + 1 : count] = NULL;
    environ = environment;
}

static void exec_program(const struct step *step)
{
    static char space[256 * 1024];
    static char *argv[MOST_ARGUMENTS + 1];
    size_t used = 0;
    for (size_t i = 0; i < step->env_count; i++) {
        char *entry = space + used;
        used += actor_expand(&step->env[i], entry, sizeof space - used) + 1;
        if (used >= sizeof space) {
            otherwise(step, E2BIG);
            return;
        }
        set_variable(entry);
    }
    size_t count = 0;
    do { /* a command has at least one word */
        argv[count] = space + used;
        used += actor_expand(&step->argv[count], argv[count], sizeof space - used) + 1;
        count++;
        if (used >= sizeof space) {
            otherwise(step, E2BIG);
            return;
        }
    } while (count < step->argc && count < MOST_ARGUMENTS);
    argv[count] = NULL;
    execvpe(argv[0], argv, environ); /* searches PATH without the heap (glibc, musl) */
    int error = errno;
    if (step->otherwise.count > 0) {
        otherwise(step, error);
        return;
    }
    const char *parts[] = {actor.name, ": cannot exec '",      argv[0],
                           "': ",      strerrordesc_np(error), "\n"};
    char text[ACTOR_NAME_SIZE * 2];
    char *end = text;
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        if (strlen(parts[i]) < (size_t)(text + sizeof text - end)) /* else it is left out */
            end = stpcpy(end, parts[i]);
    actor_write(STDERR_FILENO, text, (size_t)(end - text));
    _exit(error == ENOENT ? 127 : 126); /* as shells do */
}

/* ---- signals -------------------------------------------------------------------------------- */

/* No process has it: pids end at 4,194,304 (proc(5), pid_max). A call about somebody who is gone is
 * made all the same, so that it fails as it would in a program. */
#define NOBODY ((1 << 22) + 1)

/* The pid a target means. */
static pid_t target_pid(const struct target *target)
{
    char name[ACTOR_NAME_SIZE];
    switch (target->kind) {
    case TARGET_NAMED:
    case TARGET_GROUP_NAMED: {
        actor_expand(&target->name, name, sizeof name);
        /* What is built of parts (${name}.worker) may have a friendlier name. */
        const char *full =
            target->name.count > 1 ? scenario_friendlier_name(actor.scenario, name) : name;
        pid_t pid = actor_directory_find(actor.directory, full);
        return pid != 0 ? pid : NOBODY;
    }
    case TARGET_PARENT:
        return getppid();
    case TARGET_SELF:
        return getpid();
    case TARGET_ANY:
    case TARGET_ALL:
        return -1;
    case TARGET_GROUP_SELF:
        break;
    }
    return 0;
}

static void send_signal(const struct step *step)
{
    pid_t pid = target_pid(&step->target);
    if (step->target.kind == TARGET_GROUP_NAMED)
        pid = -pid;
    if (kill(pid, step->signal) != 0)
        otherwise(step, errno);
}

static void on_signal(int signal)
{
    int error = errno;
    const struct step *step = actor.handlers[signal];
    if (step != NULL)
        actor_perform_steps(&step->body);
    errno = error;
}

static void set_handler(const struct step *step)
{
    actor.has_handlers = true;
    actor.handlers[step->signal] = step;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = step->restart ? SA_RESTART : 0};
    sigaction(step->signal, &action, NULL);
}

static void set_disposition(const struct step *step, void (*handler)(int))
{
    for (size_t i = 0; i < step->signal_count; i++) {
        struct sigaction action = {.sa_handler = handler};
        sigaction(step->signals[i], &action, NULL);
    }
}

/* As abort(3), whose libc state a child of the bare clone does not have in order: a handler runs
 * first, and when it returns the default action follows. */
static _Noreturn void abort_self(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGABRT);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), SIGABRT);
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(SIGABRT, &action, NULL);
    kill(getpid(), SIGABRT);
    _exit(127);
}

static void set_mask(const struct step *step, int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < step->signal_count; i++)
        sigaddset(&set, step->signals[i]);
    sigprocmask(how, &set, NULL);
}

/* ---- waiting -------------------------------------------------------------------------------- */

static void wait_for(const struct step *step)
{
    pid_t pid = target_pid(&step->target);
    int options = (step->nohang ? WNOHANG : 0) | (step->untraced ? WUNTRACED : 0) |
                  (step->continued ? WCONTINUED : 0);
    bool all = step->target.kind == TARGET_ALL;
    bool reaped = false;
    for (;;) {
        pid_t got = waitpid(pid, NULL, options);
        if (got > 0) {
            reaped = true;
            if (!all)
                return;
            continue;
        }
        /* All of them: done when there are none left, or none is ready. */
        if (!all || !reaped || (got < 0 && errno != ECHILD))
            otherwise(step, got < 0 ? errno : 0);
        return;
    }
}

static void sleep_for(int64_t ns)
{
    struct timespec ts = {ns / NS_PER_S, ns % NS_PER_S};
    syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL);
}

/* ---- pipes ---------------------------------------------------------------------------------- */

static int descriptor_of(const struct step *step)
{
    switch (step->fd) {
    case STEP_FD_STDIN:
        return STDIN_FILENO;
    case STEP_FD_STDOUT:
        return STDOUT_FILENO;
    case STEP_FD_STDERR:
        return STDERR_FILENO;
    case STEP_FD_PIPE_READ:
        return actor.pipes[step->pipe][0] - 1;
    case STEP_FD_PIPE_WRITE:
        return actor.pipes[step->pipe][1] - 1;
    }
    return -1;
}

static void make_pipe(const struct step *step)
{
    int ends[2];
    if (pipe(ends) != 0) {
        otherwise(step, errno);
        return;
    }
    actor.pipes[step->pipe][0] = ends[0] + 1;
    actor.pipes[step->pipe][1] = ends[1] + 1;
}

static void read_from(const struct step *step)
{
    int fd = descriptor_of(step);
    actor.read_length = 0;
    for (;;) {
        size_t room = sizeof actor.read - actor.read_length;
        if (room > 4096)
            room = 4096;
        if (room == 0)
            return;
        ssize_t got = read(fd, actor.read + actor.read_length, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got > 0)
            actor.read_length += (size_t)got;
        if (got > 0 && step->until_eof)
            continue;
        if (got < 0 || (got == 0 && !step->until_eof))
            otherwise(step, got < 0 ? errno : 0);
        return;
    }
}

static void close_descriptor(const struct step *step)
{
    close(descriptor_of(step));
    if (step->fd == STEP_FD_PIPE_READ)
        actor.pipes[step->pipe][0] = 0;
    else if (step->fd == STEP_FD_PIPE_WRITE)
        actor.pipes[step->pipe][1] = 0;
}

static void join_group(const struct step *step)
{
    pid_t pid = step->target.kind == TARGET_NAMED ? target_pid(&step->target) : 0;
    pid_t group = step->group.kind == TARGET_NAMED ? target_pid(&step->group) : 0;
    setpgid(pid, group);
}

/* ---- one step ------------------------------------------------------------------------------- */

static void perform_step(const struct step *step)
{
    switch (step->kind) {
    case STEP_PRINT:
        print(step, STDOUT_FILENO);
        break;
    case STEP_ERROR:
        print(step, STDERR_FILENO);
        break;
    case STEP_FORK:
        fork_role(step);
        break;
    case STEP_EXEC:
        exec_program(step);
        break;
    case STEP_EXIT:
        _exit(step->status);
    case STEP_SLEEP:
        sleep_for(step->duration_ns);
        break;
    case STEP_PAUSE:
        pause();
        break;
    case STEP_ALARM: {
        /* Whole seconds by alarm(2); parts of one by what it is made of. */
        struct itimerval timer = {
            {0, 0}, {step->duration_ns / NS_PER_S, step->duration_ns % NS_PER_S / NS_PER_US}};
        setitimer(ITIMER_REAL, &timer, NULL);
        break;
    }
    case STEP_KILL:
        send_signal(step);
        break;
    case STEP_WAIT:
        wait_for(step);
        break;
    case STEP_ON:
        set_handler(step);
        break;
    case STEP_IGNORE:
        set_disposition(step, SIG_IGN);
        break;
    case STEP_DEFAULT:
        set_disposition(step, SIG_DFL);
        break;
    case STEP_BLOCK:
        set_mask(step, SIG_BLOCK);
        break;
    case STEP_UNBLOCK:
        set_mask(step, SIG_UNBLOCK);
        break;
    case STEP_SETSID:
        setsid();
        break;
    case STEP_SETPGID:
        join_group(step);
        break;
    case STEP_PIPE:
        make_pipe(step);
        break;
    case STEP_READ:
        read_from(step);
        break;
    case STEP_WRITE:
        print(step, descriptor_of(step));
        break;
    case STEP_CLOSE:
        close_descriptor(step);
        break;
    case STEP_ABORT:
        abort_self();
    case STEP_PS:
        ps();
        break;
    case STEP_SAY:
        say(step);
        break;
    case STEP_REPEAT:
        for (unsigned i = 0; i < step->count; i++)
            actor_perform_steps(&step->body);
        break;
    case STEP_FOREVER:
        for (;;)
            actor_perform_steps(&step->body);
    }
}

void actor_perform_steps(const struct steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        perform_step(&steps->items[i]);
}

_Noreturn void actor_perform(const struct scenario *scenario, unsigned role, const char *name,
                             bool is_root, const struct actor_directory *directory)
{
    actor.scenario = scenario;
    actor.directory = directory;
    actor.role_index = role;
    actor.role = &scenario->roles[role];
    actor.is_root = is_root;
    strncpy(actor.name, name, sizeof actor.name - 1);
    if (scenario->role_count > 1)
        actor_shed_libraries();
    perform_role();
}
