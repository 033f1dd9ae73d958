/* `check`: tells what is wrong with scenarios and assignments, without performing them. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assignment/assignment.h"
#include "base/text.h"
#include "command.h"
#include "commands/inputs.h"
#include "options.h"

struct check_options {
    struct option_list set;
    bool quiet;
};

static const struct option_spec options[] = {
    {'s', "set", "NAME=VALUE", OPTION_LIST, offsetof(struct check_options, set),
     "give a scenario parameter another value; may be repeated", NULL},
    {'q', "quiet", NULL, OPTION_FLAG, offsetof(struct check_options, quiet),
     "say nothing when there is no mistake", NULL},
    {0},
};

static int check_assignment(const char *path, bool quiet)
{
    auto_buf struct buf told = {0};
    struct assignment *assignment = assignment_load(path, color_wanted(STDERR_FILENO), &told);
    if (told.length > 0)
        fwrite(told.data, 1, told.length, stderr);
    if (assignment == NULL)
        return EXIT_INVALID;
    if (!quiet)
        printf("%s: an assignment of %zu scenario%s, no mistakes\n", path,
               assignment->scenario_count, assignment->scenario_count == 1 ? "" : "s");
    assignment_free(assignment);
    return EXIT_HOLDS;
}

static int check_scenarios(char *const *paths, size_t count, struct overrides *overrides,
                           bool quiet)
{
    struct inputs inputs;
    int status = inputs_load_files(&inputs, paths, count, overrides->items, overrides->count);
    for (size_t i = 0; i < inputs.file_count && !quiet; i++)
        if (inputs.lists[i].count > 0)
            printf("%s: %zu scenario%s, no mistakes\n", inputs.sources[i].path,
                   inputs.lists[i].count, inputs.lists[i].count == 1 ? "" : "s");
    inputs_release(&inputs);
    return status;
}

static int check_files(const struct operands *files, struct overrides *overrides, bool quiet)
{
    int status = EXIT_HOLDS;
    char **scenarios = xcalloc((size_t)files->count + 1, sizeof *scenarios);
    size_t count = 0;
    for (int i = 0; i < files->count; i++) {
        if (!assignment_is_file(files->items[i]))
            scenarios[count++] = files->items[i];
        else if (check_assignment(files->items[i], quiet) != EXIT_HOLDS)
            status = EXIT_INVALID;
    }
    if (count > 0 || overrides->count > 0) {
        int one = check_scenarios(scenarios, count, overrides, quiet);
        status = one > status ? one : status;
    }
    free(scenarios);
    return status;
}

static int run(int argc, char **argv)
{
    struct check_options given = {0};
    struct operands files;
    struct overrides overrides = {0};
    int status;
    if (options_parse(&command_check, argc, argv, &given, &files, &status)) {
        if (files.count == 0)
            status = usage_error(&command_check, "no file is given");
        else if (overrides_read(&overrides, &command_check, &given.set, &status))
            status = check_files(&files, &overrides, given.quiet);
    }
    overrides_release(&overrides);
    option_list_release(&given.set);
    return status;
}

const struct command command_check = {
    .name = "check",
    .summary = "tell what is wrong with scenarios and assignments, without performing them",
    .usage = "procenario check [OPTION…] FILE…",
    .options = options,
    .run = run,
};
