/*
 * Files that are part of the program as they stand, so that they are edited, linted and read as
 * what they are. The assembler takes them in, and no compiler knows of them: the Makefile says
 * which object depends on which file.
 */
#ifndef PROCENARIO_BASE_EMBED_H
#define PROCENARIO_BASE_EMBED_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of such a file; after the last one stands a NUL. */
struct asset {
    const char *text;
    size_t length;
};

/* Takes in `file`, a path from the top of the tree. */
#define EMBED(name, file)                                                                          \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global " #name "_begin\n" #name "_begin:\n.incbin \"" file "\"\n"                    \
            ".global " #name "_end\n" #name "_end:\n.byte 0\n"                                     \
            ".popsection\n");                                                                      \
    extern const char name##_begin[] __attribute__((visibility("hidden")));                        \
    extern const char name##_end[] __attribute__((visibility("hidden")))

/* What was taken in under the name. */
#define EMBEDDED(name)                                                                             \
    ((struct asset){name##_begin, (size_t)((uintptr_t)name##_end - (uintptr_t)name##_begin)})

#endif
