/* The table of formats, and the way of results through them. */
#include "gradebook/gradebook.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gradebook/internal.h"

/* To add a format: a file beside this one, a row here, a word in docs/grading.md. */
const struct gradebook_format *const gradebook_formats[] = {
    &gradebook_table,      &gradebook_json,
    &gradebook_gradescope, &gradebook_junit,
    &gradebook_tap,        &gradebook_csv,
    &gradebook_markdown,   &gradebook_github,
    &gradebook_classroom,  NULL};

const struct gradebook_format *gradebook_format_find(const char *name)
{
    for (size_t i = 0; gradebook_formats[i] != NULL; i++)
        if (strcmp(gradebook_formats[i]->name, name) == 0)
            return gradebook_formats[i];
    return NULL;
}

/* ---- which results --------------------------------------------------------------------------- */

void gradebook_add(struct gradebook_list *list, const char *id, const char *path)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        list->items = xreallocarray(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] = (struct gradebook_entry){.id = xstrdup(id), .path = xstrdup(path)};
}

static int by_id(const void *a, const void *b)
{
    const struct gradebook_entry *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : strcmp(x->path, y->path);
}

void gradebook_sort(struct gradebook_list *list)
{
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_id);
}

/* A name too long to hold its id: the file says it. */
static char *id_in_file(const char *path, struct error *error)
{
    struct result *result = result_read(path, error);
    if (result == NULL)
        return NULL;
    char *id = xstrdup(result->id);
    result_free(result);
    return id;
}

bool gradebook_add_folder(struct gradebook_list *list, const char *folder, struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, errno, "cannot read the results in '%s'", folder);
    bool fine = true;
    const struct dirent *entry;
    while (fine && (entry = readdir(directory)) != NULL) {
        if (!result_is_file_name(entry->d_name))
            continue;
        auto_free char *path = xasprintf("%s/%s", folder, entry->d_name);
        auto_free char *id = result_file_id(entry->d_name);
        if (id == NULL)
            id = id_in_file(path, error);
        fine = id != NULL;
        if (fine)
            gradebook_add(list, id, path);
    }
    closedir(directory);
    return fine;
}

void gradebook_release(struct gradebook_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].id);
        free(list->items[i].path);
    }
    free(list->items);
    *list = (struct gradebook_list){0};
}

/* ---- through a format ------------------------------------------------------------------------ */

static bool unwritten(struct error *error)
{
    return error->message[0] == '\0' ? error_set(error, errno, "cannot write the grades") : false;
}

static bool survey(const struct gradebook_format *format, void *state,
                   const struct gradebook_list *list, struct error *error)
{
    for (size_t i = 0; format->survey != NULL && i < list->count; i++) {
        struct result *result = result_read(list->items[i].path, error);
        if (result == NULL)
            return false;
        format->survey(state, result);
        result_free(result);
    }
    return true;
}

static bool end(const struct gradebook_format *format, void *state, struct error *error)
{
    return format->end == NULL || format->end(state, error);
}

static bool add_all(const struct gradebook_format *format, void *state,
                    const struct gradebook_list *list, struct error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        struct result *result = result_read(list->items[i].path, error);
        if (result == NULL)
            return false;
        errno = 0;
        bool written = format->add(state, result);
        result_free(result);
        if (!written)
            return unwritten(error);
    }
    errno = 0;
    return end(format, state, error) || unwritten(error);
}

bool gradebook_write(const struct gradebook_format *format, const struct gradebook_list *list,
                     const struct gradebook_options *options, struct error *error)
{
    void *state = format->open(options, error);
    if (state == NULL)
        return false;
    bool fine = survey(format, state, list, error) && add_all(format, state, list, error);
    format->free(state);
    return fine;
}

bool gradebook_write_one(const struct gradebook_format *format, const struct result *result,
                         const struct gradebook_options *options, struct error *error)
{
    void *state = format->open(options, error);
    if (state == NULL)
        return false;
    if (format->survey != NULL)
        format->survey(state, result);
    errno = 0;
    bool fine = (format->add(state, result) && end(format, state, error)) || unwritten(error);
    format->free(state);
    return fine;
}
