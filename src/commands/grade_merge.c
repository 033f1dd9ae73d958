#include "commands/grade_merge.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "base/units.h"

/* ".shard-2-of-4": a line a submission, named as its result file is. */
#define NOTE_NAME ".shard-%u-of-%u"

bool shard_note(const struct grade_settings *settings, const struct submissions *submissions,
                const char *results, struct error *error)
{
    struct output output;
    auto_free char *path = xasprintf("%s/" NOTE_NAME, results, settings->shard, settings->shards);
    if (!output_open(&output, path, error))
        return false;
    for (size_t i = 0; i < submissions->count; i++) {
        auto_free char *name = result_file_name(submissions->items[i].id);
        fprintf(output.stream, "%s\n", name);
    }
    return output_commit(&output, error);
}

struct merging {
    const struct grade_settings *settings;
    struct gradebook_list list;
    unsigned shards; /* that the notes speak of; 0: of none */
    bool *seen;      /* [shards] */
    int status;
};

static void complain(struct merging *m, int status, const char *message)
{
    struct error error = {0};
    error_set(&error, 0, "%s", message);
    error_print(&error);
    m->status = status > m->status ? status : m->status;
}

/* ---- is everything there? -------------------------------------------------------------------- */

static bool has_result(const struct merging *m, const char *name)
{
    for (size_t i = 0; i < m->list.count; i++) {
        const char *slash = strrchr(m->list.items[i].path, '/');
        if (strcmp(slash + 1, name) == 0)
            return true;
    }
    return false;
}

static void check_note(struct merging *m, const char *path)
{
    FILE *note = fopen(path, "re");
    char line[512];
    while (note != NULL && fgets(line, sizeof line, note) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (has_result(m, line))
            continue;
        auto_free char *id = result_file_id(line);
        auto_buf struct buf shown = {0};
        const char *called = id != NULL ? id : line;
        text_add_visible(&shown, called, strlen(called));
        auto_free char *message =
            xasprintf("'%s' was to be graded (%s), but has no result", shown.data, path);
        complain(m, EXIT_REFUSED, message);
    }
    if (note != NULL)
        fclose(note);
}

/* "N" at the end of the text, or 0. */
static unsigned number_in(const char *text)
{
    int64_t number;
    const char *why;
    return integer_parse(text, 1, MOST_SHARDS, &number, &why) ? (unsigned)number : 0;
}

static void read_note(struct merging *m, const char *folder, const char *name)
{
    const char *first = name + strlen(".shard-"), *of = strstr(first, "-of-");
    auto_free char *number = xstrndup(first, of != NULL ? (size_t)(of - first) : 0);
    unsigned shard = number_in(number), shards = of != NULL ? number_in(of + strlen("-of-")) : 0;
    if (shard == 0 || shards == 0 || shard > shards)
        return;
    auto_free char *path = xasprintf("%s/%s", folder, name);
    if (m->shards != 0 && m->shards != shards) {
        complain(m, EXIT_INVALID, "these are shards of different divisions");
        return;
    }
    if (m->shards == 0)
        m->seen = xcalloc(shards, sizeof *m->seen);
    m->shards = shards;
    m->seen[shard - 1] = true;
    check_note(m, path);
}

static void read_notes(struct merging *m, const char *folder)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (strncmp(entry->d_name, ".shard-", strlen(".shard-")) == 0)
            read_note(m, folder, entry->d_name);
    if (directory != NULL)
        closedir(directory);
}

static void check_shards(struct merging *m)
{
    for (unsigned i = 0; i < m->shards; i++) {
        if (m->seen[i])
            continue;
        auto_free char *message =
            xasprintf("shard %u of %u is missing: it was not graded, or its folder not given",
                      i + 1, m->shards);
        complain(m, EXIT_REFUSED, message);
    }
}

/* ---- does it go together? -------------------------------------------------------------------- */

static bool same_bytes(const char *a, const char *b)
{
    struct source x = {0}, y = {0};
    struct error error = {0};
    bool same = source_read(&x, a, &error) && source_read(&y, b, &error) && x.length == y.length &&
                memcmp(x.text, y.text, x.length) == 0;
    source_release(&x);
    source_release(&y);
    return same;
}

/* The same result in several folders is one. */
static void drop_copies(struct merging *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->list.count; i++) {
        struct gradebook_entry one = m->list.items[i];
        const struct gradebook_entry *last = kept > 0 ? &m->list.items[kept - 1] : NULL;
        if (last == NULL || strcmp(last->id, one.id) != 0) {
            m->list.items[kept++] = one;
            continue;
        }
        if (!same_bytes(last->path, one.path)) {
            auto_free char *message = xasprintf(
                "two results of one submission differ: '%s' and '%s'", last->path, one.path);
            complain(m, EXIT_INVALID, message);
        }
        free(one.id);
        free(one.path);
    }
    m->list.count = kept;
}

static void check_assignment(struct merging *m)
{
    struct error error = {0};
    struct result *first = m->list.count > 0 ? result_read(m->list.items[0].path, &error) : NULL;
    for (size_t i = 0; i < m->list.count; i++) {
        struct result *result = result_read(m->list.items[i].path, &error);
        if (result == NULL) {
            complain(m, EXIT_INVALID, error.message);
        } else if (first != NULL &&
                   strcmp(result->assignment_digest, first->assignment_digest) != 0) {
            auto_free char *message =
                xasprintf("'%s' and '%s' are results of different assignments, or of different "
                          "states of one",
                          m->list.items[0].path, m->list.items[i].path);
            complain(m, EXIT_INVALID, message);
        }
        result_free(result);
        if (m->status == EXIT_INVALID)
            break;
    }
    result_free(first);
}

/* ---- together in one folder ------------------------------------------------------------------ */

static bool copy_file(const char *from, const char *to, struct error *error)
{
    struct source source = {0};
    struct output output;
    bool copied = source_read(&source, from, error) && output_open(&output, to, error);
    if (copied) {
        fwrite(source.text, 1, source.length, output.stream);
        copied = output_commit(&output, error);
    }
    source_release(&source);
    return copied;
}

/* The result, and its pictures. */
static bool copy_result(const char *path, const char *folder, struct error *error)
{
    const char *slash = strrchr(path, '/');
    auto_free char *to = xasprintf("%s/%s", folder, slash + 1);
    struct result *result = result_read(path, error);
    bool copied = result != NULL && copy_file(path, to, error);
    for (size_t i = 0; copied && i < result->scenario_count; i++) {
        const char *picture = result->scenarios[i].picture;
        if (picture == NULL)
            continue;
        auto_free char *drawn = xasprintf("%.*s/%s", (int)(slash - path), path, picture);
        auto_free char *kept = xasprintf("%s/%s", folder, picture);
        copied = copy_file(drawn, kept, error);
    }
    result_free(result);
    return copied;
}

static void copy_all(struct merging *m)
{
    const char *folder = m->settings->results;
    struct error error = {0};
    bool fine = mkdir(folder, 0777) == 0 || errno == EEXIST ||
                error_set(&error, errno, "cannot make the folder '%s'", folder);
    for (size_t i = 0; fine && i < m->list.count; i++)
        fine = copy_result(m->list.items[i].path, folder, &error);
    if (!fine)
        complain(m, EXIT_REFUSED, error.message);
}

static void drop_others(struct merging *m)
{
    const struct option_list *only = &m->settings->only;
    size_t kept = 0;
    for (size_t i = 0; i < m->list.count; i++) {
        bool wanted = only->count == 0;
        for (size_t k = 0; k < only->count; k++)
            wanted = wanted || strcmp(only->items[k], m->list.items[i].id) == 0;
        if (wanted) {
            m->list.items[kept++] = m->list.items[i];
        } else {
            free(m->list.items[i].id);
            free(m->list.items[i].path);
        }
    }
    m->list.count = kept;
}

static void merge_folders(struct merging *m)
{
    const struct operands *folders = &m->settings->operands;
    struct error error = {0};
    for (int i = 0; i < folders->count; i++)
        if (!gradebook_add_folder(&m->list, folders->items[i], &error)) {
            complain(m, EXIT_INVALID, error.message);
            return;
        }
    gradebook_sort(&m->list);
    drop_copies(m);
    for (int i = 0; i < folders->count; i++)
        read_notes(m, folders->items[i]);
    check_shards(m);
    drop_others(m);
    if (m->list.count == 0 && m->status == EXIT_HOLDS)
        complain(m, EXIT_INVALID, "there is no result in these folders");
    if (m->status != EXIT_INVALID)
        check_assignment(m);
}

int grade_merge(const struct grade_settings *settings)
{
    struct merging m = {.settings = settings};
    merge_folders(&m);
    if (m.status != EXIT_INVALID) {
        if (settings->format->single && m.list.count != 1)
            m.status = usage_error(&command_grade,
                                   "--format %s is about one submission, but there are %zu "
                                   "results: choose one with --only",
                                   settings->format->name, m.list.count);
    }
    if (m.status != EXIT_INVALID) {
        if (settings->results != NULL)
            copy_all(&m);
        int told = grade_tell(settings, &m.list, m.list.count == 1 && settings->only.count == 1);
        int failed = grade_tell_failed(&m.list);
        m.status = told > m.status ? told : m.status;
        m.status = failed > m.status ? failed : m.status;
    }
    gradebook_release(&m.list);
    free(m.seen);
    return m.status;
}
