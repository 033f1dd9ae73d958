/*
 * The tree: who forked whom, and what became of them. What is told of a process is gathered once,
 * as lines; the formats differ in where they put them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/internal.h"

enum {
    MOST_LANES = 60,
    MOST_LINES = 6,
    NAME_COLUMNS = 34,
    MARGIN = 14,
    LINE = 15,    /* of text in a box */
    PADDING = 9,  /* in a box, left and right */
    BETWEEN = 10, /* boxes, one below the other */
    STEP = 44,    /* from a box to those right of it */
    INDENT = 30,  /* where boxes stand below each other for want of room */
    MOST_WIDTH = 1100,
};

struct facts { /* of a lane: the first line is the name */
    struct buf lines[MOST_LINES];
    uint32_t count;
    bool orphan, killed, zombie;
};

static struct buf *next_line(struct facts *facts)
{
    return &facts->lines[facts->count++];
}

/* Who collected it, if that was not its parent. */
static void tell_reaper(struct facts *facts, const struct cast *cast,
                        const struct chronicle *process)
{
    if (process->reaped == NO_INDEX)
        return;
    const struct event *reap = &cast->history->events[process->reaped].event;
    if (reap->automatic) {
        buf_add_string(next_line(facts), word_in(cast->language, WORD_DISCARDED));
    } else if (process->reaper != NO_INDEX && process->reaper != process->parent) {
        auto_buf struct buf name = {0};
        label_add(&name, reap->process, strlen(reap->process), NAME_COLUMNS);
        word_add(next_line(facts), cast->language, WORD_REAPED_BY, name.data);
    }
}

static void tell_program(struct facts *facts, const struct cast *cast,
                         const struct chronicle *process)
{
    if (process->execed == NO_INDEX)
        return;
    const struct event *exec = &cast->history->events[process->execed].event;
    auto_buf struct buf line = {0};
    for (size_t i = 0; i < exec->argc && line.length < 200; i++) {
        buf_add_string(&line, i > 0 ? " " : "");
        buf_add_string(&line, exec->argv[i]);
    }
    auto_buf struct buf label = {0};
    if (line.length > 0)
        label_add(&label, line.data, line.length, NAME_COLUMNS - 6);
    word_add(next_line(facts), cast->language, WORD_RUNS, label.length > 0 ? label.data : "");
}

static void gather(struct facts *facts, const struct cast *cast, uint32_t lane)
{
    *facts = (struct facts){0};
    lane_name_add(next_line(facts), cast, lane, NAME_COLUMNS);
    if (cast->lanes[lane].process == NO_INDEX)
        return;
    const struct chronicle *process = &cast->history->processes[cast->lanes[lane].process];
    const struct event *exit = lane_exit(cast, lane);
    facts->orphan = process->adopted != NO_INDEX;
    facts->killed = exit != NULL && !exit->has_status;
    facts->zombie = exit != NULL && process->reaped == NO_INDEX;
    if (cast->lanes[lane].count > 1)
        lane_note_add(next_line(facts), cast, lane);
    tell_program(facts, cast, process);
    lane_fate_add(next_line(facts), cast, lane);
    if (facts->zombie)
        buf_add_string(next_line(facts), word_in(cast->language, WORD_ZOMBIE_AT_END));
    if (facts->orphan)
        buf_add_string(next_line(facts), word_in(cast->language, WORD_ORPHAN));
    else
        tell_reaper(facts, cast, process);
}

static void facts_release(struct facts *facts)
{
    for (uint32_t i = 0; i < facts->count; i++)
        buf_release(&facts->lines[i]);
}

static struct facts *gather_all(const struct cast *cast)
{
    struct facts *all = xcalloc((size_t)cast->lane_count + 1, sizeof *all);
    for (uint32_t i = 0; i < cast->lane_count; i++)
        gather(&all[i], cast, i);
    return all;
}

static void release_all(struct facts *all, const struct cast *cast)
{
    for (uint32_t i = 0; i < cast->lane_count; i++)
        facts_release(&all[i]);
    free(all);
}

/* ---- text ---- */

static void add_branches(struct buf *out, const struct cast *cast, uint32_t lane)
{
    uint32_t path[MOST_LANES + 1] = {0}, depth = 0;
    for (uint32_t at = lane; cast->lanes[at].parent != NO_INDEX; at = cast->lanes[at].parent)
        path[depth++] = at;
    while (depth-- > 0) {
        const struct lane *parent = &cast->lanes[cast->lanes[path[depth]].parent];
        bool last = parent->children[parent->child_count - 1] == path[depth];
        if (depth == 0)
            buf_add_string(out, last ? "└── " : "├── ");
        else
            buf_add_string(out, last ? "    " : "│   ");
    }
}

void tree_text(const struct history *history, enum language language, struct buf *out)
{
    struct cast cast;
    cast_init(&cast, history, language, MOST_LANES);
    for (uint32_t i = 0; i < cast.lane_count; i++) {
        struct facts facts;
        gather(&facts, &cast, i);
        add_branches(out, &cast, i);
        for (uint32_t j = 0; j < facts.count; j++) {
            buf_add_string(out, j == 0 ? "" : j == 1 ? "  " : word_in(language, WORD_COMMA));
            buf_add(out, facts.lines[j].data, facts.lines[j].length);
        }
        buf_add_char(out, '\n');
        facts_release(&facts);
    }
    cast_release(&cast);
}

/* ---- Mermaid and DOT ---- */

typedef void escaper(struct buf *out, const char *text, size_t length);

static void add_lines(struct buf *out, const struct facts *facts, escaper *escape,
                      const char *between)
{
    for (uint32_t i = 0; i < facts->count; i++) {
        buf_add_string(out, i > 0 ? between : "");
        escape(out, facts->lines[i].data, facts->lines[i].length);
    }
}

void tree_mermaid(const struct history *history, enum language language, struct buf *out)
{
    struct cast cast;
    cast_init(&cast, history, language, MOST_LANES);
    struct facts *all = gather_all(&cast);
    buf_add_string(out, "flowchart TD\n");
    for (uint32_t i = 0; i < cast.lane_count; i++) {
        buf_printf(out, "    p%u[\"", i);
        add_lines(out, &all[i], mermaid_add, "<br/>");
        buf_add_string(out, "\"]\n");
    }
    for (uint32_t i = 0; i < cast.lane_count; i++)
        if (cast.lanes[i].parent != NO_INDEX)
            buf_printf(out, "    p%u --> p%u\n", cast.lanes[i].parent, i);
    for (uint32_t i = 0; i < cast.lane_count; i++) {
        if (all[i].zombie)
            buf_printf(out, "    style p%u stroke-dasharray:2 2\n", i);
        else if (all[i].orphan)
            buf_printf(out, "    style p%u stroke-dasharray:6 4\n", i);
        else if (all[i].killed)
            buf_printf(out, "    style p%u stroke-width:3px\n", i);
    }
    release_all(all, &cast);
    cast_release(&cast);
}

void tree_dot(const struct history *history, enum language language, struct buf *out)
{
    struct cast cast;
    cast_init(&cast, history, language, MOST_LANES);
    struct facts *all = gather_all(&cast);
    buf_add_string(out, "digraph tree {\n"
                        "    node [shape=box, fontname=\"monospace\", fontsize=11];\n");
    for (uint32_t i = 0; i < cast.lane_count; i++) {
        buf_printf(out, "    p%u [label=\"", i);
        add_lines(out, &all[i], dot_add, "\\n");
        buf_add_char(out, '"');
        if (all[i].zombie)
            buf_add_string(out, ", style=dotted");
        else if (all[i].orphan)
            buf_add_string(out, ", style=dashed");
        else if (all[i].killed)
            buf_add_string(out, ", style=bold");
        buf_add_string(out, "];\n");
    }
    for (uint32_t i = 0; i < cast.lane_count; i++)
        if (cast.lanes[i].parent != NO_INDEX)
            buf_printf(out, "    p%u -> p%u;\n", cast.lanes[i].parent, i);
    buf_add_string(out, "}\n");
    release_all(all, &cast);
    cast_release(&cast);
}

/* ---- SVG ---- */

struct box {
    int x, y, width, height;
};

struct tree {
    struct svg svg;
    struct cast cast;
    struct facts *facts;
    struct box *boxes;
    bool indented; /* one below the other, as in a list of files */
};

static void measure_boxes(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->cast.lane_count; i++) {
        const struct facts *facts = &tree->facts[i];
        size_t columns = 4;
        for (uint32_t j = 0; j < facts->count; j++) {
            size_t width = utf8_width(facts->lines[j].data, facts->lines[j].length);
            columns = columns > width ? columns : width;
        }
        tree->boxes[i].width = svg_columns(columns) + 2 * PADDING;
        tree->boxes[i].height = LINE * (int)facts->count + 9;
    }
}

/* Left to right, a column a generation. Returns how wide that is. */
static int place_columns(struct tree *tree)
{
    int widths[MOST_LANES + 1] = {0}, right = MARGIN;
    for (uint32_t i = 0; i < tree->cast.lane_count; i++) {
        int *width = &widths[tree->cast.lanes[i].depth];
        *width = *width > tree->boxes[i].width ? *width : tree->boxes[i].width;
    }
    for (uint32_t i = 0; i < tree->cast.lane_count; i++) {
        int x = MARGIN;
        for (uint32_t depth = 0; depth < tree->cast.lanes[i].depth; depth++)
            x += widths[depth] + STEP;
        tree->boxes[i].x = x;
        int end = x + widths[tree->cast.lanes[i].depth] + MARGIN;
        right = right > end ? right : end;
    }
    return right;
}

/* Leaves below each other, each parent in the middle of its children. */
static int place_rows(struct tree *tree)
{
    int y = MARGIN;
    for (uint32_t i = 0; i < tree->cast.lane_count; i++) {
        if (tree->cast.lanes[i].child_count > 0)
            continue;
        tree->boxes[i].y = y;
        y += tree->boxes[i].height + BETWEEN;
    }
    for (uint32_t i = tree->cast.lane_count; i > 0; i--) { /* children come after their parents */
        const struct lane *lane = &tree->cast.lanes[i - 1];
        if (lane->child_count == 0)
            continue;
        const struct box *first = &tree->boxes[lane->children[0]];
        const struct box *last = &tree->boxes[lane->children[lane->child_count - 1]];
        int middle = (first->y + first->height / 2 + last->y + last->height / 2) / 2;
        struct box *box = &tree->boxes[i - 1];
        box->y = middle - box->height / 2;
    }
    return y - BETWEEN + MARGIN;
}

/* A parent that is taller than its children sticks out above. */
static void shift_down(struct tree *tree, int *height)
{
    int top = MARGIN, bottom = 0;
    for (uint32_t i = 0; i < tree->cast.lane_count; i++)
        top = top < tree->boxes[i].y ? top : tree->boxes[i].y;
    for (uint32_t i = 0; i < tree->cast.lane_count; i++) {
        tree->boxes[i].y += MARGIN - top;
        int end = tree->boxes[i].y + tree->boxes[i].height + MARGIN;
        bottom = bottom > end ? bottom : end;
    }
    *height = bottom;
}

static void place_indented(struct tree *tree, int *width, int *height)
{
    int y = MARGIN;
    *width = 0;
    for (uint32_t i = 0; i < tree->cast.lane_count; i++) {
        struct box *box = &tree->boxes[i];
        box->x = MARGIN + INDENT * (int)tree->cast.lanes[i].depth;
        box->y = y;
        y += box->height + BETWEEN;
        int end = box->x + box->width + MARGIN;
        *width = *width > end ? *width : end;
    }
    *height = y - BETWEEN + MARGIN;
}

static void draw_branch(struct tree *tree, uint32_t lane)
{
    const struct box *box = &tree->boxes[lane];
    const struct box *parent = &tree->boxes[tree->cast.lanes[lane].parent];
    int y = box->y + box->height / 2;
    if (tree->indented)
        buf_printf(
            tree->svg.out,
            "<path class=\"fork\" marker-end=\"url(#procenario-tree-fork)\" d=\"M%d %dV%dH%d\"/>\n",
            parent->x + INDENT / 2, parent->y + parent->height, y, box->x);
    else
        buf_printf(tree->svg.out,
                   "<path class=\"fork\" marker-end=\"url(#procenario-tree-fork)\" d=\"M%d "
                   "%dH%dV%dH%d\"/>\n",
                   parent->x + parent->width, parent->y + parent->height / 2, box->x - STEP / 2, y,
                   box->x);
}

static void draw_box(struct tree *tree, uint32_t lane)
{
    const struct facts *facts = &tree->facts[lane];
    const struct box *box = &tree->boxes[lane];
    struct buf *out = tree->svg.out;
    if (tree->cast.lanes[lane].count > 1) /* a pile */
        buf_printf(out, "<path class=\"box\" d=\"M%d %dh%dv%dh-%dz\"/>\n", box->x + 4, box->y + 4,
                   box->width, box->height, box->width);
    buf_printf(out, "<path class=\"box%s%s\" d=\"M%d %dh%dv%dh-%dz\"/>\n",
               facts->orphan ? " orphan" : "", facts->killed ? " killed" : "", box->x, box->y,
               box->width, box->height, box->width);
    if (facts->zombie)
        buf_printf(
            out,
            "<path class=\"dead\" fill=\"url(#procenario-tree-dots)\" d=\"M%d %dh%dv5h-%dz\"/>\n",
            box->x, box->y + box->height - 5, box->width, box->width);
    for (uint32_t i = 0; i < facts->count; i++)
        svg_text(&tree->svg, box->x + PADDING, box->y + LINE * ((int)i + 1), "start",
                 i == 0 ? "strong" : "", facts->lines[i].data, facts->lines[i].length);
}

void tree_svg(const struct history *history, enum language language, struct buf *out)
{
    struct tree tree = {.svg = {.out = out, .language = language, .kind = "tree"}};
    cast_init(&tree.cast, history, language, MOST_LANES);
    tree.facts = gather_all(&tree.cast);
    tree.boxes = xcalloc((size_t)tree.cast.lane_count + 1, sizeof *tree.boxes);
    measure_boxes(&tree);
    tree.svg.width = place_columns(&tree);
    tree.indented = tree.svg.width > MOST_WIDTH;
    if (tree.indented) {
        place_indented(&tree, &tree.svg.width, &tree.svg.height);
    } else {
        tree.svg.height = place_rows(&tree);
        shift_down(&tree, &tree.svg.height);
    }
    svg_begin(&tree.svg, history, WORD_TREE_OF);
    for (uint32_t i = 0; i < tree.cast.lane_count; i++)
        if (tree.cast.lanes[i].parent != NO_INDEX)
            draw_branch(&tree, i);
    for (uint32_t i = 0; i < tree.cast.lane_count; i++)
        draw_box(&tree, i);
    svg_end(&tree.svg);
    free(tree.boxes);
    release_all(tree.facts, &tree.cast);
    cast_release(&tree.cast);
}
