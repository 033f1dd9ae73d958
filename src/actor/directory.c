/* The table of processes by name that the director writes and actors read. */
#include "actor/actor.h"

#include <sys/mman.h>

/* Room for half a million names; untouched pages cost nothing. */
#define ENTRIES (1u << 20)

static size_t mapping_size(void)
{
    return sizeof(struct actor_directory) + ENTRIES * sizeof(struct actor_directory_entry);
}

struct actor_directory *actor_directory_new(void)
{
    struct actor_directory *directory = mmap(NULL, mapping_size(), PROT_READ | PROT_WRITE,
                                             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (directory == MAP_FAILED)
        return NULL;
    directory->mask = ENTRIES - 1;
    return directory;
}

void actor_directory_free(struct actor_directory *directory)
{
    munmap(directory, mapping_size());
}

static uint64_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    return hash != 0 ? hash : 1;
}

void actor_directory_set(struct actor_directory *directory, const char *name, pid_t pid)
{
    uint64_t hash = hash_name(name);
    for (uint32_t probe = 0; probe <= directory->mask; probe++) {
        struct actor_directory_entry *entry = &directory->entries[(hash + probe) & directory->mask];
        if (entry->hash == hash) {
            entry->pid = pid;
            return;
        }
        /* Full beyond three quarters: later processes are not found by name, as if they were gone.
         */
        if (entry->hash == 0) {
            if (directory->used > directory->mask / 4 * 3)
                return;
            directory->used++;
            entry->pid = pid;
            entry->hash = hash;
            return;
        }
    }
}

pid_t actor_directory_find(const struct actor_directory *directory, const char *name)
{
    uint64_t hash = hash_name(name);
    for (uint32_t probe = 0; probe <= directory->mask; probe++) {
        const struct actor_directory_entry *entry =
            &directory->entries[(hash + probe) & directory->mask];
        if (entry->hash == hash)
            return entry->pid;
        if (entry->hash == 0)
            return 0;
    }
    return 0;
}
