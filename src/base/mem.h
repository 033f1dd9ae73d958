/*
 * Memory: allocation that cannot fail, arenas, growing byte buffers and scope-bound cleanup.
 *
 * Running out of memory ends the program in one place (message, exit status 3); the kernel's
 * PTRACE_O_EXITKILL takes every traced process along, so nothing is left behind.
 */
#ifndef PROCENARIO_BASE_MEM_H
#define PROCENARIO_BASE_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
/* Grows an array to hold `count` elements of `size` bytes; checks the product for overflow. */
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An arena: many small allocations with one lifetime (a loaded scenario lives in one). */
struct arena {
    struct arena_block *blocks;
};
void arena_init(struct arena *arena);
void arena_release(struct arena *arena);
/* Zeroed memory, aligned for any object; lives until arena_release. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A growing run of bytes. `data` is always NUL-terminated once anything was added; it may hold
 * NULs itself. Zero-initialise (`struct buf b = {0};`). */
struct buf {
    char *data;
    size_t length;
    size_t capacity;
};
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */
void buf_add(struct buf *buf, const void *bytes, size_t length);
void buf_add_char(struct buf *buf, char byte);
void buf_add_string(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args);
/* Hands the bytes over to the caller, who frees them; the buffer is empty afterwards. Never NULL.
 */
char *buf_take(struct buf *buf);

/* Scope-bound ownership: `auto_free char *text = …;`. Never leave such a scope by `return` in a
 * forked child: its cleanups would run on what the parent owns (children end in _exit). */
void mem_cleanup_free(void *pointer_to_pointer);
void mem_cleanup_close(const int *fd);
#define auto_free __attribute__((cleanup(mem_cleanup_free)))
#define auto_close __attribute__((cleanup(mem_cleanup_close)))
#define auto_buf __attribute__((cleanup(buf_release)))
/* Takes a pointer or descriptor out of the reach of its cleanup. */
#define steal_ptr(p)                                                                               \
    ({                                                                                             \
        __auto_type steal_tmp_ = *(p);                                                             \
        *(p) = NULL;                                                                               \
        steal_tmp_;                                                                                \
    })
static inline int steal_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
