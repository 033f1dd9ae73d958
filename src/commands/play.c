#include "commands/play.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/units.h"
#include "director/director.h"
#include "judge/judge.h"

struct play {
    char *path;
    struct trace_reader *reader; /* a trace … */
    struct inputs inputs;        /* … or a file of scenarios, of which one is played */
    const struct scenario *scenario;
    struct judge *judge;
    struct perform_result result;
    unsigned processor;
    struct stat file;
    bool has_file;
};

/* ---- opening ---- */

/* The first bytes, as many as tell a trace from a scenario. -1: they cannot be read. */
static ssize_t peek(int fd, char *bytes, size_t size)
{
    size_t have = 0;
    while (have < size) {
        ssize_t got = read(fd, bytes + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static const struct scenario *choose(const struct command *command, const struct inputs *inputs,
                                     const char *path, const char *which, int *status)
{
    if (which == NULL && inputs->count == 1)
        return inputs->scenarios[0];
    if (which == NULL) {
        *status = usage_error(command,
                              "'%s' holds %zu scenarios: choose one with --scenario, by its "
                              "number or title",
                              path, inputs->count);
        return NULL;
    }
    int64_t number;
    const char *why;
    if (integer_parse(which, 1, (int64_t)inputs->count, &number, &why))
        return inputs->scenarios[number - 1];
    for (size_t i = 0; i < inputs->count; i++)
        if (strcmp(inputs->scenarios[i]->title, which) == 0)
            return inputs->scenarios[i];
    *status =
        usage_error(command, "'%s' has no scenario '%s'; it holds %zu", path, which, inputs->count);
    return NULL;
}

static bool open_scenario(struct play *play, const struct command *command, int fd,
                          const char *begun, size_t length, const struct play_settings *settings,
                          int *status)
{
    struct source source = {0};
    struct error error = {0};
    struct overrides overrides;
    if (!source_read_on(&source, play->path, fd, begun, length, &error)) {
        error_print(&error);
        *status = EXIT_INVALID;
        return false;
    }
    if (!overrides_read(&overrides, command, &settings->set, status)) {
        source_release(&source);
        return false;
    }
    *status = inputs_load_source(&play->inputs, &source, overrides.items, overrides.count);
    overrides_release(&overrides);
    if (*status == EXIT_HOLDS)
        play->scenario = choose(command, &play->inputs, play->path, settings->scenario, status);
    return play->scenario != NULL;
}

/* Takes `fd` over in any case. */
static bool open_either(struct play *play, const struct command *command, int fd,
                        const struct play_settings *settings, int *status)
{
    char begun[sizeof TRACE_BEGINNING - 1];
    auto_close int owned = fd;
    struct error error = {0};
    *status = EXIT_INVALID;
    if (play->has_file && S_ISDIR(play->file.st_mode)) {
        error_set(&error, EISDIR, "cannot read '%s'", play->path);
        error_print(&error);
        return false;
    }
    ssize_t length = peek(fd, begun, sizeof begun);
    if (length < 0) {
        error_set(&error, errno, "cannot read '%s'", play->path);
        error_print(&error);
        return false;
    }
    if ((size_t)length < sizeof begun || memcmp(begun, TRACE_BEGINNING, sizeof begun) != 0)
        return open_scenario(play, command, fd, begun, (size_t)length, settings, status);
    if (settings->set.count > 0 || settings->scenario != NULL) {
        *status = usage_error(command, "--%s is about scenarios, but '%s' is a trace",
                              settings->set.count > 0 ? "set" : "scenario", play->path);
        return false;
    }
    play->reader = trace_reader_take(steal_fd(&owned), play->path, begun, (size_t)length);
    return true;
}

struct play *play_open(const struct command *command, const char *path,
                       const struct play_settings *settings, int *status)
{
    int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        struct error error = {0};
        error_set(&error, errno, "cannot open '%s'", path);
        error_print(&error);
        *status = EXIT_INVALID;
        return NULL;
    }
    struct play *opened = xcalloc(1, sizeof *opened);
    opened->path = xstrdup(path);
    opened->has_file = fstat(fd, &opened->file) == 0;
    if (open_either(opened, command, fd, settings, status))
        return opened;
    play_free(opened);
    return NULL;
}

struct play *play_scenario(const struct scenario *scenario, const char *path)
{
    struct play *opened = xcalloc(1, sizeof *opened);
    opened->path = xstrdup(path);
    opened->has_file = stat(path, &opened->file) == 0;
    opened->scenario = scenario;
    return opened;
}

void play_on(struct play *play, unsigned processor)
{
    play->processor = processor;
}

void play_free(struct play *play)
{
    if (play == NULL)
        return;
    trace_reader_free(play->reader);
    judge_free(play->judge);
    perform_result_release(&play->result);
    inputs_release(&play->inputs);
    free(play->path);
    free(play);
}

const char *play_path(const struct play *play)
{
    return play->path;
}

bool play_reads(const struct play *play, const char *path)
{
    struct stat status;
    return play->has_file && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_dev == play->file.st_dev && status.st_ino == play->file.st_ino;
}

/* ---- playing ---- */

/* Ends the reading when the one who listens has had enough. */
struct listener {
    struct trace_sink sink;
    bool stopped;
};

static bool hand_begin(void *self, const struct trace_header *header)
{
    struct listener *listener = self;
    if (listener->sink.begin != NULL && !listener->sink.begin(listener->sink.self, header))
        listener->stopped = true;
    return !listener->stopped;
}

static bool hand_event(void *self, const struct event *event)
{
    struct listener *listener = self;
    if (listener->sink.event != NULL && !listener->sink.event(listener->sink.self, event))
        listener->stopped = true;
    return !listener->stopped;
}

static bool read_stored(struct play *play, struct trace_sink sink, struct trace_footer *footer,
                        int *status)
{
    struct error error = {0};
    struct listener listener = {.sink = sink};
    sink = (struct trace_sink){.begin = hand_begin, .event = hand_event, .self = &listener};
    bool whole = trace_reader_run(play->reader, sink, &error);
    if (listener.stopped) {
        *footer = (struct trace_footer){.end = RUN_FAILED};
        return true;
    }
    if (!whole) {
        error_print(&error);
        *status = EXIT_INVALID;
        return false;
    }
    *footer = *trace_reader_footer(play->reader);
    return true;
}

static bool perform_now(struct play *play, struct trace_sink sink, struct trace_footer *footer,
                        int *status)
{
    struct error error = {0};
    play->judge = judge_new(play->scenario);
    struct trace_sink sinks[] = {judge_sink(play->judge), sink};
    struct perform_options options = {
        .clock = play->scenario->clock,
        .schedule = play->scenario->schedule,
        .processor = play->processor,
        .sinks = sinks,
        .sink_count = ARRAY_SIZE(sinks),
    };
    if (!director_perform(play->scenario, &options, &play->result, &error)) {
        error_print(&error);
        *status = EXIT_REFUSED;
        return false;
    }
    if (director_interrupted()) {
        *status = 128 + director_interrupted();
        return false;
    }
    *footer = (struct trace_footer){
        .end = play->result.sink_stopped ? RUN_FAILED : play->result.end,
        .duration_us = play->result.duration_us,
        .deterministic = play->result.deterministic,
        .reasons = (const char *const *)play->result.reasons,
        .reason_count = play->result.reason_count,
    };
    footer->verdicts =
        judge_end(play->judge, footer->end, footer->duration_us, &footer->verdict_count);
    return true;
}

bool play(struct play *play, struct trace_sink sink, struct trace_footer *footer, int *status)
{
    return play->reader != NULL ? read_stored(play, sink, footer, status)
                                : perform_now(play, sink, footer, status);
}
