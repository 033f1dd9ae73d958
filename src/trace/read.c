/*
 * Reading a stored trace: line by line, each event parsed by itself, so that memory does not grow
 * with the trace. What is accepted is what write.c writes: an event that was read is formatted
 * again, and must be the line that it came from. So the format stands in one place, and nothing
 * that is misspelt, misplaced or of the wrong type is taken for something that was left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "base/text.h"
#include "base/units.h"
#include "trace/trace.h"

#define LONGEST_LINE (64u << 20)

struct trace_reader {
    int fd;
    char *path;
    struct buf pending; /* read, not yet used */
    size_t used;
    size_t line;
    bool at_end;
    bool at_footer;
    uint64_t last_n;
    int64_t last_us;
    struct buf bytes;     /* decoded output */
    struct buf formatted; /* the event as it is written */
    const char **words;   /* arguments, targets, notes of one line */
    struct table_row *rows;
    json_t *footer; /* the texts of `told` are its */
    struct trace_footer told;
    struct arena arena; /* the arrays of `told` */
};

struct trace_reader *trace_reader_open(const char *path, struct error *error)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0) {
        error_set(error, errno, "cannot open the trace '%s'", path);
        return NULL;
    }
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        error_set(error, EISDIR, "cannot read the trace '%s'", path);
        return NULL;
    }
    return trace_reader_take(fd, path, NULL, 0);
}

struct trace_reader *trace_reader_take(int fd, const char *path, const void *begun, size_t length)
{
    json_set_alloc_funcs(xmalloc, free); /* no memory is told as everywhere */
    struct trace_reader *reader = xcalloc(1, sizeof *reader);
    reader->fd = fd;
    reader->path = xstrdup(path);
    arena_init(&reader->arena);
    if (length > 0)
        buf_add(&reader->pending, begun, length);
    return reader;
}

void trace_reader_free(struct trace_reader *reader)
{
    if (reader == NULL)
        return;
    close(reader->fd);
    free(reader->path);
    free(reader->rows);
    free(reader->words);
    json_decref(reader->footer);
    arena_release(&reader->arena);
    buf_release(&reader->pending);
    buf_release(&reader->bytes);
    buf_release(&reader->formatted);
    free(reader);
}

static bool fail(struct trace_reader *reader, struct error *error, const char *what)
{
    return error_set(error, 0, "%s:%zu: %s", reader->path, reader->line > 0 ? reader->line : 1,
                     what);
}

/* The next line without its end. NULL: none (the error is set when something is wrong). */
static char *next_line(struct trace_reader *reader, size_t *length, struct error *error)
{
    size_t searched = 0; /* bytes of this line without an end, so far */
    for (;;) {
        size_t have = reader->pending.length - reader->used;
        char *from = have > 0 ? reader->pending.data + reader->used : NULL;
        char *end = have > searched ? memchr(from + searched, '\n', have - searched) : NULL;
        searched = have;
        if (end != NULL || (reader->at_end && have > 0)) {
            *length = end != NULL ? (size_t)(end - from) : have;
            reader->used += *length + (end != NULL);
            reader->line++;
            return from;
        }
        if (reader->at_end)
            return NULL;
        if (have > LONGEST_LINE) {
            reader->line++;
            fail(reader, error, "the line is too long for a trace");
            return NULL;
        }
        /* Move the rest to the front, then read more. */
        if (reader->used > 0) {
            if (have > 0)
                memmove(reader->pending.data, from, have);
            reader->pending.length = have;
            reader->used = 0;
        }
        char block[65536];
        ssize_t got = read(reader->fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            error_set(error, errno, "cannot read the trace '%s'", reader->path);
            return NULL;
        }
        if (got == 0)
            reader->at_end = true;
        else
            buf_add(&reader->pending, block, (size_t)got);
    }
}

static int word_index(const char *word, const char *const *words)
{
    for (int i = 0; word != NULL && words[i] != NULL; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The texts of an array, borrowed from it. */
static size_t texts_of(struct trace_reader *reader, const json_t *array)
{
    size_t count = json_array_size(array);
    reader->words = xreallocarray(reader->words, count + 1, sizeof *reader->words);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(array, i));
        reader->words[i] = text != NULL ? text : "";
    }
    return count;
}

static bool read_table(struct trace_reader *reader, const json_t *array, struct event *event)
{
    size_t count = json_array_size(array);
    reader->rows = xreallocarray(reader->rows, count + 1, sizeof *reader->rows);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(array, i);
        int state = word_index(text_of(row, "state"), state_words);
        if (state < 0 || text_of(row, "process") == NULL)
            return false;
        const char *parent = text_of(row, "parent"), *command = text_of(row, "command");
        reader->rows[i] =
            (struct table_row){text_of(row, "process"), parent != NULL ? parent : "",
                               (enum process_state)state, command != NULL ? command : ""};
    }
    event->table = reader->rows;
    event->table_count = count;
    return true;
}

static bool read_bytes(struct trace_reader *reader, const json_t *line, struct event *event)
{
    const json_t *text = json_object_get(line, "text");
    const json_t *base64 = json_object_get(line, "base64");
    if (json_is_string(text)) {
        event->text = json_string_value(text);
        event->text_length = json_string_length(text);
    } else if (json_is_string(base64)) {
        buf_clear(&reader->bytes);
        buf_add(&reader->bytes, "", 0);
        if (!base64_decode(&reader->bytes, json_string_value(base64), json_string_length(base64)))
            return false;
        event->text = reader->bytes.data;
        event->text_length = reader->bytes.length;
    }
    return true;
}

/* A number without a name (E133) is written where a kernel is newer than the C library. */
static int read_error(const char *name)
{
    int code = errno_parse(name);
    if (code == 0 && name[0] == 'E' && name[1] >= '1' && name[1] <= '9' && strlen(name) <= 6)
        code = atoi(name + 1);
    return code;
}

/* A number without a name (SIG100, SIG-1) is written where a program named no signal at all. */
static int read_signal(const char *name)
{
    int signal = signal_parse(name);
    if (signal == 0 && strncmp(name, "SIG", 3) == 0 && strlen(name) <= 14)
        signal = atoi(name + 3);
    return signal;
}

/* Microseconds that can be told in nanoseconds, too. */
static bool is_time(int64_t us)
{
    return us >= 0 && us <= INT64_MAX / NS_PER_US;
}

static const char *read_event(struct trace_reader *reader, const json_t *line, struct event *event)
{
    int kind = word_index(text_of(line, "event"), event_words);
    if (kind < 0)
        return "the event's kind is missing or unknown";
    *event = (struct event){
        .n = (uint64_t)json_integer_value(json_object_get(line, "n")),
        .t_us = json_integer_value(json_object_get(line, "t_us")),
        .process = text_of(line, "process"),
        .kind = (enum event_kind)kind,
        .of = (unsigned)json_integer_value(json_object_get(line, "of")),
        .child = text_of(line, "child"),
        .to = text_of(line, "to"),
        .group = text_of(line, "group"),
        .how = text_of(line, "how"),
        .on = text_of(line, "on"),
        .from = text_of(line, "from"),
        .core = json_is_true(json_object_get(line, "core")),
        .automatic = json_is_true(json_object_get(line, "auto")),
        .fault = json_is_true(json_object_get(line, "fault")),
    };
    if (event->process == NULL)
        return "the event names no process";
    const json_t *value;
    if ((value = json_object_get(line, "signal")) != NULL) {
        const char *name = json_string_value(value);
        event->signal = name != NULL ? read_signal(name) : 0;
    }
    if ((value = json_object_get(line, "error")) != NULL && json_is_string(value))
        event->error = read_error(json_string_value(value));
    if ((value = json_object_get(line, "status")) != NULL) {
        event->has_status = true;
        event->status = (int)json_integer_value(value);
    }
    if ((value = json_object_get(line, "bytes")) != NULL) {
        event->has_bytes = true;
        event->bytes = (uint64_t)json_integer_value(value);
    }
    if ((value = json_object_get(line, "until_us")) != NULL) {
        event->has_until = true;
        event->until_us = json_integer_value(value);
    }
    if ((value = json_object_get(line, "after_us")) != NULL) {
        event->has_after = true;
        event->after_us = json_integer_value(value);
    }
    const char *action = text_of(line, "action");
    if (action != NULL) {
        int index = word_index(action, action_words);
        if (index < 0)
            return "the signal's action is unknown";
        event->action = (enum signal_action)index;
    }
    event->stream =
        text_of(line, "stream") != NULL && strcmp(text_of(line, "stream"), "stderr") == 0 ? 2 : 1;
    if ((value = json_object_get(line, "argv")) != NULL) {
        event->argc = texts_of(reader, value);
        event->argv = reader->words;
    } else if ((value = json_object_get(line, "targets")) != NULL) {
        event->target_count = texts_of(reader, value);
        event->targets = reader->words;
    }
    if (!read_bytes(reader, line, event))
        return "the output is not base64";
    value = json_object_get(line, "table");
    if (value != NULL && !read_table(reader, value, event))
        return "the process table is not one";
    if ((event->kind == EVENT_REAP || event->kind == EVENT_ADOPT) && event->child == NULL)
        return "the event names no child";
    if (event->kind == EVENT_FORK && event->child == NULL && event->error == 0)
        return "the fork names no child";
    if ((event->kind == EVENT_BLOCK || event->kind == EVENT_LIMIT || event->kind == EVENT_CLOSE) &&
        event->on == NULL)
        return "the event does not say on what";
    if (!is_time(event->t_us) || !is_time(event->until_us) || !is_time(event->after_us))
        return "a time is out of range";
    bool has_text = event->kind == EVENT_OUTPUT || event->kind == EVENT_SAY ||
                    event->kind == EVENT_TYPE || event->kind == EVENT_NOTE ||
                    event->kind == EVENT_LIMIT || event->kind == EVENT_DEADLOCK ||
                    event->kind == EVENT_DIVERGE;
    if (has_text && event->text == NULL)
        return "the event has no text";
    if ((event->kind == EVENT_EXIT || event->kind == EVENT_REAP) && !event->has_status &&
        event->signal == 0)
        return "the event tells neither a status nor a signal";
    if ((event->kind == EVENT_SIGNAL || event->kind == EVENT_STOP ||
         event->kind == EVENT_INTERRUPT) &&
        event->signal == 0)
        return "the event names no signal";
    return NULL;
}

/* Events stand in order, and as they are written. */
static bool check_event(struct trace_reader *reader, const struct event *event, const char *line,
                        size_t length, struct error *error)
{
    if (event->n != reader->last_n + 1)
        return error_set(error, 0, "%s:%zu: the event's number is %llu, not %llu", reader->path,
                         reader->line, (unsigned long long)event->n,
                         (unsigned long long)reader->last_n + 1);
    if (event->t_us < reader->last_us)
        return fail(reader, error, "the event is earlier than the one before it");
    reader->last_n = event->n;
    reader->last_us = event->t_us;
    struct buf *formatted = &reader->formatted;
    buf_clear(formatted);
    event_format(event, formatted);
    size_t same = 0;
    while (same < length && same < formatted->length && line[same] == formatted->data[same])
        same++;
    if (same == length && same == formatted->length)
        return true;
    error_set(error, 0, "%s:%zu:%zu: the event is not as it would be written", reader->path,
              reader->line, same + 1);
    error_remedy(error,
                 "an unknown key, a wrong value or another order of keys makes it unreadable");
    return false;
}

static json_t *parse(char *line, size_t length, json_error_t *why)
{
    return json_loadb(line, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, why);
}

/* False: it is there, and no size. */
static bool read_terminal(const json_t *header, struct terminal_size *size)
{
    const json_t *terminal = json_object_get(header, "terminal");
    if (terminal == NULL)
        return true;
    json_int_t rows = json_integer_value(json_object_get(terminal, "rows"));
    json_int_t columns = json_integer_value(json_object_get(terminal, "columns"));
    *size = (struct terminal_size){(unsigned)rows, (unsigned)columns};
    return rows >= 1 && rows <= MOST_ROWS && columns >= 1 && columns <= MOST_COLUMNS;
}

static bool read_header(struct trace_reader *reader, const struct trace_sink *sink,
                        struct error *error)
{
    size_t length;
    error->message[0] = '\0';
    char *line = next_line(reader, &length, error);
    if (line == NULL)
        return error->message[0] != '\0' ? false : fail(reader, error, "the trace is empty");
    static const char tail[] = "\"events\": [";
    size_t tail_length = sizeof tail - 1;
    if (length < tail_length + 2)
        return fail(reader, error, "this is not a trace of procenario's");
    /* The document begins here and ends in the last line: close it for the parser. */
    bool empty = length > tail_length + 2 && memcmp(line + length - 2, "],", 2) == 0;
    size_t cut = empty ? length - 2 : length;
    if (cut < tail_length || memcmp(line + cut - tail_length, tail, tail_length) != 0)
        return fail(reader, error, "this is not a trace of procenario's");
    auto_buf struct buf text = {0};
    buf_add(&text, line, cut);
    buf_add_string(&text, "]}");
    json_error_t why;
    json_auto_t *header = parse(text.data, text.length, &why);
    if (header == NULL)
        return fail(reader, error, why.text);
    json_int_t version = json_integer_value(json_object_get(header, "procenario"));
    if (version != 1) {
        error_set(error, 0, "%s:1: the trace is of version %lld, this procenario reads version 1",
                  reader->path, (long long)version);
        error_remedy(error, "read it with the procenario that wrote it, or perform it again");
        return false;
    }
    reader->at_footer = empty; /* no events: what follows is the footer */
    size_t note_count = texts_of(reader, json_object_get(header, "notes"));
    struct trace_header told = {
        .scenario = text_of(header, "scenario"),
        .clock = text_of(header, "clock"),
        .schedule = text_of(header, "schedule"),
        .notes = reader->words,
        .note_count = note_count,
    };
    if (told.scenario == NULL || told.clock == NULL || told.schedule == NULL ||
        !json_is_array(json_object_get(header, "notes")))
        return fail(reader, error, "the trace's header is not whole");
    if (!read_terminal(header, &told.terminal))
        return fail(reader, error, "the size of the run's terminal is out of range");
    return sink->begin == NULL || sink->begin(sink->self, &told);
}

static bool fail_cut(struct trace_reader *reader, struct error *error)
{
    fail(reader, error, "the trace is cut off: its end is missing");
    error_remedy(error, "the runner was killed before it could finish the file");
    return false;
}

static const char *read_verdict(struct trace_reader *reader, const json_t *object,
                                struct verdict *verdict)
{
    *verdict = (struct verdict){
        .name = text_of(object, "name"),
        .holds = json_is_true(json_object_get(object, "holds")),
        .judged = !json_is_false(json_object_get(object, "judged")),
        .has_points = json_object_get(object, "points") != NULL,
        .points = json_number_value(json_object_get(object, "points")),
        .hidden = json_is_true(json_object_get(object, "hidden")),
        .hint = text_of(object, "hint"),
        .expected = text_of(object, "expected"),
        .seen = text_of(object, "seen"),
    };
    if (verdict->name == NULL || !json_is_boolean(json_object_get(object, "holds")))
        return "a verdict lacks its name or whether it holds";
    const json_t *evidence = json_object_get(object, "evidence");
    verdict->evidence_count = json_array_size(evidence);
    uint64_t *numbers =
        arena_alloc(&reader->arena, (verdict->evidence_count + 1) * sizeof *numbers);
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        json_int_t n = json_integer_value(json_array_get(evidence, i));
        if (n < 1 || (uint64_t)n > reader->last_n)
            return "a verdict's evidence is no event of this trace";
        numbers[i] = (uint64_t)n;
    }
    verdict->evidence = numbers;
    return NULL;
}

/* Keeps what the footer says, for trace_reader_footer. */
static const char *keep_footer(struct trace_reader *reader)
{
    const json_t *verdict = json_object_get(reader->footer, "verdict");
    const json_t *reasons = json_object_get(reader->footer, "reasons");
    size_t verdict_count = json_array_size(verdict), reason_count = json_array_size(reasons);
    struct verdict *verdicts = arena_alloc(&reader->arena, (verdict_count + 1) * sizeof *verdicts);
    const char **texts = arena_alloc(&reader->arena, (reason_count + 1) * sizeof *texts);
    for (size_t i = 0; i < verdict_count; i++) {
        const char *wrong = read_verdict(reader, json_array_get(verdict, i), &verdicts[i]);
        if (wrong != NULL)
            return wrong;
    }
    for (size_t i = 0; i < reason_count; i++) {
        texts[i] = json_string_value(json_array_get(reasons, i));
        if (texts[i] == NULL)
            return "the reasons are not texts";
    }
    reader->told = (struct trace_footer){
        .end = (enum run_end)word_index(text_of(reader->footer, "end"), run_end_words),
        .duration_us = json_integer_value(json_object_get(reader->footer, "duration_us")),
        .deterministic = json_is_true(json_object_get(reader->footer, "deterministic")),
        .reasons = texts,
        .reason_count = reason_count,
        .verdicts = verdicts,
        .verdict_count = verdict_count,
    };
    return is_time(reader->told.duration_us) ? NULL : "the duration is out of range";
}

/* Without what stands after the events the trace is not whole. */
static bool read_footer(struct trace_reader *reader, struct error *error)
{
    auto_buf struct buf text = {0};
    buf_add_char(&text, '{');
    size_t length;
    char *line;
    error->message[0] = '\0';
    while ((line = next_line(reader, &length, error)) != NULL) {
        buf_add(&text, line, length);
        buf_add_char(&text, '\n');
        if (text.length > LONGEST_LINE)
            return fail(reader, error, "the verdicts are too long for a trace");
    }
    if (error->message[0] != '\0')
        return false;
    json_error_t why;
    json_auto_t *footer = parse(text.data, text.length, &why);
    if (footer == NULL && json_error_code(&why) != json_error_premature_end_of_input)
        return fail(reader, error, why.text);
    if (footer == NULL)
        return fail_cut(reader, error);
    if (word_index(text_of(footer, "end"), run_end_words) < 0)
        return fail(reader, error, "the trace does not say how the run ended");
    if (!json_is_integer(json_object_get(footer, "duration_us")) ||
        !json_is_boolean(json_object_get(footer, "deterministic")) ||
        !json_is_array(json_object_get(footer, "reasons")) ||
        !json_is_array(json_object_get(footer, "verdict")))
        return fail(reader, error, "the trace's end is not whole");
    reader->footer = json_incref(footer);
    const char *wrong = keep_footer(reader);
    return wrong == NULL || fail(reader, error, wrong);
}

const struct trace_footer *trace_reader_footer(const struct trace_reader *reader)
{
    return &reader->told;
}

bool trace_reader_run(struct trace_reader *reader, struct trace_sink sink, struct error *error)
{
    if (!read_header(reader, &sink, error))
        return false;
    while (!reader->at_footer) {
        size_t length;
        error->message[0] = '\0';
        char *line = next_line(reader, &length, error);
        if (line == NULL) {
            if (error->message[0] != '\0')
                return false;
            return fail_cut(reader, error);
        }
        if (length == 0)
            continue;
        bool last = false;
        if (line[length - 1] == ',') {
            length--;
            if (length > 0 && line[length - 1] == ']') {
                length--;
                last = true;
            }
        }
        json_error_t why;
        json_auto_t *object = parse(line, length, &why);
        if (object == NULL && json_error_code(&why) == json_error_premature_end_of_input)
            return fail_cut(reader, error);
        if (object == NULL)
            return fail(reader, error, why.text);
        struct event event;
        const char *wrong = read_event(reader, object, &event);
        if (wrong != NULL)
            return fail(reader, error, wrong);
        if (!check_event(reader, &event, line, length, error))
            return false;
        if (sink.event != NULL && !sink.event(sink.self, &event))
            return true;
        reader->at_footer = last;
    }
    return read_footer(reader, error);
}
