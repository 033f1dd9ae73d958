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

static bool is_used(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return name[0] == '\0' /* the program itself */ || strncmp(name, "libc.", 5) == 0 ||
           strncmp(name, "ld-", 3) == 0 || strncmp(name, "linux-", 6) == 0;
}

/* From its first to its last segment; what lies between may be unmapped, which is no error here. */
static int shed(struct dl_phdr_info *library, size_t size, void *unused)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = UINTPTR_MAX, end = 0;
    (void)size, (void)unused;
    if (is_used(library->dlpi_name))
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
#ifndef __SANITIZE_ADDRESS__ /* its runtime is one of them */
    dl_iterate_phdr(shed, NULL);
#endif
}
