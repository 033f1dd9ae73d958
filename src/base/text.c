#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

/* The length of the character at the start, or 0 when it is not valid UTF-8 (RFC 3629). */
static size_t character_length(const unsigned char *at, size_t left, utf8proc_int32_t *code)
{
    utf8proc_ssize_t length = utf8proc_iterate(at, left > 4 ? 4 : (utf8proc_ssize_t)left, code);
    return length > 0 ? (size_t)length : 0;
}

size_t utf8_valid_prefix(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t done = 0;
    while (done < length) {
        if (bytes[done] < 0x80) {
            done++;
            continue;
        }
        utf8proc_int32_t code;
        size_t step = character_length(bytes + done, length - done, &code);
        if (step == 0)
            break;
        done += step;
    }
    return done;
}

size_t utf8_cut(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

size_t utf8_width(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t width = 0;
    for (size_t done = 0; done < length;) {
        utf8proc_int32_t code;
        size_t step = character_length(bytes + done, length - done, &code);
        if (step == 0) { /* shown as a replacement */
            width++;
            done++;
            continue;
        }
        int columns = utf8proc_charwidth(code);
        width += columns > 0 ? (size_t)columns : 0;
        done += step;
    }
    return width;
}

static const char hex_digits[] = "0123456789abcdef";

static void add_escape(struct buf *buf, unsigned code)
{
    char escape[7] = {'\\',
                      'u',
                      hex_digits[code >> 12 & 15],
                      hex_digits[code >> 8 & 15],
                      hex_digits[code >> 4 & 15],
                      hex_digits[code & 15],
                      '\0'};
    buf_add(buf, escape, 6);
}

/* What is valid in JSON but steers terminals (U+0080 to U+009F), breaks lines in JavaScript
 * (U+2028, U+2029) or cannot stand in YAML and XML (U+FFFE, U+FFFF). 0: none; else its bytes. */
static size_t unprintable(const unsigned char *at, size_t left, unsigned *code)
{
    if (at[0] == 0xc2 && left >= 2 && at[1] < 0xa0) {
        *code = at[1];
        return 2;
    }
    if (left < 3 || !((at[0] == 0xe2 && at[1] == 0x80 && (at[2] & 0xfe) == 0xa8) ||
                      (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe)))
        return 0;
    *code = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
    return 3;
}

void json_add_string(struct buf *buf, const char *text, size_t length)
{
    buf_add_char(buf, '"');
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
            continue;
        unsigned code = c;
        size_t bytes =
            c < 0x80 ? 1 : unprintable((const unsigned char *)text + i, length - i, &code);
        if (bytes == 0)
            continue;
        buf_add(buf, text + from, i - from);
        if (c == '"' || c == '\\') {
            buf_add_char(buf, '\\');
            buf_add_char(buf, (char)c);
        } else if (c == '\n') {
            buf_add(buf, "\\n", 2);
        } else if (c == '\t') {
            buf_add(buf, "\\t", 2);
        } else if (c == '\r') {
            buf_add(buf, "\\r", 2);
        } else {
            add_escape(buf, code);
        }
        i += bytes - 1;
        from = i + 1;
    }
    buf_add(buf, text + from, length - from);
    buf_add_char(buf, '"');
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(struct buf *buf, const void *bytes, size_t length)
{
    const unsigned char *in = bytes;
    for (size_t i = 0; i < length; i += 3) {
        size_t have = length - i < 3 ? length - i : 3;
        unsigned group = (unsigned)in[i] << 16;
        group |= have > 1 ? (unsigned)in[i + 1] << 8 : 0;
        group |= have > 2 ? (unsigned)in[i + 2] : 0;
        buf_add_char(buf, base64_digits[group >> 18]);
        buf_add_char(buf, base64_digits[group >> 12 & 63]);
        buf_add_char(buf, have > 1 ? base64_digits[group >> 6 & 63] : '=');
        buf_add_char(buf, have > 2 ? base64_digits[group & 63] : '=');
    }
}

bool base64_decode(struct buf *buf, const char *text, size_t length)
{
    if (length % 4 != 0)
        return false;
    for (size_t i = 0; i < length; i += 4) {
        bool last = i + 4 == length;
        size_t padding = last ? (size_t)(text[i + 3] == '=') + (text[i + 2] == '=') : 0;
        if (padding == 2 && text[i + 3] != '=')
            return false;
        unsigned group = 0;
        for (size_t j = 0; j < 4 - padding; j++) {
            const char *digit = text[i + j] != '\0' ? strchr(base64_digits, text[i + j]) : NULL;
            if (digit == NULL)
                return false;
            group |= (unsigned)(digit - base64_digits) << (18 - 6 * j);
        }
        if ((padding == 2 && (group & 0xffff)) || (padding == 1 && (group & 0xff)))
            return false; /* bits that no encoder sets */
        buf_add_char(buf, (char)(group >> 16));
        if (padding < 2)
            buf_add_char(buf, (char)(group >> 8 & 0xff));
        if (padding < 1)
            buf_add_char(buf, (char)(group & 0xff));
    }
    return true;
}

static void add_visible_byte(struct buf *buf, unsigned char c)
{
    const char escape[4] = {'\\', 'x', hex_digits[c >> 4], hex_digits[c & 15]};
    buf_add(buf, escape, sizeof escape);
}

static void add_safe(struct buf *buf, const char *text, size_t length, bool lines_stay)
{
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t i = 0; i < length;) {
        unsigned char c = bytes[i];
        if (c >= 0x20 && c < 0x7f) {
            buf_add_char(buf, (char)c);
            i++;
            continue;
        }
        if (lines_stay && (c == '\n' || c == '\t')) {
            buf_add_char(buf, (char)c);
            i++;
            continue;
        }
        if (c < 0x80) {
            static const char named[] = "abtnvfr";
            if (c >= 7 && c <= 13) {
                buf_add_char(buf, '\\');
                buf_add_char(buf, named[c - 7]);
            } else {
                add_visible_byte(buf, c);
            }
            i++;
            continue;
        }
        utf8proc_int32_t code;
        size_t step = character_length(bytes + i, length - i, &code);
        /* C1 controls steer terminals; directional marks reorder what a reader sees. */
        bool steers =
            step > 0 && ((code >= 0x80 && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069));
        if (step == 0 || steers) {
            add_visible_byte(buf, c);
            i++;
            for (size_t j = 1; steers && j < step; j++, i++)
                add_visible_byte(buf, bytes[i]);
            continue;
        }
        buf_add(buf, text + i, step);
        i += step;
    }
}

void text_add_visible(struct buf *buf, const char *text, size_t length)
{
    add_safe(buf, text, length, false);
}

void text_add_printable(struct buf *buf, const char *text, size_t length)
{
    add_safe(buf, text, length, true);
}

void xml_add_text(struct buf *out, const char *text, size_t length, bool attribute)
{
    for (size_t i = 0; i < length;) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x80) {
            i++;
            if (byte == '&')
                buf_add_string(out, "&amp;");
            else if (byte == '<')
                buf_add_string(out, "&lt;");
            else if (byte == '>')
                buf_add_string(out, "&gt;");
            else if (byte == '"')
                buf_add_string(out, "&quot;");
            else if (attribute && (byte == '\n' || byte == '\t')) /* else read as a blank */
                buf_printf(out, "&#%u;", byte);
            else if (byte >= 0x20 || byte == '\n' || byte == '\t')
                buf_add_char(out, (char)byte);
            continue;
        }
        size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        if (size > length - i || utf8_valid_prefix(text + i, size) != size) {
            buf_add_char(out, '?');
            i++;
            continue;
        }
        if (memcmp(text + i, "\xef\xbf\xbe", 3) != 0 && memcmp(text + i, "\xef\xbf\xbf", 3) != 0)
            buf_add(out, text + i, size);
        i += size;
    }
}

bool color_wanted(int fd)
{
    const char *value = getenv("NO_COLOR");
    if (value != NULL && value[0] != '\0')
        return false;
    value = getenv("CLICOLOR_FORCE");
    if (value != NULL && value[0] != '\0' && strcmp(value, "0") != 0)
        return true;
    value = getenv("CLICOLOR");
    if (value != NULL && strcmp(value, "0") == 0)
        return false;
    value = getenv("TERM");
    if (value == NULL || strcmp(value, "dumb") == 0)
        return false;
    return isatty(fd) == 1;
}

uint64_t bytes_hash(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t value = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++)
        value = (value ^ at[i]) * UINT64_C(1099511628211);
    return value;
}

void text_add_shell_word(struct buf *buf, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:,=+@%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        buf_add_string(buf, word);
        return;
    }
    buf_add_char(buf, '\'');
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == '\'')
            buf_add_string(buf, "'\\''");
        else
            buf_add_char(buf, *at);
    }
    buf_add_char(buf, '\'');
}
