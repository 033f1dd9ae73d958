/* The sums of a result, and the texts that it keeps. */
#include "grade/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const scenario_outcome_words[] = {[OUTCOME_WAITING] = "waiting",
                                              [OUTCOME_SKIPPED] = "skipped",
                                              [OUTCOME_PERFORMED] = "performed",
                                              NULL};

struct result *result_new(void)
{
    struct result *result = xcalloc(1, sizeof *result);
    arena_init(&result->arena);
    return result;
}

void result_free(struct result *result)
{
    if (result == NULL)
        return;
    arena_release(&result->arena);
    free(result);
}

void texts_init(struct texts *texts, struct arena *arena, size_t count)
{
    *texts = (struct texts){.items = arena_alloc(arena, (count + 1) * sizeof(const char *))};
}

void texts_add(struct texts *texts, struct arena *arena, const char *text)
{
    texts->items[texts->count++] = arena_strdup(arena, text);
}

/* ---- sums ------------------------------------------------------------------------------------ */

/* A scenario that is worth its points as a whole is about behaviour, unless it looks at nothing but
 * words. */
static bool all_wording(const struct scenario_result *scenario)
{
    for (size_t i = 0; i < scenario->check_count; i++)
        if (!scenario->checks[i].wording)
            return false;
    return scenario->check_count > 0;
}

static void sum_kinds(struct result *result, const struct scenario_result *scenario)
{
    if (scenario->rule == RULE_ALL) {
        struct part_sum *sum = all_wording(scenario) ? &result->wording : &result->behaviour;
        sum->points += scenario->points;
        sum->max += scenario->max;
        return;
    }
    for (size_t i = 0; i < scenario->check_count; i++) {
        struct part_sum *sum = scenario->checks[i].wording ? &result->wording : &result->behaviour;
        sum->points += scenario->checks[i].points;
        sum->max += scenario->checks[i].max;
    }
}

/* What is written down has six decimals; points are never negative. */
static double rounded(double points)
{
    return (double)(int64_t)(points * 1e6 + 0.5) / 1e6;
}

void result_sum(struct result *result, const struct late_rule *late)
{
    double points = 0, max = 0, bonus = 0;
    result->behaviour = result->wording = (struct part_sum){0};
    for (size_t i = 0; i < result->scenario_count; i++) {
        const struct scenario_result *scenario = &result->scenarios[i];
        if (scenario->bonus) {
            bonus += scenario->points;
            continue;
        }
        points += scenario->points;
        max += scenario->max;
        sum_kinds(result, scenario);
    }
    result->points = rounded(points);
    result->max = rounded(max);
    result->bonus = rounded(bonus);
    double reached = points + bonus;
    if (result->has_cap && reached > result->cap)
        reached = result->cap;
    result->late_units = late_units(late, result->late_ns);
    result->late_loss = rounded(late_loss(late, result->late_ns, reached));
    result->total = rounded(reached - result->late_loss);
}

/* ---- points in words ------------------------------------------------------------------------- */

static const char *with_decimals(double points, int decimals, char *out, size_t size)
{
    snprintf(out, size, "%.*f", decimals, points);
    size_t length = strlen(out);
    while (length > 0 && out[length - 1] == '0')
        out[--length] = '\0';
    if (length > 0 && out[length - 1] == '.')
        out[length - 1] = '\0';
    return out;
}

const char *points_text(double points, char *out, size_t size)
{
    return with_decimals(points, 2, out, size);
}

const char *points_exact(double points, char *out, size_t size)
{
    return with_decimals(points, 6, out, size);
}
