/*
 * procenario grade: grades submissions against an assignment, in a sandbox, and tells the grades in
 * the form that is asked for; or makes that form of results that are there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "command.h"
#include "commands/grade_merge.h"
#include "commands/grade_workers.h"
#include "gradebook/pages.h"
#include "sandbox/sandbox.h"

static int refuse(const struct error *error)
{
    error_print(error);
    return EXIT_REFUSED;
}

/* ---- the grades, told in the end ------------------------------------------------------------- */

int grade_tell(const struct grade_settings *settings, const struct gradebook_list *list,
               bool details)
{
    struct error error = {0};
    struct output output;
    if (!output_open(&output, settings->output, &error))
        return refuse(&error);
    struct gradebook_options options = {
        .out = output.stream,
        .notes = stderr,
        .color = color_wanted(fileno(output.stream)),
        .details = details,
        .merge_into = settings->merge_into,
        .column = settings->column,
        .match = settings->match,
    };
    if (!gradebook_write(settings->format, list, &options, &error)) {
        output_discard(&output);
        error_print(&error);
        /* A gradebook that cannot be used is the caller's mistake, as a wrong option is. */
        return settings->merge_into != NULL ? EXIT_INVALID : EXIT_REFUSED;
    }
    if (!output_commit(&output, &error))
        return refuse(&error);
    return settings->html == NULL || pages_write(list, settings->html, &error) ? EXIT_HOLDS
                                                                               : refuse(&error);
}

int grade_tell_failed(const struct gradebook_list *list)
{
    int status = EXIT_HOLDS;
    for (size_t i = 0; i < list->count; i++) {
        struct error error = {0};
        struct result *result = result_read(list->items[i].path, &error);
        if (result != NULL && result->failed == NULL) {
            result_free(result);
            continue;
        }
        auto_buf struct buf id = {0};
        text_add_visible(&id, list->items[i].id, strlen(list->items[i].id));
        fprintf(stderr, "procenario: the grading of '%s' failed: %s\n", id.data,
                result != NULL ? result->failed : error.message);
        result_free(result);
        status = EXIT_REFUSED;
    }
    return status;
}

/* ---- where results are kept ------------------------------------------------------------------ */

struct results_folder {
    char *path;
    bool temporary;
};

static bool open_results(struct results_folder *folder, const char *path, struct error *error)
{
    *folder = (struct results_folder){0};
    if (path != NULL) {
        folder->path = xstrdup(path);
        struct stat status;
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return error_set(error, errno, "cannot make the folder '%s'", path);
        return (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) ||
               error_set(error, ENOTDIR, "cannot keep results in '%s'", path);
    }
    const char *where = getenv("TMPDIR");
    folder->path =
        xasprintf("%s/procenario-XXXXXX", where != NULL && where[0] == '/' ? where : "/tmp");
    folder->temporary = mkdtemp(folder->path) != NULL;
    return folder->temporary || error_set(error, errno, "cannot make a folder for the results");
}

/* Holds nothing but result files, and those of ours. */
static void close_results(struct results_folder *folder, const struct gradebook_list *list)
{
    for (size_t i = 0; folder->temporary && i < list->count; i++)
        unlink(list->items[i].path);
    if (folder->temporary)
        rmdir(folder->path);
    free(folder->path);
}

/* ---- grading --------------------------------------------------------------------------------- */

static struct gradebook_list list_results(const struct submissions *submissions, const char *folder)
{
    struct gradebook_list list = {0};
    for (size_t i = 0; i < submissions->count; i++) {
        auto_free char *name = result_file_name(submissions->items[i].id);
        auto_free char *path = xasprintf("%s/%s", folder, name);
        gradebook_add(&list, submissions->items[i].id, path);
    }
    return list;
}

static void tell_kept(const struct grade_settings *settings, const struct grade_tally *tally)
{
    if (tally->kept > 0 && !settings->quiet)
        fprintf(stderr, "%zu graded anew, %zu as before\n", tally->graded, tally->kept);
}

static int grade_in(const struct grade_work *work, const struct gradebook_list *list)
{
    struct error error = {0};
    struct grade_tally tally;
    const struct grade_settings *settings = work->settings;
    if (settings->shards > 1 && !shard_note(settings, work->submissions, work->results, &error))
        return refuse(&error);
    if (!grade_all(work, &tally, &error))
        return refuse(&error);
    if (tally.signal != 0) {
        fprintf(stderr, "procenario: interrupted: %zu of %zu are graded%s\n",
                tally.graded + tally.kept, work->submissions->count,
                settings->results != NULL ? "; --resume goes on from there" : "");
        return 128 + tally.signal;
    }
    tell_kept(settings, &tally);
    int told = grade_tell(settings, list, settings->submission != NULL);
    int failed = tally.failed > 0 ? grade_tell_failed(list) : EXIT_HOLDS;
    return failed > told ? failed : told;
}

static int grade_submissions(const struct grade_settings *settings,
                             const struct assignment *assignment, const struct late_list *late,
                             const struct submissions *submissions)
{
    struct error error = {0};
    struct results_folder folder;
    if (!settings->unsafe && !sandbox_possible(&error)) {
        error_wrap(&error, "this host cannot grade in a sandbox");
        if (error.remedy[0] == '\0')
            error_remedy(&error, "'procenario doctor' tells what this host allows");
        return refuse(&error);
    }
    bool fine = open_results(&folder, settings->results, &error);
    int status = fine ? EXIT_HOLDS : refuse(&error);
    struct gradebook_list list = {0};
    if (fine) {
        list = list_results(submissions, folder.path);
        const struct grade_work work = {.settings = settings,
                                        .assignment = assignment,
                                        .late = late,
                                        .submissions = submissions,
                                        .results = folder.path};
        status = grade_in(&work, &list);
    }
    close_results(&folder, &list);
    gradebook_release(&list);
    return status;
}

static int grade(const struct grade_settings *settings)
{
    auto_buf struct buf told = {0};
    struct late_list late = {0};
    struct submissions submissions;
    bool color = color_wanted(STDERR_FILENO);
    int status = EXIT_INVALID;
    struct assignment *assignment = assignment_load(settings->assignment, color, &told);
    bool fine = assignment != NULL;
    if (settings->late != NULL)
        fine = late_read(&late, settings->late, color, &told) && fine;
    if (told.length > 0)
        fwrite(told.data, 1, told.length, stderr);
    if (fine && settings->late != NULL && !assignment->late.given) {
        struct error error = {0};
        error_set(&error, 0, "--late: '%s' has no rule for late work", settings->assignment);
        error_remedy(&error, "give it one: late: {per: day, minus: 10%%, at most: 50%%}");
        error_print(&error);
        fine = false;
    }
    if (fine && submissions_find(&submissions, settings, &late, &status)) {
        status = grade_submissions(settings, assignment, &late, &submissions);
        submissions_release(&submissions);
    }
    late_list_release(&late);
    assignment_free(assignment);
    return status;
}

static int run(int argc, char **argv)
{
    struct grade_settings settings;
    int status;
    if (!grade_settings_read(&settings, argc, argv, &status))
        return status;
    status = settings.assignment != NULL ? grade(&settings) : grade_merge(&settings);
    grade_settings_release(&settings);
    return status;
}

const struct command command_grade = {
    .name = "grade",
    .summary = "grade submissions against an assignment, in a sandbox",
    .usage = "procenario grade ASSIGNMENT --submissions DIR [OPTION…]\n"
             "procenario grade ASSIGNMENT --submission ONE [OPTION…]\n"
             "procenario grade merge DIR… [OPTION…]",
    .details =
        "Builds each submission, performs the scenarios of the assignment with it, and gives\n"
        "points and reasons. With `merge`, tells the grades of results that are there.\n"
        "\n"
        "Exit status: 0 grading was done, whatever the grades are; 2 invalid usage or\n"
        "assignment: nothing was graded; 3 the grading itself failed, of all or of those that\n"
        "are listed; 128 plus the signal's number when interrupted.",
    .options = grade_options,
    .run = run,
};
