/* CSV: a table of our own, or grades filled into somebody else's (merge.c). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gradebook/internal.h"

struct csv {
    FILE *out;
    struct merge *merge; /* NULL: a table of our own */
    bool begun;
};

static void *csv_open(const struct gradebook_options *options, struct error *error)
{
    struct csv *csv = xcalloc(1, sizeof *csv);
    csv->out = options->out;
    if (options->merge_into == NULL)
        return csv;
    csv->merge = merge_open(options, error);
    if (csv->merge != NULL)
        return csv;
    free(csv);
    return NULL;
}

static void csv_free(void *state)
{
    struct csv *csv = state;
    merge_free(csv->merge);
    free(csv);
}

static void add_head(struct buf *out, const struct result *result)
{
    buf_add_string(out, "submission,total,points,max,bonus,late,behaviour,wording,remark");
    for (size_t i = 0; i < result->scenario_count; i++) {
        auto_buf struct buf name = {0};
        tell_scenario_name(&result->scenarios[i], i + 1, &name);
        buf_add_char(out, ',');
        csv_add_field(out, name.data, ',', true);
    }
    buf_add_string(out, "\r\n");
}

static void add_row(struct buf *out, const struct result *result)
{
    auto_buf struct buf id = {0}, remark = {0};
    char number[32];
    const double numbers[] = {result->total,         result->points,    result->max,
                              result->bonus,         result->late_loss, result->behaviour.points,
                              result->wording.points};
    tell_id(result->id, &id);
    csv_add_field(out, id.data != NULL ? id.data : "", ',', true);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        bool known = i > 0 || result->failed == NULL;
        buf_printf(out, ",%s", known ? points_text(numbers[i], number, sizeof number) : "");
    }
    tell_remark(result, &remark);
    buf_add_char(out, ',');
    csv_add_field(out, remark.data != NULL ? remark.data : "", ',', true);
    for (size_t i = 0; i < result->scenario_count; i++)
        buf_printf(out, ",%s", points_text(result->scenarios[i].points, number, sizeof number));
    buf_add_string(out, "\r\n");
}

static bool csv_add(void *state, const struct result *result)
{
    struct csv *csv = state;
    auto_buf struct buf out = {0};
    if (csv->merge != NULL) {
        merge_add(csv->merge, result);
        return true;
    }
    if (!csv->begun)
        add_head(&out, result);
    csv->begun = true;
    add_row(&out, result);
    return gradebook_put(csv->out, &out);
}

static bool csv_end(void *state, struct error *error)
{
    struct csv *csv = state;
    return csv->merge == NULL || merge_end(csv->merge, error);
}

const struct gradebook_format gradebook_csv = {
    .name = "csv",
    .summary = "a table for spreadsheets; or a gradebook of Canvas or Moodle, filled in",
    .open = csv_open,
    .add = csv_add,
    .end = csv_end,
    .free = csv_free,
};
