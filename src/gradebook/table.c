/* For people at a terminal: a line a submission; of one alone, every reason. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gradebook/internal.h"

#define WIDEST_ID 40
#define PAGE_WIDTH 100
#define LABEL_WIDTH 10

enum column { TOTAL, POINTS, BEHAVIOUR, WORDING, BONUS, LATE, COLUMN_COUNT };
static const char *const headings[] = {"total", "points", "behaviour", "wording", "bonus", "late"};

struct table {
    struct gradebook_options options;
    size_t id_width;
    bool shown[COLUMN_COUNT];
    size_t widths[COLUMN_COUNT];
    size_t count, failed;
    double total, max;
    bool begun;
};

static void *table_open(const struct gradebook_options *options, struct error *error)
{
    struct table *table = xcalloc(1, sizeof *table);
    (void)error;
    table->options = *options;
    table->id_width = strlen("submission");
    table->shown[TOTAL] = table->shown[POINTS] = table->shown[BEHAVIOUR] = true;
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        table->widths[i] = strlen(headings[i]);
    return table;
}

static void table_free(void *state)
{
    free(state);
}

/* ---- a cell ---------------------------------------------------------------------------------- */

static void add_part(struct buf *out, double points, double max)
{
    char got[32], most[32];
    buf_printf(out, "%s/%s", points_text(points, got, sizeof got),
               points_text(max, most, sizeof most));
}

static void add_cell(struct buf *out, const struct result *result, enum column column)
{
    char text[32];
    switch (column) {
    case TOTAL:
        buf_add_string(out, result->failed != NULL ? "-"
                                                   : points_text(result->total, text, sizeof text));
        break;
    case POINTS:
        add_part(out, result->points, result->max);
        break;
    case BEHAVIOUR:
        add_part(out, result->behaviour.points, result->behaviour.max);
        break;
    case WORDING:
        add_part(out, result->wording.points, result->wording.max);
        break;
    case BONUS:
        buf_add_string(out, points_text(result->bonus, text, sizeof text));
        break;
    case LATE:
        if (result->late_ns > 0)
            buf_printf(out, "-%s", points_text(result->late_loss, text, sizeof text));
        break;
    case COLUMN_COUNT:
        break;
    }
}

static size_t id_width(const char *id)
{
    auto_buf struct buf shown = {0};
    tell_id(id, &shown);
    size_t width = shown.length > 0 ? utf8_width(shown.data, shown.length) : 0;
    return width < WIDEST_ID ? width : WIDEST_ID;
}

static bool has_bonus(const struct result *result)
{
    for (size_t i = 0; i < result->scenario_count; i++)
        if (result->scenarios[i].bonus)
            return true;
    return false;
}

static void table_survey(void *state, const struct result *result)
{
    struct table *table = state;
    size_t width = id_width(result->id);
    table->id_width = width > table->id_width ? width : table->id_width;
    table->shown[WORDING] |= result->wording.max > 0;
    table->shown[BONUS] |= has_bonus(result);
    table->shown[LATE] |= result->late_ns > 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        auto_buf struct buf cell = {0};
        add_cell(&cell, result, (enum column)i);
        table->widths[i] = cell.length > table->widths[i] ? cell.length : table->widths[i];
    }
}

/* ---- a line a submission --------------------------------------------------------------------- */

static void add_padded(struct buf *out, const char *text, size_t width, bool right)
{
    size_t has = utf8_width(text, strlen(text));
    size_t blanks = has < width ? width - has : 0;
    for (size_t i = 0; right && i < blanks; i++)
        buf_add_char(out, ' ');
    buf_add_string(out, text);
    for (size_t i = 0; !right && i < blanks; i++)
        buf_add_char(out, ' ');
}

static void add_head(struct table *table, struct buf *out)
{
    if (table->begun)
        return;
    table->begun = true;
    add_padded(out, "submission", table->id_width, false);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (!table->shown[i])
            continue;
        buf_add_string(out, "  ");
        add_padded(out, headings[i], table->widths[i], true);
    }
    buf_add_char(out, '\n');
}

static void add_id(struct buf *out, const char *id, size_t width)
{
    auto_buf struct buf shown = {0};
    tell_id(id, &shown);
    size_t length = shown.length;
    while (length > 0 && utf8_width(shown.data, length) > WIDEST_ID)
        length = utf8_cut(shown.data, length, length - 1);
    auto_free char *cut = xstrndup(shown.data != NULL ? shown.data : "", length);
    add_padded(out, cut, width, false);
}

static void add_row(struct table *table, const struct result *result, struct buf *out)
{
    auto_buf struct buf remark = {0};
    add_head(table, out);
    add_id(out, result->id, table->id_width);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        auto_buf struct buf cell = {0};
        if (!table->shown[i])
            continue;
        buf_add_string(&cell, "");
        add_cell(&cell, result, (enum column)i);
        buf_add_string(out, "  ");
        add_padded(out, cell.data != NULL ? cell.data : "", table->widths[i], true);
    }
    tell_remark(result, &remark);
    if (remark.length > 0)
        buf_printf(out, "  %s", remark.data);
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    buf_add_char(out, '\n');
}

/* ---- every reason ---------------------------------------------------------------------------- */

static void paint(const struct table *table, struct buf *out, const char *color, const char *text)
{
    if (table->options.color)
        buf_printf(out, "\033[%sm%s\033[0m", color, text);
    else
        buf_add_string(out, text);
}

/* Breaks lines that are too long for a page between words; what goes on stands below its text. */
static void add_wrapped(struct buf *out, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n"), indent = strspn(text, " ");
        size_t hanging = indent + LABEL_WIDTH, column = 0;
        for (size_t at = 0; at < length;) {
            size_t word = at + strspn(text + at, " ");
            word += strcspn(text + word, " \n");
            word = word < length ? word : length;
            size_t width = utf8_width(text + at, word - at);
            if (column > hanging && column + width > PAGE_WIDTH) {
                buf_printf(out, "\n%*s", (int)hanging, "");
                column = hanging;
                at += strspn(text + at, " ");
            }
            buf_add(out, text + at, word - at);
            column += width;
            at = word;
        }
        text += length;
        if (*text == '\n')
            buf_add_char(out, *text++);
    }
}

static void add_check(const struct table *table, const struct scenario_result *scenario,
                      size_t number, struct buf *out)
{
    const struct check_result *check = &scenario->checks[number];
    buf_add_string(out, "    ");
    paint(table, out, check->holds ? "32" : "31", check->holds ? "ok  " : "FAIL");
    buf_add_char(out, ' ');
    tell_check_name(check, number + 1, out);
    if (scenario->rule == RULE_EXPECTATIONS) {
        buf_add_string(out, " (");
        tell_points(check->points, check->max, out);
        buf_add_char(out, ')');
    }
    buf_add_char(out, '\n');
    auto_buf struct buf reasons = {0};
    tell_reasons(scenario, number, "         ", &reasons);
    if (reasons.length > 0)
        add_wrapped(out, reasons.data);
}

static void add_scenario(const struct table *table, const struct scenario_result *scenario,
                         size_t number, struct buf *out)
{
    auto_buf struct buf name = {0};
    tell_scenario_name(scenario, number, &name);
    buf_add_char(out, '\n');
    paint(table, out, "1", name.data);
    buf_add_string(out, ": ");
    tell_points(scenario->points, scenario->max, out);
    if (scenario->bonus)
        buf_add_string(out, " (bonus)");
    if (scenario->schedules > 1 && scenario->outcome == OUTCOME_PERFORMED)
        buf_printf(out,
                   scenario->tried < scenario->schedules ? ", under %u of %u schedules"
                                                         : ", under %u schedules",
                   scenario->tried, scenario->schedules);
    buf_add_char(out, '\n');
    for (size_t i = 0; scenario->outcome == OUTCOME_PERFORMED && i < scenario->check_count; i++)
        add_check(table, scenario, i, out);
    auto_buf struct buf ending = {0};
    tell_ending(scenario, "    ", &ending);
    if (ending.length > 0)
        add_wrapped(out, ending.data);
    if (scenario->picture != NULL)
        buf_printf(out, "    picture   %s\n", scenario->picture);
}

static void add_sums(const struct result *result, struct buf *out)
{
    char total[32];
    buf_add_string(out, "\nbehaviour ");
    tell_points(result->behaviour.points, result->behaviour.max, out);
    if (result->wording.max > 0) {
        buf_add_string(out, ", wording ");
        tell_points(result->wording.points, result->wording.max, out);
    }
    if (result->bonus > 0)
        buf_printf(out, ", bonus %s", points_text(result->bonus, total, sizeof total));
    buf_add_char(out, '\n');
    tell_lateness(result, "", out);
    if (result->has_cap && result->points + result->bonus > result->cap)
        buf_printf(out, "More than %s cannot be had.\n",
                   points_text(result->cap, total, sizeof total));
    if (result->failed == NULL)
        buf_printf(out, "Total: %s\n", points_text(result->total, total, sizeof total));
}

static void add_details(const struct table *table, const struct result *result, struct buf *out)
{
    auto_buf struct buf head = {0}, first = {0};
    buf_printf(&head, "%s: ", result->assignment);
    tell_id(result->id, &head);
    paint(table, out, "1", head.data);
    buf_add_string(out, ", ");
    tell_points(result->points, result->max, out);
    buf_add_char(out, '\n');
    tell_preliminaries(result, "", &first);
    if (first.length > 0)
        buf_add(out, first.data, first.length);
    for (size_t i = 0; i < result->scenario_count; i++)
        add_scenario(table, &result->scenarios[i], i + 1, out);
    add_sums(result, out);
}

static bool table_add(void *state, const struct result *result)
{
    struct table *table = state;
    auto_buf struct buf out = {0};
    if (table->options.details)
        add_details(table, result, &out);
    else
        add_row(table, result, &out);
    table->count++;
    table->failed += result->failed != NULL;
    if (result->failed == NULL)
        table->total += result->total;
    table->max = result->max;
    return gradebook_put(table->options.out, &out);
}

static bool table_end(void *state, struct error *error)
{
    struct table *table = state;
    auto_buf struct buf out = {0};
    char mean[32], max[32];
    size_t graded = table->count - table->failed;
    (void)error;
    if (table->options.details)
        return true;
    if (graded > 0)
        points_text(table->total / (double)graded, mean, sizeof mean);
    points_text(table->max, max, sizeof max);
    buf_printf(&out, "%zu submission%s", table->count, table->count == 1 ? "" : "s");
    if (graded > 0)
        buf_printf(&out, ", on average %s of %s point%s", mean, max,
                   strcmp(max, "1") == 0 ? "" : "s");
    if (table->failed > 0)
        buf_printf(&out, "; the grading of %zu failed", table->failed);
    buf_add_char(&out, '\n');
    return gradebook_put(table->options.out, &out);
}

const struct gradebook_format gradebook_table = {
    .name = "table",
    .summary = "for people: a line a submission, or every reason of one",
    .open = table_open,
    .survey = table_survey,
    .add = table_add,
    .end = table_end,
    .free = table_free,
};
