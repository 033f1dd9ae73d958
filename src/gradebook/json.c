/* All results in one document, each as it stands in its file. */
#include <stdlib.h>
#include <string.h>

#include "gradebook/internal.h"

struct json_book {
    FILE *out;
    size_t count, failed;
};

static void *json_open(const struct gradebook_options *options, struct error *error)
{
    struct json_book *book = xcalloc(1, sizeof *book);
    (void)error;
    book->out = options->out;
    return book;
}

static bool json_add(void *state, const struct result *result)
{
    struct json_book *book = state;
    auto_buf struct buf out = {0};
    buf_add_string(&out, book->count++ == 0 ? "{\"results\": [\n" : ",\n");
    book->failed += result->failed != NULL;
    result_format(result, &out);
    while (out.length > 0 && out.data[out.length - 1] == '\n')
        out.length--;
    return gradebook_put(book->out, &out);
}

static bool json_end(void *state, struct error *error)
{
    struct json_book *book = state;
    (void)error;
    return fprintf(book->out, "%s],\n\"count\": %zu, \"failed\": %zu}\n",
                   book->count == 0 ? "{\"results\": [" : "", book->count, book->failed) > 0;
}

const struct gradebook_format gradebook_json = {
    .name = "json",
    .summary = "for programs: all results in one document",
    .open = json_open,
    .add = json_add,
    .end = json_end,
    .free = free,
};
