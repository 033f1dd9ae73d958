/* `draw`: a picture of a run. */
#include <errno.h>
#include <string.h>

#include "base/language.h"
#include "base/output.h"
#include "command.h"
#include "commands/play.h"
#include "draw/draw.h"
#include "history/history.h"

struct draw_settings {
    struct play_settings play;
    const char *as, *format, *language, *output;
};

static const struct option_spec options[] = {
    PLAY_OPTIONS(struct draw_settings, play),
    {0, "as", "KIND", OPTION_CHOICE, offsetof(struct draw_settings, as),
     "which picture: timeline, graph, tree or sequence", draw_kind_words},
    {'f', "format", "FORMAT", OPTION_CHOICE, offsetof(struct draw_settings, format),
     "form of the picture: svg (the default), text, mermaid, dot or trace-event",
     draw_format_words},
    {0, "lang", "LANG", OPTION_CHOICE, offsetof(struct draw_settings, language),
     "language of the labels: en (the default) or zh", language_words},
    {'o', "output", "FILE", OPTION_TEXT, offsetof(struct draw_settings, output),
     "write to FILE instead of standard output; - is standard output", NULL},
    {0},
};

static int index_of(const char *word, const char *const *words)
{
    int index = 0;
    while (strcmp(words[index], word) != 0)
        index++;
    return index;
}

/* The picture that is asked for; 0, or what to return. */
static int read_options(const struct draw_settings *given, const struct operands *operands,
                        struct draw_options *picture)
{
    if (operands->count == 0)
        return usage_error(&command_draw, "no file is given");
    if (operands->count > 1)
        return usage_error(&command_draw, "draw takes one file, but %d are given", operands->count);
    if (given->as == NULL)
        return usage_error(&command_draw,
                           "say which picture: --as timeline, graph, tree or sequence");
    picture->kind = (enum draw_kind)index_of(given->as, draw_kind_words);
    picture->format = (enum draw_format)index_of(given->format, draw_format_words);
    picture->language = language_parse(given->language);
    if (draw_knows(picture->kind, picture->format))
        return EXIT_HOLDS;
    auto_buf struct buf formats = {0};
    draw_formats_of(picture->kind, &formats);
    return usage_error(&command_draw, "a %s cannot be drawn as %s, but as %s", given->as,
                       given->format, formats.data);
}

static int write_picture(const struct history *history, const struct draw_options *picture,
                         const char *path)
{
    struct error error = {0};
    struct output output;
    bool written = output_open(&output, path, &error);
    if (written) {
        draw(history, picture, output.stream);
        written = output_commit(&output, &error);
    }
    if (!written)
        error_print(&error);
    return written ? EXIT_HOLDS : EXIT_REFUSED;
}

static int draw_file(const char *file, const struct draw_settings *given,
                     const struct draw_options *picture)
{
    int status;
    struct play *opened = play_open(&command_draw, file, &given->play, &status);
    if (opened == NULL)
        return status;
    if (given->output != NULL && play_reads(opened, given->output)) {
        play_free(opened);
        return usage_error(&command_draw, "--output '%s' would overwrite what is drawn",
                           given->output);
    }
    struct historian *historian = historian_new();
    struct trace_footer footer;
    if (play(opened, historian_sink(historian), &footer, &status)) {
        struct history *history = historian_end(historian, &footer);
        status = write_picture(history, picture, given->output);
        history_free(history);
    } else {
        historian_free(historian);
    }
    play_free(opened);
    return status;
}

static int run(int argc, char **argv)
{
    struct draw_settings given = {.format = "svg", .language = "en"};
    struct draw_options picture = {0};
    struct operands operands;
    int status;
    if (options_parse(&command_draw, argc, argv, &given, &operands, &status))
        status = read_options(&given, &operands, &picture);
    else
        operands.count = 0;
    if (status == EXIT_HOLDS && operands.count == 1)
        status = draw_file(operands.items[0], &given, &picture);
    option_list_release(&given.play.set);
    return status;
}

const struct command command_draw = {
    .name = "draw",
    .summary = "draw a run: its timeline, process graph, tree or sequence",
    .usage = "procenario draw [OPTION…] --as KIND FILE|TRACE",
    .details =
        "Performs the scenario, or reads the trace of a stored run, and draws what happened.\n"
        "A run that was cut off, or whose expectations do not hold, is drawn, too.\n"
        "\n"
        "  timeline  a lane a process, with its states, forks, signals and reaping, over time;\n"
        "            as svg, text, mermaid or trace-event (for ui.perfetto.dev)\n"
        "  graph     the process graph of textbooks: what must come before what;\n"
        "            as svg, text, mermaid or dot\n"
        "  tree      who forked whom, and what became of them; as svg, text, mermaid or dot\n"
        "  sequence  lifelines, and what passes between them; as svg, text or mermaid\n"
        "\n"
        "Exit status: 0 the picture is written; 2 invalid usage, scenario or trace; 3 the host\n"
        "refused, or the picture could not be written; 128 plus the signal's number when\n"
        "interrupted.",
    .options = options,
    .run = run,
};
