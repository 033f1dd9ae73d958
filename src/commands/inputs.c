#include "commands/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/text.h"

static void append(struct inputs *inputs, const struct scenario *scenario)
{
    inputs->scenarios =
        xreallocarray(inputs->scenarios, inputs->count + 1, sizeof *inputs->scenarios);
    inputs->scenarios[inputs->count++] = scenario;
}

/* Loads a scenario's text and prints what is wrong with it. */
static bool load_source(const struct source *source, struct scenario_list *list,
                        struct param_override *overrides, size_t override_count)
{
    struct diags diags;
    auto_buf struct buf text = {0};
    diags_init(&diags, source);
    scenario_load(source, overrides, override_count, &diags, list);
    diags_format(&diags, &text, color_wanted(STDERR_FILENO));
    if (text.length > 0)
        fwrite(text.data, 1, text.length, stderr);
    bool ok = diags.errors == 0;
    diags_release(&diags);
    return ok;
}

static bool load_file(struct source *source, struct scenario_list *list, const char *path,
                      struct param_override *overrides, size_t override_count)
{
    struct error error = {0};
    if (!source_read(source, path, &error)) {
        error_print(&error);
        return false;
    }
    return load_source(source, list, overrides, override_count);
}

/* False: said which of --set belongs to no scenario. */
static bool all_used(const struct param_override *overrides, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        if (overrides[i].used)
            continue;
        struct error error = {0};
        error_set(&error, 0, "--set %s: no scenario here has the parameter '%s'", overrides[i].key,
                  overrides[i].key);
        error_remedy(&error, "declare it in 'params', or leave the option out");
        error_print(&error);
        all = false;
    }
    return all;
}

int inputs_load_files(struct inputs *inputs, char *const *paths, size_t count,
                      struct param_override *overrides, size_t override_count)
{
    int status = EXIT_HOLDS;
    *inputs = (struct inputs){
        .sources = xcalloc(count, sizeof *inputs->sources),
        .lists = xcalloc(count, sizeof *inputs->lists),
        .file_count = count,
    };
    for (size_t i = 0; i < count; i++) {
        struct scenario_list *list = &inputs->lists[i];
        if (!load_file(&inputs->sources[i], list, paths[i], overrides, override_count))
            status = EXIT_INVALID;
        for (size_t j = 0; j < list->count; j++)
            append(inputs, list->items[j]);
    }
    /* A file that cannot be read may be the one that declares it. */
    if (status == EXIT_HOLDS && !all_used(overrides, override_count))
        status = EXIT_INVALID;
    return status;
}

int inputs_load_source(struct inputs *inputs, struct source *source,
                       struct param_override *overrides, size_t override_count)
{
    *inputs = (struct inputs){
        .sources = xcalloc(1, sizeof *inputs->sources),
        .lists = xcalloc(1, sizeof *inputs->lists),
        .file_count = 1,
    };
    inputs->sources[0] = *source;
    *source = (struct source){0};
    struct scenario_list *list = &inputs->lists[0];
    bool ok = load_source(&inputs->sources[0], list, overrides, override_count);
    for (size_t i = 0; i < list->count; i++)
        append(inputs, list->items[i]);
    return ok && all_used(overrides, override_count) ? EXIT_HOLDS : EXIT_INVALID;
}

int inputs_load_command(struct inputs *inputs, char *const *argv)
{
    *inputs = (struct inputs){0};
    auto_free char *directory = getcwd(NULL, 0);
    if (!directory) {
        struct error error = {0};
        error_set(&error, errno, "cannot tell the working directory");
        error_print(&error);
        return EXIT_REFUSED;
    }
    inputs->command = scenario_for_command(argv, directory);
    append(inputs, inputs->command);
    return EXIT_HOLDS;
}

void inputs_release(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->file_count; i++) {
        scenario_list_release(&inputs->lists[i]);
        source_release(&inputs->sources[i]);
    }
    if (inputs->command)
        scenario_free(inputs->command);
    free(inputs->lists);
    free(inputs->sources);
    free(inputs->scenarios);
    *inputs = (struct inputs){0};
}

bool inputs_contain(const struct inputs *inputs, const char *path)
{
    struct stat wanted, file;
    if (stat(path, &wanted) != 0)
        return false;
    for (size_t i = 0; i < inputs->file_count; i++)
        if (inputs->sources[i].path && stat(inputs->sources[i].path, &file) == 0 &&
            file.st_dev == wanted.st_dev && file.st_ino == wanted.st_ino)
            return true;
    return false;
}

bool overrides_read(struct overrides *overrides, const struct command *command,
                    const struct option_list *set, int *status)
{
    *overrides = (struct overrides){.items = xcalloc(set->count + 1, sizeof *overrides->items)};
    for (size_t i = 0; i < set->count; i++) {
        const char *equals = strchr(set->items[i], '=');
        if (!equals || equals == set->items[i]) {
            *status =
                usage_error(command, "--set '%s' is not of the form NAME=VALUE", set->items[i]);
            overrides_release(overrides);
            return false;
        }
        overrides->items[overrides->count++] = (struct param_override){
            .key = xstrndup(set->items[i], (size_t)(equals - set->items[i])),
            .value = equals + 1,
        };
    }
    return true;
}

void overrides_release(struct overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++)
        free((char *)overrides->items[i].key);
    free(overrides->items);
    *overrides = (struct overrides){0};
}
