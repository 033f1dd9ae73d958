#include "sandbox/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/native.h"
#include "base/units.h"
#include "sandbox/internal.h"

/* Nobody's: owns no file and no process but ours. */
#define UNPRIVILEGED_ID 65534
/* How long the inside may take for all but the run itself. */
#define OPEN_MS (60 * 1000)
#define MARGIN_MS (30 * 1000) /* unless the options say otherwise */
#define CLOSE_MS (10 * 1000)

struct sandbox {
    int socket;   /* the other end is the stage's */
    int log;      /* a memfd: what bwrap and the stage say */
    pid_t child;  /* bwrap; without it the stage itself */
    int child_fd; /* pidfds: of that, … */
    int first_fd; /* … and of the first process inside, with which all others end; -1: not known */
    int info;     /* a pipe on which bwrap tells who that is */
    bool opened;  /* the stage has answered */
    int64_t margin_ms;
    const volatile sig_atomic_t *interrupted;
    /* without bubblewrap: */
    char *top;     /* the folder of all files */
    pid_t janitor; /* removes it when nobody holds the other end of its pipe any more */
    int held;      /* that end */
};

int descriptor_aside(int fd)
{
    int aside = fcntl(fd, F_DUPFD_CLOEXEC, 16);
    close(fd);
    return aside;
}

/* ---- the child, until it is another program ---- */

struct start {
    const char *path;
    char *const *argv;
    int socket;     /* it gets this one as STAGE_SOCKET … */
    const int *fds; /* … and inherits these, besides 0, 1 and 2 */
    size_t fd_count;
    int log;
    bool drop; /* become nobody */
    pid_t parent;
};

static _Noreturn void cannot_start(const char *what)
{
    dprintf(STDERR_FILENO, "cannot %s: %s\n", what, strerror(errno));
    _exit(127);
}

/* Root's namespaces would let a program inside write what is root's in /proc. */
static void drop_rights(void)
{
    if (setgroups(0, NULL) != 0 ||
        setresgid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID) != 0 ||
        setresuid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID) != 0)
        cannot_start("become the user nobody (65534)");
}

/* Nothing else of ours is inherited. */
static void close_others(void)
{
    if (close_range(STAGE_SOCKET + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    DIR *open_ones = opendir("/proc/self/fd"); /* before Linux 5.11 */
    if (open_ones == NULL)
        cannot_start("see its descriptors");
    for (struct dirent *entry; (entry = readdir(open_ones)) != NULL;)
        if (atoi(entry->d_name) > STAGE_SOCKET)
            fcntl(atoi(entry->d_name), F_SETFD, FD_CLOEXEC);
    closedir(open_ones);
}

static _Noreturn void start(const struct start *start)
{
    static const char *const environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG=C.UTF-8",
        "HOME=/tmp",
        "USER=student",
        "LOGNAME=student",
        NULL,
    };
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(start->log, 1) < 0 || dup2(start->log, 2) < 0)
        _exit(127);
    /* ^C is the grader's to answer. */
    setsid();
    if (start->drop)
        drop_rights();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != start->parent)
        _exit(127);
    if (dup2(start->socket, STAGE_SOCKET) < 0)
        cannot_start("hand on its socket");
    close_others();
    for (size_t i = 0; i < start->fd_count; i++)
        fcntl(start->fds[i], F_SETFD, 0);
    execve(start->path, start->argv, (char **)(uintptr_t)environment);
    cannot_start("start it");
}

static bool begin_child(struct sandbox *sandbox, const struct start *how, struct error *error)
{
    sandbox->child = fork();
    if (sandbox->child == 0)
        start(how);
    if (sandbox->child < 0)
        return error_set(error, errno, "cannot fork for the sandbox");
    sandbox->child_fd = (int)native_call(SYS_pidfd_open, sandbox->child, 0, 0, 0);
    return sandbox->child_fd >= 0 || error_set(error, errno, "cannot watch the sandbox");
}

/* ---- the two ways ---- */

/* Does root here mean root of the machine? A user namespace may have no other user than its root.
 */
static bool is_root(void)
{
    char map[128] = "";
    unsigned inside, outside, count;
    if (geteuid() != 0)
        return false;
    auto_close int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, map, sizeof map - 1) <= 0 ||
        sscanf(map, "%u %u %u", &inside, &outside, &count) != 3)
        return true;
    return outside == 0 || count > 1;
}

static bool begin_bubblewrap(struct sandbox *sandbox, int socket, int info, struct error *error)
{
    struct bubblewrap bubblewrap;
    bool begun = false;
    if (bubblewrap_prepare(&bubblewrap, info, error)) {
        int fds[ARRAY_SIZE(bubblewrap.fds) + 1] = {info};
        memcpy(fds + 1, bubblewrap.fds, sizeof bubblewrap.fds);
        struct start how = {.path = bubblewrap.path,
                            .argv = bubblewrap.argv,
                            .socket = socket,
                            .fds = fds,
                            .fd_count = bubblewrap.fd_count + 1,
                            .log = sandbox->log,
                            .drop = is_root(),
                            .parent = getpid()};
        begun = begin_child(sandbox, &how, error);
    }
    bubblewrap_release(&bubblewrap);
    return begun;
}

static void remove_folder(const char *top)
{
    for (unsigned tries = 0; tries < 100; tries++) {
        int folder = open(top, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder >= 0) {
            tree_clear(folder);
            close(folder);
        }
        if (rmdir(top) == 0 || errno == ENOENT)
            return;
        /* Somebody who was killed just now may still be about to write. */
        nanosleep(&(struct timespec){0, 10 * NS_PER_MS}, NULL);
    }
}

/* Outlives whoever is killed, and removes what they leave. */
static _Noreturn void be_janitor(const char *top, int watched)
{
    setsid();
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_IGN);
    dup2(watched, 0);
    closefrom(1);
    char byte;
    while (read(0, &byte, 1) < 0 && errno == EINTR) {
    }
    remove_folder(top);
    _exit(0);
}

static bool begin_janitor(struct sandbox *sandbox, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, errno, "cannot make a pipe");
    sandbox->janitor = fork();
    if (sandbox->janitor == 0)
        be_janitor(sandbox->top, ends[0]);
    close(ends[0]);
    sandbox->held = descriptor_aside(ends[1]);
    return sandbox->janitor > 0 || error_set(error, errno, "cannot fork for the sandbox");
}

/* May everybody go there? */
static bool is_open_to_all(const char *folder)
{
    auto_free char *path = xstrdup(folder);
    struct stat status;
    for (char *at = path; at != NULL; at = strchr(at + 1, '/')) {
        char *slash = strchr(at + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (stat(path, &status) != 0 || (status.st_mode & S_IXOTH) == 0)
            return false;
        if (slash != NULL)
            *slash = '/';
    }
    return true;
}

/* A folder for the programs; `drop`: which are nobody's. NULL: `error` says why there is none. */
static char *make_top(bool drop, struct error *error)
{
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] != '/' || (drop && !is_open_to_all(folder)))
        folder = "/tmp";
    char *top = xasprintf("%s/procenario-XXXXXX", folder);
    bool made = mkdtemp(top) != NULL;
    if (made && (!drop || chown(top, UNPRIVILEGED_ID, UNPRIVILEGED_ID) == 0))
        return top;
    error_set(error, errno, "cannot make the folder '%s'", top);
    if (made)
        rmdir(top);
    free(top);
    return NULL;
}

/* Nobody's sandbox, but root's rights are not for those who are graded. */
static bool begin_unsafe(struct sandbox *sandbox, int socket, struct error *error)
{
    bool drop = is_root();
    char *top = make_top(drop, error);
    if (top == NULL)
        return false;
    sandbox->top = top;
    if (!begin_janitor(sandbox, error))
        return false;
    char number[16];
    snprintf(number, sizeof number, "%d", STAGE_SOCKET);
    char *const argv[] = {"procenario", "stage", number, top, NULL};
    struct start how = {.path = own_program(),
                        .argv = argv,
                        .socket = socket,
                        .fds = &sandbox->held,
                        .fd_count = 1,
                        .log = sandbox->log,
                        .drop = drop,
                        .parent = getpid()};
    return begin_child(sandbox, &how, error);
}

/* ---- talking to it ---- */

/* What was said on its standard error, for messages. */
static char *read_log(const struct sandbox *sandbox)
{
    char text[4096];
    struct stat file;
    off_t from = 0;
    if (fstat(sandbox->log, &file) == 0 && file.st_size > (off_t)sizeof text - 1)
        from = file.st_size - (off_t)sizeof text + 1;
    ssize_t got = pread(sandbox->log, text, sizeof text - 1, from);
    return xstrndup(text, got > 0 ? (size_t)got : 0);
}

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / NS_PER_MS;
}

/* Waits until there is something to read. 1: there is; 0: the time is over; -1: errno (EINTR: the
 * caller's own flag). */
static int wait_readable(const struct sandbox *sandbox, int fd, int64_t longest_ms)
{
    int64_t until = now_ms() + longest_ms;
    for (;;) {
        int64_t left = until - now_ms();
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        int ready = poll(&poll_fd, 1, left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left);
        if (ready >= 0 || errno != EINTR)
            return ready;
        if (sandbox->interrupted != NULL && *sandbox->interrupted) {
            errno = EINTR;
            return -1;
        }
    }
}

/* bwrap tells it before that process begins. */
static void note_first(struct sandbox *sandbox)
{
    static const char key[] = "\"child-pid\":";
    char text[512];
    if (sandbox->info < 0)
        return;
    ssize_t got = read(sandbox->info, text, sizeof text - 1);
    text[got > 0 ? got : 0] = '\0';
    const char *word = strstr(text, key);
    long pid = word != NULL ? strtol(word + strlen(key), NULL, 10) : 0;
    if (pid > 0)
        sandbox->first_fd = (int)native_call(SYS_pidfd_open, pid, 0, 0, 0);
    close(steal_fd(&sandbox->info));
}

static void end_by_force(struct sandbox *sandbox)
{
    note_first(sandbox);
    /* The first process inside takes all others along; bwrap's own end does so, too, but then
     * nobody could tell when they are gone. */
    if (sandbox->first_fd >= 0)
        native_call(SYS_pidfd_send_signal, sandbox->first_fd, SIGKILL, 0, 0);
    else if (sandbox->child > 0)
        kill(sandbox->child, SIGKILL);
}

static bool no_answer(struct sandbox *sandbox, int ready, int64_t longest_ms, struct error *error)
{
    int code = errno;
    if (ready == 0)
        error_set(error, 0, "the sandbox did not answer within %lld s, and was ended",
                  (long long)(longest_ms / 1000));
    else if (ready < 0)
        error_set(error, code, "cannot wait for the sandbox");
    end_by_force(sandbox);
    if (ready <= 0)
        return false;
    auto_free char *said = read_log(sandbox);
    if (!sandbox->opened && sandbox->top == NULL)
        bubblewrap_explain(said, error);
    else
        error_set(error, 0, "the sandbox ended in the middle of a run%s%s",
                  said[0] != '\0' ? ": " : "", said);
    return false;
}

static bool ask(struct sandbox *sandbox, const struct message *message, int64_t longest_ms,
                struct error *error)
{
    struct reply reply;
    if (message->request < 0)
        return false; /* the error is set */
    bool sent = message_send(sandbox->socket, message);
    close(message->request);
    /* Not sent: it has ended, and reading tells the same. */
    int ready = sent || errno == EPIPE || errno == ECONNRESET
                    ? wait_readable(sandbox, sandbox->socket, longest_ms)
                    : -1;
    if (ready <= 0 || !reply_receive(sandbox->socket, &reply))
        return no_answer(sandbox, ready, longest_ms, error);
    if (!reply.ok)
        *error = reply.error;
    return reply.ok;
}

/* ---- what others call ---- */

static struct sandbox *sandbox_new(const struct sandbox_options *options)
{
    struct sandbox *sandbox = xcalloc(1, sizeof *sandbox);
    sandbox->socket = sandbox->log = sandbox->child_fd = sandbox->first_fd = sandbox->info =
        sandbox->held = -1;
    sandbox->interrupted = options->interrupted;
    sandbox->margin_ms = options->margin_ms > 0 ? (int64_t)options->margin_ms : MARGIN_MS;
    return sandbox;
}

static bool begin(struct sandbox *sandbox, const struct sandbox_options *options, int theirs,
                  const int info[2], struct error *error)
{
    sandbox->log = memfd_create("log", MFD_CLOEXEC);
    if (sandbox->log < 0)
        return error_set(error, errno, "cannot make a file in memory");
    return options->unsafe ? begin_unsafe(sandbox, theirs, error)
                           : begin_bubblewrap(sandbox, theirs, info[1], error);
}

struct sandbox *sandbox_open(const struct sandbox_options *options, int files_fd,
                             struct error *error)
{
    struct sandbox *sandbox = sandbox_new(options);
    int ends[2] = {-1, -1}, info[2] = {-1, -1};
    bool opened = false;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 ||
        pipe2(info, O_CLOEXEC | O_NONBLOCK) != 0)
        error_set(error, errno, "cannot make a socket for the sandbox");
    else
        info[1] = descriptor_aside(info[1]);
    if (info[1] >= 0)
        opened = begin(sandbox, options, ends[1], info, error);
    sandbox->socket = ends[0];
    sandbox->info = info[0];
    if (ends[1] >= 0)
        close(ends[1]);
    if (info[1] >= 0)
        close(info[1]);
    if (opened) {
        struct message message = {
            .kind = REQUEST_OPEN, .request = request_open_write(options, error), .file = files_fd};
        opened = ask(sandbox, &message, OPEN_MS, error);
        note_first(sandbox);
    }
    sandbox->opened = opened;
    if (opened)
        return sandbox;
    sandbox_close(sandbox);
    return NULL;
}

bool sandbox_perform(struct sandbox *sandbox, const struct sandbox_run *run, int trace_fd,
                     struct error *error)
{
    const struct limits *limits = run->command == NULL  ? &run->scenario->limits
                                  : run->limits != NULL ? run->limits
                                                        : &limits_default;
    struct message message = {
        .kind = REQUEST_PERFORM, .request = request_perform_write(run, error), .file = trace_fd};
    return ask(sandbox, &message, limits->wall_ns / NS_PER_MS + sandbox->margin_ms, error);
}

void sandbox_close(struct sandbox *sandbox)
{
    if (sandbox == NULL)
        return;
    if (sandbox->socket >= 0)
        close(sandbox->socket); /* the stage ends for it */
    int status;
    if (sandbox->child > 0) {
        sandbox->interrupted = NULL;
        if (wait_readable(sandbox, sandbox->child_fd, CLOSE_MS) != 1) {
            end_by_force(sandbox);
            if (wait_readable(sandbox, sandbox->child_fd, CLOSE_MS) != 1)
                kill(sandbox->child, SIGKILL);
        }
        while (waitpid(sandbox->child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    if (sandbox->held >= 0)
        close(sandbox->held);
    while (sandbox->janitor > 0 && waitpid(sandbox->janitor, &status, 0) < 0 && errno == EINTR) {
    }
    const int fds[] = {sandbox->log, sandbox->child_fd, sandbox->first_fd, sandbox->info};
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(sandbox->top);
    free(sandbox);
}

bool sandbox_possible(struct error *error)
{
    static const char empty_archive[1024];
    static const char *const nothing[] = {"true", NULL};
    const struct sandbox_options options = {.disk = 1 << 20, .files = 16};
    const struct sandbox_run run = {.command = nothing};
    auto_close int archive = memory_file("archive", empty_archive, sizeof empty_archive);
    auto_close int trace = memfd_create("trace", MFD_CLOEXEC);
    if (archive < 0 || trace < 0)
        return error_set(error, errno, "cannot make a file in memory");
    struct sandbox *sandbox = sandbox_open(&options, archive, error);
    bool possible = sandbox != NULL && sandbox_perform(sandbox, &run, trace, error);
    sandbox_close(sandbox);
    return possible;
}
