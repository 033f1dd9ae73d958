/*
 * asciicast, version 2 (https://docs.asciinema.org/manual/asciicast/v2/): the bytes as they went to
 * the terminal, with the scenario's time. One JSON array a line.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "transcript/internal.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

struct cast {
    char begun[4]; /* a character of which more bytes may come with the next write */
    size_t begun_length;
    bool in_line; /* the cursor is not at the beginning of a line */
    int64_t last_us;
};

static struct cast *cast_of(struct transcript *transcript)
{
    if (transcript->own == NULL)
        transcript->own = xcalloc(1, sizeof(struct cast));
    return transcript->own;
}

static void add_event(struct transcript *transcript, int64_t us, const char *code, const char *text,
                      size_t length)
{
    struct buf *out = &transcript->text;
    cast_of(transcript)->last_us = us;
    buf_printf(out, "[%" PRId64 ".%06" PRId64 ", \"%s\", ", us / 1000000, us % 1000000, code);
    json_add_string(out, text, length);
    buf_add_string(out, "]\n");
}

/* More bytes could make a character of these. */
static bool is_begun(const char *text, size_t length)
{
    unsigned char lead = (unsigned char)text[0];
    size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    char whole[4] = {'\x80', '\x80', '\x80', '\x80'};
    if (lead < 0xc2 || lead > 0xf4 || length >= wanted)
        return false;
    memcpy(whole, text, length);
    if (length == 1 && (lead == 0xe0 || lead == 0xf0)) /* no shorter form would do */
        whole[1] = '\xa0';
    return utf8_valid_prefix(whole, wanted) == wanted;
}

/* Appends the bytes as valid UTF-8, lines ended as on a terminal. Returns how many of the last ones
 * were left out because their character may be completed. */
static size_t add_valid(struct buf *out, const char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t valid = utf8_valid_prefix(bytes + done, length - done);
        for (size_t i = done; i < done + valid; i++) {
            if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
                buf_add_char(out, '\r');
            buf_add_char(out, bytes[i]);
        }
        done += valid;
        if (done == length)
            return 0;
        if (is_begun(bytes + done, length - done))
            return length - done;
        buf_add_string(out, replacement);
        done++;
    }
    return 0;
}

static void add_output(struct transcript *transcript, const struct buf *text)
{
    if (text->length == 0)
        return;
    cast_of(transcript)->in_line = text->data[text->length - 1] != '\n';
    add_event(transcript, transcript->now_us, "o", text->data, text->length);
}

static void cast_begin(struct transcript *transcript, const struct trace_header *header)
{
    struct buf *out = &transcript->text;
    struct terminal_size size = trace_terminal(header);
    buf_printf(out, "{\"version\": 2, \"width\": %u, \"height\": %u, \"title\": ", size.columns,
               size.rows);
    json_add_string(out, header->scenario, strlen(header->scenario));
    buf_add_string(out, "}\n");
}

static void cast_bytes(struct transcript *transcript, const char *bytes, size_t length)
{
    struct cast *cast = cast_of(transcript);
    auto_buf struct buf all = {0}, text = {0};
    buf_add(&all, cast->begun, cast->begun_length);
    buf_add(&all, bytes, length);
    cast->begun_length = add_valid(&text, all.data, all.length);
    memcpy(cast->begun, all.data + all.length - cast->begun_length, cast->begun_length);
    add_output(transcript, &text);
}

static void cast_typed(struct transcript *transcript, const char *text, size_t length)
{
    auto_buf struct buf keys = {0};
    for (size_t i = 0; i < length;) {
        size_t valid = utf8_valid_prefix(text + i, length - i);
        for (size_t end = i + valid; i < end; i++)
            buf_add_char(&keys, text[i] == '\n' ? '\r' : text[i]); /* the key is Enter */
        if (i < length) {
            buf_add_string(&keys, replacement);
            i++;
        }
    }
    add_event(transcript, transcript->now_us, "i", keys.data != NULL ? keys.data : "", keys.length);
}

static void cast_remark(struct transcript *transcript, const char *line, size_t length)
{
    auto_buf struct buf text = {0};
    buf_add_string(&text, cast_of(transcript)->in_line ? "\r\n\33[2;3m# " : "\33[2;3m# ");
    buf_add(&text, line, length);
    buf_add_string(&text, "\33[0m\r\n");
    add_output(transcript, &text);
}

static void cast_note(struct transcript *transcript, enum note note, const char *text,
                      size_t length)
{
    if (note == NOTE_SAY)
        add_event(transcript, transcript->now_us, "m", text, length);
    else if (note != NOTE_TIME) /* which passes */
        cast_remark(transcript, text, length);
}

static void cast_end(struct transcript *transcript, const struct trace_footer *footer)
{
    struct cast *cast = cast_of(transcript);
    if (cast->begun_length > 0)
        add_event(transcript, transcript->now_us, "o", replacement, sizeof replacement - 1);
    if (cast->last_us < footer->duration_us) /* so long the last screen is seen */
        add_event(transcript, footer->duration_us, "o", "", 0);
}

const struct form form_asciicast = {
    .begin = cast_begin,
    .bytes = cast_bytes,
    .typed = cast_typed,
    .note = cast_note,
    .end = cast_end,
};
