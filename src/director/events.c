/* Telling: every event passes here, to the sinks and to the timeline's triggers. */
#include "director/internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A write that waits for a slow reader would be ended by the tick (EINTR, and what stdio held is
 * lost): the tick waits. Requests to stop do not. */
static void hold_tick(sigset_t *before)
{
    sigset_t tick;
    sigemptyset(&tick);
    sigaddset(&tick, SIGALRM);
    sigprocmask(SIG_BLOCK, &tick, before);
}

void tell(struct director *d, struct event *event)
{
    event->n = ++d->event_count;
    event->t_us = d->now_ns / NS_PER_US;
    d->told_ns = d->now_ns;
    if (d->turn != NULL && d->turn_of > 0) {
        if (strcmp(event->process, d->turn->process->name) == 0) {
            event->of = d->turn_of;
            d->turn_of = 0;
        } else {
            /* Something else comes first: the choice is told by itself. */
            struct event choice = {.kind = EVENT_TURN, .process = d->turn->process->name};
            d->event_count--;
            tell(d, &choice);
            event->n = ++d->event_count;
        }
    }
    d->turn_told = true;
    if (event->kind != EVENT_BLOCK && event->kind != EVENT_NOTE)
        unblocked_by(d, event);
    sigset_t before;
    hold_tick(&before);
    for (size_t i = 0; i < d->options->sink_count; i++) {
        const struct trace_sink *sink = &d->options->sinks[i];
        if (sink->event != NULL && !sink->event(sink->self, event)) {
            d->result->sink_stopped = true;
            end_run(d, RUN_FAILED);
        }
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    timeline_observe(d, event);
}

/* An event of one's own ends one's sleep. */
void unblocked_by(struct director *d, const struct event *event)
{
    struct task *task = d->turn;
    if (task == NULL || !task->blocked_event || strcmp(event->process, task->process->name) != 0)
        return;
    task->blocked_event = false;
    if (task->process->state == STATE_SLEEPING)
        process_set_state(d, task->process, STATE_RUNNING);
}

void tell_plain(struct director *d, struct process *process, enum event_kind kind)
{
    struct event event = {.kind = kind, .process = process->name};
    tell(d, &event);
}

void trace_idle(struct director *d)
{
    sigset_t before;
    hold_tick(&before);
    for (size_t i = 0; i < d->options->sink_count; i++) {
        const struct trace_sink *sink = &d->options->sinks[i];
        if (sink->idle != NULL)
            sink->idle(sink->self);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void not_deterministic(struct director *d, const struct process *process, const char *format, ...)
{
    auto_buf struct buf reason = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&reason, format, args);
    va_end(args);
    struct perform_result *result = d->result;
    result->deterministic = false;
    for (size_t i = 0; i < result->reason_count; i++)
        if (strcmp(result->reasons[i], reason.data) == 0)
            return;
    if (result->reason_count >= 20)
        return;
    result->reasons =
        xreallocarray(result->reasons, result->reason_count + 1, sizeof *result->reasons);
    result->reasons[result->reason_count++] = xstrdup(reason.data);
    struct event event = {.kind = EVENT_NOTE,
                          .process = process != NULL ? process->name : "director",
                          .text = reason.data,
                          .text_length = reason.length};
    tell(d, &event);
}

void end_run(struct director *d, enum run_end end)
{
    if (d->ending)
        return;
    d->ending = true;
    d->result->end = end;
}

void limit_exceeded(struct director *d, const struct process *process, const char *limit,
                    const char *format, ...)
{
    if (d->ending)
        return;
    auto_buf struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    struct event event = {.kind = EVENT_LIMIT,
                          .process = process != NULL ? process->name : "director",
                          .on = limit,
                          .text = text.data,
                          .text_length = text.length};
    tell(d, &event);
    end_run(d, RUN_LIMIT);
}
