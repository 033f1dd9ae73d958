#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines end where editors end them: \n, \r\n, or a lone \r. Not at U+0085 or U+2028. */
static void map_lines(struct source *source)
{
    size_t capacity = 64;
    source->line_offsets = xreallocarray(NULL, capacity, sizeof *source->line_offsets);
    source->line_offsets[0] = 0;
    source->line_count = 1;
    for (size_t i = 0; i < source->length; i++) {
        char c = source->text[i];
        if (c == '\r' && i + 1 < source->length && source->text[i + 1] == '\n')
            continue;
        if (c != '\n' && c != '\r')
            continue;
        if (source->line_count == capacity) {
            capacity *= 2;
            source->line_offsets =
                xreallocarray(source->line_offsets, capacity, sizeof *source->line_offsets);
        }
        source->line_offsets[source->line_count++] = (uint32_t)(i + 1);
    }
}

void source_from_text(struct source *source, const char *path, const char *text, size_t length)
{
    source->path = xstrdup(path);
    source->text = xstrndup(text, length);
    source->length = length;
    map_lines(source);
}

static bool fail_too_large(const char *path, struct error *error)
{
    return error_set(error, 0, "'%s' is too large: a scenario has at most %u MiB", path,
                     SOURCE_MAX_BYTES >> 20);
}

bool source_read(struct source *source, const char *path, struct error *error)
{
    bool standard_input = strcmp(path, "-") == 0;
    auto_close int fd = -1;
    if (!standard_input) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
            return error_set(error, errno, "cannot open '%s'", path);
    }
    return source_read_on(source, path, standard_input ? STDIN_FILENO : fd, NULL, 0, error);
}

bool source_read_on(struct source *source, const char *path, int fd, const void *begun,
                    size_t length, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            error_set(error, EISDIR, "cannot read '%s'", path);
            error_remedy(error, "name the scenario files in it: %s/*.yaml", path);
            return false;
        }
        if (S_ISREG(status.st_mode) && status.st_size > (off_t)SOURCE_MAX_BYTES)
            return fail_too_large(path, error);
    }
    auto_buf struct buf text = {0};
    if (length > 0)
        buf_add(&text, begun, length);
    char block[65536];
    ssize_t got;
    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(error, errno, "cannot read '%s'", path);
        buf_add(&text, block, (size_t)got);
        if (text.length > SOURCE_MAX_BYTES)
            return fail_too_large(path, error);
    }
    source->length = text.length;
    source->text = buf_take(&text);
    source->path = xstrdup(path);
    map_lines(source);
    return true;
}

void source_release(struct source *source)
{
    free(source->path);
    free(source->text);
    free(source->line_offsets);
    *source = (struct source){0};
}

static size_t characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

struct position source_position(const struct source *source, uint32_t offset)
{
    if (offset > source->length)
        offset = (uint32_t)source->length;
    size_t low = 0, high = source->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->line_offsets[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    uint32_t start = source->line_offsets[low];
    /* A byte-order mark takes no column. */
    if (low == 0 && offset >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0)
        start = 3;
    return (struct position){(unsigned)low + 1,
                             (unsigned)characters(source->text + start, offset - start) + 1};
}

const char *source_line(const struct source *source, unsigned line, size_t *length)
{
    uint32_t start = source->line_offsets[line - 1];
    if (line == 1 && source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0)
        start = 3;
    size_t end = line < source->line_count ? source->line_offsets[line] : source->length;
    while (end > start && (source->text[end - 1] == '\n' || source->text[end - 1] == '\r'))
        end--;
    *length = end - start;
    return source->text + start;
}

uint32_t source_offset_at(const struct source *source, size_t line0, size_t column0)
{
    if (line0 >= source->line_count)
        return (uint32_t)source->length;
    size_t at = source->line_offsets[line0];
    if (line0 == 0 && source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    for (; column0 > 0 && at < source->length; column0--) {
        at++;
        while (at < source->length && ((unsigned char)source->text[at] & 0xc0) == 0x80)
            at++;
    }
    return (uint32_t)at;
}
