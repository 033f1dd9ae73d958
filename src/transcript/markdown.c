/*
 * Markdown: the lines of the terminal in `console` blocks, which nothing printed can end, and
 * commentary as prose between them.
 */
#include <string.h>

#include "transcript/internal.h"

/* So much of a block is kept back until the fence that it needs is known. */
enum { BLOCK_KEPT = 1 << 16, SHORTEST_FENCE = 3 };

struct markdown {
    struct buf block; /* lines whose fence is not written yet */
    struct buf line;  /* what there is of one and was not handed on */
    bool in_line;     /* its beginning was handed on */
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
    if (length > 0 && line[length - 1] == '\n')
        length--;
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

static void add_to_block(struct transcript *transcript, const char *text, size_t length)
{
    struct markdown *markdown = markdown_of(transcript);
    buf_add(markdown->fence > 0 ? &transcript->text : &markdown->block, text, length);
    if (markdown->fence == 0 && markdown->block.length > BLOCK_KEPT)
        open_block(transcript, markdown);
}

/* A whole line, or the beginning of one that can be no fence, whatever follows. */
static void add_beginning(struct transcript *transcript, const char *text, size_t length)
{
    struct markdown *markdown = markdown_of(transcript);
    size_t fence = fence_length(text, length);
    if (markdown->fence > 0 && fence >= markdown->fence)
        close_block(transcript, markdown); /* and another, with a longer fence */
    if (fence > markdown->longest)
        markdown->longest = fence;
    add_to_block(transcript, text, length);
}

/* Hands on what there is of a line. */
static void flush_line(struct transcript *transcript, struct markdown *markdown)
{
    if (markdown->line.length > 0 && markdown->in_line)
        add_to_block(transcript, markdown->line.data, markdown->line.length);
    else if (markdown->line.length > 0)
        add_beginning(transcript, markdown->line.data, markdown->line.length);
    markdown->in_line = true;
    buf_clear(&markdown->line);
}

static bool may_be_fence(const struct buf *line)
{
    for (size_t i = 0; i < line->length; i++)
        if (line->data[i] != '`' && line->data[i] != ' ')
            return false;
    return true;
}

static void markdown_line(struct transcript *transcript, const struct terminal_line *line)
{
    struct markdown *markdown = markdown_of(transcript);
    line_add(&markdown->line, line);
    /* Lines may be as long as the output is. */
    if (!line->wraps || markdown->in_line || !may_be_fence(&markdown->line))
        flush_line(transcript, markdown);
    if (!line->wraps)
        markdown->in_line = false;
}

/* Ends a line that was left open: the next is not its continuation. */
static void end_line(struct transcript *transcript, struct markdown *markdown)
{
    if (markdown->line.length == 0 && !markdown->in_line)
        return;
    buf_add_char(&markdown->line, '\n');
    flush_line(transcript, markdown);
    markdown->in_line = false;
}

static void block_remark(struct transcript *transcript, const char *line, size_t length)
{
    auto_buf struct buf text = {0};
    buf_add_string(&text, length > 0 ? "# " : "#");
    buf_add(&text, line, length);
    buf_add_char(&text, '\n');
    add_to_block(transcript, text.data, text.length);
}

static size_t run_length(const char *at, const char *end)
{
    size_t count = 0;
    while (at + count < end && at[count] == *at)
        count++;
    return count;
}

/* What is behind the code span that begins here; NULL: the backticks begin none. */
static const char *behind_code(const char *at, const char *end, size_t ticks)
{
    for (at += ticks; at < end;) {
        size_t run = run_length(at, end);
        if (*at == '`' && run == ticks)
            return at + run;
        at += run;
    }
    return NULL;
}

/* Prose is the author's Markdown, but what would swallow all that follows is text: HTML, and a
 * fence at the beginning of a line. */
static void add_prose_line(struct transcript *transcript, const char *line, size_t length)
{
    struct buf *out = &transcript->text;
    const char *at = line, *end = line + length;
    bool at_start = true;
    while (at < end) {
        size_t run = run_length(at, end);
        bool fence = at_start && run >= SHORTEST_FENCE && (*at == '`' || *at == '~');
        const char *behind = *at == '`' && !fence ? behind_code(at, end, run) : NULL;
        at_start = at_start && *at == ' ';
        if (behind != NULL) {
            buf_add(out, at, (size_t)(behind - at));
            at = behind;
            continue;
        }
        for (size_t i = 0; i < run; i++, at++) {
            if (fence || *at == '<' || *at == '`')
                buf_add_char(out, '\\');
            buf_add_char(out, *at);
        }
    }
    buf_add_char(out, '\n');
}

static void markdown_note(struct transcript *transcript, enum note note, const char *text,
                          size_t length)
{
    struct markdown *markdown = markdown_of(transcript);
    end_line(transcript, markdown);
    if (note != NOTE_SAY) {
        each_line(transcript, text, length, block_remark);
        return;
    }
    close_block(transcript, markdown);
    begin_part(transcript, markdown);
    each_line(transcript, text, length, add_prose_line);
}

static void markdown_end(struct transcript *transcript, const struct trace_footer *footer)
{
    (void)footer;
    struct markdown *markdown = markdown_of(transcript);
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
