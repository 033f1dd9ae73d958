/*
 * What was seen, as expectations: the tree of processes, how each ended, who reaped it, zombies and
 * orphans, signals, output, and how long it took.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "record/internal.h"

#define MOST_TOLD 50           /* processes that are told of one by one */
#define MOST_STATES 6          /* moments at which somebody was a zombie, or stopped */
#define SHORTEST_STATE_US 1000 /* a shorter one is no story */
#define MOST_LINES 40
#define MOST_BYTES 4000
#define LONGEST_LINE 400
#define SAMPLE_LINES 3 /* of what is longer, from its beginning and its end */
#define MOST_ALIKE 5   /* the same signal, told so often */

struct writer {
    const struct recording *recording;
    const struct history *history;
    enum sureness sureness;
    bool begun;
    struct buf *out;
};

/* ---- one expectation ---- */

/* `text` is one entry of the list, lines and all. What may be otherwise another time is written as
 * a comment. */
static void add_entry(struct writer *w, bool sure, const char *comment, const struct buf *text)
{
    if (!w->begun)
        buf_add_string(w->out, sure ? "\nexpect:\n" : "\n# expect:\n");
    w->begun = true;
    if (comment != NULL)
        buf_printf(w->out, "  # %s\n", comment);
    for (size_t at = 0; at < text->length;) {
        const char *end = memchr(text->data + at, '\n', text->length - at);
        size_t length = (size_t)(end - (text->data + at)) + 1;
        buf_add_string(w->out, sure ? "  " : "  # ");
        buf_add(w->out, text->data + at, length);
        at += length;
    }
}

static const char *name_of(const struct writer *w, uint32_t process)
{
    return w->recording->names[process];
}

static bool tells_each(const struct writer *w)
{
    return w->history->process_count <= MOST_TOLD;
}

/* ---- the family ---- */

static void add_node(const struct writer *w, uint32_t process, struct buf *out)
{
    const struct chronicle *chronicle = &w->history->processes[process];
    if (chronicle->child_count == 0) {
        yaml_add_string(out, name_of(w, process));
        return;
    }
    buf_add_char(out, '{');
    yaml_add_string(out, name_of(w, process));
    buf_add_string(out, ": [");
    for (uint32_t i = 0; i < chronicle->child_count; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        add_node(w, chronicle->children[i], out);
    }
    buf_add_string(out, "]}");
}

static uint32_t depth_of(const struct history *history)
{
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < history->process_count; i++)
        if (history->processes[i].depth > deepest)
            deepest = history->processes[i].depth;
    return deepest;
}

static void expect_family(struct writer *w)
{
    auto_buf struct buf text = {0};
    unsigned forks = w->history->process_count > 0 ? w->history->process_count - 1 : 0;
    /* Each level of a tree is two of YAML's, of which there are at most 64. */
    if (forks == 0 || !tells_each(w) || depth_of(w->history) > 25) {
        buf_printf(&text, "- forks: %u\n", forks);
        add_entry(w, w->sureness >= SURE_OF_ENDS, NULL, &text);
        return;
    }
    buf_add_string(&text, "- tree: ");
    add_node(w, 0, &text);
    buf_add_char(&text, '\n');
    add_entry(w, w->sureness >= SURE_OF_ENDS, "who forked whom", &text);
}

/* ---- ends ---- */

/* "- KEY: {a: 1, b: 2}", or line by line where there are many. */
struct map_writer {
    struct buf text;
    unsigned count;
};

static void map_add(struct map_writer *map, const char *name, const char *value)
{
    buf_add_string(&map->text, "    ");
    yaml_add_string(&map->text, name);
    buf_printf(&map->text, ": %s\n", value);
    map->count++;
}

static void map_end(struct writer *w, struct map_writer *map, const char *key, bool sure,
                    const char *comment)
{
    auto_buf struct buf text = {0};
    if (map->count == 1) {
        map->text.data[map->text.length - 1] = '\0';
        buf_printf(&text, "- %s: {%s}\n", key, map->text.data + 4);
    } else if (map->count > 0) {
        buf_printf(&text, "- %s:\n%s", key, map->text.data);
    }
    if (map->count > 0)
        add_entry(w, sure, comment, &text);
    buf_release(&map->text);
}

static void add_fate(const struct event *event, struct buf *out)
{
    if (event->has_status)
        buf_printf(out, "%d", event->status);
    else
        buf_add_string(out, signal_name(event->signal));
}

static void expect_exits(struct writer *w)
{
    struct map_writer map = {0};
    for (uint32_t i = 0; i < w->history->process_count && (i == 0 || tells_each(w)); i++) {
        const struct chronicle *process = &w->history->processes[i];
        auto_buf struct buf fate = {0};
        if (process->died == NO_INDEX)
            continue;
        add_fate(&w->history->events[process->died].event, &fate);
        map_add(&map, name_of(w, i), fate.data);
    }
    map_end(w, &map, "exit", w->sureness >= SURE_OF_ENDS,
            "how each ended: its status, or the signal that killed it");
}

static const char *reaper_of(const struct writer *w, const struct chronicle *process)
{
    if (process->reaped == NO_INDEX || w->history->events[process->reaped].event.automatic)
        return "nobody";
    return process->reaper != NO_INDEX ? name_of(w, process->reaper) : "init";
}

static void expect_reaping(struct writer *w)
{
    struct map_writer map = {0};
    for (uint32_t i = 1; i < w->history->process_count && tells_each(w); i++) {
        auto_buf struct buf reaper = {0};
        yaml_add_string(&reaper, reaper_of(w, &w->history->processes[i]));
        map_add(&map, name_of(w, i), reaper.data);
    }
    map_end(w, &map, "reaped", w->sureness >= SURE_OF_ENDS, "who waited for whom");
}

static void add_group(struct writer *w, const char *key, const struct buf *names, unsigned count,
                      const char *comment)
{
    auto_buf struct buf text = {0};
    if (count == 0 || !tells_each(w))
        buf_printf(&text, "- %s: %u\n", key, count);
    else
        buf_printf(&text, "- %s: [%s]\n", key, names->data);
    add_entry(w, w->sureness == SURE_OF_ALL, comment, &text);
}

static void expect_leftovers(struct writer *w)
{
    const struct history *history = w->history;
    auto_buf struct buf zombies = {0}, orphans = {0};
    unsigned zombie_count = 0, orphan_count = 0;
    uint32_t end = history->processes[0].died;
    for (uint32_t i = 1; i < history->process_count; i++) {
        if (end != NO_INDEX && history_state(history, i, end) == STATE_ZOMBIE) {
            buf_add_string(&zombies, zombie_count++ > 0 ? ", " : "");
            yaml_add_string(&zombies, name_of(w, i));
        }
        if (history->processes[i].adopted != NO_INDEX) {
            buf_add_string(&orphans, orphan_count++ > 0 ? ", " : "");
            yaml_add_string(&orphans, name_of(w, i));
        }
    }
    if (history->process_count < 2)
        return;
    if (end != NO_INDEX)
        add_group(w, "zombies", &zombies, zombie_count,
                  zombie_count > 0 ? "nobody had reaped them when main ended" : NULL);
    add_group(w, "orphans", &orphans, orphan_count,
              orphan_count > 0 ? "their parent went first" : NULL);
}

/* ---- moments ---- */

static void expect_state(struct writer *w, uint32_t process, const struct stretch *stretch)
{
    auto_buf struct buf text = {0};
    buf_add_string(&text, "- at: ");
    add_duration(&text, time_between(stretch->from_us, stretch->to_us));
    buf_add_string(&text, "\n  state: {");
    yaml_add_string(&text, name_of(w, process));
    buf_printf(&text, ": %s}\n", state_words[stretch->state]);
    add_entry(w, w->sureness == SURE_OF_ALL, NULL, &text);
}

static void expect_states(struct writer *w)
{
    const struct history *history = w->history;
    unsigned told = 0;
    for (uint32_t i = 0; i < history->process_count; i++) {
        const struct chronicle *process = &history->processes[i];
        for (uint32_t j = 0; j < process->stretch_count && told < MOST_STATES; j++) {
            const struct stretch *stretch = &process->stretches[j];
            if ((stretch->state != STATE_ZOMBIE && stretch->state != STATE_STOPPED) ||
                stretch->to == NO_INDEX || stretch->to_us - stretch->from_us < SHORTEST_STATE_US)
                continue;
            expect_state(w, i, stretch);
            told++;
        }
    }
}

/* ---- signals ---- */

static void list_signals(const struct writer *w, uint32_t process, bool caught, bool ignored,
                         struct buf *out)
{
    const struct chronicle *chronicle = &w->history->processes[process];
    unsigned counts[65] = {0};
    for (uint32_t i = 0; i < chronicle->event_count; i++) {
        const struct event *event = &w->history->events[chronicle->events[i]].event;
        if (event->kind != EVENT_SIGNAL || event->signal <= 0 || event->signal > 64 ||
            (event->action == ACTION_CAUGHT) != caught ||
            (event->action == ACTION_IGNORED) != ignored || counts[event->signal]++ >= MOST_ALIKE)
            continue;
        buf_printf(out, "%s%s", out->length > 0 ? ", " : "", signal_name(event->signal));
    }
}

static void expect_signals(struct writer *w)
{
    bool commented = false;
    for (uint32_t i = 0; i < w->history->process_count && tells_each(w); i++) {
        auto_buf struct buf caught = {0}, ignored = {0}, other = {0}, text = {0};
        list_signals(w, i, true, false, &caught);
        list_signals(w, i, false, true, &ignored);
        list_signals(w, i, false, false, &other);
        if (caught.length + ignored.length + other.length == 0)
            continue;
        buf_add_string(&text, "- signals: {of: ");
        yaml_add_string(&text, name_of(w, i));
        if (caught.length > 0)
            buf_printf(&text, ", caught: [%s]", caught.data);
        if (ignored.length > 0)
            buf_printf(&text, ", ignored: [%s]", ignored.data);
        if (other.length > 0)
            buf_printf(&text, ", delivered: [%s]", other.data);
        buf_add_string(&text, "}\n");
        add_entry(w, w->sureness == SURE_OF_ALL, commented ? NULL : "signals that arrived", &text);
        commented = true;
    }
}

/* ---- output ---- */

/* What one process (NO_INDEX: all) wrote to a stream (0: to both). */
static void collect(const struct history *history, uint32_t process, int stream, struct buf *out)
{
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct event *event = &history->events[i].event;
        if (event->kind == EVENT_OUTPUT &&
            (process == NO_INDEX || history->events[i].process == process) &&
            (stream == 0 || event->stream == stream))
            buf_add(out, event->text, event->text_length);
    }
}

struct line {
    const char *text;
    size_t length;
};

static size_t split(const struct buf *text, struct line **lines)
{
    size_t count = 0;
    *lines = NULL;
    for (size_t at = 0; at < text->length;) {
        const char *from = text->data + at;
        const char *end = memchr(from, '\n', text->length - at);
        size_t length = end != NULL ? (size_t)(end - from) : text->length - at;
        if (count % 64 == 0)
            *lines = xreallocarray(*lines, count + 64, sizeof **lines);
        (*lines)[count++] = (struct line){from, length};
        at += length + 1;
    }
    return count;
}

static bool is_short(const struct buf *text, const struct line *lines, size_t count)
{
    if (text->length > MOST_BYTES || count > MOST_LINES || !yaml_can_say(text->data, text->length))
        return false;
    for (size_t i = 0; i < count; i++)
        if (lines[i].length > LONGEST_LINE)
            return false;
    return true;
}

static void add_item(struct buf *out, const struct line *line)
{
    buf_add_string(out, "      - ");
    yaml_add(out, line->text, line->length);
    buf_add_char(out, '\n');
}

/* A few of the lines, from both ends, that can be said and are not empty. */
static unsigned add_samples(struct buf *out, const struct line *lines, size_t count)
{
    unsigned first = 0, last = 0;
    size_t from = 0;
    for (; from < count && first < SAMPLE_LINES; from++) {
        const struct line *line = &lines[from];
        if (line->length == 0 || line->length > LONGEST_LINE ||
            !yaml_can_say(line->text, line->length))
            continue;
        add_item(out, line);
        first++;
    }
    size_t to = count, begin = count;
    while (to > from && last < SAMPLE_LINES) {
        const struct line *line = &lines[--to];
        if (line->length == 0 || line->length > LONGEST_LINE ||
            !yaml_can_say(line->text, line->length))
            continue;
        begin = to;
        last++;
    }
    for (size_t i = begin; i < count; i++)
        if (lines[i].length > 0 && lines[i].length <= LONGEST_LINE &&
            yaml_can_say(lines[i].text, lines[i].length))
            add_item(out, &lines[i]);
    return first + last;
}

/* Lines where each has its end, else the text as it is. */
static void add_exact(struct buf *out, const struct buf *text, const struct line *lines,
                      size_t count)
{
    if (text->length == 0 || text->data[text->length - 1] != '\n') {
        buf_add_string(out, "    text: ");
        yaml_add(out, text->length > 0 ? text->data : "", text->length);
        buf_add_char(out, '\n');
        return;
    }
    buf_add_string(out, "    lines:\n");
    for (size_t i = 0; i < count; i++)
        add_item(out, &lines[i]);
}

static bool has_digit(const struct buf *text)
{
    for (size_t i = 0; i < text->length; i++)
        if (text->data[i] >= '0' && text->data[i] <= '9')
            return true;
    return false;
}

static void expect_output(struct writer *w, uint32_t process, int stream, const char *comment)
{
    auto_buf struct buf text = {0}, entry = {0};
    struct line *lines;
    collect(w->history, process, stream, &text);
    size_t count = split(&text, &lines);
    buf_add_string(&entry, "- output:\n");
    if (process != NO_INDEX) {
        buf_add_string(&entry, "    of: ");
        yaml_add_string(&entry, name_of(w, process));
        buf_add_char(&entry, '\n');
    }
    if (stream != 0)
        buf_printf(&entry, "    stream: %s\n", stream == 1 ? "stdout" : "stderr");
    bool sayable = true;
    /* Numbers of processes and addresses may stand in it. */
    bool sure =
        w->sureness == SURE_OF_ALL && (w->history->header.note_count == 0 || !has_digit(&text));
    if (is_short(&text, lines, count)) {
        add_exact(&entry, &text, lines, count);
    } else {
        buf_add_string(&entry, "    contains:\n");
        sayable = add_samples(&entry, lines, count) > 0;
    }
    free(lines);
    if (sayable)
        add_entry(w, sure, comment, &entry);
    else
        buf_printf(w->out, "  # the output of %s is not text, or too long to tell\n",
                   process != NO_INDEX ? name_of(w, process) : "all");
}

static void count_streams(const struct history *history, uint32_t process, unsigned counts[3])
{
    counts[0] = counts[1] = counts[2] = 0;
    for (uint32_t i = 0; i < history->event_count; i++)
        if (history->events[i].event.kind == EVENT_OUTPUT &&
            history->events[i].process == process && history->events[i].event.stream <= 2)
            counts[history->events[i].event.stream]++;
}

static void expect_outputs(struct writer *w)
{
    const struct history *history = w->history;
    unsigned writers = 0, counts[3];
    if (!tells_each(w)) {
        expect_output(w, NO_INDEX, 0, NULL);
        return;
    }
    for (uint32_t i = 0; i < history->process_count; i++) {
        count_streams(history, i, counts);
        writers += counts[1] + counts[2] > 0;
    }
    if (writers == 0) {
        expect_output(w, NO_INDEX, 0, "nobody writes anything");
        return;
    }
    if (writers > 1)
        expect_output(w, NO_INDEX, 0, "what all wrote, in this order");
    for (uint32_t i = 0; i < history->process_count; i++) {
        count_streams(history, i, counts);
        if (counts[1] + counts[2] == 0)
            continue;
        if (counts[2] == 0)
            expect_output(w, i, 0, NULL);
        if (counts[2] > 0 && counts[1] > 0)
            expect_output(w, i, 1, NULL);
        if (counts[2] > 0)
            expect_output(w, i, 2, NULL);
    }
}

/* ---- all ---- */

static void expect_duration(struct writer *w)
{
    auto_buf struct buf text = {0};
    buf_add_string(&text, "- duration: ");
    add_duration(&text, w->history->footer.duration_us);
    buf_add_char(&text, '\n');
    add_entry(w, w->sureness == SURE_OF_ALL, NULL, &text);
}

void write_expectations(const struct recording *recording, enum sureness sureness, struct buf *out)
{
    struct writer w = {
        .recording = recording, .history = recording->history, .sureness = sureness, .out = out};
    if (w.history->process_count == 0)
        return;
    expect_family(&w);
    expect_exits(&w);
    expect_reaping(&w);
    expect_leftovers(&w);
    expect_states(&w);
    expect_signals(&w);
    expect_outputs(&w);
    expect_duration(&w);
}
