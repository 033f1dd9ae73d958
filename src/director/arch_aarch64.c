/* aarch64: system calls by `svc #0`, number in x8, arguments in x0 … x5, result in x0. */
#ifdef __aarch64__
#include "director/arch.h"

#include <elf.h>
#include <stddef.h>
#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "base/units.h"
#include "director/memory.h"

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

const uint32_t arch_audit = AUDIT_ARCH_AARCH64;
const uint32_t arch_foreign_numbers_from = 0;

bool arch_get_regs(pid_t tid, struct arch_regs *regs)
{
    struct iovec iov = {&regs->gp, sizeof regs->gp};
    return ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov) == 0;
}

bool arch_set_regs(pid_t tid, const struct arch_regs *regs)
{
    struct arch_regs copy = *regs;
    struct iovec iov = {&copy.gp, sizeof copy.gp};
    return ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov) == 0;
}

long arch_call_number(const struct arch_regs *regs)
{
    return (long)regs->gp.regs[8];
}

uint64_t arch_call_arg(const struct arch_regs *regs, unsigned index)
{
    return regs->gp.regs[index];
}

void arch_set_call_arg(struct arch_regs *regs, unsigned index, uint64_t value)
{
    regs->gp.regs[index] = value;
}

int64_t arch_result(const struct arch_regs *regs)
{
    return (int64_t)regs->gp.regs[0];
}

void arch_set_result(struct arch_regs *regs, int64_t result)
{
    regs->gp.regs[0] = (uint64_t)result;
}

uint64_t arch_stack_pointer(const struct arch_regs *regs)
{
    return regs->gp.sp;
}

void arch_set_stack_pointer(struct arch_regs *regs, uint64_t address)
{
    regs->gp.sp = address;
}

/* The number that the kernel will perform is kept apart from x8 (arch/arm64/kernel/ptrace.c). */
static bool perform(pid_t tid, int number)
{
    struct iovec iov = {&number, sizeof number};
    return ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &iov) == 0;
}

bool arch_skip_call(pid_t tid, struct arch_regs *regs, int64_t result)
{
    regs->gp.regs[0] = (uint64_t)result;
    return perform(tid, -1) && arch_set_regs(tid, regs);
}

bool arch_rewind_call(pid_t tid, struct arch_regs *regs)
{
    regs->gp.pc -= 4; /* the `svc` instruction; x0 and x8 still hold what it wants */
    return perform(tid, -1) && arch_set_regs(tid, regs);
}

bool arch_replace_call(pid_t tid, struct arch_regs *regs, long number)
{
    return perform(tid, (int)number) && arch_set_regs(tid, regs);
}

bool arch_again(pid_t tid, struct arch_regs *regs, long number)
{
    regs->gp.regs[8] = (uint64_t)number;
    regs->gp.pc -= 4;
    return arch_set_regs(tid,
                         regs); /* x0 must be the first argument again: the caller's business */
}

uint64_t arch_clone_tls(const struct arch_regs *regs)
{
    return arch_call_arg(regs, 3);
}

/* MRS of the virtual counter, and of how often it ticks in a second. Register 31 is none. */
bool arch_answer_counter(pid_t tid, struct arch_regs *regs, int64_t ns)
{
    const uint32_t target = 31, cntvct = 0xd53be040, cntvctss = 0xd53be0c0, cntfrq = 0xd53be000;
    uint32_t instruction;
    if (!memory_read(tid, regs->gp.pc, &instruction, sizeof instruction))
        instruction = cntvct | target; /* it is not known where to */
    uint32_t read = instruction & ~target;
    if (read != cntvct && read != cntvctss && read != cntfrq)
        return false;
    if ((instruction & target) != target)
        regs->gp.regs[instruction & target] = (uint64_t)(read == cntfrq ? NS_PER_S : ns);
    regs->gp.pc += sizeof instruction;
    return arch_set_regs(tid, regs);
}

/* The kernel's vDSO stays: handlers of signals return through it on this processor (the kernel's
 * arch/arm64/kernel/signal.c, setup_return()). */
bool arch_vdso(struct arch_vdso *vdso)
{
    (void)vdso;
    return false;
}
#else
typedef int arch_aarch64_not_built; /* ISO C wants a declaration in every file */
#endif
