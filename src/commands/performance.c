#include "commands/performance.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "commands/twice.h"
#include "director/director.h"
#include "judge/judge.h"

struct performance {
    const struct stage *stage;
    const struct scenario *scenario;
    struct perform_options options;
    struct judge *judge;
    struct trace_writer *writer; /* or NULL */
    struct twice *twice;         /* or NULL */
    struct trace_sink sinks[4];  /* judge, report, then trace and twice where there are such */
    size_t sink_count;
    bool begun;        /* the header was handed out */
    bool report_wrong; /* the report could not be written */
    uint64_t events;
    struct perform_result result;
    struct error error; /* why it could not be performed, or not be written down */
};

enum clock_kind effective_clock(const struct run_settings *settings,
                                const struct scenario *scenario)
{
    return settings->has_clock ? settings->clock : scenario->clock;
}

const struct schedule_spec *effective_schedule(const struct run_settings *settings,
                                               const struct scenario *scenario)
{
    return settings->has_schedule ? &settings->schedule : &scenario->schedule;
}

/* ---- the report as a listener ---------------------------------------------------------------- */

static const struct report_format *format_of(const struct performance *p)
{
    return p->stage->settings->format;
}

static bool report_begin(void *self, const struct trace_header *header)
{
    struct performance *p = self;
    p->begun = true;
    if (format_of(p)->begin && !format_of(p)->begin(p->stage->report, p->scenario, header))
        p->report_wrong = true;
    return !p->report_wrong;
}

static bool report_event(void *self, const struct event *event)
{
    struct performance *p = self;
    p->events = event->n;
    if (format_of(p)->event && !format_of(p)->event(p->stage->report, event))
        p->report_wrong = true;
    return !p->report_wrong;
}

static void report_idle(void *self)
{
    struct performance *p = self;
    if (fflush(p->stage->out) != 0)
        p->report_wrong = true;
}

/* Refused before the start: reports and traces have a header all the same. */
static void begin_all(struct performance *p)
{
    struct trace_header header = {
        .scenario = p->scenario->title,
        .clock = p->options.clock == CLOCK_KIND_REAL ? "real" : "virtual",
        .schedule = schedule_policy_word(p->options.schedule.policy),
    };
    for (size_t i = 0; i < p->sink_count; i++)
        if (p->sinks[i].begin)
            p->sinks[i].begin(p->sinks[i].self, &header);
}

/* ---- performing ---- */

/* Puts into the report and the trace that the second performance differed; not to the judge, who
 * judges the first. */
static void tell_divergence(struct performance *p, const char *text)
{
    struct event event = {
        .n = p->events + 1,
        .t_us = p->result.duration_us,
        .process = "director",
        .kind = EVENT_DIVERGE,
        .text = text,
        .text_length = strlen(text),
    };
    report_event(p, &event);
    if (p->writer) {
        struct trace_sink sink = trace_writer_sink(p->writer);
        sink.event(sink.self, &event);
    }
}

static void mark_diverged(struct performance *p, const char *difference)
{
    struct perform_result *result = &p->result;
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
    struct trace_sink sink = twice_second_sink(p->twice);
    struct perform_options options = p->options;
    options.sinks = &sink;
    options.sink_count = 1;
    struct perform_result second = {0};
    bool performed = director_perform(p->scenario, &options, &second, &p->error);
    if (!performed) {
        error_wrap(&p->error, "cannot perform '%s' a second time", p->scenario->title);
    } else if (twice_error(p->twice)) {
        p->error = *twice_error(p->twice);
        performed = false;
    } else if (second.end == RUN_INTERRUPTED) {
        p->result.end = RUN_INTERRUPTED;
    } else {
        bool same_end = second.end == p->result.end && second.duration_us == p->result.duration_us;
        const char *difference = twice_difference(p->twice, same_end);
        if (difference)
            mark_diverged(p, difference);
    }
    perform_result_release(&second);
    return performed;
}

static bool perform(struct performance *p)
{
    bool performed = director_perform(p->scenario, &p->options, &p->result, &p->error);
    if (!p->begun)
        begin_all(p);
    if (!performed || !p->twice)
        return performed;
    if (twice_error(p->twice)) {
        p->error = *twice_error(p->twice);
        return false;
    }
    if (p->result.sink_stopped || p->result.end == RUN_INTERRUPTED)
        return true;
    return perform_again(p);
}

/* ---- the outcome ---- */

static struct trace_footer make_footer(struct performance *p)
{
    struct trace_footer footer = {
        .end = p->result.end,
        .duration_us = p->result.duration_us,
        .deterministic = p->result.deterministic,
        .reasons = (const char *const *)p->result.reasons,
        .reason_count = p->result.reason_count,
    };
    footer.verdicts = judge_end(p->judge, footer.end, footer.duration_us, &footer.verdict_count);
    return footer;
}

static int outcome_status(const struct trace_footer *footer)
{
    if (footer->end == RUN_FAILED)
        return EXIT_REFUSED;
    if (footer->end != RUN_COMPLETED)
        return EXIT_FAILS;
    for (size_t i = 0; i < footer->verdict_count; i++)
        if (!footer->verdicts[i].holds)
            return EXIT_FAILS;
    return EXIT_HOLDS;
}

/* Ends the trace and the report of this scenario. */
static int conclude(struct performance *p, bool performed)
{
    if (!performed) {
        p->result.end = RUN_FAILED;
        error_print(&p->error);
    }
    struct trace_footer footer = make_footer(p);
    if (p->writer && !trace_writer_finish(p->writer, &footer)) {
        const struct error *error = trace_writer_error(p->writer);
        error_print(error);
        if (performed)
            p->error = *error;
        performed = false;
        footer.end = RUN_FAILED;
    }
    struct run_outcome outcome = {
        .scenario = p->scenario, .footer = footer, .error = performed ? NULL : &p->error};
    if (!p->report_wrong && format_of(p)->outcome &&
        !format_of(p)->outcome(p->stage->report, &outcome))
        p->report_wrong = true;
    return p->report_wrong ? EXIT_REFUSED : outcome_status(&footer);
}

int perform_scenario(const struct stage *stage, const struct scenario *scenario)
{
    struct performance p = {
        .stage = stage,
        .scenario = scenario,
        .judge = judge_new(scenario),
        .options = {.clock = effective_clock(stage->settings, scenario),
                    .schedule = *effective_schedule(stage->settings, scenario)},
    };
    bool ready = true;
    p.sinks[p.sink_count++] = judge_sink(p.judge);
    p.sinks[p.sink_count++] = (struct trace_sink){
        .begin = report_begin, .event = report_event, .idle = report_idle, .self = &p};
    if (stage->trace_fd >= 0) {
        p.writer = trace_writer_new(stage->trace_fd, stage->settings->trace);
        p.sinks[p.sink_count++] = trace_writer_sink(p.writer);
    }
    if (stage->settings->twice) {
        p.twice = twice_new(&p.error);
        ready = p.twice != NULL;
        if (ready)
            p.sinks[p.sink_count++] = twice_first_sink(p.twice);
    }
    p.options.sinks = p.sinks;
    p.options.sink_count = p.sink_count;

    if (!ready)
        begin_all(&p);
    int status = conclude(&p, ready && perform(&p));

    perform_result_release(&p.result);
    twice_free(p.twice);
    trace_writer_free(p.writer);
    judge_free(p.judge);
    return status;
}
