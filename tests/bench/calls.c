/*
 * Many system calls that the director does not trace:
 *
 *     calls COUNT [filtered]
 *
 * filtered: with a seccomp filter that allows everything, which is what no filter can cost less
 * than.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    if (argc > 2) {
        struct sock_filter allow = {.code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW};
        struct sock_fprog program = {.len = 1, .filter = &allow};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
            return 1;
    }
    for (long i = 0; i < count; i++)
        syscall(SYS_getppid);
    return 0;
}
