/* What pictures of a terminal in SVG and HTML have in common: runs of alike cells, and colours. */
#ifndef PROCENARIO_TRANSCRIPT_MARKUP_H
#define PROCENARIO_TRANSCRIPT_MARKUP_H

#include "transcript/internal.h"

/* Neighbouring cells that look alike and need the same care. */
struct run {
    size_t from, to; /* cells, without `to` */
    bool wide;       /* two columns a character */
    bool symbol;     /* one wide character of a width of its own: see cell_is_symbol */
    bool foreign;    /* no ASCII: may come from a font with other widths */
};
/* The run that begins at cell `from`. */
struct run run_at(const struct terminal_line *line, size_t from);

/* The colours of a look. On the page's own background colours follow the page, light or dark; on
 * any other, both are what the program asked for. */
struct paint {
    int named;           /* 0 to 15: a colour of the page's palette; -1: none */
    bool reversed;       /* the page's own colours, exchanged */
    bool has_foreground; /* else the page's own */
    bool has_background;
    uint32_t foreground, background; /* 0xRRGGBB */
    /* The foreground stands on the page's own paper, and could not be read on every one: these are
     * near it, and can. */
    bool adapted;
    uint32_t on_light, on_dark;
};
struct paint paint_of(const struct look *look);

/* The text for XML and HTML, in an element or an attribute. */
void markup_escape(struct buf *out, const char *text, size_t length);
/* The cells of a run as such text. */
void markup_cells(struct buf *out, const struct terminal_line *line, const struct run *run);
/* The words of a class attribute for a look, each with a blank before it. */
void markup_classes(struct buf *out, const struct look *look, const struct paint *paint);
/* The style attribute for the colours that no class gives, with a blank before it; a background
 * only where there is a `background` property. */
void markup_colors(struct buf *out, const struct paint *paint, const char *property,
                   const char *background);
/* The style sheet's rules for these classes below `scope`. `property` is that of a text's colour:
 * "fill" or "color". */
void markup_rules(struct buf *out, const char *scope, const char *property);

/* The page's own colours, light and dark. */
#define LIGHT_PAPER "#ffffff"
#define LIGHT_INK "#1f2328"
#define LIGHT_FAINT "#59636e"
#define LIGHT_EDGE "#d1d9e0"
#define LIGHT_BAR "#f6f8fa"
#define DARK_PAPER "#0d1117"
#define DARK_INK "#e6edf3"
#define DARK_FAINT "#9198a1"
#define DARK_EDGE "#3d444d"
#define DARK_BAR "#161b22"
/* Paper is light. */
#define WHEN_DARK "@media screen and (prefers-color-scheme: dark)"
#define MONOSPACE                                                                                  \
    "ui-monospace, \"DejaVu Sans Mono\", Menlo, Consolas, \"Liberation Mono\", "                   \
    "\"Noto Sans Mono CJK SC\", monospace"

#endif
