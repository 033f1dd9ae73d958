/*
 * The page's style and script as the assembler takes them in from their files, so that they are
 * edited, linted and read as what they are. The Makefile knows that this file depends on them.
 */
#include "page/internal.h"

#define TAKE_IN(name, file)                                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global " #name "_begin\n" #name "_begin:\n.incbin \"" file "\"\n"                    \
            ".global " #name "_end\n" #name "_end:\n.byte 0\n"                                     \
            ".popsection\n");                                                                      \
    extern const char name##_begin[] __attribute__((visibility("hidden")));                        \
    extern const char name##_end[] __attribute__((visibility("hidden")))

TAKE_IN(page_css, "src/page/page.css");
TAKE_IN(page_js, "src/page/page.js");

struct asset page_style(void)
{
    return (struct asset){page_css_begin,
                          (size_t)((uintptr_t)page_css_end - (uintptr_t)page_css_begin)};
}

struct asset page_script(void)
{
    return (struct asset){page_js_begin,
                          (size_t)((uintptr_t)page_js_end - (uintptr_t)page_js_begin)};
}
