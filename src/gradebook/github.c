/*
 * Annotations of a GitHub workflow: commands that its runner reads from standard output
 * (docs.github.com/actions/reference/workflow-commands-for-github-actions). It shows ten of each
 * kind a step and drops the others without a word, so the last one says how many there are.
 */
#include <stdlib.h>
#include <string.h>

#include "gradebook/internal.h"

#define MOST_ERRORS 9

struct github {
    FILE *out;
    size_t errors;  /* told */
    size_t dropped; /* more than can be told */
    size_t count, graded;
    double total, max;
    bool failed; /* an annotation could not be written */
};

static void *github_open(const struct gradebook_options *options, struct error *error)
{
    struct github *state = xcalloc(1, sizeof *state);
    (void)error;
    state->out = options->out;
    return state;
}

/* A command ends with its line, and a property with a comma or colon. */
static void add_escaped(struct buf *out, const struct buf *text, bool property)
{
    for (size_t i = 0; i < text->length; i++) {
        char c = text->data[i];
        if (c == '%' || c == '\n' || c == '\r' || (property && (c == ':' || c == ',')))
            buf_printf(out, "%%%02X", (unsigned)c);
        else
            buf_add_char(out, c);
    }
}

static void annotate(struct github *self, const char *kind, const struct buf *title,
                     struct buf *message)
{
    auto_buf struct buf line = {0};
    while (message->length > 0 && message->data[message->length - 1] == '\n')
        message->length--;
    buf_printf(&line, "::%s title=", kind);
    add_escaped(&line, title, true);
    buf_add_string(&line, "::");
    add_escaped(&line, message, false);
    buf_add_char(&line, '\n');
    self->failed |= !gradebook_put(self->out, &line);
}

static void tell_error(struct github *self, const struct buf *title, struct buf *message)
{
    if (self->errors == MOST_ERRORS) {
        self->dropped++;
        return;
    }
    self->errors++;
    annotate(self, "error", title, message);
}

/* Whose it is, where there may be several. */
static void begin_title(const struct result *result, struct buf *title)
{
    tell_id(result->id, title);
    buf_add_string(title, ": ");
}

static void tell_check(struct github *self, const struct result *result, size_t s, size_t c)
{
    const struct scenario_result *scenario = &result->scenarios[s];
    auto_buf struct buf title = {0}, message = {0};
    begin_title(result, &title);
    tell_scenario_name(scenario, s + 1, &title);
    tell_check_name(&scenario->checks[c], c + 1, &message);
    if (scenario->checks[c].max > 0) {
        buf_add_string(&message, " (");
        tell_points(scenario->checks[c].points, scenario->checks[c].max, &message);
        buf_add_char(&message, ')');
    }
    buf_add_char(&message, '\n');
    tell_reasons(scenario, c, "", &message);
    tell_error(self, &title, &message);
}

static void tell_first(struct github *self, const struct result *result)
{
    auto_buf struct buf title = {0}, message = {0};
    bool broken = result->build.done && !result->build.ok;
    if (result->failed == NULL && !broken && result->missing.count == 0)
        return;
    begin_title(result, &title);
    buf_add_string(&title, broken ? "it could not be built" : "what was handed in");
    tell_preliminaries(result, "", &message);
    tell_error(self, &title, &message);
}

static bool github_add(void *state, const struct result *result)
{
    struct github *self = state;
    self->count++;
    if (result->failed == NULL) {
        self->graded++;
        self->total += result->total;
    }
    self->max = result->max;
    tell_first(self, result);
    for (size_t s = 0; s < result->scenario_count; s++)
        for (size_t c = 0; c < result->scenarios[s].check_count; c++)
            if (result->scenarios[s].outcome == OUTCOME_PERFORMED &&
                !result->scenarios[s].checks[c].holds)
                tell_check(self, result, s, c);
    return !self->failed;
}

static bool github_end(void *state, struct error *error)
{
    struct github *self = state;
    auto_buf struct buf title = {0}, message = {0};
    (void)error;
    if (self->dropped > 0) {
        buf_add_string(&title, "and more");
        buf_printf(&message, "%zu more stand in the summary", self->dropped);
        annotate(self, "error", &title, &message);
        buf_clear(&title);
        buf_clear(&message);
    }
    buf_add_string(&title, "Grade");
    if (self->count == 1 && self->graded == 1)
        tell_points(self->total, self->max, &message);
    else
        buf_printf(&message, "%zu of %zu graded", self->graded, self->count);
    annotate(self, "notice", &title, &message);
    return !self->failed;
}

const struct gradebook_format gradebook_github = {
    .name = "github",
    .summary = "annotations of a GitHub workflow",
    .open = github_open,
    .add = github_add,
    .end = github_end,
    .free = free,
};
