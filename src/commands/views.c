#include "commands/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "draw/draw.h"
#include "transcript/transcript.h"

#define X(id, word) word,
const char *const view_words[] = {VIEWS(X) NULL};
const char *const form_words[] = {FORMS(X) NULL};
#undef X

/* ---- who makes what ---- */

static bool is_text(enum form form)
{
    return form == FORM_CONSOLE || form == FORM_TEXT;
}

/* The drawing that a view is; false: it is none. */
static bool kind_of(enum view view, enum draw_kind *kind)
{
    static const enum draw_kind kinds[] = {[VIEW_TIMELINE] = DRAW_TIMELINE,
                                           [VIEW_GRAPH] = DRAW_GRAPH,
                                           [VIEW_TREE] = DRAW_TREE,
                                           [VIEW_SEQUENCE] = DRAW_SEQUENCE};
    if (view == VIEW_TRANSCRIPT || view == VIEW_ANNOTATED || view == VIEW_TRACE)
        return false;
    *kind = kinds[view];
    return true;
}

/* The format of a drawing in that form; false: drawings do not have it. */
static bool format_of(enum form form, enum draw_format *format)
{
    static const enum draw_format formats[] = {[FORM_CONSOLE] = DRAW_TEXT,
                                               [FORM_TEXT] = DRAW_TEXT,
                                               [FORM_MERMAID] = DRAW_MERMAID,
                                               [FORM_DOT] = DRAW_DOT,
                                               [FORM_SVG] = DRAW_SVG};
    if (form == FORM_JSON)
        return false;
    *format = formats[form];
    return true;
}

bool view_knows(enum view view, enum form form)
{
    enum draw_kind kind;
    enum draw_format format;
    if (kind_of(view, &kind))
        return format_of(form, &format) && draw_knows(kind, format);
    if (view == VIEW_TRACE)
        return is_text(form) || form == FORM_JSON;
    return is_text(form) || form == FORM_SVG;
}

/* ---- the trace ---- */

static _Noreturn void out_of_memory(void)
{
    fputs("procenario: no memory for a view\n", stderr);
    exit(EXIT_REFUSED);
}

/* As it would be stored. */
static void make_stored_trace(const struct history *history, struct buf *out)
{
    auto_close int fd = memfd_create("trace", MFD_CLOEXEC);
    struct trace_writer *writer = fd >= 0 ? trace_writer_new(fd, "a trace in memory") : NULL;
    if (writer == NULL || !history_tell(history, trace_writer_sink(writer)) ||
        !trace_writer_finish(writer, &history->footer) || lseek(fd, 0, SEEK_SET) != 0)
        out_of_memory();
    trace_writer_free(writer);
    char block[16384];
    ssize_t got;
    while ((got = read(fd, block, sizeof block)) > 0)
        buf_add(out, block, (size_t)got);
}

/* One event a line, in words. */
static void make_told_trace(const struct history *history, enum language language, struct buf *out)
{
    size_t width = 0;
    for (uint32_t i = 0; i < history->event_count; i++) {
        const char *name = history->events[i].event.process;
        size_t needed = utf8_width(name, strlen(name));
        width = needed > width ? needed : width;
    }
    for (uint32_t i = 0; i < history->event_count; i++) {
        const struct event *event = &history->events[i].event;
        if (event->kind == EVENT_TURN)
            continue;
        char time[32];
        snprintf(time, sizeof time, "%lld.%03d s", (long long)(event->t_us / 1000000),
                 (int)(event->t_us / 1000 % 1000));
        size_t taken = utf8_width(event->process, strlen(event->process));
        buf_printf(out, "%9s  ", time);
        text_add_visible(out, event->process, strlen(event->process));
        buf_printf(out, "%*s", (int)(width - taken) + 2, "");
        event_describe_in(language, event, out);
        buf_add_char(out, '\n');
    }
}

/* ---- transcripts and drawings ---- */

/* What is written to a stream, in memory. */
struct stream {
    char *data;
    size_t length;
    FILE *file;
};

static struct stream *stream_open(void)
{
    struct stream *stream = xcalloc(1, sizeof *stream);
    stream->file = open_memstream(&stream->data, &stream->length);
    if (stream->file == NULL)
        out_of_memory();
    return stream;
}

/* Appends what was written; text as it is safe to show. */
static void stream_close(struct stream *stream, enum form form, struct buf *out)
{
    if (fclose(stream->file) != 0)
        out_of_memory();
    if (is_text(form))
        text_add_printable(out, stream->data, stream->length);
    else
        buf_add(out, stream->data, stream->length);
    free(stream->data);
    free(stream);
}

static void make_transcript(const struct history *history, bool annotate, enum form form,
                            enum language language, struct buf *out)
{
    struct stream *stream = stream_open();
    const struct transcript_options options = {
        .format = form == FORM_SVG ? TRANSCRIPT_SVG : TRANSCRIPT_TEXT,
        .language = language,
        .annotate = annotate,
        .out = stream->file,
    };
    struct transcript *transcript = transcript_new(&options);
    if (!history_tell(history, transcript_sink(transcript)) ||
        !transcript_end(transcript, &history->footer))
        out_of_memory();
    transcript_free(transcript);
    stream_close(stream, form, out);
}

static void make_drawing(const struct history *history, const struct draw_options *options,
                         enum form form, struct buf *out)
{
    struct stream *stream = stream_open();
    draw(history, options, stream->file);
    stream_close(stream, form, out);
}

/* ---- any view ---- */

void view_make(const struct history *history, enum view view, enum form form,
               enum language language, struct buf *out)
{
    struct draw_options drawing = {.language = language};
    if (!view_knows(view, form))
        BUG("there is no %s in %s", view_words[view], form_words[form]);
    if (kind_of(view, &drawing.kind) && format_of(form, &drawing.format))
        make_drawing(history, &drawing, form, out);
    else if (view != VIEW_TRACE)
        make_transcript(history, view == VIEW_ANNOTATED, form, language, out);
    else if (form == FORM_JSON)
        make_stored_trace(history, out);
    else
        make_told_trace(history, language, out);
}
