/* The table of processes by name that the director writes and actors read. */
#include "actor/actor.h"

#include <sys/mman.h>

/* Names of processes that are alive or zombies: more than a run may have of them by far. */
#define ENTRIES (1u << 17)

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

/* Linear probing without tombstones: what stands behind the gap moves up where it may. */
void actor_directory_remove(struct actor_directory *directory, const char *name, pid_t pid)
{
    uint64_t hash = hash_name(name);
    uint32_t mask = directory->mask;
    uint32_t gap = (uint32_t)hash & mask;
    while (directory->entries[gap].hash != hash) {
        if (directory->entries[gap].hash == 0)
            return;
        gap = (gap + 1) & mask;
    }
    if (directory->entries[gap].pid != pid)
        return; /* a younger process of that name */
    for (uint32_t next = (gap + 1) & mask; directory->entries[next].hash != 0;
         next = (next + 1) & mask) {
        uint32_t home = (uint32_t)directory->entries[next].hash & mask;
        if (((next - home) & mask) >= ((next - gap) & mask)) {
            directory->entries[gap] = directory->entries[next];
            gap = next;
        }
    }
    directory->entries[gap] = (struct actor_directory_entry){0};
    directory->used--;
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
