/* x86_64: system calls by `syscall`, number in rax (orig_rax), arguments in rdi … r9. */
#ifdef __x86_64__
#include "director/arch.h"

#include <elf.h>
#include <stddef.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "director/memory.h"
#include "director/vdso.h"

const uint32_t arch_audit = AUDIT_ARCH_X86_64;
const uint32_t arch_foreign_numbers_from = 0x40000000; /* __X32_SYSCALL_BIT */

bool arch_get_regs(pid_t tid, struct arch_regs *regs)
{
    return ptrace(PTRACE_GETREGS, tid, NULL, &regs->gp) == 0;
}

bool arch_set_regs(pid_t tid, const struct arch_regs *regs)
{
    return ptrace(PTRACE_SETREGS, tid, NULL, &regs->gp) == 0;
}

long arch_call_number(const struct arch_regs *regs)
{
    return (long)regs->gp.orig_rax;
}

uint64_t arch_call_arg(const struct arch_regs *regs, unsigned index)
{
    switch (index) {
    case 0:
        return regs->gp.rdi;
    case 1:
        return regs->gp.rsi;
    case 2:
        return regs->gp.rdx;
    case 3:
        return regs->gp.r10;
    case 4:
        return regs->gp.r8;
    default:
        return regs->gp.r9;
    }
}

void arch_set_call_arg(struct arch_regs *regs, unsigned index, uint64_t value)
{
    switch (index) {
    case 0:
        regs->gp.rdi = value;
        break;
    case 1:
        regs->gp.rsi = value;
        break;
    case 2:
        regs->gp.rdx = value;
        break;
    case 3:
        regs->gp.r10 = value;
        break;
    case 4:
        regs->gp.r8 = value;
        break;
    default:
        regs->gp.r9 = value;
        break;
    }
}

int64_t arch_result(const struct arch_regs *regs)
{
    return (int64_t)regs->gp.rax;
}

void arch_set_result(struct arch_regs *regs, int64_t result)
{
    regs->gp.rax = (uint64_t)result;
}

uint64_t arch_stack_pointer(const struct arch_regs *regs)
{
    return regs->gp.rsp;
}

void arch_set_stack_pointer(struct arch_regs *regs, uint64_t address)
{
    regs->gp.rsp = address;
}

bool arch_skip_call(pid_t tid, struct arch_regs *regs, int64_t result)
{
    regs->gp.orig_rax = (uint64_t)-1;
    regs->gp.rax = (uint64_t)result;
    return arch_set_regs(tid, regs);
}

bool arch_rewind_call(pid_t tid, struct arch_regs *regs)
{
    regs->gp.rax = regs->gp.orig_rax;
    regs->gp.rip -= 2; /* the `syscall` instruction */
    regs->gp.orig_rax = (uint64_t)-1;
    return arch_set_regs(tid, regs);
}

bool arch_replace_call(pid_t tid, struct arch_regs *regs, long number)
{
    regs->gp.orig_rax = (uint64_t)number;
    return arch_set_regs(tid, regs);
}

bool arch_again(pid_t tid, struct arch_regs *regs, long number)
{
    regs->gp.rax = (uint64_t)number;
    regs->gp.rip -= 2;
    regs->gp.orig_rax = (uint64_t)-1;
    return arch_set_regs(tid, regs);
}

uint64_t arch_clone_tls(const struct arch_regs *regs)
{
    return arch_call_arg(regs, 4);
}

/* Instructions may begin with some of these, which change nothing here. */
static bool is_prefix(uint8_t byte)
{
    static const uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3};
    return (byte & 0xf0) == 0x40 /* REX */ || memchr(prefixes, byte, sizeof prefixes) != NULL;
}

/* RDTSC and RDTSCP, which also tells the processor's number. */
bool arch_answer_counter(pid_t tid, struct arch_regs *regs, int64_t ns)
{
    static const uint8_t rdtsc[] = {0x0f, 0x31}, rdtscp[] = {0x0f, 0x01, 0xf9};
    uint8_t code[15]; /* no instruction is longer */
    size_t got = memory_read_some(tid, regs->gp.rip, code, sizeof code), at = 0;
    while (at < got && is_prefix(code[at]))
        at++;
    if (got == 0) {
        regs->gp.rip += sizeof rdtsc; /* what is left of RDTSCP sets the carry flag, no more */
    } else if (got - at >= sizeof rdtsc && memcmp(code + at, rdtsc, sizeof rdtsc) == 0) {
        regs->gp.rip += at + sizeof rdtsc;
    } else if (got - at >= sizeof rdtscp && memcmp(code + at, rdtscp, sizeof rdtscp) == 0) {
        regs->gp.rip += at + sizeof rdtscp;
        regs->gp.rcx = 0;
    } else {
        return false;
    }
    regs->gp.rax = (uint64_t)ns & UINT32_MAX;
    regs->gp.rdx = (uint64_t)ns >> 32;
    return arch_set_regs(tid, regs);
}

/* ---- the vDSO ---- */

_Static_assert(offsetof(struct vdso_clock, now_ns) == 0 &&
                   offsetof(struct vdso_clock, readings_left) == 8 &&
                   offsetof(struct arch_vdso_constants, clock_address) == 0 &&
                   offsetof(struct arch_vdso_constants, realtime_ns) == 8 &&
                   offsetof(struct arch_vdso_constants, monotonic_ns) == 16,
               "as the code has them");

/* Each function takes one of the readings that are left; where there is none, or it cannot answer,
 * it makes the system call. A time is one word, so that it is read at once, whenever the program is
 * stopped. What unwinding needs (the psABI, DWARF, and the Linux Standard Base of .eh_frame_hdr) is
 * the same at every instruction: the stack pointer stays, and the return address is where it points
 * to. */
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "arch_vdso_code:\n"
        ".Lclock_address: .quad 0\n" /* struct arch_vdso_constants */
        ".Lrealtime: .quad 0\n"
        ".Lmonotonic: .quad 0\n"

        /* rax: a clock's beginning; then its time, rdx: the nanoseconds of its second. Goes to 9
         * when no reading is left. */
        ".macro take_reading\n"
        "    movq .Lclock_address(%rip), %rcx\n"
        "    cmpq $0, 8(%rcx)\n"
        "    jle 9f\n"
        "    decq 8(%rcx)\n"
        "    addq (%rcx), %rax\n"
        "    xorl %edx, %edx\n"
        "    movl $1000000000, %ecx\n"
        "    divq %rcx\n"
        ".endm\n"
        ".macro make_call number\n"
        "    movl $\\number, %eax\n"
        "    syscall\n"
        "    ret\n"
        ".endm\n"

        ".balign 16\n"
        "arch_vdso_clock_gettime:\n"
        "    cmpl $7, %edi\n"
        "    ja 9f\n"
        "    movq .Lmonotonic(%rip), %rax\n"
        "    movl $0xd2, %ecx\n" /* bits: MONOTONIC, its RAW and COARSE, BOOTTIME */
        "    btl %edi, %ecx\n"
        "    jc 1f\n"
        "    movq .Lrealtime(%rip), %rax\n"
        "    movl $0x21, %ecx\n" /* REALTIME, and its COARSE */
        "    btl %edi, %ecx\n"
        "    jnc 9f\n" /* one of processor time */
        "1:  take_reading\n"
        "    movq %rax, (%rsi)\n"
        "    movq %rdx, 8(%rsi)\n"
        "    xorl %eax, %eax\n"
        "    ret\n"
        "9:  make_call 228\n" /* SYS_clock_gettime */

        ".balign 16\n"
        "arch_vdso_gettimeofday:\n"
        "    testq %rsi, %rsi\n" /* the time zone, too */
        "    jnz 9f\n"
        "    testq %rdi, %rdi\n"
        "    jz 9f\n"
        "    movq .Lrealtime(%rip), %rax\n"
        "    take_reading\n"
        "    movq %rax, (%rdi)\n"
        "    movl %edx, %eax\n"
        "    xorl %edx, %edx\n"
        "    movl $1000, %ecx\n"
        "    divl %ecx\n"
        "    movq %rax, 8(%rdi)\n"
        "    xorl %eax, %eax\n"
        "    ret\n"
        "9:  make_call 96\n" /* SYS_gettimeofday */

        ".balign 16\n"
        "arch_vdso_time:\n"
        "    movq .Lrealtime(%rip), %rax\n"
        "    take_reading\n"
        "    testq %rdi, %rdi\n"
        "    jz 1f\n"
        "    movq %rax, (%rdi)\n"
        "1:  ret\n"
        "9:  make_call 201\n" /* SYS_time */
        "arch_vdso_functions_end:\n"

        ".balign 8\n"
        "arch_vdso_unwinding:\n" /* .eh_frame_hdr */
        "    .byte 1\n"          /* its version */
        "    .byte 0x1b\n"       /* DW_EH_PE_pcrel | DW_EH_PE_sdata4: where .eh_frame is */
        "    .byte 0x03\n"       /* DW_EH_PE_udata4: how many entries the table has */
        "    .byte 0x3b\n"       /* DW_EH_PE_datarel | DW_EH_PE_sdata4: the table */
        "    .long 1f - .\n"
        "    .long 1\n"
        "    .long arch_vdso_clock_gettime - arch_vdso_unwinding\n"
        "    .long 4f - arch_vdso_unwinding\n"
        "1:  .long 3f - 2f\n" /* .eh_frame: what entries have in common */
        "2:  .long 0\n"
        "    .byte 1\n" /* version, augmentation */
        "    .string \"zR\"\n"
        "    .uleb128 1\n"
        "    .sleb128 -8\n"
        "    .uleb128 16\n" /* the return address's column */
        "    .uleb128 1\n"  /* of the augmentation: */
        "    .byte 0x1b\n"
        "    .byte 0x0c, 7, 8\n" /* DW_CFA_def_cfa: rsp + 8 */
        "    .byte 0x90, 1\n"    /* DW_CFA_offset of the return address: -8 */
        "    .balign 4\n"
        "3:\n"
        "4:  .long 6f - 5f\n" /* the one entry, of all functions */
        "5:  .long 5b - 1b\n"
        "    .long arch_vdso_clock_gettime - .\n"
        "    .long arch_vdso_functions_end - arch_vdso_clock_gettime\n"
        "    .uleb128 0\n"
        "    .balign 4\n"
        "6:  .long 0\n"
        "arch_vdso_code_end:\n"
        ".purgem take_reading\n"
        ".purgem make_call\n"
        ".popsection\n");

bool arch_vdso(struct arch_vdso *vdso)
{
    extern const unsigned char arch_vdso_code[], arch_vdso_code_end[], arch_vdso_clock_gettime[],
        arch_vdso_gettimeofday[], arch_vdso_time[], arch_vdso_functions_end[],
        arch_vdso_unwinding[];
    *vdso = (struct arch_vdso){
        .machine = EM_X86_64,
        .code = arch_vdso_code,
        .size = (size_t)(arch_vdso_code_end - arch_vdso_code),
        .functions = {{"__vdso_clock_gettime", (size_t)(arch_vdso_clock_gettime - arch_vdso_code)},
                      {"__vdso_gettimeofday", (size_t)(arch_vdso_gettimeofday - arch_vdso_code)},
                      {"__vdso_time", (size_t)(arch_vdso_time - arch_vdso_code)}},
        .functions_end = (size_t)(arch_vdso_functions_end - arch_vdso_code),
        .unwinding = (size_t)(arch_vdso_unwinding - arch_vdso_code),
    };
    return true;
}
#else
typedef int arch_x86_64_not_built; /* ISO C wants a declaration in every file */
#endif
