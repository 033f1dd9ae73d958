/* Text of steps: substitution at the moment of use, into memory of the caller's. */
#include "actor/internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"

static size_t add(char *out, size_t size, size_t used, const char *bytes, size_t length)
{
    size_t room = size - 1 - used;
    size_t take = length < room ? length : room;
    memcpy(out + used, bytes, take);
    return used + take;
}

static size_t add_number(char *out, size_t size, size_t used, unsigned number)
{
    char digits[16];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return add(out, size, used, digits + at, sizeof digits - at);
}

size_t actor_expand(const struct text *text, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < text->count; i++) {
        const struct text_part *part = &text->parts[i];
        switch (part->kind) {
        case TEXT_LITERAL:
            used = add(out, size, used, part->literal, part->length);
            break;
        case TEXT_INDEX:
            used = add_number(out, size, used, actor.index);
            break;
        case TEXT_NAME:
            used = add(out, size, used, actor.name, strlen(actor.name));
            break;
        case TEXT_ERRNO: {
            const char *name = actor.error != 0 ? errno_name(actor.error) : "none";
            used = add(out, size, used, name, strlen(name));
            break;
        }
        case TEXT_READ: {
            size_t length = actor.read_length;
            if (length > 0 && actor.read[length - 1] == '\n')
                length--;
            used = add(out, size, used, actor.read, length);
            break;
        }
        }
    }
    out[used] = '\0';
    return used;
}

int actor_write(int fd, const char *bytes, size_t length)
{
    size_t done = 0;
    do {
        ssize_t put = write(fd, bytes + done, length - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            actor.error = errno;
            return -1;
        }
        done += (size_t)put;
    } while (done < length);
    return 0;
}
