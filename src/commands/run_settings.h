/*
 * What the command line of `run` asks for, read and checked before anything is performed.
 */
#ifndef PROCENARIO_COMMANDS_RUN_SETTINGS_H
#define PROCENARIO_COMMANDS_RUN_SETTINGS_H

#include "commands/inputs.h"
#include "options.h"
#include "report/report.h"
#include "scenario/scenario.h"

struct run_settings {
    const char *trace; /* path, "-" for standard output, or NULL */
    const struct report_format *format;
    bool fail_fast, quiet, twice;
    bool has_clock; /* --clock was given and overrides the scenarios' own */
    enum clock_kind clock;
    bool has_schedule;
    struct schedule_spec schedule; /* `choices` is owned here */
    unsigned schedules;            /* under how many each is performed; 0: as each scenario says */
    struct overrides overrides;
    struct operands operands; /* scenario files, or a command */
};

/* Reads the command line of the verb. False: *status is what to return, all was said. */
bool run_settings_read(struct run_settings *settings, const struct command *command, int argc,
                       char **argv, int *status);
void run_settings_release(struct run_settings *settings);

extern const struct option_spec run_options[];

#endif
