#include "history/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "trace/world.h"

/* What grows while events come; copied into the arena at the end. */
struct indices {
    uint32_t *items;
    uint32_t count, capacity;
};

struct growing {
    struct indices children, events;
    struct stretch *stretches;
    uint32_t stretch_count, stretch_capacity;
};

struct historian {
    struct history *history;
    uint32_t event_capacity, process_capacity;
    struct growing *growing; /* one a process */
    uint32_t process_count;
    struct world world;
    uint32_t *buckets; /* names to indices, + 1; 0: empty */
    size_t bucket_count;
};

/* ---- names ---- */

/* The place of the name in the table: it is there, or it belongs there. */
static uint32_t *place_of(struct historian *historian, const char *name)
{
    size_t mask = historian->bucket_count - 1;
    for (size_t i = bytes_hash(name, strlen(name)) & mask;; i = (i + 1) & mask) {
        uint32_t *place = &historian->buckets[i];
        if (*place == 0 || strcmp(historian->history->processes[*place - 1].name, name) == 0)
            return place;
    }
}

static uint32_t find(struct historian *historian, const char *name)
{
    if (name == NULL || historian->bucket_count == 0)
        return NO_INDEX;
    uint32_t place = *place_of(historian, name);
    return place == 0 ? NO_INDEX : place - 1;
}

static void enter_name(struct historian *historian, uint32_t process)
{
    struct history *history = historian->history;
    if ((size_t)history->process_count * 2 >= historian->bucket_count) {
        historian->bucket_count = historian->bucket_count > 0 ? historian->bucket_count * 2 : 256;
        free(historian->buckets);
        historian->buckets = xcalloc(historian->bucket_count, sizeof *historian->buckets);
        for (uint32_t i = 0; i < process; i++)
            *place_of(historian, history->processes[i].name) = i + 1;
    }
    *place_of(historian, history->processes[process].name) = process + 1;
}

/* ---- copies ---- */

static const char *keep(struct historian *historian, const char *text)
{
    return text != NULL ? arena_strdup(&historian->history->arena, text) : NULL;
}

static const char *const *keep_texts(struct historian *historian, const char *const *texts,
                                     size_t count)
{
    const char **kept = arena_alloc(&historian->history->arena, (count + 1) * sizeof *kept);
    for (size_t i = 0; i < count; i++)
        kept[i] = keep(historian, texts[i]);
    return kept;
}

/* Names come from the processes where they can: an event costs no copy of them. */
static const char *keep_name(struct historian *historian, const char *name, uint32_t process)
{
    return process != NO_INDEX ? historian->history->processes[process].name
                               : keep(historian, name);
}

static const struct table_row *keep_table(struct historian *historian, const struct event *event)
{
    struct table_row *rows =
        arena_alloc(&historian->history->arena, (event->table_count + 1) * sizeof *rows);
    for (size_t i = 0; i < event->table_count; i++) {
        const struct table_row *row = &event->table[i];
        rows[i] =
            (struct table_row){keep_name(historian, row->process, find(historian, row->process)),
                               keep_name(historian, row->parent, find(historian, row->parent)),
                               row->state, keep(historian, row->command)};
    }
    return rows;
}

static struct event keep_event(struct historian *historian, const struct event *event,
                               uint32_t process, uint32_t other)
{
    struct event kept = *event;
    kept.process = keep_name(historian, event->process, process);
    kept.child = event->child != NULL ? keep_name(historian, event->child, other) : NULL;
    kept.to = keep_name(historian, event->to, find(historian, event->to));
    kept.from = keep_name(historian, event->from, find(historian, event->from));
    kept.group = keep_name(historian, event->group, find(historian, event->group));
    kept.how = keep(historian, event->how);
    kept.on = keep(historian, event->on);
    if (event->text != NULL)
        kept.text = arena_strndup(&historian->history->arena, event->text, event->text_length);
    if (event->targets != NULL)
        kept.targets = keep_texts(historian, event->targets, event->target_count);
    if (event->argv != NULL)
        kept.argv = keep_texts(historian, event->argv, event->argc);
    if (event->table != NULL)
        kept.table = keep_table(historian, event);
    return kept;
}

/* ---- as events come ---- */

static void append(struct indices *indices, uint32_t index)
{
    if (indices->count == indices->capacity) {
        indices->capacity = indices->capacity > 0 ? 2 * indices->capacity : 4;
        indices->items = xreallocarray(indices->items, indices->capacity, sizeof *indices->items);
    }
    indices->items[indices->count++] = index;
}

static void end_stretch(struct growing *growing, uint32_t index, int64_t t_us)
{
    if (growing->stretch_count == 0)
        return;
    struct stretch *last = &growing->stretches[growing->stretch_count - 1];
    if (last->to == NO_INDEX) {
        last->to = index;
        last->to_us = t_us;
    }
}

static void begin_stretch(struct growing *growing, enum process_state state, uint32_t index,
                          int64_t t_us)
{
    end_stretch(growing, index, t_us);
    if (growing->stretch_count == growing->stretch_capacity) {
        growing->stretch_capacity =
            growing->stretch_capacity > 0 ? 2 * growing->stretch_capacity : 4;
        growing->stretches = xreallocarray(growing->stretches, growing->stretch_capacity,
                                           sizeof *growing->stretches);
    }
    growing->stretches[growing->stretch_count++] =
        (struct stretch){state, index, NO_INDEX, t_us, t_us};
}

static uint32_t bear(struct historian *historian, const struct event *event, const char *name,
                     uint32_t parent)
{
    struct history *history = historian->history;
    uint32_t process = history->process_count, index = history->event_count;
    if (process == historian->process_capacity) {
        historian->process_capacity = process > 0 ? 2 * process : 16;
        history->processes = xreallocarray(history->processes, historian->process_capacity,
                                           sizeof *history->processes);
        historian->growing = xreallocarray(historian->growing, historian->process_capacity,
                                           sizeof *historian->growing);
    }
    history->processes[process] = (struct chronicle){
        .name = keep(historian, name),
        .parent = parent,
        .depth = parent != NO_INDEX ? history->processes[parent].depth + 1 : 0,
        .born = index,
        .died = NO_INDEX,
        .reaped = NO_INDEX,
        .reaper = NO_INDEX,
        .adopted = NO_INDEX,
        .execed = NO_INDEX,
        .born_us = event->t_us,
    };
    historian->growing[process] = (struct growing){0};
    history->process_count++;
    historian->process_count++;
    enter_name(historian, process);
    begin_stretch(&historian->growing[process], STATE_RUNNING, index, event->t_us);
    if (parent != NO_INDEX)
        append(&historian->growing[parent].children, process);
    return process;
}

/* What the event says of the lives of the process and of the other. */
static void note_lives(struct historian *historian, const struct event *event, uint32_t process,
                       uint32_t other)
{
    struct history *history = historian->history;
    uint32_t index = history->event_count;
    if (process != NO_INDEX && event->kind == EVENT_EXIT)
        history->processes[process].died = index;
    if (process != NO_INDEX && event->kind == EVENT_EXEC && event->error == 0)
        history->processes[process].execed = index;
    if (other == NO_INDEX)
        return;
    struct chronicle *child = &history->processes[other];
    if (event->kind == EVENT_ADOPT)
        child->adopted = index;
    if (event->kind == EVENT_REAP) {
        child->reaped = index;
        child->reaper = process;
        child->gone_us = event->t_us;
        end_stretch(&historian->growing[other], index, event->t_us);
    }
}

static bool on_begin(void *self, const struct trace_header *header)
{
    struct historian *historian = self;
    historian->history->header = (struct trace_header){
        .scenario = keep(historian, header->scenario),
        .clock = keep(historian, header->clock),
        .schedule = keep(historian, header->schedule),
        .terminal = header->terminal,
        .notes = keep_texts(historian, header->notes, header->note_count),
        .note_count = header->note_count,
    };
    return true;
}

static bool on_event(void *self, const struct event *event)
{
    struct historian *historian = self;
    struct history *history = historian->history;
    const char *newborn = event_newborn(event);
    uint32_t process = find(historian, event->process);
    uint32_t other = find(historian, event->child != NULL ? event->child : event->to);
    if (newborn != NULL && event->kind == EVENT_START)
        process = bear(historian, event, newborn, NO_INDEX);
    else if (newborn != NULL)
        other = bear(historian, event, newborn, process);

    struct life *life = world_find(&historian->world, event->process);
    enum process_state before = life != NULL ? life->state : STATE_REAPED;
    world_apply(&historian->world, event);
    if (life != NULL && process != NO_INDEX && life->state != before)
        begin_stretch(&historian->growing[process], life->state, history->event_count, event->t_us);

    if (history->event_count == historian->event_capacity) {
        historian->event_capacity = history->event_count > 0 ? 2 * history->event_count : 256;
        history->events =
            xreallocarray(history->events, historian->event_capacity, sizeof *history->events);
    }
    history->events[history->event_count] =
        (struct happening){keep_event(historian, event, process, other), process, other};
    if (process != NO_INDEX)
        append(&historian->growing[process].events, history->event_count);
    note_lives(historian, event, process, other);
    history->event_count++;
    return true;
}

struct historian *historian_new(void)
{
    struct historian *historian = xcalloc(1, sizeof *historian);
    historian->history = xcalloc(1, sizeof *historian->history);
    arena_init(&historian->history->arena);
    return historian;
}

struct trace_sink historian_sink(struct historian *historian)
{
    return (struct trace_sink){.begin = on_begin, .event = on_event, .self = historian};
}

/* ---- the end ---- */

static void *settle(struct history *history, const void *items, size_t count, size_t size)
{
    void *kept = arena_alloc(&history->arena, (count + 1) * size);
    if (count > 0)
        memcpy(kept, items, count * size);
    return kept;
}

static void keep_footer(struct historian *historian, const struct trace_footer *footer)
{
    struct history *history = historian->history;
    history->footer = *footer;
    history->footer.reasons = keep_texts(historian, footer->reasons, footer->reason_count);
    struct verdict *verdicts =
        settle(history, footer->verdicts, footer->verdict_count, sizeof *verdicts);
    for (size_t i = 0; i < footer->verdict_count; i++) {
        verdicts[i].name = keep(historian, verdicts[i].name);
        verdicts[i].hint = keep(historian, verdicts[i].hint);
        verdicts[i].expected = keep(historian, verdicts[i].expected);
        verdicts[i].seen = keep(historian, verdicts[i].seen);
        verdicts[i].evidence = settle(history, verdicts[i].evidence, verdicts[i].evidence_count,
                                      sizeof *verdicts[i].evidence);
    }
    history->footer.verdicts = verdicts;
}

struct history *historian_end(struct historian *historian, const struct trace_footer *footer)
{
    struct history *history = historian->history;
    int64_t end_us = footer->duration_us;
    if (history->event_count > 0 && history->events[history->event_count - 1].event.t_us > end_us)
        end_us = history->events[history->event_count - 1].event.t_us;
    for (uint32_t i = 0; i < history->process_count; i++) {
        struct chronicle *process = &history->processes[i];
        struct growing *growing = &historian->growing[i];
        if (process->reaped == NO_INDEX) {
            process->gone_us = end_us;
            growing->stretches[growing->stretch_count - 1].to_us = end_us;
        }
        process->child_count = growing->children.count;
        process->children = settle(history, growing->children.items, growing->children.count,
                                   sizeof *process->children);
        process->event_count = growing->events.count;
        process->events =
            settle(history, growing->events.items, growing->events.count, sizeof *process->events);
        process->stretch_count = growing->stretch_count;
        process->stretches =
            settle(history, growing->stretches, growing->stretch_count, sizeof *process->stretches);
    }
    keep_footer(historian, footer);
    historian->history = NULL;
    historian_free(historian);
    return history;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    arena_release(&history->arena);
    free(history->events);
    free(history->processes);
    free(history);
}

bool history_tell(const struct history *history, struct trace_sink sink)
{
    if (sink.begin != NULL && !sink.begin(sink.self, &history->header))
        return false;
    for (uint32_t i = 0; i < history->event_count; i++)
        if (sink.event != NULL && !sink.event(sink.self, &history->events[i].event))
            return false;
    return true;
}

void historian_free(struct historian *historian)
{
    if (historian == NULL)
        return;
    if (historian->growing != NULL) {
        for (uint32_t i = 0; i < historian->process_count; i++) {
            free(historian->growing[i].children.items);
            free(historian->growing[i].events.items);
            free(historian->growing[i].stretches);
        }
    }
    free(historian->growing);
    free(historian->buckets);
    world_release(&historian->world);
    history_free(historian->history);
    free(historian);
}

/* ---- questions ---- */

uint32_t history_find(const struct history *history, const char *name)
{
    for (uint32_t i = history->process_count; i > 0; i--)
        if (strcmp(history->processes[i - 1].name, name) == 0)
            return i - 1;
    return NO_INDEX;
}

enum process_state history_state(const struct history *history, uint32_t process, uint32_t index)
{
    const struct chronicle *chronicle = &history->processes[process];
    if (index < chronicle->born || (chronicle->reaped != NO_INDEX && chronicle->reaped <= index))
        return STATE_REAPED;
    uint32_t low = 0, high = chronicle->stretch_count; /* the last that began by then */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (chronicle->stretches[middle].from <= index)
            low = middle;
        else
            high = middle;
    }
    return chronicle->stretches[low].state;
}
