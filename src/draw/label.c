/*
 * Words, names and texts as they stand in pictures, and how each format wants them written.
 */
#include <stdarg.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/units.h"
#include "draw/internal.h"

#define MOST_LABEL_BYTES 240 /* marks that combine have no width: they end somewhere, too */
#define MOST_SENTENCES 60

#define X(id, en, zh) {en, zh},
static const char *const words[WORD_COUNT][LANGUAGE_COUNT] = {WORDS(X)};
#undef X

const char *word_in(enum language language, enum word word)
{
    return words[word][language];
}

void word_add(struct buf *out, enum language language, enum word word, ...)
{
    va_list args;
    va_start(args, word);
    buf_vprintf(out, words[word][language], args);
    va_end(args);
}

void count_add(struct buf *out, uint64_t count)
{
    if (count >= 1000) {
        count_add(out, count / 1000);
        buf_printf(out, ",%03u", (unsigned)(count % 1000));
    } else {
        buf_printf(out, "%u", (unsigned)count);
    }
}

static size_t character_bytes(const char *text, size_t length)
{
    size_t bytes = 1;
    while (bytes < length && ((unsigned char)text[bytes] & 0xc0) == 0x80)
        bytes++;
    return bytes;
}

void label_add(struct buf *out, const char *text, size_t length, size_t columns)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, utf8_cut(text, length, MOST_LABEL_BYTES));
    bool cut = length > MOST_LABEL_BYTES;
    if (!cut && utf8_width(visible.data, visible.length) <= columns) {
        buf_add(out, visible.data, visible.length);
        return;
    }
    size_t done = 0, width = 0;
    while (done < visible.length) {
        size_t bytes = character_bytes(visible.data + done, visible.length - done);
        size_t more = utf8_width(visible.data + done, bytes);
        if (width + more + 1 > columns)
            break;
        width += more;
        done += bytes;
    }
    buf_add(out, visible.data, done);
    buf_add_string(out, "…");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void output_label_add(struct buf *out, const struct event *event, size_t columns)
{
    const char *text = event->text;
    size_t length = event->text_length;
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    while (length > 0 && is_blank(*text)) {
        text++;
        length--;
    }
    const char *newline = length > 0 ? memchr(text, '\n', length) : NULL;
    if (newline == NULL) {
        label_add(out, text, length, columns);
        return;
    }
    auto_buf struct buf line = {0};
    size_t first = (size_t)(newline - text);
    buf_add(&line, text, first < MOST_LABEL_BYTES ? first : MOST_LABEL_BYTES);
    while (line.length > 0 && is_blank(line.data[line.length - 1]))
        line.length--;
    buf_add_string(&line, " …");
    label_add(out, line.data, line.length, columns);
}

void fate_add(struct buf *out, enum language language, const struct event *event)
{
    if (event->has_status)
        word_add(out, language, WORD_EXIT, event->status);
    else if (event->core)
        word_add(out, language, WORD_CORE, signal_name(event->signal));
    else
        buf_add_string(out, signal_name(event->signal));
}

void time_add(struct buf *out, int64_t t_us)
{
    char text[48];
    buf_add_string(out, duration_format(t_us * NS_PER_US, text, sizeof text));
}

static void teller_add(struct buf *out, enum language language, const struct event *event)
{
    if (strcmp(event->process, "timeline") == 0)
        buf_add_string(out, word_in(language, WORD_OUTSIDE));
    else
        label_add(out, event->process, strlen(event->process), 60);
}

void event_label_add(struct buf *out, enum language language, const struct event *event)
{
    auto_buf struct buf told = {0};
    event_describe_in(language, event, &told);
    time_add(out, event->t_us);
    buf_add_string(out, word_in(language, WORD_COLON));
    teller_add(out, language, event);
    if (language != LANGUAGE_ZH || strcmp(event->process, "timeline") != 0)
        buf_add_char(out, ' ');
    label_add(out, told.data, told.length, 160);
}

const char *run_end_in(enum language language, const struct history *history)
{
    switch (history->footer.end) {
    case RUN_LIMIT:
        return word_in(language, WORD_END_LIMIT);
    case RUN_DEADLOCK:
        return word_in(language, WORD_END_DEADLOCK);
    case RUN_INTERRUPTED:
        return word_in(language, WORD_END_INTERRUPTED);
    case RUN_DIVERGED:
        return word_in(language, WORD_END_DIVERGED);
    case RUN_FAILED:
        return word_in(language, WORD_END_FAILED);
    case RUN_COMPLETED:
        break;
    }
    return NULL;
}

/* What a person would tell of a run; sleeping and waking go without saying. */
static bool is_told(enum event_kind kind)
{
    return kind == EVENT_START || kind == EVENT_FORK || kind == EVENT_EXEC ||
           kind == EVENT_OUTPUT || kind == EVENT_KILL || kind == EVENT_STOP ||
           kind == EVENT_CONTINUE || kind == EVENT_EXIT || kind == EVENT_REAP ||
           kind == EVENT_ADOPT || kind == EVENT_DEADLOCK || kind == EVENT_LIMIT;
}

void run_describe(struct buf *out, enum language language, const struct history *history)
{
    uint32_t told = 0, left = 0;
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct event *event = &history->events[i].event;
        if (!is_told(event->kind))
            continue;
        if (told == MOST_SENTENCES) {
            left++;
            continue;
        }
        event_label_add(out, language, event);
        buf_add_string(out, word_in(language, WORD_STOP));
        told++;
    }
    if (left > 0) {
        auto_buf struct buf count = {0};
        count_add(&count, left);
        word_add(out, language, WORD_EVENTS_LEFT_OUT, count.data);
        buf_add_string(out, word_in(language, WORD_STOP));
    }
    const char *end = run_end_in(language, history);
    if (end != NULL) {
        buf_add_string(out, end);
        buf_add_string(out, word_in(language, WORD_STOP));
    }
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->length--;
}

/* ---- how formats want text ---- */

/* U+FFFE and U+FFFF are no characters, and not allowed in XML. */
static bool is_no_character(const char *text, size_t left)
{
    return left >= 3 && memcmp(text, "\xef\xbf", 2) == 0 && (unsigned char)text[2] >= 0xbe;
}

void xml_add(struct buf *out, const char *text, size_t length)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, length);
    for (size_t i = 0; i < visible.length; i++) {
        const char *at = visible.data + i;
        if (*at == '&')
            buf_add_string(out, "&amp;");
        else if (*at == '<')
            buf_add_string(out, "&lt;");
        else if (*at == '>')
            buf_add_string(out, "&gt;");
        else if (*at == '"')
            buf_add_string(out, "&quot;");
        else if (is_no_character(at, visible.length - i)) {
            buf_add_string(out, "\\uffff");
            i += 2;
        } else
            buf_add_char(out, *at);
    }
}

void dot_add(struct buf *out, const char *text, size_t length)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, length);
    for (size_t i = 0; i < visible.length; i++) {
        char c = visible.data[i];
        if (c == '"' || c == '\\')
            buf_add_char(out, '\\');
        if (c == '&') /* labels may hold entities */
            buf_add_string(out, "&amp;");
        else
            buf_add_char(out, c);
    }
}

void mermaid_add(struct buf *out, const char *text, size_t length)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, length);
    for (size_t i = 0; i < visible.length; i++) {
        unsigned char c = (unsigned char)visible.data[i];
        bool plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                     (c >= 'a' && c <= 'z') || (c != '\0' && strchr(" .,_/()+=-", c) != NULL);
        if (plain)
            buf_add_char(out, (char)c);
        else
            buf_printf(out, "#%u;", c);
    }
}

void json_text_add(struct buf *out, const char *text, size_t length)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, length);
    json_add_string(out, visible.data != NULL ? visible.data : "", visible.length);
}

void pad_add(struct buf *out, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        buf_add_char(out, ' ');
}
