/*
 * Lines as they are: plain text, text with its colours for a terminal, and Markdown, where the
 * lines of the terminal stand in fences and commentary is prose between them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "transcript/internal.h"

/* ---- text ---- */

static void add_line_text(struct buf *out, const struct terminal_line *line)
{
    char text[TERMINAL_COLUMNS * LONGEST_CELL];
    size_t length = 0;
    for (size_t i = 0; i < line->count; i++)
        length += cell_encode(&line->cells[i], text + length);
    while (!line->wraps && length > 0 && text[length - 1] == ' ')
        length--;
    buf_add(out, text, length);
    if (!line->wraps)
        buf_add_char(out, '\n');
}

static void text_line(struct transcript *transcript, const struct terminal_line *line)
{
    add_line_text(&transcript->text, line);
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

/* ---- Markdown ---- */

/* So much of a block is kept back until the fence that it needs is known. */
enum { BLOCK_KEPT = 1 << 16, SHORTEST_FENCE = 3 };

struct markdown {
    struct buf block; /* lines whose fence is not written yet */
    struct buf line;  /* not yet at its end */
    size_t longest;   /* run of backticks that begins a line of the block */
    size_t fence;     /* of the open block; 0: its lines are kept back, or there is none */
    bool any;         /* something was written */
};

static struct markdown *markdown_of(struct transcript *transcript)
{
    if (transcript->own == NULL)
        transcript->own = xcalloc(1, sizeof(struct markdown));
    return transcript->own;
}

/* The backticks that a reader of Markdown could take for the end of a block (CommonMark 4.5). */
static size_t fence_length(const char *line, size_t length)
{
    size_t i = 0, count = 0;
    while (i < length && i < 3 && line[i] == ' ')
        i++;
    for (; i < length && line[i] == '`'; i++)
        count++;
    for (; i < length; i++)
        if (line[i] != ' ' && line[i] != '\t')
            return 0;
    return count;
}

static void add_fence(struct buf *out, size_t length, const char *rest)
{
    for (size_t i = 0; i < length; i++)
        buf_add_char(out, '`');
    buf_add_string(out, rest);
}

static void begin_part(struct transcript *transcript, struct markdown *markdown)
{
    if (markdown->any)
        buf_add_char(&transcript->text, '\n');
    markdown->any = true;
}

static void open_block(struct transcript *transcript, struct markdown *markdown)
{
    begin_part(transcript, markdown);
    markdown->fence = markdown->longest < SHORTEST_FENCE ? SHORTEST_FENCE : markdown->longest + 1;
    add_fence(&transcript->text, markdown->fence, "console\n");
    buf_add(&transcript->text, markdown->block.data, markdown->block.length);
    buf_clear(&markdown->block);
}

static void close_block(struct transcript *transcript, struct markdown *markdown)
{
    if (markdown->fence == 0 && markdown->block.length > 0)
        open_block(transcript, markdown);
    if (markdown->fence > 0)
        add_fence(&transcript->text, markdown->fence, "\n");
    markdown->fence = markdown->longest = 0;
}

static void add_block_line(struct transcript *transcript, const char *line, size_t length)
{
    struct markdown *markdown = markdown_of(transcript);
    size_t fence = fence_length(line, length);
    if (markdown->fence > 0 && fence >= markdown->fence)
        close_block(transcript, markdown); /* and another, with a longer fence */
    if (fence > markdown->longest)
        markdown->longest = fence;
    struct buf *out = markdown->fence > 0 ? &transcript->text : &markdown->block;
    buf_add(out, line, length);
    buf_add_char(out, '\n');
    if (markdown->fence == 0 && markdown->block.length > BLOCK_KEPT)
        open_block(transcript, markdown);
}

static void end_line(struct transcript *transcript, struct markdown *markdown)
{
    const char *line = markdown->line.length > 0 ? markdown->line.data : "";
    size_t length = markdown->line.length;
    add_block_line(transcript, line, length > 0 && line[length - 1] == '\n' ? length - 1 : length);
    buf_clear(&markdown->line);
}

static void markdown_line(struct transcript *transcript, const struct terminal_line *line)
{
    struct markdown *markdown = markdown_of(transcript);
    add_line_text(&markdown->line, line);
    /* A line without an end may be as long as the output: what is far behind its beginning cannot
     * make it a fence. */
    if (!line->wraps)
        end_line(transcript, markdown);
}

static void block_remark(struct transcript *transcript, const char *line, size_t length)
{
    auto_buf struct buf text = {0};
    buf_add_string(&text, length > 0 ? "# " : "#");
    buf_add(&text, line, length);
    add_block_line(transcript, text.data, text.length);
}

/* The end of the code span that begins with `count` backticks, or NULL. */
static const char *code_end(const char *at, const char *end, size_t count)
{
    while (at < end) {
        size_t run = 0;
        while (at + run < end && at[run] == '`')
            run++;
        if (run == count)
            return at + run;
        at += run > 0 ? run : 1;
    }
    return NULL;
}

/* Prose is the author's Markdown, but what would swallow all that follows (HTML, a fence) is text.
 */
static void add_prose(struct buf *out, const char *text, size_t length)
{
    const char *end = text + length;
    bool at_start = true;
    while (text < end) {
        size_t run = 0;
        while (text + run < end && (*text == '`' || (at_start && *text == '~')) &&
               text[run] == *text)
            run++;
        const char *after = run > 0 && *text == '`' ? code_end(text + run, end, run) : NULL;
        if (after != NULL && !(at_start && run >= 3)) {
            buf_add(out, text, (size_t)(after - text));
            text = after;
            at_start = false;
        } else if (run > 0) {
            for (size_t i = 0; i < run; i++) {
                buf_add_char(out, '\\');
                buf_add_char(out, *text);
            }
            text += run;
            at_start = false;
        } else {
            if (*text == '<')
                buf_add_char(out, '\\');
            at_start = *text == '\n' || (at_start && *text == ' ');
            buf_add_char(out, *text++);
        }
    }
}

static void markdown_note(struct transcript *transcript, enum note note, const char *text,
                          size_t length)
{
    struct markdown *markdown = markdown_of(transcript);
    if (markdown->line.length > 0)
        end_line(transcript, markdown);
    if (note != NOTE_SAY) {
        each_line(transcript, text, length, block_remark);
        return;
    }
    close_block(transcript, markdown);
    begin_part(transcript, markdown);
    add_prose(&transcript->text, text, length);
    buf_add_char(&transcript->text, '\n');
}

static void markdown_end(struct transcript *transcript, const struct trace_footer *footer)
{
    (void)footer;
    struct markdown *markdown = markdown_of(transcript);
    if (markdown->line.length > 0)
        end_line(transcript, markdown);
    close_block(transcript, markdown);
}

static void markdown_free(void *own)
{
    struct markdown *markdown = own;
    buf_release(&markdown->block);
    buf_release(&markdown->line);
}

const struct form form_markdown = {
    .line = markdown_line, .note = markdown_note, .end = markdown_end, .free = markdown_free};
