#include "base/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MOST_SHOWN 1000
#define WIDEST_EXCERPT 100 /* columns of a source line that are shown */

void diags_init(struct diags *diags, const struct source *source)
{
    *diags = (struct diags){.source = source};
}

void diags_release(struct diags *diags)
{
    for (size_t i = 0; i < diags->count; i++) {
        free(diags->items[i].message);
        free(diags->items[i].help);
        free(diags->items[i].other_note);
    }
    free(diags->items);
    *diags = (struct diags){0};
}

/* What an author wrote stands in messages: nothing of it may steer the reader's terminal, or break
 * the line. */
static char *visible(const char *text)
{
    struct buf out = {0};
    text_add_visible(&out, text, strlen(text));
    return buf_take(&out);
}

static struct diag *add(struct diags *diags, enum diag_severity severity, struct span span,
                        const char *format, va_list args)
{
    auto_buf struct buf message = {0};
    buf_vprintf(&message, format, args);
    if (diags->count == diags->capacity) {
        diags->capacity = diags->capacity * 2 + 8;
        diags->items = xreallocarray(diags->items, diags->capacity, sizeof *diags->items);
    }
    struct diag *diag = &diags->items[diags->count++];
    *diag = (struct diag){.severity = severity, .span = span, .message = visible(message.data)};
    diags->errors += severity == DIAG_ERROR;
    return diag;
}

struct diag *diag_error(struct diags *diags, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = add(diags, DIAG_ERROR, span, format, args);
    va_end(args);
    return diag;
}

struct diag *diag_warning(struct diags *diags, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = add(diags, DIAG_WARNING, span, format, args);
    va_end(args);
    return diag;
}

static char *format_text(const char *format, va_list args)
{
    auto_buf struct buf text = {0};
    buf_vprintf(&text, format, args);
    return visible(text.data);
}

void diag_help(struct diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    free(diag->help);
    diag->help = format_text(format, args);
    va_end(args);
}

void diag_also(struct diag *diag, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    free(diag->other_note);
    diag->other_note = format_text(format, args);
    diag->other_span = span;
    va_end(args);
}

/* ---- printing ---- */

static int by_place(const void *a, const void *b)
{
    const struct diag *x = *(const struct diag *const *)a, *y = *(const struct diag *const *)b;
    if (x->span.offset != y->span.offset)
        return x->span.offset < y->span.offset ? -1 : 1;
    if (x->severity != y->severity)
        return x->severity == DIAG_ERROR ? -1 : 1;
    return x < y ? -1 : x > y; /* in the order in which they were found */
}

static bool same(const struct diag *a, const struct diag *b)
{
    return a->span.offset == b->span.offset && a->severity == b->severity &&
           strcmp(a->message, b->message) == 0;
}

static const char *paint(bool color, const char *code)
{
    return color ? code : "";
}

/* Moves back to the start of a character. */
static size_t character_start(const char *line, size_t at)
{
    while (at > 0 && ((unsigned char)line[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void excerpt(const struct source *source, struct span span, struct buf *out, bool color)
{
    struct position position = source_position(source, span.offset);
    size_t length;
    const char *line = source_line(source, position.line, &length);
    size_t at = span.offset > (size_t)(line - source->text)
                    ? span.offset - (size_t)(line - source->text)
                    : 0;
    if (at > length)
        at = length;
    /* A long line is cut around the place. */
    size_t from = 0, to = length;
    if (length > WIDEST_EXCERPT) {
        from = at > WIDEST_EXCERPT / 2 ? character_start(line, at - WIDEST_EXCERPT / 2) : 0;
        to = from + WIDEST_EXCERPT < length ? character_start(line, from + WIDEST_EXCERPT) : length;
    }
    char number[16];
    int digits = snprintf(number, sizeof number, "%u", position.line);
    buf_printf(out, "  %s%s |%s %s", paint(color, "\033[34m"), number, paint(color, "\033[0m"),
               from > 0 ? "…" : "");
    for (size_t i = from; i < to;) { /* tabs stay, the rest is made safe */
        size_t run = i;
        while (run < to && line[run] != '\t')
            run++;
        text_add_visible(out, line + i, run - i);
        if (run < to)
            buf_add_char(out, '\t');
        i = run < to ? run + 1 : run;
    }
    buf_printf(out, "%s\n  %*s %s|%s %s", to < length ? "…" : "", digits, "",
               paint(color, "\033[34m"), paint(color, "\033[0m"), from > 0 ? " " : "");
    for (size_t i = from; i < at;) {
        if (line[i] == '\t') {
            buf_add_char(out, '\t');
            i++;
            continue;
        }
        size_t run = i;
        while (run < at && line[run] != '\t')
            run++;
        auto_buf struct buf shown = {0};
        text_add_visible(&shown, line + i, run - i);
        for (size_t width = utf8_width(shown.data, shown.length); width > 0; width--)
            buf_add_char(out, ' ');
        i = run;
    }
    size_t end = at + span.length < to ? at + span.length : to;
    auto_buf struct buf marked = {0};
    if (end > at)
        text_add_visible(&marked, line + at, end - at);
    size_t width = marked.length > 0 ? utf8_width(marked.data, marked.length) : 0;
    buf_add_string(out, paint(color, "\033[1;31m"));
    buf_add_char(out, '^');
    for (size_t i = 1; i < width; i++)
        buf_add_char(out, '~');
    buf_printf(out, "%s\n", paint(color, "\033[0m"));
}

static void format_one(const struct diags *diags, const struct diag *diag, struct buf *out,
                       bool color)
{
    struct position position = source_position(diags->source, diag->span.offset);
    bool is_error = diag->severity == DIAG_ERROR;
    buf_printf(out, "%s%s:%u:%u:%s %s%s:%s %s\n", paint(color, "\033[1m"), diags->source->path,
               position.line, position.column, paint(color, "\033[0m"),
               paint(color, is_error ? "\033[1;31m" : "\033[1;35m"), is_error ? "error" : "warning",
               paint(color, "\033[0m"), diag->message);
    excerpt(diags->source, diag->span, out, color);
    if (diag->other_note != NULL) {
        struct position other = source_position(diags->source, diag->other_span.offset);
        buf_printf(out, "%s:%u:%u: note: %s\n", diags->source->path, other.line, other.column,
                   diag->other_note);
        excerpt(diags->source, diag->other_span, out, color);
    }
    if (diag->help != NULL)
        buf_printf(out, "    = help: %s\n", diag->help);
}

void diags_format(struct diags *diags, struct buf *out, bool color)
{
    if (diags->count == 0)
        return;
    const struct diag **sorted = xreallocarray(NULL, diags->count, sizeof *sorted);
    for (size_t i = 0; i < diags->count; i++)
        sorted[i] = &diags->items[i];
    qsort(sorted, diags->count, sizeof *sorted, by_place);
    size_t kept = 0, errors = 0, warnings = 0;
    for (size_t i = 0; i < diags->count; i++) {
        if (kept > 0 && same(sorted[kept - 1], sorted[i]))
            continue;
        sorted[kept++] = sorted[i];
        errors += sorted[i]->severity == DIAG_ERROR;
        warnings += sorted[i]->severity == DIAG_WARNING;
    }
    for (size_t i = 0; i < kept && i < MOST_SHOWN; i++)
        format_one(diags, sorted[i], out, color);
    if (kept > MOST_SHOWN)
        buf_printf(out, "… and %zu more\n", kept - MOST_SHOWN);
    if (errors > 0)
        buf_printf(out, "%zu error%s", errors, errors == 1 ? "" : "s");
    if (warnings > 0)
        buf_printf(out, "%s%zu warning%s", errors > 0 ? " and " : "", warnings,
                   warnings == 1 ? "" : "s");
    buf_printf(out, " in %s\n", diags->source->path);
    free(sorted);
}
