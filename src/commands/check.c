/* `check`: tells what is wrong with scenarios, without performing them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "commands/inputs.h"
#include "options.h"

struct check_options {
    struct option_list set;
    bool quiet;
};

static const struct option_spec options[] = {
    {0, "set", "KEY=VALUE", OPTION_LIST, offsetof(struct check_options, set),
     "give the parameter KEY this value; may be repeated", NULL},
    {'q', "quiet", NULL, OPTION_FLAG, offsetof(struct check_options, quiet),
     "say nothing when there is no mistake", NULL},
    {0},
};

static int run(int argc, char **argv)
{
    struct check_options given = {0};
    struct operands files;
    int status;
    if (!options_parse(&command_check, argc, argv, &given, &files, &status)) {
        option_list_release(&given.set);
        return status;
    }
    struct param_override *overrides = xcalloc(given.set.count + 1, sizeof *overrides);
    status = files.count == 0 ? usage_error(&command_check, "no file is given") : EXIT_HOLDS;
    for (size_t i = 0; i < given.set.count && status == EXIT_HOLDS; i++) {
        const char *equals = strchr(given.set.items[i], '=');
        if (equals == NULL || equals == given.set.items[i]) {
            status =
                usage_error(&command_check, "--set needs KEY=VALUE, not '%s'", given.set.items[i]);
            break;
        }
        overrides[i].key = xstrndup(given.set.items[i], (size_t)(equals - given.set.items[i]));
        overrides[i].value = equals + 1;
    }
    if (status == EXIT_HOLDS) {
        struct inputs inputs;
        status = inputs_load_files(&inputs, files.items, (size_t)files.count, overrides,
                                   given.set.count);
        for (size_t i = 0; i < inputs.file_count && !given.quiet; i++)
            if (inputs.lists[i].count > 0)
                printf("%s: %zu scenario%s, no mistakes\n", inputs.sources[i].path,
                       inputs.lists[i].count, inputs.lists[i].count == 1 ? "" : "s");
        inputs_release(&inputs);
    }
    for (size_t i = 0; i < given.set.count; i++)
        mem_cleanup_free(&overrides[i].key);
    free(overrides);
    option_list_release(&given.set);
    return status;
}

const struct command command_check = {
    .name = "check",
    .summary = "tell what is wrong with scenarios, without performing them",
    .usage = "procenario check FILE…",
    .options = options,
    .run = run,
};
