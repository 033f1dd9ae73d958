/*
 * What is shown of a run, and when: the terminal's lines in the order in which they came, marks
 * where time passed, commentary, and how it ended. How that looks is each form's.
 */
#include "transcript/transcript.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "transcript/internal.h"

/* Written out when there is so much of it. */
enum { MUCH_TEXT = 1 << 16 };

const char *const transcript_format_words[] = {"text", "ansi", "markdown", "asciicast",
                                               "svg",  "html", NULL};

static const struct form *const forms[] = {
    [TRANSCRIPT_TEXT] = &form_text,         [TRANSCRIPT_ANSI] = &form_ansi,
    [TRANSCRIPT_MARKDOWN] = &form_markdown, [TRANSCRIPT_ASCIICAST] = &form_asciicast,
    [TRANSCRIPT_SVG] = &form_svg,           [TRANSCRIPT_HTML] = &form_html,
};

static bool write_out(struct transcript *transcript)
{
    struct buf *text = &transcript->text;
    if (transcript->error == 0 && text->length > 0) {
        errno = 0;
        if (fwrite(text->data, 1, text->length, transcript->out) != text->length)
            transcript->error = errno != 0 ? errno : EIO;
    }
    buf_clear(text);
    return transcript->error == 0;
}

static void take_line(void *self, const struct terminal_line *line)
{
    struct transcript *transcript = self;
    transcript->form->line(transcript, line);
}

void transcript_note(struct transcript *transcript, enum note note, const char *text, size_t length)
{
    if (transcript->terminal != NULL)
        terminal_show(transcript->terminal);
    transcript->form->note(transcript, note, text, length);
}

/* ---- time ---- */

static void mark_time(struct transcript *transcript, int64_t us, bool end)
{
    int64_t passed = us - transcript->told_us;
    annotate_pending(transcript);
    transcript->now_us = us;
    if (passed * NS_PER_US < NS_PER_MS)
        return; /* adds up */
    auto_buf struct buf text = {0};
    add_time_mark(&text, transcript->language, passed, end);
    transcript_note(transcript, NOTE_TIME, text.data, text.length);
    transcript->told_us = us;
}

void transcript_at(struct transcript *transcript, int64_t us)
{
    mark_time(transcript, us, false);
}

/* ---- what a terminal shows ---- */

static void show_bytes(struct transcript *transcript, const char *bytes, size_t length, bool typed)
{
    if (transcript->terminal != NULL)
        terminal_feed(transcript->terminal, bytes, length, typed);
    else
        transcript->form->bytes(transcript, bytes, length);
}

static void show_typed(struct transcript *transcript, const char *text, size_t length)
{
    auto_buf struct buf echo = {0};
    if (transcript->form->typed != NULL)
        transcript->form->typed(transcript, text, length);
    add_echo(&echo, text, length);
    show_bytes(transcript, echo.data, echo.length, true);
}

/* The root is a program: what started it stands before all that it did. */
static void show_command(struct transcript *transcript, const struct event *event)
{
    auto_buf struct buf line = {0};
    show_bytes(transcript, "$ ", 2, false);
    add_command_line(&line, event->argv, event->argc);
    buf_add_char(&line, '\n');
    show_bytes(transcript, line.data, line.length, true);
}

static bool is_command(const struct transcript *transcript, const struct event *event)
{
    return !transcript->command_told && event->kind == EVENT_EXEC && event->error == 0 &&
           transcript->root != NULL && strcmp(event->process, transcript->root) == 0;
}

/* ---- events ---- */

static void say(struct transcript *transcript, const struct event *event)
{
    auto_buf struct buf text = {0};
    size_t length = event->text_length;
    while (length > 0 && event->text[length - 1] == '\n')
        length--;
    text_add_printable(&text, event->text, length);
    transcript_note(transcript, NOTE_SAY, text.data != NULL ? text.data : "", text.length);
}

static void tell_cut_off(struct transcript *transcript, const char *why)
{
    auto_buf struct buf text = {0};
    bool chinese = transcript->language == LANGUAGE_ZH;
    buf_add_string(&text, chinese ? "运行中止" : "cut off");
    buf_add_string(&text, why == NULL ? "" : chinese ? "：" : ": ");
    buf_add_string(&text, why != NULL ? why : "");
    transcript_note(transcript, NOTE_CUT_OFF, text.data, text.length);
    transcript->cut_off_told = true;
}

static void tell_cutting_event(struct transcript *transcript, const struct event *event)
{
    auto_buf struct buf why = {0};
    event_describe_in(transcript->language, event, &why);
    tell_cut_off(transcript, why.data);
}

/* For runs whose events do not tell. */
static void tell_end(struct transcript *transcript, enum run_end end)
{
    const char *why = transcript->language == LANGUAGE_ZH ? "系统拒绝继续" : "the host refused";
    tell_cut_off(transcript, end == RUN_FAILED ? why : NULL);
}

static void show(struct transcript *transcript, const struct event *event)
{
    switch (event->kind) {
    case EVENT_OUTPUT:
        transcript->command_told = true;
        transcript_at(transcript, event->t_us);
        show_bytes(transcript, event->text, event->text_length, false);
        break;
    case EVENT_TYPE:
        transcript->command_told = true;
        transcript_at(transcript, event->t_us);
        show_typed(transcript, event->text, event->text_length);
        break;
    case EVENT_SAY:
        transcript_at(transcript, event->t_us);
        say(transcript, event);
        break;
    case EVENT_LIMIT:
    case EVENT_DEADLOCK:
    case EVENT_INTERRUPT:
    case EVENT_DIVERGE:
        transcript_at(transcript, event->t_us);
        tell_cutting_event(transcript, event);
        break;
    case EVENT_START:
        free(transcript->root); /* of a trace that nobody should have written */
        transcript->root = xstrdup(event->process);
        break;
    default:
        if (is_command(transcript, event)) {
            transcript_at(transcript, event->t_us);
            show_command(transcript, event);
            transcript->command_told = true;
        } else if (transcript->annotate) {
            annotate_event(transcript, event);
        }
        if (event->kind == EVENT_FORK)
            transcript->command_told = true;
    }
}

static bool on_begin(void *self, const struct trace_header *header)
{
    struct transcript *transcript = self;
    struct terminal_listener listener = {.done = take_line, .self = transcript};
    if (transcript->form->bytes == NULL && transcript->terminal == NULL)
        transcript->terminal = terminal_new(trace_terminal(header), listener);
    if (transcript->form->begin != NULL)
        transcript->form->begin(transcript, header);
    return true;
}

static bool on_event(void *self, const struct event *event)
{
    struct transcript *transcript = self;
    show(transcript, event);
    return transcript->text.length < MUCH_TEXT || write_out(transcript);
}

static void on_idle(void *self)
{
    struct transcript *transcript = self;
    if (write_out(transcript) && fflush(transcript->out) != 0)
        transcript->error = errno;
}

/* ---- for others ---- */

struct transcript *transcript_new(const struct transcript_options *options)
{
    struct transcript *transcript = xcalloc(1, sizeof *transcript);
    transcript->language = options->language;
    transcript->annotate = options->annotate;
    transcript->out = options->out;
    transcript->form = forms[options->format];
    return transcript;
}

struct trace_sink transcript_sink(struct transcript *transcript)
{
    return (struct trace_sink){on_begin, on_event, on_idle, transcript};
}

bool transcript_end(struct transcript *transcript, const struct trace_footer *footer)
{
    if (transcript->error == 0) {
        mark_time(transcript, footer->duration_us, true);
        if (footer->end != RUN_COMPLETED && !transcript->cut_off_told)
            tell_end(transcript, footer->end);
        if (transcript->terminal != NULL)
            terminal_show(transcript->terminal);
        if (transcript->form->end != NULL)
            transcript->form->end(transcript, footer);
    }
    bool written = write_out(transcript) && fflush(transcript->out) == 0;
    if (transcript->error != 0)
        errno = transcript->error;
    return written;
}

void transcript_free(struct transcript *transcript)
{
    if (transcript == NULL)
        return;
    annotate_release(transcript);
    terminal_free(transcript->terminal);
    buf_release(&transcript->text);
    free(transcript->root);
    if (transcript->form->free != NULL && transcript->own != NULL)
        transcript->form->free(transcript->own);
    free(transcript->own);
    free(transcript);
}
