/*
 * JUnit XML in the dialect that its common readers share: a suite a scenario, a case an
 * expectation. A failure is an expectation that does not hold, an error a run that did not
 * complete. The totals stand before the suites, so the suites are kept until the end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/internal.h"

#define MOST_OUTPUT (1u << 20) /* of a scenario's output that is quoted */

struct junit_report {
    FILE *out;
    struct buf ending, suites, output;
    bool output_cut;
    size_t tests, failures, errors;
    int64_t duration_us;
};

static void *junit_open(const struct report_options *options)
{
    struct junit_report *report = xcalloc(1, sizeof *report);
    report->out = options->out;
    return report;
}

static void junit_free(void *state)
{
    struct junit_report *report = state;
    buf_release(&report->ending);
    buf_release(&report->suites);
    buf_release(&report->output);
    free(report);
}

static void add_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    xml_add_text(out, value, strlen(value), true);
    buf_add_char(out, '"');
}

static void add_seconds(struct buf *out, int64_t us)
{
    buf_printf(out, " time=\"%lld.%06lld\"", (long long)(us / 1000000), (long long)(us % 1000000));
}

static bool junit_begin(void *state, const struct scenario *scenario,
                        const struct trace_header *header)
{
    struct junit_report *report = state;
    (void)scenario;
    (void)header;
    buf_clear(&report->ending);
    buf_clear(&report->output);
    report->output_cut = false;
    return true;
}

static bool junit_event(void *state, const struct event *event)
{
    struct junit_report *report = state;
    ending_note(&report->ending, event);
    if (event->kind == EVENT_OUTPUT) {
        size_t room = MOST_OUTPUT - report->output.length;
        report->output_cut |= event->text_length > room;
        buf_add(&report->output, event->text,
                event->text_length < room ? event->text_length : room);
    }
    return true;
}

static void add_case(struct junit_report *report, const struct run_outcome *outcome,
                     const char *name, const struct expectation *expectation)
{
    struct buf *out = &report->suites;
    buf_add_string(out, "    <testcase");
    add_attribute(out, "name", name);
    add_attribute(out, "classname", outcome->scenario->title);
    buf_add_string(out, " time=\"0\"");
    if (outcome->scenario->source != NULL) {
        add_attribute(out, "file", outcome->scenario->source->path);
        if (expectation != NULL)
            buf_printf(out, " line=\"%u\"",
                       source_position(outcome->scenario->source, expectation->span.offset).line);
    }
}

static void add_failure(struct buf *out, const struct run_outcome *outcome,
                        const struct verdict *verdict)
{
    auto_buf struct buf replay = {0};
    if (verdict->schedule != NULL)
        replay_tell(outcome, verdict->schedule, &replay);
    buf_add_string(out, ">\n      <failure");
    add_attribute(out, "message", verdict->seen != NULL ? verdict->seen : "does not hold");
    add_attribute(out, "type", verdict->judged ? "expectation" : "not judged");
    buf_add_char(out, '>');
    const struct {
        const char *label, *text;
    } rows[] = {
        {"expected: ", verdict->expected}, {"seen: ", verdict->seen}, {"hint: ", verdict->hint},
        {"schedule: ", verdict->schedule}, {"replay: ", replay.data},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].text == NULL)
            continue;
        buf_add_string(out, rows[i].label);
        xml_add_text(out, rows[i].text, strlen(rows[i].text), false);
        buf_add_char(out, '\n');
    }
    if (verdict->evidence_count > 0) {
        buf_add_string(out, "events:");
        for (size_t i = 0; i < verdict->evidence_count; i++)
            buf_printf(out, " %llu", (unsigned long long)verdict->evidence[i]);
        buf_add_char(out, '\n');
    }
    buf_add_string(out, "</failure>\n    </testcase>\n");
}

static bool junit_outcome(void *state, const struct run_outcome *outcome)
{
    struct junit_report *report = state;
    const struct trace_footer *footer = &outcome->footer;
    const struct scenario *scenario = outcome->scenario;
    struct buf *out = &report->suites;
    size_t failures = footer->verdict_count - verdicts_holding(footer);
    bool error = footer->end != RUN_COMPLETED;
    auto_buf struct buf ending = {0};
    ending_tell(&report->ending, outcome, &ending);

    buf_add_string(out, "  <testsuite");
    add_attribute(out, "name", scenario->title);
    buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%d\" skipped=\"0\"",
               footer->verdict_count + 1, failures, error ? 1 : 0);
    add_seconds(out, footer->duration_us);
    if (scenario->source != NULL)
        add_attribute(out, "file", scenario->source->path);
    buf_add_string(out, ">\n    <properties>\n      <property name=\"deterministic\" value=\"");
    buf_printf(out, "%s\"/>\n", footer->deterministic ? "true" : "false");
    for (size_t i = 0; i < footer->reason_count; i++) {
        buf_add_string(out, "      <property name=\"not reproducible\"");
        add_attribute(out, "value", footer->reasons[i]);
        buf_add_string(out, "/>\n");
    }
    buf_add_string(out, "    </properties>\n");

    add_case(report, outcome, "the run completes", NULL);
    if (error) {
        buf_add_string(out, ">\n      <error");
        add_attribute(out, "message", ending.data);
        add_attribute(out, "type", run_end_words[footer->end]);
        if (outcome->ended_under == NULL) {
            buf_add_string(out, "/>\n    </testcase>\n");
        } else {
            auto_buf struct buf replay = {0};
            replay_tell(outcome, outcome->ended_under, &replay);
            buf_printf(out, ">schedule: %s\nreplay: ", outcome->ended_under);
            xml_add_text(out, replay.data, replay.length, false);
            buf_add_string(out, "\n</error>\n    </testcase>\n");
        }
    } else {
        buf_add_string(out, "/>\n");
    }
    for (size_t i = 0; i < footer->verdict_count; i++) {
        const struct verdict *verdict = &footer->verdicts[i];
        add_case(report, outcome, verdict->name,
                 i < scenario->expectation_count ? &scenario->expectations[i] : NULL);
        if (verdict->holds)
            buf_add_string(out, "/>\n");
        else
            add_failure(out, outcome, verdict);
    }
    if (report->output.length > 0) {
        buf_add_string(out, "    <system-out>");
        xml_add_text(out, report->output.data, report->output.length, false);
        buf_add_string(out, report->output_cut ? "&#10;[cut]</system-out>\n" : "</system-out>\n");
    }
    buf_add_string(out, "  </testsuite>\n");
    report->tests += footer->verdict_count + 1;
    report->failures += failures;
    report->errors += error;
    report->duration_us += footer->duration_us;
    return true;
}

static bool junit_end(void *state)
{
    struct junit_report *report = state;
    auto_buf struct buf head = {0};
    buf_add_string(&head, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_printf(&head,
               "<testsuites name=\"procenario\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
               "skipped=\"0\"",
               report->tests, report->failures, report->errors);
    add_seconds(&head, report->duration_us);
    buf_add_string(&head, ">\n");
    return report_write(report->out, &head) && report_write(report->out, &report->suites) &&
           fputs("</testsuites>\n", report->out) >= 0;
}

const struct report_format report_junit = {
    .name = "junit",
    .summary = "JUnit XML, which CI systems read",
    .open = junit_open,
    .begin = junit_begin,
    .event = junit_event,
    .outcome = junit_outcome,
    .end = junit_end,
    .free = junit_free,
};
