/* The processes: the table as it was at the end, and for the script as it was after each event. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "page/internal.h"

#define LONGEST_COMMAND 200
#define NO_PARENT "–"

struct lives {
    const struct history *history;
    enum language language;
    struct pieces *pieces;
};

/* ---- what is said about a process ---- */

static void add_visible(struct buf *out, const char *text)
{
    text_add_visible(out, text, strlen(text));
}

static const char *name_of(const struct history *history, uint32_t process)
{
    return process == NO_INDEX ? NO_PARENT : history->processes[process].name;
}

/* "status 3", "status 3; reaped by parent". */
static void add_fate(const struct history *history, const struct chronicle *process,
                     enum language language, bool reaped, struct buf *out)
{
    auto_buf struct buf fate = {0}, reaper = {0};
    fate_describe_in(language, &history->events[process->died].event, &fate);
    if (!reaped) {
        text_add_label(out, language, LABEL_NOT_REAPED, WITH(fate.data));
        return;
    }
    const struct event *reap = &history->events[process->reaped].event;
    add_visible(&reaper, reap->process);
    text_add_label(out, language, reap->automatic ? LABEL_DISCARDED : LABEL_REAPED_BY,
                   WITH(fate.data, reaper.data));
}

static void add_command(const struct event *exec, struct buf *out)
{
    auto_buf struct buf command = {0};
    for (size_t i = 0; i < exec->argc && command.length <= LONGEST_COMMAND; i++) {
        buf_add_string(&command, i > 0 ? " " : "");
        size_t length = strlen(exec->argv[i]);
        text_add_visible(&command, exec->argv[i], utf8_cut(exec->argv[i], length, LONGEST_COMMAND));
    }
    size_t fits = utf8_cut(command.data, command.length, LONGEST_COMMAND);
    buf_add(out, command.data, fits);
    if (fits < command.length)
        buf_add_string(out, "…");
}

/* ---- for the script ---- */

static uint32_t keep(struct pieces *pieces, const struct buf *text)
{
    return pieces_keep_text(pieces, text->data, text->length);
}

static uint32_t keep_name(struct pieces *pieces, const char *name)
{
    auto_buf struct buf visible = {0};
    add_visible(&visible, name);
    return keep(pieces, &visible);
}

static void add_series(struct buf *out, const char *key, struct series *series)
{
    buf_printf(out, ",\"%s\":", key);
    series_add_json(series, out);
    series_release(series);
}

static void add_states(const struct chronicle *process, struct buf *out)
{
    struct series series = {0};
    for (uint32_t i = 0; i < process->stretch_count; i++)
        series_set(&series, process->stretches[i].from, process->stretches[i].state);
    if (process->reaped != NO_INDEX)
        series_set(&series, process->reaped, STATE_REAPED);
    add_series(out, "state", &series);
}

static void add_parents(const struct lives *lives, const struct chronicle *process, struct buf *out)
{
    struct series series = {0};
    const struct history *history = lives->history;
    series_set(&series, process->born, keep_name(lives->pieces, name_of(history, process->parent)));
    if (process->adopted != NO_INDEX)
        series_set(&series, process->adopted,
                   keep_name(lives->pieces, history->events[process->adopted].event.process));
    add_series(out, "parent", &series);
}

static void add_fates(const struct lives *lives, const struct chronicle *process, struct buf *out)
{
    struct series series = {0};
    auto_buf struct buf text = {0};
    if (process->died != NO_INDEX) {
        add_fate(lives->history, process, lives->language, false, &text);
        series_set(&series, process->died, keep(lives->pieces, &text));
    }
    if (process->died != NO_INDEX && process->reaped != NO_INDEX) {
        buf_clear(&text);
        add_fate(lives->history, process, lives->language, true, &text);
        series_set(&series, process->reaped, keep(lives->pieces, &text));
    }
    add_series(out, "fate", &series);
}

/* What each process runs, from when on; the values are numbers of `texts`. A child runs what its
 * parent ran when it was forked; one whose parent never executed anything is scripted, and called
 * like itself. */
static struct series *commands_of(const struct history *history, struct pieces *texts)
{
    struct series *all = xcalloc(history->process_count + 1, sizeof *all);
    bool *executes = xcalloc(history->process_count + 1, sizeof *executes);
    auto_buf struct buf command = {0};
    uint32_t next = 0; /* in order of birth */
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct happening *happening = &history->events[i];
        for (; next < history->process_count && history->processes[next].born == i; next++) {
            uint32_t parent = history->processes[next].parent;
            executes[next] = parent != NO_INDEX && executes[parent];
            buf_clear(&command);
            add_visible(&command, history->processes[next].name);
            series_set(&all[next], i,
                       executes[next] ? all[parent].items[all[parent].count - 1]
                                      : pieces_keep(texts, command.data, command.length));
        }
        if (happening->process == NO_INDEX || happening->event.kind != EVENT_EXEC ||
            happening->event.error != 0)
            continue;
        buf_clear(&command);
        add_command(&happening->event, &command);
        series_set(&all[happening->process], i, pieces_keep(texts, command.data, command.length));
        executes[happening->process] = true;
    }
    free(executes);
    return all;
}

void lives_add_json(const struct history *history, enum language language, struct pieces *pieces,
                    struct buf *out)
{
    struct lives lives = {history, language, pieces};
    struct pieces texts = {0};
    struct series *commands = commands_of(history, &texts);
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < history->process_count; i++) {
        const struct chronicle *process = &history->processes[i];
        buf_printf(out, "%s\n{\"name\":%u,\"born\":%u", i > 0 ? "," : "",
                   keep_name(pieces, process->name), process->born);
        add_parents(&lives, process, out);
        add_states(process, out);
        for (uint32_t j = 1; j < commands[i].count; j += 2) {
            const struct piece *text = &texts.items[commands[i].items[j]];
            commands[i].items[j] = pieces_keep_text(pieces, text->text, text->length);
        }
        add_series(out, "command", &commands[i]);
        add_fates(&lives, process, out);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
    free(commands);
    pieces_release(&texts);
}

/* ---- for readers ---- */

static void add_final_row(const struct lives *lives, const struct chronicle *process,
                          enum process_state state, const struct piece *command, struct buf *out)
{
    const struct history *history = lives->history;
    buf_printf(out, "<tr class=\"%s\"><th scope=\"row\">", state_words[state]);
    html_add_name(out, process->name);
    buf_add_string(out, "</th><td>");
    html_add_name(out, process->adopted != NO_INDEX
                           ? history->events[process->adopted].event.process
                           : name_of(history, process->parent));
    buf_printf(out, "</td><td><span class=\"state %s\">", state_words[state]);
    buf_add_string(out, state_in(state, lives->language));
    buf_add_string(out, "</span></td><td><code>");
    html_add(out, command->text, command->length);
    buf_add_string(out, "</code></td><td>");
    if (process->died != NO_INDEX) {
        auto_buf struct buf fate = {0};
        add_fate(history, process, lives->language, process->reaped != NO_INDEX, &fate);
        html_add(out, fate.data, fate.length);
    }
    buf_add_string(out, "</td></tr>\n");
}

static void add_final_rows(const struct lives *lives, struct buf *out)
{
    const struct history *history = lives->history;
    struct pieces texts = {0};
    struct series *commands = commands_of(history, &texts);
    for (uint32_t i = 0; i < history->process_count; i++) {
        const struct piece *command = &texts.items[commands[i].items[commands[i].count - 1]];
        add_final_row(lives, &history->processes[i], history_state(history, i, NO_INDEX), command,
                      out);
        series_release(&commands[i]);
    }
    free(commands);
    pieces_release(&texts);
}

void lives_add_table(const struct history *history, enum language language, bool final,
                     struct buf *out)
{
    static const enum label titles[] = {LABEL_PROCESS, LABEL_PARENT, LABEL_STATE, LABEL_COMMAND,
                                        LABEL_FATE};
    struct lives lives = {history, language, NULL};
    buf_add_string(out, "<table class=\"lives\">\n<thead><tr>");
    for (size_t i = 0; i < ARRAY_SIZE(titles); i++) {
        buf_add_string(out, "<th scope=\"col\">");
        html_add_label(out, language, titles[i], NULL);
        buf_add_string(out, "</th>");
    }
    buf_add_string(out, "</tr></thead>\n");
    buf_add_string(out, final ? "<tbody>\n" : "<tbody id=\"lives\">");
    if (final)
        add_final_rows(&lives, out);
    buf_add_string(out, "</tbody>\n</table>\n");
}
