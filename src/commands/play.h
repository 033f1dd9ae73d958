/*
 * A run, whatever it comes from: a scenario that is performed now, or a trace that was stored. What
 * transcripts, pictures, pages and documents are made of.
 */
#ifndef PROCENARIO_COMMANDS_PLAY_H
#define PROCENARIO_COMMANDS_PLAY_H

#include "command.h"
#include "commands/inputs.h"
#include "options.h"
#include "trace/trace.h"

/* What verbs that take FILE|TRACE have in common; begin such a verb's table of options with
 * PLAY_OPTIONS(struct …, member). */
struct play_settings {
    struct option_list set; /* NAME=VALUE */
    const char *scenario;   /* which of a file's scenarios: a number from 1, or its title */
};
#define PLAY_OPTIONS(type, member)                                                                 \
    {'s',                                                                                          \
     "set",                                                                                        \
     "NAME=VALUE",                                                                                 \
     OPTION_LIST,                                                                                  \
     offsetof(type, member.set),                                                                   \
     "give a scenario parameter another value; may be repeated",                                   \
     NULL},                                                                                        \
    {                                                                                              \
        0, "scenario", "WHICH", OPTION_TEXT, offsetof(type, member.scenario),                      \
            "of a file with several scenarios, the one with this number (from 1) or title", NULL   \
    }

struct play;
/* Opens the FILE (a scenario, or a trace; "-" is standard input) and checks it. NULL: all was told
 * on stderr and *status is what the verb shall return. The verb is for usage messages. */
struct play *play_open(const struct command *command, const char *path,
                       const struct play_settings *settings, int *status);
/* The same for a scenario that is loaded already, and stays the caller's. */
struct play *play_scenario(const struct scenario *scenario, const char *path);
/* Performs on the n-th processor, as perform_options says. */
void play_on(struct play *play, unsigned processor);
/* Performs the scenario, or reads the trace, into the sink. True: `footer` is how it ended, valid
 * until play_free. False: all was told on stderr and *status is what to return. A sink that
 * returned false has its own reason: true then, and the footer tells RUN_FAILED. */
bool play(struct play *play, struct trace_sink sink, struct trace_footer *footer, int *status);
/* What it is called in messages: the path as given. */
const char *play_path(const struct play *play);
/* The path names the file that is played (and must not be written over). */
bool play_reads(const struct play *play, const char *path);
void play_free(struct play *play);

#endif
