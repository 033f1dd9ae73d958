#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradebook/pages_internal.h"

static char *markup_of_scenario(const struct scenario_result *scenario, size_t number)
{
    struct buf name = {0};
    html_scenario_name(&name, scenario, number);
    return buf_take(&name);
}

static char *markup_of_check(const struct check_result *check, size_t number)
{
    struct buf name = {0};
    html_check_name(&name, check, number);
    return buf_take(&name);
}

/* All results of one assignment have the same scenarios and expectations. */
static void take_outline(struct tally *tally, const struct result *result)
{
    tally->assignment = xstrdup(result->assignment);
    tally->max = result->max;
    tally->behaviour_max = result->behaviour.max;
    tally->wording_max = result->wording.max;
    tally->scenario_count = result->scenario_count;
    tally->first_checks = xcalloc(result->scenario_count + 1, sizeof *tally->first_checks);
    for (size_t i = 0; i < result->scenario_count; i++) {
        tally->first_checks[i] = tally->check_count;
        tally->check_count += result->scenarios[i].check_count;
        tally->has_bonus |= result->scenarios[i].bonus;
    }
    tally->first_checks[result->scenario_count] = tally->check_count;
    tally->checks = xcalloc(tally->check_count + 1, sizeof *tally->checks);
    for (size_t i = 0; i < result->scenario_count; i++) {
        const struct scenario_result *scenario = &result->scenarios[i];
        for (size_t k = 0; k < scenario->check_count; k++)
            tally->checks[tally->first_checks[i] + k] =
                (struct check_tally){.scenario = markup_of_scenario(scenario, i + 1),
                                     .name = markup_of_check(&scenario->checks[k], k + 1),
                                     .wording = scenario->checks[k].wording};
    }
}

size_t tally_check(const struct tally *tally, size_t scenario, size_t check)
{
    if (scenario >= tally->scenario_count ||
        check >= tally->first_checks[scenario + 1] - tally->first_checks[scenario])
        return SIZE_MAX;
    return tally->first_checks[scenario] + check;
}

static void count_failed(struct tally *tally, const struct result *result)
{
    for (size_t i = 0; i < result->scenario_count; i++)
        for (size_t k = 0; k < result->scenarios[i].check_count; k++) {
            size_t number = tally_check(tally, i, k);
            if (number != SIZE_MAX && !result->scenarios[i].checks[k].holds)
                tally->checks[number].failed++;
        }
}

/* Nobody who has 89.99 % has 90; and nobody who has all of it less, for a rounding error. */
static size_t bin_of(double total, double max)
{
    double percent = max > 0 ? floor(total / max * 100 + 1e-6) : total > 0 ? 101 : 100;
    if (percent > 100 || (max > 0 && total > max * (1 + 1e-9)))
        return TALLY_BINS - 1;
    return percent < 0 ? 0 : (size_t)percent / 10;
}

static void keep_total(struct tally *tally, double total)
{
    if (tally->graded == tally->total_capacity) {
        tally->total_capacity = tally->total_capacity == 0 ? 64 : tally->total_capacity * 2;
        tally->totals = xreallocarray(tally->totals, tally->total_capacity, sizeof *tally->totals);
    }
    tally->totals[tally->graded++] = total;
}

void tally_add(struct tally *tally, const struct result *result)
{
    auto_buf struct buf remark = {0};
    if (tally->assignment == NULL)
        take_outline(tally, result);
    tally->count++;
    tally->unsafe += !result->sandbox;
    tell_remark(result, &remark);
    tally->has_remarks |= remark.length > 0;
    tally->has_late |= result->late_ns > 0;
    if (result->failed != NULL)
        return;
    keep_total(tally, result->total);
    tally->sum += result->total;
    tally->behaviour += result->behaviour.points;
    tally->wording += result->wording.points;
    tally->bins[bin_of(result->total, result->max)]++;
    count_failed(tally, result);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double tally_median(struct tally *tally)
{
    size_t count = tally->graded;
    if (count == 0)
        return 0;
    qsort(tally->totals, count, sizeof *tally->totals, by_value);
    return (tally->totals[(count - 1) / 2] + tally->totals[count / 2]) / 2;
}

struct ranked {
    size_t number, failed;
};

static int by_failed(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->failed != y->failed)
        return x->failed < y->failed ? 1 : -1;
    return x->number < y->number ? -1 : 1;
}

size_t *tally_most_failed(const struct tally *tally, size_t *count)
{
    struct ranked *ranked = xcalloc(tally->check_count + 1, sizeof *ranked);
    size_t *numbers = xcalloc(tally->check_count + 1, sizeof *numbers);
    *count = 0;
    for (size_t i = 0; i < tally->check_count; i++)
        if (tally->checks[i].failed > 0)
            ranked[(*count)++] = (struct ranked){i, tally->checks[i].failed};
    qsort(ranked, *count, sizeof *ranked, by_failed);
    for (size_t i = 0; i < *count; i++)
        numbers[i] = ranked[i].number;
    free(ranked);
    return numbers;
}

void tally_release(struct tally *tally)
{
    for (size_t i = 0; i < tally->check_count; i++) {
        free(tally->checks[i].scenario);
        free(tally->checks[i].name);
    }
    free(tally->checks);
    free(tally->first_checks);
    free(tally->totals);
    free(tally->assignment);
    *tally = (struct tally){0};
}
