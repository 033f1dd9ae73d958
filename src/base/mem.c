#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static _Noreturn void out_of_memory(void)
{
    static const char message[] = "procenario: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(EXIT_REFUSED);
}

void *xmalloc(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);
    if (memory == NULL)
        out_of_memory();
    return memory;
}

void *xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (memory == NULL)
        out_of_memory();
    return memory;
}

void *xrealloc(void *old, size_t size)
{
    void *memory = realloc(old, size > 0 ? size : 1);
    if (memory == NULL)
        out_of_memory();
    return memory;
}

void *xreallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory();
    return xrealloc(old, bytes);
}

char *xstrndup(const char *text, size_t length)
{
    char *copy = xmalloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}

char *xasprintf(const char *format, ...)
{
    struct buf buf = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&buf, format, args);
    va_end(args);
    return buf_take(&buf);
}

/* ---- arena ---- */

/* Blocks grow, so that small arenas stay small. */
#define FIRST_BLOCK ((size_t)2 * 1024)
#define LARGEST_BLOCK ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *arena)
{
    arena->blocks = NULL;
}

void arena_release(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t aligned;
    if (__builtin_add_overflow(size, sizeof(max_align_t) - 1, &aligned))
        out_of_memory();
    aligned -= aligned % sizeof(max_align_t);
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < aligned) {
        size_t room = block == NULL                 ? FIRST_BLOCK
                      : block->size < LARGEST_BLOCK ? block->size * 2
                                                    : LARGEST_BLOCK;
        if (room < aligned)
            room = aligned;
        block = xmalloc(sizeof *block + room);
        block->size = room;
        block->used = 0;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += aligned;
    return memset(memory, 0, aligned); /* no sooner: a page that is never used costs nothing */
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    auto_buf struct buf buf = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&buf, format, args);
    va_end(args);
    return arena_strndup(arena, buf.data, buf.length);
}

/* ---- buf ---- */

static void reserve(struct buf *buf, size_t more)
{
    size_t needed;
    if (__builtin_add_overflow(buf->length, more, &needed) ||
        __builtin_add_overflow(needed, (size_t)1, &needed))
        out_of_memory();
    if (needed <= buf->capacity)
        return;
    size_t capacity = buf->capacity < 64 ? 64 : buf->capacity;
    while (capacity < needed)
        capacity *= 2;
    buf->data = xrealloc(buf->data, capacity);
    buf->capacity = capacity;
}

void buf_release(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

void buf_add(struct buf *buf, const void *bytes, size_t length)
{
    reserve(buf, length);
    if (length > 0)
        memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void buf_add_char(struct buf *buf, char byte)
{
    reserve(buf, 1);
    buf->data[buf->length++] = byte;
    buf->data[buf->length] = '\0';
}

void buf_add_string(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    reserve(buf, 128);
    size_t room = buf->capacity - buf->length;
    int length = vsnprintf(buf->data + buf->length, room, format, args);
    if (length < 0)
        BUG("vsnprintf failed on '%s'", format);
    if ((size_t)length >= room) {
        reserve(buf, (size_t)length);
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
    }
    va_end(again);
    buf->length += (size_t)length;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

char *buf_take(struct buf *buf)
{
    reserve(buf, 0);
    buf->data[buf->length] = '\0';
    char *data = buf->data;
    *buf = (struct buf){0};
    return data;
}

void mem_cleanup_free(void *pointer_to_pointer)
{
    void *pointer;
    memcpy(&pointer, pointer_to_pointer, sizeof pointer);
    free(pointer);
}

void mem_cleanup_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
