/*
 * procenario transcript: what a person at the terminal would have seen of a run, as text, or as a
 * picture of the terminal.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/language.h"
#include "base/output.h"
#include "command.h"
#include "commands/play.h"
#include "options.h"
#include "transcript/transcript.h"

struct transcript_settings {
    struct play_settings play;
    const char *format;
    const char *language;
    const char *output;
    bool annotate;
};

static const struct option_spec options[] = {
    {'f', "format", "FORMAT", OPTION_CHOICE, offsetof(struct transcript_settings, format),
     "text (the default), ansi, markdown, asciicast, svg or html", transcript_format_words},
    {'a', "annotate", NULL, OPTION_FLAG, offsetof(struct transcript_settings, annotate),
     "tell of forks, signals, zombies and reaping, too", NULL},
    {'l', "lang", "LANGUAGE", OPTION_CHOICE, offsetof(struct transcript_settings, language),
     "the language of marks and annotations: en (the default) or zh", language_words},
    {'o', "output", "FILE", OPTION_TEXT, offsetof(struct transcript_settings, output),
     "write to FILE, as a whole or not at all", NULL},
    PLAY_OPTIONS(struct transcript_settings, play),
    {0},
};

static enum transcript_format format_of(const char *word)
{
    int format = TRANSCRIPT_TEXT;
    while (word != NULL && strcmp(word, transcript_format_words[format]) != 0)
        format++;
    return (enum transcript_format)format;
}

/* Plays into the stream. What went wrong was told. */
static int write_transcript(struct play *played, const struct transcript_settings *settings,
                            FILE *stream)
{
    struct trace_footer footer;
    int status = EXIT_HOLDS;
    struct transcript *transcript = transcript_new(&(struct transcript_options){
        .format = format_of(settings->format),
        .language = language_parse(settings->language),
        .annotate = settings->annotate,
        .out = stream,
    });
    if (play(played, transcript_sink(transcript), &footer, &status) &&
        !transcript_end(transcript, &footer)) {
        struct error error = {0};
        error_set(&error, errno, "cannot write the transcript");
        error_print(&error);
        status = EXIT_REFUSED;
    }
    transcript_free(transcript);
    return status;
}

static int open_and_write(struct play *played, const struct transcript_settings *settings)
{
    struct output output;
    struct error error = {0};
    if (settings->output != NULL && play_reads(played, settings->output))
        return usage_error(&command_transcript, "-o '%s' would overwrite what is read",
                           settings->output);
    if (!output_open(&output, settings->output, &error)) {
        error_print(&error);
        return EXIT_REFUSED;
    }
    int status = write_transcript(played, settings, output.stream);
    if (status != EXIT_HOLDS) {
        output_discard(&output);
    } else if (!output_commit(&output, &error)) {
        error_print(&error);
        status = EXIT_REFUSED;
    }
    return status;
}

static int run_with(const struct transcript_settings *settings, const struct operands *operands)
{
    if (operands->count != 1)
        return usage_error(&command_transcript, operands->count == 0
                                                    ? "no scenario or trace is given"
                                                    : "it takes one scenario or trace");
    int status;
    struct play *played =
        play_open(&command_transcript, operands->items[0], &settings->play, &status);
    if (played == NULL)
        return status;
    status = open_and_write(played, settings);
    play_free(played);
    return status;
}

static int run(int argc, char **argv)
{
    struct transcript_settings settings = {0};
    struct operands operands;
    int status;
    if (options_parse(&command_transcript, argc, argv, &settings, &operands, &status))
        status = run_with(&settings, &operands);
    option_list_release(&settings.play.set);
    return status;
}

const struct command command_transcript = {
    .name = "transcript",
    .summary = "show what a person at the terminal would have seen of a run",
    .usage = "procenario transcript [OPTION…] FILE|TRACE",
    .details = "Performs the scenario, or reads a stored trace, and writes the output as it was\n"
               "typed and printed, the commentary of `say` steps, and marks where time passed.\n"
               "\n"
               "A run that was cut off, or whose expectations do not hold, is shown all the same.\n"
               "\n"
               "Exit status: 0 it was written; 2 invalid usage, scenario or trace; 3 the host\n"
               "refused, or it could not be written.",
    .options = options,
    .run = run,
};
