/*
 * Turn-taking: whose turn it is, by a named policy. A turn performs one call that others can see
 * and ends when its task is parked at the next one (or sleeps, or is gone). Each choice that had an
 * alternative is told with the turn's first event, so that a trace can be replayed.
 */
#include "director/internal.h"

#include <string.h>

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* xoshiro256** by Blackman and Vigna (https://prng.di.unimi.it), small, fast, and the same
 * anywhere. */
uint64_t director_random(struct director *d)
{
    uint64_t *s = d->random;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

static struct task *nth(struct task_list *list, size_t n)
{
    struct task *task = list->first;
    while (n-- > 0)
        task = task->next;
    return task;
}

static void diverge(struct director *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void diverge(struct director *d, const char *format, ...)
{
    auto_buf struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    struct event event = {.kind = EVENT_DIVERGE,
                          .process = "director",
                          .text = text.data,
                          .text_length = text.length};
    tell(d, &event);
    end_run(d, RUN_DIVERGED);
}

/* The next of an explicit list. NULL: the run has ended. */
static struct task *follow(struct director *d, const struct schedule_spec *spec)
{
    if (d->choices_used >= spec->choice_count) {
        if (spec->policy == SCHEDULE_CHOICES) /* the list is done: go on in turn */
            return d->ready.first;
        diverge(d, "the replayed trace has no choice number %zu: %zu processes could run here",
                d->choices_used + 1, d->ready.count);
        return NULL;
    }
    const struct choice *choice = &spec->choices[d->choices_used++];
    if (choice->of != 0 && choice->of != d->ready.count) {
        diverge(d, "choice number %zu was out of %u processes, here %zu could run", d->choices_used,
                choice->of, d->ready.count);
        return NULL;
    }
    for (struct task *task = d->ready.first; task != NULL; task = task->next)
        if (strcmp(task->process->name, choice->process) == 0)
            return task;
    auto_buf struct buf names = {0};
    size_t shown = 0;
    for (struct task *task = d->ready.first; task != NULL && shown < 10; task = task->next, shown++)
        buf_printf(&names, "%s%s", shown > 0 ? ", " : "", task->process->name);
    diverge(d, "choice number %zu is '%s', which cannot run here (it could be: %s%s)",
            d->choices_used, choice->process, names.data, d->ready.count > shown ? ", …" : "");
    return NULL;
}

static struct task *choose(struct director *d)
{
    const struct schedule_spec *spec = &d->options->schedule;
    if (d->ready.count == 1)
        return d->ready.first;
    switch (spec->policy) {
    case SCHEDULE_RUN_TO_BLOCK:
        for (struct task *task = d->ready.first; task != NULL; task = task->next)
            if (task->tid == d->latest_turn && !task->gives_way && !polls_for_long(task))
                return task;
        return d->ready.first;
    case SCHEDULE_RANDOM:
        return nth(&d->ready, (size_t)(director_random(d) % d->ready.count));
    case SCHEDULE_CHOICES:
    case SCHEDULE_REPLAY:
        return follow(d, spec);
    case SCHEDULE_ROUND_ROBIN:
    case SCHEDULE_FREE:
        break;
    }
    return d->ready.first;
}

/* Descriptors become ready by what anybody does: look again before each choice. */
void look_at_descriptors(struct director *d)
{
    if (d->pollers == 0)
        return;
    struct task_list *lists[] = {&d->held, &d->ready};
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        struct task *next;
        for (struct task *task = lists[i]->first; task != NULL; task = next) {
            next = task->next;
            if (task->polls_descriptors)
                recheck(d, task);
        }
    }
}

static void take_turn(struct director *d, struct task *task, unsigned of)
{
    d->turn = task;
    d->latest_turn = task->tid;
    d->turn_told = false;
    d->turn_of = of > 1 ? of : 0;
    d->world++;
    task_list_remove(task);
    if (task->parked_at == PARKED_AT_CALL)
        perform_call(d, task);
    else
        resume(d, task, 0);
}

bool give_turn(struct director *d)
{
    look_at_descriptors(d);
    if (d->ready.count == 0)
        return false;
    if (d->options->schedule.policy == SCHEDULE_FREE) {
        /* The kernel decides: everybody who can go on goes on. */
        for (size_t count = d->ready.count; count > 0 && d->ready.first != NULL; count--)
            take_turn(d, d->ready.first, 0);
        return true;
    }
    unsigned of = (unsigned)d->ready.count;
    struct task *task = choose(d);
    if (task != NULL)
        take_turn(d, task, of);
    return true;
}

void turn_over(struct director *d)
{
    struct task *task = d->turn;
    if (task == NULL)
        return;
    if (!d->turn_told && task->state != TASK_HELD) {
        if (task->blocked_event)
            tell_plain(d, task->process, EVENT_WAKE);
        else if (d->turn_of > 0)
            tell_plain(d, task->process, EVENT_TURN);
    }
    d->turn = NULL;
    d->turn_of = 0;
}

enum verdict_of_call answer(struct task *task, int64_t result)
{
    arch_skip_call(task->tid, &task->regs, result);
    return CALL_SKIP;
}

void perform_call(struct director *d, struct task *task)
{
    const struct call_row *row = task->call;
    if (task->state == TASK_READY || task->list != NULL)
        task_list_remove(task);
    /* A signal that is pending at a call which never waited comes before the call, as it would have
     * come on the way back from the latest one. */
    if ((task->visible || task->gives_way) && !task->was_held && task->signals_dirty &&
        signal_actionable(d, task, NULL)) {
        if (arch_rewind_call(task->tid, &task->regs)) {
            task->call = NULL;
            resume(d, task, 0);
            return;
        }
    }
    enum verdict_of_call verdict = row->enter != NULL ? row->enter(d, task) : CALL_GO;
    switch (verdict) {
    case CALL_GO:
        if (d->blocked.count >
            0) /* what it does may wake somebody in the kernel: see at its exit */
            resume_to_exit(d, task);
        else
            resume(d, task, 0);
        break;
    case CALL_GO_LEAVE:
        resume_to_exit(d, task);
        break;
    case CALL_SKIP:
        resume(d, task, 0);
        break;
    case CALL_OVER:
        break;
    }
}
