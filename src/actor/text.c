/* Text of steps: substitution at the moment of use, without the heap. */
#include "actor/internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"

/* Where expanded text goes: memory of `size` bytes, which is written to `fd` whenever it is full,
 * or, without a descriptor (-1), takes what fits. */
struct sink {
    char *bytes;
    size_t size, used;
    int fd;
    bool failed;
};

static void flush(struct sink *sink)
{
    if (!sink->failed && actor_write(sink->fd, sink->bytes, sink->used) < 0)
        sink->failed = true;
    sink->used = 0;
}

static void add(struct sink *sink, const char *bytes, size_t length)
{
    while (length > 0) {
        if (sink->used == sink->size) {
            if (sink->fd < 0)
                return;
            flush(sink);
        }
        size_t room = sink->size - sink->used;
        size_t take = length < room ? length : room;
        memcpy(sink->bytes + sink->used, bytes, take);
        sink->used += take;
        bytes += take;
        length -= take;
    }
}

static void add_string(struct sink *sink, const char *string)
{
    add(sink, string, strlen(string));
}

static void add_number(struct sink *sink, unsigned number)
{
    char digits[16];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add(sink, digits + at, sizeof digits - at);
}

static void expand(const struct text *text, struct sink *sink)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct text_part *part = &text->parts[i];
        switch (part->kind) {
        case TEXT_LITERAL:
            add(sink, part->literal, part->length);
            break;
        case TEXT_INDEX:
            add_number(sink, actor.index);
            break;
        case TEXT_NAME:
            add_string(sink, actor.name);
            break;
        case TEXT_ERRNO:
            add_string(sink, actor.error != 0 ? errno_name(actor.error) : "none");
            break;
        case TEXT_READ: {
            size_t length = actor.read_length;
            if (length > 0 && actor.read[length - 1] == '\n')
                length--;
            add(sink, actor.read, length);
            break;
        }
        }
    }
}

size_t actor_expand(const struct text *text, char *out, size_t size)
{
    struct sink sink = {.bytes = out, .size = size - 1, .fd = -1};
    expand(text, &sink);
    out[sink.used] = '\0';
    return sink.used;
}

int actor_write_text(int fd, const struct text *text, bool newline)
{
    char piece[ACTOR_READ_SIZE];
    struct sink sink = {.bytes = piece, .size = sizeof piece, .fd = fd};
    expand(text, &sink);
    if (newline)
        add(&sink, "\n", 1);
    flush(&sink);
    return sink.failed ? -1 : 0;
}

int actor_write(int fd, const char *bytes, size_t length)
{
    size_t done = 0;
    do {
        ssize_t put = write(fd, bytes + done, length - done);
        if (put >= 0)
            done += (size_t)put;
        else if (errno != EINTR) {
            actor.error = errno;
            return -1;
        }
    } while (done < length);
    return 0;
}
