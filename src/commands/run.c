/*
 * procenario run: performs scenarios, judges them while they run, reports, and says by its exit
 * status whether all was as expected.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "commands/run_settings.h"
#include "commands/twice.h"
#include "director/director.h"
#include "judge/judge.h"
#include "report/report.h"

/* One scenario file with all its documents; or the one scenario of a command line. */
struct input {
    struct source source;
    struct scenario_list list;
    struct scenario *command;
};

/* Everything that lasts from the first scenario to the last. */
struct runner {
    const struct run_settings *settings;
    struct input *inputs;
    size_t input_count;
    FILE *out;    /* where the report goes */
    void *report; /* the format's state */
    int trace_fd; /* -1: no trace is written */
    int status;   /* the worst so far */
};

/* One scenario being performed. */
struct performance {
    struct runner *runner;
    const struct scenario *scenario;
    struct perform_options options;
    struct judge *judge;
    struct trace_writer *writer; /* or NULL */
    struct twice *twice;         /* or NULL */
    struct trace_sink sinks[4];  /* judge, report, trace, first performance */
    size_t sink_count;
    bool begun;        /* the header was handed out */
    bool report_wrong; /* the report could not be written */
    uint64_t events;
    struct perform_result result;
    struct error error; /* why it could not be performed, or not be written down */
};

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* ---- inputs --------------------------------------------------------------------------------- */

/* Loads one file, printing what is wrong with it. */
static bool load_file(struct input *input, const char *path, const struct run_settings *settings)
{
    struct error error = {0};
    if (!source_read(&input->source, path, &error)) {
        error_print(&error);
        return false;
    }
    struct diags diags;
    diags_init(&diags, &input->source);
    scenario_load(&input->source, settings->overrides, settings->override_count, &diags,
                  &input->list);
    bool ok = diags.errors == 0;
    auto_buf struct buf text = {0};
    diags_format(&diags, &text, color_wanted(STDERR_FILENO));
    if (text.length > 0)
        fwrite(text.data, 1, text.length, stderr);
    diags_release(&diags);
    return ok;
}

static bool load_command(struct input *input, char **argv)
{
    auto_free char *directory = getcwd(NULL, 0);
    if (!directory) {
        struct error error = {0};
        error_set(&error, errno, "cannot tell the working directory");
        error_print(&error);
        return false;
    }
    input->command = scenario_for_command(argv, directory);
    return true;
}

/* Loads every input, so that all mistakes of all files are seen at once. */
static int load_inputs(struct runner *runner)
{
    const struct operands *operands = &runner->settings->operands;
    runner->input_count = operands->command ? 1 : (size_t)operands->count;
    runner->inputs = xcalloc(runner->input_count, sizeof *runner->inputs);
    if (operands->command)
        return load_command(&runner->inputs[0], operands->command) ? 0 : EXIT_REFUSED;
    int status = 0;
    for (size_t i = 0; i < runner->input_count; i++)
        if (!load_file(&runner->inputs[i], operands->items[i], runner->settings))
            status = EXIT_INVALID;
    return status;
}

static void release_inputs(struct runner *runner)
{
    for (size_t i = 0; i < runner->input_count; i++) {
        scenario_list_release(&runner->inputs[i].list);
        source_release(&runner->inputs[i].source);
        scenario_free(runner->inputs[i].command);
    }
    free(runner->inputs);
}

static size_t scenario_count(const struct runner *runner)
{
    size_t count = 0;
    for (size_t i = 0; i < runner->input_count; i++)
        count += runner->inputs[i].command ? 1 : runner->inputs[i].list.count;
    return count;
}

/* ---- what the flags make of a scenario ------------------------------------------------------ */

static void choose_options(struct performance *p)
{
    const struct run_settings *settings = p->runner->settings;
    p->options = (struct perform_options){
        .clock = settings->has_clock ? settings->clock : p->scenario->clock,
        .schedule = settings->has_schedule ? settings->schedule : p->scenario->schedule,
        .sinks = p->sinks,
    };
}

/* What cannot be asked of this scenario. */
static int check_flags(const struct runner *runner, const struct scenario *scenario)
{
    const struct run_settings *settings = runner->settings;
    enum clock_kind clock = settings->has_clock ? settings->clock : scenario->clock;
    const struct schedule_spec *schedule =
        settings->has_schedule ? &settings->schedule : &scenario->schedule;
    if (!settings->twice)
        return 0;
    if (clock == CLOCK_KIND_REAL)
        return usage_error(&command_run,
                           "--twice compares two runs event by event, which needs the virtual "
                           "clock; '%s' runs on the real one",
                           scenario->title);
    if (schedule->policy == SCHEDULE_FREE)
        return usage_error(&command_run,
                           "--twice compares two runs event by event, which needs turns; '%s' runs "
                           "with the schedule free",
                           scenario->title);
    return 0;
}

static int check_all_flags(const struct runner *runner)
{
    size_t count = scenario_count(runner);
    if (runner->settings->trace && count != 1)
        return usage_error(&command_run,
                           "--trace takes one scenario, but %zu are given; run them one by one",
                           count);
    if (runner->settings->schedule.policy == SCHEDULE_REPLAY && count != 1)
        return usage_error(&command_run,
                           "--schedule replay:TRACE takes one scenario, but %zu are given", count);
    int status = 0;
    for (size_t i = 0; i < runner->input_count && status == 0; i++) {
        const struct input *input = &runner->inputs[i];
        if (input->command)
            status = check_flags(runner, input->command);
        for (size_t j = 0; j < input->list.count && status == 0; j++)
            status = check_flags(runner, input->list.items[j]);
    }
    return status;
}

/* ---- where the output goes ------------------------------------------------------------------ */

/* A trace written over the scenario it comes from would be a sad loss. */
static bool is_an_input(const struct runner *runner, const char *path)
{
    struct stat trace, input;
    if (stat(path, &trace) != 0 || !S_ISREG(trace.st_mode))
        return false;
    for (size_t i = 0; i < runner->input_count; i++)
        if (!runner->inputs[i].command && stat(runner->inputs[i].source.path, &input) == 0 &&
            input.st_dev == trace.st_dev && input.st_ino == trace.st_ino)
            return true;
    return false;
}

static int open_trace(struct runner *runner)
{
    const char *path = runner->settings->trace;
    if (!path)
        return 0;
    if (strcmp(path, "-") == 0) {
        runner->out = stderr;
        runner->trace_fd = STDOUT_FILENO;
        return 0;
    }
    if (is_an_input(runner, path))
        return usage_error(&command_run, "--trace '%s' would overwrite the scenario", path);
    runner->trace_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (runner->trace_fd >= 0)
        return 0;
    struct error error = {0};
    error_set(&error, errno, "cannot write trace '%s'", path);
    error_print(&error);
    return EXIT_REFUSED;
}

static int close_trace(struct runner *runner)
{
    int fd = runner->trace_fd;
    runner->trace_fd = -1;
    if (fd < 0 || fd == STDOUT_FILENO || close(fd) == 0)
        return 0;
    /* Network file systems report a full disk as late as here. */
    struct error error = {0};
    error_set(&error, errno, "cannot write trace '%s'", runner->settings->trace);
    error_print(&error);
    return EXIT_REFUSED;
}

static bool report_event(void *self, const struct event *event)
{
    struct performance *p = self;
    const struct report_format *format = p->runner->settings->format;
    p->events = event->n;
    if (format->event && !format->event(p->runner->report, event))
        p->report_wrong = true;
    return !p->report_wrong;
}

static bool report_begin(void *self, const struct trace_header *header)
{
    struct performance *p = self;
    const struct report_format *format = p->runner->settings->format;
    p->begun = true;
    if (format->begin && !format->begin(p->runner->report, p->scenario, header))
        p->report_wrong = true;
    return !p->report_wrong;
}

/* ---- performing ----------------------------------------------------------------------------- */

/* Refused before the start: reports and traces have a header all the same. */
static void begin_all(struct performance *p)
{
    struct trace_header header = {
        .scenario = p->scenario->title,
        .clock = p->options.clock == CLOCK_KIND_REAL ? "real" : "virtual",
        .schedule = schedule_policy_word(p->options.schedule.policy),
    };
    for (size_t i = 0; i < p->sink_count; i++)
        if (p->sinks[i].begin)
            p->sinks[i].begin(p->sinks[i].self, &header);
}

/* Puts into the trace and the report that the second performance differed. */
static void tell_divergence(struct performance *p, const char *text)
{
    struct event event = {
        .n = p->events + 1,
        .t_us = p->result.duration_us,
        .process = "director",
        .kind = EVENT_DIVERGE,
        .text = text,
        .text_length = strlen(text),
    };
    for (size_t i = 1; i < p->sink_count; i++) /* all but the judge: it judges the first one */
        if (p->sinks[i].event && p->sinks[i].self != p->twice)
            p->sinks[i].event(p->sinks[i].self, &event);
}

/* Performs the scenario again and compares. */
static bool perform_again(struct performance *p)
{
    struct trace_sink sink = twice_second_sink(p->twice);
    struct perform_options options = p->options;
    options.sinks = &sink;
    options.sink_count = 1;
    struct perform_result second = {0};
    bool performed = director_perform(p->scenario, &options, &second, &p->error);
    if (performed && twice_error(p->twice)) {
        p->error = *twice_error(p->twice);
        performed = false;
    } else if (performed && second.end == RUN_INTERRUPTED) {
        p->result.end = RUN_INTERRUPTED;
    } else if (performed) {
        bool same_end = second.end == p->result.end && second.duration_us == p->result.duration_us;
        const char *difference = twice_difference(p->twice, same_end);
        if (difference) {
            p->result.end = RUN_DIVERGED;
            p->result.deterministic = false;
            tell_divergence(p, difference);
        }
    } else {
        error_wrap(&p->error, "cannot perform '%s' a second time", p->scenario->title);
    }
    perform_result_release(&second);
    return performed;
}

static bool perform_all(struct performance *p)
{
    bool performed = director_perform(p->scenario, &p->options, &p->result, &p->error);
    if (!p->begun)
        begin_all(p);
    if (performed && p->twice && twice_error(p->twice)) {
        p->error = *twice_error(p->twice);
        return false;
    }
    if (performed && p->twice && !p->result.sink_stopped && p->result.end != RUN_INTERRUPTED)
        return perform_again(p);
    return performed;
}

static struct trace_footer make_footer(struct performance *p)
{
    struct trace_footer footer = {
        .end = p->result.end,
        .duration_us = p->result.duration_us,
        .deterministic = p->result.deterministic,
        .reasons = (const char *const *)p->result.reasons,
        .reason_count = p->result.reason_count,
    };
    footer.verdicts = judge_end(p->judge, footer.end, footer.duration_us, &footer.verdict_count);
    return footer;
}

static int outcome_status(const struct trace_footer *footer)
{
    if (footer->end == RUN_FAILED)
        return EXIT_REFUSED;
    if (footer->end != RUN_COMPLETED)
        return EXIT_FAILS;
    for (size_t i = 0; i < footer->verdict_count; i++)
        if (!footer->verdicts[i].holds)
            return EXIT_FAILS;
    return EXIT_HOLDS;
}

/* Ends the trace and the report of this scenario; returns its exit status. */
static int conclude(struct performance *p, bool performed)
{
    const struct report_format *format = p->runner->settings->format;
    if (!performed) {
        p->result.end = RUN_FAILED;
        error_print(&p->error);
    }
    struct trace_footer footer = make_footer(p);
    int status = outcome_status(&footer);

    if (p->writer) {
        trace_writer_finish(p->writer, &footer);
        const struct error *error = trace_writer_error(p->writer);
        if (error) {
            error_print(error);
            status = EXIT_REFUSED;
            if (performed) {
                performed = false;
                p->error = *error;
                footer.end = RUN_FAILED;
            }
        }
    }
    struct run_outcome outcome = {
        .scenario = p->scenario, .footer = footer, .error = performed ? NULL : &p->error};
    if (!p->report_wrong && format->outcome && !format->outcome(p->runner->report, &outcome))
        p->report_wrong = true;
    return p->report_wrong ? EXIT_REFUSED : status;
}

/* Performs one scenario; returns its exit status. */
static int run_scenario(struct runner *runner, const struct scenario *scenario)
{
    struct performance p = {.runner = runner, .scenario = scenario};
    bool ready = true;
    choose_options(&p);
    p.judge = judge_new(scenario);
    p.sinks[p.sink_count++] = judge_sink(p.judge);
    p.sinks[p.sink_count++] =
        (struct trace_sink){.begin = report_begin, .event = report_event, .self = &p};
    if (runner->trace_fd >= 0) {
        p.writer = trace_writer_new(runner->trace_fd, runner->settings->trace);
        p.sinks[p.sink_count++] = trace_writer_sink(p.writer);
    }
    if (runner->settings->twice) {
        p.twice = twice_new(&p.error);
        ready = p.twice != NULL;
        if (ready)
            p.sinks[p.sink_count++] = twice_first_sink(p.twice);
    }
    p.options.sink_count = p.sink_count;

    if (!ready)
        begin_all(&p);
    int status = conclude(&p, ready && perform_all(&p));

    perform_result_release(&p.result);
    twice_free(p.twice);
    trace_writer_free(p.writer);
    judge_free(p.judge);
    return status;
}

/* Performs the scenarios of one input; false: no further one shall be begun. */
static bool run_input(struct runner *runner, const struct input *input)
{
    size_t count = input->command ? 1 : input->list.count;
    for (size_t i = 0; i < count; i++) {
        const struct scenario *scenario = input->command ? input->command : input->list.items[i];
        int status = run_scenario(runner, scenario);
        runner->status = worse(runner->status, status);
        /* What can be written nowhere need not be performed. */
        if (director_interrupted() || ferror(runner->out) ||
            (status != EXIT_HOLDS && runner->settings->fail_fast))
            return false;
    }
    return true;
}

static void run_all(struct runner *runner)
{
    const struct report_format *format = runner->settings->format;
    struct report_options options = {
        .out = runner->out,
        .color = color_wanted(fileno(runner->out)),
        .quiet = runner->settings->quiet,
    };
    runner->report = format->open(&options);
    for (size_t i = 0; i < runner->input_count; i++)
        if (!run_input(runner, &runner->inputs[i]))
            break;
    bool written = !format->end || format->end(runner->report);
    errno = 0;
    if ((fflush(runner->out) != 0 || ferror(runner->out) || !written)) {
        struct error error = {0};
        error_set(&error, errno, "cannot write the report");
        error_print(&error);
        runner->status = EXIT_REFUSED;
    }
    if (format->free)
        format->free(runner->report);
    runner->status = worse(runner->status, close_trace(runner));
}

static int run(int argc, char **argv)
{
    struct run_settings settings;
    int status;
    if (!run_settings_read(&settings, &command_run, argc, argv, &status))
        return status;

    struct runner runner = {.settings = &settings, .out = stdout, .trace_fd = -1};
    status = load_inputs(&runner);
    if (status == 0)
        status = check_all_flags(&runner);
    if (status == 0)
        status = open_trace(&runner);
    if (status == 0) {
        run_all(&runner);
        status = runner.status;
        /* A shell that runs us in a loop goes by this to end the loop as well. */
        if (director_interrupted())
            status = 128 + director_interrupted();
    }
    release_inputs(&runner);
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
