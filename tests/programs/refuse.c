/*
 * Runs a command on a host that refuses things, as containers and hardened kernels do:
 *
 *     refuse NAME[,NAME…] COMMAND [ARGUMENT…]
 *
 * where a name is one of the rows below. The refused calls fail with the error told there.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct refusal {
    const char *name;
    unsigned call;
    unsigned error;
    unsigned flags; /* only when the first argument has one of these */
    unsigned first; /* only when the first argument is this */
};

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS)
static const struct refusal refusals[] = {
    {"ptrace", SYS_ptrace, EPERM, 0, 0},
    {"seccomp", SYS_seccomp, EINVAL, 0, 0},
    {"namespaces", SYS_clone, EPERM, NAMESPACES, 0},
    {"namespaces", SYS_unshare, EPERM, NAMESPACES, 0},
    {"namespaces", SYS_clone3, ENOSYS, 0, 0},
    {"fork", SYS_clone, EAGAIN, 0, 0},
    {"fork", SYS_clone3, ENOSYS, 0, 0},
    {"mount", SYS_mount, EPERM, 0, 0},
    {"personality", SYS_personality, EPERM, 0, 0},
    {"pidfd_getfd", SYS_pidfd_getfd, EPERM, 0, 0},
    {"process_vm_readv", SYS_process_vm_readv, EPERM, 0, 0},
    {"process_vm_readv", SYS_process_vm_writev, EPERM, 0, 0},
    {"close_range", SYS_close_range, ENOSYS, 0, 0},
    {"affinity", SYS_sched_setaffinity, EPERM, 0, 0},
    {"counter", SYS_prctl, EINVAL, 0, PR_SET_TSC},
};

enum { ROWS = sizeof refusals / sizeof *refusals };
static struct sock_filter rules[2 + 5 * ROWS];
static unsigned short rule_count;

static void add(struct sock_filter rule)
{
    rules[rule_count++] = rule;
}

#define LOAD(field)                                                                                \
    ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field)))
#define JUMP(test, value, yes, no)                                                                 \
    ((struct sock_filter)BPF_JUMP(BPF_JMP | (test) | BPF_K, value, yes, no))
#define RETURN(value) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value))

static void refuse(const char *name)
{
    int known = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const struct refusal *r = &refusals[i];
        if (strcmp(r->name, name) != 0)
            continue;
        known = 1;
        int looks = r->flags || r->first;
        add(JUMP(BPF_JEQ, r->call, 0, looks ? 4 : 1));
        if (looks) {
            add(LOAD(args[0])); /* the low word: both architectures are little-endian */
            add(r->flags ? JUMP(BPF_JSET, r->flags, 0, 1) : JUMP(BPF_JEQ, r->first, 0, 1));
        }
        add(RETURN(SECCOMP_RET_ERRNO | r->error));
        if (looks)
            add(LOAD(nr));
    }
    if (!known) {
        fprintf(stderr, "refuse: unknown name '%s'\n", name);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: refuse NAME[,NAME...] COMMAND [ARGUMENT...]\n");
        return 2;
    }
    add(LOAD(nr));
    for (char *name = strtok(argv[1], ","); name; name = strtok(NULL, ","))
        refuse(name);
    add(RETURN(SECCOMP_RET_ALLOW));
    struct sock_fprog program = {.len = rule_count, .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("refuse: seccomp");
        return 2;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
