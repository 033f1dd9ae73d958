/* Lines as they are: plain text, and text with its colours for a terminal. */
#include <string.h>

#include "transcript/internal.h"

/* ---- text ---- */

static void text_line(struct transcript *transcript, const struct terminal_line *line)
{
    line_add(&transcript->text, line);
}

static void text_remark(struct transcript *transcript, const char *line, size_t length)
{
    buf_add_string(&transcript->text, length > 0 ? "# " : "#");
    buf_add(&transcript->text, line, length);
    buf_add_char(&transcript->text, '\n');
}

static void text_note(struct transcript *transcript, enum note note, const char *text,
                      size_t length)
{
    (void)note;
    each_line(transcript, text, length, text_remark);
}

const struct form form_text = {.line = text_line, .note = text_note};

/* ---- ANSI ---- */

static void add_ansi_color(struct buf *out, const struct color *color, unsigned base)
{
    if (color->kind == COLOR_RGB)
        buf_printf(out, ";%u;2;%u;%u;%u", base + 8, color->red, color->green, color->blue);
    else if (color->kind == COLOR_INDEXED && color->red < 8)
        buf_printf(out, ";%u", base + color->red);
    else if (color->kind == COLOR_INDEXED && color->red < 16)
        buf_printf(out, ";%u", base + 60 + color->red - 8);
    else if (color->kind == COLOR_INDEXED)
        buf_printf(out, ";%u;5;%u", base + 8, color->red);
}

static void add_ansi_look(struct buf *out, const struct look *look)
{
    static const struct {
        unsigned flag;
        const char *code;
    } flags[] = {{LOOK_BOLD | LOOK_TYPED, ";1"},
                 {LOOK_ITALIC, ";3"},
                 {LOOK_UNDERLINE, ";4"},
                 {LOOK_REVERSE, ";7"},
                 {LOOK_STRIKE, ";9"}};
    buf_add_string(out, "\33[0");
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if ((look->flags & flags[i].flag) != 0)
            buf_add_string(out, flags[i].code);
    add_ansi_color(out, &look->foreground, 30);
    add_ansi_color(out, &look->background, 40);
    buf_add_char(out, 'm');
}

static void ansi_line(struct transcript *transcript, const struct terminal_line *line)
{
    struct buf *out = &transcript->text;
    static const struct look plain;
    const struct look *now = &plain;
    for (size_t i = 0; i < line->count; i++) {
        const struct cell *cell = &line->cells[i];
        char text[LONGEST_CELL];
        if (cell->kind == CELL_HALF)
            continue;
        if (!look_equal(now, &cell->look)) {
            now = &cell->look;
            add_ansi_look(out, now);
        }
        buf_add(out, text, cell_encode(cell, text));
    }
    if (!look_equal(now, &plain))
        buf_add_string(out, "\33[0m");
    if (!line->wraps)
        buf_add_char(out, '\n');
}

static void ansi_remark(struct transcript *transcript, const char *line, size_t length)
{
    buf_add_string(&transcript->text, "\33[2;3m");
    buf_add_string(&transcript->text, length > 0 ? "# " : "#");
    buf_add(&transcript->text, line, length);
    buf_add_string(&transcript->text, "\33[0m\n");
}

static void ansi_note(struct transcript *transcript, enum note note, const char *text,
                      size_t length)
{
    (void)note;
    each_line(transcript, text, length, ansi_remark);
}

const struct form form_ansi = {.line = ansi_line, .note = ansi_note};
