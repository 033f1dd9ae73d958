#include "commands/performance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "commands/twice.h"
#include "director/director.h"
#include "judge/judge.h"

struct performing {
    struct perform_options options;
    struct judge *judge;
    struct trace_writer *writer; /* or NULL */
    struct twice *twice;         /* or NULL */
    struct trace_sink sinks[4];  /* judge, listener, then trace and twice where there are such */
    size_t sink_count;
    bool begun; /* the header was handed out */
    uint64_t events;
    struct perform_result result;
};

enum clock_kind effective_clock(const struct run_settings *settings,
                                const struct scenario *scenario)
{
    return settings->has_clock ? settings->clock : scenario->clock;
}

/* ---- the listener: the report, or the memory of moments --------------- */

static const struct report_format *format_of(const struct performance *p)
{
    return p->stage->settings->format;
}

static bool listener_begin(void *self, const struct trace_header *header)
{
    struct performance *p = self;
    p->own->begun = true;
    if (!p->moments && format_of(p)->begin &&
        !format_of(p)->begin(p->stage->report, p->scenario, header))
        p->report_wrong = true;
    return !p->report_wrong;
}

static bool listener_event(void *self, const struct event *event)
{
    struct performance *p = self;
    p->own->events = event->n;
    if (p->moments)
        moments_note(p->moments, event);
    else if (format_of(p)->event && !format_of(p)->event(p->stage->report, event))
        p->report_wrong = true;
    return !p->report_wrong;
}

static void listener_idle(void *self)
{
    struct performance *p = self;
    if (!p->moments && fflush(p->stage->out) != 0)
        p->report_wrong = true;
}

/* Refused before the start: reports and traces have a header all the same. */
static void begin_all(struct performance *p)
{
    auto_buf struct buf schedule = {0};
    schedule_tell(&p->schedule, &schedule);
    struct trace_header header = {
        .scenario = p->scenario->title,
        .clock = p->own->options.clock == CLOCK_KIND_REAL ? "real" : "virtual",
        .schedule = schedule.data,
    };
    for (size_t i = 0; i < p->own->sink_count; i++)
        if (p->own->sinks[i].begin)
            p->own->sinks[i].begin(p->own->sinks[i].self, &header);
}

/* ---- performing ------------------------------------------------------------------------------ */

/* Tells the listener and the trace that the second performance differed; not to the judge, who
 * judges the first. */
static void tell_divergence(struct performance *p, const char *text)
{
    struct event event = {
        .n = p->own->events + 1,
        .t_us = p->own->result.duration_us,
        .process = "director",
        .kind = EVENT_DIVERGE,
        .text = text,
        .text_length = strlen(text),
    };
    listener_event(p, &event);
    if (p->own->writer) {
        struct trace_sink sink = trace_writer_sink(p->own->writer);
        sink.event(sink.self, &event);
    }
}

static void mark_diverged(struct performance *p, const char *difference)
{
    struct perform_result *result = &p->own->result;
    result->end = RUN_DIVERGED;
    result->deterministic = false;
    result->reasons =
        xreallocarray(result->reasons, result->reason_count + 1, sizeof *result->reasons);
    result->reasons[result->reason_count++] = xstrdup(difference);
    tell_divergence(p, difference);
}

/* Performs the scenario again and compares. */
static bool perform_again(struct performance *p)
{
    struct trace_sink sink = twice_second_sink(p->own->twice);
    struct perform_options options = p->own->options;
    options.sinks = &sink;
    options.sink_count = 1;
    struct perform_result second = {0};
    bool performed = director_perform(p->scenario, &options, &second, &p->error);
    if (!performed) {
        error_wrap(&p->error, "cannot perform '%s' a second time", p->scenario->title);
    } else if (twice_error(p->own->twice)) {
        p->error = *twice_error(p->own->twice);
        performed = false;
    } else if (second.end == RUN_INTERRUPTED) {
        p->own->result.end = RUN_INTERRUPTED;
    } else {
        bool same_end =
            second.end == p->own->result.end && second.duration_us == p->own->result.duration_us;
        const char *difference = twice_difference(p->own->twice, same_end);
        if (difference)
            mark_diverged(p, difference);
    }
    perform_result_release(&second);
    return performed;
}

static bool perform(struct performance *p)
{
    bool performed = director_perform(p->scenario, &p->own->options, &p->own->result, &p->error);
    if (!p->own->begun)
        begin_all(p);
    if (!performed || !p->own->twice)
        return performed;
    if (twice_error(p->own->twice)) {
        p->error = *twice_error(p->own->twice);
        return false;
    }
    if (p->own->result.sink_stopped || p->own->result.end == RUN_INTERRUPTED)
        return true;
    return perform_again(p);
}

/* ---- before and after ------------------------------------------------------------------------ */

static void add_sink(struct performing *own, struct trace_sink sink)
{
    own->sinks[own->sink_count++] = sink;
}

/* Gathers who listens. False: `error` says why it cannot be performed. */
static bool prepare(struct performance *p)
{
    struct performing *own = p->own;
    own->options = (struct perform_options){
        .clock = effective_clock(p->stage->settings, p->scenario), .schedule = p->schedule};
    own->judge = judge_new(p->scenario);
    add_sink(own, judge_sink(own->judge));
    add_sink(own, (struct trace_sink){.begin = listener_begin,
                                      .event = listener_event,
                                      .idle = listener_idle,
                                      .self = p});
    if (p->trace_fd >= 0) {
        own->writer = trace_writer_new(p->trace_fd, p->stage->settings->trace);
        add_sink(own, trace_writer_sink(own->writer));
    }
    if (p->stage->settings->twice) {
        own->twice = twice_new(&p->error);
        if (!own->twice) {
            begin_all(p);
            return false;
        }
        add_sink(own, twice_first_sink(own->twice));
    }
    own->options.sinks = own->sinks;
    own->options.sink_count = own->sink_count;
    return true;
}

static void make_footer(struct performance *p)
{
    const struct perform_result *result = &p->own->result;
    p->footer = (struct trace_footer){
        .end = result->end,
        .duration_us = result->duration_us,
        .deterministic = result->deterministic,
        .reasons = (const char *const *)result->reasons,
        .reason_count = result->reason_count,
    };
    p->footer.verdicts =
        judge_end(p->own->judge, p->footer.end, p->footer.duration_us, &p->footer.verdict_count);
}

void perform_once(struct performance *p)
{
    p->own = xcalloc(1, sizeof *p->own);
    bool performed = prepare(p) && perform(p);
    if (!performed) {
        p->own->result.end = RUN_FAILED;
        error_print(&p->error);
    }
    make_footer(p);
    if (p->own->writer && !trace_writer_finish(p->own->writer, &p->footer)) {
        const struct error *error = trace_writer_error(p->own->writer);
        error_print(error);
        if (performed)
            p->error = *error;
        p->footer.end = RUN_FAILED;
    }
}

void performance_release(struct performance *p)
{
    if (!p->own)
        return;
    perform_result_release(&p->own->result);
    twice_free(p->own->twice);
    trace_writer_free(p->own->writer);
    judge_free(p->own->judge);
    free(p->own);
    p->own = NULL;
}
