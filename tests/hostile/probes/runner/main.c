/* Kills, stops and holds whatever there is, above all what performs it. */
#define _GNU_SOURCE
#include "attack.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    pid_t parent = getppid(); /* of a scripted process, whom it may of course signal */
    static const int signals[] = {SIGSTOP, SIGTERM, SIGINT, SIGHUP, SIGKILL, SIGSEGV};
    for (pid_t pid = 1; pid < 300; pid++) {
        if (pid == getpid() || (pid == parent && pid != 1))
            continue;
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            if (kill(pid, signals[i]) == 0) {
                /* The kernel drops what the run's init does not care for. */
                held(pid == 1 && kill(1, 0) == 0, "a signal");
            }
    }
    held(kill(1, 0) == 0, "the death of the run's init");
    held(kill(-1, 0) == 0 || errno == ESRCH, "a signal to everybody");
    refused(ptrace(PTRACE_ATTACH, 1, NULL, NULL), EPERM, "holding the run's init");
    refused(ptrace(PTRACE_ATTACH, parent, NULL, NULL), EPERM, "holding the parent");
    int fd = (int)syscall(SYS_pidfd_open, 1, 0);
    held(fd < 0 || syscall(SYS_pidfd_getfd, fd, 3, 0) < 0, "a descriptor of the run's init");
    held(open("/proc/1/mem", O_RDWR) < 0, "the memory of the run's init");
    prctl(PR_SET_PTRACER, -1, 0, 0, 0);
    /* Leaving what holds it: a child that is not traced would be seen to be so by nobody. */
    held(syscall(SYS_clone, 0x00800000 /* CLONE_UNTRACED */ | SIGCHLD, 0, 0, 0, 0) >= 0, "clone");
    return getppid() == parent ? done() : 0;
}
