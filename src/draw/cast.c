/*
 * Who is shown: a lane for each process while there is room, else one for all siblings that are
 * alike, that is, whose parents are one or alike and who do the same things in the same order, end
 * in the same way and have children alike. Where even that is too much, alike is who ends in the
 * same way, and at last who came first is shown and the rest counted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/internal.h"

/* ---- what makes processes alike ---- */

static uint64_t mix(uint64_t value, uint64_t more)
{
    value ^= more + UINT64_C(0x9e3779b97f4a7c15) + (value << 6) + (value >> 2);
    value *= UINT64_C(0xff51afd7ed558ccd);
    return value ^ value >> 33;
}

static uint64_t mix_text(uint64_t value, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        value = mix(value, (unsigned char)*text);
    return value;
}

/* Turns and wakings are accidents of the schedule. */
static bool is_accident(enum event_kind kind)
{
    return kind == EVENT_TURN || kind == EVENT_WAKE || kind == EVENT_NOTE;
}

static uint64_t likeness_of_event(const struct event *event)
{
    uint64_t value = mix(0, (uint64_t)event->kind);
    value = mix(value, (uint64_t)event->signal);
    value = mix(value, (uint64_t)event->error);
    return event->kind == EVENT_EXEC && event->argc > 0 ? mix_text(value, event->argv[0]) : value;
}

static uint64_t likeness_of_fate(const struct history *history, const struct chronicle *process)
{
    uint64_t value = mix(1, process->died == NO_INDEX);
    if (process->died != NO_INDEX) {
        const struct event *exit = &history->events[process->died].event;
        value = mix(value, (uint64_t)exit->signal);
        value = mix(value, (uint64_t)exit->status);
    }
    value = mix(value, process->reaped == NO_INDEX);
    value = mix(value, process->reaper == NO_INDEX);
    return mix(value, process->adopted == NO_INDEX);
}

static uint64_t likeness(const struct history *history, uint32_t index, enum cast_folding folding,
                         const uint64_t *of_children)
{
    const struct chronicle *process = &history->processes[index];
    if (folding == CAST_ALL)
        return index;
    uint64_t value = likeness_of_fate(history, process);
    if (folding >= CAST_SIMILAR)
        return mix(value, process->child_count > 0);
    for (uint32_t i = 0; i < process->event_count; i++) {
        const struct event *event = &history->events[process->events[i]].event;
        if (!is_accident(event->kind))
            value = mix(value, likeness_of_event(event));
    }
    for (uint32_t i = 0; i < process->child_count; i++)
        value = mix(value, of_children[process->children[i]]);
    return value;
}

/* ---- folding ---- */

struct folding_key {
    uint32_t parent; /* lane */
    uint32_t lane;   /* + 1; 0: empty */
    uint64_t likeness;
};

/* The lane of those who are alike below that parent, or a new one. */
static uint32_t lane_for(struct cast *cast, struct folding_key *keys, size_t mask, uint32_t parent,
                         uint64_t like, uint32_t process)
{
    size_t i = (size_t)mix(like, parent) & mask;
    while (keys[i].lane != 0 && (keys[i].parent != parent || keys[i].likeness != like))
        i = (i + 1) & mask;
    if (keys[i].lane == 0) {
        uint32_t lane = cast->lane_count++;
        keys[i] = (struct folding_key){parent, lane + 1, like};
        cast->lanes[lane] = (struct lane){
            .process = process,
            .parent = parent,
            .depth = parent != NO_INDEX ? cast->lanes[parent].depth + 1 : 0,
        };
    }
    struct lane *lane = &cast->lanes[keys[i].lane - 1];
    lane->count++;
    lane->last = process;
    return keys[i].lane - 1;
}

static void fold(struct cast *cast, enum cast_folding folding)
{
    const struct history *history = cast->history;
    uint32_t count = history->process_count;
    size_t size = 16;
    while (size < (size_t)count * 2)
        size *= 2;
    auto_free struct folding_key *keys = xcalloc(size, sizeof *keys);
    auto_free uint64_t *like = xcalloc((size_t)count + 1, sizeof *like);
    for (uint32_t i = count; i > 0; i--) /* children are younger than their parents */
        like[i - 1] = likeness(history, i - 1, folding, like);
    cast->folding = folding;
    cast->lane_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t parent = history->processes[i].parent;
        parent = parent != NO_INDEX ? cast->lane_of[parent] : NO_INDEX;
        cast->lane_of[i] = lane_for(cast, keys, size - 1, parent, like[i], i);
    }
}

/* Keeps the lanes that came first and counts the rest in the last. */
static void keep_some(struct cast *cast, uint32_t most)
{
    struct lane rest = {.process = NO_INDEX, .last = NO_INDEX, .parent = NO_INDEX};
    for (uint32_t i = most - 1; i < cast->lane_count; i++)
        rest.count += cast->lanes[i].count;
    for (uint32_t i = 0; i < cast->history->process_count; i++)
        if (cast->lane_of[i] >= most - 1)
            cast->lane_of[i] = most - 1;
    cast->lanes[most - 1] = rest;
    cast->lane_count = most;
    cast->folding = CAST_SOME;
}

/* ---- tree order ---- */

/* There are few lanes by now, so that what recurs here recurs seldom. */
static void visit(const struct cast *cast, uint32_t lane, uint32_t *order, uint32_t *done)
{
    order[(*done)++] = lane;
    for (uint32_t i = lane + 1; i < cast->lane_count; i++)
        if (cast->lanes[i].parent == lane)
            visit(cast, i, order, done);
}

static void put_in_tree_order(struct cast *cast)
{
    auto_free uint32_t *order = xcalloc((size_t)cast->lane_count + 1, sizeof *order);
    auto_free uint32_t *place = xcalloc((size_t)cast->lane_count + 1, sizeof *place);
    struct lane *ordered = xcalloc((size_t)cast->lane_count + 1, sizeof *ordered);
    uint32_t done = 0;
    for (uint32_t i = 0; i < cast->lane_count; i++)
        if (cast->lanes[i].parent == NO_INDEX)
            visit(cast, i, order, &done);
    for (uint32_t i = 0; i < done; i++)
        place[order[i]] = i;
    for (uint32_t i = 0; i < done; i++) {
        ordered[i] = cast->lanes[order[i]];
        if (ordered[i].parent != NO_INDEX)
            ordered[i].parent = place[ordered[i].parent];
    }
    for (uint32_t i = 0; i < cast->history->process_count; i++)
        cast->lane_of[i] = place[cast->lane_of[i]];
    free(cast->lanes);
    cast->lanes = ordered;
}

static void list_children(struct cast *cast)
{
    for (uint32_t i = 0; i < cast->lane_count; i++) {
        uint32_t parent = cast->lanes[i].parent;
        if (parent == NO_INDEX)
            continue;
        struct lane *lane = &cast->lanes[parent];
        lane->children =
            xreallocarray(lane->children, (size_t)lane->child_count + 1, sizeof *lane->children);
        lane->children[lane->child_count++] = i;
    }
}

void cast_init(struct cast *cast, const struct history *history, enum language language,
               uint32_t most)
{
    size_t count = history->process_count;
    *cast = (struct cast){.history = history, .language = language};
    cast->lanes = xcalloc(count + 1, sizeof *cast->lanes);
    cast->lane_of = xcalloc(count + 1, sizeof *cast->lane_of);
    fold(cast, CAST_ALL);
    if (cast->lane_count > most)
        fold(cast, CAST_ALIKE);
    if (cast->lane_count > most)
        fold(cast, CAST_SIMILAR);
    if (cast->lane_count > most)
        keep_some(cast, most);
    put_in_tree_order(cast);
    list_children(cast);
}

void cast_release(struct cast *cast)
{
    for (uint32_t i = 0; i < cast->lane_count; i++)
        free(cast->lanes[i].children);
    free(cast->lanes);
    free(cast->lane_of);
    *cast = (struct cast){0};
}

/* ---- questions ---- */

uint32_t cast_lane(const struct cast *cast, uint32_t process)
{
    if (process == NO_INDEX)
        return NO_INDEX;
    uint32_t lane = cast->lane_of[process];
    return cast->lanes[lane].process == process ? lane : NO_INDEX;
}

static void name_add(struct buf *out, const struct cast *cast, uint32_t process, size_t columns)
{
    const char *name = cast->history->processes[process].name;
    label_add(out, name, strlen(name), columns);
}

/* "child.2" and "child.4999" are told as "child.2 … 4999". */
static size_t common_beginning(const char *first, const char *last)
{
    size_t beginning = 0;
    for (size_t i = 0; first[i] != '\0' && first[i] == last[i]; i++)
        if (first[i] == '.')
            beginning = i + 1;
    return beginning;
}

void lane_name_add(struct buf *out, const struct cast *cast, uint32_t index, size_t columns)
{
    const struct lane *lane = &cast->lanes[index];
    if (lane->process == NO_INDEX) {
        auto_buf struct buf count = {0};
        count_add(&count, lane->count);
        word_add(out, cast->language, WORD_MORE, count.data);
        return;
    }
    if (lane->count == 1) {
        name_add(out, cast, lane->process, columns);
        return;
    }
    const char *first = cast->history->processes[lane->process].name;
    const char *last = cast->history->processes[lane->last].name;
    last += common_beginning(first, last);
    size_t half = columns > 13 ? (columns - 3) / 2 : 5;
    auto_buf struct buf end = {0};
    label_add(&end, last, strlen(last), half);
    size_t width = utf8_width(end.data, end.length) + 3;
    label_add(out, first, strlen(first), columns > width + 4 ? columns - width : 4);
    buf_printf(out, " … %s", end.data != NULL ? end.data : "");
}

void lane_note_add(struct buf *out, const struct cast *cast, uint32_t index)
{
    const struct lane *lane = &cast->lanes[index];
    if (lane->process == NO_INDEX || lane->count == 1)
        return;
    auto_buf struct buf count = {0};
    count_add(&count, lane->count);
    word_add(out, cast->language, cast->folding >= CAST_SIMILAR ? WORD_SIMILAR : WORD_ALIKE,
             count.data);
}

const struct event *lane_exit(const struct cast *cast, uint32_t lane)
{
    uint32_t process = cast->lanes[lane].process;
    if (process == NO_INDEX)
        return NULL;
    uint32_t died = cast->history->processes[process].died;
    return died != NO_INDEX ? &cast->history->events[died].event : NULL;
}

void lane_fate_add(struct buf *out, const struct cast *cast, uint32_t lane)
{
    const struct event *exit = lane_exit(cast, lane);
    if (exit != NULL)
        fate_add(out, cast->language, exit);
    else if (cast->lanes[lane].process != NO_INDEX)
        buf_add_string(out, word_in(cast->language, WORD_ALIVE));
}
