/* Points from verdicts. */
#include "grade/internal.h"

/* What an expectation is worth among those of its scenario: its points, or 1 each when none has
 * any. */
static double weight(const struct scenario *scenario, size_t i)
{
    for (size_t j = 0; j < scenario->expectation_count; j++)
        if (scenario->expectations[j].has_points)
            return scenario->expectations[i].points;
    return 1;
}

static double all_weights(const struct scenario *scenario)
{
    double sum = 0;
    for (size_t i = 0; i < scenario->expectation_count; i++)
        sum += weight(scenario, i);
    return sum;
}

void points_plan(const struct assigned *assigned, struct scenario_result *scenario)
{
    double sum = all_weights(assigned->scenario);
    scenario->max = assigned->has_points ? assigned->points : sum;
    for (size_t i = 0; i < scenario->check_count; i++) {
        double share = weight(assigned->scenario, i);
        if (assigned->has_points)
            share = sum > 0 ? assigned->points * share / sum : 0;
        scenario->checks[i].max = assigned->rule == RULE_ALL ? 0 : share;
    }
}

void points_give(const struct assigned *assigned, struct scenario_result *scenario, bool complete)
{
    double reached = 0, sum = 0;
    bool all = true;
    for (size_t i = 0; i < scenario->check_count; i++) {
        struct check_result *check = &scenario->checks[i];
        check->points = check->holds ? check->max : 0;
        all = all && check->holds;
        sum += weight(assigned->scenario, i);
        reached += check->holds ? weight(assigned->scenario, i) : 0;
    }
    if (assigned->rule == RULE_ALL)
        scenario->points = all && complete ? scenario->max : 0;
    else /* of the sums, so that all of them make the whole */
        scenario->points = sum > 0 ? scenario->max * reached / sum : 0;
}
