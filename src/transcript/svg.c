/*
 * SVG: a picture of a terminal's window, as high as the run needs. The height stands at its
 * beginning, so the lines wait for the end.
 *
 * Every run of cells has its own place and length, so that columns stay columns whatever font is
 * there.
 */
#include <string.h>

#include "base/text.h"
#include "transcript/markup.h"

/* In tenths of a pixel. */
enum { COLUMN = 84, ROW = 170, MARGIN = 160, BAR = 320, BASELINE = 130 };
enum { LEAST_COLUMNS = 20 }; /* a window has room for its title and remarks */

struct svg {
    size_t columns;
    struct buf title;   /* escaped, like the others */
    struct buf heading; /* as much of it as fits */
    struct buf rows;
    size_t count;
};

static struct svg *svg_of(struct transcript *transcript)
{
    if (transcript->own == NULL)
        transcript->own = xcalloc(1, sizeof(struct svg));
    return transcript->own;
}

static void add_number(struct buf *out, const char *name, size_t tenths)
{
    buf_printf(out, " %s=\"%zu", name, tenths / 10);
    if (tenths % 10 != 0)
        buf_printf(out, ".%zu", tenths % 10);
    buf_add_char(out, '"');
}

/* How much of the text fits in so many columns: to the last blank, if there is one. */
static size_t fitting(const char *text, size_t length, size_t columns)
{
    size_t done = 0, used = 0, blank = 0;
    while (done < length) {
        size_t step = 1;
        while (done + step < length && ((unsigned char)text[done + step] & 0xc0) == 0x80)
            step++;
        used += utf8_width(text + done, step);
        if (used > columns)
            return blank > 0 ? blank : done > 0 ? done : step;
        if (text[done] == ' ')
            blank = done + 1;
        done += step;
    }
    return length;
}

static void svg_begin(struct transcript *transcript, const struct trace_header *header)
{
    struct svg *svg = svg_of(transcript);
    struct terminal_size size = trace_terminal(header);
    svg->columns = size.columns > LEAST_COLUMNS ? size.columns : LEAST_COLUMNS;
    auto_buf struct buf title = {0};
    text_add_visible(&title, header->scenario, strlen(header->scenario));
    buf_add(&title, "", 0);
    size_t shown = fitting(title.data, title.length, svg->columns - svg->columns / 8);
    markup_escape(&svg->title, title.data, title.length);
    markup_escape(&svg->heading, title.data, shown);
    if (shown < title.length)
        buf_add_string(&svg->heading, "…");
}

static size_t top_of(size_t row)
{
    return BAR + MARGIN / 2 + row * ROW;
}

static size_t width_of(const struct svg *svg)
{
    return 2 * MARGIN + svg->columns * COLUMN;
}

static size_t left_of(size_t column)
{
    return MARGIN + column * COLUMN;
}

static void begin_row(struct svg *svg)
{
    buf_add_string(&svg->rows, "<text");
    add_number(&svg->rows, "x", left_of(0));
    add_number(&svg->rows, "y", top_of(svg->count) + BASELINE);
}

static void end_row(struct svg *svg)
{
    buf_add_string(&svg->rows, "</text>\n");
    svg->count++;
}

static void add_background(struct svg *svg, const struct terminal_line *line, const struct run *run)
{
    struct paint paint = paint_of(&line->cells[run->from].look);
    if (!paint.has_background && !paint.reversed)
        return;
    buf_add_string(&svg->rows, paint.has_background ? "<rect" : "<rect class=\"back\"");
    add_number(&svg->rows, "x", left_of(run->from));
    add_number(&svg->rows, "y", top_of(svg->count));
    add_number(&svg->rows, "width", (run->to - run->from) * COLUMN);
    add_number(&svg->rows, "height", ROW);
    if (paint.has_background)
        buf_printf(&svg->rows, " fill=\"#%06x\"", (unsigned)paint.background);
    buf_add_string(&svg->rows, "/>\n");
}

/* The attributes and the text of a run, in an element that is begun. */
static void add_run(struct svg *svg, const struct terminal_line *line, const struct run *run)
{
    const struct look *look = &line->cells[run->from].look;
    struct paint paint = paint_of(look);
    auto_buf struct buf classes = {0};
    markup_classes(&classes, look, &paint);
    add_number(&svg->rows, "textLength", (run->to - run->from) * COLUMN);
    if (classes.length > 0)
        buf_printf(&svg->rows, " class=\"%s\"", classes.data + 1);
    markup_colors(&svg->rows, &paint, "fill", NULL);
    buf_add_char(&svg->rows, '>');
    markup_cells(&svg->rows, line, run);
}

static void add_runs(struct svg *svg, const struct terminal_line *line)
{
    buf_add_char(&svg->rows, '>');
    for (size_t from = 0; from < line->count;) {
        struct run run = run_at(line, from);
        buf_add_string(&svg->rows, "<tspan");
        add_number(&svg->rows, "x", left_of(run.from));
        add_run(svg, line, &run);
        buf_add_string(&svg->rows, "</tspan>");
        from = run.to;
    }
}

static void svg_line(struct transcript *transcript, const struct terminal_line *line)
{
    struct svg *svg = svg_of(transcript);
    for (size_t from = 0; from < line->count;) {
        struct run run = run_at(line, from);
        add_background(svg, line, &run);
        from = run.to;
    }
    struct run first = line->count > 0 ? run_at(line, 0) : (struct run){0};
    begin_row(svg);
    if (line->count > 0 && first.to == line->count)
        add_run(svg, line, &first);
    else
        add_runs(svg, line);
    end_row(svg);
}

static void svg_remark(struct transcript *transcript, const char *line, size_t length)
{
    struct svg *svg = svg_of(transcript);
    const char *head = "# ";
    do {
        size_t part = fitting(line, length, svg->columns - 2);
        begin_row(svg);
        buf_printf(&svg->rows, " class=\"note\">%s", head);
        markup_escape(&svg->rows, line, part);
        end_row(svg);
        line += part;
        length -= part;
        head = "  ";
    } while (length > 0);
}

static void svg_note(struct transcript *transcript, enum note note, const char *text, size_t length)
{
    (void)note;
    each_line(transcript, text, length, svg_remark);
}

static void add_style(struct buf *out)
{
    buf_add_string(
        out, "<style>\n"
             ".terminal text { font: 14px " MONOSPACE "; white-space: pre; fill: " LIGHT_INK "; }\n"
             ".terminal .window { fill: " LIGHT_PAPER "; stroke: " LIGHT_EDGE "; }\n"
             ".terminal .bar { fill: " LIGHT_BAR "; stroke: " LIGHT_EDGE "; }\n"
             ".terminal .title { font: bold 13px system-ui, sans-serif; fill: " LIGHT_FAINT "; }\n"
             ".terminal .back { fill: " LIGHT_INK "; }\n");
    markup_rules(out, ".terminal", "fill");
    buf_add_string(out,
                   WHEN_DARK " {\n.terminal text { fill: " DARK_INK "; }\n"
                             ".terminal .window { fill: " DARK_PAPER "; stroke: " DARK_EDGE "; }\n"
                             ".terminal .bar { fill: " DARK_BAR "; stroke: " DARK_EDGE "; }\n"
                             ".terminal .title { fill: " DARK_FAINT "; }\n"
                             ".terminal .back { fill: " DARK_INK "; }\n}\n</style>\n");
}

static void add_window(struct buf *out, const struct svg *svg, size_t height)
{
    buf_add_string(out, "<rect class=\"window\" x=\"0.5\" y=\"0.5\" rx=\"6\"");
    size_t width = width_of(svg);
    add_number(out, "width", width - 10);
    add_number(out, "height", height - 10);
    buf_add_string(out, "/>\n<path class=\"bar\" d=\"M0.5 32V6.5a6 6 0 0 1 6-6H");
    buf_printf(out, "%zu.5a6 6 0 0 1 6 6V32z\"/>\n<text class=\"title\" text-anchor=\"middle\"",
               width / 10 - 7);
    add_number(out, "x", width / 2);
    buf_printf(out, " y=\"21\">%s</text>\n", svg->heading.data != NULL ? svg->heading.data : "");
}

static void svg_end(struct transcript *transcript, const struct trace_footer *footer)
{
    (void)footer;
    struct svg *svg = svg_of(transcript);
    struct buf *out = &transcript->text;
    const char *title = svg->title.data != NULL ? svg->title.data : "";
    size_t height = top_of(svg->count) + MARGIN / 2;
    buf_add_string(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"terminal\"");
    size_t width = width_of(svg);
    add_number(out, "width", width);
    add_number(out, "height", height);
    buf_printf(out, " viewBox=\"0 0 %zu %zu\" role=\"figure\" lang=\"%s\" aria-label=\"%s\">\n",
               width / 10, height / 10, language_words[transcript->language], title);
    buf_printf(out, "<title>%s</title>\n<desc>", title);
    buf_printf(out,
               transcript->language == LANGUAGE_ZH
                   ? "终端上所见，共 %zu 行；以 # 开头的斜体字是说明。"
                   : "What a person at the terminal sees, in %zu lines; those in italics, which "
                     "begin with #, are remarks.",
               svg->count);
    buf_add_string(out, "</desc>\n");
    add_style(out);
    add_window(out, svg, height);
    buf_add_string(out, "<g xml:space=\"preserve\">\n");
    buf_add(out, svg->rows.data, svg->rows.length);
    buf_add_string(out, "</g>\n</svg>\n");
}

static void svg_free(void *own)
{
    struct svg *svg = own;
    buf_release(&svg->title);
    buf_release(&svg->heading);
    buf_release(&svg->rows);
}

const struct form form_svg = {
    .begin = svg_begin, .line = svg_line, .note = svg_note, .end = svg_end, .free = svg_free};
