#include "sandbox/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"

/* ---- calls that are refused whatever their arguments are ---- */

struct refusal {
    const char *call;
    int error;
};

/* EPERM is what most of them answer to an ordinary user anyway; ENOSYS where programs know another
 * way. A name that libseccomp does not know is no call of this processor. */
static const struct refusal refusals[] = {
    /* folders and namespaces of one's own */
    {"unshare", EPERM},
    {"setns", EPERM},
    {"mount", EPERM},
    {"umount", EPERM},
    {"umount2", EPERM},
    {"pivot_root", EPERM},
    {"chroot", EPERM},
    {"move_mount", EPERM},
    {"open_tree", EPERM},
    {"fsopen", EPERM},
    {"fsconfig", EPERM},
    {"fsmount", EPERM},
    {"fspick", EPERM},
    {"mount_setattr", EPERM},
    {"swapon", EPERM},
    {"swapoff", EPERM},
    {"quotactl", EPERM},
    {"quotactl_fd", EPERM},
    {"name_to_handle_at", EPERM},
    {"open_by_handle_at", EPERM},
    {"fanotify_init", EPERM},
    {"fanotify_mark", EPERM},
    /* into other processes */
    {"ptrace", EPERM},
    {"process_vm_readv", EPERM},
    {"process_vm_writev", EPERM},
    {"process_madvise", EPERM},
    {"process_mrelease", EPERM},
    {"kcmp", EPERM},
    {"pidfd_getfd", EPERM},
    {"move_pages", EPERM},
    {"migrate_pages", EPERM},
    /* Another filter could answer for the director: an answer to SECCOMP_RET_USER_NOTIF stands
     * above its SECCOMP_RET_TRACE (seccomp(2)). */
    {"seccomp", EPERM},
    /* Memory that no process's size shows and no folder's bound holds. (memfd_create is refused by
     * the director, who uses it.) */
    {"memfd_secret", ENOSYS},
    /* what has been a way into kernels, and is no matter for exercises */
    {"add_key", ENOSYS},
    {"request_key", ENOSYS},
    {"keyctl", ENOSYS},
    {"bpf", EPERM},
    {"perf_event_open", EPERM},
    {"userfaultfd", EPERM},
    {"io_uring_setup", ENOSYS},
    {"io_uring_enter", ENOSYS},
    {"io_uring_register", ENOSYS},
    {"io_setup", ENOSYS},
    {"io_submit", ENOSYS},
    {"vmsplice", EPERM},
    {"modify_ldt", EPERM},
    {"vm86", EPERM},
    {"vm86old", EPERM},
    {"uselib", ENOSYS},
    {"remap_file_pages", ENOSYS},
    {"mbind", EPERM},
    {"set_mempolicy", EPERM},
    {"set_mempolicy_home_node", EPERM},
    {"lookup_dcookie", EPERM},
    {"nfsservctl", ENOSYS},
    {"landlock_create_ruleset", ENOSYS},
    {"landlock_add_rule", ENOSYS},
    {"landlock_restrict_self", ENOSYS},
    /* the machine */
    {"kexec_load", EPERM},
    {"kexec_file_load", EPERM},
    {"init_module", EPERM},
    {"finit_module", EPERM},
    {"delete_module", EPERM},
    {"create_module", EPERM},
    {"get_kernel_syms", EPERM},
    {"query_module", EPERM},
    {"reboot", EPERM},
    {"acct", EPERM},
    {"syslog", EPERM},
    {"settimeofday", EPERM},
    {"stime", EPERM},
    {"clock_settime", EPERM},
    {"clock_adjtime", EPERM},
    {"adjtimex", EPERM},
    {"sethostname", EPERM},
    {"setdomainname", EPERM},
    {"iopl", EPERM},
    {"ioperm", EPERM},
    {"vhangup", EPERM},
};

/* ---- calls that are refused for some arguments ---- */

/* Which values of an argument are refused. Only its low 32 bits are compared where the kernel takes
 * no more: it drops the upper ones of an ioctl's number (CVE-2019-10063 in other sandboxes). */
struct argument_refusal {
    const char *call;
    unsigned argument;
    enum scmp_compare compare;
    uint64_t value; /* SCMP_CMP_MASKED_EQ: the mask … */
    uint64_t equal; /* … and what the masked argument is refused for */
    int error;
};

#define LOW UINT64_C(0xffffffff)
#define REFUSE_LOW(call, argument, value, error)                                                   \
    {                                                                                              \
        call, argument, SCMP_CMP_MASKED_EQ, LOW, value, error                                      \
    }
#define REFUSE_FLAG(call, argument, flag, error)                                                   \
    {                                                                                              \
        call, argument, SCMP_CMP_MASKED_EQ, flag, flag, error                                      \
    }

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

static const struct argument_refusal argument_refusals[] = {
    /* Linux takes clone's flags first on all processors that we run on. CLONE_NEWTIME is among the
     * bits of the signal there, and means clone3 alone. */
    REFUSE_FLAG("clone", 0, CLONE_NEWNS, EPERM),
    REFUSE_FLAG("clone", 0, CLONE_NEWCGROUP, EPERM),
    REFUSE_FLAG("clone", 0, CLONE_NEWUTS, EPERM),
    REFUSE_FLAG("clone", 0, CLONE_NEWIPC, EPERM),
    REFUSE_FLAG("clone", 0, CLONE_NEWUSER, EPERM),
    REFUSE_FLAG("clone", 0, CLONE_NEWPID, EPERM),
    REFUSE_FLAG("clone", 0, CLONE_NEWNET, EPERM),
    /* typing into, and taking over, a terminal that others read from */
    REFUSE_LOW("ioctl", 1, TIOCSTI, EPERM),
    REFUSE_LOW("ioctl", 1, TIOCLINUX, EPERM),
    REFUSE_LOW("ioctl", 1, TIOCCONS, EPERM),
    /* line disciplines: drivers for modems and radios */
    REFUSE_LOW("ioctl", 1, TIOCSETD, EPERM),
    REFUSE_LOW("prctl", 0, PR_SET_SECCOMP, EPERM),
    REFUSE_LOW("prctl", 0, PR_SET_SYSCALL_USER_DISPATCH, EINVAL),
    REFUSE_LOW("prctl", 0, PR_SET_MM, EPERM),
    /* Networks: this host's own, and that between processes (AF_UNIX 1, AF_INET 2, AF_INET6 10). */
    {"socket", 0, SCMP_CMP_GT, AF_INET6, 0, EAFNOSUPPORT},
    {"socketpair", 0, SCMP_CMP_GT, AF_UNIX, 0, EAFNOSUPPORT},
    /* System V objects that would hold more of the kernel's memory than a program ever needs */
    {"semget", 1, SCMP_CMP_GT, 250, 0, EINVAL},
    {"fcntl", 1, SCMP_CMP_EQ, F_SETPIPE_SZ, 0, EPERM},
};

#define MOST_SOCKET_FAMILY AF_INET6

static bool add_refusals(scmp_filter_ctx context)
{
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        int number = seccomp_syscall_resolve_name(refusals[i].call);
        if (number != __NR_SCMP_ERROR && number >= 0 &&
            seccomp_rule_add(context, SCMP_ACT_ERRNO((uint16_t)refusals[i].error), number, 0) != 0)
            return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(argument_refusals); i++) {
        const struct argument_refusal *r = &argument_refusals[i];
        int number = seccomp_syscall_resolve_name(r->call);
        struct scmp_arg_cmp compare = {r->argument, r->compare, r->value, r->equal};
        if (number == __NR_SCMP_ERROR ||
            seccomp_rule_add(context, SCMP_ACT_ERRNO((uint16_t)r->error), number, 1, compare) != 0)
            return false;
    }
    /* Between them: radio, telephone and other networks of the past. */
    for (unsigned family = AF_INET + 1; family < MOST_SOCKET_FAMILY; family++)
        if (seccomp_rule_add(context, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                             SCMP_A0(SCMP_CMP_EQ, family, 0)) != 0)
            return false;
    return true;
}

/* Calls of kernels newer than this list answer as if this kernel were older. Not the actors' own
 * number, which is far above. */
#define NEWEST_KNOWN_CALL 456 /* futex_requeue, Linux 6.7 */
#define CALLS_END 4096

static const struct sock_filter newer_calls[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NEWEST_KNOWN_CALL, 0, 2),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, CALLS_END, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
};

/* The finished program as the kernel takes it: libseccomp writes it into a file only. */
static bool export(scmp_filter_ctx context, struct sock_fprog *program)
{
    auto_close int file = memfd_create("guard", MFD_CLOEXEC);
    struct stat made;
    if (file < 0 || seccomp_export_bpf(context, file) != 0 || fstat(file, &made) != 0)
        return false;
    size_t length = (size_t)made.st_size, count = length / sizeof *program->filter;
    program->len = (unsigned short)(count + ARRAY_SIZE(newer_calls));
    program->filter = xcalloc(program->len, sizeof *program->filter);
    memcpy(program->filter, newer_calls, sizeof newer_calls);
    if (pread(file, program->filter + ARRAY_SIZE(newer_calls), length, 0) == (ssize_t)length)
        return true;
    free(program->filter);
    program->filter = NULL;
    return false;
}

const struct sock_fprog *guard_program(struct error *error)
{
    static struct sock_fprog program;
    if (program.filter != NULL)
        return &program;
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
    /* Other architectures' calls: as the director's filter answers them. */
    bool made = context != NULL &&
                seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) == 0 &&
                seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
                add_refusals(context) && export(context, &program);
    seccomp_release(context);
    if (made)
        return &program;
    error_set(error, 0, "cannot make the filter of system calls");
    return NULL;
}
