/*
 * All that differs between processor architectures when a traced system call is read or changed.
 * One file an architecture implements it: arch_x86_64.c, arch_aarch64.c.
 */
#ifndef PROCENARIO_DIRECTOR_ARCH_H
#define PROCENARIO_DIRECTOR_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct arch_regs {
    struct user_regs_struct gp;
};

/* AUDIT_ARCH_… of this architecture, which the filter checks first. */
extern const uint32_t arch_audit;
/* System call numbers from this one up belong to another convention (x32); 0: none. */
extern const uint32_t arch_foreign_numbers_from;

/* Reads the registers of a stopped task. False: the task is gone (ESRCH). */
bool arch_get_regs(pid_t tid, struct arch_regs *regs);
bool arch_set_regs(pid_t tid, const struct arch_regs *regs);

/* At a seccomp stop: which call, and its arguments. */
long arch_call_number(const struct arch_regs *regs);
uint64_t arch_call_arg(const struct arch_regs *regs, unsigned index);
void arch_set_call_arg(struct arch_regs *regs, unsigned index, uint64_t value);
/* At a system call's exit stop: what it returned (negative errno on failure). */
int64_t arch_result(const struct arch_regs *regs);
void arch_set_result(struct arch_regs *regs, int64_t result);
uint64_t arch_stack_pointer(const struct arch_regs *regs);
void arch_set_stack_pointer(struct arch_regs *regs, uint64_t address);

/* At a seccomp stop: the call is not performed; the task will see `result`. */
bool arch_skip_call(pid_t tid, struct arch_regs *regs, int64_t result);
/* At a seccomp stop: the call is not performed now; the task executes the same instruction again,
 * after any signal that is pending was dealt with. */
bool arch_rewind_call(pid_t tid, struct arch_regs *regs);

/* At a seccomp stop: call `number` is performed instead, with the arguments in the registers. */
bool arch_replace_call(pid_t tid, struct arch_regs *regs, long number);

/* At a call's exit stop: performs call `number` with the arguments in the registers, by executing
 * the same instruction once more. */
bool arch_again(pid_t tid, struct arch_regs *regs, long number);

/* The `tls` argument of clone(2): its place differs. */
uint64_t arch_clone_tls(const struct arch_regs *regs);

/* At the stop of a fault: was the instruction a read of the processor's own counter of time? Then
 * the task sees a counter of nanoseconds that stands at `ns`, and goes on after the instruction.
 * Where the instruction cannot be seen, it is taken for one; then the task may see no counter.
 * False: it was something else. */
bool arch_answer_counter(pid_t tid, struct arch_regs *regs, int64_t ns);

/* Functions for a vDSO (vdso.h). Their code works anywhere, and begins with the constants. */
struct arch_vdso_constants {
    uint64_t clock_address; /* of a struct vdso_clock */
    int64_t realtime_ns, monotonic_ns;
};
struct arch_vdso {
    uint16_t machine; /* EM_… */
    const unsigned char *code;
    size_t size;
    struct arch_vdso_function {
        const char *name;
        size_t at;  /* in the code */
    } functions[3]; /* one after the other */
    size_t functions_end;
    size_t unwinding; /* an .eh_frame_hdr, with all that it refers to; up to the end */
};
/* False: there are none for this processor. */
bool arch_vdso(struct arch_vdso *vdso);

#endif
