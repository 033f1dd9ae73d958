/* What several formats say of a result. */
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "gradebook/internal.h"

bool gradebook_put(FILE *out, const struct buf *text)
{
    return text->length == 0 || fwrite(text->data, 1, text->length, out) == text->length;
}

void tell_id(const char *id, struct buf *out)
{
    text_add_visible(out, id, strlen(id));
}

void tell_scenario_name(const struct scenario_result *scenario, size_t number, struct buf *out)
{
    if (scenario->title != NULL)
        buf_add_string(out, scenario->title);
    else
        buf_printf(out, "hidden scenario %zu", number);
}

void tell_check_name(const struct check_result *check, size_t number, struct buf *out)
{
    if (check->name != NULL)
        buf_add_string(out, check->name);
    else
        buf_printf(out, "hidden check %zu", number);
}

void tell_points(double points, double max, struct buf *out)
{
    char got[32], most[32];
    points_text(points, got, sizeof got);
    points_text(max, most, sizeof most);
    if (strcmp(got, most) != 0)
        buf_printf(out, "%s of ", got);
    buf_printf(out, "%s point%s", most, strcmp(most, "1") == 0 ? "" : "s");
}

static void add_line(struct buf *out, const char *indent, const char *label, const char *text)
{
    if (text != NULL)
        buf_printf(out, "%s%-9s %s\n", indent, label, text);
}

/* Where several schedules were tried, it matters which one it was. What an earlier expectation (of
 * the first `number`) has told is not told again. */
static void tell_again(const struct scenario_result *scenario, size_t number, const char *schedule,
                       const char *replay, const char *indent, struct buf *out)
{
    bool told = replay == NULL;
    for (size_t i = 0; i < number && !told; i++)
        told =
            scenario->checks[i].replay != NULL && strcmp(scenario->checks[i].replay, replay) == 0;
    if (schedule != NULL && scenario->schedules > 1)
        add_line(out, indent, "schedule", schedule);
    if (!told)
        add_line(out, indent, "again", replay);
}

void tell_reasons(const struct scenario_result *scenario, size_t number, const char *indent,
                  struct buf *out)
{
    const struct check_result *check = &scenario->checks[number];
    if (check->holds || check->hidden)
        return;
    add_line(out, indent, "expected", check->expected);
    add_line(out, indent, "seen", check->seen);
    add_line(out, indent, "moment", check->moment);
    add_line(out, indent, "hint", check->hint);
    tell_again(scenario, number, check->schedule, check->replay, indent, out);
}

bool ending_is_remarkable(const struct scenario_result *scenario)
{
    return scenario->outcome != OUTCOME_PERFORMED ||
           (!scenario->hidden &&
            (scenario->ended != NULL || scenario->crashes.count > 0 || !scenario->deterministic));
}

void tell_ending(const struct scenario_result *scenario, const char *indent, struct buf *out)
{
    if (scenario->outcome == OUTCOME_WAITING)
        add_line(out, indent, "pending", "it was not performed yet");
    if (scenario->outcome == OUTCOME_SKIPPED)
        add_line(out, indent, "skipped", "it could not be performed");
    if (scenario->outcome != OUTCOME_PERFORMED || scenario->hidden)
        return;
    for (size_t i = 0; i < scenario->crashes.count; i++)
        add_line(out, indent, "crash", scenario->crashes.items[i]);
    add_line(out, indent, "cut off", scenario->ended);
    for (size_t i = 0; i < scenario->waiting.count; i++)
        add_line(out, indent, "stuck", scenario->waiting.items[i]);
    if (scenario->ended != NULL)
        tell_again(scenario, scenario->check_count, scenario->schedule, scenario->replay, indent,
                   out);
    for (size_t i = 0; i < scenario->reasons.count; i++)
        add_line(out, indent, "chance", scenario->reasons.items[i]);
}

static void tell_build(const struct build_result *build, const char *indent, struct buf *out)
{
    const char *ended = build->ended != NULL ? build->ended : "nothing";
    bool by_limit = strncmp(ended, "limit ", strlen("limit ")) == 0;
    buf_printf(out, "%sIt could not be built: `%s` %s %s.\n", indent, build->command,
               by_limit ? "had to be ended:" : "ended with", ended);
    const char *line = build->output;
    while (line != NULL && *line != '\0') {
        size_t length = strcspn(line, "\n");
        buf_printf(out, "%s  | %.*s\n", indent, (int)length, line);
        line += length;
        line += *line == '\n';
    }
}

void tell_preliminaries(const struct result *result, const char *indent, struct buf *out)
{
    if (result->failed != NULL)
        buf_printf(out, "%sThe grading itself failed, so the points say nothing: %s\n", indent,
                   result->failed);
    for (size_t i = 0; i < result->missing.count; i++)
        buf_printf(out, "%sNot handed in: %s\n", indent, result->missing.items[i]);
    for (size_t i = 0; i < result->notes.count; i++)
        buf_printf(out, "%sLeft out: %s\n", indent, result->notes.items[i]);
    if (result->build.done && !result->build.ok)
        tell_build(&result->build, indent, out);
    if (!result->sandbox)
        buf_printf(out, "%sPerformed without a sandbox.\n", indent);
}

/* "1 day, 2 h", "30 min" */
static void tell_long_time(int64_t seconds, struct buf *out)
{
    const struct {
        int64_t seconds;
        const char *one, *many;
    } units[] = {{86400, "day", "days"}, {3600, "h", "h"}, {60, "min", "min"}, {1, "s", "s"}};
    bool told = false;
    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        int64_t count = seconds / units[i].seconds;
        seconds %= units[i].seconds;
        if (count == 0 && (told || i + 1 < ARRAY_SIZE(units)))
            continue;
        buf_printf(out, "%s%lld %s", told ? ", " : "", (long long)count,
                   count == 1 ? units[i].one : units[i].many);
        told = true;
    }
}

void tell_lateness(const struct result *result, const char *indent, struct buf *out)
{
    char minus[32];
    if (result->late_ns <= 0)
        return;
    points_text(result->late_loss, minus, sizeof minus);
    buf_printf(out, "%sHanded in ", indent);
    tell_long_time((result->late_ns + NS_PER_S - 1) / NS_PER_S, out);
    buf_printf(out, " late: minus %s point%s\n", minus, strcmp(minus, "1") == 0 ? "" : "s");
}

void tell_remark(const struct result *result, struct buf *out)
{
    size_t stuck = 0, crashed = 0;
    for (size_t i = 0; i < result->scenario_count; i++) {
        stuck += !result->scenarios[i].hidden && result->scenarios[i].ended != NULL;
        crashed += result->scenarios[i].crashes.count > 0;
    }
    if (result->failed != NULL)
        buf_printf(out, "grading failed: %s", result->failed);
    else if (result->digest == NULL)
        buf_add_string(out, "could not be read");
    else if (result->build.done && !result->build.ok)
        buf_printf(out, "%s",
                   result->missing.count > 0 ? "did not build, files are missing"
                                             : "did not build");
    else if (result->missing.count > 0)
        buf_add_string(out, "files are missing");
    else if (stuck > 0 || crashed > 0) {
        if (stuck > 0)
            buf_printf(out, "stuck in %zu", stuck);
        if (crashed > 0)
            buf_printf(out, "%scrashed in %zu", stuck > 0 ? ", " : "", crashed);
        buf_printf(out, " scenario%s", stuck + crashed > 1 ? "s" : "");
    }
}
