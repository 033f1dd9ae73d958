/*
 * TAP 14 (https://testanything.org/tap-version-14-specification.html): a subtest a submission, in
 * it a test point an expectation. The plan of all stands at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gradebook/internal.h"

#define INDENT "    " /* of a subtest */

struct tap {
    FILE *out;
    size_t count;
};

static void *tap_open(const struct gradebook_options *options, struct error *error)
{
    struct tap *tap = xcalloc(1, sizeof *tap);
    (void)error;
    tap->out = options->out;
    return tap;
}

/* A description holds no line break, and '#' begins a directive where it is not escaped. */
static void add_description(struct buf *out, const struct buf *text)
{
    auto_buf struct buf visible = {0};
    if (text->length > 0)
        text_add_visible(&visible, text->data, text->length);
    for (size_t i = 0; i < visible.length; i++) {
        if (visible.data[i] == '#' || visible.data[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, visible.data[i]);
    }
}

struct points_of {
    struct buf *out;
    size_t count;
    bool all;
};

static void add_point(struct points_of *p, bool ok, const struct buf *description,
                      const char *directive, const struct buf *reasons)
{
    buf_printf(p->out, INDENT "%sok %zu - ", ok ? "" : "not ", ++p->count);
    add_description(p->out, description);
    buf_add_string(p->out, directive);
    buf_add_char(p->out, '\n');
    p->all = p->all && ok;
    if (ok || reasons->length == 0)
        return;
    /* A JSON string is a double-quoted scalar of YAML. */
    buf_add_string(p->out, INDENT "  ---\n" INDENT "  message: ");
    json_add_string(p->out, reasons->data, reasons->length);
    buf_add_string(p->out, "\n" INDENT "  ...\n");
}

static void add_checks(struct points_of *p, const struct scenario_result *scenario, size_t number)
{
    for (size_t i = 0; i < scenario->check_count; i++) {
        const struct check_result *check = &scenario->checks[i];
        auto_buf struct buf name = {0}, reasons = {0};
        tell_scenario_name(scenario, number, &name);
        buf_add_string(&name, ": ");
        tell_check_name(check, i + 1, &name);
        tell_reasons(scenario, i, "", &reasons);
        bool skipped = scenario->outcome != OUTCOME_PERFORMED;
        add_point(p, check->holds, &name, skipped ? " # SKIP it could not be performed" : "",
                  &reasons);
    }
    auto_buf struct buf name = {0}, ending = {0};
    if (scenario->hidden || scenario->outcome != OUTCOME_PERFORMED)
        return;
    tell_scenario_name(scenario, number, &name);
    buf_add_string(&name, ": the run ends by itself");
    tell_ending(scenario, "", &ending);
    add_point(p, scenario->ended == NULL, &name, "", &ending);
}

static bool tap_add(void *state, const struct result *result)
{
    struct tap *tap = state;
    auto_buf struct buf out = {0}, id = {0}, first = {0}, name = {0};
    struct points_of p = {.out = &out, .all = true};
    if (tap->count++ == 0)
        buf_add_string(&out, "TAP version 14\n");
    tell_id(result->id, &id);
    buf_add_string(&out, "# Subtest: ");
    add_description(&out, &id);
    buf_add_char(&out, '\n');
    tell_preliminaries(result, "", &first);
    buf_add_string(&name, "the submission is complete");
    add_point(&p,
              result->failed == NULL && result->missing.count == 0 &&
                  (!result->build.done || result->build.ok),
              &name, "", &first);
    for (size_t i = 0; i < result->scenario_count; i++)
        add_checks(&p, &result->scenarios[i], i + 1);
    buf_printf(&out, INDENT "1..%zu\n%sok %zu - ", p.count, p.all ? "" : "not ", tap->count);
    add_description(&out, &id);
    buf_add_string(&out, ": ");
    tell_points(result->points, result->max, &out);
    buf_add_char(&out, '\n');
    return gradebook_put(tap->out, &out);
}

static bool tap_end(void *state, struct error *error)
{
    struct tap *tap = state;
    (void)error;
    return fprintf(tap->out, "%s1..%zu\n", tap->count == 0 ? "TAP version 14\n" : "", tap->count) >
           0;
}

const struct gradebook_format gradebook_tap = {
    .name = "tap",
    .summary = "Test Anything Protocol, version 14: a subtest a submission",
    .open = tap_open,
    .add = tap_add,
    .end = tap_end,
    .free = free,
};
