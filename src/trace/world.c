/* The processes of a run as its events tell of them. */
#include "trace/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static struct life **slot(const struct world *world, const char *name)
{
    return &world->buckets[bytes_hash(name, strlen(name)) & (world->bucket_count - 1)];
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
