#include "commands/docs_runs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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

/* ---- several at a time, each in a process of its own ---- */

struct worker {
    pid_t pid; /* 0: none */
    int fd;    /* a file in memory: the run's trace */
    struct shown_run *run;
};

/* Beginning on one processor, all workers would stay there. */
static _Noreturn void work(struct shown_run *run, const struct command *command, unsigned processor,
                           int fd)
{
    struct history *history = NULL;
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* which ends the run in good order */
    int status = play_here(run, command, processor, &history);
    if (history != NULL) {
        struct trace_writer *writer = trace_writer_new(fd, "a trace in memory");
        if (!history_tell(history, trace_writer_sink(writer)) ||
            !trace_writer_finish(writer, &history->footer)) {
            error_print(trace_writer_error(writer));
            status = EXIT_REFUSED;
        }
    }
    fflush(stderr);
    _exit(status);
}

static int begin(struct worker *worker, struct shown_run *run, const struct command *command,
                 unsigned processor)
{
    struct error error = {0};
    *worker = (struct worker){.run = run, .fd = memfd_create("trace", MFD_CLOEXEC)};
    fflush(NULL);
    pid_t parent = getpid();
    worker->pid = worker->fd >= 0 ? fork() : -1;
    if (worker->pid == 0) {
        if (getppid() != parent)
            _exit(EXIT_REFUSED);
        work(run, command, processor, worker->fd);
    }
    if (worker->pid > 0)
        return EXIT_HOLDS;
    error_set(&error, errno, "cannot begin to perform '%s'", run->path);
    error_print(&error);
    if (worker->fd >= 0)
        close(worker->fd);
    *worker = (struct worker){0};
    return EXIT_REFUSED;
}

static int take(struct worker *worker)
{
    struct error error = {0};
    struct historian *historian = historian_new();
    lseek(worker->fd, 0, SEEK_SET);
    struct trace_reader *reader = trace_reader_take(worker->fd, worker->run->path, NULL, 0);
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

/* Waits until one of the workers has ended, and takes what it found out. */
static int end_one(struct worker *workers, size_t count)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, 0)) < 0 && errno == EINTR) {
    }
    for (size_t i = 0; i < count; i++) {
        struct worker *worker = &workers[i];
        if (worker->pid != pid || pid <= 0)
            continue;
        int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (exit_status == EXIT_HOLDS)
            exit_status = take(worker);
        else
            close(worker->fd);
        worker->pid = 0;
        return exit_status;
    }
    return EXIT_REFUSED;
}

static size_t processors(void)
{
    cpu_set_t allowed;
    int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
    return count < MOST_AT_ONCE ? (size_t)count : MOST_AT_ONCE;
}

static int perform_all(struct shown_runs *runs, const struct command *command, size_t at_once)
{
    struct worker workers[MOST_AT_ONCE] = {0};
    int status = EXIT_HOLDS;
    size_t next = 0, busy = 0;
    while (busy > 0 || (next < runs->count && status == EXIT_HOLDS)) {
        int one = EXIT_HOLDS;
        size_t free_one = 0;
        while (free_one < at_once && workers[free_one].pid != 0)
            free_one++;
        if (next < runs->count && runs->items[next]->is_stored) {
            one = play_here(runs->items[next], command, 0, &runs->items[next]->history);
            next++;
        } else if (free_one < at_once && next < runs->count && status == EXIT_HOLDS) {
            one = begin(&workers[free_one], runs->items[next++], command, (unsigned)free_one + 1);
            busy += one == EXIT_HOLDS;
        } else {
            one = end_one(workers, at_once);
            busy--;
        }
        status = one > status ? one : status;
    }
    return status;
}

int shown_runs_perform(struct shown_runs *runs, const struct command *command)
{
    int status = EXIT_HOLDS;
    size_t at_once = processors();
    if (at_once > 1 && runs->count > 1)
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
