/*
 * The page of one submission: its points, and for each expectation that does not hold, why. It is
 * for the student, too, so it says nothing that a result does not, and names nobody else.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "gradebook/pages_internal.h"

static void add(struct buf *out, const char *markup)
{
    buf_add_string(out, markup);
}

/* ---- the head -------------------------------------------------------------------------------- */

static void add_grade(const struct result *result, struct buf *out)
{
    if (result->failed != NULL) {
        add(out, "<p class=\"outcome fails\"><span class=\"mark\" aria-hidden=\"true\">✗</span> "
                 "No grade: the grading itself failed, so the points say nothing.</p>\n<p>");
        html_say(out, result->failed);
        add(out, "</p>\n");
        return;
    }
    add(out, "<p class=\"grade\"><strong>");
    html_points(out, result->total, result->max);
    add(out, "</strong> ");
    html_bar(out, result->total, result->max);
    add(out, "</p>\n");
}

static void add_points_fact(struct buf *out, const char *label, double points, double max)
{
    auto_buf struct buf text = {0};
    tell_points(points, max, &text);
    html_fact(out, label, text.data);
}

static void add_facts(const struct result *result, struct buf *out)
{
    char number[32];
    add(out, "<dl class=\"facts\">\n");
    if (result->bonus > 0 || result->late_ns > 0 || result->has_cap)
        add_points_fact(out, "scenarios", result->points, result->max);
    add_points_fact(out, "behaviour", result->behaviour.points, result->behaviour.max);
    if (result->wording.max > 0)
        add_points_fact(out, "wording", result->wording.points, result->wording.max);
    if (result->bonus > 0)
        html_fact(out, "bonus", points_text(result->bonus, number, sizeof number));
    if (result->has_cap)
        html_fact(out, "at most", points_text(result->cap, number, sizeof number));
    add(out, "</dl>\n");
    auto_buf struct buf late = {0};
    tell_lateness(result, "", &late);
    if (late.length > 0) {
        add(out, "<p class=\"late\">");
        html_add(out, late.data, late.length - 1);
        add(out, "</p>\n");
    }
    if (!result->sandbox)
        add(out, "<p class=\"notice\">Performed without a sandbox.</p>\n");
}

static void add_items(struct buf *out, const char *label, const struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        buf_printf(out, "<li>%s: <code>", label);
        html_say(out, texts->items[i]);
        add(out, "</code></li>\n");
    }
}

static void add_build(struct buf *out, const struct build_result *build)
{
    add(out, "<p>It could not be built: <code>");
    html_say(out, build->command);
    add(out, "</code> ended with ");
    html_say(out, build->ended != NULL ? build->ended : "nothing");
    add(out, ".</p>\n");
    if (build->output == NULL)
        return;
    add(out, "<div class=\"written\" role=\"group\" aria-label=\"What the build wrote\" "
             "tabindex=\"0\"><pre>");
    html_say(out, build->output);
    add(out, "</pre></div>\n");
}

/* What was handed in, where there is something to say of it. */
static void add_preliminaries(const struct result *result, struct buf *out)
{
    bool broken = result->build.done && !result->build.ok;
    size_t listed = result->missing.count + result->notes.count;
    if (!broken && listed == 0)
        return;
    add(out, "<section id=\"files\" aria-labelledby=\"files-title\">\n"
             "<h2 id=\"files-title\">What was handed in</h2>\n");
    if (listed > 0) {
        add(out, "<ul>\n");
        add_items(out, "Not handed in", &result->missing);
        add_items(out, "Left out", &result->notes);
        add(out, "</ul>\n");
    }
    if (broken)
        add_build(out, &result->build);
    add(out, "</section>\n");
}

/* ---- all scenarios in a table ---------------------------------------------------------------- */

static void add_line(const struct scenario_result *scenario, size_t number, struct buf *out)
{
    enum share share = share_of_scenario(scenario);
    buf_printf(out, "<tr class=\"%s\"><th scope=\"row\">", share_classes[share]);
    html_mark(out, share);
    buf_printf(out, "<a href=\"#scenario-%zu\">", number);
    html_scenario_name(out, scenario, number);
    buf_printf(out, "</a>%s</th><td class=\"amount\">", scenario->bonus ? " (bonus)" : "");
    html_points(out, scenario->points, scenario->max);
    add(out, "</td><td>");
    html_bar(out, scenario->points, scenario->max);
    add(out, "</td></tr>\n");
}

static void add_table(const struct result *result, struct buf *out)
{
    add(out, "<section id=\"scenarios\" aria-labelledby=\"scenarios-title\">\n"
             "<h2 id=\"scenarios-title\">Scenarios</h2>\n"
             "<table class=\"scenarios\">\n<thead><tr><th scope=\"col\">scenario</th>"
             "<th scope=\"col\" class=\"amount\">points</th>"
             "<td></td></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < result->scenario_count; i++)
        add_line(&result->scenarios[i], i + 1, out);
    add(out, "</tbody>\n</table>\n</section>\n");
}

/* ---- an expectation -------------------------------------------------------------------------- */

/* What we say of a run. */
static void add_reason(struct buf *out, const char *label, const char *text)
{
    if (text == NULL)
        return;
    buf_printf(out, "<dt>%s</dt><dd>", label);
    html_sentence(out, text);
    add(out, "</dd>\n");
}

/* What stands there to be compared. */
static void add_evidence(struct buf *out, const char *label, const char *text)
{
    if (text == NULL)
        return;
    buf_printf(out, "<dt>%s</dt><dd>", label);
    html_say(out, text);
    add(out, "</dd>\n");
}

static bool has_reasons(const struct check_result *check)
{
    return !check->holds && !check->hidden &&
           (check->expected != NULL || check->seen != NULL || check->moment != NULL ||
            check->hint != NULL);
}

static void add_reasons(const struct scenario_result *scenario, const struct check_result *check,
                        struct buf *out)
{
    if (!has_reasons(check))
        return;
    add(out, "<dl>\n");
    add_evidence(out, "expected", check->expected);
    add_evidence(out, "seen", check->seen);
    add_reason(out, "moment", check->moment);
    add_reason(out, "hint", check->hint);
    if (scenario->schedules > 1 && check->schedule != NULL) {
        add(out, "<dt>schedule</dt><dd><code>");
        html_say(out, check->schedule);
        add(out, "</code></dd>\n");
    }
    add(out, "</dl>\n");
}

static void add_check(const struct scenario_result *scenario, size_t i, struct buf *out)
{
    const struct check_result *check = &scenario->checks[i];
    bool open = scenario->outcome != OUTCOME_PERFORMED;
    buf_printf(out, "<li class=\"%s\"><h3>", open ? "open" : check->holds ? "holds" : "fails");
    buf_printf(out,
               "<span class=\"mark\" aria-hidden=\"true\">%s</span>"
               "<span class=\"spoken\">%s:</span> ",
               open           ? "–"
               : check->holds ? "✓"
                              : "✗",
               open           ? "not performed"
               : check->holds ? "holds"
                              : "does not hold");
    html_check_name(out, check, i + 1);
    if (check->max > 0) {
        add(out, " <span class=\"points\">");
        html_points(out, check->points, check->max);
        add(out, "</span>");
    }
    if (check->wording)
        add(out, " <span class=\"points\">wording</span>");
    add(out, "</h3>\n");
    add_reasons(scenario, check, out);
    add(out, "</li>\n");
}

/* ---- a scenario ------------------------------------------------------------------------------ */

static void add_sentences(struct buf *out, const char *label, const struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        add_reason(out, label, texts->items[i]);
}

static void add_ending(const struct scenario_result *scenario, struct buf *out)
{
    if (!ending_is_remarkable(scenario))
        return;
    if (scenario->outcome != OUTCOME_PERFORMED) {
        buf_printf(out, "<p class=\"notice\">%s</p>\n",
                   scenario->outcome == OUTCOME_WAITING ? "It was not performed yet."
                                                        : "It could not be performed.");
        return;
    }
    add(out, "<dl class=\"ending\">\n");
    add_sentences(out, "crash", &scenario->crashes);
    add_reason(out, "cut off", scenario->ended);
    add_sentences(out, "stuck", &scenario->waiting);
    add_sentences(out, "chance", &scenario->reasons);
    add(out, "</dl>\n");
}

/* "All or nothing; performed under 3 of 20 schedules." */
static void add_rule(const struct scenario_result *scenario, struct buf *out)
{
    bool many = scenario->schedules > 1 && scenario->outcome == OUTCOME_PERFORMED;
    if (scenario->rule != RULE_ALL && !many && !scenario->bonus)
        return;
    add(out, "<p class=\"rule\">");
    if (scenario->bonus)
        add(out, "Bonus. ");
    if (scenario->rule == RULE_ALL)
        add(out, "All or nothing. ");
    if (many)
        buf_printf(out, "Performed under %u of %u schedules.", scenario->tried,
                   scenario->schedules);
    add(out, "</p>\n");
}

/* Each command once, however many expectations it shows broken. */
static void add_replays(const struct scenario_result *scenario, struct buf *out)
{
    const char *told = scenario->ended != NULL ? scenario->replay : NULL;
    auto_buf struct buf commands = {0};
    for (size_t i = 0; i <= scenario->check_count; i++) {
        const char *replay = i == 0 ? told : scenario->checks[i - 1].replay;
        bool known = replay == NULL;
        for (size_t k = 0; k < i && !known; k++) {
            const char *before = k == 0 ? told : scenario->checks[k - 1].replay;
            known = before != NULL && strcmp(before, replay) == 0;
        }
        if (known)
            continue;
        add(&commands, "<pre><code>");
        html_say(&commands, replay);
        add(&commands, "</code></pre>\n");
    }
    if (commands.length == 0)
        return;
    add(out, "<div class=\"again\"><p>To see it again:</p>\n");
    add(out, commands.data);
    add(out, "</div>\n");
}

/* Only a name in the folder: whoever sends a result cannot name other files. */
static bool is_picture_name(const char *name)
{
    size_t length = strlen(name);
    return strchr(name, '/') == NULL && name[0] != '.' && length > strlen(".svg") &&
           strcmp(name + length - strlen(".svg"), ".svg") == 0;
}

static void add_picture(const struct scenario_result *scenario, size_t number, const char *folder,
                        struct buf *out)
{
    struct source picture = {0};
    struct error error = {0};
    if (scenario->picture == NULL || !is_picture_name(scenario->picture))
        return;
    auto_free char *path = xasprintf("%s/%s", folder, scenario->picture);
    if (!source_read(&picture, path, &error))
        return;
    buf_printf(out,
               "<div class=\"picture\" role=\"group\" aria-label=\"Timeline of scenario %zu\" "
               "tabindex=\"0\"><img alt=\"Timeline of the run: who did what when, as told "
               "above\" src=\"data:image/svg+xml;base64,",
               number);
    base64_add(out, picture.text, picture.length);
    add(out, "\"></div>\n");
    source_release(&picture);
}

static void add_scenario(const struct scenario_result *scenario, size_t number, const char *folder,
                         struct buf *out)
{
    enum share share = share_of_scenario(scenario);
    buf_printf(out,
               "<section id=\"scenario-%zu\" class=\"scenario %s\" "
               "aria-labelledby=\"title-%zu\">\n<h2 id=\"title-%zu\">",
               number, share_classes[share], number, number);
    html_mark(out, share);
    html_scenario_name(out, scenario, number);
    add(out, " <span class=\"points\">");
    html_points(out, scenario->points, scenario->max);
    add(out, "</span></h2>\n");
    add_rule(scenario, out);
    add_ending(scenario, out);
    if (scenario->check_count > 0) {
        add(out, "<ul class=\"verdicts\">\n");
        for (size_t i = 0; i < scenario->check_count; i++)
            add_check(scenario, i, out);
        add(out, "</ul>\n");
    }
    add_picture(scenario, number, folder, out);
    add_replays(scenario, out);
    add(out, "</section>\n");
}

/* ---- the page -------------------------------------------------------------------------------- */

void submission_page(const struct result *result, const char *folder, struct buf *out)
{
    auto_buf struct buf title = {0};
    tell_id(result->id, &title);
    buf_printf(&title, " – %s", result->assignment);
    const struct asset style = pages_style();
    const struct frame frame = {
        .language = "en", .title = title.data, .styles = &style, .style_count = 1, .images = true};
    frame_begin(out, &frame);
    add(out, "<body class=\"submission\">\n<header>\n<h1>");
    html_add_name(out, result->assignment);
    add(out, "</h1>\n<p class=\"whose\">Submission ");
    html_add_name(out, result->id);
    add(out, "</p>\n");
    add_grade(result, out);
    add_facts(result, out);
    add(out, "</header>\n<main>\n");
    add_preliminaries(result, out);
    add_table(result, out);
    for (size_t i = 0; i < result->scenario_count; i++)
        add_scenario(&result->scenarios[i], i + 1, folder, out);
    add(out, "</main>\n");
    frame_end(out, &frame);
}
