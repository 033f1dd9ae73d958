#include "commands/submissions.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/names.h"
#include "base/text.h"

static void add(struct submissions *submissions, const char *id, const char *path)
{
    if (submissions->count == submissions->capacity) {
        submissions->capacity = submissions->capacity == 0 ? 64 : submissions->capacity * 2;
        submissions->items =
            xreallocarray(submissions->items, submissions->capacity, sizeof *submissions->items);
    }
    submissions->items[submissions->count++] =
        (struct submission){.id = xstrdup(id), .path = xstrdup(path)};
}

void submissions_release(struct submissions *submissions)
{
    for (size_t i = 0; i < submissions->count; i++) {
        free(submissions->items[i].id);
        free(submissions->items[i].path);
    }
    free(submissions->items);
    *submissions = (struct submissions){0};
}

/* How much of the name is the id: an archive's ending is none of it, nor are slashes at its end. */
static size_t id_length(const char *name, const char *path)
{
    static const char *const endings[] = {".zip", ".tar",     ".tar.gz", ".tgz",     ".tar.xz",
                                          ".txz", ".tar.bz2", ".tbz2",   ".tar.zst", ".tzst"};
    struct stat status;
    size_t length = strlen(name);
    if (stat(path, &status) != 0 || S_ISDIR(status.st_mode))
        return length;
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcmp(name + length - ending, endings[i]) == 0)
            return length - ending;
    }
    return length;
}

static void add_named(struct submissions *submissions, const char *name, const char *path)
{
    auto_free char *id = xstrndup(name, id_length(name, path));
    add(submissions, id, path);
}

static int by_id(const void *a, const void *b)
{
    const struct submission *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : strcmp(x->path, y->path);
}

/* ---- one ------------------------------------------------------------------------------------- */

static bool find_one(struct submissions *submissions, const char *path, int *status)
{
    struct error error = {0};
    auto_free char *real = realpath(path, NULL);
    if (real == NULL) {
        error_set(&error, errno, "cannot read the submission '%s'", path);
        error_print(&error);
        *status = EXIT_INVALID;
        return false;
    }
    const char *slash = strrchr(real, '/');
    add_named(submissions, slash != NULL && slash[1] != '\0' ? slash + 1 : "submission", path);
    return true;
}

/* ---- many ------------------------------------------------------------------------------------ */

static bool read_folder(struct submissions *submissions, const char *folder, int *status)
{
    struct error error = {0};
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        error_set(&error, errno, "cannot read the submissions in '%s'", folder);
        error_print(&error);
        *status = EXIT_INVALID;
        return false;
    }
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.') /* of the system, or of an editor */
            continue;
        auto_free char *path = xasprintf("%s/%s", folder, entry->d_name);
        add_named(submissions, entry->d_name, path);
    }
    closedir(directory);
    if (submissions->count > 0)
        qsort(submissions->items, submissions->count, sizeof *submissions->items, by_id);
    return true;
}

/* Two that would be graded under one name. */
static bool check_clashes(const struct submissions *submissions, int *status)
{
    bool fine = true;
    for (size_t i = 1; i < submissions->count; i++) {
        const struct submission *a = &submissions->items[i - 1], *b = &submissions->items[i];
        if (strcmp(a->id, b->id) != 0)
            continue;
        auto_buf struct buf id = {0};
        struct error error = {0};
        text_add_visible(&id, b->id, strlen(b->id));
        error_set(&error, 0, "two submissions would both be '%.200s'", id.data);
        error_remedy(&error, "rename one of '%.200s' and '%.200s'", a->path, b->path);
        error_print(&error);
        fine = false;
    }
    if (!fine)
        *status = EXIT_INVALID;
    return fine;
}

static const char *nearest_id(const struct submissions *submissions, const char *id)
{
    const char **words = xcalloc(submissions->count + 1, sizeof *words);
    for (size_t i = 0; i < submissions->count; i++)
        words[i] = submissions->items[i].id;
    const char *near = nearest_word(id, words);
    free(words);
    return near;
}

static bool check_only(const struct submissions *submissions, const struct option_list *only,
                       int *status)
{
    for (size_t i = 0; i < only->count; i++) {
        size_t k = 0;
        while (k < submissions->count && strcmp(submissions->items[k].id, only->items[i]) != 0)
            k++;
        if (k < submissions->count)
            continue;
        const char *near = nearest_id(submissions, only->items[i]);
        *status = usage_error(&command_grade, "--only '%s': there is no such submission%s%s%s",
                              only->items[i], near != NULL ? "; did you mean '" : "",
                              near != NULL ? near : "", near != NULL ? "'?" : "");
        return false;
    }
    return true;
}

/* A misspelt id would be punctual without a word. */
static void note_late(const struct submissions *submissions, const struct late_list *late)
{
    for (size_t i = 0; i < late->count; i++) {
        size_t k = 0;
        while (late->items[i].id != NULL && k < submissions->count &&
               strcmp(submissions->items[k].id, late->items[i].id) != 0)
            k++;
        if (late->items[i].id == NULL || k < submissions->count)
            continue;
        auto_buf struct buf id = {0};
        text_add_visible(&id, late->items[i].id, strlen(late->items[i].id));
        const char *near = nearest_id(submissions, late->items[i].id);
        fprintf(stderr, "note: --late names '%s', which is no submission%s%s%s\n", id.data,
                near != NULL ? "; is '" : "", near != NULL ? near : "",
                near != NULL ? "' meant?" : "");
    }
}

static bool is_wanted(const struct grade_settings *settings, const char *id)
{
    bool wanted = settings->only.count == 0;
    for (size_t i = 0; i < settings->only.count; i++)
        wanted = wanted || strcmp(settings->only.items[i], id) == 0;
    return wanted && shard_has(id, settings->shard, settings->shards);
}

static void keep_wanted(struct submissions *submissions, const struct grade_settings *settings)
{
    size_t kept = 0;
    for (size_t i = 0; i < submissions->count; i++) {
        struct submission one = submissions->items[i];
        if (is_wanted(settings, one.id)) {
            submissions->items[kept++] = one;
        } else {
            free(one.id);
            free(one.path);
        }
    }
    submissions->count = kept;
}

bool submissions_find(struct submissions *submissions, const struct grade_settings *settings,
                      const struct late_list *late, int *status)
{
    *submissions = (struct submissions){0};
    bool fine;
    if (settings->submission != NULL) {
        fine = find_one(submissions, settings->submission, status);
    } else {
        fine = read_folder(submissions, settings->submissions, status) &&
               check_clashes(submissions, status) &&
               check_only(submissions, &settings->only, status);
        if (fine)
            note_late(submissions, late);
        if (fine)
            keep_wanted(submissions, settings);
    }
    if (!fine)
        submissions_release(submissions);
    return fine;
}
