/* The judge: one check an assertion, each fed with the events that matter to it. An expectation is
 * one assertion, or, with `any`, several of which one must hold. */
#include "judge/judge.h"

#include <stdlib.h>

#include "base/units.h"
#include "judge/internal.h"

/* In the order of enum expect_kind; `any` has the checks of its members. */
static const struct family *const families[] = {
    [EXPECT_FORKS] = &judge_forks,     [EXPECT_TREE] = &judge_tree,
    [EXPECT_OUTPUT] = &judge_output,   [EXPECT_EXIT] = &judge_exit,
    [EXPECT_STATE] = &judge_state,     [EXPECT_REAPED] = &judge_reaped,
    [EXPECT_ZOMBIES] = &judge_zombies, [EXPECT_ORPHANS] = &judge_orphans,
    [EXPECT_SIGNALS] = &judge_signals, [EXPECT_DURATION] = &judge_duration,
    [EXPECT_BEFORE] = &judge_before,   [EXPECT_NEVER] = &judge_never,
};

/* An expectation, and which checks are its own. */
struct stand {
    const struct expectation *expectation;
    struct check *checks;
    size_t count;
    /* any: put together of the members' */
    struct buf expected, seen;
    uint64_t evidence[MOST_EVIDENCE];
};

struct judge {
    const struct scenario *scenario;
    struct world world;
    struct check *checks;
    size_t check_count;
    struct stand *stands;
    struct verdict *verdicts; /* one a stand */
    size_t count;
    int64_t next_at_ns; /* the earliest open `at`, or INT64_MAX */
};

static void open_check(struct judge *judge, struct check *check,
                       const struct expectation *expectation)
{
    check->expectation = expectation;
    check->family = families[expectation->kind];
    check->world = &judge->world;
    check->scenario = judge->scenario;
    check->state = xcalloc(1, check->family->size);
    if (check->family->open != NULL)
        check->family->open(check);
    if (expectation->has_at && expectation->at_ns < judge->next_at_ns)
        judge->next_at_ns = expectation->at_ns;
}

static size_t checks_of(const struct expectation *expectation)
{
    return expectation->kind == EXPECT_ANY ? expectation->member_count : 1;
}

struct judge *judge_new(const struct scenario *scenario)
{
    struct judge *judge = xcalloc(1, sizeof *judge);
    judge->scenario = scenario;
    judge->count = scenario->expectation_count;
    for (size_t i = 0; i < judge->count; i++)
        judge->check_count += checks_of(&scenario->expectations[i]);
    judge->checks = xcalloc(judge->check_count + 1, sizeof *judge->checks);
    judge->stands = xcalloc(judge->count + 1, sizeof *judge->stands);
    judge->verdicts = xcalloc(judge->count + 1, sizeof *judge->verdicts);
    judge->next_at_ns = INT64_MAX;
    struct check *next = judge->checks;
    for (size_t i = 0; i < judge->count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];
        struct stand *stand = &judge->stands[i];
        *stand = (struct stand){
            .expectation = expectation, .checks = next, .count = checks_of(expectation)};
        for (size_t j = 0; j < stand->count; j++)
            open_check(judge, next++,
                       expectation->kind == EXPECT_ANY ? &expectation->members[j] : expectation);
    }
    return judge;
}

void judge_free(struct judge *judge)
{
    if (judge == NULL)
        return;
    for (size_t i = 0; i < judge->count; i++) {
        buf_release(&judge->stands[i].expected);
        buf_release(&judge->stands[i].seen);
    }
    for (size_t i = 0; i < judge->check_count; i++) {
        struct check *check = &judge->checks[i];
        if (check->family->release != NULL)
            check->family->release(check);
        buf_release(&check->finding.expected);
        buf_release(&check->finding.seen);
        free(check->state);
    }
    free(judge->checks);
    free(judge->stands);
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
    for (size_t i = 0; i < judge->check_count; i++) {
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
    for (size_t i = 0; i < judge->check_count; i++) {
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

/* How a check ended. */
struct ending {
    bool judged;  /* false: the run ended too early for that */
    bool cut_off; /* decided by the end of a run that did not complete */
};

/* Decides what is still open. */
static struct ending end_check(struct check *check, enum run_end end)
{
    bool cut_off = !check->closed && end != RUN_COMPLETED;
    close_check(check, true);
    bool judged = !(cut_off && undecided(check, end));
    check->finding.holds &= judged;
    return (struct ending){judged, cut_off};
}

/* Adds to what was seen how the run ended, where that is why it does not hold. */
static void tell_ending(struct buf *seen, struct ending ending, enum run_end end)
{
    if (!ending.cut_off)
        return;
    if (end == RUN_FAILED || (!ending.judged && seen->length == 0)) {
        buf_clear(seen);
        buf_printf(seen, "%s%s", end_in_words(end),
                   end == RUN_FAILED ? ": there was nothing to judge"
                                     : " before this could be judged");
    } else {
        buf_printf(seen, "; %s", end_in_words(end));
    }
}

static void give_verdict(struct verdict *verdict, const struct expectation *expectation)
{
    *verdict = (struct verdict){
        .name = expectation->name,
        .has_points = expectation->has_points,
        .points = expectation->points,
        .hidden = expectation->hidden,
        .about = expectation->about,
        .hint = expectation->hint,
    };
}

static void judge_one(struct stand *stand, enum run_end end, struct verdict *verdict)
{
    struct check *check = stand->checks;
    struct ending ending = end_check(check, end);
    verdict->judged = ending.judged;
    verdict->holds = check->finding.holds;
    verdict->expected = check->finding.expected.data;
    if (!verdict->holds) {
        tell_ending(&check->finding.seen, ending, end);
        verdict->seen = check->finding.seen.data;
    }
    verdict->evidence = check->evidence;
    verdict->evidence_count = check->evidence_count;
}

static void add_evidence(struct stand *stand, struct verdict *verdict, uint64_t n)
{
    for (size_t i = 0; i < verdict->evidence_count; i++)
        if (stand->evidence[i] == n)
            return;
    if (verdict->evidence_count < MOST_EVIDENCE)
        stand->evidence[verdict->evidence_count++] = n;
}

/* "(2) main ends with status 0", where there is more than one. */
static void tell_member(const struct stand *stand, size_t i, const struct buf *words,
                        struct buf *out)
{
    if (words->length == 0)
        return;
    buf_add_string(out, i > 0 && out->length > 0 ? "; " : "");
    if (stand->count > 1)
        buf_printf(out, "(%zu) ", i + 1);
    buf_add(out, words->data, words->length);
}

static void judge_any(struct stand *stand, enum run_end end, struct verdict *verdict)
{
    struct ending all = {.judged = true};
    auto_buf struct buf expected = {0}, seen = {0};
    for (size_t i = 0; i < stand->count; i++) {
        struct check *check = &stand->checks[i];
        struct ending one = end_check(check, end);
        all.judged &= one.judged;
        all.cut_off |= one.cut_off;
        verdict->holds |= check->finding.holds;
        tell_member(stand, i, &check->finding.expected, &expected);
        tell_member(stand, i, &check->finding.seen, &seen);
    }
    buf_printf(&stand->expected, "%s%s", stand->count > 1 ? "one of " : "", expected.data);
    verdict->expected = stand->expected.data;
    verdict->judged = verdict->holds || all.judged;
    if (!verdict->holds) {
        tell_ending(&seen, all, end);
        buf_add_string(&stand->seen, seen.data);
        verdict->seen = stand->seen.data;
    }
    verdict->evidence = stand->evidence;
    for (size_t i = 0; i < stand->count; i++)
        for (size_t j = 0; j < stand->checks[i].evidence_count; j++)
            if (stand->checks[i].finding.holds == verdict->holds)
                add_evidence(stand, verdict, stand->checks[i].evidence[j]);
}

const struct verdict *judge_end(struct judge *judge, enum run_end end, int64_t duration_us,
                                size_t *count)
{
    /* What was to be judged at an instant that the run reached is decided, however it ended. */
    close_due(judge, duration_us);
    if (end == RUN_COMPLETED || duration_us > judge->world.now_us)
        judge->world.now_us = duration_us;
    for (size_t i = 0; i < judge->count; i++) {
        struct stand *stand = &judge->stands[i];
        give_verdict(&judge->verdicts[i], stand->expectation);
        (stand->expectation->kind == EXPECT_ANY ? judge_any : judge_one)(stand, end,
                                                                         &judge->verdicts[i]);
    }
    *count = judge->count;
    return judge->verdicts;
}
