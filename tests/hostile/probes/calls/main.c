/* System calls that programs have no use for. */
#define _GNU_SOURCE
#include "attack.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    static char zeros[256];
    static const struct {
        long number;
        int error;
        const char *name;
    } calls[] = {
        {SYS_memfd_create, ENOSYS, "memfd_create"},
        {SYS_add_key, ENOSYS, "add_key"},
        {SYS_request_key, ENOSYS, "request_key"},
        {SYS_keyctl, ENOSYS, "keyctl"},
        {SYS_bpf, EPERM, "bpf"},
        {SYS_perf_event_open, EPERM, "perf_event_open"},
        {SYS_userfaultfd, EPERM, "userfaultfd"},
        {SYS_io_uring_setup, ENOSYS, "io_uring_setup"},
        {SYS_io_setup, ENOSYS, "io_setup"},
        {SYS_kexec_load, EPERM, "kexec_load"},
        {SYS_init_module, EPERM, "init_module"},
        {SYS_finit_module, EPERM, "finit_module"},
        {SYS_delete_module, EPERM, "delete_module"},
        {SYS_syslog, EPERM, "syslog"},
        {SYS_acct, EPERM, "acct"},
        {SYS_swapon, EPERM, "swapon"},
        {SYS_quotactl, EPERM, "quotactl"},
        {SYS_open_by_handle_at, EPERM, "open_by_handle_at"},
        {SYS_fanotify_init, EPERM, "fanotify_init"},
        {SYS_kcmp, EPERM, "kcmp"},
        {SYS_move_pages, EPERM, "move_pages"},
        {SYS_vmsplice, EPERM, "vmsplice"},
        {SYS_reboot, EPERM, "reboot"},
        {SYS_seccomp, EPERM, "seccomp"},
        {SYS_setns, EPERM, "setns"},
        {451, ENOSYS, NULL}, /* cachestat: known, and harmless */
        {500, ENOSYS, "a call of the future"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].name != NULL)
            refused(syscall(calls[i].number, zeros, zeros, zeros, zeros, zeros), calls[i].error,
                    calls[i].name);
    /* A filter of one's own could answer before the director hears of a call. */
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {1, &allow};
    refused(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program),
            EPERM, "a filter");
    refused(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), EPERM, "a filter by prctl");
    refused(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT), EPERM, "the strict mode");
    refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL), EPERM, "being traced");
    refused(ptrace(PTRACE_SEIZE, 1, NULL, NULL), EPERM, "tracing");
    struct timespec now = {1, 0};
    refused(clock_settime(CLOCK_REALTIME, &now), EPERM, "the clock");
    refused(sethostname("mine", 4), EPERM, "the host's name");
    refused(semget(IPC_PRIVATE, 32000, 0600), EINVAL, "very many semaphores");
    int ends[2];
    held(pipe(ends) == 0 && fcntl(ends[0], F_SETPIPE_SZ, 1 << 20) < 0, "a large pipe");
    return done();
}
