#include "judge/robust.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct robust {
    struct arena arena; /* all that is copied */
    bool begun;
    struct trace_footer footer;
    struct verdict *verdicts;
    const char *ended_under, *ending;
};

struct robust *robust_new(void)
{
    struct robust *robust = xcalloc(1, sizeof *robust);
    arena_init(&robust->arena);
    return robust;
}

void robust_free(struct robust *robust)
{
    if (robust == NULL)
        return;
    arena_release(&robust->arena);
    free(robust);
}

static const char *copy_text(struct robust *robust, const char *text)
{
    return text != NULL ? arena_strdup(&robust->arena, text) : NULL;
}

static const char *const *copy_moments(struct robust *robust, const struct verdict *verdict,
                                       const struct moments *moments)
{
    const char **copies =
        arena_alloc(&robust->arena, (verdict->evidence_count + 1) * sizeof *copies);
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        auto_buf struct buf words = {0};
        if (moments_tell(moments, verdict->evidence[i], &words))
            copies[i] = arena_strdup(&robust->arena, words.data);
    }
    return copies;
}

static struct verdict copy_verdict(struct robust *robust, const struct verdict *verdict,
                                   const char *schedule, const struct moments *moments)
{
    struct verdict copy = *verdict;
    size_t size = (verdict->evidence_count + 1) * sizeof *copy.evidence;
    uint64_t *evidence = arena_alloc(&robust->arena, size);
    if (verdict->evidence_count > 0)
        memcpy(evidence, verdict->evidence, verdict->evidence_count * sizeof *evidence);
    copy.evidence = evidence;
    copy.name = copy_text(robust, verdict->name);
    copy.hint = copy_text(robust, verdict->hint);
    copy.expected = copy_text(robust, verdict->expected);
    copy.seen = copy_text(robust, verdict->seen);
    copy.schedule = copy_text(robust, schedule);
    if (moments != NULL)
        copy.moments = copy_moments(robust, verdict, moments);
    return copy;
}

static void copy_reasons(struct robust *robust, const struct trace_footer *footer)
{
    const char **reasons =
        arena_alloc(&robust->arena, (footer->reason_count + 1) * sizeof *reasons);
    for (size_t i = 0; i < footer->reason_count; i++)
        reasons[i] = arena_strdup(&robust->arena, footer->reasons[i]);
    robust->footer.deterministic = footer->deterministic;
    robust->footer.reasons = reasons;
    robust->footer.reason_count = footer->reason_count;
}

static void begin(struct robust *robust, const struct trace_footer *footer)
{
    robust->begun = true;
    robust->footer = *footer;
    robust->verdicts =
        arena_alloc(&robust->arena, (footer->verdict_count + 1) * sizeof *robust->verdicts);
    robust->footer.verdicts = robust->verdicts;
    copy_reasons(robust, footer);
    for (size_t i = 0; i < footer->verdict_count; i++)
        robust->verdicts[i] = copy_verdict(robust, &footer->verdicts[i], NULL, NULL);
}

/* Nobody is to blame for what was not performed. */
static bool counts(enum run_end end)
{
    return end != RUN_INTERRUPTED && end != RUN_FAILED;
}

bool robust_add(struct robust *robust, const char *schedule, const struct trace_footer *footer,
                const struct moments *moments)
{
    bool broke = false;
    if (!robust->begun) {
        begin(robust, footer);
        for (size_t i = 0; i < footer->verdict_count; i++)
            broke |= !footer->verdicts[i].holds;
        return broke || footer->end != RUN_COMPLETED;
    }
    for (size_t i = 0; counts(footer->end) && i < robust->footer.verdict_count; i++) {
        if (!robust->verdicts[i].holds || footer->verdicts[i].holds)
            continue;
        robust->verdicts[i] = copy_verdict(robust, &footer->verdicts[i], schedule, moments);
        broke = true;
    }
    if (footer->end != RUN_COMPLETED &&
        (robust->footer.end == RUN_COMPLETED || !counts(footer->end))) {
        robust->footer.end = footer->end;
        robust->ended_under = copy_text(robust, schedule);
        robust->ending = copy_text(robust, moments_ending(moments));
        broke = true;
    }
    if (robust->footer.deterministic && !footer->deterministic)
        copy_reasons(robust, footer);
    return broke;
}

bool robust_settled(const struct robust *robust)
{
    for (size_t i = 0; i < robust->footer.verdict_count; i++)
        if (robust->verdicts[i].holds)
            return false;
    return robust->footer.end != RUN_COMPLETED;
}

const struct trace_footer *robust_footer(const struct robust *robust)
{
    return &robust->footer;
}

const char *robust_ended_under(const struct robust *robust)
{
    return robust->ended_under;
}

const char *robust_ending(const struct robust *robust)
{
    return robust->ending;
}
