/*
 * Markdown for the summary of a GitHub workflow's step, for issues and comments. GitHub takes 1 MiB
 * a step, and of more nothing at all, so what does not fit is left out and said to be.
 *
 * All that others wrote stands in blocks of HTML, in which Markdown means nothing as long as no
 * line is empty: texts are one line each, and the lines of a build's output are joined by a
 * character reference.
 */
#include <stdlib.h>
#include <string.h>

#include "gradebook/internal.h"
#include "page/frame.h"

#define MOST_BYTES (900u << 10) /* others may add to the same summary */
#define MOST_LEFT_OUT 256       /* room for the words that something is left out */

struct markdown {
    struct gradebook_options options;
    size_t written, count, left_out;
    double total;
    size_t graded;
    double max;
};

static void *markdown_open(const struct gradebook_options *options, struct error *error)
{
    struct markdown *state = xcalloc(1, sizeof *state);
    (void)error;
    state->options = *options;
    return state;
}

static void say(struct buf *out, const char *text)
{
    html_add(out, text, strlen(text));
}

static void say_buf(struct buf *out, const struct buf *text)
{
    if (text->length > 0)
        html_add(out, text->data, text->length);
}

static void say_points(struct buf *out, double points, double max)
{
    auto_buf struct buf text = {0};
    tell_points(points, max, &text);
    say_buf(out, &text);
}

/* Whole or not at all. */
static bool put(struct markdown *self, const struct buf *text)
{
    if (self->left_out > 0 || self->written + text->length > MOST_BYTES - MOST_LEFT_OUT) {
        self->left_out++;
        return true;
    }
    self->written += text->length;
    return gradebook_put(self->options.out, text);
}

/* ---- one ------------------------------------------------------------------------------------- */

/* Lines as they stand, without a line that is empty. */
static void add_lines(struct buf *out, const struct buf *lines)
{
    if (lines->length == 0)
        return;
    auto_buf struct buf text = {0};
    say_buf(&text, lines);
    buf_add_string(out, "<pre>");
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] != '\n')
            buf_add_char(out, text.data[i]);
        else if (i + 1 < text.length)
            buf_add_string(out, "&#10;");
    }
    buf_add_string(out, "</pre>\n");
}

static void add_check(struct buf *out, const struct scenario_result *scenario, size_t number)
{
    const struct check_result *check = &scenario->checks[number];
    auto_buf struct buf name = {0}, reasons = {0};
    tell_check_name(check, number + 1, &name);
    tell_reasons(scenario, number, "", &reasons);
    buf_add_string(out, "<li>❌ ");
    say_buf(out, &name);
    if (check->max > 0) {
        buf_add_string(out, " (");
        say_points(out, check->points, check->max);
        buf_add_char(out, ')');
    }
    add_lines(out, &reasons);
    buf_add_string(out, "</li>\n");
}

static bool is_whole(const struct scenario_result *scenario)
{
    for (size_t i = 0; i < scenario->check_count; i++)
        if (!scenario->checks[i].holds)
            return false;
    return scenario->outcome == OUTCOME_PERFORMED && !ending_is_remarkable(scenario);
}

static void add_scenario(struct buf *out, const struct scenario_result *scenario, size_t number)
{
    auto_buf struct buf name = {0}, ending = {0};
    tell_scenario_name(scenario, number, &name);
    tell_ending(scenario, "", &ending);
    bool whole = is_whole(scenario);
    buf_printf(out, "<details%s><summary>%s ", whole ? "" : " open", whole ? "✅" : "❌");
    say_buf(out, &name);
    buf_add_string(out, ": ");
    say_points(out, scenario->points, scenario->max);
    buf_printf(out, "%s</summary>\n", scenario->bonus ? " (bonus)" : "");
    add_lines(out, &ending);
    buf_add_string(out, "<ul>\n");
    for (size_t i = 0; i < scenario->check_count; i++) {
        if (scenario->outcome == OUTCOME_PERFORMED && !scenario->checks[i].holds) {
            add_check(out, scenario, i);
            continue;
        }
        auto_buf struct buf check = {0};
        tell_check_name(&scenario->checks[i], i + 1, &check);
        buf_add_string(out, scenario->outcome == OUTCOME_PERFORMED ? "<li>✅ " : "<li>");
        say_buf(out, &check);
        buf_add_string(out, "</li>\n");
    }
    buf_add_string(out, "</ul>\n</details>\n");
}

static void add_head(struct buf *out, const struct result *result)
{
    auto_buf struct buf first = {0};
    buf_add_string(out, "<h2>");
    say(out, result->assignment);
    buf_add_string(out, ": ");
    if (result->failed != NULL)
        buf_add_string(out, "no grade");
    else
        say_points(out, result->total, result->max);
    buf_add_string(out, "</h2>\n");
    tell_preliminaries(result, "", &first);
    tell_lateness(result, "", &first);
    add_lines(out, &first);
    buf_add_string(out, "<p>behaviour ");
    say_points(out, result->behaviour.points, result->behaviour.max);
    if (result->wording.max > 0) {
        buf_add_string(out, ", wording ");
        say_points(out, result->wording.points, result->wording.max);
    }
    buf_add_string(out, "</p>\n");
}

static bool add_details(struct markdown *self, const struct result *result)
{
    auto_buf struct buf out = {0};
    add_head(&out, result);
    bool written = put(self, &out);
    for (size_t i = 0; i < result->scenario_count && written; i++) {
        buf_clear(&out);
        add_scenario(&out, &result->scenarios[i], i + 1);
        written = put(self, &out);
    }
    return written;
}

/* ---- many ------------------------------------------------------------------------------------ */

static void begin_table(struct buf *out, const struct result *result)
{
    buf_add_string(out, "<h2>");
    say(out, result->assignment);
    buf_add_string(out, "</h2>\n<table>\n<tr><th>submission</th><th>total</th><th>points</th>"
                        "<th>behaviour</th><th>wording</th><th>remarks</th></tr>\n");
}

static void add_cell(struct buf *out, double points, double max)
{
    char got[32], most[32];
    buf_printf(out, "<td>%s/%s</td>", points_text(points, got, sizeof got),
               points_text(max, most, sizeof most));
}

static bool add_row(struct markdown *self, const struct result *result)
{
    auto_buf struct buf out = {0}, id = {0}, remark = {0};
    char total[32];
    if (self->count == 0)
        begin_table(&out, result);
    tell_id(result->id, &id);
    tell_remark(result, &remark);
    buf_add_string(&out, "<tr><td>");
    say_buf(&out, &id);
    buf_printf(&out, "</td><td>%s</td>",
               result->failed != NULL ? "–" : points_text(result->total, total, sizeof total));
    add_cell(&out, result->points, result->max);
    add_cell(&out, result->behaviour.points, result->behaviour.max);
    add_cell(&out, result->wording.points, result->wording.max);
    buf_add_string(&out, "<td>");
    say_buf(&out, &remark);
    buf_add_string(&out, "</td></tr>\n");
    return put(self, &out);
}

static bool markdown_add(void *state, const struct result *result)
{
    struct markdown *self = state;
    bool written = self->options.details ? add_details(self, result) : add_row(self, result);
    self->count++;
    self->graded += result->failed == NULL;
    self->total += result->failed == NULL ? result->total : 0;
    self->max = result->max;
    return written;
}

static bool markdown_end(void *state, struct error *error)
{
    struct markdown *self = state;
    auto_buf struct buf out = {0};
    char mean[32], max[32];
    (void)error;
    if (!self->options.details && self->count > 0)
        buf_add_string(&out, "</table>\n");
    if (!self->options.details)
        buf_printf(&out, "<p>%zu submission%s", self->count, self->count == 1 ? "" : "s");
    if (!self->options.details && self->graded > 0)
        buf_printf(&out, ", on average %s of %s points",
                   points_text(self->total / (double)self->graded, mean, sizeof mean),
                   points_text(self->max, max, sizeof max));
    if (!self->options.details)
        buf_add_string(&out, "</p>\n");
    if (self->left_out > 0)
        buf_printf(&out, "<p>There is more than fits here: %zu %s left out.</p>\n", self->left_out,
                   self->options.details ? self->left_out == 1 ? "scenario is" : "scenarios are"
                   : self->left_out == 1 ? "submission is"
                                         : "submissions are");
    return gradebook_put(self->options.out, &out);
}

const struct gradebook_format gradebook_markdown = {
    .name = "markdown",
    .summary = "for the summary of a GitHub workflow, issues and comments",
    .open = markdown_open,
    .add = markdown_add,
    .end = markdown_end,
    .free = free,
};
