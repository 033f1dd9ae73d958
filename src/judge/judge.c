/* The judge: one check an expectation, each fed with the events that matter to it. */
#include "judge/judge.h"

#include <stdlib.h>

#include "base/units.h"
#include "judge/internal.h"

/* In the order of enum expect_kind. */
static const struct family *const families[] = {
    [EXPECT_FORKS] = &judge_forks,     [EXPECT_TREE] = &judge_tree,
    [EXPECT_OUTPUT] = &judge_output,   [EXPECT_EXIT] = &judge_exit,
    [EXPECT_STATE] = &judge_state,     [EXPECT_REAPED] = &judge_reaped,
    [EXPECT_ZOMBIES] = &judge_zombies, [EXPECT_ORPHANS] = &judge_orphans,
    [EXPECT_SIGNALS] = &judge_signals, [EXPECT_DURATION] = &judge_duration,
    [EXPECT_BEFORE] = &judge_before,   [EXPECT_NEVER] = &judge_never,
};

struct judge {
    const struct scenario *scenario;
    struct world world;
    struct check *checks;
    struct verdict *verdicts;
    size_t count;
    int64_t next_at_ns; /* the earliest open `at`, or INT64_MAX */
};

struct judge *judge_new(const struct scenario *scenario)
{
    struct judge *judge = xcalloc(1, sizeof *judge);
    judge->scenario = scenario;
    judge->count = scenario->expectation_count;
    judge->checks = xcalloc(judge->count + 1, sizeof *judge->checks);
    judge->verdicts = xcalloc(judge->count + 1, sizeof *judge->verdicts);
    judge->next_at_ns = INT64_MAX;
    for (size_t i = 0; i < judge->count; i++) {
        struct check *check = &judge->checks[i];
        check->expectation = &scenario->expectations[i];
        check->family = families[check->expectation->kind];
        check->world = &judge->world;
        check->scenario = scenario;
        check->state = xcalloc(1, check->family->size);
        if (check->family->open != NULL)
            check->family->open(check);
        if (check->expectation->has_at && check->expectation->at_ns < judge->next_at_ns)
            judge->next_at_ns = check->expectation->at_ns;
    }
    return judge;
}

void judge_free(struct judge *judge)
{
    if (judge == NULL)
        return;
    for (size_t i = 0; i < judge->count; i++) {
        struct check *check = &judge->checks[i];
        if (check->family->release != NULL)
            check->family->release(check);
        buf_release(&check->finding.expected);
        buf_release(&check->finding.seen);
        free(check->state);
    }
    free(judge->checks);
    free(judge->verdicts);
    world_release(&judge->world);
    free(judge);
}

static void close_check(struct check *check, bool ended)
{
    if (check->closed)
        return;
    check->closed = true;
    check->family->close(check, ended);
}

/* Closes the checks whose instant is over: the clock has gone on to `now_us`. */
static void close_due(struct judge *judge, int64_t now_us)
{
    int64_t now_ns = now_us * NS_PER_US;
    if (now_ns <= judge->next_at_ns)
        return;
    judge->next_at_ns = INT64_MAX;
    for (size_t i = 0; i < judge->count; i++) {
        struct check *check = &judge->checks[i];
        if (check->closed || !check->expectation->has_at)
            continue;
        if (check->expectation->at_ns < now_ns)
            close_check(check, false);
        else if (check->expectation->at_ns < judge->next_at_ns)
            judge->next_at_ns = check->expectation->at_ns;
    }
}

static bool judge_event(void *self, const struct event *event)
{
    struct judge *judge = self;
    close_due(judge, event->t_us);
    for (size_t i = 0; i < judge->count; i++) {
        struct check *check = &judge->checks[i];
        if (!check->closed && (check->family->kinds & KIND(event->kind)) != 0)
            check->family->event(check, event);
    }
    world_apply(&judge->world, event);
    return true;
}

struct trace_sink judge_sink(struct judge *judge)
{
    return (struct trace_sink){.event = judge_event, .self = judge};
}

static const char *end_in_words(enum run_end end)
{
    switch (end) {
    case RUN_LIMIT:
        return "the run was cut off by a limit";
    case RUN_DEADLOCK:
        return "the run ended in a deadlock";
    case RUN_INTERRUPTED:
        return "the run was interrupted";
    case RUN_DIVERGED:
        return "the run differed from the one it repeats";
    case RUN_FAILED:
        return "the run could not be performed";
    case RUN_COMPLETED:
        break;
    }
    return "the run ended";
}

/* What a run that was cut off leaves undecided. In a deadlock nobody would ever have gone on, so
 * all that was not to be is decided. */
static bool undecided(const struct check *check, enum run_end end)
{
    if (end == RUN_FAILED)
        return true;
    if (end == RUN_DEADLOCK)
        return false;
    return check->expectation->has_at || (check->finding.holds && check->finding.breakable);
}

static void tell_undecided(struct finding *finding, enum run_end end)
{
    if (end != RUN_FAILED && finding->seen.length > 0) {
        buf_printf(&finding->seen, "; %s", end_in_words(end));
    } else {
        buf_clear(&finding->seen);
        buf_printf(&finding->seen, "%s%s", end_in_words(end),
                   end == RUN_FAILED ? ": there was nothing to judge"
                                     : " before this could be judged");
    }
}

const struct verdict *judge_end(struct judge *judge, enum run_end end, int64_t duration_us,
                                size_t *count)
{
    /* What was to be judged at an instant that the run reached is decided, however it ended. */
    close_due(judge, duration_us);
    if (end == RUN_COMPLETED || duration_us > judge->world.now_us)
        judge->world.now_us = duration_us;
    for (size_t i = 0; i < judge->count; i++) {
        struct check *check = &judge->checks[i];
        const struct expectation *expectation = check->expectation;
        struct finding *finding = &check->finding;
        bool by_the_end = !check->closed;
        close_check(check, true);
        bool judged = !(by_the_end && end != RUN_COMPLETED && undecided(check, end));
        if (!judged) {
            finding->holds = false;
            tell_undecided(finding, end);
        } else if (!finding->holds && by_the_end && end != RUN_COMPLETED) {
            buf_printf(&finding->seen, "; %s", end_in_words(end));
        }
        if (finding->holds)
            buf_clear(&finding->seen);
        judge->verdicts[i] = (struct verdict){
            .name = expectation->name,
            .holds = finding->holds,
            .judged = judged,
            .has_points = expectation->has_points,
            .points = expectation->points,
            .hidden = expectation->hidden,
            .hint = expectation->hint,
            .expected = finding->expected.data,
            .seen = finding->holds ? NULL : finding->seen.data,
            .evidence = check->evidence,
            .evidence_count = check->evidence_count,
        };
    }
    *count = judge->count;
    return judge->verdicts;
}
