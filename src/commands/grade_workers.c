#include "commands/grade_workers.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/names.h"
#include "base/output.h"
#include "base/text.h"
#include "base/units.h"
#include "grade/grade.h"

#define LOOK_MS 200                 /* how often the progress is shown anew */
#define PATIENCE_NS (15 * NS_PER_S) /* for graders that were told to end */

/* How a grader ends; anything else, and it was ended. */
enum worker_exit {
    WORKER_GRADED = 0,
    WORKER_FAILED = 3, /* the result says why */
    WORKER_KEPT = 10,  /* the result that was there holds still */
    WORKER_INTERRUPTED = 11,
    WORKER_UNWRITTEN = 12 /* there is no result; why was told */
};

/* What a grader tells while it works; shared memory. */
struct told {
    double points, max; /* of its submission, so far */
};

struct worker {
    pid_t pid; /* 0: none */
    size_t submission;
};

struct pool {
    const struct grade_work *work;
    struct grade_tally *tally;
    struct worker *workers;
    size_t count; /* how many may be at work */
    size_t busy, next, done;
    volatile struct told *told; /* one a worker */
    double points, max;         /* of all that are done */
    int64_t began_ns;
    int64_t asked_ns; /* when the graders were told to end; 0: they were not */
    bool progress;    /* is shown */
    bool line;        /* such a line stands on the terminal */
};

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static char *result_path(const struct grade_work *work, const char *id)
{
    auto_free char *name = result_file_name(id);
    return xasprintf("%s/%s", work->results, name);
}

/* No more than there is to do. */
static size_t workers_of(const struct grade_work *work)
{
    size_t count = work->settings->workers;
    return count < work->submissions->count ? count : work->submissions->count;
}

/* ---- the grader's own process ---------------------------------------------------------------- */

static volatile sig_atomic_t told_to_end;

static void note_end(int signal)
{
    (void)signal;
    told_to_end = 1;
}

struct observer {
    const struct grade_work *work;
    volatile struct told *told;
};

/* Gradescope takes what is there when it ends a grader that took too long. */
static void write_so_far(const struct grade_settings *settings, const struct result *result)
{
    struct error error = {0};
    struct output output;
    if (!settings->format->single || settings->output == NULL ||
        strcmp(settings->output, "-") == 0 || !output_open(&output, settings->output, &error))
        return;
    struct gradebook_options options = {.out = output.stream};
    if (gradebook_write_one(settings->format, result, &options, &error))
        output_commit(&output, &error);
    else
        output_discard(&output);
}

static void observe(void *self, const struct result *result)
{
    struct observer *observer = self;
    observer->told->points = result->points;
    observer->told->max = result->max;
    write_so_far(observer->work->settings, result);
}

static enum worker_exit grade_one(const struct grade_work *work, size_t i, size_t slot,
                                  volatile struct told *told)
{
    const struct submission *submission = &work->submissions->items[i];
    struct observer observer = {work, told};
    struct error error = {0};
    struct grading grading = {
        .assignment = work->assignment,
        .late = work->late,
        .unsafe = work->settings->unsafe,
        /* One alone stays where the kernel puts it: there may be other graders on the machine. */
        .processor = workers_of(work) > 1 ? (unsigned)slot + 1 : 0,
        .interrupted = &told_to_end,
        .pictures = work->settings->pictures ? work->results : NULL,
        .progress = observe,
        .self = &observer,
    };
    auto_free char *path = result_path(work, submission->id);
    struct error unreadable = {0}; /* then it is made anew */
    struct result *before = work->settings->resume ? result_read(path, &unreadable) : NULL;
    struct result *result = grade_submission(&grading, submission->id, submission->path, before);
    enum worker_exit how = WORKER_GRADED;
    if (result == NULL)
        how = WORKER_INTERRUPTED;
    else if (result == before)
        how = WORKER_KEPT;
    else if (!result_write(result, path, &error))
        how = WORKER_UNWRITTEN;
    else if (result->failed != NULL)
        how = WORKER_FAILED;
    if (how == WORKER_UNWRITTEN)
        error_print(&error);
    if (result != before)
        result_free(result);
    result_free(before);
    return how;
}

static _Noreturn void be_worker(const struct grade_work *work, size_t i, size_t slot,
                                volatile struct told *told, pid_t parent)
{
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t none;
    struct sigaction action = {.sa_handler = note_end};
    setpgid(0, 0); /* ^C is its parent's to answer */
    sigemptyset(&action.sa_mask);
    for (size_t k = 0; k < ARRAY_SIZE(signals); k++)
        sigaction(signals[k], &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (getppid() != parent)
        _exit(WORKER_INTERRUPTED);
    enum worker_exit how = grade_one(work, i, slot, told);
    fflush(stderr);
    _exit((int)how);
}

/* ---- the progress ---------------------------------------------------------------------------- */

static void clear_line(struct pool *pool)
{
    if (pool->line)
        fputs("\r\033[K", stderr);
    pool->line = false;
}

static void show_progress(struct pool *pool)
{
    char points[32], max[32];
    size_t all = pool->work->submissions->count;
    if (!pool->progress)
        return;
    double so_far = pool->points, of = pool->max;
    for (size_t i = 0; i < pool->count; i++) {
        so_far += pool->workers[i].pid != 0 ? pool->told[i].points : 0;
        of += pool->workers[i].pid != 0 ? pool->told[i].max : 0;
    }
    clear_line(pool);
    fprintf(stderr, "%zu of %zu graded, %s of %s points so far", pool->done, all,
            points_text(so_far, points, sizeof points), points_text(of, max, sizeof max));
    if (pool->done > 0) {
        int64_t spent = now_ns() - pool->began_ns;
        int64_t left = (int64_t)((double)spent / (double)pool->done * (double)(all - pool->done));
        fprintf(stderr, ", %lld:%02lld left", (long long)(left / NS_PER_S / 60),
                (long long)(left / NS_PER_S % 60));
    }
    fflush(stderr);
    pool->line = true;
}

/* ---- the pool -------------------------------------------------------------------------------- */

static bool begin(struct pool *pool, size_t slot, struct error *error)
{
    struct worker *worker = &pool->workers[slot];
    pid_t parent = getpid();
    pool->told[slot] = (struct told){0};
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        be_worker(pool->work, pool->next, slot, &pool->told[slot], parent);
    if (pid < 0)
        return error_set(error, errno, "cannot begin to grade '%s'",
                         pool->work->submissions->items[pool->next].id);
    *worker = (struct worker){pid, pool->next++};
    pool->busy++;
    return true;
}

/* The grader is gone without a word: its submission gets a result that says so. */
static void write_failed(struct pool *pool, const struct worker *worker, int wait_status)
{
    const struct grade_work *work = pool->work;
    const struct submission *submission = &work->submissions->items[worker->submission];
    auto_free char *path = result_path(work, submission->id);
    auto_free char *why = WIFSIGNALED(wait_status)
                              ? xasprintf("the process that graded it was killed by %s",
                                          signal_name(WTERMSIG(wait_status)))
                              : xasprintf("the process that graded it ended with status %d",
                                          WEXITSTATUS(wait_status));
    struct grading grading = {.assignment = work->assignment,
                              .late = work->late,
                              .unsafe = work->settings->unsafe,
                              .pictures = work->settings->pictures ? work->results : NULL};
    struct result *result = grade_failed(&grading, submission->id, why);
    struct error error = {0};
    if (!result_write(result, path, &error))
        error_print(&error);
    result_free(result);
}

static void end(struct pool *pool, size_t slot, int wait_status)
{
    struct worker *worker = &pool->workers[slot];
    int status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    pid_t pid = worker->pid;
    worker->pid = 0;
    pool->busy--;
    if (status == WORKER_INTERRUPTED || (pool->asked_ns != 0 && status == -1))
        return; /* it will be graded another time */
    pool->done++;
    pool->points += pool->told[slot].points;
    pool->max += pool->told[slot].max;
    if (status == WORKER_GRADED)
        pool->tally->graded++;
    else if (status == WORKER_KEPT)
        pool->tally->kept++;
    else
        pool->tally->failed++;
    if (status != WORKER_GRADED && status != WORKER_KEPT && status != WORKER_FAILED &&
        status != WORKER_UNWRITTEN) {
        kill(-pid, SIGKILL); /* what it may have left; its sandbox has ended with it */
        write_failed(pool, worker, wait_status);
    }
}

static void reap(struct pool *pool)
{
    int wait_status;
    pid_t pid;
    while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
        for (size_t i = 0; i < pool->count; i++)
            if (pool->workers[i].pid == pid)
                end(pool, i, wait_status);
}

static void ask_to_end(struct pool *pool, int signal)
{
    for (size_t i = 0; i < pool->count; i++)
        if (pool->workers[i].pid != 0)
            kill(pool->workers[i].pid, signal);
    if (pool->asked_ns == 0)
        pool->asked_ns = now_ns();
}

/* Begins as many as there is room for. */
static bool fill(struct pool *pool, struct error *error)
{
    size_t slot = 0;
    while (pool->tally->signal == 0 && pool->next < pool->work->submissions->count &&
           pool->busy < pool->count) {
        while (pool->workers[slot].pid != 0)
            slot++;
        if (!begin(pool, slot, error))
            return false;
    }
    return true;
}

/* Until something happens: a grader ends, somebody asks us to, or it is time to show the progress.
 */
static void wait_for_news(struct pool *pool, const sigset_t *awaited)
{
    struct timespec longest = {0, LOOK_MS * NS_PER_MS};
    int signal = sigtimedwait(awaited, NULL, &longest);
    if (signal > 0 && signal != SIGCHLD) {
        pool->tally->signal = signal;
        ask_to_end(pool, SIGTERM);
    }
    if (pool->asked_ns != 0 && now_ns() - pool->asked_ns > PATIENCE_NS)
        ask_to_end(pool, SIGKILL);
    reap(pool);
    show_progress(pool);
}

static bool work_off(struct pool *pool, const sigset_t *awaited, struct error *error)
{
    bool fine = true;
    while (fine && (pool->busy > 0 ||
                    (pool->next < pool->work->submissions->count && pool->tally->signal == 0))) {
        fine = fill(pool, error);
        if (fine && pool->busy > 0)
            wait_for_news(pool, awaited);
    }
    if (!fine)
        ask_to_end(pool, SIGTERM);
    while (pool->busy > 0)
        wait_for_news(pool, awaited);
    clear_line(pool);
    return fine;
}

/* SIGCHLD, and those that shall end it; a caller may have them ignored (nohup(1)). */
static void await_signals(sigset_t *awaited)
{
    const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(awaited);
    sigaddset(awaited, SIGCHLD);
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        struct sigaction action;
        if (sigaction(ends[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(awaited, ends[i]);
    }
}

bool grade_all(const struct grade_work *work, struct grade_tally *tally, struct error *error)
{
    size_t count = workers_of(work);
    *tally = (struct grade_tally){0};
    if (count == 0)
        return true;
    size_t size = count * sizeof(struct told);
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return error_set(error, errno, "cannot share memory with the graders");
    struct pool pool = {
        .work = work,
        .tally = tally,
        .workers = xcalloc(count, sizeof *pool.workers),
        .count = count,
        .told = shared,
        .began_ns = now_ns(),
        .progress = !work->settings->quiet && isatty(STDERR_FILENO) == 1,
    };
    sigset_t awaited, before;
    await_signals(&awaited);
    sigprocmask(SIG_BLOCK, &awaited, &before);
    bool fine = work_off(&pool, &awaited, error);
    sigprocmask(SIG_SETMASK, &before, NULL);
    munmap(shared, size);
    free(pool.workers);
    return fine;
}
