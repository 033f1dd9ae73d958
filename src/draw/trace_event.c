/*
 * The timeline in the Trace Event Format that Perfetto and chrome://tracing read: one track a
 * process, its states as slices, and what happens as slices and instants on it; flows for forks,
 * signals and reaping. Everything is in it, in the order of the events, and written as it goes.
 *
 * Times are microseconds. Events of one instant are told apart by fractions of one, as many as
 * there are events in the instant, so that they keep their order; a slice ends where the next
 * begins, so that those of a track never overlap (they would be moved to tracks of their own).
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "draw/internal.h"

#define SIGNALS 65
#define FLUSH_AT 65536

struct tracer {
    const struct history *history;
    enum language language;
    FILE *out;
    struct buf text;
    int64_t *at_ns;         /* of each event, and of the end */
    uint32_t *on_its_way;   /* [process][signal]: the kill that sent it, + 1 */
    uint32_t *pids_of_name; /* open hash of names: process + 1 */
    size_t buckets;
    bool begun;
};

/* ---- pieces ---- */

static void add_time(struct buf *out, int64_t ns)
{
    buf_printf(out, "%lld.%03d", (long long)(ns / 1000), (int)(ns % 1000));
}

/* Begins an entry: {"ph": …, "pid": …, "tid": …, "ts": …, "name": … */
static void begin(struct tracer *tracer, const char *phase, uint32_t process, int64_t ns,
                  const char *name, size_t length)
{
    struct buf *out = &tracer->text;
    if (out->length > FLUSH_AT) {
        fwrite(out->data, 1, out->length, tracer->out);
        buf_clear(out);
    }
    buf_add_string(out, tracer->begun ? ",\n" : "\n");
    tracer->begun = true;
    buf_printf(out, "{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"ts\":", phase, process + 1,
               process + 1);
    add_time(out, ns);
    buf_add_string(out, ",\"name\":");
    json_text_add(out, name, length);
}

static void end(struct tracer *tracer)
{
    buf_add_char(&tracer->text, '}');
}

static void add_category(struct tracer *tracer, const char *category)
{
    buf_printf(&tracer->text, ",\"cat\":\"%s\"", category);
}

static void add_slice(struct tracer *tracer, uint32_t process, const char *category,
                      const char *name, int64_t from, int64_t to)
{
    begin(tracer, "X", process, from, name, strlen(name));
    add_category(tracer, category);
    buf_add_string(&tracer->text, ",\"dur\":");
    add_time(&tracer->text, to > from ? to - from : 0);
}

/* Which process this is, and where it is sorted. */
static void add_metadata(struct tracer *tracer, uint32_t process)
{
    const char *name = tracer->history->processes[process].name;
    static const char *const names[] = {"process_name", "thread_name"};
    static const char *const orders[] = {"process_sort_index", "thread_sort_index"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        begin(tracer, "M", process, 0, names[i], strlen(names[i]));
        buf_add_string(&tracer->text, ",\"args\":{\"name\":");
        json_text_add(&tracer->text, name, strlen(name));
        buf_add_char(&tracer->text, '}');
        end(tracer);
        begin(tracer, "M", process, 0, orders[i], strlen(orders[i]));
        buf_printf(&tracer->text, ",\"args\":{\"sort_index\":%u}", process + 1);
        end(tracer);
    }
}

static void add_flow(struct tracer *tracer, const char *name, uint32_t id, uint32_t from,
                     int64_t from_ns, uint32_t to, int64_t to_ns)
{
    begin(tracer, "s", from, from_ns, name, strlen(name));
    add_category(tracer, "flow");
    buf_printf(&tracer->text, ",\"id\":%u", id + 1);
    end(tracer);
    begin(tracer, "f", to, to_ns, name, strlen(name));
    add_category(tracer, "flow");
    buf_printf(&tracer->text, ",\"id\":%u,\"bp\":\"e\"", id + 1);
    end(tracer);
}

/* ---- time ---- */

/* Spreads the events of an instant over at most its microsecond. */
static void spread(struct tracer *tracer)
{
    const struct history *history = tracer->history;
    uint32_t count = history->event_count;
    for (uint32_t i = 0; i < count;) {
        uint32_t next = i;
        int64_t t_us = history->events[i].event.t_us;
        while (next < count && history->events[next].event.t_us == t_us)
            next++;
        for (uint32_t j = i; j < next; j++)
            tracer->at_ns[j] = t_us * 1000 + (int64_t)(j - i) * 999 / (int64_t)(next - i);
        i = next;
    }
    int64_t last = count > 0 ? tracer->at_ns[count - 1] + 1000 : 0;
    int64_t duration = history->footer.duration_us * 1000;
    tracer->at_ns[count] = last > duration ? last : duration;
}

/* Until what a process does at an event is over: until its next event, but no longer than that
 * microsecond lasts. */
static int64_t over_at(const struct tracer *tracer, uint32_t process, uint32_t place)
{
    const struct chronicle *chronicle = &tracer->history->processes[process];
    int64_t from = tracer->at_ns[chronicle->events[place]], to = from - from % 1000 + 1000;
    if (place + 1 < chronicle->event_count && tracer->at_ns[chronicle->events[place + 1]] < to)
        to = tracer->at_ns[chronicle->events[place + 1]];
    return to;
}

/* ---- tracks ---- */

static void add_states(struct tracer *tracer, uint32_t process)
{
    const struct chronicle *chronicle = &tracer->history->processes[process];
    for (uint32_t i = 0; i < chronicle->stretch_count; i++) {
        const struct stretch *stretch = &chronicle->stretches[i];
        uint32_t to = stretch->to != NO_INDEX ? stretch->to : tracer->history->event_count;
        add_slice(tracer, process, "state", state_in(stretch->state, tracer->language),
                  tracer->at_ns[stretch->from], tracer->at_ns[to]);
        end(tracer);
    }
}

static void add_args(struct tracer *tracer, const struct event *event)
{
    auto_buf struct buf told = {0};
    event_describe_in(tracer->language, event, &told);
    buf_printf(&tracer->text, ",\"args\":{\"n\":%llu,\"what\":", (unsigned long long)event->n);
    json_text_add(&tracer->text, told.data, told.length);
    buf_add_char(&tracer->text, '}');
}

/* What passes without a trace of its own: it shows as the state. */
static bool is_shown(enum event_kind kind)
{
    return kind != EVENT_BLOCK && kind != EVENT_WAKE && kind != EVENT_TURN && kind != EVENT_START;
}

/* A step that an arrow can be fastened to is a slice within the state's. Arrows of a receiver are
 * fastened to its state. */
static void add_events(struct tracer *tracer, uint32_t process)
{
    const struct chronicle *chronicle = &tracer->history->processes[process];
    for (uint32_t i = 0; i < chronicle->event_count; i++) {
        uint32_t index = chronicle->events[i];
        const struct event *event = &tracer->history->events[index].event;
        if (!is_shown(event->kind))
            continue;
        bool step = event->kind == EVENT_FORK || event->kind == EVENT_KILL ||
                    event->kind == EVENT_REAP || event->kind == EVENT_EXEC;
        if (step) {
            add_slice(tracer, process, "event", event_words[event->kind], tracer->at_ns[index],
                      over_at(tracer, process, i));
        } else {
            const char *word = event_words[event->kind];
            begin(tracer, "i", process, tracer->at_ns[index], word, strlen(word));
            add_category(tracer, event->kind == EVENT_OUTPUT ? "output" : "event");
            buf_add_string(&tracer->text, ",\"s\":\"t\"");
        }
        add_args(tracer, event);
        end(tracer);
    }
}

/* ---- flows ---- */

static size_t hash(const char *name)
{
    size_t value = 5381;
    for (; *name != '\0'; name++)
        value = value * 33 + (unsigned char)*name;
    return value;
}

static void enter_names(struct tracer *tracer)
{
    tracer->buckets = 16;
    while (tracer->buckets < (size_t)tracer->history->process_count * 2)
        tracer->buckets *= 2;
    tracer->pids_of_name = xcalloc(tracer->buckets, sizeof *tracer->pids_of_name);
    for (uint32_t i = 0; i < tracer->history->process_count; i++) {
        size_t place = hash(tracer->history->processes[i].name) & (tracer->buckets - 1);
        while (tracer->pids_of_name[place] != 0)
            place = (place + 1) & (tracer->buckets - 1);
        tracer->pids_of_name[place] = i + 1;
    }
}

static uint32_t find(const struct tracer *tracer, const char *name)
{
    size_t place = name != NULL ? hash(name) & (tracer->buckets - 1) : 0;
    for (; name != NULL && tracer->pids_of_name[place] != 0;
         place = (place + 1) & (tracer->buckets - 1)) {
        uint32_t process = tracer->pids_of_name[place] - 1;
        if (strcmp(tracer->history->processes[process].name, name) == 0)
            return process;
    }
    return NO_INDEX;
}

static uint32_t *way_of(struct tracer *tracer, uint32_t process, int signal)
{
    size_t number = signal > 0 && signal < SIGNALS ? (size_t)signal : 0;
    return &tracer->on_its_way[(size_t)process * SIGNALS + number];
}

static void note_kill(struct tracer *tracer, uint32_t index)
{
    const struct event *event = &tracer->history->events[index].event;
    if (event->error != 0 || event->signal == 0 ||
        tracer->history->events[index].process == NO_INDEX)
        return;
    uint32_t to = tracer->history->events[index].other;
    if (event->targets == NULL && to != NO_INDEX)
        *way_of(tracer, to, event->signal) = index + 1;
    for (size_t i = 0; event->targets != NULL && i < event->target_count; i++) {
        to = find(tracer, event->targets[i]);
        if (to != NO_INDEX)
            *way_of(tracer, to, event->signal) = index + 1;
    }
}

static void note_arrival(struct tracer *tracer, uint32_t index, int signal)
{
    uint32_t process = tracer->history->events[index].process;
    if (process == NO_INDEX || signal <= 0)
        return;
    uint32_t *way = way_of(tracer, process, signal);
    if (*way != 0)
        add_flow(tracer, signal_name(signal), index, tracer->history->events[*way - 1].process,
                 tracer->at_ns[*way - 1], process, tracer->at_ns[index]);
    *way = 0;
}

static void add_flows(struct tracer *tracer)
{
    for (uint32_t i = 0; i < tracer->history->event_count; i++) {
        const struct happening *now = &tracer->history->events[i];
        bool both = now->process != NO_INDEX && now->other != NO_INDEX;
        if (now->event.kind == EVENT_FORK && both && now->event.error == 0)
            add_flow(tracer, "fork", i, now->process, tracer->at_ns[i], now->other,
                     tracer->at_ns[i]);
        else if (now->event.kind == EVENT_REAP && both && i > 0)
            add_flow(tracer, "reap", i, now->other, tracer->at_ns[i] - 1, now->process,
                     tracer->at_ns[i]);
        else if (now->event.kind == EVENT_KILL)
            note_kill(tracer, i);
        else if (now->event.kind == EVENT_SIGNAL || now->event.kind == EVENT_STOP ||
                 now->event.kind == EVENT_EXIT)
            note_arrival(tracer, i, now->event.signal);
        else if (now->event.kind == EVENT_CONTINUE)
            note_arrival(tracer, i, SIGCONT);
    }
}

void trace_event_draw(const struct history *history, enum language language, FILE *out)
{
    struct tracer tracer = {.history = history, .language = language, .out = out};
    tracer.at_ns = xcalloc((size_t)history->event_count + 1, sizeof *tracer.at_ns);
    tracer.on_its_way =
        xcalloc(((size_t)history->process_count + 1) * SIGNALS, sizeof *tracer.on_its_way);
    enter_names(&tracer);
    spread(&tracer);
    buf_add_string(&tracer.text, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"scenario\":");
    json_text_add(&tracer.text, history->header.scenario, strlen(history->header.scenario));
    buf_add_string(&tracer.text, "},\"traceEvents\":[");
    for (uint32_t i = 0; i < history->process_count; i++) {
        add_metadata(&tracer, i);
        add_states(&tracer, i);
        add_events(&tracer, i);
    }
    add_flows(&tracer);
    buf_add_string(&tracer.text, "\n]}\n");
    fwrite(tracer.text.data, 1, tracer.text.length, out);
    buf_release(&tracer.text);
    free(tracer.pids_of_name);
    free(tracer.on_its_way);
    free(tracer.at_ns);
}
