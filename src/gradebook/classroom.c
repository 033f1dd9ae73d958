/*
 * What GitHub Classroom's reporter (classroom-resources/autograding-grading-reporter) takes as the
 * outcome of an earlier step: JSON as base64. It adds up the scores of all tests, so what is lost
 * for being late, and what a cap cuts off, is a test of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gradebook/internal.h"

struct classroom {
    FILE *out;
};

static void *classroom_open(const struct gradebook_options *options, struct error *error)
{
    struct classroom *state = xcalloc(1, sizeof *state);
    (void)error;
    state->out = options->out;
    return state;
}

static void add_text(struct buf *out, const char *key, const struct buf *text)
{
    buf_printf(out, "\"%s\": ", key);
    json_add_string(out, text->data != NULL ? text->data : "", text->length);
}

static void add_test(struct buf *out, bool passed, double score, const struct buf *name,
                     const struct buf *message)
{
    char number[64];
    if (out->data[out->length - 1] != '[')
        buf_add_string(out, ", ");
    buf_add_char(out, '{');
    add_text(out, "name", name);
    buf_printf(out, ", \"status\": \"%s\", \"score\": %s, ", passed ? "pass" : "fail",
               points_exact(score, number, sizeof number));
    add_text(out, "message", message);
    buf_add_string(out, ", \"test_code\": \"\", \"line_no\": 0}");
}

static void add_scenario(struct buf *out, const struct scenario_result *scenario, size_t number)
{
    auto_buf struct buf name = {0}, message = {0};
    bool passed = scenario->outcome == OUTCOME_PERFORMED;
    tell_scenario_name(scenario, number, &name);
    for (size_t i = 0; i < scenario->check_count && scenario->outcome == OUTCOME_PERFORMED; i++) {
        if (scenario->checks[i].holds)
            continue;
        passed = false;
        tell_check_name(&scenario->checks[i], i + 1, &message);
        buf_add_char(&message, '\n');
        tell_reasons(scenario, i, "  ", &message);
    }
    tell_ending(scenario, "", &message);
    add_test(out, passed, scenario->points, &name, &message);
}

/* So that the sum is the grade. */
static void add_rest(struct buf *out, const struct result *result, double rest)
{
    auto_buf struct buf name = {0}, message = {0};
    char number[32];
    if (rest > -1e-9 && rest < 1e-9)
        return;
    buf_add_string(&name, result->late_ns > 0 ? "Late work" : "At most");
    tell_lateness(result, "", &message);
    if (result->has_cap)
        buf_printf(&message, "At most %s can be had.\n",
                   points_text(result->cap, number, sizeof number));
    add_test(out, false, rest, &name, &message);
}

static bool classroom_add(void *state, const struct result *result)
{
    struct classroom *self = state;
    auto_buf struct buf out = {0}, coded = {0};
    char number[64];
    double rest = result->total;
    const char *status = result->failed != NULL                ? "error"
                         : result->total >= result->max - 1e-9 ? "pass"
                                                               : "fail";
    buf_printf(&out, "{\"version\": 1, \"status\": \"%s\", \"max_score\": %s, \"tests\": [", status,
               points_exact(result->max, number, sizeof number));
    for (size_t i = 0; i < result->scenario_count && result->failed == NULL; i++) {
        add_scenario(&out, &result->scenarios[i], i + 1);
        rest -= result->scenarios[i].points;
    }
    if (result->failed == NULL)
        add_rest(&out, result, rest);
    buf_add_string(&out, "]}");
    base64_add(&coded, out.data, out.length);
    buf_add_char(&coded, '\n');
    return gradebook_put(self->out, &coded);
}

const struct gradebook_format gradebook_classroom = {
    .name = "classroom",
    .summary = "for GitHub Classroom's reporter, of one submission",
    .single = true,
    .open = classroom_open,
    .add = classroom_add,
    .free = free,
};
