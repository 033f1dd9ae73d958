/*
 * What all SVG pictures have in common: the frame with its title and description, the styles, and
 * text. Colours repeat what shapes, patterns and labels say already. Styles are plain rules, not
 * variables, as converters for print know no more; they hold below the picture's own class only.
 */
#include <string.h>

#include "base/text.h"
#include "draw/internal.h"

int svg_columns(size_t columns)
{
    return (int)((columns * 29 + 3) / 4); /* 7.25 */
}

int svg_small_columns(size_t columns)
{
    return (int)((columns * 61 + 9) / 10); /* 6.1 */
}

static const char font_rule[] =
    "% text{font:12px ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,\"Noto Sans Mono CJK SC\","
    "\"Noto Sans CJK SC\",monospace;fill:#1b1f24}";

/* One rule: `%` stands for the picture's class. */
static const char *const rules[] = {
    font_rule,
    "% .small{font-size:10px}",
    "% .soft{fill:#57606a}",
    "% .strong{font-weight:bold}",
    "% .halo{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}",
    "% .paper{fill:#fff}",
    "% .band{fill:#f0f2f5}",
    "% .rule{stroke:#8c959f;fill:none}",
    "% .axis{stroke:#57606a;stroke-width:3;fill:none}",
    "% .gap{stroke:#8c959f;stroke-width:1;stroke-dasharray:1 3;fill:none}",
    "% .run{fill:#2a5f9e;stroke:#2a5f9e}",
    "% .sleep{stroke:#2a5f9e;stroke-width:2;fill:none}",
    "% .stop{stroke:#1b1f24}",
    "% .dead{stroke:#1b1f24;stroke-dasharray:3 2}",
    "% .stroke{stroke:#1b1f24;stroke-width:1;fill:none}",
    "% .ink{fill:#1b1f24;stroke:none}",
    "% .mark{fill:#fff;stroke:#1b1f24;stroke-width:1.2}",
    "% .cross{stroke:#1b1f24;stroke-width:2.4;fill:none}",
    "% .fork{stroke:#1b1f24;stroke-width:1.3;fill:none}",
    "% .signal{stroke:#b3261e;stroke-width:2.2;fill:none}",
    "% .reap{stroke:#1a7f37;stroke-width:1.5;stroke-dasharray:5 3;fill:none}",
    "% .adopt{stroke:#57606a;stroke-width:1.6;stroke-dasharray:1.5 3;fill:none}",
    "% .heads{fill:#b3261e}",
    "% .headr{fill:#fff;stroke:#1a7f37;stroke-width:1.2}",
    "% .heada{fill:#fff;stroke:#57606a;stroke-width:1.2}",
    "% .box{fill:#fff;stroke:#1b1f24;stroke-width:1.2}",
    "% .orphan{stroke-dasharray:5 3}",
    "% .killed{stroke-width:2.6}",
};

static const char *const dark_rules[] = {
    "% text{fill:#e6edf3}",      "% .soft{fill:#9ba6b2}",
    "% .halo{stroke:#0d1117}",   "% .paper{fill:#0d1117}",
    "% .band{fill:#1a212b}",     "% .rule,% .gap{stroke:#6e7681}",
    "% .axis{stroke:#9ba6b2}",   "% .run{fill:#6cb0f7;stroke:#6cb0f7}",
    "% .sleep{stroke:#6cb0f7}",  "% .stop,% .dead,% .stroke,% .cross,% .fork{stroke:#e6edf3}",
    "% .ink{fill:#e6edf3}",      "% .mark,% .box{fill:#0d1117;stroke:#e6edf3}",
    "% .signal{stroke:#ff7b72}", "% .heads{fill:#ff7b72}",
    "% .reap{stroke:#56d364}",   "% .headr{fill:#0d1117;stroke:#56d364}",
    "% .adopt{stroke:#9ba6b2}",  "% .heada{fill:#0d1117;stroke:#9ba6b2}",
};

/* A line of a style sheet or of definitions: every % becomes `value`. */
static void fill_in(struct buf *out, const char *line, const char *value)
{
    for (; *line != '\0'; line++) {
        if (*line == '%')
            buf_add_string(out, value);
        else
            buf_add_char(out, *line);
    }
    buf_add_char(out, '\n');
}

static void add_styles(struct svg *svg)
{
    auto_free char *scope = xasprintf(".procenario-%s", svg->kind);
    buf_add_string(svg->out, "<style>\n");
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
        fill_in(svg->out, rules[i], scope);
    buf_add_string(svg->out, "@media screen and (prefers-color-scheme:dark){\n");
    for (size_t i = 0; i < ARRAY_SIZE(dark_rules); i++)
        fill_in(svg->out, dark_rules[i], scope);
    buf_add_string(svg->out, "}\n</style>\n");
}

static const char *const definitions[] = {
    "<defs>",
    "<pattern id=\"%-hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
    "<path class=\"paper\" d=\"M0 0h5v5h-5z\"/>"
    "<path class=\"stroke\" d=\"M-1 1l2 -2M0 5l5 -5M4 6l2 -2\"/></pattern>",
    "<pattern id=\"%-dots\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">"
    "<path class=\"paper\" d=\"M0 0h4v4h-4z\"/>"
    "<path class=\"ink\" d=\"M0.4 0.4h1.3v1.3h-1.3zM2.4 2.4h1.3v1.3h-1.3z\"/></pattern>",
    "<marker id=\"%-fork\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
    "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
    "<path class=\"ink\" d=\"M0 0.5L8 4L0 7.5z\"/></marker>",
    "<marker id=\"%-signal\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"10\" "
    "markerHeight=\"10\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
    "<path class=\"heads\" d=\"M0 0L10 5L0 10z\"/></marker>",
    "<marker id=\"%-reap\" viewBox=\"0 0 9 9\" refX=\"8\" refY=\"4.5\" markerWidth=\"9\" "
    "markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
    "<path class=\"headr\" d=\"M1 1L8 4.5L1 8z\"/></marker>",
    "<marker id=\"%-adopt\" viewBox=\"0 0 9 9\" refX=\"8\" refY=\"4.5\" markerWidth=\"9\" "
    "markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
    "<path class=\"heada\" d=\"M1 1L8 4.5L1 8z\"/></marker>",
    "</defs>",
};

void svg_begin(struct svg *svg, const struct history *history, enum word title)
{
    struct buf *out = svg->out;
    auto_buf struct buf text = {0};
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"procenario-%s\" role=\"img\" "
               "aria-labelledby=\"procenario-%s-title\" aria-describedby=\"procenario-%s-desc\" "
               "lang=\"%s\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
               svg->kind, svg->kind, svg->kind, svg->language == LANGUAGE_ZH ? "zh-CN" : "en",
               svg->width, svg->height, svg->width, svg->height);
    auto_buf struct buf name = {0};
    label_add(&name, history->header.scenario, strlen(history->header.scenario), 120);
    word_add(&text, svg->language, title, name.data != NULL ? name.data : "");
    buf_printf(out, "<title id=\"procenario-%s-title\">", svg->kind);
    xml_add(out, text.data, text.length);
    buf_printf(out, "</title>\n<desc id=\"procenario-%s-desc\">", svg->kind);
    buf_clear(&text);
    run_describe(&text, svg->language, history);
    xml_add(out, text.data, text.length);
    buf_add_string(out, "</desc>\n");
    add_styles(svg);
    auto_free char *prefix = xasprintf("procenario-%s", svg->kind);
    for (size_t i = 0; i < ARRAY_SIZE(definitions); i++)
        fill_in(out, definitions[i], prefix);
    buf_printf(out, "<path class=\"paper\" d=\"M0 0h%dv%dH0z\"/>\n", svg->width, svg->height);
}

void svg_end(struct svg *svg)
{
    buf_add_string(svg->out, "</svg>\n");
}

void svg_text(struct svg *svg, int x, int y, const char *anchor, const char *class,
              const char *text, size_t length)
{
    buf_printf(svg->out, "<text x=\"%d\" y=\"%d\"", x, y);
    if (strcmp(anchor, "start") != 0)
        buf_printf(svg->out, " text-anchor=\"%s\"", anchor);
    if (class[0] != '\0')
        buf_printf(svg->out, " class=\"%s\"", class);
    buf_add_char(svg->out, '>');
    xml_add(svg->out, text, length);
    buf_add_string(svg->out, "</text>\n");
}

void svg_title_event(struct svg *svg, const struct event *event, uint32_t times)
{
    auto_buf struct buf text = {0};
    event_label_add(&text, svg->language, event);
    if (times > 1) {
        auto_buf struct buf count = {0};
        count_add(&count, times);
        buf_add_char(&text, ' ');
        word_add(&text, svg->language, WORD_TIMES, count.data);
    }
    buf_add_string(svg->out, "<title>");
    xml_add(svg->out, text.data, text.length);
    buf_add_string(svg->out, "</title>");
}
