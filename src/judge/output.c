/* What processes wrote: `output`. The output of all that match is one text, in the order written.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "judge/internal.h"

/* A regular expression that needs more than this is refused rather than waited for. */
#define MATCH_LIMIT 10000000
#define DEPTH_LIMIT 100000
#define MOST_PIECES 4096 /* for evidence: which event wrote what */
#define MOST_LINES_SHOWN 10

struct output {
    bool lived;
    bool cut; /* more was written than the scenario's limit allows */
    struct buf text;
    struct piece {
        size_t from;
        uint64_t n;
    } * pieces;
    size_t piece_count;
};

static void output_release(struct check *check)
{
    struct output *output = check->state;
    buf_release(&output->text);
    free(output->pieces);
}

static void output_event(struct check *check, const struct event *event)
{
    struct output *output = check->state;
    const struct expectation *expectation = check->expectation;
    const char *of = expectation->output.of;
    const char *newborn = event_newborn(event);
    if (newborn != NULL)
        output->lived |= of == NULL || name_matches(of, newborn);
    if (event->kind != EVENT_OUTPUT || (of != NULL && !name_matches(of, event->process)))
        return;
    if (expectation->output.stream != OUTPUT_ANY_STREAM &&
        (expectation->output.stream == OUTPUT_STDERR) != (event->stream == 2))
        return;
    uint64_t room = check->scenario->limits.output - output->text.length;
    size_t take = event->text_length;
    if (take > room) {
        take = (size_t)room;
        output->cut = true;
    }
    if (output->piece_count < MOST_PIECES) {
        if (output->piece_count % 64 == 0)
            output->pieces =
                xreallocarray(output->pieces, output->piece_count + 64, sizeof *output->pieces);
        output->pieces[output->piece_count++] = (struct piece){output->text.length, event->n};
    }
    buf_add(&output->text, event->text, take);
}

/* The event that wrote the byte; at the end of the text, the last one. */
static void show_writer(struct check *check, size_t offset)
{
    const struct output *output = check->state;
    size_t i = output->piece_count;
    while (i > 0 && output->pieces[i - 1].from > offset)
        i--;
    if (i > 0 && (i < output->piece_count || output->piece_count < MOST_PIECES))
        check_evidence(check, output->pieces[i - 1].n);
}

static void tell_excerpt(const char *text, size_t length, struct buf *out)
{
    size_t shown = utf8_cut(text, length, LONGEST_EXCERPT);
    buf_add_char(out, '"');
    text_add_visible(out, text, shown);
    buf_add_string(out, shown < length ? "…\"" : "\"");
}

/* The rest of the line that the text begins in. */
static void tell_rest(const char *text, size_t length, struct buf *out)
{
    const char *end = memchr(text, '\n', length);
    tell_excerpt(text, end != NULL ? (size_t)(end - text) + 1 : length, out);
}

/* ---- lines ----------------------------------------------------------------------------------- */

struct line {
    const char *text;
    size_t length;
};

/* The lines of the text; a last one without a newline counts. The caller frees them. */
static struct line *split(const struct buf *text, size_t *count)
{
    struct line *lines = NULL;
    size_t room = 0, at = 0;
    *count = 0;
    while (at < text->length) {
        const char *from = text->data + at;
        const char *end = memchr(from, '\n', text->length - at);
        size_t length = end != NULL ? (size_t)(end - from) : text->length - at;
        if (*count == room) {
            room = room > 0 ? room * 2 : 64;
            lines = xreallocarray(lines, room, sizeof *lines);
        }
        lines[(*count)++] = (struct line){.text = from, .length = length};
        at += length + 1;
    }
    return lines;
}

static bool line_is(const struct line *line, const char *text)
{
    return strlen(text) == line->length && memcmp(line->text, text, line->length) == 0;
}

static void tell_count(size_t count, struct buf *out)
{
    buf_printf(out, "%zu line%s", count, count == 1 ? "" : "s");
}

/* What was written instead, in its first lines. */
static void tell_lines(const struct line *lines, size_t count, struct buf *out)
{
    if (count == 0) {
        buf_add_string(out, "nothing was written");
        return;
    }
    buf_add_string(out, "written was ");
    for (size_t i = 0; i < count && i < MOST_LINES_SHOWN; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        tell_excerpt(lines[i].text, lines[i].length, out);
    }
    if (count > MOST_LINES_SHOWN)
        buf_printf(out, " and %zu more", count - MOST_LINES_SHOWN);
}

static bool compare_lines(struct check *check, const struct output *output, struct buf *seen)
{
    const struct expectation *expectation = check->expectation;
    size_t count, wanted = expectation->output.line_count;
    struct line *lines = split(&output->text, &count);
    size_t same = 0;
    while (same < count && same < wanted && line_is(&lines[same], expectation->output.lines[same]))
        same++;
    bool holds = same == count && same == wanted;
    if (holds) {
        free(lines);
        return true;
    }
    if (same == count) {
        buf_printf(seen, "line %zu is missing: ", same + 1);
        tell_excerpt(expectation->output.lines[same], strlen(expectation->output.lines[same]),
                     seen);
        buf_add_string(seen, " (there ");
        buf_add_string(seen, count == 1 ? "was " : "were ");
        tell_count(count, seen);
        buf_add_char(seen, ')');
        show_writer(check, output->text.length);
    } else {
        if (same < wanted) {
            buf_printf(seen, "line %zu is ", same + 1);
            tell_excerpt(lines[same].text, lines[same].length, seen);
            buf_add_string(seen, " instead of ");
            tell_excerpt(expectation->output.lines[same], strlen(expectation->output.lines[same]),
                         seen);
        } else {
            buf_printf(seen, "there is a line %zu: ", same + 1);
            tell_excerpt(lines[same].text, lines[same].length, seen);
        }
        show_writer(check, (size_t)(lines[same].text - output->text.data));
    }
    free(lines);
    return false;
}

static int by_text(const void *one, const void *other)
{
    const struct line *a = one, *b = other;
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* Both sides sorted and walked together: what is missing, and what is too much. */
static bool compare_unordered(struct check *check, const struct output *output, struct buf *seen)
{
    const struct expectation *expectation = check->expectation;
    size_t count, wanted_count = expectation->output.line_count;
    struct line *lines = split(&output->text, &count);
    struct line *wanted = xcalloc(wanted_count + 1, sizeof *wanted);
    struct few missing = {0}, besides = {0};
    for (size_t i = 0; i < wanted_count; i++)
        wanted[i] = (struct line){.text = expectation->output.lines[i],
                                  .length = strlen(expectation->output.lines[i])};
    if (count > 0)
        qsort(lines, count, sizeof *lines, by_text);
    qsort(wanted, wanted_count, sizeof *wanted, by_text);
    for (size_t i = 0, j = 0; i < count || j < wanted_count;) {
        int order = i == count ? 1 : j == wanted_count ? -1 : by_text(&lines[i], &wanted[j]);
        auto_buf struct buf word = {0};
        if (order < 0) {
            tell_excerpt(lines[i].text, lines[i].length, &word);
            few_add(&besides, word.data);
            show_writer(check, (size_t)(lines[i].text - output->text.data));
        } else if (order > 0) {
            tell_excerpt(wanted[j].text, wanted[j].length, &word);
            few_add(&missing, word.data);
        }
        i += order <= 0;
        j += order >= 0;
    }
    if (missing.count > 0) {
        buf_add_string(seen, "missing: ");
        few_tell(&missing, ", ", seen);
    }
    if (besides.count > 0) {
        buf_add_string(seen, missing.count > 0 ? "; besides: " : "besides: ");
        few_tell(&besides, ", ", seen);
    }
    bool holds = missing.count == 0 && besides.count == 0;
    few_release(&missing);
    few_release(&besides);
    free(wanted);
    free(lines);
    return holds;
}

/* ---- text ------------------------------------------------------------------------------------ */

static bool compare_text(struct check *check, const struct output *output, struct buf *seen)
{
    const char *wanted = check->expectation->output.lines[0];
    size_t length = strlen(wanted), same = 0, line = 1;
    const struct buf *text = &output->text;
    while (same < length && same < text->length && wanted[same] == text->data[same])
        line += wanted[same++] == '\n';
    if (same == length && same == text->length)
        return true;
    if (text->length == 0) {
        buf_add_string(seen, "nothing was written");
        return false;
    }
    if (same == length && text->length == length + 1 && text->data[same] == '\n') {
        buf_add_string(seen, "the same text with a newline after it");
    } else if (same == text->length && length == same + 1 && wanted[same] == '\n') {
        buf_add_string(seen, "the same text without the newline at its end");
    } else if (same == text->length) {
        buf_printf(seen, "the output ends in line %zu, before ", line);
        tell_rest(wanted + same, length - same, seen);
    } else {
        buf_printf(seen, "line %zu goes on with ", line);
        tell_rest(text->data + same, text->length - same, seen);
        buf_add_string(seen, same < length ? " instead of " : " instead of ending");
        if (same < length)
            tell_rest(wanted + same, length - same, seen);
    }
    show_writer(check, same);
    return false;
}

static bool compare_contains(struct check *check, const struct output *output, struct buf *seen)
{
    const struct expectation *expectation = check->expectation;
    bool holds = true;
    for (size_t i = 0; i < expectation->output.line_count; i++) {
        const char *wanted = expectation->output.lines[i];
        size_t length = strlen(wanted);
        if (length == 0 || (output->text.length > 0 &&
                            memmem(output->text.data, output->text.length, wanted, length)))
            continue;
        buf_add_string(seen, holds ? "nowhere " : ", nor ");
        tell_excerpt(wanted, length, seen);
        holds = false;
    }
    return holds;
}

static bool compare_regex(struct check *check, const struct output *output, struct buf *seen)
{
    int code;
    PCRE2_SIZE offset;
    const char *pattern = check->expectation->output.lines[0];
    pcre2_code *regex = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);
    if (regex == NULL) { /* the loader has refused such a one */
        PCRE2_UCHAR why[256];
        pcre2_get_error_message(code, why, sizeof why);
        buf_printf(seen, "the regular expression is wrong: %s", (const char *)why);
        return false;
    }
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(regex, NULL);
    if (context == NULL || match == NULL)
        BUG("no memory for a regular expression");
    pcre2_set_match_limit(context, MATCH_LIMIT);
    pcre2_set_depth_limit(context, DEPTH_LIMIT);
    const char *text = output->text.data != NULL ? output->text.data : "";
    int found = pcre2_match(regex, (PCRE2_SPTR)text, output->text.length, 0, 0, match, context);
    if (found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT ||
        found == PCRE2_ERROR_HEAPLIMIT)
        buf_add_string(seen, "the regular expression needs too much work on this output");
    else if (found < 0)
        buf_add_string(seen, "no match");
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    pcre2_code_free(regex);
    return found >= 0;
}

/* ---- all forms ------------------------------------------------------------------------------- */

static void tell_expected(const struct expectation *expectation, struct buf *out)
{
    static const char *const streams[] = {"", "on stdout ", "on stderr "};
    const char *const *lines = expectation->output.lines;
    size_t count = expectation->output.line_count;
    buf_printf(out, "%s writes %s",
               expectation->output.of != NULL ? expectation->output.of : "the run",
               streams[expectation->output.stream]);
    switch (expectation->output.form) {
    case OUTPUT_TEXT:
        buf_add_string(out, "exactly ");
        break;
    case OUTPUT_LINES:
        buf_add_string(out, count == 1 ? "the line " : "the lines ");
        break;
    case OUTPUT_UNORDERED:
        buf_add_string(out, "in any order the lines ");
        break;
    case OUTPUT_CONTAINS:
        buf_add_string(out, "among other things ");
        break;
    case OUTPUT_MATCHES:
        buf_printf(out, "what matches /%s/", lines[0]);
        return;
    }
    for (size_t i = 0; i < count && i < MOST_LINES_SHOWN; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        tell_excerpt(lines[i], strlen(lines[i]), out);
    }
    if (count > MOST_LINES_SHOWN)
        buf_printf(out, " and %zu more", count - MOST_LINES_SHOWN);
    if (count == 0)
        buf_add_string(out, "none");
}

static void output_close(struct check *check, bool ended)
{
    struct output *output = check->state;
    const struct expectation *expectation = check->expectation;
    struct finding *finding = &check->finding;
    struct buf *seen = &finding->seen;
    (void)ended;
    tell_expected(expectation, &finding->expected);
    tell_at(check, " by ", &finding->expected);
    if (expectation->output.of != NULL && !output->lived) {
        world_tell_unknown(check->world, expectation->output.of, seen);
        return;
    }
    switch (expectation->output.form) {
    case OUTPUT_TEXT:
        finding->holds = compare_text(check, output, seen);
        break;
    case OUTPUT_LINES:
        finding->holds = compare_lines(check, output, seen);
        break;
    case OUTPUT_UNORDERED:
        finding->holds = compare_unordered(check, output, seen);
        break;
    case OUTPUT_CONTAINS:
        finding->holds = compare_contains(check, output, seen);
        break;
    case OUTPUT_MATCHES:
        finding->holds = compare_regex(check, output, seen);
        break;
    }
    if (!finding->holds && (expectation->output.form == OUTPUT_CONTAINS ||
                            expectation->output.form == OUTPUT_MATCHES)) {
        size_t count;
        struct line *lines = split(&output->text, &count);
        buf_add_string(seen, "; ");
        tell_lines(lines, count, seen);
        free(lines);
        show_writer(check, output->text.length);
    }
    if (output->cut)
        buf_add_string(seen, " (only the first part of the output was kept)");
    finding->breakable = expectation->output.form != OUTPUT_CONTAINS;
}

const struct family judge_output = {
    .kinds = BIRTHS | KIND(EVENT_OUTPUT),
    .size = sizeof(struct output),
    .event = output_event,
    .close = output_close,
    .release = output_release,
};
