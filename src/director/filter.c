/*
 * The seccomp filter: the calls that have a row in calls.c stop for the director, everything else
 * runs at native speed. Built from those rows, so a call cannot be handled and not trapped. Calls
 * for which the answer never depends on arguments are answered from the kernel's bitmap since
 * Linux 5.11; on older kernels the comparisons are a binary search.
 */
#include "director/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* io_uring waits and times out behind the filter's back; clone3 passes its flags in memory, where
 * another thread could change them after we looked; to rseq(2)'s memory the kernel writes which
 * processor it is, without a call. Programs fall back, as on older kernels. */
static const long refused[] = {
    SYS_clone3, SYS_rseq, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
};

#define MAX_INSTRUCTIONS 1024
static struct sock_filter code[MAX_INSTRUCTIONS];
static unsigned short code_length;

static void emit(uint16_t op, uint8_t jump_true, uint8_t jump_false, uint32_t k)
{
    if (code_length >= MAX_INSTRUCTIONS)
        BUG("the seccomp filter outgrew its buffer");
    code[code_length++] = (struct sock_filter){op, jump_true, jump_false, k};
}

/* Leaves at one of the numbers in [low, high) by RET_TRACE, at none by RET_ALLOW. */
static void emit_search(const long *numbers, size_t low, size_t high)
{
    if (high - low <= 4) {
        for (size_t i = low; i < high; i++) {
            emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)numbers[i]);
            emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE);
        }
        emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
        return;
    }
    size_t middle = low + (high - low) / 2;
    unsigned short branch = code_length;
    /* Conditional jumps reach 255 instructions only: jump over an unconditional one. */
    emit(BPF_JMP | BPF_JGE | BPF_K, 0, 1, (uint32_t)numbers[middle]);
    emit(BPF_JMP | BPF_JA, 0, 0, 0);
    emit_search(numbers, low, middle);
    code[branch + 1].k = (uint32_t)(code_length - (branch + 2));
    emit_search(numbers, middle, high);
}

/* fcntl is frequent; only locks that wait, and signals that the kernel shall send, concern others.
 */
static const uint32_t fcntl_commands[] = {
    F_SETLKW, F_OFD_SETLKW, F_SETOWN, F_SETOWN_EX, F_SETSIG, F_NOTIFY, F_SETLEASE,
};
static const uint32_t limits[] = {RLIMIT_CPU};
static const uint32_t prctl_options[] = {
    PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, PR_SET_TSC, PR_GET_TSC,
    PR_SET_DUMPABLE,        PR_GET_DUMPABLE,
};

/* A call that is traced for some values of one of its arguments (low word, little-endian). */
static void emit_by_argument(long number, size_t offset, const uint32_t *values, size_t count)
{
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, (uint8_t)(count + 3), (uint32_t)number);
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
    for (size_t i = 0; i < count; i++)
        emit(BPF_JMP | BPF_JEQ | BPF_K, (uint8_t)(count - i), 0, values[i]);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE);
}

/* To ask what a signal does changes nothing; interpreters ask for all of them when they start. */
static void emit_unless_null(long number, size_t offset)
{
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 6, (uint32_t)number);
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset + 4);
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE);
}

/* To open a directory waits for nobody, and nobody sees it; but a file without a name may be made
 * in it, with flags that hold O_DIRECTORY. */
static void emit_unless_directory(long number, size_t offset)
{
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 5, (uint32_t)number);
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
    emit(BPF_JMP | BPF_JSET | BPF_K, 0, 2, O_DIRECTORY);
    emit(BPF_JMP | BPF_JSET | BPF_K, 1, 0, O_TMPFILE & ~O_DIRECTORY);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE);
}

const struct sock_fprog *filter_program(void)
{
    static struct sock_fprog program;
    if (program.filter != NULL)
        return &program;
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
    emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, arch_audit);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
    if (arch_foreign_numbers_from != 0) {
        emit(BPF_JMP | BPF_JGE | BPF_K, 0, 1, arch_foreign_numbers_from);
        emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
    }
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)refused[i]);
        emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
    }
    emit_by_argument(SYS_fcntl, offsetof(struct seccomp_data, args[1]), fcntl_commands,
                     ARRAY_SIZE(fcntl_commands));
    emit_by_argument(SYS_prlimit64, offsetof(struct seccomp_data, args[1]), limits,
                     ARRAY_SIZE(limits));
    emit_by_argument(SYS_setrlimit, offsetof(struct seccomp_data, args[0]), limits,
                     ARRAY_SIZE(limits));
    emit_by_argument(SYS_prctl, offsetof(struct seccomp_data, args[0]), prctl_options,
                     ARRAY_SIZE(prctl_options));
    emit_unless_null(SYS_rt_sigaction, offsetof(struct seccomp_data, args[1]));
    emit_unless_directory(SYS_openat, offsetof(struct seccomp_data, args[2]));
#ifdef SYS_open
    emit_unless_directory(SYS_open, offsetof(struct seccomp_data, args[1]));
#endif
    const long *numbers;
    size_t count = call_numbers(&numbers);
    emit_search(numbers, 0, count);
    program.len = code_length;
    program.filter = code;
    return &program;
}
