/* HTML: a page with the terminal in it, which wraps on narrow screens and copies as text. */
#include <string.h>

#include "base/text.h"
#include "transcript/markup.h"

static void add_title(struct buf *out, const struct trace_header *header)
{
    auto_buf struct buf title = {0};
    text_add_visible(&title, header->scenario, strlen(header->scenario));
    markup_escape(out, title.data != NULL ? title.data : "", title.length);
}

static void add_style(struct buf *out)
{
    buf_add_string(
        out, "body { margin: 1.5rem; background: " LIGHT_PAPER "; color: " LIGHT_INK "; }\n"
             /* One column of one width: a ch is another one in the heading's font. */
             "main { max-width: calc(80ch + 2rem + 2px); margin: 0 auto;\n"
             "  font: 0.95rem/1.35 " MONOSPACE "; }\n"
             "h1 { margin: 0 0 1rem; font: bold 1em/1.4 system-ui, sans-serif; }\n"
             ".terminal { box-sizing: border-box; margin: 0; padding: 1rem;\n"
             "  border: 1px solid " LIGHT_EDGE "; border-radius: 6px; font: inherit; tab-size: 8;\n"
             "  white-space: pre-wrap; line-break: anywhere; }\n"
             ".terminal .note { line-break: auto; }\n"
             ".terminal kbd { font: inherit; font-weight: bold; }\n"
             /* A full-width character is 1em wide; a terminal gives it two columns. */
             ".terminal .w { letter-spacing: calc(2ch - 1em); }\n"
             ".terminal .e { display: inline-block; width: 2ch; }\n"
             ".terminal .r { background: " LIGHT_INK "; }\n");
    markup_rules(out, ".terminal", "color");
    buf_add_string(out, WHEN_DARK " {\nbody { background: " DARK_PAPER "; color: " DARK_INK "; }\n"
                                  ".terminal { border-color: " DARK_EDGE "; }\n"
                                  ".terminal .r { background: " DARK_INK "; }\n}\n"
                                  "@media print {\nbody { margin: 0; }\n"
                                  ".terminal { border: 0; padding: 0; }\n}\n");
}

static void html_begin(struct transcript *transcript, const struct trace_header *header)
{
    struct buf *out = &transcript->text;
    buf_printf(out,
               "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
               language_words[transcript->language]);
    add_title(out, header);
    buf_add_string(out, "</title>\n<style>\n");
    add_style(out);
    buf_add_string(out, "</style>\n</head>\n<body>\n<main>\n<h1>");
    add_title(out, header);
    /* The line feed right after <pre> is none of its text. */
    buf_add_string(out, "</h1>\n<pre class=\"terminal\">\n");
}

static void add_run(struct buf *out, const struct terminal_line *line, const struct run *run)
{
    const struct look *look = &line->cells[run->from].look;
    struct paint paint = paint_of(look);
    auto_buf struct buf classes = {0};
    markup_classes(&classes, look, &paint);
    if (run->wide)
        buf_add_string(&classes, run->symbol ? " e" : " w");
    bool plain = classes.length == 0 && !paint.has_foreground && !paint.has_background;
    const char *element = (look->flags & LOOK_TYPED) != 0 ? "kbd" : "span";
    if (!plain) {
        buf_printf(out, "<%s", element);
        if (classes.length > 0)
            buf_printf(out, " class=\"%s\"", classes.data + 1);
        markup_colors(out, &paint, "color", "background");
        buf_add_char(out, '>');
    }
    markup_cells(out, line, run);
    if (!plain)
        buf_printf(out, "</%s>", element);
}

static void html_line(struct transcript *transcript, const struct terminal_line *line)
{
    for (size_t from = 0; from < line->count;) {
        struct run run = run_at(line, from);
        add_run(&transcript->text, line, &run);
        from = run.to;
    }
    if (!line->wraps)
        buf_add_char(&transcript->text, '\n');
}

static void html_remark(struct transcript *transcript, const char *line, size_t length)
{
    struct buf *out = &transcript->text;
    buf_add_string(out, length > 0 ? "<span class=\"note\"># " : "<span class=\"note\">#");
    markup_escape(out, line, length);
    buf_add_string(out, "</span>\n");
}

static void html_note(struct transcript *transcript, enum note note, const char *text,
                      size_t length)
{
    (void)note;
    each_line(transcript, text, length, html_remark);
}

static void html_end(struct transcript *transcript, const struct trace_footer *footer)
{
    (void)footer;
    buf_add_string(&transcript->text, "</pre>\n</main>\n</body>\n</html>\n");
}

const struct form form_html = {
    .begin = html_begin, .line = html_line, .note = html_note, .end = html_end};
