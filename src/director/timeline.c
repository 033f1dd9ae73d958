/*
 * The timeline: what happens to the processes from outside, at a time or when something has
 * happened. What is due is performed when all is quiet, before anybody is given a turn.
 */
#include "director/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void arm_after(struct director *d, size_t index)
{
    const struct scenario *s = d->scenario;
    if (index < s->timeline_count && s->timeline[index].trigger == TRIGGER_AFTER)
        deadline_add(d, d->now_ns + s->timeline[index].time_ns, DEADLINE_TIMELINE, index, 0);
}

void timeline_begin(struct director *d)
{
    const struct scenario *s = d->scenario;
    d->timeline = xcalloc(s->timeline_count + 1, sizeof *d->timeline);
    for (size_t i = 0; i < s->timeline_count; i++) {
        if (s->timeline[i].trigger != TRIGGER_AT)
            continue;
        if (s->timeline[i].time_ns == 0)
            timeline_time(d, i);
        else
            deadline_add(d, s->timeline[i].time_ns, DEADLINE_TIMELINE, i, 0);
    }
    arm_after(d, 0);
}

void timeline_time(struct director *d, uint64_t index)
{
    d->timeline[index].due = true;
    d->timeline_due = true;
}

void timeline_release(struct director *d)
{
    if (d->timeline == NULL)
        return;
    for (size_t i = 0; i < d->scenario->timeline_count; i++)
        buf_release(&d->timeline[i].tail);
    free(d->timeline);
    d->timeline = NULL;
}

/* How often the awaited text ends in what was just written (with what came before it). */
static unsigned occurrences(struct timeline_progress *progress, const struct timeline_entry *entry,
                            const struct event *event, uint64_t process_id)
{
    size_t length = strlen(entry->prints);
    if (length == 0)
        return 1;
    if (progress->tail_process != process_id) {
        buf_clear(&progress->tail);
        progress->tail_process = process_id;
    }
    buf_add(&progress->tail, event->text, event->text_length);
    unsigned count = 0;
    char *from = progress->tail.data;
    size_t left = progress->tail.length;
    char *found;
    while ((found = memmem(from, left, entry->prints, length)) != NULL) {
        count++;
        left -= (size_t)(found - from) + length;
        from = found + length;
    }
    /* Keep what could be the beginning of the next one. */
    size_t keep = left < length - 1 ? left : length - 1;
    memmove(progress->tail.data, from + left - keep, keep);
    progress->tail.length = keep;
    return count;
}

static bool enters_state(const struct event *event, enum process_state state)
{
    switch (state) {
    case STATE_SLEEPING:
        return event->kind == EVENT_BLOCK;
    case STATE_STOPPED:
        return event->kind == EVENT_STOP;
    case STATE_ZOMBIE:
        return event->kind == EVENT_EXIT;
    case STATE_RUNNING:
        return event->kind == EVENT_WAKE || event->kind == EVENT_CONTINUE ||
               event->kind == EVENT_START;
    case STATE_REAPED:
        return false; /* told by the reaper */
    }
    return false;
}

static unsigned times_seen(struct director *d, size_t index, const struct event *event)
{
    const struct timeline_entry *entry = &d->scenario->timeline[index];
    bool reaps = entry->when == WHEN_STATE && entry->state == STATE_REAPED;
    if (reaps)
        return event->kind == EVENT_REAP && name_matches(entry->process, event->child);
    if (!name_matches(entry->process, event->process))
        return 0;
    switch (entry->when) {
    case WHEN_PRINTS: {
        if (event->kind != EVENT_OUTPUT)
            return 0;
        struct process *process = process_by_name(d, event->process);
        return occurrences(&d->timeline[index], entry, event,
                           process != NULL ? process->id + 1 : 0);
    }
    case WHEN_STATE:
        return enters_state(event, entry->state);
    case WHEN_FORKS:
        return event->kind == EVENT_FORK && event->error == 0;
    case WHEN_EXITS:
        return event->kind == EVENT_EXIT;
    case WHEN_EXECS:
        return event->kind == EVENT_EXEC && event->error == 0;
    case WHEN_AWAITS:
        return 0; /* no event tells that nothing else can happen: timeline_input_awaited */
    case WHEN_CATCHES:
        return event->kind == EVENT_SIGNAL && event->action == ACTION_CAUGHT &&
               event->signal == entry->signal;
    }
    return 0;
}

void timeline_observe(struct director *d, const struct event *event)
{
    if (d->timeline == NULL)
        return;
    for (size_t i = 0; i < d->scenario->timeline_count; i++) {
        const struct timeline_entry *entry = &d->scenario->timeline[i];
        struct timeline_progress *progress = &d->timeline[i];
        if (entry->trigger != TRIGGER_WHEN || progress->due || progress->done)
            continue;
        progress->seen += times_seen(d, i, event);
        if (progress->seen >= entry->times)
            timeline_time(d, i);
    }
}

/* Somebody whom the entry names waits for input. */
static bool input_awaited_for(struct director *d, const struct timeline_entry *entry)
{
    for (struct task *task = d->held.first; task != NULL; task = task->next)
        if (name_matches(entry->process, task->process->name) && awaits_input(d, task))
            return true;
    return false;
}

bool timeline_input_awaited(struct director *d)
{
    const struct scenario *s = d->scenario;
    bool earlier_done = true;
    for (size_t i = 0; i < s->timeline_count; i++) {
        const struct timeline_entry *entry = &s->timeline[i];
        struct timeline_progress *progress = &d->timeline[i];
        bool armed = earlier_done && !progress->due && !progress->done;
        earlier_done = progress->done;
        if (!armed || entry->trigger != TRIGGER_WHEN || entry->when != WHEN_AWAITS ||
            !input_awaited_for(d, entry))
            continue;
        timeline_time(d, i);
        return true;
    }
    return false;
}

static void signal_group(struct director *d, const struct timeline_entry *entry, pid_t group)
{
    const char *names[64];
    struct event event = {.kind = EVENT_KILL,
                          .process = "timeline",
                          .group = group_name(d, group),
                          .targets = names,
                          .signal = entry->send_signal};
    bool there = false;
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        if (p->group != group)
            continue;
        there = true;
        if (event.target_count < ARRAY_SIZE(names))
            names[event.target_count++] = p->name;
    }
    if (!there) {
        event.group = entry->to;
        event.error = ESRCH;
    }
    tell(d, &event);
    for (struct process *p = d->first_process; p != NULL; p = p->next_all)
        if (p->group == group)
            send_from_outside(d, p, entry->send_signal, "timeline");
}

static void send_signal(struct director *d, const struct timeline_entry *entry)
{
    if (entry->to_foreground) {
        signal_group(d, entry, terminal_foreground(d));
        return;
    }
    struct process *target = process_by_name(d, entry->to);
    bool there = target != NULL && target->state != STATE_REAPED;
    if (entry->to_group) {
        signal_group(d, entry, there ? target->ns_pid : NO_GROUP);
        return;
    }
    struct event event = {.kind = EVENT_KILL,
                          .process = "timeline",
                          .to = entry->to,
                          .signal = entry->send_signal,
                          .error = there ? 0 : ESRCH};
    tell(d, &event);
    if (there)
        send_from_outside(d, target, entry->send_signal, "timeline");
}

static void perform_entry(struct director *d, const struct timeline_entry *entry)
{
    switch (entry->action) {
    case TIMELINE_SIGNAL:
        send_signal(d, entry);
        break;
    case TIMELINE_TYPE: {
        struct event event = {.kind = EVENT_TYPE,
                              .process = "timeline",
                              .text = entry->type,
                              .text_length = entry->type_length};
        tell(d, &event);
        terminal_type(d, entry->type, entry->type_length);
        break;
    }
    case TIMELINE_CLOSE_STDIN: {
        struct event event = {.kind = EVENT_CLOSE, .process = "timeline", .on = "stdin"};
        tell(d, &event);
        stdin_close(d);
        break;
    }
    case TIMELINE_CLOSE_TERMINAL: {
        struct event event = {.kind = EVENT_CLOSE, .process = "timeline", .on = "terminal"};
        tell(d, &event);
        terminal_close(d);
        break;
    }
    case TIMELINE_SNAPSHOT:
        tell_snapshot(d, "timeline");
        break;
    }
}

bool timeline_perform(struct director *d)
{
    if (!d->timeline_due)
        return false;
    d->timeline_due = false;
    bool performed = false;
    for (size_t i = 0; i < d->scenario->timeline_count && !d->ending; i++) {
        struct timeline_progress *progress = &d->timeline[i];
        if (!progress->due || progress->done)
            continue;
        progress->done = true;
        d->world++;
        perform_entry(d, &d->scenario->timeline[i]);
        arm_after(d, i + 1);
        performed = true;
        if (d->awaited.count > 0) { /* a killed or continued task: settle before the next */
            d->timeline_due = true;
            break;
        }
    }
    return performed;
}

/* ---- the process table ---- */

static const char *parent_name(const struct director *d, const struct process *process)
{
    if (process == d->root)
        return "";
    return process->parent != NULL ? process->parent->name : "init";
}

void tell_snapshot(struct director *d, const char *process)
{
    struct table_row *rows = xcalloc(d->process_count + 1, sizeof *rows);
    size_t count = 0;
    for (struct process *p = d->first_process; p != NULL; p = p->next_all)
        rows[count++] = (struct table_row){p->name, parent_name(d, p), p->state,
                                           p->command != NULL ? p->command : ""};
    struct event event = {
        .kind = EVENT_SNAPSHOT, .process = process, .table = rows, .table_count = count};
    tell(d, &event);
    free(rows);
}

/* Process ids as a run in a fresh pid namespace has them: init is 1, the root 2, then in order of
 * birth. The same numbers are shown where no namespace could be had, so that a transcript does not
 * vary. */
static unsigned long long shown_pid(const struct process *process)
{
    return process->id + 2;
}

size_t process_table_text(struct director *d, char *out, size_t size)
{
    static const char letters[] = {'R', 'S', 'T', 'Z', '?'};
    int length = snprintf(out, size, "%7s %7s S CMD\n", "PID", "PPID");
    size_t used = length > 0 ? (size_t)length : 0;
    for (struct process *p = d->first_process; p != NULL && used < size; p = p->next_all) {
        char state = d->turn != NULL && d->turn->process == p ? 'R' : letters[p->state];
        length = snprintf(out + used, size - used, "%7llu %7llu %c %s%s\n", shown_pid(p),
                          p->parent != NULL ? shown_pid(p->parent) : 1ULL, state,
                          p->role != NO_ROLE ? p->name : p->command,
                          p->state == STATE_ZOMBIE ? " <defunct>" : "");
        if (length < 0 || (size_t)length >= size - used)
            break;
        used += (size_t)length;
    }
    return used;
}
