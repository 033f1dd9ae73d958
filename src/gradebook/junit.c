/*
 * JUnit XML in the dialect that its common readers share: a suite a submission, a case an
 * expectation. A failure is one that does not hold; an error says that the grading itself failed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gradebook/internal.h"

struct junit {
    FILE *out;
    size_t tests, failures, errors, skipped; /* of all, known after the survey */
    char *assignment;
    bool begun;
};

struct counts {
    size_t tests, failures, errors, skipped;
};

static void *junit_open(const struct gradebook_options *options, struct error *error)
{
    struct junit *junit = xcalloc(1, sizeof *junit);
    (void)error;
    junit->out = options->out;
    return junit;
}

static void junit_free(void *state)
{
    struct junit *junit = state;
    free(junit->assignment);
    free(junit);
}

static void add_attribute(struct buf *out, const char *name, const struct buf *value)
{
    buf_printf(out, " %s=\"", name);
    if (value->length > 0)
        xml_add_text(out, value->data, value->length, true);
    buf_add_char(out, '"');
}

static void add_element(struct buf *out, const char *element, const char *message,
                        const struct buf *text)
{
    buf_printf(out, "      <%s message=\"", element);
    xml_add_text(out, message, strlen(message), true);
    buf_add_string(out, "\">");
    if (text->length > 0)
        xml_add_text(out, text->data, text->length, false);
    buf_printf(out, "</%s>\n", element);
}

/* Before the outcome; a case without one has passed. */
static void begin_case(struct buf *out, struct counts *counts, const struct buf *classname,
                       const struct buf *name)
{
    counts->tests++;
    buf_add_string(out, "    <testcase");
    add_attribute(out, "classname", classname);
    add_attribute(out, "name", name);
    buf_add_string(out, " time=\"0\"");
}

static void end_case(struct buf *out, bool *open, const char *element, const char *message,
                     const struct buf *text, size_t *count)
{
    buf_add_string(out, *open ? ">\n" : "");
    *open = false;
    add_element(out, element, message, text);
    ++*count;
}

static void add_first_case(struct buf *out, struct counts *counts, const struct result *result)
{
    auto_buf struct buf class = {0}, name = {0}, text = {0};
    bool open = true;
    buf_add_string(&class, "submission");
    buf_add_string(&name, result->build.command != NULL ? "is complete and builds" : "is complete");
    tell_preliminaries(result, "", &text);
    begin_case(out, counts, &class, &name);
    if (result->failed != NULL)
        end_case(out, &open, "error", "the grading itself failed", &text, &counts->errors);
    else if (result->build.done && !result->build.ok)
        end_case(out, &open, "failure", "it could not be built", &text, &counts->failures);
    else if (result->missing.count > 0)
        end_case(out, &open, "failure", "files are missing", &text, &counts->failures);
    buf_add_string(out, open ? "/>\n" : "    </testcase>\n");
}

static void add_check_case(struct buf *out, struct counts *counts,
                           const struct scenario_result *scenario, size_t number,
                           const struct buf *class)
{
    const struct check_result *check = &scenario->checks[number];
    auto_buf struct buf name = {0}, text = {0};
    bool open = true;
    tell_check_name(check, number + 1, &name);
    begin_case(out, counts, class, &name);
    tell_reasons(scenario, number, "", &text);
    if (scenario->outcome != OUTCOME_PERFORMED)
        end_case(out, &open, "skipped", "it could not be performed", &text, &counts->skipped);
    else if (!check->holds)
        end_case(out, &open, "failure", check->seen != NULL ? check->seen : "does not hold", &text,
                 &counts->failures);
    buf_add_string(out, open ? "/>\n" : "    </testcase>\n");
}

static void add_scenario(struct buf *out, struct counts *counts,
                         const struct scenario_result *scenario, size_t number)
{
    auto_buf struct buf class = {0}, name = {0}, text = {0};
    bool open = true;
    tell_scenario_name(scenario, number, &class);
    for (size_t i = 0; i < scenario->check_count; i++)
        add_check_case(out, counts, scenario, i, &class);
    if (scenario->outcome != OUTCOME_PERFORMED || scenario->hidden)
        return;
    buf_add_string(&name, "the run ends by itself");
    tell_ending(scenario, "", &text);
    begin_case(out, counts, &class, &name);
    if (scenario->ended != NULL)
        end_case(out, &open, "failure", scenario->ended, &text, &counts->failures);
    buf_add_string(out, open ? "/>\n" : "    </testcase>\n");
}

static void add_cases(struct buf *out, struct counts *counts, const struct result *result)
{
    add_first_case(out, counts, result);
    for (size_t i = 0; i < result->scenario_count; i++)
        add_scenario(out, counts, &result->scenarios[i], i + 1);
}

static void junit_survey(void *state, const struct result *result)
{
    struct junit *junit = state;
    struct counts counts = {0};
    auto_buf struct buf out = {0};
    add_cases(&out, &counts, result);
    junit->tests += counts.tests;
    junit->failures += counts.failures;
    junit->errors += counts.errors;
    junit->skipped += counts.skipped;
    if (junit->assignment == NULL)
        junit->assignment = xstrdup(result->assignment);
}

static void add_counts(struct buf *out, const struct counts *counts)
{
    buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n",
               counts->tests, counts->failures, counts->errors, counts->skipped);
}

static void add_head(struct junit *junit, struct buf *out)
{
    if (junit->begun)
        return;
    junit->begun = true;
    const char *name = junit->assignment != NULL ? junit->assignment : "procenario";
    buf_add_string(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"");
    xml_add_text(out, name, strlen(name), true);
    buf_add_char(out, '"');
    struct counts all = {junit->tests, junit->failures, junit->errors, junit->skipped};
    add_counts(out, &all);
}

static void add_property(struct buf *out, const char *name, double points)
{
    char number[64];
    buf_printf(out, "      <property name=\"%s\" value=\"%s\"/>\n", name,
               points_exact(points, number, sizeof number));
}

static bool junit_add(void *state, const struct result *result)
{
    struct junit *junit = state;
    struct counts counts = {0};
    auto_buf struct buf cases = {0}, out = {0}, id = {0};
    add_cases(&cases, &counts, result);
    tell_id(result->id, &id);
    add_head(junit, &out);
    buf_add_string(&out, "  <testsuite");
    add_attribute(&out, "name", &id);
    add_counts(&out, &counts);
    buf_add_string(&out, "    <properties>\n");
    add_property(&out, "points", result->points);
    add_property(&out, "max", result->max);
    add_property(&out, "total", result->total);
    buf_add_string(&out, "    </properties>\n");
    buf_add(&out, cases.data, cases.length);
    buf_add_string(&out, "  </testsuite>\n");
    return gradebook_put(junit->out, &out);
}

static bool junit_end(void *state, struct error *error)
{
    struct junit *junit = state;
    auto_buf struct buf out = {0};
    (void)error;
    add_head(junit, &out);
    buf_add_string(&out, "</testsuites>\n");
    return gradebook_put(junit->out, &out);
}

const struct gradebook_format gradebook_junit = {
    .name = "junit",
    .summary = "JUnit XML, which CI systems read: a suite a submission",
    .open = junit_open,
    .survey = junit_survey,
    .add = junit_add,
    .end = junit_end,
    .free = junit_free,
};
