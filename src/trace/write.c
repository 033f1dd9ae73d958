/* The trace as it is written while the run goes: one JSON document, one event a line. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "trace/trace.h"

#define FLUSH_AT ((size_t)64 * 1024)

struct trace_writer {
    int fd;
    char *path;
    struct buf out;
    uint64_t events;
    bool begun;
    bool failed;
    struct error error;
};

struct trace_writer *trace_writer_new(int fd, const char *path)
{
    struct trace_writer *writer = xcalloc(1, sizeof *writer);
    writer->fd = fd;
    writer->path = xstrdup(path);
    return writer;
}

void trace_writer_free(struct trace_writer *writer)
{
    if (writer == NULL)
        return;
    buf_release(&writer->out);
    free(writer->path);
    free(writer);
}

const struct error *trace_writer_error(const struct trace_writer *writer)
{
    return writer->failed ? &writer->error : NULL;
}

bool trace_writer_flush(struct trace_writer *writer)
{
    size_t done = 0;
    while (!writer->failed && done < writer->out.length) {
        ssize_t put = write(writer->fd, writer->out.data + done, writer->out.length - done);
        if (put >= 0) {
            done += (size_t)put;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN) { /* somebody made the descriptor non-blocking */
            struct pollfd wait = {.fd = writer->fd, .events = POLLOUT};
            poll(&wait, 1, -1);
            continue;
        }
        writer->failed = true;
        error_set(&writer->error, errno, "cannot write the trace to '%s'", writer->path);
        if (errno == ENOSPC)
            error_remedy(&writer->error, "free some space, or write the trace somewhere else");
    }
    buf_clear(&writer->out);
    return !writer->failed;
}

/* Titles and reasons may have a path in them: what is not UTF-8 is made visible. */
static void add_string(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    if (utf8_valid_prefix(text, length) == length) {
        json_add_string(out, text, length);
        return;
    }
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, length);
    json_add_string(out, visible.data, visible.length);
}

static void add_texts(struct buf *out, const char *key, const char *const *texts, size_t count)
{
    buf_printf(out, "\"%s\": [", key);
    for (size_t i = 0; i < count; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        add_string(out, texts[i]);
    }
    buf_add_char(out, ']');
}

static void add_text(struct buf *out, const char *key, const char *text)
{
    buf_printf(out, "\"%s\": ", key);
    add_string(out, text);
}

static bool begin(void *self, const struct trace_header *header)
{
    struct trace_writer *writer = self;
    struct buf *out = &writer->out;
    buf_add_string(out, "{\"procenario\": 1, ");
    add_text(out, "scenario", header->scenario);
    buf_add_string(out, ", ");
    add_text(out, "clock", header->clock);
    buf_add_string(out, ", ");
    add_text(out, "schedule", header->schedule);
    buf_add_string(out, ", ");
    if (header->terminal.rows > 0)
        buf_printf(out, "\"terminal\": {\"rows\": %u, \"columns\": %u}, ", header->terminal.rows,
                   header->terminal.columns);
    add_texts(out, "notes", header->notes, header->note_count);
    buf_add_string(out, ", \"events\": [");
    writer->begun = true;
    return true;
}

static bool add_event(void *self, const struct event *event)
{
    struct trace_writer *writer = self;
    buf_add_string(&writer->out, writer->events++ > 0 ? ",\n" : "\n");
    event_format(event, &writer->out);
    return writer->out.length < FLUSH_AT ? !writer->failed : trace_writer_flush(writer);
}

static void idle(void *self)
{
    trace_writer_flush(self);
}

struct trace_sink trace_writer_sink(struct trace_writer *writer)
{
    return (struct trace_sink){.begin = begin, .event = add_event, .idle = idle, .self = writer};
}

static void add_verdict(struct buf *out, const struct verdict *verdict)
{
    buf_add_char(out, '{');
    add_text(out, "name", verdict->name);
    buf_printf(out, ", \"holds\": %s", verdict->holds ? "true" : "false");
    if (!verdict->judged)
        buf_add_string(out, ", \"judged\": false");
    if (verdict->has_points)
        buf_printf(out, ", \"points\": %.10g", verdict->points);
    if (verdict->hidden)
        buf_add_string(out, ", \"hidden\": true");
    if (verdict->expected != NULL) {
        buf_add_string(out, ", ");
        add_text(out, "expected", verdict->expected);
    }
    if (verdict->seen != NULL) {
        buf_add_string(out, ", ");
        add_text(out, "seen", verdict->seen);
    }
    if (verdict->evidence_count > 0) {
        buf_add_string(out, ", \"evidence\": [");
        for (size_t i = 0; i < verdict->evidence_count; i++)
            buf_printf(out, "%s%llu", i > 0 ? ", " : "", (unsigned long long)verdict->evidence[i]);
        buf_add_char(out, ']');
    }
    if (verdict->hint != NULL) {
        buf_add_string(out, ", ");
        add_text(out, "hint", verdict->hint);
    }
    buf_add_char(out, '}');
}

bool trace_writer_finish(struct trace_writer *writer, const struct trace_footer *footer)
{
    struct buf *out = &writer->out;
    if (!writer->begun) /* the run ended before it began: the document is whole all the same */
        begin(writer, &(struct trace_header){.scenario = "", .clock = "virtual", .schedule = ""});
    buf_printf(out, "],\n\"end\": \"%s\", \"duration_us\": %lld, \"deterministic\": %s, ",
               run_end_words[footer->end], (long long)footer->duration_us,
               footer->deterministic ? "true" : "false");
    add_texts(out, "reasons", footer->reasons, footer->reason_count);
    buf_add_string(out, ", \"verdict\": [");
    for (size_t i = 0; i < footer->verdict_count; i++) {
        buf_add_string(out, i > 0 ? ",\n" : "\n");
        add_verdict(out, &footer->verdicts[i]);
    }
    buf_add_string(out, "]}\n");
    return trace_writer_flush(writer);
}
