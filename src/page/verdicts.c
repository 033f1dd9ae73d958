/* What became of the run: how it ended, some facts about it, and its expectations. */
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "page/internal.h"

struct tally {
    size_t hold;
    bool has_points;
    double points, all_points;
};

static struct tally tally_of(const struct trace_footer *footer)
{
    struct tally tally = {0};
    for (size_t i = 0; i < footer->verdict_count; i++) {
        const struct verdict *verdict = &footer->verdicts[i];
        tally.hold += verdict->holds;
        tally.has_points |= verdict->has_points;
        tally.all_points += verdict->has_points ? verdict->points : 0;
        tally.points += verdict->has_points && verdict->holds ? verdict->points : 0;
    }
    return tally;
}

static void add_visible(struct buf *out, const char *text)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, strlen(text));
    html_add(out, visible.data, visible.length);
}

static void add_event_link(const struct history *history, uint32_t index, enum language language,
                           struct buf *out)
{
    char number[16];
    snprintf(number, sizeof number, "%u", index + 1);
    buf_printf(out, "<a href=\"#event-%u\">", index + 1);
    html_add_label(out, language, LABEL_EVENT_NUMBER, WITH(number));
    buf_add_string(out, "</a> <span class=\"time\">");
    html_add_time(out, history->events[index].event.t_us);
    buf_add_string(out, "</span> ");
    html_add_name(out, history->events[index].event.process);
    buf_add_char(out, ' ');
    auto_buf struct buf words = {0};
    event_tell(history, index, language, &words);
    html_add(out, words.data, words.length);
}

/* ---- how it ended ---- */

static bool ends_a_run(enum event_kind kind)
{
    return kind == EVENT_LIMIT || kind == EVENT_DEADLOCK || kind == EVENT_INTERRUPT ||
           kind == EVENT_DIVERGE;
}

static void add_ending(const struct history *history, enum language language, struct buf *out)
{
    static const enum label endings[] = {LABEL_COMPLETED,   LABEL_LIMIT,    LABEL_DEADLOCK,
                                         LABEL_INTERRUPTED, LABEL_DIVERGED, LABEL_FAILED};
    const struct trace_footer *footer = &history->footer;
    struct tally tally = tally_of(footer);
    bool complete = footer->end == RUN_COMPLETED;
    bool well = complete && tally.hold == footer->verdict_count;
    buf_printf(out, "<p class=\"outcome %s\"><span class=\"mark\" aria-hidden=\"true\">%s</span> ",
               well ? "holds" : "fails", well ? "✓" : "✗");
    html_add_label(out, language, endings[footer->end], NULL);
    buf_add_string(out, language == LANGUAGE_ZH ? "" : " ");
    char failing[24], all[24];
    snprintf(failing, sizeof failing, "%zu", footer->verdict_count - tally.hold);
    snprintf(all, sizeof all, "%zu", footer->verdict_count);
    if (footer->verdict_count == 0)
        html_add_label(out, language, LABEL_NO_EXPECTATIONS, NULL);
    else if (tally.hold == footer->verdict_count)
        html_add_label(out, language, LABEL_ALL_HOLD, NULL);
    else
        html_add_label(out, language, LABEL_SOME_FAIL, WITH(failing, all));
    buf_add_string(out, "</p>\n");
    for (uint32_t i = history->event_count; i > 0 && !complete; i--) {
        if (!ends_a_run(history->events[i - 1].event.kind))
            continue;
        buf_add_string(out, "<p class=\"ending\">");
        add_event_link(history, i - 1, language, out);
        buf_add_string(out, "</p>\n");
        break;
    }
}

static void begin_fact(struct buf *out, enum language language, enum label label)
{
    buf_add_string(out, "<div><dt>");
    html_add_label(out, language, label, NULL);
    buf_add_string(out, "</dt><dd>");
}

static void add_fact(struct buf *out, enum language language, enum label label, const char *text)
{
    begin_fact(out, language, label);
    add_visible(out, text);
    buf_add_string(out, "</dd></div>\n");
}

static void add_part(struct buf *out, enum language language, enum label label, double part,
                     double whole)
{
    char left[40], right[40];
    snprintf(left, sizeof left, "%.10g", part);
    snprintf(right, sizeof right, "%.10g", whole);
    begin_fact(out, language, label);
    html_add_label(out, language, LABEL_OF, WITH(left, right));
    buf_add_string(out, "</dd></div>\n");
}

static void add_remarks(struct buf *out, enum language language, enum label label,
                        const char *const *texts, size_t count)
{
    if (count == 0)
        return;
    buf_add_string(out, "<div class=\"remarks\"><p>");
    html_add_label(out, language, label, NULL);
    buf_printf(out, "</p>\n<ul%s>\n", english_in(language));
    for (size_t i = 0; i < count; i++) {
        buf_add_string(out, "<li>");
        add_visible(out, texts[i]);
        buf_add_string(out, "</li>\n");
    }
    buf_add_string(out, "</ul></div>\n");
}

static void add_count(struct buf *out, enum language language, enum label label, uint32_t count)
{
    char text[16];
    snprintf(text, sizeof text, "%u", count);
    add_fact(out, language, label, text);
}

void outcome_add(const struct history *history, enum language language, struct buf *out)
{
    const struct trace_footer *footer = &history->footer;
    struct tally tally = tally_of(footer);
    char duration[48];
    add_ending(history, language, out);
    buf_add_string(out, "<dl class=\"facts\">\n");
    add_fact(out, language, LABEL_DURATION,
             duration_format(footer->duration_us * NS_PER_US, duration, sizeof duration));
    add_count(out, language, LABEL_PROCESSES, history->process_count);
    add_count(out, language, LABEL_EVENTS, history->event_count);
    if (footer->verdict_count > 0)
        add_part(out, language, LABEL_HOLDING, (double)tally.hold, (double)footer->verdict_count);
    if (tally.has_points)
        add_part(out, language, LABEL_POINTS, tally.points, tally.all_points);
    add_fact(out, language, LABEL_CLOCK, history->header.clock);
    add_fact(out, language, LABEL_SCHEDULE, history->header.schedule);
    begin_fact(out, language, LABEL_REPRODUCIBLE);
    html_add_label(out, language, footer->deterministic ? LABEL_YES : LABEL_NO, NULL);
    buf_add_string(out, "</dd></div>\n</dl>\n");
    add_remarks(out, language, LABEL_NOT_REPRODUCIBLE, footer->reasons, footer->reason_count);
    add_remarks(out, language, LABEL_NOTES, history->header.notes, history->header.note_count);
}

/* ---- expectations ---- */

static void add_row(struct buf *out, enum language language, enum label label, const char *text,
                    const char *attributes)
{
    if (text == NULL)
        return;
    buf_add_string(out, "<dt>");
    html_add_label(out, language, label, NULL);
    buf_printf(out, "</dt><dd%s>", attributes);
    add_visible(out, text);
    buf_add_string(out, "</dd>\n");
}

static void add_evidence(const struct history *history, const struct verdict *verdict,
                         enum language language, struct buf *out)
{
    if (verdict->evidence_count == 0)
        return;
    buf_add_string(out, "<dt>");
    html_add_label(out, language, LABEL_EVIDENCE, NULL);
    buf_add_string(out, "</dt><dd><ul>\n");
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        uint64_t n = verdict->evidence[i];
        if (n == 0 || n > history->event_count)
            continue;
        buf_add_string(out, "<li>");
        add_event_link(history, (uint32_t)(n - 1), language, out);
        buf_add_string(out, "</li>\n");
    }
    buf_add_string(out, "</ul></dd>\n");
}

/* What a hidden expectation expects is not for its reader: that it holds or not, and its points. */
static void add_details(const struct history *history, const struct verdict *verdict,
                        enum language language, struct buf *out)
{
    bool any = verdict->expected != NULL || verdict->evidence_count > 0 ||
               (!verdict->holds && (verdict->seen != NULL || verdict->hint != NULL));
    if (verdict->hidden || !any)
        return;
    buf_add_string(out, "<dl>\n");
    add_row(out, language, LABEL_EXPECTED, verdict->expected, english_in(language));
    if (!verdict->holds) {
        add_row(out, language, LABEL_SEEN, verdict->seen, english_in(language));
        add_row(out, language, LABEL_HINT, verdict->hint, " dir=\"auto\"");
    }
    add_evidence(history, verdict, language, out);
    buf_add_string(out, "</dl>\n");
}

static void add_points(const struct verdict *verdict, enum language language, struct buf *out)
{
    if (!verdict->has_points)
        return;
    char got[40], of[40];
    snprintf(got, sizeof got, "%.10g", verdict->holds ? verdict->points : 0);
    snprintf(of, sizeof of, "%.10g", verdict->points);
    buf_add_string(out, " <span class=\"points\">");
    html_add_label(out, language, LABEL_POINTS_OF, WITH(got, of));
    buf_add_string(out, "</span>");
}

static void add_verdict(const struct history *history, const struct verdict *verdict,
                        enum language language, struct buf *out)
{
    buf_printf(out, "<li class=\"%s\">\n<h3>", verdict->holds ? "holds" : "fails");
    buf_printf(out, "<span class=\"mark\" aria-hidden=\"true\">%s</span> ",
               verdict->holds    ? "✓"
               : verdict->judged ? "✗"
                                 : "?");
    if (verdict->hidden) {
        html_add_label(out, language, LABEL_HIDDEN, NULL);
    } else {
        buf_add_string(out, "<code dir=\"auto\">");
        add_visible(out, verdict->name);
        buf_add_string(out, "</code>");
    }
    buf_add_string(out, " <span class=\"verdict\">");
    html_add_label(out, language,
                   verdict->holds    ? LABEL_HOLDS
                   : verdict->judged ? LABEL_FAILS
                                     : LABEL_NOT_JUDGED,
                   NULL);
    buf_add_string(out, "</span>");
    add_points(verdict, language, out);
    buf_add_string(out, "</h3>\n");
    add_details(history, verdict, language, out);
    buf_add_string(out, "</li>\n");
}

void verdicts_add(const struct history *history, enum language language, struct buf *out)
{
    const struct trace_footer *footer = &history->footer;
    if (footer->verdict_count == 0) {
        buf_add_string(out, "<p>");
        html_add_label(out, language, LABEL_NO_EXPECTATIONS, NULL);
        buf_add_string(out, "</p>\n");
        return;
    }
    buf_add_string(out, "<ol class=\"verdicts\">\n");
    for (size_t i = 0; i < footer->verdict_count; i++)
        add_verdict(history, &footer->verdicts[i], language, out);
    buf_add_string(out, "</ol>\n");
}
