/*
 * What an actor leaves to its parents: the libraries with which the runner reads scenarios and
 * shows runs. Actors use libc alone, and a fork copies each mapping that it inherits.
 */
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "actor/internal.h"

/* Those that the runner links, and nothing else: what was preloaded may stand in for libc. */
static bool is_runners_own(const char *path)
{
    static const char *const names[] = {"libyaml-",  "libjansson.", "libpcre2-",  "libutf8proc.",
                                        "libvterm.", "libmd.",      "libseccomp."};
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* From its first to its last segment; what lies between may be unmapped, which is no error here. */
static int shed(struct dl_phdr_info *library, size_t size, void *unused)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = UINTPTR_MAX, end = 0;
    (void)size, (void)unused;
    if (!is_runners_own(library->dlpi_name))
        return 0;
    for (size_t i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD)
            continue;
        uintptr_t from = library->dlpi_addr + segment->p_vaddr, to = from + segment->p_memsz;
        begin = from < begin ? from : begin;
        end = to > end ? to : end;
    }
    if (begin < end) {
        begin &= ~(page - 1);
        madvise((void *)begin, end - begin, MADV_DONTFORK);
    }
    return 0;
}

void actor_shed_libraries(void)
{
    dl_iterate_phdr(shed, NULL);
}
