/* The folder of pages. */
#include "gradebook/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/output.h"
#include "gradebook/pages_internal.h"

static bool make_folder(const char *path, struct error *error)
{
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return true;
    if (errno != EEXIST)
        return error_set(error, errno, "cannot make the folder '%s'", path);
    return (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) ||
           error_set(error, ENOTDIR, "cannot keep pages in '%s'", path);
}

static bool write_file(const char *path, const struct buf *text, struct error *error)
{
    struct output output;
    if (!output_open(&output, path, error))
        return false;
    fwrite(text->data, 1, text->length, output.stream);
    return output_commit(&output, error);
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
}

static bool write_submission(const struct gradebook_entry *entry, const char *folder,
                             struct tally *tally, struct error *error)
{
    struct result *result = result_read(entry->path, error);
    if (result == NULL)
        return false;
    auto_buf struct buf page = {0};
    auto_free char *pictures = folder_of(entry->path);
    auto_free char *name = page_file_name(result->id);
    auto_free char *path = xasprintf("%s/submissions/%s", folder, name);
    tally_add(tally, result);
    submission_page(result, pictures, &page);
    result_free(result);
    return write_file(path, &page, error);
}

/* Piece by piece: there may be thousands of rows. */
static bool write_rows(const struct gradebook_list *list, struct tally *tally, FILE *stream,
                       struct error *error)
{
    auto_buf struct buf out = {0};
    overview_begin(tally, &out);
    for (size_t i = 0; i < list->count; i++) {
        struct result *result = result_read(list->items[i].path, error);
        if (result == NULL)
            return false;
        overview_row(tally, result, &out);
        result_free(result);
        fwrite(out.data, 1, out.length, stream);
        buf_clear(&out);
    }
    overview_end(tally, &out);
    fwrite(out.data, 1, out.length, stream);
    return true;
}

static bool write_overview(const struct gradebook_list *list, const char *folder,
                           struct tally *tally, struct error *error)
{
    struct output output;
    auto_free char *path = xasprintf("%s/index.html", folder);
    if (!output_open(&output, path, error))
        return false;
    if (!write_rows(list, tally, output.stream, error)) {
        output_discard(&output);
        return false;
    }
    return output_commit(&output, error);
}

bool pages_write(const struct gradebook_list *list, const char *folder, struct error *error)
{
    struct tally tally = {0};
    auto_free char *below = xasprintf("%s/submissions", folder);
    bool fine = make_folder(folder, error) && make_folder(below, error);
    for (size_t i = 0; i < list->count && fine; i++)
        fine = write_submission(&list->items[i], folder, &tally, error);
    fine = fine && write_overview(list, folder, &tally, error);
    tally_release(&tally);
    return fine;
}
