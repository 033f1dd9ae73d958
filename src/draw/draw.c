/*
 * The table of pictures: which kind can be drawn in which format, and by whom.
 */
#include "draw/draw.h"

#include "draw/internal.h"

const char *const draw_kind_words[] = {"timeline", "graph", "tree", "sequence", NULL};
const char *const draw_format_words[] = {"svg", "text", "mermaid", "dot", "trace-event", NULL};

enum { KINDS = DRAW_SEQUENCE + 1, FORMATS = DRAW_TRACE_EVENT + 1 };

static drawer *const drawers[KINDS][FORMATS] = {
    [DRAW_TIMELINE] =
        {[DRAW_SVG] = timeline_svg, [DRAW_TEXT] = timeline_text, [DRAW_MERMAID] = timeline_mermaid},
    [DRAW_GRAPH] = {[DRAW_SVG] = graph_svg,
                    [DRAW_TEXT] = graph_text,
                    [DRAW_MERMAID] = graph_mermaid,
                    [DRAW_DOT] = graph_dot},
    [DRAW_SEQUENCE] =
        {[DRAW_SVG] = sequence_svg, [DRAW_TEXT] = sequence_text, [DRAW_MERMAID] = sequence_mermaid},
    [DRAW_TREE] = {[DRAW_SVG] = tree_svg,
                   [DRAW_TEXT] = tree_text,
                   [DRAW_MERMAID] = tree_mermaid,
                   [DRAW_DOT] = tree_dot},
};

/* The one that holds everything is not made in memory. */
static bool is_streamed(enum draw_kind kind, enum draw_format format)
{
    return kind == DRAW_TIMELINE && format == DRAW_TRACE_EVENT;
}

bool draw_knows(enum draw_kind kind, enum draw_format format)
{
    return drawers[kind][format] != NULL || is_streamed(kind, format);
}

void draw_formats_of(enum draw_kind kind, struct buf *out)
{
    int left = 0;
    for (int format = 0; format < FORMATS; format++)
        left += draw_knows(kind, (enum draw_format)format);
    for (int format = 0; format < FORMATS; format++) {
        if (!draw_knows(kind, (enum draw_format)format))
            continue;
        buf_add_string(out, draw_format_words[format]);
        left--;
        buf_add_string(out, left > 1 ? ", " : left == 1 ? " and " : "");
    }
}

void draw(const struct history *history, const struct draw_options *options, FILE *out)
{
    drawer *drawn_by = drawers[options->kind][options->format];
    auto_buf struct buf picture = {0};
    if (is_streamed(options->kind, options->format))
        trace_event_draw(history, options->language, out);
    if (drawn_by == NULL)
        return;
    drawn_by(history, options->language, &picture);
    fwrite(picture.data, 1, picture.length, out);
}
