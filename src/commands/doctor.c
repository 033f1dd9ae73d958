/*
 * procenario doctor: tells what this host allows, what is different where it does not, and what
 * mends it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "commands/probe.h"
#include "options.h"

/* By probe_status. */
static const char *const status_words[] = {"ok", "degraded", "missing"};
static const char *const status_colors[] = {"\33[32m", "\33[33m", "\33[31m"};

/* Prints each line of the text behind an indented head. */
static void print_lines(const char *head, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        printf("%29s  %.*s\n", head, (int)length, text);
        text += length + (text[length] == '\n');
        head = "";
    }
}

static enum probe_status examine(const struct probe *probe, bool color)
{
    struct probe_answer answer = {.status = PROBE_OK};
    probe->look(&answer);
    const char *word = status_words[answer.status];
    printf("%s%s%s%*s%-18s  %s\n", color ? status_colors[answer.status] : "", word,
           color ? "\33[0m" : "", 11 - (int)strlen(word), "", probe->name,
           answer.seen.data ? answer.seen.data : "");
    if (answer.status != PROBE_OK) {
        print_lines("without it:", probe->without);
        if (answer.remedy.length > 0)
            print_lines("to mend it:", answer.remedy.data);
    }
    fflush(stdout); /* a probe that hangs shall be seen to be the one */
    enum probe_status status = answer.status;
    buf_release(&answer.seen);
    buf_release(&answer.remedy);
    return status;
}

static int run(int argc, char **argv)
{
    struct operands operands;
    int status;
    if (!options_parse(&command_doctor, argc, argv, NULL, &operands, &status))
        return status;
    if (operands.count > 0)
        return usage_error(&command_doctor, "unexpected argument '%s'", operands.items[0]);

    bool color = color_wanted(STDOUT_FILENO);
    enum probe_status worst = PROBE_OK;
    for (const struct probe *probe = probes; probe->name; probe++) {
        enum probe_status found = examine(probe, color);
        if (found > worst)
            worst = found;
    }
    static const char *const conclusions[] = {
        "scenarios can be performed here, and are the same every time",
        "scenarios can be performed here, with the differences told above",
        "no scenario can be performed here until what is missing is mended",
    };
    printf("\n%s\n", conclusions[worst]);
    return worst == PROBE_MISSING ? EXIT_REFUSED : EXIT_HOLDS;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "tell what this host allows, and what to do where it does not",
    .usage = "procenario doctor",
    .details =
        "Tries what a run needs: tracing, seccomp filters, namespaces, terminals and the\n"
        "rest. Each line says ok, degraded (runs can be performed, with the difference told)\n"
        "or missing (they cannot), and the setting that mends it.\n"
        "\n"
        "Exit status: 0 scenarios can be performed here; 3 they cannot.",
    .run = run,
};
