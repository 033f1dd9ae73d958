/* clone(2) takes its arguments in another order on some architectures. */
#ifndef PROCENARIO_ACTOR_ARCH_H
#define PROCENARIO_ACTOR_ARCH_H

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* fork(2), with a `tls` argument that the kernel ignores without CLONE_SETTLS. */
static inline long arch_fork_with_tls(uint64_t tls)
{
#if defined __x86_64__
    return syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, tls);
#elif defined __aarch64__
    return syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, tls, 0L);
#else
// cppcheck-suppress preprocessorErrorDirective
#error "this architecture's order of clone's arguments is not known here"
#endif
}

#endif
