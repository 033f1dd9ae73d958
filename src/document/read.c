/*
 * Finding: line by line, with the quotes and list items that are open, as CommonMark's "block
 * structure" phase does it. Only what can hold or hide a fence matters: containers, fences, HTML
 * comments and <pre>, <script>, <style>, <textarea>.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "document/document.h"

#define DEEPEST 32     /* containers in one another; deeper ones are not looked into */
#define FENCE_INDENT 3 /* more is an indented code block */

struct container {
    bool is_quote;
    size_t width; /* of a list item: how far its content is indented */
};

struct reader {
    const struct source *source;
    struct diags *diags;
    struct document *document;
    struct container open[DEEPEST];
    size_t depth;
    size_t next; /* offset of the next line */
};

/* One line, and how far it was read. */
struct line {
    const char *text; /* without its line break */
    size_t start, length, at, column;
    bool crlf;
};

/* ---- lines ---- */

static bool next_line(struct reader *reader, struct line *line)
{
    const struct source *source = reader->source;
    if (reader->next >= source->length)
        return false;
    const char *text = source->text + reader->next;
    size_t left = source->length - reader->next;
    const char *end = memchr(text, '\n', left);
    size_t length = end != NULL ? (size_t)(end - text) : left;
    *line = (struct line){.text = text, .start = reader->next, .length = length};
    reader->next += length + (end != NULL);
    line->crlf = length > 0 && text[length - 1] == '\r';
    line->length -= line->crlf;
    if (line->start == 0 && line->length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        line->at = 3; /* a byte-order mark */
    return true;
}

static char peek(const struct line *line)
{
    return line->at < line->length ? line->text[line->at] : '\0';
}

static void step(struct line *line)
{
    line->column += line->text[line->at] == '\t' ? 4 - line->column % 4 : 1;
    line->at++;
}

/* Skips blanks up to so many columns; how many there were. */
static size_t skip_blanks(struct line *line, size_t most)
{
    size_t from = line->column;
    while ((peek(line) == ' ' || peek(line) == '\t') && line->column - from < most)
        step(line);
    return line->column - from;
}

static bool is_blank(const struct line *line)
{
    struct line rest = *line;
    skip_blanks(&rest, SIZE_MAX);
    return rest.at == rest.length;
}

/* ---- containers ---- */

static bool enter_quote(struct line *line)
{
    struct line before = *line;
    skip_blanks(line, FENCE_INDENT);
    if (peek(line) != '>') {
        *line = before;
        return false;
    }
    step(line);
    skip_blanks(line, 1);
    return true;
}

/* How many of the open containers the line goes on with. */
static size_t match_containers(const struct reader *reader, struct line *line)
{
    size_t matched = 0;
    for (; matched < reader->depth; matched++) {
        const struct container *container = &reader->open[matched];
        if (container->is_quote) {
            if (!enter_quote(line))
                break;
            continue;
        }
        if (is_blank(line))
            continue;
        struct line before = *line;
        if (skip_blanks(line, container->width) < container->width) {
            *line = before;
            break;
        }
    }
    return matched;
}

/* The length of a list item's marker: "-", "+", "*", "12.", "12)". 0: it is none. */
static size_t marker_length(const struct line *line)
{
    const char *text = line->text + line->at;
    size_t left = line->length - line->at, length = 0;
    if (left > 0 && (text[0] == '-' || text[0] == '+' || text[0] == '*'))
        length = 1;
    else
        while (length < left && length < 9 && text[length] >= '0' && text[length] <= '9')
            length++;
    if (length > 0 && text[0] >= '0' && text[0] <= '9') {
        if (length == left || (text[length] != '.' && text[length] != ')'))
            return 0;
        length++;
    }
    bool blank_follows = length == left || text[length] == ' ' || text[length] == '\t';
    return blank_follows ? length : 0;
}

static bool enter_item(struct line *line, size_t *width)
{
    struct line before = *line;
    size_t from = line->column;
    skip_blanks(line, FENCE_INDENT);
    size_t marker = marker_length(line);
    if (marker == 0) {
        *line = before;
        return false;
    }
    while (marker-- > 0)
        step(line);
    struct line after = *line;
    size_t blanks = skip_blanks(line, SIZE_MAX);
    if (blanks > 4 || line->at == line->length) { /* an indented block, or nothing, follows */
        *line = after;
        blanks = 1;
        skip_blanks(line, 1);
    }
    *width = after.column + blanks - from;
    return true;
}

static void open_containers(struct reader *reader, struct line *line)
{
    while (reader->depth < DEEPEST) {
        size_t width = 0;
        bool is_quote = enter_quote(line);
        if (!is_quote && !enter_item(line, &width))
            return;
        reader->open[reader->depth++] = (struct container){is_quote, width};
    }
}

/* ---- attributes ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span span_of(size_t from, size_t to)
{
    return (struct span){(uint32_t)from, (uint32_t)(to - from)};
}

/* A flaw of the passage is told only when the passage turns out to be ours. */
struct flaw {
    struct span span;
    const char *message, *help; /* message NULL: there is none */
};

/* A value in quotes, of which `at` is the first; the offset behind the last. */
static size_t read_quoted(const char *text, size_t at, size_t end, struct attribute *attribute,
                          struct flaw *flaw)
{
    struct buf value = {0};
    size_t from = ++at;
    while (at < end && text[at] != '"') {
        if (text[at] == '\\' && at + 1 < end && (text[at + 1] == '"' || text[at + 1] == '\\'))
            at++;
        buf_add_char(&value, text[at++]);
    }
    attribute->value = span_of(from, at);
    attribute->text = buf_take(&value);
    if (at < end)
        return at + 1;
    *flaw = (struct flaw){span_of(from - 1, end), "the quotes are not closed", NULL};
    return at;
}

static void read_attributes(const struct source *source, size_t at, size_t end,
                            struct passage *passage, struct flaw *flaw)
{
    const char *text = source->text;
    for (;;) {
        while (at < end && is_space(text[at]))
            at++;
        if (at == end)
            return;
        size_t from = at;
        while (at < end && !is_space(text[at]) && text[at] != '=')
            at++;
        if (at == end || text[at] != '=' || at == from) {
            while (at < end && !is_space(text[at]))
                at++;
            if (flaw->message == NULL)
                *flaw = (struct flaw){span_of(from, at), "a key and a value are expected here",
                                      "write key=value, or key=\"value\" where it has blanks"};
            continue;
        }
        struct attribute attribute = {.key = span_of(from, at),
                                      .name = xstrndup(text + from, at - from)};
        from = ++at;
        if (at < end && text[at] == '"') {
            at = read_quoted(text, at, end, &attribute, flaw);
        } else {
            while (at < end && !is_space(text[at]))
                at++;
            attribute.value = span_of(from, at);
            attribute.text = xstrndup(text + from, at - from);
        }
        passage->attributes =
            xreallocarray(passage->attributes, passage->count + 1, sizeof *passage->attributes);
        passage->attributes[passage->count++] = attribute;
    }
}

const struct attribute *passage_attribute(const struct passage *passage, const char *name)
{
    for (size_t i = 0; i < passage->count; i++)
        if (strcmp(passage->attributes[i].name, name) == 0)
            return &passage->attributes[i];
    return NULL;
}

static void passage_release(struct passage *passage)
{
    for (size_t i = 0; i < passage->count; i++) {
        free(passage->attributes[i].name);
        free(passage->attributes[i].text);
    }
    free(passage->attributes);
    free(passage->language_word);
    free(passage->prefix);
    free(passage->image_path);
}

static void tell_flaw(struct reader *reader, const struct flaw *flaw)
{
    if (flaw->message == NULL)
        return;
    struct diag *diag = diag_error(reader->diags, flaw->span, "%s", flaw->message);
    if (flaw->help != NULL)
        diag_help(diag, "%s", flaw->help);
}

static void keep(struct reader *reader, const struct passage *passage)
{
    struct document *document = reader->document;
    document->passages =
        xreallocarray(document->passages, document->count + 1, sizeof *document->passages);
    document->passages[document->count++] = *passage;
}

/* ---- fences ---- */

/* The row of ` or ~ that begins or ends a block, at the place of the line; its length or 0. */
static size_t fence_length(const struct line *line)
{
    char mark = peek(line);
    size_t length = 0;
    if (mark != '`' && mark != '~')
        return 0;
    while (line->at + length < line->length && line->text[line->at + length] == mark)
        length++;
    if (length < 3)
        return 0;
    size_t info = line->at + length;
    bool spoiled = mark == '`' && memchr(line->text + info, '`', line->length - info) != NULL;
    return spoiled ? 0 : length; /* ```code``` in a paragraph */
}

/* What stands before the fence, as it must stand before each line of the block. */
static char *make_prefix(const struct line *line)
{
    char *prefix = xstrndup(line->text, line->at);
    for (char *at = prefix; *at != '\0'; at++)
        if (*at != '>' && *at != '\t')
            *at = ' ';
    return prefix;
}

/* A block that was meant for us: left alone, it would stay as it is for ever. */
static void find_misspelt(const struct passage *passage, struct flaw *flaw)
{
    static const char *const words[] = {"scenario", NULL};
    for (size_t i = 0; i < passage->count; i++)
        if (nearest_word(passage->attributes[i].name, words) != NULL)
            *flaw = (struct flaw){passage->attributes[i].key, "this is nearly a key of ours",
                                  "did you mean 'scenario'? Without it, a block is left alone"};
}

/* A fenced block from its opening line on; false: it is not for us, and a flaw only says that it
 * was probably meant to be. */
static bool read_info(struct reader *reader, const struct line *line, size_t length,
                      struct passage *passage, struct flaw *flaw)
{
    const struct source *source = reader->source;
    size_t at = line->start + line->at + length, end = line->start + line->length;
    while (at < end && is_space(source->text[at]))
        at++;
    size_t word = at;
    while (word < end && !is_space(source->text[word]))
        word++;
    if (memchr(source->text + at, '=', word - at) != NULL)
        word = at; /* an attribute already */
    *passage = (struct passage){
        .kind = PASSAGE_FENCE,
        .opening = span_of(at, end),
        .language = span_of(at, word),
        .language_word = xstrndup(source->text + at, word - at),
        .fence = span_of(line->start + line->at, line->start + line->at + length),
        .prefix = make_prefix(line),
        .crlf = line->crlf,
    };
    if (line->start == 0 && memcmp(line->text, "\xef\xbb\xbf", 3) == 0) /* the prefix's, not ours */
        memmove(passage->prefix, passage->prefix + 3, strlen(passage->prefix + 3) + 1);
    read_attributes(source, word, end, passage, flaw);
    if (passage_attribute(passage, "scenario") != NULL ||
        passage_attribute(passage, "file") != NULL)
        return true;
    *flaw = (struct flaw){0};
    find_misspelt(passage, flaw);
    passage_release(passage);
    return false;
}

/* Where the lines of a block end. */
enum ending { ENDS_CLOSED, ENDS_WITH_CONTAINER, ENDS_WITH_FILE };

/* A block of ours in a block that was to end before it. */
static void warn_swallowed(struct reader *reader, const struct line *line, size_t length,
                           struct span outer)
{
    struct passage inner;
    struct flaw flaw = {0};
    if (length < outer.length || peek(line) != reader->source->text[outer.offset] ||
        !read_info(reader, line, length, &inner, &flaw))
        return;
    struct diag *diag =
        diag_error(reader->diags, inner.fence, "this block begins inside of another");
    diag_also(diag, outer, "the other begins here and is not closed before");
    passage_release(&inner);
}

static enum ending skip_block(struct reader *reader, struct span fence, struct span *content,
                              struct span *closing)
{
    const char mark = reader->source->text[fence.offset];
    size_t from = reader->next;
    struct line line;
    while (next_line(reader, &line)) {
        if (match_containers(reader, &line) < reader->depth) {
            reader->next = line.start;
            return ENDS_WITH_CONTAINER;
        }
        size_t indent = skip_blanks(&line, SIZE_MAX);
        size_t length = fence_length(&line);
        if (indent > FENCE_INDENT || length == 0)
            continue;
        struct line after = line;
        after.at += length;
        if (peek(&line) == mark && length >= fence.length && is_blank(&after)) {
            *content = span_of(from, line.start);
            *closing = span_of(line.start + line.at, line.start + line.at + length);
            return ENDS_CLOSED;
        }
        warn_swallowed(reader, &line, length, fence);
    }
    return ENDS_WITH_FILE;
}

static void read_fence(struct reader *reader, const struct line *line, size_t length)
{
    struct passage passage;
    struct flaw flaw = {0};
    struct span fence = span_of(line->start + line->at, line->start + line->at + length);
    struct span content, closing;
    bool ours = read_info(reader, line, length, &passage, &flaw);
    enum ending ending = skip_block(reader, fence, &content, &closing);
    tell_flaw(reader, &flaw);
    if (!ours)
        return;
    if (ending == ENDS_CLOSED) {
        passage.content = content;
        passage.closing = closing;
        keep(reader, &passage);
        return;
    }
    struct diag *diag = diag_error(reader->diags, fence, "the block is not closed");
    diag_help(diag,
              ending == ENDS_WITH_FILE
                  ? "end it with a line of '%.*s'"
                  : "end it with a line of '%.*s', indented or quoted like its first line",
              (int)fence.length, reader->source->text + fence.offset);
    passage_release(&passage);
}

/* ---- HTML ---- */

/* What an image's destination means: %20 is a blank. */
static char *decode_url(const char *text, size_t length)
{
    struct buf path = {0};
    for (size_t i = 0; i < length; i++) {
        char digits[3] = {0};
        if (text[i] == '%' && i + 2 < length)
            memcpy(digits, text + i + 1, 2);
        if (digits[0] != '\0' && strspn(digits, "0123456789abcdefABCDEF") == 2) {
            buf_add_char(&path, (char)strtol(digits, NULL, 16));
            i += 2;
        } else {
            buf_add_char(&path, text[i]);
        }
    }
    return buf_take(&path);
}

/* The end of ![alt], behind the bracket; 0: there is none. */
static size_t skip_alt(const struct line *line, size_t at)
{
    size_t open = 0;
    for (; at < line->length; at++) {
        if (line->text[at] == '\\')
            at++;
        else if (line->text[at] == '[')
            open++;
        else if (line->text[at] == ']' && --open == 0)
            return at + 1;
    }
    return 0;
}

/* ![alt](destination "title"), perhaps as the text of a link. */
static void read_image(struct passage *passage, const struct line *line)
{
    size_t at = line->at + (peek(line) == '[');
    if (at + 2 > line->length || memcmp(line->text + at, "![", 2) != 0)
        return;
    at = skip_alt(line, at + 1);
    if (at == 0 || at + 1 >= line->length || line->text[at] != '(')
        return;
    at++;
    bool angled = line->text[at] == '<';
    at += angled;
    size_t end = at, open = 0;
    for (; end < line->length; end++) {
        char c = line->text[end];
        if (angled ? c == '>' : is_space(c) || (c == ')' && open == 0))
            break;
        open += (size_t)(c == '(') - (size_t)(c == ')');
    }
    passage->image = span_of(line->start + at, line->start + end);
    passage->image_path = decode_url(line->text + at, end - at);
}

/* The image below a comment. */
static void find_image(struct reader *reader, struct passage *passage)
{
    size_t after = reader->next;
    struct line line;
    while (next_line(reader, &line)) {
        if (match_containers(reader, &line) < reader->depth)
            break;
        if (is_blank(&line))
            continue;
        skip_blanks(&line, FENCE_INDENT);
        read_image(passage, &line);
        break;
    }
    reader->next = after;
}

static bool starts_with(const struct line *line, const char *word)
{
    size_t length = strlen(word);
    return line->length - line->at >= length &&
           strncasecmp(line->text + line->at, word, length) == 0;
}

/* Goes on behind the line in which the word stands; false: it stands nowhere. */
static bool skip_to(struct reader *reader, size_t from, const char *word, size_t *at)
{
    const struct source *source = reader->source;
    const char *found = memmem(source->text + from, source->length - from, word, strlen(word));
    if (found == NULL) {
        reader->next = source->length;
        return false;
    }
    *at = (size_t)(found - source->text);
    const char *end = memchr(found, '\n', source->length - *at);
    reader->next = end != NULL ? (size_t)(end - source->text) + 1 : source->length;
    return true;
}

static void read_comment(struct reader *reader, const struct line *line)
{
    static const char own[] = "procenario";
    const struct source *source = reader->source;
    size_t start = line->start + line->at, at = start + 4, end = source->length;
    bool closed = skip_to(reader, at, "-->", &end);
    while (at < end && is_space(source->text[at]))
        at++;
    size_t length = sizeof own - 1;
    if (end - at < length || memcmp(source->text + at, own, length) != 0 ||
        (at + length < end && !is_space(source->text[at + length])))
        return;
    size_t last = closed ? end + 3 : line->start + line->length;
    struct passage passage = {.kind = PASSAGE_COMMENT, .opening = span_of(start, last)};
    struct flaw flaw = {0};
    if (!closed) {
        diag_help(diag_error(reader->diags, passage.opening, "the comment is not closed"),
                  "end it with '-->'");
        return;
    }
    read_attributes(source, at + length, end, &passage, &flaw);
    tell_flaw(reader, &flaw);
    find_image(reader, &passage);
    keep(reader, &passage);
}

/* HTML in which nothing is Markdown, up to its end (CommonMark's HTML blocks of kinds 1 and 2). */
static bool read_html(struct reader *reader, const struct line *line)
{
    static const char *const raw[][2] = {{"<pre", "</pre>"},
                                         {"<script", "</script>"},
                                         {"<style", "</style>"},
                                         {"<textarea", "</textarea>"}};
    if (starts_with(line, "<!--")) {
        read_comment(reader, line);
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(raw); i++) {
        size_t after = line->at + strlen(raw[i][0]), at;
        if (!starts_with(line, raw[i][0]) ||
            (after < line->length && line->text[after] != '>' && !is_space(line->text[after])))
            continue;
        skip_to(reader, line->start + line->at, raw[i][1], &at);
        return true;
    }
    return false;
}

/* ---- the whole ---- */

static void read_line(struct reader *reader, struct line *line)
{
    reader->depth = match_containers(reader, line);
    open_containers(reader, line);
    if (skip_blanks(line, SIZE_MAX) > FENCE_INDENT)
        return;
    size_t length = fence_length(line);
    if (length > 0)
        read_fence(reader, line, length);
    else
        read_html(reader, line);
}

void document_read(struct document *document, const struct source *source, struct diags *diags)
{
    *document = (struct document){.source = source};
    struct reader reader = {.source = source, .diags = diags, .document = document};
    struct line line;
    while (next_line(&reader, &line))
        read_line(&reader, &line);
}

void document_release(struct document *document)
{
    for (size_t i = 0; i < document->count; i++)
        passage_release(&document->passages[i]);
    free(document->passages);
    *document = (struct document){0};
}
