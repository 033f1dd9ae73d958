/* A document with other contents in its blocks. */
#include <string.h>

#include "document/document.h"

static size_t end_of(struct span span)
{
    return (size_t)span.offset + span.length;
}

/* How long the fence must be, so that no line of the text ends the block. */
static size_t fence_needed(const struct filling *filling, char mark, size_t least)
{
    size_t needed = least;
    for (size_t at = 0; at < filling->length;) {
        const char *line = filling->text + at;
        const char *end = memchr(line, '\n', filling->length - at);
        size_t length = end != NULL ? (size_t)(end - line) : filling->length - at;
        size_t from = 0, run = 0;
        while (from < length && (line[from] == ' ' || line[from] == '\t'))
            from++;
        while (from + run < length && line[from + run] == mark)
            run++;
        if (run >= needed)
            needed = run + 1;
        at += length + 1;
    }
    return needed;
}

static void add_marks(struct buf *out, char mark, size_t count)
{
    while (count-- > 0)
        buf_add_char(out, mark);
}

/* The prefix; nothing blank at the end of an empty line. */
static void add_prefix(const struct passage *passage, bool empty, struct buf *out)
{
    size_t length = strlen(passage->prefix);
    while (empty && length > 0 &&
           (passage->prefix[length - 1] == ' ' || passage->prefix[length - 1] == '\t'))
        length--;
    buf_add(out, passage->prefix, length);
}

static void add_lines(const struct passage *passage, const struct filling *filling, struct buf *out)
{
    for (size_t at = 0; at < filling->length;) {
        const char *line = filling->text + at;
        const char *end = memchr(line, '\n', filling->length - at);
        size_t length = end != NULL ? (size_t)(end - line) : filling->length - at;
        add_prefix(passage, length == 0, out);
        buf_add(out, line, length);
        buf_add_string(out, passage->crlf ? "\r\n" : "\n");
        at += length + 1;
    }
}

void document_fill(const struct document *document, const struct filling *fillings, struct buf *out)
{
    const char *text = document->source->text;
    size_t at = 0;
    for (size_t i = 0; i < document->count; i++) {
        const struct passage *passage = &document->passages[i];
        if (fillings[i].text == NULL || passage->kind != PASSAGE_FENCE)
            continue;
        char mark = text[passage->fence.offset];
        size_t needed = fence_needed(&fillings[i], mark, passage->fence.length);
        size_t closing = needed > passage->fence.length ? needed : (size_t)passage->closing.length;
        buf_add(out, text + at, passage->fence.offset - at);
        add_marks(out, mark, needed);
        at = end_of(passage->fence);
        buf_add(out, text + at, passage->content.offset - at);
        add_lines(passage, &fillings[i], out);
        at = end_of(passage->content);
        buf_add(out, text + at, passage->closing.offset - at);
        add_marks(out, mark, closing < needed ? needed : closing);
        at = end_of(passage->closing);
    }
    buf_add(out, text + at, document->source->length - at);
}
