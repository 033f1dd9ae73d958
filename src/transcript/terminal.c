/* The terminal that a run writes to. */
#include "transcript/terminal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "base/mem.h"
#include "transcript/sequences.h"

enum { UNCHANGED = INT_MAX };

struct row {
    struct cell *cells;
    int used;     /* columns that were written to: behind them is nothing */
    int told;     /* columns that were handed out while the row stayed on the screen */
    int changed;  /* the first column that is not as it was told, or UNCHANGED */
    bool shown;   /* it was handed out, even if there was nothing in it */
    bool follows; /* the line above was too long and goes on here */
};

struct screen {
    struct row *rows;
    bool cleared; /* the empty rows at the top are nobody's lines */
};

struct terminal {
    struct sequencer sequencer;
    VTerm *vterm;
    bool in_text;   /* it is given text, no sequence */
    int repeatable; /* the width of the character that a REP would repeat; 0: it has none */
    int rows, columns;
    struct terminal_listener listener;
    struct screen main, alternate;
    struct row *moving;    /* room for rows that change places */
    struct screen *screen; /* the one that is seen */
    struct look pen;
    VTermPos cursor;
    bool typed;
    /* Where the last character left the cursor; a character that then comes out at the beginning of
     * the row below was wrapped. Row -1: the cursor has been moved since. */
    int end_row, end_column;
    bool fresh; /* nothing has changed since the last showing */
};

bool look_equal(const struct look *a, const struct look *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* ---- lines that are done ---- */

static bool shows(const struct cell *cell)
{
    return (cell->chars[0] != 0 && cell->chars[0] != ' ') || cell->chars[1] != 0 ||
           cell->look.background.kind != COLOR_DEFAULT ||
           (cell->look.flags & (LOOK_REVERSE | LOOK_UNDERLINE | LOOK_STRIKE)) != 0;
}

static int visible_columns(const struct row *row)
{
    int count = row->used;
    while (count > 0 && row->cells[count - 1].kind != CELL_HALF && !shows(&row->cells[count - 1]))
        count--;
    return count;
}

static bool is_blank(const struct row *row)
{
    return visible_columns(row) == 0;
}

static void hand_out(struct terminal *terminal, struct row *row, bool wraps)
{
    int from = row->shown && row->changed >= row->told ? row->told : 0;
    int count = wraps ? row->used : visible_columns(row);
    struct terminal_line line = {
        .cells = row->cells + from,
        .count = count > from ? (size_t)(count - from) : 0,
        .wraps = wraps,
    };
    row->shown = true;
    row->told = row->used;
    row->changed = UNCHANGED;
    if (terminal->listener.done != NULL)
        terminal->listener.done(terminal->listener.self, &line);
}

static void tell_left(struct terminal *terminal, const struct row *row, bool wraps)
{
    size_t count = (size_t)(wraps ? row->used : visible_columns(row));
    struct terminal_line line = {row->cells, count, wraps};
    if (terminal->listener.left != NULL)
        terminal->listener.left(terminal->listener.self, &line);
}

/* A row that leaves the screen at the top. */
static void let_go(struct terminal *terminal, struct row *row, bool wraps)
{
    if (terminal->screen->cleared && is_blank(row))
        return;
    terminal->screen->cleared = false;
    if (!row->shown || (row->changed != UNCHANGED && !is_blank(row)))
        hand_out(terminal, row, wraps);
    tell_left(terminal, row, wraps);
}

/* The rows up to which there is something: all of them are lines, even if they are empty. */
static int rows_in_use(const struct terminal *terminal)
{
    int count = terminal->rows;
    while (count > 0 && is_blank(&terminal->screen->rows[count - 1]))
        count--;
    if (terminal->screen == &terminal->main && count < terminal->cursor.row)
        count = terminal->cursor.row;
    return count;
}

/* Full-screen programs change a screen here and there: it is shown as a whole. */
static void forget_shown(const struct terminal *terminal, struct screen *screen)
{
    for (int i = 0; i < terminal->rows; i++) {
        screen->rows[i].shown = false;
        screen->rows[i].told = 0;
        screen->rows[i].changed = UNCHANGED;
    }
}

void terminal_show(struct terminal *terminal)
{
    if (terminal->fresh)
        return;
    terminal->fresh = true;
    struct screen *screen = terminal->screen;
    if (screen == &terminal->alternate)
        forget_shown(terminal, screen);
    int count = rows_in_use(terminal), first = terminal->rows;
    while (first > 0 && !screen->rows[first - 1].shown)
        first--;
    for (int i = 0; i < terminal->rows; i++) {
        struct row *row = &screen->rows[i];
        bool wraps = i + 1 < count && screen->rows[i + 1].follows && !screen->rows[i + 1].shown;
        if (i < first) {
            if (row->changed != UNCHANGED && !is_blank(row))
                hand_out(terminal, row, wraps);
            row->changed = UNCHANGED;
        } else if (i < count && !(screen->cleared && is_blank(row))) {
            screen->cleared = false;
            hand_out(terminal, row, wraps);
        }
    }
}

/* ---- what libvterm finds ---- */

static void touch(struct terminal *terminal, struct row *row, int column)
{
    if (column < row->changed)
        row->changed = column;
    terminal->fresh = false;
}

static void reset_row(struct row *row)
{
    if (row->used > 0)
        memset(row->cells, 0, (size_t)row->used * sizeof *row->cells);
    *row = (struct row){.cells = row->cells, .changed = UNCHANGED};
}

/* What is left of a wide character is none: a blank. */
static void split_wide(const struct terminal *terminal, struct row *row, int column)
{
    if (column <= 0 || column >= terminal->columns || row->cells[column].kind != CELL_HALF)
        return;
    for (int i = column - 1; i <= column; i++) {
        struct look look = row->cells[i].look;
        row->cells[i] = (struct cell){.kind = CELL_NARROW, .chars = {' '}, .look = look};
    }
}

static void erase_columns(struct terminal *terminal, struct row *row, int from, int to)
{
    struct cell empty = {.kind = CELL_EMPTY};
    empty.look.background = terminal->pen.background;
    bool colored = empty.look.background.kind != COLOR_DEFAULT;
    if (from == 0)
        row->follows = false;
    if (!colored && from >= row->used)
        return;
    split_wide(terminal, row, from);
    split_wide(terminal, row, to);
    for (int i = from; i < to; i++)
        row->cells[i] = empty;
    if (!colored && to >= row->used)
        row->used = from;
    else if (colored && to > row->used)
        row->used = to;
    touch(terminal, row, from);
}

static bool may_stand(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    /* A terminal shows its cells in order, whatever these ask for. */
    bool directional = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    bool no_character = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef) ||
                        (code >= 0xd800 && code < 0xe000) || code > 0x10ffff;
    return !control && !directional && !no_character;
}

static struct cell cell_of(const struct terminal *terminal, const VTermGlyphInfo *info)
{
    struct cell cell = {.kind = info->width == 2 ? CELL_WIDE : CELL_NARROW, .look = terminal->pen};
    if (terminal->typed)
        cell.look.flags |= LOOK_TYPED;
    size_t count = 0;
    for (size_t i = 0; info->chars[i] != 0 && count < TERMINAL_CHARS; i++) {
        if (may_stand(info->chars[i]))
            cell.chars[count++] = info->chars[i];
        else if (i == 0)
            cell.chars[count++] = 0xfffd;
    }
    return cell;
}

static int on_glyph(VTermGlyphInfo *info, VTermPos at, void *user)
{
    struct terminal *terminal = user;
    struct row *row = &terminal->screen->rows[at.row];
    struct cell cell = cell_of(terminal, info);
    int width = cell.kind == CELL_WIDE ? 2 : 1;
    if (terminal->in_text)
        terminal->repeatable = info->width;
    if (at.col + width > terminal->columns)
        return 1;
    if (at.col == 0)
        row->follows = at.row > 0 && terminal->end_row == at.row - 1 &&
                       terminal->end_column + width > terminal->columns;
    terminal->end_row = at.row;
    terminal->end_column = at.col + width;
    struct cell *place = &row->cells[at.col];
    if (at.col < row->used) {
        if (memcmp(place, &cell, sizeof cell) == 0)
            return 1;
        split_wide(terminal, row, at.col);
        split_wide(terminal, row, at.col + width);
    }
    *place = cell;
    if (width == 2)
        place[1] = (struct cell){.kind = CELL_HALF, .look = cell.look};
    if (at.col + width > row->used)
        row->used = at.col + width;
    touch(terminal, row, at.col);
    return 1;
}

static int on_cursor(VTermPos at, VTermPos before, int visible, void *user)
{
    struct terminal *terminal = user;
    (void)before, (void)visible;
    if (at.row != terminal->cursor.row)
        terminal->fresh = false; /* what it leaves behind is a line, even if it is empty */
    terminal->cursor = at;
    int end =
        terminal->end_column < terminal->columns ? terminal->end_column : terminal->columns - 1;
    if (at.row != terminal->end_row || at.col != end)
        terminal->end_row = -1;
    return 1;
}

static void rotate(struct terminal *terminal, struct row *rows, int count, int by)
{
    for (int i = 0; i < count; i++)
        terminal->moving[i] = rows[(i + by + count) % count];
    for (int i = 0; i < count; i++)
        rows[i] = terminal->moving[i];
}

/* Whole lines move up (by > 0) or down; what leaves the screen at the top is done. */
static int on_scroll(VTermRect rect, int downward, int rightward, void *user)
{
    struct terminal *terminal = user;
    if (rightward != 0 || rect.start_col != 0 || rect.end_col != terminal->columns)
        return 0;
    struct row *rows = &terminal->screen->rows[rect.start_row];
    int height = rect.end_row - rect.start_row;
    int by = downward > height ? height : downward < -height ? -height : downward;
    bool leave = by > 0 && rect.start_row == 0 && terminal->screen == &terminal->main;
    for (int i = 0; leave && i < by; i++)
        let_go(terminal, &rows[i], i + 1 < terminal->rows && rows[i + 1].follows);
    if (by > 0)
        for (int i = 0; i < by; i++)
            reset_row(&rows[i]);
    else
        for (int i = height + by; i < height; i++)
            reset_row(&rows[i]);
    rotate(terminal, rows, height, by);
    if (terminal->end_row >= rect.start_row && terminal->end_row < rect.end_row)
        terminal->end_row -= by;
    if (terminal->pen.background.kind != COLOR_DEFAULT)
        for (int i = by > 0 ? height - by : 0; i < (by > 0 ? height : -by); i++)
            erase_columns(terminal, &rows[i], 0, terminal->columns);
    terminal->fresh = false;
    return 1;
}

/* A part of some lines moves: columns are inserted or deleted. */
static int on_move(VTermRect to, VTermRect from, void *user)
{
    struct terminal *terminal = user;
    int height = to.end_row - to.start_row, width = to.end_col - to.start_col;
    bool down = to.start_row > from.start_row;
    for (int k = 0; k < height; k++) {
        int i = down ? height - 1 - k : k;
        const struct row *source = &terminal->screen->rows[from.start_row + i];
        struct row *target = &terminal->screen->rows[to.start_row + i];
        split_wide(terminal, target, to.start_col);
        split_wide(terminal, target, to.end_col);
        memmove(&target->cells[to.start_col], &source->cells[from.start_col],
                (size_t)width * sizeof *target->cells);
        if (to.start_col > 0 && target->cells[to.start_col].kind == CELL_HALF)
            target->cells[to.start_col] = (struct cell){.kind = CELL_NARROW, .chars = {' '}};
        if (to.end_col > target->used)
            target->used = to.end_col;
        touch(terminal, target, to.start_col);
    }
    return 1;
}

/* What stands there goes out of sight; somebody has seen it. */
static void let_all_go(struct terminal *terminal)
{
    struct screen *screen = terminal->screen;
    int count = rows_in_use(terminal), first = 0;
    while (screen->cleared && first < count && is_blank(&screen->rows[first]))
        first++;
    terminal_show(terminal);
    for (int i = first; i < count; i++)
        tell_left(terminal, &screen->rows[i], i + 1 < count && screen->rows[i + 1].follows);
}

static void clear(struct terminal *terminal)
{
    for (int i = 0; i < terminal->rows; i++)
        reset_row(&terminal->screen->rows[i]);
    terminal->screen->cleared = true;
}

static int on_erase(VTermRect rect, int selective, void *user)
{
    struct terminal *terminal = user;
    (void)selective;
    bool all = rect.start_row == 0 && rect.end_row == terminal->rows && rect.start_col == 0 &&
               rect.end_col == terminal->columns;
    if (all) {
        if (terminal->screen == &terminal->main)
            let_all_go(terminal);
        clear(terminal);
    }
    for (int i = rect.start_row; i < rect.end_row; i++)
        erase_columns(terminal, &terminal->screen->rows[i], rect.start_col, rect.end_col);
    return 1;
}

static int on_new_pen(void *user)
{
    struct terminal *terminal = user;
    terminal->pen = (struct look){0};
    return 1;
}

static struct color color_of(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return (struct color){.kind = COLOR_DEFAULT};
    if (VTERM_COLOR_IS_INDEXED(color))
        return (struct color){.kind = COLOR_INDEXED, .red = color->indexed.idx};
    return (struct color){COLOR_RGB, color->rgb.red, color->rgb.green, color->rgb.blue};
}

static int on_pen(VTermAttr attribute, VTermValue *value, void *user)
{
    struct terminal *terminal = user;
    struct look *pen = &terminal->pen;
    uint32_t flag = 0;
    bool on = value->boolean != 0;
    switch (attribute) {
    case VTERM_ATTR_FOREGROUND:
        pen->foreground = color_of(&value->color);
        return 1;
    case VTERM_ATTR_BACKGROUND:
        pen->background = color_of(&value->color);
        return 1;
    case VTERM_ATTR_BOLD:
        flag = LOOK_BOLD;
        break;
    case VTERM_ATTR_ITALIC:
        flag = LOOK_ITALIC;
        break;
    case VTERM_ATTR_UNDERLINE:
        flag = LOOK_UNDERLINE;
        on = value->number != 0;
        break;
    case VTERM_ATTR_REVERSE:
        flag = LOOK_REVERSE;
        break;
    case VTERM_ATTR_STRIKE:
        flag = LOOK_STRIKE;
        break;
    default: /* blinking, other fonts */
        return 1;
    }
    pen->flags = on ? pen->flags | flag : pen->flags & ~flag;
    return 1;
}

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct terminal *terminal = user;
    if (property != VTERM_PROP_ALTSCREEN)
        return 1;
    if (value->boolean && terminal->screen == &terminal->main)
        terminal_show(terminal);
    terminal->screen = value->boolean ? &terminal->alternate : &terminal->main;
    terminal->end_row = -1;
    return 1;
}

static const VTermStateCallbacks callbacks = {
    .putglyph = on_glyph,
    .movecursor = on_cursor,
    .scrollrect = on_scroll,
    .moverect = on_move,
    .erase = on_erase,
    .initpen = on_new_pen,
    .setpenattr = on_pen,
    .settermprop = on_property,
};

/* ---- what libvterm is given ---- */

static void give(void *self, enum sequence_kind kind, const char *bytes, size_t length)
{
    struct terminal *terminal = self;
    bool repeats = kind == SEQUENCE_CSI && bytes[length - 1] == 'b';
    /* libvterm 0.1 never returns from repeating a character that has no width. */
    if (repeats && terminal->repeatable == 0)
        return;
    if (kind == SEQUENCE_ESCAPE && bytes[length - 1] == 'c')
        terminal->repeatable = 0;
    terminal->in_text = kind == SEQUENCE_TEXT;
    vterm_input_write(terminal->vterm, bytes, length);
}

/* ---- for others ---- */

static void ignore_answer(const char *bytes, size_t length, void *user)
{
    (void)bytes, (void)length, (void)user; /* to a program that asked where the cursor is */
}

static void *take_memory(size_t size, void *user)
{
    (void)user;
    return xcalloc(1, size);
}

static void give_back(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static void screen_init(const struct terminal *terminal, struct screen *screen)
{
    screen->rows = xcalloc((size_t)terminal->rows, sizeof *screen->rows);
    for (int i = 0; i < terminal->rows; i++) {
        screen->rows[i].cells = xcalloc((size_t)terminal->columns, sizeof(struct cell));
        screen->rows[i].changed = UNCHANGED;
    }
}

static void screen_release(const struct terminal *terminal, struct screen *screen)
{
    for (int i = 0; i < terminal->rows; i++)
        free(screen->rows[i].cells);
    free(screen->rows);
}

struct terminal *terminal_new(struct terminal_size size, struct terminal_listener listener)
{
    static VTermAllocatorFunctions memory = {take_memory, give_back};
    struct terminal *terminal = xcalloc(1, sizeof *terminal);
    terminal->listener = listener;
    terminal->rows = (int)size.rows;
    terminal->columns = (int)size.columns;
    terminal->moving = xcalloc(size.rows, sizeof *terminal->moving);
    screen_init(terminal, &terminal->main);
    screen_init(terminal, &terminal->alternate);
    terminal->screen = &terminal->main;
    terminal->sequencer = (struct sequencer){.take = give, .self = terminal};
    terminal->vterm = vterm_new_with_allocator(terminal->rows, terminal->columns, &memory, NULL);
    vterm_set_utf8(terminal->vterm, 1);
    vterm_output_set_callback(terminal->vterm, ignore_answer, NULL);
    VTermState *state = vterm_obtain_state(terminal->vterm);
    vterm_state_set_callbacks(state, &callbacks, terminal);
    vterm_state_reset(state, 1);
    terminal->main.cleared = false;
    terminal->fresh = true;
    return terminal;
}

void terminal_feed(struct terminal *terminal, const char *bytes, size_t length, bool typed)
{
    terminal->typed = typed;
    /* The kernel's line discipline makes \r\n of \n on the way to a terminal. */
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end != NULL ? (size_t)(end - bytes) : length;
        sequencer_feed(&terminal->sequencer, bytes, part);
        if (end == NULL)
            return;
        sequencer_feed(&terminal->sequencer, "\r\n", 2);
        bytes += part + 1;
        length -= part + 1;
    }
}

void terminal_free(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    vterm_free(terminal->vterm);
    screen_release(terminal, &terminal->main);
    screen_release(terminal, &terminal->alternate);
    free(terminal->moving);
    free(terminal);
}

unsigned terminal_rows(const struct terminal *terminal)
{
    return (unsigned)terminal->rows;
}

struct terminal_line terminal_row(const struct terminal *terminal, unsigned row)
{
    const struct row *found = &terminal->screen->rows[row];
    bool wraps = (int)row + 1 < terminal->rows && terminal->screen->rows[row + 1].follows;
    int count = wraps ? found->used : visible_columns(found);
    return (struct terminal_line){found->cells, (size_t)count, wraps};
}
