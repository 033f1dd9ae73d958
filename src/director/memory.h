/*
 * The memory of a stopped task. process_vm_readv/writev where they may be used, PTRACE_PEEKDATA and
 * POKEDATA where not (a container without CAP_SYS_PTRACE).
 */
#ifndef PROCENARIO_DIRECTOR_MEMORY_H
#define PROCENARIO_DIRECTOR_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads exactly `length` bytes. False: unreadable there, or the task is gone. */
bool memory_read(pid_t tid, uint64_t address, void *out, size_t length);
/* Reads as much of `length` as can be read; returns how much. */
size_t memory_read_some(pid_t tid, uint64_t address, void *out, size_t length);
/* Writes exactly `length` bytes. False: not writable there (EFAULT), or the task is gone. */
bool memory_write(pid_t tid, uint64_t address, const void *bytes, size_t length);
/* The same also where the task itself may not write, such as its code. Only where /proc is that of
 * our own pid namespace. */
bool memory_overwrite(pid_t tid, uint64_t address, const void *bytes, size_t length);
/* Can memory be read and written while the task runs, too? */
bool memory_is_open(pid_t tid, uint64_t address);
/* Reads a NUL-terminated string, cut to size - 1 bytes. False: nothing readable there. */
bool memory_read_string(pid_t tid, uint64_t address, char *out, size_t size);

#endif
