/*
 * The seccomp filter: the calls that have a row in calls.c stop for the director, everything else
 * runs at native speed. Built from those rows, so a call cannot be handled and not trapped. Calls
 * for which the answer never depends on arguments are answered from the kernel's bitmap since
 * Linux 5.11; on older kernels the comparisons are a binary search.
 */
#include "director/internal.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

/* io_uring waits and times out behind the filter's back; clone3 passes its flags in memory, where
 * another thread could change them after we looked. Programs fall back, as on older kernels. */
static const long refused[] = {
    SYS_clone3,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
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
    /* fcntl is frequent, and only the locks that wait concern anybody. */
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 5, SYS_fcntl);
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[1]));
    emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 7 /* F_SETLKW */);
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 38 /* F_OFD_SETLKW */);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    /* prctl: becoming a subreaper decides who adopts orphans. */
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 4, SYS_prctl);
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[0]));
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 36 /* PR_SET_CHILD_SUBREAPER */);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    const long *numbers;
    size_t count = call_numbers(&numbers);
    emit_search(numbers, 0, count);
    program.len = code_length;
    program.filter = code;
    return &program;
}
