/* Words and pieces of text that several forms have in common. */
#include <inttypes.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"
#include "base/units.h"
#include "transcript/internal.h"

/* The unit of a duration by its name in Chinese. */
static const char *unit_in_chinese(const char *unit)
{
    static const char *const units[][2] = {
        {"s", "秒"}, {"ms", "毫秒"}, {"us", "微秒"}, {"ns", "纳秒"}};
    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (strcmp(unit, units[i][0]) == 0)
            return units[i][1];
    return unit;
}

void add_time_mark(struct buf *out, enum language language, int64_t us, bool end)
{
    char duration[48];
    duration_format(us * NS_PER_US, duration, sizeof duration);
    if (language == LANGUAGE_ZH) {
        size_t digits = strspn(duration, "0123456789.");
        buf_printf(out, "%.*s %s后%s", (int)digits, duration, unit_in_chinese(duration + digits),
                   end ? "结束" : "");
    } else {
        buf_printf(out, "%s later%s", duration, end ? ", the end" : "");
    }
}

static bool is_plain(const char *word, bool first)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_@%+:,./-";
    if (*word == '\0')
        return false;
    for (; *word != '\0'; word++)
        if ((unsigned char)*word < 0x80 && strchr(safe, *word) == NULL && (*word != '=' || first))
            return false;
    return true;
}

/* With what the shell takes back: $'…' understands the escapes of text_add_visible. */
static void add_escaped(struct buf *out, const char *word)
{
    buf_add_string(out, "$'");
    while (*word != '\0') {
        size_t plain = strcspn(word, "'\\");
        text_add_visible(out, word, plain);
        word += plain;
        if (*word != '\0') {
            buf_add_char(out, '\\');
            buf_add_char(out, *word++);
        }
    }
    buf_add_char(out, '\'');
}

static void add_quoted(struct buf *out, const char *word)
{
    buf_add_char(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buf_add_string(out, "'\\''");
        else
            buf_add_char(out, *word);
    }
    buf_add_char(out, '\'');
}

void add_command_line(struct buf *out, const char *const *argv, size_t argc)
{
    for (size_t i = 0; i < argc; i++) {
        auto_buf struct buf visible = {0};
        if (i > 0)
            buf_add_char(out, ' ');
        text_add_visible(&visible, argv[i], strlen(argv[i]));
        if (visible.length != strlen(argv[i]))
            add_escaped(out, argv[i]);
        else if (is_plain(argv[i], i == 0))
            buf_add_string(out, argv[i]);
        else
            add_quoted(out, argv[i]);
    }
}

void add_echo(struct buf *out, const char *typed, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)typed[i];
        if (c == '\r') {
            buf_add_char(out, '\n'); /* the key, as the line discipline takes it */
        } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
            buf_add_char(out, '^');
            buf_add_char(out, (char)(c ^ 0x40));
        } else {
            buf_add_char(out, (char)c);
        }
    }
}

size_t cell_encode(const struct cell *cell, char *out)
{
    if (cell->kind == CELL_HALF)
        return 0;
    if (cell->chars[0] < 0x80 && cell->chars[1] == 0) {
        *out = cell->chars[0] != 0 ? (char)cell->chars[0] : ' ';
        return 1;
    }
    size_t length = 0;
    for (size_t i = 0; i < TERMINAL_CHARS && cell->chars[i] != 0; i++)
        length += (size_t)utf8proc_encode_char((utf8proc_int32_t)cell->chars[i],
                                               (utf8proc_uint8_t *)out + length);
    return length;
}

bool cell_is_symbol(const struct cell *cell)
{
    utf8proc_int32_t code = (utf8proc_int32_t)cell->chars[0];
    if (cell->kind != CELL_WIDE)
        return false;
    /* Emoji, their skin tones among them, have a plane's part for themselves. */
    return (code >= 0x1f000 && code <= 0x1ffff) ||
           utf8proc_category(code) == UTF8PROC_CATEGORY_SO ||
           utf8proc_get_property(code)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

void each_line(struct transcript *transcript, const char *text, size_t length,
               void (*add)(struct transcript *transcript, const char *line, size_t length))
{
    for (;;) {
        const char *end = length > 0 ? memchr(text, '\n', length) : NULL;
        size_t part = end != NULL ? (size_t)(end - text) : length;
        add(transcript, text, part);
        if (end == NULL)
            return;
        text += part + 1;
        length -= part + 1;
    }
}

void line_add(struct buf *out, const struct terminal_line *line)
{
    char text[MOST_COLUMNS * LONGEST_CELL];
    size_t length = 0;
    for (size_t i = 0; i < line->count; i++)
        length += cell_encode(&line->cells[i], text + length);
    while (!line->wraps && length > 0 && text[length - 1] == ' ')
        length--;
    buf_add(out, text, length);
    if (!line->wraps)
        buf_add_char(out, '\n');
}
