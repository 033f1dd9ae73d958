/*
 * Taking part: what a person, or another program of the host, does to a run while it is performed.
 * Lines are typed at its terminal, ^C, ^Z and ^\ are pressed, signals come from outside. Everything
 * is told as the timeline's doing, at a moment at which a timeline can do the same again: when
 * nobody can go on, and at a time at which nothing else has happened.
 */
#include "director/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#define PEEK_AT_ONCE 32
/* A key is passed on to processes that never come to rest after so many ticks (10 ms each). */
#define LONGEST_WAIT_TICKS 30

void live_begin(struct director *d)
{
    d->live.input = d->options->live ? d->options->live_input : -1;
    d->live.input_is_terminal = d->live.input >= 0 && isatty(d->live.input) == 1;
}

void live_release(struct director *d)
{
    buf_release(&d->live.line);
}

/* The key by which a terminal asks for the signal, as a control character; 0: none. */
static char key_of(int signal)
{
    return signal == SIGINT ? '\x03' : signal == SIGTSTP ? '\x1a' : signal == SIGQUIT ? '\x1c' : 0;
}

bool live_takes(struct director *d, int signal)
{
    if (!d->options->live || key_of(signal) == 0 || d->live.killing)
        return false;
    d->live.killing = signal == SIGINT && d->live.interrupt_came;
    d->live.interrupt_came |= signal == SIGINT;
    d->live.key_due = 0;
    if (!d->live.killing)
        d->live.key_due = key_of(signal);
    d->live.asked_at_tick = d->ticks;
    return true;
}

/* ---- signals from outside ---- */

static bool is_from_outside(struct director *d, const siginfo_t *info)
{
    if (info->si_code != SI_USER && info->si_code != SI_TKILL && info->si_code != SI_QUEUE)
        return false;
    if (info->si_pid == 0 || info->si_pid == getpid_of_runner())
        return true;
    return !d->own_pids && process_by_ns_pid(d, info->si_pid) == NULL;
}

static uint64_t bit(int signal)
{
    return UINT64_C(1) << (signal - 1);
}

static bool is_news(struct director *d, const struct process *process, const siginfo_t *info)
{
    return info->si_signo > 0 && info->si_signo < SIGNAL_COUNT &&
           (process->told_from_outside & bit(info->si_signo)) == 0 && is_from_outside(d, info);
}

static void tell_sent(struct director *d, struct process *process, int signal)
{
    struct event event = {
        .kind = EVENT_KILL, .process = "timeline", .to = process->name, .signal = signal};
    process->told_from_outside |= bit(signal);
    tell(d, &event);
}

/* A signal that waits in the kernel for the task, was sent from outside, and is not told of yet; 0:
 * none. */
static int pending_from_outside(struct director *d, const struct task *task)
{
    for (uint32_t flags = 0; flags <= PTRACE_PEEKSIGINFO_SHARED; flags++) {
        siginfo_t found[PEEK_AT_ONCE] = {0};
        struct __ptrace_peeksiginfo_args args = {.off = 0, .flags = flags, .nr = PEEK_AT_ONCE};
        long count;
        do {
            count = ptrace(PTRACE_PEEKSIGINFO, task->tid, &args, found);
            for (long i = 0; i < count; i++)
                if (is_news(d, task->process, &found[i]))
                    return found[i].si_signo;
            args.off += (uint64_t)(count > 0 ? count : 0);
        } while (count == PEEK_AT_ONCE);
    }
    return 0;
}

static int find_signal(struct director *d, struct process **target)
{
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        int signal = p->first_task != NULL ? pending_from_outside(d, p->first_task) : 0;
        if (signal != 0) {
            *target = p;
            return signal;
        }
    }
    return 0;
}

void live_delivered(struct director *d, struct task *task, const siginfo_t *info)
{
    struct process *process = task->process;
    if (!d->options->live || info->si_signo <= 0 || info->si_signo >= SIGNAL_COUNT)
        return;
    if (is_news(d, process, info)) { /* it found its target at work, or stopped */
        tell_sent(d, process, info->si_signo);
        if (info->si_signo != SIGCONT)
            not_deterministic(d, process, "%s was sent %s from outside while it was at work",
                              process->name, strsignal(info->si_signo));
    }
    process->told_from_outside &= ~bit(info->si_signo);
}

void live_killed(struct director *d, struct process *process)
{
    if (d->options->live && !process->kill_was_sent && !d->ending)
        tell_sent(d, process, SIGKILL);
}

/* ---- input ---- */

static bool waits_for_input(const struct task *task)
{
    if (!task->polls_descriptors || task->call == NULL)
        return false;
    const char *name = task->call->name;
    if (strstr(name, "poll") != NULL || strstr(name, "select") != NULL)
        return true;
    return strstr(name, "read") != NULL && task->io.kind == FD_STDIO;
}

static bool somebody_waits_for_input(const struct director *d)
{
    for (const struct task *task = d->held.first; task != NULL; task = task->next)
        if (waits_for_input(task))
            return true;
    return false;
}

static bool has_line(const struct buf *line)
{
    return line->length > 0 && memchr(line->data, '\n', line->length) != NULL;
}

static bool input_is_ready(const struct director *d)
{
    struct pollfd look = {.fd = d->live.input, .events = POLLIN};
    return d->live.input >= 0 && (has_line(&d->live.line) || poll(&look, 1, 0) > 0);
}

/* Reads until there is a line, or the end. A terminal gives whole lines. */
static void fill_line(struct director *d)
{
    char block[4096];
    while (!has_line(&d->live.line)) {
        ssize_t got = read(d->live.input, block, sizeof block);
        if (got < 0 && errno == EINTR)
            return;
        if (got <= 0) {
            d->live.input = -1;
            if (d->live.line.length > 0)
                buf_add_char(&d->live.line, '\n');
            return;
        }
        buf_add(&d->live.line, block, (size_t)got);
    }
}

static void type_line(struct director *d)
{
    struct buf *line = &d->live.line;
    fill_line(d);
    if (!has_line(line) && d->live.input >= 0)
        return;
    if (line->length == 0) {
        struct event event = {.kind = EVENT_CLOSE, .process = "timeline", .on = "stdin"};
        tell(d, &event);
        stdin_close(d);
        d->live.input_is_closed = true;
        return;
    }
    size_t length = (size_t)((char *)memchr(line->data, '\n', line->length) - line->data) + 1;
    struct event event = {
        .kind = EVENT_TYPE, .process = "timeline", .text = line->data, .text_length = length};
    tell(d, &event);
    terminal_type(d, line->data, length);
    memmove(line->data, line->data + length, line->length - length);
    line->length -= length;
}

/* ---- acting ---- */

static void press_key(struct director *d)
{
    char key = d->live.key_due;
    struct event event = {
        .kind = EVENT_TYPE, .process = "timeline", .text = &key, .text_length = 1};
    d->live.key_due = 0;
    tell(d, &event);
    terminal_type(d, &key, 1);
}

/* One at a time, so that each end has its consequences before the next. */
static bool kill_next(struct director *d)
{
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        if (p->state == STATE_ZOMBIE || p->kill_was_sent)
            continue;
        tell_sent(d, p, SIGKILL);
        send_from_outside(d, p, SIGKILL, "timeline");
        d->live.has_killed = true;
        return true;
    }
    return false;
}

bool live_perform(struct director *d)
{
    if (!d->options->live)
        return false;
    bool late = d->ticks - d->live.asked_at_tick > LONGEST_WAIT_TICKS;
    if ((d->live.key_due != 0 || (d->live.killing && !d->live.has_killed)) && late) {
        not_deterministic(d, NULL,
                          "the terminal's key was pressed while the processes were at work");
        if (d->live.key_due != 0)
            press_key(d);
        else
            kill_next(d);
        return true;
    }
    return d->live.has_killed && kill_next(d);
}

/* Moves the clock to a time of which nothing was told yet, before the next deadline. */
static void move_between(struct director *d, int64_t next_ns)
{
    if (d->options->clock == CLOCK_KIND_REAL || d->now_ns > d->told_ns)
        return;
    int64_t gap = next_ns == INT64_MAX ? NS_PER_S : next_ns - d->now_ns;
    int64_t step = NS_PER_US;
    while (step * 20 <= gap)
        step *= 10;
    if (step < gap)
        clock_advance(d, d->now_ns + step);
}

bool live_came(struct director *d)
{
    struct process *target;
    if (!d->options->live)
        return false;
    if (d->live.key_due != 0 || d->live.killing)
        return true;
    if (input_is_ready(d) && somebody_waits_for_input(d))
        return true;
    if (d->live.looked_at_tick == d->ticks)
        return false;
    d->live.looked_at_tick = d->ticks;
    return find_signal(d, &target) != 0;
}

bool live_quiet(struct director *d, int64_t next_ns)
{
    struct process *target = NULL;
    int signal;
    if (!d->options->live)
        return false;
    if (d->live.key_due != 0 || (d->live.killing && !d->live.has_killed)) {
        move_between(d, next_ns);
        if (d->live.key_due != 0)
            press_key(d);
        else
            kill_next(d);
        return true;
    }
    if ((signal = find_signal(d, &target)) != 0) {
        move_between(d, next_ns);
        tell_sent(d, target, signal);
        signal_sent(d, target, signal);
        return true;
    }
    bool more = d->live.input >= 0 || (d->live.line.length > 0 || !d->live.input_is_closed);
    if (!more || !somebody_waits_for_input(d))
        return false;
    if (d->live.input_is_terminal && d->live.input >= 0 && !input_is_ready(d))
        return false; /* the person thinks */
    type_line(d);
    return true;
}

bool live_waits(const struct director *d)
{
    if (!d->options->live)
        return false;
    return d->options->clock == CLOCK_KIND_REAL ||
           (d->live.input_is_terminal && d->live.input >= 0);
}

void live_passed(struct director *d, int64_t real_ns)
{
    if (!d->options->live || d->options->clock == CLOCK_KIND_REAL)
        return;
    int64_t whole = (real_ns + NS_PER_MS - 1) / NS_PER_MS * NS_PER_MS;
    clock_advance(d, d->now_ns + whole);
}
