/*
 * Gradescope's results.json
 * (https://gradescope-autograders.readthedocs.io/en/latest/specs/): a test an expectation, or a
 * test a scenario that is worth its points as a whole. What is hidden here shows its points and
 * nothing else, as a test that is hidden there would hide the total, too.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gradebook/internal.h"

struct gradescope {
    FILE *out;
};

static void *gradescope_open(const struct gradebook_options *options, struct error *error)
{
    struct gradescope *state = xcalloc(1, sizeof *state);
    (void)error;
    state->out = options->out;
    return state;
}

static void add_text(struct buf *out, const char *key, const struct buf *text)
{
    buf_printf(out, "\"%s\": ", key);
    json_add_string(out, text->data != NULL ? text->data : "", text->length);
}

struct test {
    double points, max;
    bool passed;
    struct buf name, output;
};

static void add_test(struct buf *out, bool *first, struct test *test)
{
    char number[64];
    buf_add_string(out, *first ? "\n  {" : ",\n  {");
    *first = false;
    buf_printf(out, "\"score\": %s, ", points_exact(test->points, number, sizeof number));
    buf_printf(out, "\"max_score\": %s, \"status\": \"%s\", ",
               points_exact(test->max, number, sizeof number), test->passed ? "passed" : "failed");
    add_text(out, "name", &test->name);
    if (test->output.length > 0) {
        buf_add_string(out, ", \"output_format\": \"text\", ");
        add_text(out, "output", &test->output);
    }
    buf_add_char(out, '}');
    buf_clear(&test->name);
    buf_clear(&test->output);
}

/* A scenario that is worth its points as a whole. */
static void add_whole(struct buf *out, bool *first, const struct scenario_result *scenario,
                      size_t number)
{
    struct test test = {.points = scenario->points,
                        .max = scenario->max,
                        .passed = scenario->outcome == OUTCOME_PERFORMED &&
                                  scenario->points >= scenario->max};
    tell_scenario_name(scenario, number, &test.name);
    for (size_t i = 0; i < scenario->check_count && scenario->outcome == OUTCOME_PERFORMED; i++) {
        if (scenario->checks[i].holds || scenario->hidden)
            continue;
        tell_check_name(&scenario->checks[i], i + 1, &test.output);
        buf_add_string(&test.output, "\n");
        tell_reasons(scenario, i, "  ", &test.output);
    }
    tell_ending(scenario, "", &test.output);
    add_test(out, first, &test);
    buf_release(&test.name);
    buf_release(&test.output);
}

/* How it ended stands with the first expectation that does not hold, or by itself. */
static void add_parts(struct buf *out, bool *first, const struct scenario_result *scenario,
                      size_t number)
{
    struct test test = {0};
    bool told = !ending_is_remarkable(scenario);
    for (size_t i = 0; i < scenario->check_count; i++) {
        const struct check_result *check = &scenario->checks[i];
        test.points = check->points;
        test.max = check->max;
        test.passed = check->holds;
        tell_scenario_name(scenario, number, &test.name);
        buf_add_string(&test.name, ": ");
        tell_check_name(check, i + 1, &test.name);
        tell_reasons(scenario, i, "", &test.output);
        if (!told && !check->holds && !check->hidden) {
            tell_ending(scenario, "", &test.output);
            told = true;
        }
        add_test(out, first, &test);
    }
    if (!told) {
        test.points = test.max = 0;
        test.passed = scenario->ended == NULL && scenario->crashes.count == 0 &&
                      scenario->outcome == OUTCOME_PERFORMED;
        tell_scenario_name(scenario, number, &test.name);
        buf_add_string(&test.name, ": how it ended");
        tell_ending(scenario, "", &test.output);
        add_test(out, first, &test);
    }
    buf_release(&test.name);
    buf_release(&test.output);
}

static bool gradescope_add(void *state, const struct result *result)
{
    struct gradescope *self = state;
    auto_buf struct buf out = {0}, output = {0};
    char number[64];
    bool first = true;
    tell_preliminaries(result, "", &output);
    tell_lateness(result, "", &output);
    buf_printf(&out, "{\"score\": %s,\n",
               points_exact(result->failed != NULL ? 0 : result->total, number, sizeof number));
    buf_add_string(&out, " \"output_format\": \"text\", \"test_output_format\": \"text\", "
                         "\"test_name_format\": \"text\",\n \"visibility\": \"visible\", "
                         "\"stdout_visibility\": \"hidden\",\n ");
    add_text(&out, "output", &output);
    buf_add_string(&out, ",\n \"tests\": [");
    for (size_t i = 0; i < result->scenario_count; i++)
        (result->scenarios[i].rule == RULE_ALL ? add_whole : add_parts)(
            &out, &first, &result->scenarios[i], i + 1);
    buf_add_string(&out, "]}\n");
    return gradebook_put(self->out, &out);
}

const struct gradebook_format gradebook_gradescope = {
    .name = "gradescope",
    .summary = "Gradescope's results.json, of one submission",
    .single = true,
    .open = gradescope_open,
    .add = gradescope_add,
    .free = free,
};
