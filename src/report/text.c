/* The live view: each event in words as it happens, then what held and what did not. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "report/internal.h"

#define MOST_REMEMBERED 4096 /* events that can be shown again as evidence; a power of two */
#define LONGEST_REMEMBERED 400
#define LONGEST_COMMAND 60 /* in a process table */
#define MOST_COLORED 256   /* processes with a colour of their own turn */
#define WIDEST_NAME 24
#define PAGE_WIDTH 80
#define ROW_INDENT 6 /* of what is told of an expectation */
#define ROW_LABEL 10

/* The marks need UTF-8; without it (the C locale) plain letters say the same. */
struct marks {
    const char *holds, *fails, *open, *output, *more;
};
static const struct marks unicode_marks = {"✓", "✗", "?", "│", "…"};
static const struct marks plain_marks = {"ok", "FAIL", "?", "|", "..."};

struct text_report {
    struct report_options options;
    const struct marks *marks;
    size_t name_width;
    char *names[MOST_COLORED];
    size_t name_count;
    struct remembered {
        uint64_t n;
        int64_t t_us;
        struct buf words;
    } * ring;
    size_t used; /* of the ring */
    struct buf ending;
    struct buf line;
    char *root; /* its name, once it has started */
    char **notes;
    size_t note_count;
    bool remembers; /* there is something to judge, thus evidence */
    bool begun;     /* some scenario was told of before */
    size_t scenarios, scenarios_holding;
};

/* The first of LC_ALL, LC_CTYPE, LANG that is set decides, as for setlocale. */
static bool locale_is_utf8(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}

static void *text_open(const struct report_options *options)
{
    struct text_report *report = xcalloc(1, sizeof *report);
    report->options = *options;
    report->marks = locale_is_utf8() ? &unicode_marks : &plain_marks;
    report->ring = xcalloc(MOST_REMEMBERED, sizeof *report->ring);
    return report;
}

static void forget(struct text_report *report)
{
    for (size_t i = 0; i < report->used; i++)
        report->ring[i].n = 0;
    for (size_t i = 0; i < report->name_count; i++)
        free(report->names[i]);
    for (size_t i = 0; i < report->note_count; i++)
        free(report->notes[i]);
    free(report->notes);
    report->notes = NULL;
    free(report->root);
    report->root = NULL;
    report->name_count = report->note_count = 0;
    buf_clear(&report->ending);
}

static void text_free(void *state)
{
    struct text_report *report = state;
    forget(report);
    for (size_t i = 0; i < report->used; i++)
        buf_release(&report->ring[i].words);
    free(report->ring);
    buf_release(&report->ending);
    buf_release(&report->line);
    free(report);
}

/* ---- pieces of a line ------------------------------------------------------------------------ */

static void paint(struct text_report *report, const char *sequence)
{
    if (report->options.color)
        buf_printf(&report->line, "\033[%sm", sequence);
}

static void add_painted(struct text_report *report, const char *sequence, const char *text)
{
    paint(report, sequence);
    buf_add_string(&report->line, text);
    paint(report, "0");
}

/* Colours go round in the order in which processes appear. */
static const char *color_of(struct text_report *report, const char *name)
{
    static const char *const colors[] = {"36", "33", "35", "32", "34",
                                         "96", "93", "95", "92", "94"};
    size_t i = 0;
    while (i < report->name_count && strcmp(report->names[i], name) != 0)
        i++;
    if (i == report->name_count && i < MOST_COLORED)
        report->names[report->name_count++] = xstrdup(name);
    return colors[i % ARRAY_SIZE(colors)];
}

static void add_time(struct buf *out, int64_t us)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%lld.%03d s", (long long)(us / 1000000),
                          (int)(us / 1000 % 1000));
    buf_printf(out, "%*s", length < 9 ? 9 : length, text);
}

static void add_margin(struct text_report *report)
{
    buf_printf(&report->line, "%*s", (int)(9 + 2 + report->name_width + 2), "");
}

static void add_name(struct text_report *report, const char *name)
{
    size_t width = utf8_width(name, strlen(name));
    if (width > report->name_width)
        report->name_width = width < WIDEST_NAME ? width : WIDEST_NAME;
    const char *color = color_of(report, name);
    paint(report, color);
    text_add_visible(&report->line, name, strlen(name));
    paint(report, "0");
    size_t padding = width < report->name_width ? report->name_width - width : 0;
    buf_printf(&report->line, "%*s", (int)padding + 2, "");
}

/* Output keeps its lines, each behind a mark, so that it is not taken for the report's words. */
static void add_output(struct text_report *report, const struct event *event)
{
    const char *text = event->text;
    size_t left = event->text_length;
    do {
        const char *end = left > 0 ? memchr(text, '\n', left) : NULL;
        size_t length = end != NULL ? (size_t)(end - text) : left;
        if (text != event->text)
            add_margin(report);
        add_painted(report, event->stream == 2 ? "31" : "2", report->marks->output);
        buf_add_string(&report->line, event->stream == 2 ? " (stderr) " : " ");
        paint(report, "1");
        text_add_printable(&report->line, text, length);
        paint(report, "0");
        buf_add_char(&report->line, '\n');
        length += end != NULL;
        text += length;
        left -= length;
    } while (left > 0);
}

static void add_table(struct text_report *report, const struct event *event)
{
    size_t width = 7, state_width = 8;
    for (size_t i = 0; i < event->table_count; i++) {
        const struct table_row *row = &event->table[i];
        size_t needed = utf8_width(row->process, strlen(row->process));
        width = needed > width ? needed : width;
    }
    buf_add_string(&report->line, "process table:\n");
    for (size_t i = 0; i < event->table_count; i++) {
        const struct table_row *row = &event->table[i];
        size_t taken = utf8_width(row->process, strlen(row->process));
        add_margin(report);
        paint(report, color_of(report, row->process));
        text_add_visible(&report->line, row->process, strlen(row->process));
        paint(report, "0");
        buf_printf(&report->line, "%*s%-*s  ", (int)(width - taken) + 2, "", (int)state_width,
                   state_words[row->state]);
        text_add_visible(&report->line, row->command,
                         utf8_cut(row->command, strlen(row->command), LONGEST_COMMAND));
        buf_add_char(&report->line, '\n');
    }
}

static bool write_line(struct text_report *report)
{
    bool written = report_write(report->options.out, &report->line);
    buf_clear(&report->line);
    return written;
}

/* ---- the run --------------------------------------------------------------------------------- */

static bool text_begin(void *state, const struct scenario *scenario,
                       const struct trace_header *header)
{
    struct text_report *report = state;
    forget(report);
    report->remembers = scenario->expectation_count > 0;
    /* Wide enough from the start, where that can be known, so that columns do not move. */
    report->name_width = scenario->timeline_count > 0 ? strlen("timeline") : 0;
    for (size_t i = 0; i < scenario->role_count; i++) {
        const struct role *role = &scenario->roles[i];
        size_t width = utf8_width(role->name, strlen(role->name)) + (role->execs ? 2 : 0);
        if (width > report->name_width)
            report->name_width = width < WIDEST_NAME ? width : WIDEST_NAME;
    }
    report->notes = xcalloc(header->note_count + 1, sizeof *report->notes);
    for (size_t i = 0; i < header->note_count; i++)
        report->notes[report->note_count++] = xstrdup(header->notes[i]);
    if (report->options.quiet)
        return true;
    if (report->begun)
        buf_add_char(&report->line, '\n');
    report->begun = true;
    paint(report, "1");
    text_add_visible(&report->line, scenario->title, strlen(scenario->title));
    paint(report, "0");
    buf_add_char(&report->line, '\n');
    return write_line(report);
}

static void remember(struct text_report *report, const struct event *event)
{
    size_t at = event->n % MOST_REMEMBERED;
    struct remembered *place = &report->ring[at];
    report->used = at < report->used ? report->used : at + 1;
    place->n = event->n;
    place->t_us = event->t_us;
    buf_clear(&place->words);
    buf_printf(&place->words, "%s ", event->process);
    struct event told = *event;
    told.text_length = utf8_cut(told.text, told.text_length, LONGEST_REMEMBERED);
    bool cut = told.text_length < event->text_length;
    event_describe(&told, &place->words);
    if (cut)
        buf_add_string(&place->words, report->marks->more);
}

/* What would only distract. */
static bool is_left_out(const struct text_report *report, const struct event *event)
{
    switch (event->kind) {
    case EVENT_TURN:
    case EVENT_WAKE:
    case EVENT_NOTE: /* stands at the end, with the other reasons */
        return true;
    case EVENT_SNAPSHOT: /* a `ps` step writes its table itself */
        return strcmp(event->process, "timeline") != 0;
    case EVENT_REAP: /* the end of every run */
        return strcmp(event->process, "init") == 0 && report->root != NULL &&
               strcmp(event->child, report->root) == 0;
    default:
        return false;
    }
}

static bool text_event(void *state, const struct event *event)
{
    struct text_report *report = state;
    ending_note(&report->ending, event);
    if (report->remembers)
        remember(report, event);
    if (event->kind == EVENT_START && report->root == NULL)
        report->root = xstrdup(event->process);
    if (report->options.quiet || is_left_out(report, event))
        return true;
    paint(report, "2");
    add_time(&report->line, event->t_us);
    paint(report, "0");
    buf_add_string(&report->line, "  ");
    add_name(report, event->process);
    if (event->kind == EVENT_OUTPUT) {
        add_output(report, event);
    } else if (event->kind == EVENT_SNAPSHOT) {
        add_table(report, event);
    } else {
        if (event->kind == EVENT_SAY)
            paint(report, "3");
        event_describe(event, &report->line);
        if (event->kind == EVENT_SAY)
            paint(report, "0");
        buf_add_char(&report->line, '\n');
    }
    return write_line(report);
}

/* ---- the outcome ----------------------------------------------------------------------------- */

/* A label and a text, which goes on below itself at the right margin: between words, where that is
 * possible. */
static void add_row(struct text_report *report, const char *label, const char *text)
{
    auto_buf struct buf shown = {0};
    text_add_visible(&shown, text, strlen(text));
    paint(report, "2");
    size_t width = strlen(label) + 2 > ROW_LABEL ? strlen(label) + 2 : ROW_LABEL;
    buf_printf(&report->line, "%*s%-*s", ROW_INDENT, "", (int)width, label);
    paint(report, "0");
    size_t at = 0, room = PAGE_WIDTH - ROW_INDENT - width;
    while (utf8_width(shown.data + at, shown.length - at) > room) {
        size_t fits = 0, length = 0;
        for (size_t next = 0;; length = next) {
            do /* to the end of the character */
                next++;
            while (((unsigned char)shown.data[at + next] & 0xc0) == 0x80);
            if (utf8_width(shown.data + at, next) > room)
                break;
            if (shown.data[at + next] == ' ')
                fits = next;
        }
        length = fits > 0 ? fits : length;
        buf_add(&report->line, shown.data + at, length);
        buf_printf(&report->line, "\n%*s", (int)(ROW_INDENT + width), "");
        at += length;
        while (shown.data[at] == ' ')
            at++;
    }
    buf_add(&report->line, shown.data + at, shown.length - at);
    buf_add_char(&report->line, '\n');
}

static void add_evidence(struct text_report *report, const struct verdict *verdict)
{
    bool some_forgotten = false;
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        uint64_t n = verdict->evidence[i];
        const struct remembered *place = &report->ring[n % MOST_REMEMBERED];
        if (place->n != n) {
            some_forgotten = true;
            continue;
        }
        char label[32];
        snprintf(label, sizeof label, "event %llu", (unsigned long long)n);
        auto_buf struct buf text = {0};
        add_time(&text, place->t_us);
        char *from = text.data;
        while (*from == ' ')
            from++;
        auto_free char *words = xasprintf("%s  %s", from, place->words.data);
        add_row(report, label, words);
    }
    if (!some_forgotten)
        return;
    auto_buf struct buf numbers = {0};
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        uint64_t n = verdict->evidence[i];
        if (report->ring[n % MOST_REMEMBERED].n != n)
            buf_printf(&numbers, "%s%llu", numbers.length > 0 ? ", " : "", (unsigned long long)n);
    }
    add_row(report, "events", numbers.data);
}

static void add_verdict(struct text_report *report, const struct verdict *verdict,
                        const struct expectation *expectation)
{
    buf_add_string(&report->line, "  ");
    if (verdict->holds)
        add_painted(report, "32", report->marks->holds);
    else
        add_painted(report, "31", verdict->judged ? report->marks->fails : report->marks->open);
    buf_add_char(&report->line, ' ');
    if (expectation != NULL && expectation->has_at) {
        char at[48];
        buf_printf(&report->line, "at %s: ", duration_format(expectation->at_ns, at, sizeof at));
    }
    text_add_visible(&report->line, verdict->name, strlen(verdict->name));
    if (verdict->has_points)
        buf_printf(&report->line, " (%.10g point%s)", verdict->points,
                   verdict->points == 1 ? "" : "s");
    buf_add_char(&report->line, '\n');
    if (verdict->holds)
        return;
    if (verdict->expected != NULL)
        add_row(report, "expected", verdict->expected);
    if (verdict->seen != NULL)
        add_row(report, "seen", verdict->seen);
    add_evidence(report, verdict);
    if (verdict->hint != NULL)
        add_row(report, "hint", verdict->hint);
}

static void add_summary(struct text_report *report, const struct run_outcome *outcome)
{
    const struct trace_footer *footer = &outcome->footer;
    size_t holding = verdicts_holding(footer);
    double points = 0, all_points = 0;
    for (size_t i = 0; i < footer->verdict_count; i++) {
        const struct verdict *verdict = &footer->verdicts[i];
        all_points += verdict->has_points ? verdict->points : 0;
        points += verdict->has_points && verdict->holds ? verdict->points : 0;
    }
    bool well = holding == footer->verdict_count && footer->end == RUN_COMPLETED;
    paint(report, well ? "32" : "31");
    if (footer->end == RUN_COMPLETED) {
        char duration[48];
        buf_printf(&report->line, "ended after %s",
                   duration_format(footer->duration_us * NS_PER_US, duration, sizeof duration));
    } else {
        auto_buf struct buf ending = {0};
        ending_tell(&report->ending, outcome, &ending);
        text_add_visible(&report->line, ending.data, ending.length);
    }
    if (footer->verdict_count > 0) {
        buf_printf(&report->line, "; %zu of %zu expectation%s hold%s", holding,
                   footer->verdict_count, footer->verdict_count == 1 ? "" : "s",
                   holding == 1 || footer->verdict_count == 1 ? "s" : "");
        if (all_points > 0)
            buf_printf(&report->line, ", %.10g of %.10g points", points, all_points);
    }
    paint(report, "0");
    buf_add_char(&report->line, '\n');
}

static void add_remark(struct text_report *report, const char *label, const char *text)
{
    buf_add_string(&report->line, label);
    text_add_visible(&report->line, text, strlen(text));
    buf_add_char(&report->line, '\n');
}

static bool text_outcome(void *state, const struct run_outcome *outcome)
{
    struct text_report *report = state;
    const struct trace_footer *footer = &outcome->footer;
    bool well = verdicts_holding(footer) == footer->verdict_count && footer->end == RUN_COMPLETED;
    report->scenarios++;
    report->scenarios_holding += well;
    if (report->options.quiet) {
        if (well)
            return true;
        paint(report, "1");
        text_add_visible(&report->line, outcome->scenario->title, strlen(outcome->scenario->title));
        paint(report, "0");
    }
    buf_add_char(&report->line, '\n');
    for (size_t i = 0; i < footer->verdict_count; i++)
        if (!report->options.quiet || !footer->verdicts[i].holds)
            add_verdict(report, &footer->verdicts[i],
                        i < outcome->scenario->expectation_count
                            ? &outcome->scenario->expectations[i]
                            : NULL);
    add_summary(report, outcome);
    if (!report->options.quiet) {
        for (size_t i = 0; i < footer->reason_count; i++)
            add_remark(report, "not reproducible: ", footer->reasons[i]);
        for (size_t i = 0; i < report->note_count; i++)
            add_remark(report, "note: ", report->notes[i]);
    }
    return write_line(report);
}

static bool text_end(void *state)
{
    struct text_report *report = state;
    if (report->scenarios < 2 || report->options.quiet)
        return true;
    buf_printf(&report->line, "\n%zu of %zu scenarios as expected\n", report->scenarios_holding,
               report->scenarios);
    return write_line(report);
}

const struct report_format report_text = {
    .name = "text",
    .summary = "for people: each event in words, then what held",
    .open = text_open,
    .begin = text_begin,
    .event = text_event,
    .outcome = text_outcome,
    .end = text_end,
    .free = text_free,
};
