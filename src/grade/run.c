/* One run: performed in the sandbox, then judged from its trace. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/internal.h"

/* Beyond that, a program did the same again and again: there is nothing to tell of it that is worth
 * the memory. */
#define MOST_EVENTS_KEPT 200000

struct tee {
    struct trace_sink judge, historian;
    uint64_t events;
    const struct limits *limits;
    struct buf *ended;
};

static bool tee_begin(void *self, const struct trace_header *header)
{
    struct tee *tee = self;
    if (tee->judge.begin != NULL)
        tee->judge.begin(tee->judge.self, header);
    if (tee->historian.begin != NULL)
        tee->historian.begin(tee->historian.self, header);
    return true;
}

static bool tee_event(void *self, const struct event *event)
{
    struct tee *tee = self;
    tee->judge.event(tee->judge.self, event);
    if (++tee->events <= MOST_EVENTS_KEPT)
        tee->historian.event(tee->historian.self, event);
    if (event->kind == EVENT_LIMIT || event->kind == EVENT_DEADLOCK ||
        event->kind == EVENT_INTERRUPT) {
        buf_clear(tee->ended);
        tell_limit(event, tee->limits, tee->ended);
    }
    return true;
}

/* How it ended, when it did not by itself. */
static char *ended_in_words(enum run_end end, const struct buf *event)
{
    if (end == RUN_COMPLETED)
        return NULL;
    if (end == RUN_DEADLOCK) /* who waits for what is told by itself */
        return xstrdup("nobody could ever go on: a deadlock");
    return xstrdup(event->length > 0 ? event->data : run_end_words[end]);
}

static bool read_trace(struct seen_run *run, const struct limits *limits, int trace_fd,
                       struct error *error)
{
    int fd = lseek(trace_fd, 0, SEEK_SET) == 0 ? dup(trace_fd) : -1;
    if (fd < 0)
        return error_set(error, errno, "cannot read a trace");
    auto_buf struct buf ended = {0};
    struct historian *historian = historian_new();
    struct tee tee = {.judge = judge_sink(run->judge),
                      .historian = historian_sink(historian),
                      .limits = limits,
                      .ended = &ended};
    struct trace_sink sink = {.begin = tee_begin, .event = tee_event, .self = &tee};
    run->reader = trace_reader_take(fd, "the trace of the run", NULL, 0);
    if (!trace_reader_run(run->reader, sink, error)) {
        historian_free(historian);
        return false;
    }
    run->footer = *trace_reader_footer(run->reader);
    run->ended = ended_in_words(run->footer.end, &ended);
    run->footer.verdicts =
        judge_end(run->judge, run->footer.end, run->footer.duration_us, &run->footer.verdict_count);
    if (tee.events <= MOST_EVENTS_KEPT)
        run->history = historian_end(historian, &run->footer);
    else
        historian_free(historian);
    return true;
}

bool run_see(struct seen_run *run, struct sandbox *sandbox, const struct sandbox_run *what,
             int trace_fd, struct error *error)
{
    *run = (struct seen_run){0};
    if (ftruncate(trace_fd, 0) != 0 || lseek(trace_fd, 0, SEEK_SET) != 0)
        return error_set(error, errno, "cannot keep a trace");
    if (!sandbox_perform(sandbox, what, trace_fd, error))
        return false;
    run->judge = judge_new(what->scenario);
    return read_trace(run, &what->scenario->limits, trace_fd, error);
}

void run_release(struct seen_run *run)
{
    judge_free(run->judge);
    history_free(run->history);
    trace_reader_free(run->reader);
    free(run->ended);
    *run = (struct seen_run){0};
}
