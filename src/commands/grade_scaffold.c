#include "commands/grade_scaffold.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "scaffold/scaffold.h"

static enum scaffold scaffold_named(const char *word)
{
    for (unsigned i = 0; scaffold_words[i] != NULL; i++)
        if (strcmp(scaffold_words[i], word) == 0)
            return (enum scaffold)i;
    BUG("the parser lets '%s' through", word);
}

static int write_scaffold(const struct grade_settings *settings,
                          const struct assignment *assignment)
{
    struct error error = {0};
    const char *folder = settings->scaffold_folder;
    enum scaffold scaffold = scaffold_named(settings->scaffold);
    if (!scaffold_write(scaffold, assignment, folder, &error)) {
        error_print(&error);
        return EXIT_REFUSED;
    }
    const char *readme = scaffold == SCAFFOLD_GITHUB ? ".github/procenario/README.md" : "README.md";
    if (!settings->quiet)
        printf("%s/%s tells how to go on\n", folder, readme);
    return EXIT_HOLDS;
}

int grade_scaffold(const struct grade_settings *settings)
{
    auto_buf struct buf told = {0};
    if (scaffold_is_taken(settings->scaffold_folder))
        return usage_error(&command_grade,
                           "'%s' is there already, and not empty: give another folder",
                           settings->scaffold_folder);
    if (settings->assignment == NULL)
        return write_scaffold(settings, NULL);
    struct assignment *assignment =
        assignment_load(settings->assignment, color_wanted(STDERR_FILENO), &told);
    if (told.length > 0)
        fwrite(told.data, 1, told.length, stderr);
    int status = assignment != NULL ? write_scaffold(settings, assignment) : EXIT_INVALID;
    assignment_free(assignment);
    return status;
}
