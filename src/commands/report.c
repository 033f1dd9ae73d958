/*
 * `report`: a run as one HTML page to look at, step through and hand in. (What `run` tells about a
 * run, as text, JSON, TAP or JUnit, is in report/; the page is in page/.)
 */
#include <string.h>

#include "base/output.h"
#include "command.h"
#include "commands/play.h"
#include "history/history.h"
#include "options.h"
#include "page/page.h"

struct report_options {
    struct play_settings play;
    const char *language;
    const char *output;
};

static const struct option_spec options[] = {
    {'o', "output", "FILE", OPTION_TEXT, offsetof(struct report_options, output),
     "where to write the page; - is standard output", NULL},
    {0, "lang", "LANG", OPTION_CHOICE, offsetof(struct report_options, language),
     "language of the page: en (the default) or zh", language_words},
    PLAY_OPTIONS(struct report_options, play),
    {0},
};

static int refuse(const struct error *error)
{
    error_print(error);
    return EXIT_REFUSED;
}

static int write_page(const struct history *history, const struct report_options *given)
{
    struct output output;
    struct error error = {0};
    if (!output_open(&output, given->output, &error))
        return refuse(&error);
    page_write(history, language_parse(given->language), output.stream);
    return output_commit(&output, &error) ? EXIT_HOLDS : refuse(&error);
}

static int report(const char *path, const struct report_options *given)
{
    int status = EXIT_HOLDS;
    struct play *opened = play_open(&command_report, path, &given->play, &status);
    if (opened == NULL)
        return status;
    if (play_reads(opened, given->output)) {
        status = usage_error(&command_report, "the page would be written over '%s', which is read",
                             given->output);
        play_free(opened);
        return status;
    }
    struct historian *historian = historian_new();
    struct trace_footer footer;
    if (play(opened, historian_sink(historian), &footer, &status)) {
        struct history *history = historian_end(historian, &footer);
        status = write_page(history, given);
        history_free(history);
    } else {
        historian_free(historian);
    }
    play_free(opened);
    return status;
}

static int run(int argc, char **argv)
{
    struct report_options given = {0};
    struct operands operands;
    int status;
    if (options_parse(&command_report, argc, argv, &given, &operands, &status)) {
        if (operands.count != 1)
            status = usage_error(&command_report, operands.count == 0
                                                      ? "no scenario or trace is given"
                                                      : "one scenario or trace at a time");
        else if (given.output == NULL)
            status = usage_error(&command_report, "where to? -o FILE, or -o - for standard output");
        else
            status = report(operands.items[0], &given);
    }
    option_list_release(&given.play.set);
    return status;
}

const struct command command_report = {
    .name = "report",
    .summary = "write a run as one HTML page to step through",
    .usage = "procenario report [OPTION…] FILE|TRACE -o PAGE.html",
    .details = "The page shows the timeline, the terminal and the process table at any event, and "
               "the\nexpectations. It needs no network and no server; without JavaScript it is a "
               "plain report.",
    .options = options,
    .run = run,
};
