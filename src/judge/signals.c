/* Which signals reached whom: `signals`. */
#include <string.h>

#include "base/names.h"
#include "judge/internal.h"

#define SIGNAL_ROOM 65 /* 1 to 64 */

struct signals {
    bool lived;
    uint64_t delivered[SIGNAL_ROOM], caught[SIGNAL_ROOM], ignored[SIGNAL_ROOM];
    uint64_t ending[SIGNAL_ROOM]; /* delivered to processes whose end is not told yet */
};

static void signals_event(struct check *check, const struct event *event)
{
    struct signals *signals = check->state;
    const char *of = check->expectation->signals.of;
    const char *newborn = event_newborn(event);
    if (newborn != NULL)
        signals->lived |= of == NULL || name_matches(of, newborn);
    if (newborn != NULL || event->signal <= 0 || event->signal >= SIGNAL_ROOM ||
        (of != NULL && !name_matches(of, event->process)))
        return;
    if (event->kind == EVENT_EXIT) {
        /* No event but the end itself tells that SIGKILL came. */
        if (event->has_status || signals->ending[event->signal] > 0) {
            signals->ending[event->signal] -= !event->has_status;
            return;
        }
        signals->delivered[event->signal]++;
        check_evidence(check, event->n);
        return;
    }
    signals->ending[event->signal] += event->action == ACTION_TERMINATED;
    /* POSIX: delivered when its action is taken, and to ignore it is one. */
    signals->delivered[event->signal]++;
    if (event->action == ACTION_CAUGHT)
        signals->caught[event->signal]++;
    else if (event->action == ACTION_IGNORED)
        signals->ignored[event->signal]++;
    check_evidence(check, event->n);
}

static uint64_t times_listed(const int *list, size_t count, int signal)
{
    uint64_t times = 0;
    for (size_t i = 0; i < count; i++)
        times += list[i] == signal;
    return times;
}

static bool compare(const int *list, size_t count, const uint64_t *happened, const char *what,
                    struct finding *finding)
{
    bool holds = true;
    for (size_t i = 0; i < count; i++) {
        buf_printf(&finding->expected, "%s%s", i > 0 ? ", " : "", signal_name(list[i]));
        uint64_t wanted = times_listed(list, count, list[i]);
        if (happened[list[i]] >= wanted || times_listed(list, i, list[i]) > 0)
            continue;
        holds = false;
        buf_printf(&finding->seen, "%s%s was ", finding->seen.length > 0 ? "; " : "",
                   signal_name(list[i]));
        if (happened[list[i]] == 0)
            buf_printf(&finding->seen, "not %s", what);
        else
            buf_printf(&finding->seen, "%s only %llu of %llu times", what,
                       (unsigned long long)happened[list[i]], (unsigned long long)wanted);
    }
    if (count > 0)
        buf_printf(&finding->expected, " %s", what);
    return holds;
}

/* What came instead. */
static void tell_received(const struct signals *signals, struct buf *out)
{
    bool first = true;
    buf_add_string(out, " (what came: ");
    for (int i = 1; i < SIGNAL_ROOM; i++) {
        if (signals->delivered[i] == 0)
            continue;
        buf_printf(out, "%s%s", first ? "" : ", ", signal_name(i));
        if (signals->delivered[i] > 1)
            buf_printf(out, " %llu times", (unsigned long long)signals->delivered[i]);
        if (signals->caught[i] > 0)
            buf_add_string(out, " caught");
        else if (signals->ignored[i] > 0)
            buf_add_string(out, " ignored");
        first = false;
    }
    buf_add_string(out, first ? "no signal at all)" : ")");
}

static void signals_close(struct check *check, bool ended)
{
    struct signals *signals = check->state;
    const struct expectation *expectation = check->expectation;
    struct finding *finding = &check->finding;
    const char *of = expectation->signals.of;
    (void)ended;
    buf_printf(&finding->expected, "%s: ", of != NULL ? of : "somebody");
    bool delivered = compare(expectation->signals.delivered, expectation->signals.delivered_count,
                             signals->delivered, "delivered", finding);
    if (expectation->signals.caught_count > 0 && expectation->signals.delivered_count > 0)
        buf_add_string(&finding->expected, "; ");
    bool caught = compare(expectation->signals.caught, expectation->signals.caught_count,
                          signals->caught, "caught", finding);
    if (expectation->signals.ignored_count > 0 &&
        expectation->signals.delivered_count + expectation->signals.caught_count > 0)
        buf_add_string(&finding->expected, "; ");
    bool ignored = compare(expectation->signals.ignored, expectation->signals.ignored_count,
                           signals->ignored, "ignored", finding);
    tell_at(check, " by ", &finding->expected);
    if (of != NULL && !signals->lived) {
        buf_clear(&finding->seen);
        world_tell_unknown(check->world, of, &finding->seen);
        return;
    }
    finding->holds = delivered && caught && ignored;
    if (!finding->holds)
        tell_received(signals, &finding->seen);
}

const struct family judge_signals = {
    .kinds = BIRTHS | KIND(EVENT_SIGNAL) | KIND(EVENT_EXIT),
    .size = sizeof(struct signals),
    .event = signals_event,
    .close = signals_close,
};
