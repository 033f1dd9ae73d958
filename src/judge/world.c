/* The processes of the run as its events tell of them, and words that all checks share. */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/units.h"
#include "judge/internal.h"

/* FNV-1a */
static size_t hash(const char *name)
{
    uint64_t value = UINT64_C(14695981039346656037);
    for (; *name != '\0'; name++)
        value = (value ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return (size_t)value;
}

static struct life **slot(const struct world *world, const char *name)
{
    return &world->buckets[hash(name) & (world->bucket_count - 1)];
}

struct life *world_find(const struct world *world, const char *name)
{
    if (name == NULL || world->bucket_count == 0)
        return NULL;
    struct life *life = *slot(world, name);
    while (life != NULL && strcmp(life->name, name) != 0)
        life = life->next;
    return life;
}

static void grow(struct world *world)
{
    size_t count = world->bucket_count > 0 ? world->bucket_count * 2 : 64;
    free(world->buckets);
    world->buckets = xcalloc(count, sizeof *world->buckets);
    world->bucket_count = count;
    for (struct life *life = world->oldest; life != NULL; life = life->newer) {
        struct life **place = slot(world, life->name);
        life->next = *place;
        *place = life;
    }
}

static void bury(struct world *world, struct life *life)
{
    struct life **place = slot(world, life->name);
    while (*place != life)
        place = &(*place)->next;
    *place = life->next;
    *(life->older != NULL ? &life->older->newer : &world->oldest) = life->newer;
    *(life->newer != NULL ? &life->newer->older : &world->newest) = life->older;
    world->count--;
    free(life->name);
    free(life);
}

static void bear(struct world *world, const char *name, const struct event *event)
{
    struct life *namesake = world_find(world, name);
    if (namesake != NULL)
        bury(world, namesake);
    if (world->count >= world->bucket_count)
        grow(world);
    struct life *life = xcalloc(1, sizeof *life);
    life->name = xstrdup(name);
    life->state = STATE_RUNNING;
    life->start_us = event->t_us;
    life->since = event->n;
    life->since_us = event->t_us;
    life->older = world->newest;
    *(world->newest != NULL ? &world->newest->newer : &world->oldest) = life;
    world->newest = life;
    struct life **place = slot(world, name);
    life->next = *place;
    *place = life;
    world->count++;
    if (world->births < MOST_NAMES_KEPT)
        world->names[world->births] = xstrdup(name);
    world->births++;
}

void world_release(struct world *world)
{
    while (world->oldest != NULL)
        bury(world, world->oldest);
    free(world->buckets);
    free(world->root);
    for (size_t i = 0; i < MOST_NAMES_KEPT; i++)
        free(world->names[i]);
    *world = (struct world){0};
}

const char *event_newborn(const struct event *event)
{
    if (event->kind == EVENT_START)
        return event->process;
    return event->kind == EVENT_FORK && event->error == 0 ? event->child : NULL;
}

static void change(struct life *life, enum process_state state, const struct event *event)
{
    if (life->state == state)
        return;
    life->state = state;
    life->since = event->n;
    life->since_us = event->t_us;
}

/* What the event says of the process that it happened to. */
static void follow(struct life *life, const struct event *event)
{
    switch (event->kind) {
    case EVENT_BLOCK:
        change(life, STATE_SLEEPING, event);
        break;
    case EVENT_STOP:
        if (life->state != STATE_STOPPED)
            life->before_stop = life->state;
        change(life, STATE_STOPPED, event);
        break;
    case EVENT_CONTINUE:
        if (life->state == STATE_STOPPED)
            change(life, life->before_stop, event);
        break;
    case EVENT_EXIT:
        change(life, STATE_ZOMBIE, event);
        break;
    case EVENT_SIGNAL:
        /* Only a handler wakes a sleeper; others leave it where it is, stop it or end it. */
        if (event->action == ACTION_CAUGHT && life->state == STATE_SLEEPING)
            change(life, STATE_RUNNING, event);
        break;
    case EVENT_SNAPSHOT:
    case EVENT_NOTE:
    case EVENT_LIMIT:
    case EVENT_DEADLOCK:
        break; /* these are told about a process, not done by it */
    case EVENT_REAP:
        if (event->automatic)
            break; /* the kernel did it */
        __attribute__((fallthrough));
    default:
        if (life->state == STATE_SLEEPING)
            change(life, STATE_RUNNING, event);
        break;
    }
}

void world_apply(struct world *world, const struct event *event)
{
    world->now_us = event->t_us;
    struct life *self = world_find(world, event->process);
    if (self != NULL)
        follow(self, event);
    const char *newborn = event_newborn(event);
    if (newborn != NULL) {
        if (event->kind == EVENT_START && world->root == NULL)
            world->root = xstrdup(newborn);
        bear(world, newborn, event);
    } else if (event->kind == EVENT_REAP) {
        struct life *child = world_find(world, event->child);
        if (child != NULL)
            bury(world, child);
    }
}

/* Of names that are equally near, and for a pattern, the first that was born. */
static size_t nearest_untold(const struct world *world, const char *name, const bool *told,
                             size_t count)
{
    bool pattern = strchr(name, '*') != NULL;
    size_t nearest = 0, least = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t distance = pattern ? 0 : edit_distance(name, world->names[i], SIZE_MAX - 1);
        if (!told[i] && distance < least) {
            nearest = i;
            least = distance;
        }
    }
    return nearest;
}

void world_tell_unknown(const struct world *world, const char *name, struct buf *out)
{
    buf_add_string(out, strchr(name, '*') != NULL ? "no process matching " : "no process called ");
    tell_quoted(name, strlen(name), out);
    buf_add_string(out, " has lived");
    if (world->births == 0) {
        buf_add_string(out, " (there was none at all)");
        return;
    }
    buf_add_string(out, world->births == 1 ? " (there was only " : " (there were ");
    size_t kept = world->births < MOST_NAMES_KEPT ? (size_t)world->births : MOST_NAMES_KEPT;
    bool told[MOST_NAMES_KEPT] = {false};
    for (size_t i = 0; i < MOST_NAMES && i < kept; i++) {
        size_t next = nearest_untold(world, name, told, kept);
        told[next] = true;
        buf_printf(out, "%s%s", i > 0 ? ", " : "", world->names[next]);
    }
    if (world->births > MOST_NAMES)
        buf_printf(out, " and %llu more", (unsigned long long)(world->births - MOST_NAMES));
    buf_add_char(out, ')');
}

void few_add(struct few *few, const char *text)
{
    if (few->count < MOST_EVIDENCE)
        few->items[few->count] = xstrdup(text);
    few->count++;
}

void few_release(struct few *few)
{
    for (size_t i = 0; i < MOST_EVIDENCE; i++)
        free(few->items[i]);
    *few = (struct few){0};
}

void few_tell(const struct few *few, const char *between, struct buf *out)
{
    for (size_t i = 0; i < MOST_EVIDENCE && i < few->count; i++)
        buf_printf(out, "%s%s", i > 0 ? between : "", few->items[i]);
    if (few->count > MOST_EVIDENCE)
        buf_printf(out, " and %llu more", (unsigned long long)(few->count - MOST_EVIDENCE));
}

void check_evidence(struct check *check, uint64_t n)
{
    for (size_t i = 0; i < check->evidence_count; i++)
        if (check->evidence[i] == n)
            return;
    if (check->evidence_count < MOST_EVIDENCE)
        check->evidence[check->evidence_count++] = n;
}

void tell_fate(bool by_signal, int value, struct buf *out)
{
    if (by_signal)
        buf_add_string(out, signal_name(value));
    else
        buf_printf(out, "status %d", value);
}

const char *state_in_words(enum process_state state)
{
    return state == STATE_ZOMBIE ? "a zombie" : state_words[state];
}

void tell_state(const struct life *life, struct buf *out)
{
    buf_printf(out, "%s from ", state_in_words(life->state));
    tell_us(life->since_us, out);
    buf_add_string(out, " on");
}

void tell_at(const struct check *check, const char *before, struct buf *out)
{
    if (!check->expectation->has_at)
        return;
    buf_add_string(out, before);
    tell_us(check->expectation->at_ns / NS_PER_US, out);
}

void tell_us(int64_t us, struct buf *out)
{
    char text[48];
    buf_add_string(out, duration_format(us * NS_PER_US, text, sizeof text));
}

void tell_quoted(const char *text, size_t length, struct buf *out)
{
    buf_add_char(out, '\'');
    text_add_visible(out, text, length);
    buf_add_char(out, '\'');
}
