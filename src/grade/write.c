/* A result as its file: JSON, keys in a fixed order, one expectation a line. */
#include <stdio.h>
#include <string.h>

#include "base/output.h"
#include "base/text.h"
#include "base/units.h"
#include "grade/result.h"

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

/* Text that a result holds is valid UTF-8. */
static void add_text(struct buf *out, const char *key, const char *text)
{
    buf_printf(out, "\"%s\": ", key);
    if (text != NULL)
        json_add_string(out, text, strlen(text));
    else
        buf_add_string(out, "null");
}

/* ", KEY: TEXT", or nothing. */
static void add_optional(struct buf *out, const char *key, const char *text)
{
    if (text == NULL)
        return;
    buf_add_string(out, ", ");
    add_text(out, key, text);
}

static void add_number(struct buf *out, const char *key, double number)
{
    char text[64];
    buf_printf(out, "\"%s\": %s", key, points_exact(number, text, sizeof text));
}

static void add_list(struct buf *out, const char *key, const struct texts *texts)
{
    buf_printf(out, "\"%s\": [", key);
    for (size_t i = 0; i < texts->count; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        json_add_string(out, texts->items[i], strlen(texts->items[i]));
    }
    buf_add_char(out, ']');
}

/* ", KEY: [TEXTS]", or nothing. */
static void add_optional_list(struct buf *out, const char *key, const struct texts *texts)
{
    if (texts->count == 0)
        return;
    buf_add_string(out, ", ");
    add_list(out, key, texts);
}

static void add_check(struct buf *out, const struct check_result *check)
{
    buf_printf(out, "    {\"about\": \"%s\", ", check->wording ? "wording" : "behaviour");
    add_number(out, "points", check->points);
    buf_add_string(out, ", ");
    add_number(out, "max", check->max);
    buf_printf(out, ", \"holds\": %s", boolean(check->holds));
    if (check->hidden)
        buf_add_string(out, ", \"hidden\": true");
    add_optional(out, "name", check->name);
    add_optional(out, "expected", check->expected);
    add_optional(out, "seen", check->seen);
    add_optional(out, "moment", check->moment);
    add_optional(out, "hint", check->hint);
    add_optional(out, "schedule", check->schedule);
    add_optional(out, "replay", check->replay);
    buf_add_char(out, '}');
}

/* How the runs went; of a hidden scenario nothing is told. */
static void add_runs(struct buf *out, const struct scenario_result *scenario)
{
    buf_printf(out, "\n   \"end\": \"%s\"", run_end_words[scenario->end]);
    add_optional(out, "ended", scenario->ended);
    add_optional(out, "schedule", scenario->schedule);
    add_optional(out, "replay", scenario->replay);
    add_optional_list(out, "waiting", &scenario->waiting);
    add_optional_list(out, "crashes", &scenario->crashes);
    buf_printf(out, ", \"duration_us\": %lld, \"deterministic\": %s",
               (long long)scenario->duration_us, boolean(scenario->deterministic));
    add_optional_list(out, "reasons", &scenario->reasons);
    add_optional(out, "picture", scenario->picture);
    buf_add_char(out, ',');
}

static void add_scenario(struct buf *out, const struct scenario_result *scenario)
{
    buf_add_string(out, "  {");
    if (scenario->hidden) {
        buf_add_string(out, "\"hidden\": true, ");
    } else {
        add_text(out, "title", scenario->title);
        buf_add_string(out, ", ");
        add_text(out, "file", scenario->file);
        buf_add_string(out, ",\n   ");
    }
    add_number(out, "points", scenario->points);
    buf_add_string(out, ", ");
    add_number(out, "max", scenario->max);
    buf_printf(out,
               ", \"rule\": \"%s\", \"bonus\": %s, \"outcome\": \"%s\", \"schedules\": %u, "
               "\"tried\": %u,",
               score_rule_words[scenario->rule], boolean(scenario->bonus),
               scenario_outcome_words[scenario->outcome], scenario->schedules, scenario->tried);
    if (!scenario->hidden && scenario->outcome == OUTCOME_PERFORMED)
        add_runs(out, scenario);
    buf_add_string(out, "\n   \"expectations\": [");
    for (size_t i = 0; i < scenario->check_count; i++) {
        buf_add_string(out, i > 0 ? ",\n" : "\n");
        add_check(out, &scenario->checks[i]);
    }
    buf_add_string(out, "]}");
}

static void add_build(struct buf *out, const struct build_result *build)
{
    if (build->command == NULL)
        return;
    buf_add_string(out, " \"build\": {");
    add_text(out, "command", build->command);
    buf_printf(out, ", \"done\": %s, \"ok\": %s", boolean(build->done), boolean(build->ok));
    add_optional(out, "ended", build->ended);
    add_optional(out, "output", build->output);
    buf_add_string(out, "},\n");
}

static void add_submission(struct buf *out, const struct result *result)
{
    size_t length = strlen(result->id);
    buf_add_string(out, " \"submission\": {");
    if (utf8_valid_prefix(result->id, length) == length) {
        add_text(out, "id", result->id);
    } else {
        buf_add_string(out, "\"id_base64\": \"");
        base64_add(out, result->id, length);
        buf_add_char(out, '"');
    }
    buf_add_string(out, ", ");
    add_text(out, "digest", result->digest);
    buf_add_string(out, "},\n");
}

static void add_sums(struct buf *out, const struct result *result)
{
    const struct {
        const char *key;
        struct part_sum sum;
    } kinds[] = {{"behaviour", result->behaviour}, {"wording", result->wording}};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        buf_printf(out, " \"%s\": {", kinds[i].key);
        add_number(out, "points", kinds[i].sum.points);
        buf_add_string(out, ", ");
        add_number(out, "max", kinds[i].sum.max);
        buf_add_string(out, "},\n");
    }
    buf_add_char(out, ' ');
    add_number(out, "points", result->points);
    buf_add_string(out, ", ");
    add_number(out, "max", result->max);
    buf_add_string(out, ", ");
    add_number(out, "bonus", result->bonus);
    if (result->has_cap) {
        buf_add_string(out, ", ");
        add_number(out, "cap", result->cap);
    }
    if (result->late_ns > 0) {
        buf_add_string(out, ",\n \"late\": {");
        add_number(out, "seconds", (double)result->late_ns / (double)NS_PER_S);
        buf_printf(out, ", \"times\": %lld, ", (long long)result->late_units);
        add_number(out, "minus", result->late_loss);
        buf_add_char(out, '}');
    }
    buf_add_string(out, ",\n ");
    add_number(out, "total", result->total);
    buf_add_string(out, "}\n");
}

void result_format(const struct result *result, struct buf *out)
{
    buf_add_string(out, "{\"result\": 1, ");
    add_text(out, "procenario", result->version);
    buf_add_string(out, ",\n \"assignment\": {");
    add_text(out, "title", result->assignment);
    buf_add_string(out, ", ");
    add_text(out, "digest", result->assignment_digest);
    buf_add_string(out, "},\n");
    add_submission(out, result);
    buf_printf(out, " \"sandbox\": %s,\n", boolean(result->sandbox));
    if (result->pictures)
        buf_add_string(out, " \"pictures\": true,\n");
    if (result->failed != NULL) {
        buf_add_char(out, ' ');
        add_text(out, "failed", result->failed);
        buf_add_string(out, ",\n");
    }
    buf_add_char(out, ' ');
    add_list(out, "notes", &result->notes);
    buf_add_string(out, ",\n ");
    add_list(out, "missing", &result->missing);
    buf_add_string(out, ",\n");
    add_build(out, &result->build);
    buf_add_string(out, " \"scenarios\": [");
    for (size_t i = 0; i < result->scenario_count; i++) {
        buf_add_string(out, i > 0 ? ",\n" : "\n");
        add_scenario(out, &result->scenarios[i]);
    }
    buf_add_string(out, "],\n");
    add_sums(out, result);
}

bool result_write(const struct result *result, const char *path, struct error *error)
{
    struct output output;
    auto_buf struct buf text = {0};
    result_format(result, &text);
    if (!output_open(&output, path, error))
        return false;
    fwrite(text.data, 1, text.length, output.stream);
    return output_commit(&output, error);
}
