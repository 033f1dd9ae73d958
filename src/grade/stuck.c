/* What a program that was cut off waited for, and where one crashed. */
#include <signal.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "grade/internal.h"

#define MOST_TOLD 8 /* processes; the others are counted */

static const struct event *event_at(const struct history *history, uint32_t index)
{
    return &history->events[index].event;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* The latest event of the process that is not only about turns; NO_INDEX: none. */
static uint32_t last_event(const struct history *history, const struct chronicle *process,
                           uint32_t before)
{
    for (uint32_t i = process->event_count; i > 0; i--) {
        uint32_t index = process->events[i - 1];
        enum event_kind kind = event_at(history, index)->kind;
        if (index < before && kind != EVENT_TURN && kind != EVENT_NOTE && kind != EVENT_LIMIT)
            return index;
    }
    return NO_INDEX;
}

/* In a deadlock, the director has looked closer: "NAME waits to read from a pipe (descriptor 3);
 * …". The words for this process, or NULL. */
static const char *deadlock_words(const struct history *history, const char *name, size_t *length)
{
    if (history->event_count == 0)
        return NULL;
    const struct event *event = NULL;
    for (uint32_t i = history->event_count; i > 0 && event == NULL; i--)
        if (event_at(history, i - 1)->kind == EVENT_DEADLOCK)
            event = event_at(history, i - 1);
    const char *at = event != NULL ? event->text : NULL;
    while (at != NULL && *at != '\0') {
        size_t size = strcspn(at, ";");
        if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == ' ') {
            *length = size - strlen(name) - 1;
            return at + strlen(name) + 1;
        }
        at += size;
        at += strspn(at, "; ");
    }
    return NULL;
}

/* After "`main` ": what the event that put it to sleep says. */
static void tell_wait(const struct event *block, struct buf *out)
{
    if (strcmp(block->on, "wait") == 0) {
        buf_add_string(out, "waits for ");
        if (block->to != NULL)
            tell_name(block->to, out);
        else
            buf_add_string(out, "a child");
        buf_add_string(out, " to end");
    } else if (strcmp(block->on, "sleep") == 0) {
        buf_add_string(out, "sleeps");
    } else if (strcmp(block->on, "pause") == 0 || strcmp(block->on, "sigsuspend") == 0 ||
               strcmp(block->on, "sigtimedwait") == 0) {
        buf_add_string(out, "waits for a signal");
    } else if (strcmp(block->on, "read") == 0) {
        buf_add_string(out, "waits in read for input that does not come");
    } else if (strcmp(block->on, "write") == 0) {
        buf_add_string(out, "waits in write for somebody to read");
    } else if (strcmp(block->on, "futex") == 0) {
        buf_add_string(out, "waits for a lock or for another thread (futex)");
    } else if (strcmp(block->on, "lock") == 0) {
        buf_add_string(out, "waits for a lock on a file");
    } else {
        buf_printf(out, "waits in %s", block->on);
    }
}

/* After "`main` ", of a process that nobody holds up. */
static void tell_busy(const struct history *history, const struct chronicle *process,
                      struct buf *out)
{
    uint32_t last = last_event(history, process, history->event_count);
    buf_add_string(out, "is still at work and comes to no end");
    if (last == NO_INDEX)
        return;
    buf_add_string(out, "; the last thing that could be seen: at ");
    tell_time(event_at(history, last)->t_us, out);
    buf_add_char(out, ' ');
    tell_event(history, last, out);
}

static void tell_one(const struct history *history, const struct chronicle *process,
                     struct buf *out)
{
    const struct stretch *last = &process->stretches[process->stretch_count - 1];
    const struct event *since = event_at(history, last->from);
    size_t length;
    const char *words = deadlock_words(history, process->name, &length);
    tell_name(process->name, out);
    buf_add_char(out, ' ');
    if (last->state == STATE_STOPPED) {
        buf_printf(out, "is stopped by %s since ",
                   since->kind == EVENT_STOP ? signal_name(since->signal) : "a signal");
        tell_time(last->from_us, out);
        buf_add_string(out, ", and nobody continues it");
        return;
    }
    if (last->state != STATE_SLEEPING) {
        tell_busy(history, process, out);
        return;
    }
    if (words != NULL)
        text_add_visible(out, words, length);
    else if (since->kind == EVENT_BLOCK)
        tell_wait(since, out);
    else
        buf_add_string(out, "waits");
    buf_add_string(out, ", since ");
    tell_time(last->from_us, out);
}

void tell_waiting(const struct history *history, struct arena *arena, struct texts *out)
{
    uint32_t more = 0;
    texts_init(out, arena, MOST_TOLD + 1);
    for (uint32_t i = 0; i < history->process_count; i++) {
        const struct chronicle *process = &history->processes[i];
        if (process->died != NO_INDEX || process->stretch_count == 0)
            continue;
        if (out->count == MOST_TOLD) {
            more++;
            continue;
        }
        auto_buf struct buf sentence = {0};
        tell_one(history, process, &sentence);
        texts_add(out, arena, sentence.data);
    }
    if (more > 0) {
        auto_free char *rest = xasprintf("and %u more processes had not ended", more);
        texts_add(out, arena, rest);
    }
}

/* ---- crashes --------------------------------------------------------------------------------- */

/* What the signal says of the program; NULL: it is no sign of a mistake. */
static const char *mistake(int signal)
{
    switch (signal) {
    case SIGSEGV:
        return "it used memory that is not its own, such as a NULL pointer";
    case SIGBUS:
        return "it used memory that does not exist";
    case SIGFPE:
        return "a calculation that has no result, such as a division by zero";
    case SIGILL:
        return "it executed what is no instruction";
    case SIGABRT:
        return "it gave up with abort, as assert and free do when they find a mistake";
    case SIGSYS:
        return "it made a system call that is not allowed here";
    case SIGTRAP:
        return "it ran into a breakpoint";
    default:
        return NULL;
    }
}

/* Was it the process's own doing? The kernel's answer to what it did, or abort(3), which is a
 * signal to oneself. */
static bool is_own(const struct event *signal, const char *name)
{
    return signal->from == NULL || strcmp(signal->from, "kernel") == 0 ||
           (signal->signal == SIGABRT && strcmp(signal->from, name) == 0);
}

static bool fate_is_listed(const struct expectation *expectation, const char *name, int signal)
{
    for (size_t i = 0; expectation->kind == EXPECT_EXIT && i < expectation->fate_count; i++) {
        const struct fate_choice *choice = &expectation->fates[i];
        for (size_t k = 0; name_matches(choice->process, name) && k < choice->fate_count; k++)
            if (choice->fates[k].by_signal && choice->fates[k].value == signal)
                return true;
    }
    return false;
}

/* Some scenarios are about programs that crash. */
static bool is_expected(const struct scenario *scenario, const char *name, int signal)
{
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];
        if (fate_is_listed(expectation, name, signal))
            return true;
        for (size_t k = 0; k < expectation->member_count; k++)
            if (fate_is_listed(&expectation->members[k], name, signal))
                return true;
    }
    return false;
}

/* The signal that ended it, when that was its own mistake; else NO_INDEX. */
static uint32_t crash_of(const struct history *history, const struct scenario *scenario,
                         const struct chronicle *process)
{
    if (process->died == NO_INDEX)
        return NO_INDEX;
    const struct event *died = event_at(history, process->died);
    if (died->has_status || mistake(died->signal) == NULL ||
        is_expected(scenario, process->name, died->signal))
        return NO_INDEX;
    for (uint32_t i = process->event_count; i > 0; i--) {
        const struct event *event = event_at(history, process->events[i - 1]);
        if (event->kind == EVENT_SIGNAL && event->signal == died->signal)
            return is_own(event, process->name) ? process->events[i - 1] : NO_INDEX;
    }
    return process->died;
}

/* abort(3) is a signal to oneself: what came before that is of interest. */
static uint32_t before_crash(const struct history *history, const struct chronicle *process,
                             uint32_t crash)
{
    uint32_t last = last_event(history, process, crash);
    if (last != NO_INDEX && event_at(history, last)->kind == EVENT_KILL &&
        event_at(history, last)->signal == event_at(history, crash)->signal)
        last = last_event(history, process, last);
    return last;
}

static void tell_crash(const struct history *history, const struct chronicle *process,
                       uint32_t crash, struct buf *out)
{
    const struct event *died = event_at(history, process->died);
    tell_name(process->name, out);
    buf_add_string(out, " crashed at ");
    tell_time(died->t_us, out);
    buf_printf(out, " with %s: %s", signal_name(died->signal), mistake(died->signal));
    uint32_t last = before_crash(history, process, crash);
    if (last == NO_INDEX)
        return;
    buf_add_string(out, ". Before that, at ");
    tell_time(event_at(history, last)->t_us, out);
    buf_add_char(out, ' ');
    tell_event(history, last, out);
}

void tell_crashes(const struct history *history, const struct scenario *scenario,
                  struct arena *arena, struct texts *out)
{
    uint32_t more = 0;
    texts_init(out, arena, MOST_TOLD + 1);
    for (uint32_t i = 0; i < history->process_count; i++) {
        const struct chronicle *process = &history->processes[i];
        uint32_t crash = crash_of(history, scenario, process);
        if (crash == NO_INDEX)
            continue;
        if (out->count == MOST_TOLD) {
            more++;
            continue;
        }
        auto_buf struct buf sentence = {0};
        tell_crash(history, process, crash, &sentence);
        texts_add(out, arena, sentence.data);
    }
    if (more > 0) {
        auto_free char *rest = xasprintf("and %u more processes crashed", more);
        texts_add(out, arena, rest);
    }
}
