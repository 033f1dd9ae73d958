/*
 * For runs of the suite under valgrind(1): what is forked for a run must leave valgrind's simulated
 * processor, where no seccomp filter can be installed and valgrind's own system calls would be
 * taken for the program's. The runner itself stays, and is checked.
 */
#ifndef PROCENARIO_BASE_NATIVE_H
#define PROCENARIO_BASE_NATIVE_H

/* Calls the function, which must not return, in a child just forked: on the real processor where
 * built for valgrind (make VALGRIND=1) and run by it, as any call otherwise. */
_Noreturn void run_natively(void (*function)(void *argument), void *argument);

/* As syscall(2), for calls that valgrind does not know and that change nothing it has to know of.
 */
long native_call(long number, long a, long b, long c, long d);

/* A path that leads to this program itself, also where it was moved or removed. Static. */
const char *own_program(void);

#endif
