#include "commands/run_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"

/* The options as they were given. */
struct given {
    const char *trace;
    const char *format;
    const char *clock;
    const char *schedule;
    const char *schedules;
    struct option_list set;
    bool fail_fast, quiet, twice;
};

static const char *const format_words[] = {"text", "json", "tap", "junit", NULL};
static const char *const clock_words[] = {"virtual", "real", NULL};

const struct option_spec run_options[] = {
    {'t', "trace", "FILE", OPTION_TEXT, offsetof(struct given, trace),
     "write the trace to FILE as the run goes; - is standard output, and the report then goes to "
     "standard error",
     NULL},
    {'f', "format", "FORMAT", OPTION_CHOICE, offsetof(struct given, format), "form of the report",
     format_words},
    {'s', "set", "NAME=VALUE", OPTION_LIST, offsetof(struct given, set),
     "give a scenario parameter another value; may be repeated", NULL},
    {0, "clock", "CLOCK", OPTION_CHOICE, offsetof(struct given, clock),
     "the clock, whatever the scenario says", clock_words},
    {0, "schedule", "SCHEDULE", OPTION_TEXT, offsetof(struct given, schedule),
     "whose turn it is, whatever the scenario says: round-robin, run-to-block, random[:SEED], free "
     "or replay:TRACE",
     NULL},
    {0, "schedules", "N", OPTION_TEXT, offsetof(struct given, schedules),
     "perform each scenario under N schedules, its own and then random:1 and so on, whatever the "
     "scenario says; what is expected must hold in all",
     NULL},
    {0, "twice", NULL, OPTION_FLAG, offsetof(struct given, twice),
     "perform each scenario two times and fail at the first event that differs", NULL},
    {0, "fail-fast", NULL, OPTION_FLAG, offsetof(struct given, fail_fast),
     "begin no further scenario after one that fails", NULL},
    {'q', "quiet", NULL, OPTION_FLAG, offsetof(struct given, quiet),
     "report in text only what does not hold", NULL},
    {.name = NULL},
};

/* A list of choices that grows while a trace is read. */
struct choices {
    struct choice *items;
    size_t count;
    size_t capacity;
};

static bool collect_choice(void *self, const struct event *event)
{
    struct choices *choices = self;
    if (event->of <= 1)
        return true;
    if (choices->count == choices->capacity) {
        choices->capacity = choices->capacity ? 2 * choices->capacity : 64;
        choices->items = xreallocarray(choices->items, choices->capacity, sizeof *choices->items);
    }
    choices->items[choices->count++] =
        (struct choice){.process = xstrdup(event->process), .of = event->of};
    return true;
}

/* Takes the choices of a stored run. False: said why. */
static bool read_replay(struct schedule_spec *spec, const char *path)
{
    struct error error = {0};
    struct choices choices = {0};
    struct trace_reader *reader = trace_reader_open(path, &error);
    bool ok = reader != NULL;
    if (ok) {
        struct trace_sink sink = {.event = collect_choice, .self = &choices};
        ok = trace_reader_run(reader, sink, &error);
        trace_reader_free(reader);
    }
    *spec = (struct schedule_spec){
        .policy = SCHEDULE_REPLAY, .choices = choices.items, .choice_count = choices.count};
    if (!ok)
        error_print(&error);
    return ok;
}

static bool read_schedule(struct run_settings *settings, const struct command *command,
                          const char *text, int *status)
{
    static const char replay[] = "replay:";
    if (strncmp(text, replay, strlen(replay)) == 0) {
        const char *path = text + strlen(replay);
        if (!*path) {
            *status = usage_error(command, "--schedule replay: needs a trace: replay:TRACE");
            return false;
        }
        if (!read_replay(&settings->schedule, path)) {
            settings->has_schedule = true; /* what was read so far is released */
            *status = EXIT_INVALID;
            return false;
        }
    } else {
        const char *why = NULL;
        if (!schedule_parse(text, &settings->schedule, &why)) {
            *status = usage_error(command, "wrong --schedule '%s': %s", text, why);
            return false;
        }
    }
    settings->has_schedule = true;
    return true;
}

static bool read_schedules(struct run_settings *settings, const struct command *command,
                           const struct given *given, int *status)
{
    int64_t number;
    const char *why;
    if (given->schedule != NULL)
        *status = usage_error(command, "--schedule performs under one schedule, --schedules under "
                                       "several: give one of them");
    else if (!integer_parse(given->schedules, 1, MOST_SCHEDULES, &number, &why))
        *status = usage_error(command, "wrong --schedules '%s': a number from 1 to %d is wanted",
                              given->schedules, MOST_SCHEDULES);
    else
        settings->schedules = (unsigned)number;
    return settings->schedules > 0;
}

static bool read_operands(const struct run_settings *settings, const struct command *command,
                          const struct given *given, int *status)
{
    const struct operands *operands = &settings->operands;
    *status = 0;
    if (operands->command && operands->count > 0)
        *status = usage_error(command,
                              "give either scenario files or a command after --, not both "
                              "('%s' stands before --)",
                              operands->items[0]);
    else if (operands->command && !operands->command[0])
        *status = usage_error(command, "no command after --");
    else if (!operands->command && operands->count == 0)
        *status = usage_error(command, "no scenario file given");
    else if (operands->command && given->set.count > 0)
        *status = usage_error(command, "--set gives scenario parameters; a command has none");
    return *status == 0;
}

static bool check_given(struct run_settings *settings, const struct command *command,
                        const struct given *given, int *status)
{
    settings->trace = given->trace;
    settings->fail_fast = given->fail_fast;
    settings->quiet = given->quiet;
    settings->twice = given->twice;
    settings->format = report_format_find(given->format);
    if (!settings->format)
        BUG("report format '%s' is in the option's list but not in the reports'", given->format);
    if (given->clock) {
        settings->has_clock = true;
        settings->clock = strcmp(given->clock, "real") == 0 ? CLOCK_KIND_REAL : CLOCK_KIND_VIRTUAL;
    }
    if (given->trace && !*given->trace) {
        *status = usage_error(command, "--trace needs the name of a file");
        return false;
    }
    return read_operands(settings, command, given, status) &&
           overrides_read(&settings->overrides, command, &given->set, status) &&
           (!given->schedules || read_schedules(settings, command, given, status)) &&
           (!given->schedule || read_schedule(settings, command, given->schedule, status));
}

bool run_settings_read(struct run_settings *settings, const struct command *command, int argc,
                       char **argv, int *status)
{
    struct given given = {.format = "text"};
    *settings = (struct run_settings){0};
    bool ok = options_parse(command, argc, argv, &given, &settings->operands, status) &&
              check_given(settings, command, &given, status);
    option_list_release(&given.set);
    if (!ok)
        run_settings_release(settings);
    return ok;
}

void run_settings_release(struct run_settings *settings)
{
    overrides_release(&settings->overrides);
    if (settings->has_schedule && settings->schedule.policy == SCHEDULE_REPLAY) {
        for (size_t i = 0; i < settings->schedule.choice_count; i++)
            free((char *)settings->schedule.choices[i].process);
        free((struct choice *)settings->schedule.choices);
    }
    *settings = (struct run_settings){0};
}
