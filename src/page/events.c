/* The events: a table for readers, and the same as data for the script. */
#include <string.h>

#include "base/text.h"
#include "page/internal.h"

#define LONGEST_TEXT 300  /* bytes of an output or a text that are quoted */
#define LONGEST_WORDS 600 /* of all that is said about one event */

void event_tell(const struct history *history, uint32_t index, enum language language,
                struct buf *out)
{
    struct event told = history->events[index].event;
    told.text_length = utf8_cut(told.text, told.text_length, LONGEST_TEXT);
    bool cut = told.text_length < history->events[index].event.text_length;
    size_t before = out->length;
    event_describe_in(language, &told, out);
    size_t length = out->length - before;
    if (length > LONGEST_WORDS) {
        out->length = before + utf8_cut(out->data + before, length, LONGEST_WORDS);
        cut = true;
    }
    if (cut)
        buf_add_string(out, "…");
}

void events_add_table(const struct history *history, enum language language, struct buf *out)
{
    static const enum label titles[] = {LABEL_NUMBER, LABEL_TIME, LABEL_PROCESS, LABEL_WHAT};
    buf_add_string(out, "<table class=\"events\">\n<thead><tr>");
    for (size_t i = 0; i < ARRAY_SIZE(titles); i++) {
        buf_add_string(out, "<th scope=\"col\">");
        html_add_label(out, language, titles[i], NULL);
        buf_add_string(out, "</th>");
    }
    buf_add_string(out, "</tr></thead>\n<tbody>\n");
    auto_buf struct buf words = {0};
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct event *event = &history->events[i].event;
        buf_printf(out, "<tr id=\"event-%u\"><td>%u</td><td>", i + 1, i + 1);
        html_add_time(out, event->t_us);
        buf_add_string(out, "</td><td>");
        html_add_name(out, event->process);
        buf_add_string(out, "</td><td>");
        buf_clear(&words);
        event_tell(history, i, language, &words);
        html_add(out, words.data, words.length);
        buf_add_string(out, "</td></tr>\n");
    }
    buf_add_string(out, "</tbody>\n</table>\n");
}

static void add_index(struct buf *out, uint32_t at, uint32_t process)
{
    buf_add_string(out, at > 0 ? "," : "");
    if (process == NO_INDEX)
        buf_add_string(out, "-1");
    else
        buf_printf(out, "%u", process);
}

void events_add_json(const struct history *history, enum language language, struct pieces *pieces,
                     struct buf *out)
{
    uint32_t count = history->event_count;
    buf_add_string(out, "{\"time\":[");
    for (uint32_t i = 0; i < count; i++)
        buf_printf(out, "%s%lld", i > 0 ? "," : "", (long long)history->events[i].event.t_us);
    buf_add_string(out, "],\n\"process\":[");
    for (uint32_t i = 0; i < count; i++)
        add_index(out, i, history->events[i].process);
    buf_add_string(out, "],\n\"other\":[");
    for (uint32_t i = 0; i < count; i++)
        add_index(out, i, history->events[i].other);
    auto_buf struct buf visible = {0};
    buf_add_string(out, "],\n\"who\":[");
    for (uint32_t i = 0; i < count; i++) {
        const char *name = history->events[i].event.process;
        buf_clear(&visible);
        text_add_visible(&visible, name, strlen(name));
        add_index(out, i, pieces_keep_text(pieces, visible.data, visible.length));
    }
    buf_add_string(out, "],\n\"words\":[");
    for (uint32_t i = 0; i < count; i++) {
        buf_clear(&visible);
        event_tell(history, i, language, &visible);
        add_index(out, i, pieces_keep_text(pieces, visible.data, visible.length));
    }
    buf_add_string(out, "]}");
}
