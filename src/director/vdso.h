/*
 * The vDSO of programs (vdso(7)): code that every program image finds in its memory and that its C
 * library calls to read clocks without a system call. The kernel's own reads the machine's clocks.
 * Ours, written over it, reads the scenario's time from a word in the program's memory, which is
 * kept up to date whenever the program goes on; a stop for each reading would cost more than all
 * else that a small program does.
 *
 * It has only so many readings to give away, and asks the director (by the usual system call) when
 * they are used up. So they are counted, and who waits in a loop for a time pays and gives way.
 */
#ifndef PROCENARIO_DIRECTOR_VDSO_H
#define PROCENARIO_DIRECTOR_VDSO_H

#include "director/arch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the code finds in the program's memory. */
struct vdso_clock {
    int64_t now_ns;        /* on the scenario clock */
    int64_t readings_left; /* at 0 it makes the system call instead */
};

/* An ELF image for `clock_address`, the place of a struct vdso_clock, in which CLOCK_REALTIME and
 * CLOCK_MONOTONIC stand at so much when the scenario clock stands at 0. Returns its size, at most
 * `size`; 0: there is none for this processor. */
size_t vdso_image(uint64_t clock_address, int64_t realtime_ns, int64_t monotonic_ns, void *image,
                  size_t size);
#define VDSO_IMAGE_MAX 1280

#endif
