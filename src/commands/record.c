/*
 * procenario record: performs a program once, while somebody may take part, and writes the scenario
 * that describes what happened.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "command.h"
#include "commands/inputs.h"
#include "director/director.h"
#include "base/units.h"
#include "judge/judge.h"
#include "options.h"
#include "record/record.h"

#define LONGEST_SITTING_NS (INT64_C(24) * 3600 * NS_PER_S) /* while a person takes part */
#define MOST_WORDS 1000                                    /* of a command; the language has 1024 */

struct record_settings {
    const char *output, *clock, *schedule, *title;
    bool quiet;
};

static const char *const clock_words[] = {"virtual", "real", NULL};

static const struct option_spec options[] = {
    {'o', "output", "FILE", OPTION_TEXT, offsetof(struct record_settings, output),
     "write the scenario to FILE instead of standard output", NULL},
    {0, "clock", "CLOCK", OPTION_CHOICE, offsetof(struct record_settings, clock),
     "virtual (nobody waits) or real (a person can take part)", clock_words},
    {0, "schedule", "SCHEDULE", OPTION_TEXT, offsetof(struct record_settings, schedule),
     "round-robin, run-to-block, random:SEED or free", NULL},
    {0, "title", "TITLE", OPTION_TEXT, offsetof(struct record_settings, title),
     "the scenario's title; the command line unless given", NULL},
    {'q', "quiet", NULL, OPTION_FLAG, offsetof(struct record_settings, quiet),
     "do not show what the program writes", NULL},
    {0},
};

/* ---- performing ---- */

/* Shows the program's output while it runs. */
static bool show_event(void *self, const struct event *event)
{
    FILE *screen = self;
    if (event->kind == EVENT_OUTPUT) {
        fwrite(event->text, 1, event->text_length, screen);
        fflush(screen);
    }
    return true;
}

static struct history *perform(struct scenario *scenario, const struct record_settings *settings,
                               int *status)
{
    struct perform_result result = {0};
    struct error error = {0};
    struct historian *historian = historian_new();
    struct trace_sink sinks[] = {
        historian_sink(historian),
        {.event = settings->quiet ? NULL : show_event,
         .self = settings->output != NULL ? stdout : stderr},
    };
    struct perform_options how = {
        .clock = scenario->clock,
        .schedule = scenario->schedule,
        .sinks = sinks,
        .sink_count = ARRAY_SIZE(sinks),
        .live = true,
        .live_input = STDIN_FILENO,
    };
    bool performed = director_perform(scenario, &how, &result, &error);
    if (!performed)
        error_print(&error);
    *status = !performed ? EXIT_REFUSED : director_interrupted() ? 128 + director_interrupted() : 0;
    struct history *history = NULL;
    if (*status == 0) {
        struct trace_footer footer = {
            .end = result.end,
            .duration_us = result.duration_us,
            .deterministic = result.deterministic,
            .reasons = (const char *const *)result.reasons,
            .reason_count = result.reason_count,
        };
        history = historian_end(historian, &footer);
    } else {
        historian_free(historian);
    }
    perform_result_release(&result);
    return history;
}

/* ---- where things are, as seen from the scenario ---- */

/* The way from one folder to a file or folder, both absolute; absolute when they share nothing. */
static char *way(const char *from, const char *to)
{
    size_t shared = 0, at = 0;
    while (from[at] != '\0' && from[at] == to[at]) {
        at++;
        bool ends = (from[at] == '\0' || from[at] == '/') && (to[at] == '\0' || to[at] == '/');
        shared = ends ? at : shared;
    }
    if (shared <= 1 && strcmp(from, "/") != 0)
        return xstrdup(to);
    struct buf path = {0};
    for (const char *rest = from + shared; *rest != '\0'; rest++)
        if (*rest == '/' && rest[1] != '\0')
            buf_add_string(&path, path.length > 0 ? "/.." : "..");
    const char *rest = to + shared;
    rest += *rest == '/';
    if (*rest != '\0')
        buf_printf(&path, "%s%s", path.length > 0 ? "/" : "", rest);
    return path.length > 0 ? buf_take(&path) : xstrdup(".");
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    auto_free char *folder = slash == NULL   ? xstrdup(".")
                             : slash == path ? xstrdup("/")
                                             : xstrndup(path, (size_t)(slash - path));
    return realpath(folder, NULL);
}

/* The folder that the scenario will stand in: that of -o, or of the file that standard output is.
 * NULL: it is not known. */
static char *scenario_folder(const char *output)
{
    char path[PATH_MAX];
    struct stat status;
    if (output != NULL && strcmp(output, "-") != 0)
        return folder_of(output);
    if (fstat(STDOUT_FILENO, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    ssize_t length = readlink("/proc/self/fd/1", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    return folder_of(path);
}

/* The language's schema beside this program: installed, or in the tree where it was built. */
static char *find_schema(void)
{
    static const char *const places[] = {"../share/procenario/schema/scenario.schema.json",
                                         "../schema/scenario.schema.json"};
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return NULL;
    self[length] = '\0';
    auto_free char *folder = folder_of(self);
    for (size_t i = 0; folder != NULL && i < ARRAY_SIZE(places); i++) {
        auto_free char *path = xasprintf("%s/%s", folder, places[i]);
        char *real = realpath(path, NULL);
        if (real != NULL)
            return real;
    }
    return NULL;
}

/* ---- does it hold? ---- */

/* The events of the run under the names of the scenario. */
struct renaming {
    const struct history *history;
    const char *const *names;
    struct trace_sink sink;
};

static const char *renamed(const struct renaming *renaming, const char *name)
{
    uint32_t process = name != NULL ? history_find(renaming->history, name) : NO_INDEX;
    return process != NO_INDEX ? renaming->names[process] : name;
}

static bool rename_event(void *self, const struct event *event)
{
    struct renaming *renaming = self;
    struct event told = *event;
    told.process = renamed(renaming, event->process);
    told.child = renamed(renaming, event->child);
    told.to = renamed(renaming, event->to);
    told.from = renamed(renaming, event->from);
    return renaming->sink.event(renaming->sink.self, &told);
}

/* Holds the scenario against the run that it was made from. False: we wrote something that does not
 * hold, which is told. */
static bool check(const struct buf *text, const char *path, const struct history *history,
                  const char *const *names)
{
    struct inputs inputs;
    struct source source = {0};
    source_from_text(&source, path, text->data, text->length);
    bool fine = inputs_load_source(&inputs, &source, NULL, 0) == EXIT_HOLDS;
    struct judge *judge = fine ? judge_new(inputs.scenarios[0]) : NULL;
    if (fine) {
        struct renaming renaming = {history, names, judge_sink(judge)};
        struct trace_sink sink = {.event = rename_event, .self = &renaming};
        size_t count;
        history_tell(history, sink);
        const struct verdict *verdicts =
            judge_end(judge, history->footer.end, history->footer.duration_us, &count);
        for (size_t i = 0; i < count; i++) {
            if (verdicts[i].holds)
                continue;
            fprintf(stderr, "procenario record: this was written and does not hold: %s\n",
                    verdicts[i].name);
            fine = false;
        }
    }
    judge_free(judge);
    inputs_release(&inputs);
    return fine;
}

/* ---- telling ---- */

static void tell_doubts(const struct history *history)
{
    auto_buf struct buf doubts = {0};
    record_doubts(history, &doubts);
    for (char *line = doubts.data; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        fprintf(stderr, "procenario record: not reproducible: %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static const char *end_in_words(enum run_end end)
{
    return end == RUN_LIMIT      ? "it was cut off by a limit"
           : end == RUN_DEADLOCK ? "everybody waits for somebody, for ever"
                                 : "it was cut off";
}

static int write_scenario(const struct record_settings *settings, char *const *argv,
                          const char *directory, const struct history *history)
{
    auto_buf struct buf text = {0};
    auto_free char *folder = scenario_folder(settings->output);
    auto_free char *schema = find_schema();
    auto_free char *to_schema = schema != NULL && folder != NULL ? way(folder, schema) : NULL;
    auto_free char *to_program =
        folder != NULL && strcmp(folder, directory) != 0 ? way(folder, directory) : NULL;
    char **names = record_names(history);
    struct recording recording = {
        .history = history,
        .argv = argv,
        .directory = to_program,
        .schema = to_schema != NULL ? to_schema : schema,
        .title = settings->title,
        .names = (const char *const *)names,
    };
    record_write(&recording, &text);
    struct output output;
    struct error error = {0};
    bool written = output_open(&output, settings->output, &error);
    if (written) {
        fwrite(text.data, 1, text.length, output.stream);
        written = output_commit(&output, &error);
    }
    if (!written)
        error_print(&error);
    const char *path = settings->output != NULL ? settings->output : "-";
    bool holds = check(&text, path, history, (const char *const *)names);
    record_names_free(names, history);
    if (!written)
        return EXIT_REFUSED;
    tell_doubts(history);
    enum run_end end = history->footer.end;
    if (end != RUN_COMPLETED)
        fprintf(stderr, "procenario record: the run did not end by itself: %s\n",
                end_in_words(end));
    return end == RUN_FAILED               ? EXIT_REFUSED
           : end == RUN_COMPLETED && holds ? EXIT_HOLDS
                                           : EXIT_FAILS;
}

/* ---- the verb ---- */

static int check_words(char *const *argv)
{
    size_t count = 0;
    if (argv == NULL || argv[0] == NULL)
        return usage_error(&command_record, "say which program: procenario record -- COMMAND");
    while (argv[count] != NULL)
        count++;
    if (count > MOST_WORDS)
        return usage_error(&command_record,
                           "the command has %zu words; a scenario holds at most %d", count,
                           MOST_WORDS);
    return 0;
}

static int check_schedule(const struct record_settings *settings, struct scenario *scenario)
{
    const char *why;
    if (settings->schedule == NULL || schedule_parse(settings->schedule, &scenario->schedule, &why))
        return 0;
    return usage_error(&command_record, "--schedule '%s': %s", settings->schedule, why);
}

static int record(const struct record_settings *settings, char *const *argv)
{
    int status = check_words(argv);
    auto_free char *directory = getcwd(NULL, 0);
    if (status != 0)
        return status;
    if (directory == NULL) {
        struct error error = {0};
        error_set(&error, errno, "cannot tell the working directory");
        error_print(&error);
        return EXIT_REFUSED;
    }
    struct scenario *scenario = scenario_for_command(argv, directory);
    status = check_schedule(settings, scenario);
    if (settings->clock != NULL && strcmp(settings->clock, "real") == 0)
        scenario->clock = CLOCK_KIND_REAL;
    if (scenario->clock == CLOCK_KIND_REAL || isatty(STDIN_FILENO))
        scenario->limits.wall_ns = LONGEST_SITTING_NS;
    struct history *history = status == 0 ? perform(scenario, settings, &status) : NULL;
    if (history != NULL)
        status = write_scenario(settings, argv, directory, history);
    history_free(history);
    scenario_free(scenario);
    return status;
}

static int run(int argc, char **argv)
{
    struct record_settings settings = {0};
    struct operands operands;
    int status;
    if (!options_parse(&command_record, argc, argv, &settings, &operands, &status))
        return status;
    if (operands.count > 0)
        return usage_error(&command_record, "the command follows after --, but '%s' stands before",
                           operands.items[0]);
    return record(&settings, operands.command);
}

const struct command command_record = {
    .name = "record",
    .summary = "perform a program once and write the scenario that describes it",
    .usage = "procenario record [OPTION…] -- COMMAND [ARGUMENT…]",
    .details =
        "Performs the program in the working directory and writes a scenario: the program, names\n"
        "for its children, what came from outside, and as expectations what was seen, ready to\n"
        "be edited. What the program writes is shown on standard error, or with -o on standard\n"
        "output. Lines from standard input are typed at the program's terminal when it waits for\n"
        "them. ^C, ^Z and ^\\ are pressed at the program's terminal, too; the second ^C ends the\n"
        "recording.\n"
        "\n"
        "Exit status: 0 the scenario is written; 1 it is written, but the run was cut off; 2\n"
        "invalid usage; 3 the host refused, or the file could not be written; 128 plus the\n"
        "signal's number when interrupted otherwise.",
    .options = options,
    .takes_command = true,
    .run = run,
};
