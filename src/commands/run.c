/*
 * procenario run: performs scenarios, judges them while they run, reports, and says by its exit
 * status whether all was as expected.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "commands/inputs.h"
#include "commands/run_settings.h"
#include "commands/schedules.h"
#include "director/director.h"

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* ---- what cannot be asked of these scenarios ---- */

static int check_twice(const struct run_settings *settings, const struct scenario *scenario)
{
    const char *why = NULL;
    if (effective_clock(settings, scenario) == CLOCK_KIND_REAL)
        why = "runs on the real clock, where no two runs take the same time";
    else if (effective_schedule(settings, scenario, 0).policy == SCHEDULE_FREE)
        why = "is scheduled freely by the kernel, differently in each run";
    if (!why)
        return 0;
    return usage_error(&command_run, "--twice cannot compare runs of '%s': it %s", scenario->title,
                       why);
}

static int check_scenarios(const struct run_settings *settings, const struct inputs *inputs)
{
    if (settings->trace && inputs->count != 1)
        return usage_error(&command_run,
                           "--trace takes one scenario, but %zu are given: run them one by one",
                           inputs->count);
    if (settings->schedule.policy == SCHEDULE_REPLAY && inputs->count != 1)
        return usage_error(&command_run,
                           "--schedule replay:TRACE takes one scenario, but %zu are given",
                           inputs->count);
    int status = 0;
    for (size_t i = 0; settings->twice && status == 0 && i < inputs->count; i++)
        status = check_twice(settings, inputs->scenarios[i]);
    return status;
}

/* ---- where the output goes ---- */

static int open_trace(struct stage *stage, const struct inputs *inputs)
{
    const char *path = stage->settings->trace;
    if (!path)
        return 0;
    if (strcmp(path, "-") == 0) {
        stage->out = stderr;
        stage->trace_fd = STDOUT_FILENO;
        return 0;
    }
    if (inputs_contain(inputs, path))
        return usage_error(&command_run, "--trace '%s' would overwrite the scenario", path);
    stage->trace_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (stage->trace_fd >= 0)
        return 0;
    struct error error = {0};
    error_set(&error, errno, "cannot write trace '%s'", path);
    error_print(&error);
    return EXIT_REFUSED;
}

static int close_trace(const struct stage *stage)
{
    if (stage->trace_fd < 0 || stage->trace_fd == STDOUT_FILENO || close(stage->trace_fd) == 0)
        return 0;
    /* Network file systems tell of a full disk as late as here. */
    struct error error = {0};
    error_set(&error, errno, "cannot write trace '%s'", stage->settings->trace);
    error_print(&error);
    return EXIT_REFUSED;
}

static int end_report(const struct stage *stage)
{
    const struct report_format *format = stage->settings->format;
    errno = 0;
    bool written = !format->end || format->end(stage->report);
    if (fflush(stage->out) != 0 || ferror(stage->out))
        written = false;
    int code = errno;
    if (format->free)
        format->free(stage->report);
    if (written)
        return 0;
    struct error error = {0};
    error_set(&error, code, "cannot write the report");
    error_print(&error);
    return EXIT_REFUSED;
}

/* ---- the verb ---- */

static int perform_all(struct stage *stage, const struct inputs *inputs)
{
    struct report_options options = {
        .out = stage->out,
        .color = color_wanted(fileno(stage->out)),
        .quiet = stage->settings->quiet,
    };
    stage->report = stage->settings->format->open(&options);
    int status = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        int one = perform_scenario(stage, inputs->scenarios[i]);
        status = worse(status, one);
        /* What can be told to nobody need not be performed. */
        if (director_interrupted() || ferror(stage->out) ||
            (one != EXIT_HOLDS && stage->settings->fail_fast))
            break;
    }
    status = worse(status, end_report(stage));
    status = worse(status, close_trace(stage));
    return director_interrupted() ? 128 + director_interrupted() : status;
}

static int run(int argc, char **argv)
{
    struct run_settings settings;
    int status;
    if (!run_settings_read(&settings, &command_run, argc, argv, &status))
        return status;

    struct inputs inputs;
    struct stage stage = {.settings = &settings, .out = stdout, .trace_fd = -1};
    const struct operands *operands = &settings.operands;
    if (operands->command)
        status = inputs_load_command(&inputs, operands->command);
    else
        status = inputs_load_files(&inputs, operands->items, (size_t)operands->count,
                                   settings.overrides.items, settings.overrides.count);
    if (status == 0)
        status = check_scenarios(&settings, &inputs);
    if (status == 0)
        status = open_trace(&stage, &inputs);
    if (status == 0)
        status = perform_all(&stage, &inputs);
    inputs_release(&inputs);
    run_settings_release(&settings);
    return status;
}

const struct command command_run = {
    .name = "run",
    .summary = "perform scenarios, or one command, and judge what happened",
    .usage = "procenario run [OPTION…] FILE…\n"
             "procenario run [OPTION…] -- COMMAND [ARGUMENT…]",
    .details =
        "Performs every scenario of the files, one after the other, and reports for each whether\n"
        "its expectations hold. If any file is invalid, nothing is performed. FILE may be - for\n"
        "standard input. With -- COMMAND, performs that command line as a scenario of one process\n"
        "called 'main' and shows what it did.\n"
        "\n"
        "Exit status: 0 all expectations hold; 1 some do not, or a run was cut off; 2 invalid\n"
        "usage or scenario; 3 the host refused, or an output could not be written; 128 plus the\n"
        "signal's number when interrupted.",
    .options = run_options,
    .takes_command = true,
    .run = run,
};
