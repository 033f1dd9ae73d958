/* The scenario as a whole. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/internal.h"

#define WIDEST_TITLE 100 /* bytes */

void record_doubts(const struct history *history, struct buf *out)
{
    for (size_t i = 0; i < history->footer.reason_count; i++)
        buf_printf(out, "%s\n", history->footer.reasons[i]);
    timeline_doubts(history, out);
}

/* Each line of the text as a comment of its own. */
static void add_comment(struct buf *out, const char *before, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        buf_printf(out, "# %s", before);
        text_add_visible(out, text, length);
        buf_add_char(out, '\n');
        text += length + (text[length] == '\n');
    }
}

static void add_command_line(struct buf *out, char *const *argv)
{
    for (size_t i = 0; argv[i] != NULL; i++) {
        buf_add_string(out, i > 0 ? " " : "");
        text_add_visible(out, argv[i], strlen(argv[i]));
    }
}

static void write_title(const struct recording *recording, struct buf *out)
{
    auto_buf struct buf title = {0};
    if (recording->title != NULL)
        buf_add_string(&title, recording->title);
    else
        add_command_line(&title, recording->argv);
    size_t length = utf8_cut(title.data, title.length, WIDEST_TITLE);
    auto_buf struct buf shown = {0};
    buf_add(&shown, title.data, length);
    buf_add_string(&shown, length < title.length ? "…" : "");
    buf_add_string(out, "title: ");
    yaml_add_string(out, shown.data);
    buf_add_char(out, '\n');
}

/* ---- the program ---- */

static bool is_text(char *const *argv)
{
    for (size_t i = 0; argv[i] != NULL; i++)
        if (!yaml_can_say(argv[i], strlen(argv[i])))
            return false;
    return true;
}

/* Arguments that are not UTF-8 cannot stand in a scenario: perl makes them from their digits. It
 * forks nothing and leaves the environment alone. */
static void write_odd_words(char *const *argv, struct buf *out)
{
    yaml_add_string(out, "perl");
    buf_add_string(out, ", ");
    yaml_add_string(out, "-e");
    buf_add_string(out, ", ");
    yaml_add_string(out, "@w = map {pack q(H*), $_} @ARGV; exec {$w[0]} @w");
    for (; *argv != NULL; argv++) {
        buf_add_string(out, ", \"");
        for (const unsigned char *at = (const unsigned char *)*argv; *at != '\0'; at++)
            buf_printf(out, "%02x", *at);
        buf_add_char(out, '"');
    }
}

static void write_processes(const struct recording *recording, struct buf *out)
{
    buf_add_string(out, "processes:\n");
    if (!is_text(recording->argv)) {
        auto_buf struct buf line = {0};
        add_command_line(&line, recording->argv);
        buf_printf(out, "  # not all of this is UTF-8: %s\n", line.data);
    }
    buf_add_string(out, "  main:\n    - exec: [");
    /* env would say in its own words that it cannot execute the program. */
    if (recording->directory != NULL && recording->history->processes[0].execed != NO_INDEX) {
        buf_add_string(out, "env, -C, ");
        yaml_add_string(out, recording->directory);
        buf_add_string(out, ", ");
    }
    if (is_text(recording->argv))
        for (size_t i = 0; recording->argv[i] != NULL; i++) {
            buf_add_string(out, i > 0 ? ", " : "");
            yaml_add_string(out, recording->argv[i]);
        }
    else
        write_odd_words(recording->argv, out);
    buf_add_string(out, "]\n");
}

/* A key for each name that is not the director's own: its parent's name and its number. */
static void write_names(const struct recording *recording, struct buf *out)
{
    const struct history *history = recording->history;
    bool begun = false;
    for (uint32_t i = 1; i < history->process_count; i++) {
        const struct chronicle *process = &history->processes[i];
        const char *number = strrchr(process->name, '.');
        auto_free char *key =
            xasprintf("%s%s", recording->names[process->parent], number != NULL ? number : ".0");
        if (strcmp(key, recording->names[i]) == 0)
            continue;
        if (!begun)
            buf_add_string(out, "names:\n");
        begun = true;
        buf_add_string(out, "  ");
        yaml_add_string(out, key);
        buf_add_string(out, ": ");
        yaml_add_string(out, recording->names[i]);
        buf_add_char(out, '\n');
    }
}

/* ---- the head ---- */

static const char *end_in_words(enum run_end end)
{
    switch (end) {
    case RUN_LIMIT:
        return "was cut off by a limit";
    case RUN_DEADLOCK:
        return "ended in a deadlock";
    default:
        return "was interrupted";
    }
}

static void write_head(const struct recording *recording, const struct buf *doubts, struct buf *out)
{
    enum run_end end = recording->history->footer.end;
    if (recording->schema != NULL)
        buf_printf(out, "# yaml-language-server: $schema=%s\n", recording->schema);
    buf_add_string(out, "# Recorded by 'procenario record': what one run of the program did. "
                        "Edit it as you like:\n# give it a title, take out what does not matter, "
                        "and add what must be true.\n");
    if (end != RUN_COMPLETED)
        buf_printf(out,
                   "#\n# The run %s, and 'procenario run' will say the same of\n# this scenario, "
                   "with status 1.\n",
                   end_in_words(end));
    for (size_t i = 0; i < recording->history->header.note_count; i++)
        add_comment(out, "On this host ", recording->history->header.notes[i]);
    if (doubts->length > 0) {
        buf_add_string(out, "#\n# Another run may differ:\n");
        add_comment(out, "- ", doubts->data);
        buf_add_string(out, "# So only what hangs least on time and order is expected; the rest "
                            "was so this time,\n# and stands as comments.\n");
    }
    buf_add_string(out, "procenario: 1\n");
}

void record_write(const struct recording *recording, struct buf *out)
{
    const struct history *history = recording->history;
    auto_buf struct buf doubts = {0};
    record_doubts(history, &doubts);
    enum run_end end = history->footer.end;
    enum sureness sureness = end != RUN_COMPLETED && end != RUN_DEADLOCK ? SURE_OF_NOTHING
                             : doubts.length > 0                         ? SURE_OF_ENDS
                                                                         : SURE_OF_ALL;
    write_head(recording, &doubts, out);
    write_title(recording, out);
    if (history->header.clock != NULL && strcmp(history->header.clock, "real") == 0)
        buf_add_string(out, "# Without this line the run takes no time, and is the same every time "
                            "if the program allows it.\nclock: real\n");
    write_processes(recording, out);
    write_names(recording, out);
    write_timeline(recording, out);
    write_expectations(recording, sureness, out);
}
