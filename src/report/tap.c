/*
 * TAP 14, the Test Anything Protocol: a test point an expectation, and one for how the run ended;
 * the plan stands at the end, as the number of points is known only then.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/internal.h"

struct tap_report {
    FILE *out;
    struct buf ending;
    size_t points;
    bool wrong; /* the first line could not be written */
};

static void *tap_open(const struct report_options *options)
{
    struct tap_report *report = xcalloc(1, sizeof *report);
    report->out = options->out;
    report->wrong = fputs("TAP version 14\n", report->out) < 0;
    return report;
}

static void tap_free(void *state)
{
    struct tap_report *report = state;
    buf_release(&report->ending);
    free(report);
}

/* A description holds no line break, and '#' begins a directive where it is not escaped. */
static void add_description(struct buf *out, const char *text)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, strlen(text));
    for (size_t i = 0; i < visible.length; i++) {
        if (visible.data[i] == '#' || visible.data[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, visible.data[i]);
    }
}

/* A double-quoted scalar of YAML takes what a JSON string is. */
static void add_yaml(struct buf *out, const char *key, const char *text)
{
    if (text == NULL)
        return;
    buf_printf(out, "  %s: ", key);
    size_t length = strlen(text);
    auto_buf struct buf visible = {0};
    if (utf8_valid_prefix(text, length) < length) {
        text_add_visible(&visible, text, length);
        text = visible.data;
        length = visible.length;
    }
    json_add_string(out, text, length);
    buf_add_char(out, '\n');
}

static void add_point(struct tap_report *report, struct buf *out, bool holds,
                      const struct scenario *scenario, const char *description)
{
    buf_printf(out, "%sok %zu - ", holds ? "" : "not ", ++report->points);
    add_description(out, scenario->title);
    buf_add_string(out, ": ");
    add_description(out, description);
    buf_add_char(out, '\n');
}

static bool tap_begin(void *state, const struct scenario *scenario,
                      const struct trace_header *header)
{
    struct tap_report *report = state;
    (void)header;
    buf_clear(&report->ending);
    auto_buf struct buf out = {0};
    buf_add_string(&out, "# ");
    add_description(&out, scenario->title);
    buf_add_char(&out, '\n');
    return !report->wrong && report_write(report->out, &out);
}

static bool tap_event(void *state, const struct event *event)
{
    ending_note(&((struct tap_report *)state)->ending, event);
    return true;
}

static void add_schedule(struct buf *out, const struct run_outcome *outcome, const char *schedule)
{
    if (schedule == NULL)
        return;
    auto_buf struct buf replay = {0};
    replay_tell(outcome, schedule, &replay);
    add_yaml(out, "schedule", schedule);
    add_yaml(out, "replay", replay.data);
}

static void add_place(struct buf *out, const struct scenario *scenario,
                      const struct expectation *expectation)
{
    if (scenario->source == NULL)
        return;
    struct position position = source_position(scenario->source, expectation->span.offset);
    buf_add_string(out, "  at:\n  ");
    add_yaml(out, "file", scenario->source->path);
    buf_printf(out, "    line: %u\n", position.line);
}

static bool tap_outcome(void *state, const struct run_outcome *outcome)
{
    struct tap_report *report = state;
    const struct trace_footer *footer = &outcome->footer;
    auto_buf struct buf out = {0}, ending = {0};
    ending_tell(&report->ending, outcome, &ending);
    add_point(report, &out, footer->end == RUN_COMPLETED, outcome->scenario, "the run completes");
    if (footer->end != RUN_COMPLETED) {
        buf_add_string(&out, "  ---\n");
        add_yaml(&out, "message", ending.data);
        add_yaml(&out, "end", run_end_words[footer->end]);
        add_schedule(&out, outcome, outcome->ended_under);
        buf_add_string(&out, "  ...\n");
    }
    for (size_t i = 0; i < footer->verdict_count; i++) {
        const struct verdict *verdict = &footer->verdicts[i];
        add_point(report, &out, verdict->holds, outcome->scenario, verdict->name);
        if (verdict->holds)
            continue;
        buf_add_string(&out, "  ---\n");
        add_yaml(&out, "message", verdict->seen);
        add_yaml(&out, "severity", verdict->judged ? "fail" : "not judged");
        add_yaml(&out, "wanted", verdict->expected);
        add_yaml(&out, "found", verdict->seen);
        if (i < outcome->scenario->expectation_count)
            add_place(&out, outcome->scenario, &outcome->scenario->expectations[i]);
        if (verdict->evidence_count > 0) {
            buf_add_string(&out, "  events: [");
            for (size_t j = 0; j < verdict->evidence_count; j++)
                buf_printf(&out, "%s%llu", j > 0 ? ", " : "",
                           (unsigned long long)verdict->evidence[j]);
            buf_add_string(&out, "]\n");
        }
        add_yaml(&out, "hint", verdict->hint);
        add_schedule(&out, outcome, verdict->schedule);
        buf_add_string(&out, "  ...\n");
    }
    for (size_t i = 0; i < footer->reason_count; i++) {
        buf_add_string(&out, "# not reproducible: ");
        add_description(&out, footer->reasons[i]);
        buf_add_char(&out, '\n');
    }
    return report_write(report->out, &out);
}

static bool tap_end(void *state)
{
    struct tap_report *report = state;
    return fprintf(report->out, "1..%zu\n", report->points) > 0 && !report->wrong;
}

const struct report_format report_tap = {
    .name = "tap",
    .summary = "Test Anything Protocol, version 14",
    .open = tap_open,
    .begin = tap_begin,
    .event = tap_event,
    .outcome = tap_outcome,
    .end = tap_end,
    .free = tap_free,
};
