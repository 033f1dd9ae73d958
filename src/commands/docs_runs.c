#include "commands/docs_runs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "commands/play.h"

#define MOST_AT_ONCE 16 /* runs that are performed side by side */

static bool same_sets(const struct option_list *a, const struct option_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

static void run_free(struct shown_run *run)
{
    for (size_t i = 0; i < run->sets.count; i++)
        free((char *)run->sets.items[i]);
    free(run->sets.items);
    inputs_release(&run->inputs);
    history_free(run->history);
    free(run->path);
    free(run);
}

/* Says what is wrong with the file. */
static bool load(struct shown_run *run)
{
    struct param_override *overrides = xcalloc(run->sets.count + 1, sizeof *overrides);
    for (size_t i = 0; i < run->sets.count; i++) {
        const char *equals = strchr(run->sets.items[i], '=');
        overrides[i].key = xstrndup(run->sets.items[i], (size_t)(equals - run->sets.items[i]));
        overrides[i].value = equals + 1;
    }
    int status = inputs_load_files(&run->inputs, &run->path, 1, overrides, run->sets.count);
    for (size_t i = 0; i < run->sets.count; i++)
        free((char *)overrides[i].key);
    free(overrides);
    return status == EXIT_HOLDS;
}

struct shown_run *shown_runs_find(struct shown_runs *runs, const char *path, size_t which,
                                  const struct option_list *sets, bool is_stored)
{
    auto_free char *real = realpath(path, NULL); /* two documents name it from where they stand */
    for (size_t i = 0; real != NULL && i < runs->count; i++) {
        struct shown_run *run = runs->items[i];
        auto_free char *other = realpath(run->path, NULL);
        if (other != NULL && strcmp(other, real) == 0 && run->which == which &&
            same_sets(&run->sets, sets))
            return run;
    }
    struct shown_run *run = xcalloc(1, sizeof *run);
    run->path = xstrdup(path);
    run->which = which;
    run->is_stored = is_stored;
    run->sets.items = xcalloc(sets->count + 1, sizeof *run->sets.items);
    for (size_t i = 0; i < sets->count; i++)
        run->sets.items[run->sets.count++] = xstrdup(sets->items[i]);
    run->broken = !is_stored && !load(run);
    runs->items = xreallocarray(runs->items, runs->count + 1, sizeof *runs->items);
    return runs->items[runs->count++] = run;
}

/* Performs the scenario on that processor (0: any), or reads the stored trace. */
static int play_here(struct shown_run *run, const struct command *command, unsigned processor,
                     struct history **history)
{
    struct play_settings none = {0};
    struct trace_footer footer;
    int status = EXIT_HOLDS;
    struct play *played = run->is_stored
                              ? play_open(command, run->path, &none, &status)
                              : play_scenario(run->inputs.scenarios[run->which], run->path);
    if (played == NULL)
        return status;
    status = EXIT_HOLDS;
    play_on(played, processor);
    struct historian *historian = historian_new();
    if (play(played, historian_sink(historian), &footer, &status))
        *history = historian_end(historian, &footer);
    else
        historian_free(historian);
    play_free(played);
    return status;
}

/* ---- several at a time, by workers that each perform one run after the other ---- */

struct worker {
    pid_t pid;
    int talk;              /* the number of a run goes there, its exit_status comes back */
    int trace;             /* a file in memory, which both have: the run's trace */
    struct shown_run *run; /* that it performs; NULL: none */
};

static int perform_into(struct shown_run *run, const struct command *command, unsigned processor,
                        int fd)
{
    struct history *history = NULL;
    int status = play_here(run, command, processor, &history);
    if (history == NULL)
        return status;
    struct trace_writer *writer = trace_writer_new(fd, "a trace in memory");
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0 ||
        !history_tell(history, trace_writer_sink(writer)) ||
        !trace_writer_finish(writer, &history->footer)) {
        if (trace_writer_error(writer) != NULL)
            error_print(trace_writer_error(writer));
        status = EXIT_REFUSED;
    }
    trace_writer_free(writer);
    history_free(history);
    return status;
}

/* Beginning on one processor, all workers would stay there. */
static _Noreturn void work(const struct worker *worker, const struct shown_runs *runs,
                           const struct command *command, unsigned processor)
{
    size_t which;
    while (read(worker->talk, &which, sizeof which) == (ssize_t)sizeof which) {
        int status = perform_into(runs->items[which], command, processor, worker->trace);
        fflush(stderr);
        if (send(worker->talk, &status, sizeof status, MSG_NOSIGNAL) != (ssize_t)sizeof status)
            break;
    }
    _exit(EXIT_HOLDS);
}

static bool begin(struct worker *workers, size_t which, const struct shown_runs *runs,
                  const struct command *command)
{
    int ends[2];
    struct worker *worker = &workers[which];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    *worker = (struct worker){.talk = ends[0], .trace = memfd_create("trace", MFD_CLOEXEC)};
    fflush(NULL);
    pid_t parent = getpid();
    worker->pid = worker->trace >= 0 ? fork() : -1;
    if (worker->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* which ends a run in good order */
        if (getppid() != parent)
            _exit(EXIT_REFUSED);
        for (size_t i = 0; i <= which; i++) /* whose end shall be seen when ours is closed */
            close(workers[i].talk);
        worker->talk = ends[1];
        work(worker, runs, command, (unsigned)which + 1);
    }
    int code = errno;
    close(ends[1]);
    if (worker->pid > 0)
        return true;
    close(ends[0]);
    if (worker->trace >= 0)
        close(worker->trace);
    errno = code;
    return false;
}

static void end(struct worker *worker)
{
    close(worker->talk);
    close(worker->trace);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

static int take(struct worker *worker)
{
    struct error error = {0};
    struct historian *historian = historian_new();
    lseek(worker->trace, 0, SEEK_SET);
    struct trace_reader *reader =
        trace_reader_take(fcntl(worker->trace, F_DUPFD_CLOEXEC, 0), worker->run->path, NULL, 0);
    bool whole = trace_reader_run(reader, historian_sink(historian), &error);
    if (whole)
        worker->run->history = historian_end(historian, trace_reader_footer(reader));
    else
        historian_free(historian);
    trace_reader_free(reader);
    if (!whole)
        error_print(&error);
    return whole ? EXIT_HOLDS : EXIT_REFUSED;
}

/* What the worker found out of its run. */
static int hear(struct worker *worker)
{
    int status;
    ssize_t got;
    while ((got = read(worker->talk, &status, sizeof status)) < 0 && errno == EINTR) {
    }
    if (got != (ssize_t)sizeof status) {
        struct error error = {0};
        error_set(&error, 0, "cannot perform '%s': its worker is gone", worker->run->path);
        error_print(&error);
        status = EXIT_REFUSED;
    } else if (status == EXIT_HOLDS) {
        status = take(worker);
    }
    worker->run = NULL;
    return status;
}

/* Waits until some worker has something to say. */
static int hear_any(struct worker *workers, size_t count)
{
    struct pollfd ears[MOST_AT_ONCE];
    int status = EXIT_HOLDS;
    for (size_t i = 0; i < count; i++)
        ears[i] =
            (struct pollfd){.fd = workers[i].run != NULL ? workers[i].talk : -1, .events = POLLIN};
    while (poll(ears, count, -1) < 0 && errno == EINTR) {
    }
    for (size_t i = 0; i < count; i++) {
        int one = ears[i].revents != 0 ? hear(&workers[i]) : EXIT_HOLDS;
        status = one > status ? one : status;
    }
    return status;
}

/* Hands run number `which` to a worker that has none. False: all are at work. */
static bool hand_out(struct worker *workers, size_t count, size_t which, struct shown_run *run)
{
    for (size_t i = 0; i < count; i++) {
        if (workers[i].run != NULL)
            continue;
        workers[i].run = run;
        send(workers[i].talk, &which, sizeof which, MSG_NOSIGNAL); /* one that is gone is noticed */
        return true;
    }
    return false;
}

static bool is_anyone_at_work(const struct worker *workers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (workers[i].run != NULL)
            return true;
    return false;
}

static int perform_by(struct worker *workers, size_t count, struct shown_runs *runs,
                      const struct command *command)
{
    int status = EXIT_HOLDS;
    size_t next = 0;
    for (;;) {
        struct shown_run *run =
            next < runs->count && status == EXIT_HOLDS ? runs->items[next] : NULL;
        int one = EXIT_HOLDS;
        if (run != NULL && run->is_stored)
            one = play_here(runs->items[next++], command, 0, &run->history);
        else if (run != NULL && hand_out(workers, count, next, run))
            next++;
        else if (is_anyone_at_work(workers, count))
            one = hear_any(workers, count);
        else
            return status;
        status = one > status ? one : status;
    }
}

static int perform_all(struct shown_runs *runs, const struct command *command, size_t at_once)
{
    struct worker workers[MOST_AT_ONCE];
    int status = EXIT_HOLDS;
    size_t count = 0;
    while (count < at_once && begin(workers, count, runs, command))
        count++;
    if (count > 0) {
        status = perform_by(workers, count, runs, command);
    } else {
        struct error error = {0};
        error_set(&error, errno, "cannot begin to perform the runs");
        error_print(&error);
        status = EXIT_REFUSED;
    }
    for (size_t i = 0; i < count; i++)
        end(&workers[i]);
    return status;
}

static size_t most_at_once(const struct shown_runs *runs)
{
    cpu_set_t allowed;
    size_t at_once = MOST_AT_ONCE, performed = 0;
    size_t processors =
        sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? (size_t)CPU_COUNT(&allowed) : 1;
    for (size_t i = 0; i < runs->count; i++)
        performed += !runs->items[i]->is_stored;
    at_once = processors < at_once ? processors : at_once;
    return performed < at_once ? performed : at_once;
}

int shown_runs_perform(struct shown_runs *runs, const struct command *command)
{
    int status = EXIT_HOLDS;
    size_t at_once = most_at_once(runs);
    if (at_once > 1)
        return perform_all(runs, command, at_once);
    for (size_t i = 0; i < runs->count && status == EXIT_HOLDS; i++)
        status = play_here(runs->items[i], command, 0, &runs->items[i]->history);
    return status;
}

void shown_runs_release(struct shown_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        run_free(runs->items[i]);
    free(runs->items);
    *runs = (struct shown_runs){0};
}
