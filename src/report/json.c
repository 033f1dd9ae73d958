/* The outcome of each scenario as JSON, for programs; one document a run of the command. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/internal.h"

struct json_report {
    FILE *out;
    struct buf ending;
    uint64_t events;
    size_t scenarios;
    size_t holding;
};

static void *json_open(const struct report_options *options)
{
    struct json_report *report = xcalloc(1, sizeof *report);
    report->out = options->out;
    return report;
}

static void json_free(void *state)
{
    struct json_report *report = state;
    buf_release(&report->ending);
    free(report);
}

static bool json_begin(void *state, const struct scenario *scenario,
                       const struct trace_header *header)
{
    struct json_report *report = state;
    (void)scenario;
    (void)header;
    buf_clear(&report->ending);
    report->events = 0;
    return true;
}

static bool json_event(void *state, const struct event *event)
{
    struct json_report *report = state;
    report->events++;
    ending_note(&report->ending, event);
    return true;
}

/* Text that may hold anything (a path, an error): what is not UTF-8 is made visible. */
static void add_text(struct buf *out, const char *key, const char *text)
{
    buf_printf(out, "\"%s\": ", key);
    size_t length = strlen(text);
    if (utf8_valid_prefix(text, length) == length) {
        json_add_string(out, text, length);
        return;
    }
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, length);
    json_add_string(out, visible.data, visible.length);
}

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

static void add_replay(struct buf *out, const struct run_outcome *outcome, const char *schedule)
{
    auto_buf struct buf replay = {0};
    replay_tell(outcome, schedule, &replay);
    buf_add_string(out, ", ");
    add_text(out, "replay", replay.data);
}

static void add_verdict(struct buf *out, const struct run_outcome *outcome,
                        const struct verdict *verdict)
{
    buf_add_string(out, "      {");
    add_text(out, "name", verdict->name);
    buf_printf(out, ", \"holds\": %s, \"judged\": %s", boolean(verdict->holds),
               boolean(verdict->judged));
    if (verdict->has_points)
        buf_printf(out, ", \"points\": %.10g", verdict->points);
    buf_printf(out, ", \"about\": \"%s\"", about_words[verdict->about]);
    if (verdict->hidden)
        buf_add_string(out, ", \"hidden\": true");
    if (verdict->schedule != NULL) {
        buf_add_string(out, ", ");
        add_text(out, "schedule", verdict->schedule);
        add_replay(out, outcome, verdict->schedule);
    }
    const struct {
        const char *key, *text;
    } texts[] = {{"expected", verdict->expected}, {"seen", verdict->seen}, {"hint", verdict->hint}};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        if (texts[i].text == NULL)
            continue;
        buf_add_string(out, ", ");
        add_text(out, texts[i].key, texts[i].text);
    }
    buf_add_string(out, ", \"evidence\": [");
    for (size_t i = 0; i < verdict->evidence_count; i++)
        buf_printf(out, "%s%llu", i > 0 ? ", " : "", (unsigned long long)verdict->evidence[i]);
    buf_add_string(out, "]}");
}

static bool json_outcome(void *state, const struct run_outcome *outcome)
{
    struct json_report *report = state;
    const struct trace_footer *footer = &outcome->footer;
    bool holds = footer->end == RUN_COMPLETED && verdicts_holding(footer) == footer->verdict_count;
    auto_buf struct buf out = {0}, ending = {0};
    buf_add_string(&out,
                   report->scenarios == 0 ? "{\"procenario\": 1, \"scenarios\": [\n  {" : ",\n  {");
    report->scenarios++;
    report->holding += holds;
    add_text(&out, "title", outcome->scenario->title);
    if (outcome->scenario->source != NULL) {
        buf_add_string(&out, ", ");
        add_text(&out, "file", outcome->scenario->source->path);
    }
    ending_tell(&report->ending, outcome, &ending);
    buf_printf(&out, ",\n    \"holds\": %s, \"end\": \"%s\", ", boolean(holds),
               run_end_words[footer->end]);
    add_text(&out, "ending", ending.data);
    if (outcome->schedules > 1)
        buf_printf(&out, ", \"schedules\": %u", outcome->schedules);
    if (outcome->ended_under != NULL) {
        buf_add_string(&out, ", ");
        add_text(&out, "ended_under", outcome->ended_under);
        add_replay(&out, outcome, outcome->ended_under);
    }
    buf_printf(&out,
               ", \"duration_us\": %lld, \"events\": %llu,\n    \"deterministic\": %s, "
               "\"reasons\": [",
               (long long)footer->duration_us, (unsigned long long)report->events,
               boolean(footer->deterministic));
    for (size_t i = 0; i < footer->reason_count; i++) {
        buf_add_string(&out, i > 0 ? ", " : "");
        json_add_string(&out, footer->reasons[i],
                        utf8_valid_prefix(footer->reasons[i], strlen(footer->reasons[i])));
    }
    buf_add_string(&out, "],\n    \"expectations\": [");
    for (size_t i = 0; i < footer->verdict_count; i++) {
        buf_add_string(&out, i > 0 ? ",\n" : "\n");
        add_verdict(&out, outcome, &footer->verdicts[i]);
    }
    buf_add_string(&out, "]}");
    return report_write(report->out, &out);
}

static bool json_end(void *state)
{
    struct json_report *report = state;
    auto_buf struct buf out = {0};
    if (report->scenarios == 0)
        buf_add_string(&out, "{\"procenario\": 1, \"scenarios\": [");
    buf_printf(&out, "],\n\"holds\": %s}\n", boolean(report->holding == report->scenarios));
    return report_write(report->out, &out);
}

const struct report_format report_json = {
    .name = "json",
    .summary = "for programs: outcome and verdicts of each scenario",
    .open = json_open,
    .begin = json_begin,
    .event = json_event,
    .outcome = json_outcome,
    .end = json_end,
    .free = json_free,
};
