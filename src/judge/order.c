/* What comes before what, and what must not come: `before`, `never`. */
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/units.h"
#include "judge/internal.h"

static bool sent_to(const struct event *event, const char *pattern)
{
    if (event->to != NULL && name_matches(pattern, event->to))
        return true;
    for (size_t i = 0; i < event->target_count; i++)
        if (name_matches(pattern, event->targets[i]))
            return true;
    return false;
}

static bool event_matches(const struct event_pattern *pattern, const struct event *event)
{
    if (!pattern->any_kind && event->kind != pattern->kind)
        return false;
    if (pattern->process != NULL && !name_matches(pattern->process, event->process))
        return false;
    if (pattern->child != NULL &&
        (event->child == NULL || !name_matches(pattern->child, event->child)))
        return false;
    if (pattern->to != NULL && !sent_to(event, pattern->to))
        return false;
    if (pattern->text != NULL && pattern->text[0] != '\0' &&
        (event->text == NULL ||
         memmem(event->text, event->text_length, pattern->text, strlen(pattern->text)) == NULL))
        return false;
    if (pattern->signal != 0 && event->signal != pattern->signal)
        return false;
    if (pattern->status >= 0 && !(event->has_status && event->status == pattern->status))
        return false;
    return pattern->error == 0 || event->error == (pattern->error > 0 ? pattern->error : 0);
}

/* "exit of child with SIGKILL" */
static void tell_pattern(const struct event_pattern *pattern, struct buf *out)
{
    buf_add_string(out, pattern->any_kind ? "event" : event_words[pattern->kind]);
    if (pattern->process != NULL)
        buf_printf(out, " of %s", pattern->process);
    if (pattern->child != NULL)
        buf_printf(out, " of the child %s", pattern->child);
    if (pattern->to != NULL)
        buf_printf(out, " to %s", pattern->to);
    if (pattern->text != NULL) {
        buf_add_string(out, " with the text \"");
        text_add_visible(out, pattern->text, strlen(pattern->text));
        buf_add_char(out, '"');
    }
    if (pattern->signal != 0)
        buf_printf(out, " with %s", signal_name(pattern->signal));
    if (pattern->status >= 0)
        buf_printf(out, " with status %d", pattern->status);
    if (pattern->error > 0)
        buf_printf(out, " failing with %s", errno_name(pattern->error));
    else if (pattern->error < 0)
        buf_add_string(out, " that succeeds");
}

static void tell_moment(uint64_t n, int64_t us, struct buf *out)
{
    buf_printf(out, "event %llu at ", (unsigned long long)n);
    tell_us(us, out);
}

/* ---- before ---------------------------------------------------------------------------------- */

struct before {
    uint64_t first, then; /* numbers of their first matches; 0: none yet */
    int64_t first_us, then_us;
};

static void before_event(struct check *check, const struct event *event)
{
    struct before *before = check->state;
    /* `then` goes first: an event that is both does not come before itself. */
    if (before->then == 0 && event_matches(&check->expectation->then, event)) {
        before->then = event->n;
        before->then_us = event->t_us;
        check_evidence(check, event->n);
        check->finding.holds = before->first != 0;
    }
    if (before->first == 0 && event_matches(&check->expectation->first, event)) {
        before->first = event->n;
        before->first_us = event->t_us;
        check_evidence(check, event->n);
    }
}

static void before_close(struct check *check, bool ended)
{
    const struct before *before = check->state;
    const struct expectation *expectation = check->expectation;
    struct buf *expected = &check->finding.expected, *seen = &check->finding.seen;
    (void)ended;
    tell_pattern(&expectation->first, expected);
    buf_add_string(expected, " comes before ");
    tell_pattern(&expectation->then, expected);
    tell_at(check, ", until ", expected);
    if (check->finding.holds)
        return;
    if (before->first == 0) {
        buf_add_string(seen, "there was no ");
        tell_pattern(&expectation->first, seen);
    }
    if (before->then == 0) {
        buf_add_string(seen, before->first == 0 ? ", and no " : "there was no ");
        tell_pattern(&expectation->then, seen);
    }
    if (before->first == 0 || before->then == 0)
        return;
    tell_pattern(&expectation->then, seen);
    buf_add_string(seen, " (");
    tell_moment(before->then, before->then_us, seen);
    buf_add_string(seen, before->first == before->then ? ") is itself the first "
                                                       : ") came before the first ");
    tell_pattern(&expectation->first, seen);
    if (before->first == before->then)
        return;
    buf_add_string(seen, " (");
    tell_moment(before->first, before->first_us, seen);
    buf_add_char(seen, ')');
}

const struct family judge_before = {
    .kinds = UINT64_MAX,
    .size = sizeof(struct before),
    .event = before_event,
    .close = before_close,
};

/* ---- never ----------------------------------------------------------------------------------- */

struct never {
    uint64_t times;
    int64_t first_us;
    struct buf words; /* of the first */
};

static void never_event(struct check *check, const struct event *event)
{
    struct never *never = check->state;
    if (!event_matches(&check->expectation->first, event))
        return;
    check_evidence(check, event->n);
    if (never->times++ > 0)
        return;
    never->first_us = event->t_us;
    buf_printf(&never->words, "%s ", event->process);
    struct event told = *event;
    told.text_length = utf8_cut(event->text, event->text_length, LONGEST_EXCERPT);
    event_describe(&told, &never->words);
    if (told.text_length < event->text_length)
        buf_add_string(&never->words, "…");
}

static void never_close(struct check *check, bool ended)
{
    const struct never *never = check->state;
    struct buf *expected = &check->finding.expected, *seen = &check->finding.seen;
    (void)ended;
    buf_add_string(expected, "never: ");
    tell_pattern(&check->expectation->first, expected);
    tell_at(check, ", until ", expected);
    check->finding.holds = never->times == 0;
    check->finding.breakable = true;
    if (never->times == 0)
        return;
    tell_us(never->first_us, seen);
    buf_printf(seen, ": %s", never->words.data);
    if (never->times > 1)
        buf_printf(seen, " (the first of %llu)", (unsigned long long)never->times);
}

static void never_release(struct check *check)
{
    buf_release(&((struct never *)check->state)->words);
}

const struct family judge_never = {
    .kinds = UINT64_MAX,
    .size = sizeof(struct never),
    .event = never_event,
    .close = never_close,
    .release = never_release,
};
