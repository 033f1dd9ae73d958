/* What becomes of processes: `exit`, `state`, `reaped`, `duration`. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "judge/internal.h"

/* One named process or pattern of an expectation. */
struct subject {
    const char *pattern;
    uint64_t lived;   /* how many processes of that name */
    struct few wrong; /* sentences */
};

struct subjects {
    struct subject *items;
    size_t count;
};

static void add_subject(struct check *check, const char *pattern)
{
    struct subjects *subjects = check->state;
    subjects->items = xreallocarray(subjects->items, subjects->count + 1, sizeof *subjects->items);
    subjects->items[subjects->count++] = (struct subject){.pattern = pattern};
}

static void release(struct check *check)
{
    struct subjects *subjects = check->state;
    for (size_t i = 0; i < subjects->count; i++)
        few_release(&subjects->items[i].wrong);
    free(subjects->items);
}

static void add_wrong(struct subject *subject, struct buf *sentence)
{
    few_add(&subject->wrong, sentence->data);
    buf_clear(sentence);
}

static void count_birth(struct subject *subject, const struct event *event)
{
    const char *newborn = event_newborn(event);
    if (newborn != NULL && name_matches(subject->pattern, newborn))
        subject->lived++;
}

/* What is wrong with each subject; the finding holds when nothing is. */
static void conclude(struct check *check)
{
    struct subjects *subjects = check->state;
    struct buf *seen = &check->finding.seen;
    check->finding.holds = true;
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        if (subject->lived > 0 && subject->wrong.count == 0)
            continue;
        check->finding.holds = false;
        if (seen->length > 0)
            buf_add_string(seen, "; ");
        if (subject->lived == 0)
            world_tell_unknown(check->world, subject->pattern, seen);
        else
            few_tell(&subject->wrong, "; ", seen);
    }
}

/* The words between the subjects of a list. */
static void separate(struct buf *out)
{
    if (out->length > 0)
        buf_add_string(out, ", ");
}

/* ---- exit ------------------------------------------------------------------------------------ */

static void exit_open(struct check *check)
{
    for (size_t i = 0; i < check->expectation->fate_count; i++)
        add_subject(check, check->expectation->fates[i].process);
}

static void exit_event(struct check *check, const struct event *event)
{
    struct subjects *subjects = check->state;
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        count_birth(subject, event);
        if (event->kind != EVENT_EXIT || !name_matches(subject->pattern, event->process))
            continue;
        const struct fate_choice *choice = &check->expectation->fates[i];
        int value = event->has_status ? event->status : event->signal;
        bool allowed = false;
        for (size_t j = 0; j < choice->fate_count; j++)
            allowed |=
                choice->fates[j].by_signal == !event->has_status && choice->fates[j].value == value;
        if (allowed)
            continue;
        auto_buf struct buf sentence = {0};
        buf_printf(&sentence, "%s %s ", event->process,
                   event->has_status ? "ended with" : "was killed by");
        tell_fate(!event->has_status, value, &sentence);
        add_wrong(subject, &sentence);
        check_evidence(check, event->n);
    }
}

static void exit_close(struct check *check, bool ended)
{
    struct subjects *subjects = check->state;
    struct buf *expected = &check->finding.expected;
    (void)ended;
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        const struct fate_choice *choice = &check->expectation->fates[i];
        separate(expected);
        buf_printf(expected, "%s ends with ", choice->process);
        for (size_t j = 0; j < choice->fate_count; j++) {
            buf_add_string(expected, j > 0 ? " or " : "");
            tell_fate(choice->fates[j].by_signal, choice->fates[j].value, expected);
        }
        for (const struct life *life = check->world->oldest; life != NULL; life = life->newer) {
            if (life->state == STATE_ZOMBIE || !name_matches(subject->pattern, life->name))
                continue;
            auto_buf struct buf sentence = {0};
            buf_printf(&sentence, "%s had not ended: it was ", life->name);
            tell_state(life, &sentence);
            add_wrong(subject, &sentence);
            check_evidence(check, life->since);
        }
    }
    tell_at(check, " by ", expected);
    conclude(check);
    /* A pattern may still meet a process that ends otherwise. */
    for (size_t i = 0; i < subjects->count; i++)
        check->finding.breakable |= strchr(subjects->items[i].pattern, '*') != NULL;
}

const struct family judge_exit = {
    .kinds = BIRTHS | KIND(EVENT_EXIT),
    .size = sizeof(struct subjects),
    .open = exit_open,
    .event = exit_event,
    .close = exit_close,
    .release = release,
};

/* ---- state ----------------------------------------------------------------------------------- */

static void pairs_open(struct check *check)
{
    for (size_t i = 0; i < check->expectation->pair_count; i++)
        add_subject(check, check->expectation->pairs[i].process);
}

static void state_event(struct check *check, const struct event *event)
{
    struct subjects *subjects = check->state;
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        count_birth(subject, event);
        if (event->kind == EVENT_REAP && name_matches(subject->pattern, event->child)) {
            if (check->expectation->pairs[i].state == STATE_REAPED)
                continue;
            auto_buf struct buf sentence = {0};
            buf_printf(&sentence, "%s was reaped by %s at ", event->child,
                       event->automatic ? "the kernel" : event->process);
            tell_us(event->t_us, &sentence);
            add_wrong(subject, &sentence);
            check_evidence(check, event->n);
        }
    }
}

static void state_close(struct check *check, bool ended)
{
    struct subjects *subjects = check->state;
    struct buf *expected = &check->finding.expected;
    (void)ended;
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        enum process_state wanted = check->expectation->pairs[i].state;
        separate(expected);
        buf_printf(expected, "%s is %s", subject->pattern, state_in_words(wanted));
        for (const struct life *life = check->world->oldest; life != NULL; life = life->newer) {
            if (life->state == wanted || !name_matches(subject->pattern, life->name))
                continue;
            auto_buf struct buf sentence = {0};
            buf_printf(&sentence, "%s was ", life->name);
            tell_state(life, &sentence);
            if (life->state == STATE_ZOMBIE)
                buf_add_string(&sentence, ": nobody had waited for it");
            add_wrong(subject, &sentence);
            check_evidence(check, life->since);
        }
    }
    tell_at(check, " at ", expected);
    conclude(check);
    check->finding.breakable = true;
}

const struct family judge_state = {
    .kinds = BIRTHS | KIND(EVENT_REAP),
    .size = sizeof(struct subjects),
    .open = pairs_open,
    .event = state_event,
    .close = state_close,
    .release = release,
};

/* ---- reaped ---------------------------------------------------------------------------------- */

static bool collector_matches(const char *wanted, const struct event *event)
{
    bool by_init = strcmp(event->process, "init") == 0;
    if (strcmp(wanted, "nobody") == 0)
        return by_init || event->automatic;
    if (event->automatic)
        return false;
    return by_init ? strcmp(wanted, "init") == 0 : name_matches(wanted, event->process);
}

static void reaped_event(struct check *check, const struct event *event)
{
    struct subjects *subjects = check->state;
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        count_birth(subject, event);
        if (event->kind != EVENT_REAP || !name_matches(subject->pattern, event->child))
            continue;
        if (collector_matches(check->expectation->pairs[i].value, event))
            continue;
        auto_buf struct buf sentence = {0};
        if (event->automatic)
            buf_printf(&sentence, "nobody waited for %s: the kernel discarded it", event->child);
        else if (strcmp(event->process, "init") == 0)
            buf_printf(&sentence, "nobody of the run reaped %s: it was left to init", event->child);
        else
            buf_printf(&sentence, "%s was reaped by %s", event->child, event->process);
        add_wrong(subject, &sentence);
        check_evidence(check, event->n);
    }
}

static void reaped_close(struct check *check, bool ended)
{
    struct subjects *subjects = check->state;
    struct buf *expected = &check->finding.expected;
    (void)ended;
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        const char *wanted = check->expectation->pairs[i].value;
        bool nobody = strcmp(wanted, "nobody") == 0;
        separate(expected);
        buf_printf(expected, "%s is reaped by %s", subject->pattern, wanted);
        check->finding.breakable |= nobody || strchr(subject->pattern, '*') != NULL;
        for (const struct life *life = check->world->oldest; life != NULL; life = life->newer) {
            if (nobody || !name_matches(subject->pattern, life->name))
                continue;
            auto_buf struct buf sentence = {0};
            buf_printf(&sentence,
                       life->state == STATE_ZOMBIE ? "nobody waited for %s: it was "
                                                   : "%s had not ended: it was ",
                       life->name);
            tell_state(life, &sentence);
            add_wrong(subject, &sentence);
            check_evidence(check, life->since);
        }
    }
    tell_at(check, ", by ", expected);
    conclude(check);
}

const struct family judge_reaped = {
    .kinds = BIRTHS | KIND(EVENT_REAP),
    .size = sizeof(struct subjects),
    .open = pairs_open,
    .event = reaped_event,
    .close = reaped_close,
    .release = release,
};

/* ---- duration -------------------------------------------------------------------------------- */

static void duration_open(struct check *check)
{
    if (check->expectation->duration.of != NULL)
        add_subject(check, check->expectation->duration.of);
}

static bool lasts_as_expected(const struct check *check, int64_t us)
{
    return us * NS_PER_US >= check->expectation->duration.min_ns &&
           us * NS_PER_US <= check->expectation->duration.max_ns;
}

static void duration_event(struct check *check, const struct event *event)
{
    struct subjects *subjects = check->state;
    if (subjects->count == 0)
        return;
    struct subject *subject = &subjects->items[0];
    count_birth(subject, event);
    const struct life *life = world_find(check->world, event->process);
    if (event->kind != EVENT_EXIT || life == NULL || !name_matches(subject->pattern, life->name))
        return;
    if (lasts_as_expected(check, event->t_us - life->start_us))
        return;
    auto_buf struct buf sentence = {0};
    buf_printf(&sentence, "%s lasted ", life->name);
    tell_us(event->t_us - life->start_us, &sentence);
    add_wrong(subject, &sentence);
    check_evidence(check, event->n);
}

static void duration_close(struct check *check, bool ended)
{
    struct subjects *subjects = check->state;
    const struct expectation *expectation = check->expectation;
    struct buf *expected = &check->finding.expected, *seen = &check->finding.seen;
    int64_t min_ns = expectation->duration.min_ns, max_ns = expectation->duration.max_ns;
    buf_printf(expected, "%s lasts ", subjects->count > 0 ? subjects->items[0].pattern : "the run");
    if (min_ns == max_ns) {
        buf_add_string(expected, "exactly ");
        tell_us(min_ns / NS_PER_US, expected);
    } else {
        if (min_ns > 0 || max_ns == INT64_MAX) {
            buf_add_string(expected, "at least ");
            tell_us(min_ns / NS_PER_US, expected);
        }
        if (max_ns != INT64_MAX) {
            buf_add_string(expected, min_ns > 0 ? " and at most " : "at most ");
            tell_us(max_ns / NS_PER_US, expected);
        }
    }
    check->finding.breakable = true;
    if (subjects->count == 0) {
        check->finding.holds = ended && lasts_as_expected(check, check->world->now_us);
        buf_add_string(seen, ended ? "the run lasted " : "the run had not ended by ");
        tell_us(ended ? check->world->now_us : expectation->at_ns / NS_PER_US, seen);
        return;
    }
    struct subject *subject = &subjects->items[0];
    for (const struct life *life = check->world->oldest; life != NULL; life = life->newer) {
        if (life->state == STATE_ZOMBIE || !name_matches(subject->pattern, life->name))
            continue;
        auto_buf struct buf sentence = {0};
        buf_printf(&sentence, "%s had not ended after ", life->name);
        tell_us(check->world->now_us - life->start_us, &sentence);
        add_wrong(subject, &sentence);
        check_evidence(check, life->since);
    }
    conclude(check);
}

const struct family judge_duration = {
    .kinds = BIRTHS | KIND(EVENT_EXIT),
    .size = sizeof(struct subjects),
    .open = duration_open,
    .event = duration_event,
    .close = duration_close,
    .release = release,
};
