/*
 * Calls that can wait and here must not, as something about them is wrong, or there is nothing to
 * do: the kernel answers each at once, whatever others do. Says one line a call: what it returned.
 *
 *     atonce NAME
 *
 * tests/engine.bats holds what is said by it alone and under the director side by side.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void said(const char *what, long result)
{
    printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
    fflush(stdout);
}

/* With a child that does not end. */
static void waits(void)
{
    int status;
    siginfo_t info;
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    said("wait4 with unknown options", waitpid(-1, &status, 0xff00));
    said("waitid for nothing", waitid(P_ALL, 0, &info, 0));
    said("waitid for nothing, not hanging", waitid(P_ALL, 0, &info, WNOHANG));
    said("waitid with unknown options", waitid(P_ALL, 0, &info, WEXITED | 0xff00));
    said("waitid of an unknown kind", waitid(77, 0, &info, WEXITED));
    said("waitid for process 0", waitid(P_PID, 0, &info, WEXITED));
    said("waitid by what is not open", waitid(P_PIDFD, 99, &info, WEXITED));
    said("wait4 for a clone", waitpid(-1, &status, (int)__WCLONE));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

static void descriptors(void)
{
    int ends[2];
    char byte;
    struct iovec empty = {&byte, 0};
    if (pipe(ends) != 0)
        exit(1);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    said("nothing is read from an empty pipe", read(ends[0], &byte, 0));
    said("nothing, in vectors", readv(ends[0], &empty, 1));
    said("no vectors", readv(ends[0], &empty, 0));
    said("too many vectors", (long)syscall(SYS_readv, ends[0], &empty, 5000L));
    said("too much", (long)syscall(SYS_read, ends[0], &byte, -1L));
    said("no waiting", preadv2(ends[0], &(struct iovec){&byte, 1}, 1, -1, RWF_NOWAIT));
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    static const char page[4096];
    while (write(ends[1], page, sizeof page) > 0) {
    }
    fcntl(ends[1], F_SETFL, 0);
    said("nothing is written to a full pipe", write(ends[1], &byte, 0));
    said("nothing, in vectors", writev(ends[1], &empty, 1));
    said("too little of an event descriptor", read(eventfd(0, 0), &byte, 1));
    said("too little of a timer", read(timerfd_create(CLOCK_MONOTONIC, 0), &byte, 1));
    said("too little of a signal descriptor", read(signalfd(-1, &set, 0), &byte, 1));
}

static void sockets(void)
{
    int ends[2], datagrams = socket(AF_UNIX, SOCK_DGRAM, 0);
    char byte;
    if (pipe(ends) != 0)
        exit(1);
    said("accept of a pipe", accept(ends[0], NULL, NULL));
    said("recv from a pipe", recv(ends[0], &byte, 1, 0));
    said("recvmsg from a pipe", recvmsg(ends[0], &(struct msghdr){0}, 0));
    said("accept of datagrams", accept(datagrams, NULL, NULL));
    said("nothing is read from a socket", read(datagrams, &byte, 0));
}

static void times(void)
{
    struct timespec bad = {1, 2000000000}, soon = {0, 1000};
    sigset_t set;
    uint32_t word = 5;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    said("a timer of too many microseconds",
         setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {1, 5000000}}, NULL));
    said("sigtimedwait for a bad time", sigtimedwait(&set, NULL, &bad));
    errno = clock_nanosleep(CLOCK_MONOTONIC_COARSE, 0, &soon, NULL);
    said("sleep by a coarse clock", -errno);
    errno = clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &soon, NULL);
    said("sleep by a raw clock", -errno);
    said("futex for no bits", syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, NULL, NULL, 0));
    said("futex by a wrong clock",
         syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 5, &soon, NULL, 0));
}

static const struct fact {
    const char *name;
    void (*perform)(void);
} facts[] = {
    {"descriptors", descriptors},
    {"sockets", sockets},
    {"times", times},
    {"waits", waits},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof facts / sizeof *facts; i++) {
        if (strcmp(argv[1], facts[i].name) == 0) {
            facts[i].perform();
            return 0;
        }
    }
    fprintf(stderr, "usage: atonce NAME, one of:\n");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        fprintf(stderr, "  %s\n", facts[i].name);
    return 2;
}
