/* The overview of all submissions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "gradebook/pages_internal.h"

EMBED(overview_js, "src/gradebook/overview.js");

static void add(struct buf *out, const char *markup)
{
    buf_add_string(out, markup);
}

static struct frame frame_of(const struct tally *tally, const struct asset *style)
{
    return (struct frame){.language = "en",
                          .title = tally->assignment != NULL ? tally->assignment : "Grades",
                          .styles = style,
                          .style_count = 1,
                          .script = EMBEDDED(overview_js)};
}

/* ---- the head -------------------------------------------------------------------------------- */

static void add_average(struct buf *out, const char *label, double points, double max)
{
    char part[32], whole[32];
    auto_buf struct buf text = {0};
    buf_printf(&text, "%s of %s", points_text(points, part, sizeof part),
               points_text(max, whole, sizeof whole));
    html_fact(out, label, text.data);
}

static void add_count(struct buf *out, const char *label, size_t count)
{
    auto_buf struct buf text = {0};
    buf_printf(&text, "%zu", count);
    html_fact(out, label, text.data);
}

static void add_facts(struct tally *tally, struct buf *out)
{
    double count = (double)tally->graded;
    add(out, "<dl class=\"facts\">\n");
    add_count(out, "submissions", tally->count);
    if (tally->graded > 0) {
        add_average(out, "mean", tally->sum / count, tally->max);
        add_average(out, "median", tally_median(tally), tally->max);
        add_average(out, "mean for behaviour", tally->behaviour / count, tally->behaviour_max);
        if (tally->wording_max > 0)
            add_average(out, "mean for wording", tally->wording / count, tally->wording_max);
        add_count(out, "with all points",
                  tally->bins[TALLY_BINS - 2] + tally->bins[TALLY_BINS - 1]);
    }
    add(out, "</dl>\n");
    if (tally->graded < tally->count)
        buf_printf(out,
                   "<p class=\"outcome fails\"><span class=\"mark\" aria-hidden=\"true\">✗</span> "
                   "The grading itself failed of %zu: they have no grade, and count nowhere "
                   "here.</p>\n",
                   tally->count - tally->graded);
    if (tally->unsafe > 0)
        buf_printf(out, "<p class=\"notice\">%zu of them %s performed without a sandbox.</p>\n",
                   tally->unsafe, tally->unsafe == 1 ? "was" : "were");
}

/* ---- the distribution of points -------------------------------------------------------------- */

static void add_bin(const struct tally *tally, size_t bin, size_t most, struct buf *out)
{
    add(out, "<tr><th scope=\"row\">");
    if (bin < 10)
        buf_printf(out, "%zu–%zu %%", bin * 10, bin * 10 + 9);
    else
        add(out, bin == 10 ? "100 %" : "above 100 %");
    buf_printf(out, "</th><td class=\"amount\">%zu</td><td>", tally->bins[bin]);
    html_bar(out, (double)tally->bins[bin], (double)most);
    add(out, "</td></tr>\n");
}

static void add_distribution(const struct tally *tally, struct buf *out)
{
    size_t most = 1;
    for (size_t i = 0; i < TALLY_BINS; i++)
        most = tally->bins[i] > most ? tally->bins[i] : most;
    add(out, "<section id=\"distribution\" aria-labelledby=\"distribution-title\">\n"
             "<h2 id=\"distribution-title\">Distribution of points</h2>\n"
             "<table class=\"bins\">\n<thead><tr><th scope=\"col\">share of points</th>"
             "<th scope=\"col\" class=\"amount\">how many</th><td></td></tr></thead>\n"
             "<tbody>\n");
    for (size_t i = 0; i < TALLY_BINS; i++)
        if (i < TALLY_BINS - 1 || tally->bins[i] > 0)
            add_bin(tally, i, most, out);
    add(out, "</tbody>\n</table>\n</section>\n");
}

/* ---- what is failed most --------------------------------------------------------------------- */

static void add_failed(const struct tally *tally, size_t number, struct buf *out)
{
    const struct check_tally *check = &tally->checks[number];
    buf_printf(out, "<tr><th scope=\"row\">%s%s<span class=\"of\">%s</span></th>", check->name,
               check->wording ? " <span class=\"points\">wording</span>" : "", check->scenario);
    buf_printf(out, "<td class=\"amount\">%zu of %zu</td><td>", check->failed, tally->graded);
    html_bar(out, (double)check->failed, (double)tally->graded);
    buf_printf(out,
               "</td><td><button type=\"button\" data-check=\"%zu\" aria-pressed=\"false\" "
               "hidden>Show<span class=\"spoken\"> who fails %s of %s</span></button></td></tr>\n",
               number, check->name, check->scenario);
}

static void add_most_failed(const struct tally *tally, struct buf *out)
{
    size_t count;
    size_t *numbers = tally_most_failed(tally, &count);
    add(out, "<section id=\"failed\" aria-labelledby=\"failed-title\">\n"
             "<h2 id=\"failed-title\">Expectations that are failed most</h2>\n");
    if (count == 0) {
        add(out, "<p>Nobody fails any.</p>\n");
    } else {
        add(out,
            "<div class=\"tall\" role=\"group\" aria-labelledby=\"failed-title\" "
            "tabindex=\"0\">\n<table class=\"most\">\n<thead><tr>"
            "<th scope=\"col\">expectation</th>"
            "<th scope=\"col\" class=\"amount\">failed by</th><td></td><td></td></tr></thead>\n"
            "<tbody>\n");
        for (size_t i = 0; i < count; i++)
            add_failed(tally, numbers[i], out);
        add(out, "</tbody>\n</table>\n</div>\n");
    }
    add(out, "</section>\n");
    free(numbers);
}

/* ---- the submissions ------------------------------------------------------------------------- */

static void add_heading(struct buf *out, const char *words, const char *order)
{
    buf_printf(out, "<th scope=\"col\"%s data-order=\"%s\">%s</th>",
               strcmp(order, "number") == 0 ? " class=\"amount\"" : "", order, words);
}

static void add_headings(const struct tally *tally, struct buf *out)
{
    add(out, "<section id=\"submissions\" aria-labelledby=\"submissions-title\">\n"
             "<h2 id=\"submissions-title\">Submissions</h2>\n"
             "<div id=\"filter\" role=\"search\" hidden>\n"
             "<label>Find <input type=\"search\" id=\"sought\" autocomplete=\"off\"></label>\n"
             "<button type=\"button\" id=\"everybody\" hidden>Show all</button>\n"
             "<p id=\"shown\" role=\"status\"></p>\n</div>\n"
             "<div class=\"wide\" role=\"group\" aria-labelledby=\"submissions-title\" "
             "tabindex=\"0\">\n<table id=\"grades\">\n<thead><tr>");
    add_heading(out, "submission", "text");
    add_heading(out, "total", "number");
    add_heading(out, "behaviour", "number");
    if (tally->wording_max > 0)
        add_heading(out, "wording", "number");
    if (tally->has_bonus)
        add_heading(out, "bonus", "number");
    if (tally->has_late)
        add_heading(out, "late", "number");
    add_heading(out, "scenarios<span class=\"spoken\"> with all points</span>", "number");
    if (tally->has_remarks)
        add_heading(out, "remarks", "text");
    add(out, "</tr></thead>\n<tbody>\n");
}

/* A cell that is ordered by its number. */
static void begin_amount(struct buf *out, double value)
{
    char number[64];
    buf_printf(out, "<td class=\"amount\" data-value=\"%s\">",
               points_exact(value, number, sizeof number));
}

static void add_amount(struct buf *out, double value)
{
    char number[32];
    begin_amount(out, value);
    buf_printf(out, "%s</td>", points_text(value, number, sizeof number));
}

static void add_total(const struct result *result, struct buf *out)
{
    char number[32];
    if (result->failed != NULL) {
        add(out, "<td class=\"amount\"><span aria-hidden=\"true\">–</span>"
                 "<span class=\"spoken\">no grade</span></td>");
        return;
    }
    begin_amount(out, result->total);
    buf_printf(out, "%s ", points_text(result->total, number, sizeof number));
    html_bar(out, result->total, result->max);
    add(out, "</td>");
}

/* The columns of those scenarios that have so much, as one path: tables of many rows stay light. */
static void add_columns(const struct result *result, enum share share, struct buf *out)
{
    static const unsigned heights[] = {1, 1, 5, 10};
    bool any = false;
    for (size_t i = 0; i < result->scenario_count; i++) {
        if (share_of_scenario(&result->scenarios[i]) != share)
            continue;
        if (!any)
            buf_printf(out, "<path class=\"%s\" d=\"", share_classes[share]);
        buf_printf(out, "M%zu 10v-%uh3v%uz", i * 4, heights[share], heights[share]);
        any = true;
    }
    add(out, any ? "\"/>" : "");
}

/* A scenario a column: as high as its points are many. */
static void add_strip(const struct result *result, struct buf *out)
{
    size_t all = 0;
    for (size_t i = 0; i < result->scenario_count; i++)
        all += share_of_scenario(&result->scenarios[i]) == SHARE_ALL;
    begin_amount(out, (double)all);
    buf_printf(out, "%zu of %zu <svg class=\"strip\" viewBox=\"0 0 %zu 10\" aria-hidden=\"true\">",
               all, result->scenario_count, result->scenario_count * 4);
    for (enum share share = SHARE_OPEN; share <= SHARE_ALL; share++)
        add_columns(result, share, out);
    add(out, "</svg></td>");
}

static void add_late(const struct result *result, struct buf *out)
{
    char text[48];
    begin_amount(out, (double)result->late_ns / (double)NS_PER_S);
    if (result->late_ns > 0)
        buf_printf(out, "−%s", points_text(result->late_loss, text, sizeof text));
    add(out, "</td>");
}

/* Which expectations it fails, for the script. */
static void add_fails(const struct tally *tally, const struct result *result, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < result->scenario_count && result->failed == NULL; i++)
        for (size_t k = 0; k < result->scenarios[i].check_count; k++) {
            size_t number = tally_check(tally, i, k);
            if (number == SIZE_MAX || result->scenarios[i].checks[k].holds)
                continue;
            buf_printf(out, first ? " data-fails=\"%zu" : " %zu", number);
            first = false;
        }
    add(out, first ? "" : "\"");
}

void overview_row(const struct tally *tally, const struct result *result, struct buf *out)
{
    auto_buf struct buf remark = {0};
    add(out, "<tr");
    add_fails(tally, result, out);
    add(out, "><th scope=\"row\"><a href=\"");
    html_page_address(out, result->id);
    add(out, "\">");
    html_add_name(out, result->id);
    add(out, "</a></th>");
    add_total(result, out);
    add_amount(out, result->behaviour.points);
    if (tally->wording_max > 0)
        add_amount(out, result->wording.points);
    if (tally->has_bonus)
        add_amount(out, result->bonus);
    if (tally->has_late)
        add_late(result, out);
    add_strip(result, out);
    if (tally->has_remarks) {
        tell_remark(result, &remark);
        add(out, "<td>");
        html_say(out, remark.length > 0 ? remark.data : "");
        add(out, "</td>");
    }
    add(out, "</tr>\n");
}

/* ---- the page -------------------------------------------------------------------------------- */

void overview_begin(struct tally *tally, struct buf *out)
{
    const struct asset style = pages_style();
    const struct frame frame = frame_of(tally, &style);
    frame_begin(out, &frame);
    add(out, "<body class=\"overview\">\n<header>\n<h1>");
    html_add_name(out, frame.title);
    add(out, "</h1>\n");
    add_facts(tally, out);
    add(out, "</header>\n<main>\n");
    if (tally->graded > 0) {
        add_distribution(tally, out);
        add_most_failed(tally, out);
    }
    add_headings(tally, out);
}

void overview_end(const struct tally *tally, struct buf *out)
{
    const struct asset style = pages_style();
    const struct frame frame = frame_of(tally, &style);
    add(out, "</tbody>\n</table>\n</div>\n</section>\n</main>\n");
    frame_end(out, &frame);
}
