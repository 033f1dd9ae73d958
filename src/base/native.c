#include "base/native.h"

#include "base/error.h"

#ifdef UNDER_VALGRIND

#ifndef __x86_64__
#error "building for valgrind is known to work on x86_64 only"
#endif
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

struct departure {
    void (*function)(void *argument);
    void *argument;
    void *thread; /* where the C library's thread-local storage is */
};

/* Valgrind simulates the segment register that leads to thread-local storage, and uses the real one
 * for nothing: it is set before anything that needs it (errno, stack protection). */
__attribute__((no_stack_protector)) static long depart(long thread_id, struct departure *departure)
{
    (void)thread_id;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"((long)SYS_arch_prctl), "D"((long)ARCH_SET_FS), "S"(departure->thread)
                     : "rcx", "r11", "memory");
    departure->function(departure->argument);
    return result;
}

#endif

_Noreturn void run_natively(void (*function)(void *argument), void *argument)
{
#ifdef UNDER_VALGRIND
    if (RUNNING_ON_VALGRIND) {
        struct departure departure = {function, argument, __builtin_thread_pointer()};
        VALGRIND_NON_SIMD_CALL1(depart, &departure);
    }
#endif
    function(argument);
    BUG("a child came back");
}

const char *own_program(void)
{
#ifdef UNDER_VALGRIND
    /* There the link leads to valgrind, but reading it does not (valgrind's coregrind). */
    static char path[4096];
    if (RUNNING_ON_VALGRIND && readlink("/proc/self/exe", path, sizeof path - 1) > 0)
        return path;
#endif
    return "/proc/self/exe";
}
