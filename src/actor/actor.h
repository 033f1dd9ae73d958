/*
 * An actor: a forked child of the runner that performs the steps of its role with plain system
 * calls and knows nothing of the director. After fork it must not use the heap, stdio, or anything
 * else that belongs to the runner, and it must not read clocks through the vDSO (the director
 * replaces that at exec, which an actor never passed).
 */
#ifndef PROCENARIO_ACTOR_ACTOR_H
#define PROCENARIO_ACTOR_ACTOR_H

#include <stdint.h>
#include <sys/types.h>

#include "scenario/scenario.h"

/*
 * Where processes are found by name: a table in memory shared by the director, which alone writes
 * it (at each fork, before either side goes on), and all actors, which read it. Open addressing by
 * a 64-bit FNV-1a hash of the name; a later process of the same name replaces the pid, and a
 * reaped process is removed. Pids are those of the actors' pid namespace.
 */
struct actor_directory_entry {
    uint64_t hash; /* 0: free */
    int32_t pid;
    int32_t reserved;
};
struct actor_directory {
    uint32_t mask; /* number of entries minus one; a power of two */
    uint32_t used;
    struct actor_directory_entry entries[];
};
/* MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE; NULL with errno on failure. */
struct actor_directory *actor_directory_new(void);
void actor_directory_free(struct actor_directory *directory);
void actor_directory_set(struct actor_directory *directory, const char *name, pid_t pid);
/* Removes the name, when it still stands for that pid. */
void actor_directory_remove(struct actor_directory *directory, const char *name, pid_t pid);
pid_t actor_directory_find(const struct actor_directory *directory, const char *name); /* 0: none */

/*
 * How a fork tells the director which role the child plays: the actor calls
 *     clone(SIGCHLD, NULL, NULL, NULL, ACTOR_TLS_ROLE + role)
 * directly. Without CLONE_SETTLS the kernel ignores that argument (clone(2)).
 */
#define ACTOR_TLS_ROLE UINT64_C(0x70726f6300000000)

/*
 * Two steps are no system calls of any kernel: `say` and `ps` ask the director through a call
 * number that no architecture has (answered ENOSYS without a director, which actors tolerate):
 *     syscall(ACTOR_CALL, ACTOR_SAY, text, length)
 *     syscall(ACTOR_CALL, ACTOR_PS, buffer, size) → bytes of text put into the buffer
 */
#define ACTOR_CALL 0x50524f
#define ACTOR_SAY 1
#define ACTOR_PS 2

/* Performs role `role` as the process called `name`, then exits 0 (or as its steps say).
 * Descriptors 0, 1 and 2 are the program's. */
_Noreturn void actor_perform(const struct scenario *scenario, unsigned role, const char *name,
                             bool is_root, const struct actor_directory *directory);

#endif
