/*
 * Which events of a run are shown, and what each is in a picture: an act, with the lanes that it
 * is about. Events of processes that are only counted are left out; what others do to them, too.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "draw/internal.h"

/* Stand for the lanes of outside and init until it is known whether these occur. */
#define LANE_OUTSIDE (NO_INDEX - 1)
#define LANE_INIT (NO_INDEX - 2)
#define SIGNALS 65

struct plotter {
    struct plot *plot;
    const struct history *history;
    uint32_t capacity;
    uint32_t *on_its_way; /* [lane][signal]: the act that sent it, + 1 */
    bool *hidden;         /* [lane]: its last event was about somebody who is only counted */
};

static uint32_t lane_named(const struct plotter *plotter, const char *name)
{
    const struct cast *cast = plotter->plot->cast;
    for (uint32_t i = 0; name != NULL && i < cast->lane_count; i++) {
        uint32_t process = cast->lanes[i].process;
        if (process != NO_INDEX && strcmp(plotter->history->processes[process].name, name) == 0)
            return i;
    }
    return NO_INDEX;
}

static struct act *add(struct plotter *plotter, enum act_kind kind, uint32_t event, uint32_t lane)
{
    struct plot *plot = plotter->plot;
    if (plot->act_count == plotter->capacity) {
        plotter->capacity = plotter->capacity > 0 ? 2 * plotter->capacity : 64;
        plot->acts = xreallocarray(plot->acts, plotter->capacity, sizeof *plot->acts);
    }
    struct act *act = &plot->acts[plot->act_count++];
    *act = (struct act){.kind = kind,
                        .event = event,
                        .lane = lane,
                        .other = NO_INDEX,
                        .arrival = NO_INDEX,
                        .times = 1};
    return act;
}

/* ---- signals ---- */

static uint32_t *way_of(struct plotter *plotter, uint32_t lane, int signal)
{
    return &plotter->on_its_way[(size_t)lane * SIGNALS +
                                (signal > 0 && signal < SIGNALS ? (size_t)signal : 0)];
}

/* The event tells that the signal is there: whoever sent it is told where. */
static void arrive(struct plotter *plotter, uint32_t lane, int signal, uint32_t act)
{
    uint32_t *way = way_of(plotter, lane, signal);
    if (signal > 0 && *way != 0)
        plotter->plot->acts[*way - 1].arrival = act;
    *way = 0;
}

static void send(struct plotter *plotter, uint32_t index, uint32_t from, uint32_t to)
{
    if (to == NO_INDEX)
        return;
    uint32_t number = plotter->plot->act_count;
    add(plotter, ACT_SEND, index, from)->other = to;
    *way_of(plotter, to, plotter->history->events[index].event.signal) = number + 1;
}

static void plot_kill(struct plotter *plotter, uint32_t index, uint32_t lane)
{
    const struct event *event = &plotter->history->events[index].event;
    if (strcmp(event->process, "timeline") == 0)
        lane = LANE_OUTSIDE;
    if (lane == NO_INDEX)
        return;
    if (event->error != 0 || event->signal == 0) {
        add(plotter, event->error != 0 ? ACT_FAIL : ACT_OTHER, index, lane);
        return;
    }
    if (event->targets == NULL)
        send(plotter, index, lane, lane_named(plotter, event->to));
    for (size_t i = 0; event->targets != NULL && i < event->target_count; i++)
        send(plotter, index, lane, lane_named(plotter, event->targets[i]));
}

/* Who sent a signal that no kill tells of. False: somebody who is only counted. */
static bool find_sender(const struct plotter *plotter, const struct event *event, uint32_t *sender)
{
    static const char *const nobody[] = {"timer", "kernel"};
    *sender = NO_INDEX;
    if (event->from == NULL)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(nobody); i++)
        if (strcmp(event->from, nobody[i]) == 0)
            return true;
    if (strcmp(event->from, "terminal") == 0 || strcmp(event->from, "timeline") == 0) {
        *sender = LANE_OUTSIDE;
        return true;
    }
    *sender = lane_named(plotter, event->from);
    return *sender != NO_INDEX;
}

static void plot_signal(struct plotter *plotter, uint32_t index, uint32_t lane)
{
    const struct event *event = &plotter->history->events[index].event;
    uint32_t sender;
    bool sent = *way_of(plotter, lane, event->signal) != 0;
    if (!find_sender(plotter, event, &sender) && !sent)
        return;
    if (!sent && event->action == ACTION_CONTINUED)
        return; /* it went on already, and the signal with it */
    uint32_t number = plotter->plot->act_count;
    struct act *act = add(plotter, ACT_RECEIVE, index, lane);
    if (!sent && sender != lane)
        act->other = sender;
    arrive(plotter, lane, event->signal, number);
}

/* ---- the rest ---- */

/* What a process sleeps through that concerns only the uncounted is not worth its room. */
static void plot_state(struct plotter *plotter, uint32_t index, uint32_t lane)
{
    const struct happening *now = &plotter->history->events[index];
    uint32_t number = plotter->plot->act_count;
    if (plotter->hidden[lane])
        return;
    add(plotter, ACT_STATE, index, lane);
    if (now->event.kind == EVENT_CONTINUE)
        arrive(plotter, lane, SIGCONT, number);
    else if (now->event.kind == EVENT_STOP)
        arrive(plotter, lane, now->event.signal, number);
}

static void plot_two(struct plotter *plotter, uint32_t index)
{
    const struct happening *now = &plotter->history->events[index];
    const struct cast *cast = plotter->plot->cast;
    uint32_t other = cast_lane(cast, now->other);
    uint32_t lane = now->process != NO_INDEX ? cast->lane_of[now->process] : LANE_INIT;
    if (other == NO_INDEX || cast->lanes[other].process == NO_INDEX)
        return;
    enum act_kind kind = now->event.kind == EVENT_FORK   ? ACT_FORK
                         : now->event.kind == EVENT_REAP ? ACT_REAP
                                                         : ACT_ADOPT;
    struct act *act = add(plotter, kind, index, lane);
    act->other = other;
    act->times = cast->lanes[other].count;
}

static void plot_own(struct plotter *plotter, uint32_t index, uint32_t lane)
{
    const struct event *event = &plotter->history->events[index].event;
    uint32_t number = plotter->plot->act_count;
    switch (event->kind) {
    case EVENT_START:
        add(plotter, ACT_BEGIN, index, lane);
        break;
    case EVENT_OUTPUT:
        add(plotter, ACT_OUTPUT, index, lane);
        break;
    case EVENT_SIGNAL:
        plot_signal(plotter, index, lane);
        break;
    case EVENT_STOP:
    case EVENT_CONTINUE:
    case EVENT_BLOCK:
    case EVENT_WAKE:
        plot_state(plotter, index, lane);
        break;
    case EVENT_EXIT:
        add(plotter, ACT_EXIT, index, lane);
        arrive(plotter, lane, event->signal, number);
        break;
    case EVENT_EXEC:
        add(plotter, event->error != 0 ? ACT_FAIL : ACT_EXEC, index, lane);
        break;
    case EVENT_FORK: /* that failed */
    case EVENT_WAIT:
    case EVENT_WRITE:
    case EVENT_READ:
        add(plotter, event->error != 0 ? ACT_FAIL : ACT_OTHER, index, lane);
        break;
    case EVENT_THREAD:
    case EVENT_ALARM:
    case EVENT_SETSID:
    case EVENT_SETPGID:
        add(plotter, ACT_OTHER, index, lane);
        break;
    default:
        break;
    }
}

static bool is_about_two(const struct event *event)
{
    return (event->kind == EVENT_FORK && event->error == 0) || event->kind == EVENT_REAP ||
           event->kind == EVENT_ADOPT;
}

static void plot_event(struct plotter *plotter, uint32_t index)
{
    const struct happening *now = &plotter->history->events[index];
    uint32_t lane = cast_lane(plotter->plot->cast, now->process);
    uint32_t before = plotter->plot->act_count;
    if (now->event.kind == EVENT_LIMIT || now->event.kind == EVENT_DEADLOCK ||
        now->event.kind == EVENT_INTERRUPT || now->event.kind == EVENT_DIVERGE)
        add(plotter, ACT_END, index, NO_INDEX);
    else if (now->event.kind == EVENT_TYPE || now->event.kind == EVENT_CLOSE)
        add(plotter, ACT_OTHER, index, LANE_OUTSIDE);
    else if (is_about_two(&now->event))
        plot_two(plotter, index);
    else if (now->event.kind == EVENT_KILL)
        plot_kill(plotter, index, lane);
    else if (lane != NO_INDEX)
        plot_own(plotter, index, lane);
    if (lane != NO_INDEX && now->event.kind != EVENT_BLOCK && now->event.kind != EVENT_WAKE)
        plotter->hidden[lane] = now->other != NO_INDEX && plotter->plot->act_count == before;
}

/* ---- afterwards ---- */

/* Whether `act` follows from the one before it. */
static bool follows(const struct plot *plot, uint32_t index)
{
    const struct act *act = &plot->acts[index], *before = act - 1;
    const struct event *now = &plot->cast->history->events[act->event].event;
    const struct event *then = &plot->cast->history->events[before->event].event;
    if (act->kind == ACT_SEND && before->event == act->event)
        return true; /* the same kill, to another of the group */
    if (now->t_us != then->t_us)
        return false;
    if (before->kind == ACT_SEND && before->arrival == index)
        return true;
    if (before->lane != act->lane)
        return false;
    if (before->kind == ACT_RECEIVE)
        return (act->kind == ACT_EXIT && then->action == ACTION_TERMINATED) ||
               (now->kind == EVENT_STOP && then->action == ACTION_STOPPED) ||
               now->kind == EVENT_CONTINUE;
    return then->kind == EVENT_CONTINUE && act->kind == ACT_RECEIVE &&
           now->action == ACTION_CONTINUED;
}

static void settle_lane(const struct plot *plot, uint32_t *lane)
{
    if (*lane == LANE_OUTSIDE)
        *lane = plot->outside;
    else if (*lane == LANE_INIT)
        *lane = plot->init;
}

/* That init reaps the root goes without saying. */
static bool is_said(const struct plot *plot, const struct act *act)
{
    return act->kind != ACT_REAP || act->lane != LANE_INIT || act->other != 0 ||
           plot->cast->lanes[0].count != 1;
}

static void find_outsiders(struct plot *plot)
{
    bool outside = false, init = false;
    for (uint32_t i = 0; i < plot->act_count; i++) {
        const struct act *act = &plot->acts[i];
        outside |= act->lane == LANE_OUTSIDE || act->other == LANE_OUTSIDE;
        init |= act->kind == ACT_ADOPT || (act->lane == LANE_INIT && is_said(plot, act));
    }
    plot->lane_count = plot->cast->lane_count;
    plot->init = init ? plot->lane_count++ : NO_INDEX;
    plot->outside = outside ? plot->lane_count++ : NO_INDEX;
}

void plot_init(struct plot *plot, const struct cast *cast)
{
    *plot = (struct plot){.cast = cast};
    plot->occurs = xcalloc(ACT_END + 1, sizeof *plot->occurs);
    struct plotter plotter = {.plot = plot, .history = cast->history};
    plotter.on_its_way =
        xcalloc(((size_t)cast->lane_count + 1) * SIGNALS, sizeof *plotter.on_its_way);
    plotter.hidden = xcalloc((size_t)cast->lane_count + 1, sizeof *plotter.hidden);
    for (uint32_t i = 0; i < cast->history->event_count; i++)
        plot_event(&plotter, i);
    free(plotter.on_its_way);
    free(plotter.hidden);
    find_outsiders(plot);
    for (uint32_t i = 0; i < plot->act_count; i++) {
        struct act *act = &plot->acts[i];
        plot->occurs[act->kind] = true;
        settle_lane(plot, &act->lane);
        settle_lane(plot, &act->other);
        act->at_once = i > 0 && follows(plot, i);
    }
}

/* ---- fewer ---- */

/* Removes the acts that are marked; those that stay know each other still. */
static void remove_acts(struct plot *plot, const bool *removed)
{
    auto_free uint32_t *now = xcalloc((size_t)plot->act_count + 1, sizeof *now);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plot->act_count; i++)
        now[i] = removed[i] ? NO_INDEX : kept++;
    for (uint32_t i = 0; i < plot->act_count; i++) {
        struct act act = plot->acts[i];
        if (removed[i])
            continue;
        act.arrival = act.arrival != NO_INDEX ? now[act.arrival] : NO_INDEX;
        plot->acts[now[i]] = act;
    }
    plot->act_count = kept;
    for (uint32_t i = 1; i < kept; i++)
        plot->acts[i].at_once = follows(plot, i);
}

static bool is_sleep(const struct plot *plot, const struct act *act)
{
    enum event_kind kind = plot->cast->history->events[act->event].event.kind;
    return act->kind == ACT_STATE && (kind == EVENT_BLOCK || kind == EVENT_WAKE);
}

static void remove_sleeps(struct plot *plot)
{
    auto_free bool *removed = xcalloc((size_t)plot->act_count + 1, sizeof *removed);
    for (uint32_t i = 0; i < plot->act_count; i++)
        removed[i] = is_sleep(plot, &plot->acts[i]);
    remove_acts(plot, removed);
}

static int64_t act_time(const struct plot *plot, const struct act *act)
{
    return plot->cast->history->events[act->event].event.t_us;
}

/* Outputs of a process in a row become one; within each instant, with the sleep between them, or
 * whatever time passes. */
static void join_outputs(struct plot *plot, bool of_an_instant)
{
    auto_free bool *removed = xcalloc((size_t)plot->act_count + 1, sizeof *removed);
    struct act *first = NULL;
    uint32_t between = 0; /* where what was seen since the last output begins */
    for (uint32_t i = 0; i < plot->act_count; i++) {
        struct act *act = &plot->acts[i];
        bool goes_on = first != NULL && first->lane == act->lane &&
                       (!of_an_instant || act_time(plot, act) == act_time(plot, first));
        if (goes_on && of_an_instant && is_sleep(plot, act))
            continue;
        if (goes_on && act->kind == ACT_OUTPUT) {
            first->times += act->times;
            memset(removed + between, true, (i + 1 - between) * sizeof *removed);
        } else {
            first = act->kind == ACT_OUTPUT ? act : NULL;
        }
        between = i + 1;
    }
    remove_acts(plot, removed);
}

static void remove_middle(struct plot *plot, uint32_t most)
{
    auto_free bool *removed = xcalloc((size_t)plot->act_count + 1, sizeof *removed);
    uint32_t first = most * 2 / 3, last = plot->act_count - most / 3;
    for (uint32_t i = first + 1; i < last; i++)
        removed[i] = true;
    plot->acts[first] = (struct act){.kind = ACT_NONE,
                                     .event = plot->acts[first].event,
                                     .lane = NO_INDEX,
                                     .other = NO_INDEX,
                                     .arrival = NO_INDEX,
                                     .times = last - first};
    remove_acts(plot, removed);
    for (uint32_t i = 0; i < plot->act_count; i++) /* what arrived there has no end any more */
        if (plot->acts[i].arrival == first)
            plot->acts[i].arrival = NO_INDEX;
}

void plot_limit(struct plot *plot, uint32_t most)
{
    if (plot->act_count > most)
        remove_sleeps(plot);
    if (plot->act_count > most)
        join_outputs(plot, false);
    if (plot->act_count > most)
        remove_middle(plot, most);
}

void plot_join_outputs(struct plot *plot)
{
    join_outputs(plot, true);
}

void plot_release(struct plot *plot)
{
    free(plot->acts);
    free(plot->occurs);
    *plot = (struct plot){0};
}

void plot_lane_name_add(struct buf *out, const struct plot *plot, uint32_t lane, size_t columns)
{
    if (lane < plot->cast->lane_count)
        lane_name_add(out, plot->cast, lane, columns);
    else
        buf_add_string(
            out, word_in(plot->cast->language, lane == plot->init ? WORD_INIT : WORD_OUTSIDE));
}

int act_signal(const struct plot *plot, const struct act *act)
{
    return act->kind == ACT_SEND || act->kind == ACT_RECEIVE
               ? plot->cast->history->events[act->event].event.signal
               : 0;
}
