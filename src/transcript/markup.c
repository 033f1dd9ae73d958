/* What pictures of a terminal in SVG and HTML have in common. */
#include "transcript/markup.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* ---- runs ---- */

static bool is_foreign(const struct cell *cell)
{
    return cell->chars[0] >= 0x80 || cell->chars[1] != 0;
}

struct run run_at(const struct terminal_line *line, size_t from)
{
    const struct cell *first = &line->cells[from];
    struct run run = {.from = from,
                      .to = from,
                      .wide = first->kind == CELL_WIDE || first->kind == CELL_HALF,
                      .symbol = cell_is_symbol(first),
                      .foreign = is_foreign(first)};
    while (run.to < line->count) {
        const struct cell *cell = &line->cells[run.to];
        bool joins =
            run.to == from || cell->kind == CELL_HALF ||
            (!run.symbol && !cell_is_symbol(cell) && run.wide == (cell->kind == CELL_WIDE) &&
             run.foreign == is_foreign(cell) && look_equal(&first->look, &cell->look));
        if (!joins)
            break;
        run.to++;
    }
    return run;
}

/* ---- colours ---- */

static const uint32_t palette[16] = {/* xterm's */
                                     0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                     0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                     0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

/* The same names as ink on light and on dark paper: each can be read there (a contrast of 4.5 and
 * more, WCAG 1.4.3). */
static const char *const light_inks[16] = {
    "#24292f", "#cf222e", "#116329", "#7d4e00", "#0550ae", "#6639ba", "#1b6f78", "#6e7781",
    "#57606a", "#a40e26", "#1a7f37", "#633c01", "#0969da", "#8250df", "#0e7490", "#59636e"};
static const char *const dark_inks[16] = {
    "#768390", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
    "#8b949e", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff"};

static uint32_t rgb_of(const struct color *color)
{
    if (color->kind == COLOR_RGB)
        return (uint32_t)color->red << 16 | (uint32_t)color->green << 8 | color->blue;
    unsigned index = color->red;
    if (index < 16)
        return palette[index];
    if (index >= 232)
        return (8 + 10 * (index - 232)) * 0x010101u;
    static const uint32_t levels[6] = {0, 95, 135, 175, 215, 255};
    index -= 16;
    return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

/* What of white's light it gives, in thousandths (nearly: WCAG's curve is taken as a square). */
static uint32_t light_of(uint32_t rgb)
{
    uint32_t red = rgb >> 16, green = rgb >> 8 & 255, blue = rgb & 255;
    return (213 * red * red + 715 * green * green + 72 * blue * blue) / (255 * 255);
}

/* Black or white, whichever can be read on it better. */
static uint32_t ink_on(uint32_t rgb)
{
    return light_of(rgb) > 179 ? 0x000000 : 0xffffff;
}

/* So much of each part of the colour, in sixteenths, and the rest from the other. */
static uint32_t mix(uint32_t rgb, uint32_t other, uint32_t sixteenths)
{
    uint32_t mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        uint32_t part =
            (rgb >> shift & 255) * sixteenths + (other >> shift & 255) * (16 - sixteenths);
        mixed |= part / 16 << shift;
    }
    return mixed;
}

/* A contrast of 4.5 with either paper (WCAG 1.4.3). */
static void adapt(struct paint *paint)
{
    enum { MOST_LIGHT = 175, LEAST_LIGHT = 235 };
    uint32_t rgb = paint->foreground;
    paint->on_light = paint->on_dark = rgb;
    for (uint32_t part = 15; light_of(paint->on_light) > MOST_LIGHT; part--)
        paint->on_light = mix(rgb, 0x000000, part);
    for (uint32_t part = 15; light_of(paint->on_dark) < LEAST_LIGHT; part--)
        paint->on_dark = mix(rgb, 0xffffff, part);
    paint->adapted = paint->on_light != rgb || paint->on_dark != rgb;
}

struct paint paint_of(const struct look *look)
{
    struct color front = look->foreground, back = look->background;
    bool reversed = (look->flags & LOOK_REVERSE) != 0;
    struct paint paint = {.named = -1};
    if (reversed) {
        front = look->background;
        back = look->foreground;
    }
    if (back.kind != COLOR_DEFAULT) {
        paint.has_background = paint.has_foreground = true;
        paint.background = rgb_of(&back);
        paint.foreground = front.kind != COLOR_DEFAULT ? rgb_of(&front) : ink_on(paint.background);
    } else if (reversed && front.kind != COLOR_DEFAULT) {
        /* What was the background is the ink, on what was the ink. */
        paint.reversed = true;
        paint.has_foreground = true;
        paint.foreground = rgb_of(&front);
    } else if (reversed) {
        paint.reversed = true;
    } else if (front.kind == COLOR_INDEXED && front.red < 16) {
        paint.named = front.red;
    } else if (front.kind != COLOR_DEFAULT) {
        paint.has_foreground = true;
        paint.foreground = rgb_of(&front);
        adapt(&paint);
    }
    return paint;
}

/* ---- text ---- */

/* HTML calls a document with them invalid, XML does not allow some of them. */
static bool is_character(utf8proc_int32_t code)
{
    return (code >= 0x20 || code == '\t' || code == '\n') && !(code >= 0x7f && code < 0xa0) &&
           (code & 0xfffe) != 0xfffe && !(code >= 0xfdd0 && code <= 0xfdef);
}

void markup_escape(struct buf *out, const char *text, size_t length)
{
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    for (size_t i = 0; i < length;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t step = utf8proc_iterate(bytes + i, (utf8proc_ssize_t)(length - i), &code);
        if (step < 1 || !is_character(code))
            buf_add_string(out, "\xef\xbf\xbd");
        else if (code == '&')
            buf_add_string(out, "&amp;");
        else if (code == '<')
            buf_add_string(out, "&lt;");
        else if (code == '>')
            buf_add_string(out, "&gt;");
        else if (code == '"')
            buf_add_string(out, "&quot;");
        else
            buf_add(out, text + i, (size_t)step);
        i += step < 1 ? 1 : (size_t)step;
    }
}

void markup_cells(struct buf *out, const struct terminal_line *line, const struct run *run)
{
    char text[MOST_COLUMNS * LONGEST_CELL];
    size_t length = 0;
    for (size_t i = run->from; i < run->to; i++)
        length += cell_encode(&line->cells[i], text + length);
    markup_escape(out, text, length);
}

/* ---- looks ---- */

void markup_classes(struct buf *out, const struct look *look, const struct paint *paint)
{
    static const struct {
        uint32_t flag;
        const char *class;
    } flags[] = {{LOOK_BOLD, " b"},
                 {LOOK_ITALIC, " i"},
                 {LOOK_UNDERLINE, " u"},
                 {LOOK_STRIKE, " s"},
                 {LOOK_TYPED, " typed"}};
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if ((look->flags & flags[i].flag) != 0)
            buf_add_string(out, flags[i].class);
    if (paint->named >= 0)
        buf_printf(out, " c%d", paint->named);
    if (paint->reversed)
        buf_add_string(out, " r");
    if (paint->adapted)
        buf_add_string(out, " x");
}

void markup_colors(struct buf *out, const struct paint *paint, const char *property,
                   const char *background)
{
    auto_buf struct buf style = {0};
    if (paint->adapted)
        buf_printf(&style, "; --l: #%06x; --d: #%06x", (unsigned)paint->on_light,
                   (unsigned)paint->on_dark);
    else if (paint->has_foreground)
        buf_printf(&style, "; %s: #%06x", property, (unsigned)paint->foreground);
    if (paint->has_background && background != NULL)
        buf_printf(&style, "; %s: #%06x", background, (unsigned)paint->background);
    if (style.length > 0)
        buf_printf(out, " style=\"%s\"", style.data + 2);
}

static void add_rule(struct buf *out, const char *scope, const char *what, const char *property,
                     const char *value)
{
    buf_printf(out, "%s .%s { %s: %s; }\n", scope, what, property, value);
}

static void add_inks(struct buf *out, const char *scope, const char *property,
                     const char *const *inks)
{
    for (int i = 0; i < 16; i++) {
        char class[8];
        snprintf(class, sizeof class, "c%d", i);
        add_rule(out, scope, class, property, inks[i]);
    }
}

void markup_rules(struct buf *out, const char *scope, const char *property)
{
    add_rule(out, scope, "b", "font-weight", "bold");
    add_rule(out, scope, "typed", "font-weight", "bold");
    add_rule(out, scope, "i", "font-style", "italic");
    add_rule(out, scope, "note", "font-style", "italic");
    add_rule(out, scope, "u", "text-decoration", "underline");
    add_rule(out, scope, "s", "text-decoration", "line-through");
    add_rule(out, scope, "u.s", "text-decoration", "underline line-through");
    add_rule(out, scope, "note", property, LIGHT_FAINT);
    add_rule(out, scope, "r", property, LIGHT_PAPER);
    add_rule(out, scope, "x", property, "var(--l)");
    add_inks(out, scope, property, light_inks);
    buf_add_string(out, WHEN_DARK " {\n");
    add_rule(out, scope, "note", property, DARK_FAINT);
    add_rule(out, scope, "r", property, DARK_PAPER);
    add_rule(out, scope, "x", property, "var(--d)");
    add_inks(out, scope, property, dark_inks);
    buf_add_string(out, "}\n");
}
