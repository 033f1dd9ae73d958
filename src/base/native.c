#include "base/native.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"

#ifdef UNDER_VALGRIND

#ifndef __x86_64__
#error "building for valgrind is known to work on x86_64 only"
#endif
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <valgrind/valgrind.h>

struct departure {
    void (*function)(void *argument);
    void *argument;
    void *thread; /* where the C library's thread-local storage is */
};

/* A system call past valgrind. */
struct call {
    long number, a, b, c, d;
};

__attribute__((no_stack_protector)) static long perform(long thread_id, const struct call *call)
{
    (void)thread_id;
    long result;
    register long d __asm__("r10") = call->d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(call->number), "D"(call->a), "S"(call->b), "d"(call->c), "r"(d)
                     : "rcx", "r11", "memory");
    return result;
}

/* Valgrind simulates the segment register that leads to thread-local storage, and uses the real one
 * for nothing: it is set before anything that needs it (errno, stack protection). */
__attribute__((no_stack_protector)) static long depart(long thread_id, struct departure *departure)
{
    struct call set = {SYS_arch_prctl, ARCH_SET_FS, (long)departure->thread, 0, 0};
    long result = perform(thread_id, &set);
    departure->function(departure->argument);
    return result;
}

#endif

long native_call(long number, long a, long b, long c, long d)
{
#ifdef UNDER_VALGRIND
    if (RUNNING_ON_VALGRIND) {
        struct call call = {number, a, b, c, d};
        long result = (long)VALGRIND_NON_SIMD_CALL1(perform, &call);
        if (result >= 0 || result < -4095)
            return result;
        errno = (int)-result;
        return -1;
    }
#endif
    return syscall(number, a, b, c, d);
}

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
