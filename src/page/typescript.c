/*
 * What stood on the terminal, and from which event on.
 *
 * Lines are counted from the first that was ever written. One that scrolls away keeps its number
 * and its looks, so that an event costs only the lines that it changed, and a screen of any instant
 * is a range of numbers: those from `top` on, and what can be scrolled back to above it.
 */
#include <stdlib.h>
#include <string.h>

#include "page/internal.h"
#include "transcript/terminal.h"

/* Lines above the screen that the page shows. */
enum { SCROLL_BACK = 200 };

struct typescript {
    struct terminal *terminal;
    struct pieces looks;  /* lines as HTML */
    struct series *lines; /* values are numbers of looks */
    uint32_t line_count, line_capacity;
    struct series top;                         /* the number of the line at the top of the screen */
    uint32_t scrolled;                         /* how many lines have left the screen */
    uint32_t blank;                            /* a look */
    uint32_t most_lines;                       /* of a screen */
    struct buf kept[SCROLL_BACK];              /* lines that left the screen during this event */
    bool foregrounds[4096], backgrounds[4096]; /* colours in use, four bits a channel */
};

/* ---- a line as HTML ---- */

/* What xterm shows for the colours from 16 on: a cube of 6 × 6 × 6, then 24 greys. */
static struct color rgb_of(struct color color)
{
    static const uint8_t steps[] = {0, 95, 135, 175, 215, 255};
    if (color.kind == COLOR_RGB)
        return color;
    unsigned index = color.red;
    if (index >= 232) {
        uint8_t grey = (uint8_t)(8 + 10 * (index - 232));
        return (struct color){COLOR_RGB, grey, grey, grey};
    }
    index -= 16;
    return (struct color){COLOR_RGB, steps[index / 36], steps[index / 6 % 6], steps[index % 6]};
}

/* Sixteen steps a channel are enough for the eye, and keep the style small. */
static unsigned coarse(uint8_t channel)
{
    return (channel + 8u) / 17u;
}

static void add_color(struct typescript *typescript, struct color color, bool background,
                      struct buf *out)
{
    if (color.kind == COLOR_DEFAULT)
        return;
    char side = background ? 'b' : 'f';
    if (color.kind == COLOR_INDEXED && color.red < 16) {
        buf_printf(out, " %c%u", side, color.red);
        return;
    }
    struct color rgb = rgb_of(color);
    unsigned code = coarse(rgb.red) << 8 | coarse(rgb.green) << 4 | coarse(rgb.blue);
    (background ? typescript->backgrounds : typescript->foregrounds)[code] = true;
    buf_printf(out, " %c-%03x", side, code);
}

static void add_classes(struct typescript *typescript, const struct cell *cell, struct buf *out)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } flags[] = {
        {LOOK_BOLD, " bold"},     {LOOK_ITALIC, " italic"}, {LOOK_UNDERLINE, " underline"},
        {LOOK_STRIKE, " struck"}, {LOOK_TYPED, " typed"},   {LOOK_REVERSE, " reverse"},
    };
    const struct look *look = &cell->look;
    bool reverse = (look->flags & LOOK_REVERSE) != 0;
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if ((look->flags & flags[i].flag) != 0)
            buf_add_string(out, flags[i].name);
    add_color(typescript, reverse ? look->background : look->foreground, false, out);
    add_color(typescript, reverse ? look->foreground : look->background, true, out);
    if (cell->kind == CELL_WIDE)
        buf_add_string(out, cell_is_symbol(cell) ? " symbol" : " wide");
}

static void add_text(const struct cell *cell, struct buf *out)
{
    char text[LONGEST_CELL];
    html_add(out, text, cell_encode(cell, text));
}

static bool alike(const struct cell *a, const struct cell *b)
{
    return look_equal(&a->look, &b->look) && (a->kind == CELL_WIDE) == (b->kind == CELL_WIDE) &&
           !cell_is_symbol(a) && !cell_is_symbol(b);
}

static void add_line(struct typescript *typescript, const struct terminal_line *line,
                     struct buf *out)
{
    auto_buf struct buf classes = {0};
    bool open = false;
    const struct cell *before = NULL;
    for (size_t i = 0; i < line->count; i++) {
        const struct cell *cell = &line->cells[i];
        if (cell->kind == CELL_HALF)
            continue;
        if (before == NULL || !alike(before, cell)) {
            buf_add_string(out, open ? "</span>" : "");
            buf_clear(&classes);
            add_classes(typescript, cell, &classes);
            open = classes.length > 0;
            if (open)
                buf_printf(out, "<span class=\"%s\">", classes.data + 1);
        }
        add_text(cell, out);
        before = cell;
    }
    buf_add_string(out, open ? "</span>" : "");
}

/* ---- as events come ---- */

static void set_line(struct typescript *typescript, uint32_t line, uint32_t event,
                     const struct buf *html)
{
    uint32_t look = html->length > 0 ? pieces_keep(&typescript->looks, html->data, html->length)
                                     : typescript->blank;
    if (line >= typescript->line_count && look == typescript->blank)
        return;
    while (line >= typescript->line_capacity) {
        uint32_t old = typescript->line_capacity;
        typescript->line_capacity = old > 0 ? 2 * old : 64;
        typescript->lines =
            xreallocarray(typescript->lines, typescript->line_capacity, sizeof *typescript->lines);
        memset(typescript->lines + old, 0,
               (typescript->line_capacity - old) * sizeof *typescript->lines);
    }
    if (line >= typescript->line_count)
        typescript->line_count = line + 1;
    if (look != typescript->blank || typescript->lines[line].count > 0)
        series_set(&typescript->lines[line], event, look);
}

static void take_line(void *self, const struct terminal_line *line)
{
    struct typescript *typescript = self;
    struct buf *html = &typescript->kept[typescript->scrolled++ % SCROLL_BACK];
    buf_clear(html);
    add_line(typescript, line, html);
}

/* Brings the lines up to date that the event may have changed: `before` had scrolled away by then.
 */
static void note_changes(struct typescript *typescript, uint32_t event, uint32_t before)
{
    uint32_t line = before, top = typescript->scrolled;
    if (top - before > SCROLL_BACK)
        line = top - SCROLL_BACK;
    for (; line < top; line++)
        set_line(typescript, line, event, &typescript->kept[line % SCROLL_BACK]);
    auto_buf struct buf html = {0};
    for (uint32_t row = 0; row < terminal_rows(typescript->terminal); row++) {
        struct terminal_line now = terminal_row(typescript->terminal, row);
        buf_clear(&html);
        add_line(typescript, &now, &html);
        set_line(typescript, top + row, event, &html);
        if (now.count > 0 && row + 1 > typescript->most_lines)
            typescript->most_lines = row + 1;
    }
    series_set(&typescript->top, event, top);
}

static void echo(struct terminal *terminal, const struct event *event)
{
    auto_buf struct buf text = {0};
    add_echo(&text, event->text, event->text_length);
    terminal_feed(terminal, text.data, text.length, true);
}

struct typescript *typescript_of(const struct history *history)
{
    struct typescript *typescript = xcalloc(1, sizeof *typescript);
    typescript->terminal =
        terminal_new(trace_terminal(&history->header),
                     (struct terminal_listener){.left = take_line, .self = typescript});
    typescript->blank = pieces_keep(&typescript->looks, "", 0);
    series_set(&typescript->top, 0, 0);
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct event *event = &history->events[i].event;
        uint32_t before = typescript->scrolled;
        if (event->kind == EVENT_OUTPUT)
            terminal_feed(typescript->terminal, event->text, event->text_length, false);
        else if (event->kind == EVENT_TYPE)
            echo(typescript->terminal, event);
        else
            continue;
        note_changes(typescript, i, before);
    }
    return typescript;
}

void typescript_free(struct typescript *typescript)
{
    if (typescript == NULL)
        return;
    for (uint32_t i = 0; i < typescript->line_count; i++)
        series_release(&typescript->lines[i]);
    for (size_t i = 0; i < SCROLL_BACK; i++)
        buf_release(&typescript->kept[i]);
    free(typescript->lines);
    series_release(&typescript->top);
    pieces_release(&typescript->looks);
    terminal_free(typescript->terminal);
    free(typescript);
}

/* ---- written out ---- */

void typescript_add_style(const struct typescript *typescript, struct buf *out)
{
    for (unsigned i = 0; i < ARRAY_SIZE(typescript->foregrounds); i++) {
        if (typescript->foregrounds[i])
            buf_printf(out, ".f-%03x{color:#%03x}\n", i, i);
        if (typescript->backgrounds[i])
            buf_printf(out, ".b-%03x{background:#%03x}\n", i, i);
    }
}

void typescript_add_final(const struct typescript *typescript, struct buf *out)
{
    uint32_t line = typescript->scrolled > SCROLL_BACK ? typescript->scrolled - SCROLL_BACK : 0;
    uint32_t end = typescript->line_count;
    while (end > line && (typescript->lines[end - 1].count == 0 ||
                          typescript->lines[end - 1].items[typescript->lines[end - 1].count - 1] ==
                              typescript->blank))
        end--;
    for (; line < end; line++) {
        const struct series *series = &typescript->lines[line];
        uint32_t look = series->count > 0 ? series->items[series->count - 1] : typescript->blank;
        buf_add(out, typescript->looks.items[look].text, typescript->looks.items[look].length);
        buf_add_char(out, '\n');
    }
}

void typescript_add_json(const struct typescript *typescript, struct buf *out)
{
    buf_printf(out, "{\"rows\":%u,\"screen\":%u,\"back\":%d,\"top\":", typescript->most_lines,
               terminal_rows(typescript->terminal), SCROLL_BACK);
    series_add_json(&typescript->top, out);
    /* By number: of those that ran through at once, most are not kept. */
    buf_printf(out, ",\n\"count\":%u,\"lines\":{", typescript->line_count);
    const char *between = "";
    for (uint32_t i = 0; i < typescript->line_count; i++) {
        if (typescript->lines[i].count == 0)
            continue;
        buf_printf(out, "%s\"%u\":", between, i);
        series_add_json(&typescript->lines[i], out);
        between = ",";
    }
    buf_add_string(out, "},\n\"looks\":");
    pieces_add_strings(&typescript->looks, out);
    buf_add_char(out, '}');
}
