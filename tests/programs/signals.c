/*
 * Small programs about signals that nobody sends by kill: by timers, by the kernel on its own; and
 * about processor time, which is what some timers count:
 *
 *     signals NAME
 *
 * As in engine.c every line would be the same on an idle kernel of its own, but for the times,
 * which are exact here. tests/engine.bats holds the lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIGRTMIN_OF_KERNEL 34 /* libc keeps the first two; SIGRTMIN is no constant */

static volatile sig_atomic_t caught, times_caught, code_caught;
static struct timespec began;

static void catch (int signal, siginfo_t *info, void *context)
{
    (void)context;
    caught = signal;
    code_caught = info->si_code;
    times_caught++;
}

static void must(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static void handle(int signal, int flags)
{
    struct sigaction action = {.sa_sigaction = catch, .sa_flags = SA_SIGINFO | flags};
    must(sigaction(signal, &action, NULL) == 0, "sigaction");
}

static pid_t forked(void)
{
    pid_t child = fork();
    must(child >= 0, "fork");
    return child;
}

static int status_of(pid_t child)
{
    int status = -1;
    must(waitpid(child, &status, 0) == child, "waitpid");
    return status;
}

/* Milliseconds since main() began. */
static long elapsed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000;
}

static sigset_t blocked(const int *signals, size_t count)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++)
        sigaddset(&set, signals[i]);
    must(sigprocmask(SIG_BLOCK, &set, NULL) == 0, "sigprocmask");
    return set;
}

/* ---- signals as descriptors ------------------------------------------------------------------ */

/* Read as they come: of a child's end, of an alarm, and one that carries a value. */
static void signal_descriptor(void)
{
    static const int wanted[] = {SIGCHLD, SIGALRM, SIGUSR1};
    sigset_t set = blocked(wanted, 3);
    int descriptor = signalfd(-1, &set, 0);
    struct signalfd_siginfo one;
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        _exit(3);
    }
    must(read(descriptor, &one, sizeof one) == sizeof one, "read");
    printf("%s: exited %d with %d at %ld\n", strsignal((int)one.ssi_signo),
           one.ssi_code == CLD_EXITED && one.ssi_pid == (uint32_t)child, one.ssi_status, elapsed());
    status_of(child);
    alarm(1);
    must(read(descriptor, &one, sizeof one) == sizeof one, "read");
    printf("%s: of the kernel %d at %ld\n", strsignal((int)one.ssi_signo),
           one.ssi_code == SI_KERNEL && one.ssi_pid == 0, elapsed());
    child = forked();
    if (child == 0) {
        sleep(1);
        sigqueue(getppid(), SIGUSR1, (union sigval){.sival_int = 42});
        _exit(0);
    }
    must(read(descriptor, &one, sizeof one) == sizeof one, "read");
    printf("%s: queued %d with %d at %ld\n", strsignal((int)one.ssi_signo),
           one.ssi_code == SI_QUEUE, one.ssi_int, elapsed());
    status_of(child);
}

/* Waited for among others: by poll, and by epoll, which must not forget it. */
static void signal_descriptor_watched(void)
{
    static const int wanted[] = {SIGCHLD};
    sigset_t set = blocked(wanted, 1);
    int descriptor = signalfd(-1, &set, SFD_NONBLOCK), watch = epoll_create1(0), ends[2];
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    must(epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
    must(pipe(ends) == 0, "pipe");
    event.data.fd = ends[0];
    must(epoll_ctl(watch, EPOLL_CTL_ADD, ends[0], &event) == 0, "epoll_ctl");
    struct signalfd_siginfo one;
    for (int i = 0; i < 2; i++) {
        pid_t child = forked();
        if (child == 0) {
            sleep(2);
            _exit(0);
        }
        struct pollfd look = {.fd = descriptor, .events = POLLIN};
        int ready = i == 0 ? poll(&look, 1, 5000) : epoll_wait(watch, &event, 1, 5000);
        printf("%s %d at %ld\n", i == 0 ? "poll" : "epoll", ready, elapsed());
        printf("read %d\n", read(descriptor, &one, sizeof one) == sizeof one);
        status_of(child);
    }
    must(write(ends[1], "x", 1) == 1, "write");
    int ready = epoll_wait(watch, &event, 1, 5000);
    printf("the pipe %d: %d\n", ready, event.data.fd == ends[0]);
    char byte;
    must(read(ends[0], &byte, 1) == 1, "read");
    ready = epoll_wait(watch, &event, 1, 1000);
    printf("nothing %d at %ld\n", ready, elapsed());
}

/* ---- signals of the kernel's own ------------------------------------------------------------- */

/* A child that asked for it gets a signal when its parent ends. */
static void parent_death(void)
{
    int ends[2];
    must(pipe(ends) == 0, "pipe");
    for (int i = 0; i < 2; i++) {
        pid_t parent = forked();
        if (parent == 0) {
            if (forked() == 0) {
                handle(SIGUSR1, 0);
                prctl(PR_SET_PDEATHSIG, i == 0 ? SIGUSR1 : SIGKILL);
                pause();
                must(write(ends[1], "x", 1) == 1, "write");
                printf("%s at %ld\n", strsignal(caught), elapsed());
                _exit(0);
            }
            sleep(1);
            _exit(0);
        }
        status_of(parent);
    }
    char byte;
    close(ends[1]);
    printf("heard of %zd", read(ends[0], &byte, 1));
    printf(", then %zd at %ld\n", read(ends[0], &byte, 1), elapsed());
}

static void catch_and_say(int signal, siginfo_t *info, void *context)
{
    (void)context;
    const char *what = signal == SIGHUP ? "hung up" : "continued";
    dprintf(STDOUT_FILENO, "%s by the kernel %d\n", what, info->si_code == SI_KERNEL);
}

/* Who is stopped when the last one ends who could continue it is hung up and continued. */
static void orphaned_group(void)
{
    for (int i = 0; i < 2; i++) {
        pid_t parent = forked();
        if (parent == 0) {
            if (i == 1)
                must(setsid() == getpid(), "setsid");
            pid_t leader = forked();
            if (leader == 0) {
                must(setpgid(0, 0) == 0, "setpgid");
                if (forked() == 0) {
                    struct sigaction action = {.sa_sigaction = catch_and_say,
                                               .sa_flags = SA_SIGINFO};
                    sigaction(SIGHUP, &action, NULL);
                    sigaction(SIGCONT, &action, NULL);
                    raise(SIGSTOP);
                    _exit(0);
                }
                sleep(1);
                _exit(0);
            }
            status_of(leader);
            sleep(1);
            _exit(0);
        }
        status_of(parent);
        printf("over at %ld\n", elapsed());
    }
}

/* Input that is announced by SIGIO. */
static void announced_input(void)
{
    int ends[2];
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    handle(SIGIO, 0);
    must(fcntl(ends[0], F_SETOWN, getpid()) == 0 && fcntl(ends[0], F_SETFL, O_ASYNC) == 0, "fcntl");
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        must(write(ends[1], "x", 1) == 1, "write");
        sleep(1);
        _exit(0);
    }
    pause();
    printf("%s at %ld\n", strsignal(caught), elapsed());
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

/* A terminal that the program makes for its child: ^C, and its end. */
static void own_terminal(void)
{
    for (int i = 0; i < 2; i++) {
        int master = posix_openpt(O_RDWR | O_NOCTTY);
        must(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, "posix_openpt");
        char name[100];
        must(ptsname_r(master, name, sizeof name) == 0, "ptsname_r");
        pid_t child = forked();
        if (child == 0) {
            setsid();
            int slave = open(name, O_RDWR);
            must(slave >= 0 && ioctl(slave, TIOCSCTTY, 0) == 0, "TIOCSCTTY");
            close(master);
            sleep(100);
            _exit(0);
        }
        sleep(1);
        if (i == 0)
            must(write(master, "\003", 1) == 1, "write");
        else
            close(master);
        printf("%s at %ld\n", strsignal(WTERMSIG(status_of(child))), elapsed());
    }
}

/* ---- handlers and timers --------------------------------------------------------------------- */

/* A handler for one delivery only. */
static void caught_once(void)
{
    pid_t child = forked();
    if (child == 0) {
        handle(SIGUSR1, SA_RESETHAND);
        raise(SIGUSR1);
        printf("caught %d\n", (int)times_caught);
        raise(SIGUSR1);
        printf("not reached\n");
    }
    printf("%s\n", strsignal(WTERMSIG(status_of(child))));
}

/* What a program made of SIGCHLD, beside ignoring it, is not for the one that it executes. */
static void exec_forgets(void)
{
    pid_t child = forked();
    if (child == 0) {
        struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
        must(sigaction(SIGCHLD, &action, NULL) == 0, "sigaction");
        execlp("sh", "sh", "-c", "sh -c 'exit 4'; echo exit $?", NULL);
    }
    status_of(child);
    /* A child that would have told its end by another signal tells it by SIGCHLD then. */
    child = (pid_t)syscall(SYS_clone, SIGUSR2, NULL, NULL, NULL, NULL);
    must(child >= 0, "clone");
    if (child == 0) {
        execlp("true", "true", NULL);
        _exit(1);
    }
    signal(SIGUSR2, SIG_IGN);
    sleep(1);
    printf("status %d\n", status_of(child));
}

/* A timer whose signal is held back counts how often it would have sent it. */
static void timer_overrun(void)
{
    static const int wanted[] = {SIGRTMIN_OF_KERNEL + 2};
    sigset_t set = blocked(wanted, 1);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = wanted[0]};
    must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    struct itimerspec every = {{.tv_nsec = 100000000}, {.tv_nsec = 100000000}};
    must(timer_settime(timer, 0, &every, NULL) == 0, "timer_settime");
    usleep(950000);
    siginfo_t info;
    for (int i = 0; i < 2; i++) {
        must(sigwaitinfo(&set, &info) == wanted[0], "sigwaitinfo");
        printf("overruns %d %d at %ld\n", info.si_overrun, timer_getoverrun(timer), elapsed());
    }
    handle(wanted[0], 0);
    usleep(350000);
    must(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0, "sigprocmask");
    printf("caught %d, overruns %d\n", (int)times_caught, timer_getoverrun(timer));
}

/* ---- processor time -------------------------------------------------------------------------- */

static long used_milliseconds(const struct rusage *usage)
{
    return (long)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
           (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000;
}

/* Loops that wait until they have used so much processor time, by each clock that tells it. */
static void processor_clocks(void)
{
    clock_t began = clock();
    while (clock() - began < CLOCKS_PER_SEC) {
    }
    printf("clock\n");
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    for (long first = used_milliseconds(&usage); used_milliseconds(&usage) < first + 500;)
        getrusage(RUSAGE_SELF, &usage);
    printf("getrusage\n");
    struct tms used;
    times(&used);
    for (clock_t first = used.tms_utime + used.tms_stime;
         used.tms_utime + used.tms_stime < first + sysconf(_SC_CLK_TCK) / 2;)
        times(&used);
    printf("times\n");
    clockid_t own;
    struct timespec now;
    must(clock_getcpuclockid(getpid(), &own) == 0 && clock_gettime(own, &now) == 0,
         "clock_getcpuclockid");
    printf("%d seconds of it\n", (int)now.tv_sec);
}

/* A child's processor time is its parent's to know once it was waited for. */
static void processor_of_child(void)
{
    pid_t child = forked();
    if (child == 0) {
        while (clock() < CLOCKS_PER_SEC) {
        }
        _exit(0);
    }
    struct rusage usage, all;
    must(wait4(child, NULL, 0, &usage) == child, "wait4");
    must(getrusage(RUSAGE_CHILDREN, &all) == 0, "getrusage");
    printf("%ld and %ld\n", used_milliseconds(&usage) / 1000, used_milliseconds(&all) / 1000);
    must(getrusage(RUSAGE_SELF, &usage) == 0, "getrusage");
    printf("none of it its own: %ld\n", used_milliseconds(&usage) / 1000);
}

/* Timers on it, while the program asks again and again whether they are over. */
static void processor_timers(void)
{
    static const struct {
        int which, signal;
    } kinds[] = {{ITIMER_VIRTUAL, SIGVTALRM}, {ITIMER_PROF, SIGPROF}};
    for (int i = 0; i < 2; i++) {
        handle(kinds[i].signal, 0);
        struct itimerval every = {.it_interval = {0, 200000}, .it_value = {0, 300000}}, left;
        must(setitimer(kinds[i].which, &every, NULL) == 0, "setitimer");
        times_caught = 0;
        while (times_caught < 3)
            getitimer(kinds[i].which, &left);
        printf("%s %d, code %d\n", strsignal(caught), times_caught, code_caught == SI_KERNEL);
        every = (struct itimerval){0};
        must(setitimer(kinds[i].which, &every, &left) == 0, "setitimer");
        printf("left of the next: %d, interval %ld\n", left.it_value.tv_usec > 0,
               (long)left.it_interval.tv_usec);
    }
    handle(SIGUSR1, 0);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    must(timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0, "timer_create");
    struct itimerspec once = {.it_value = {.tv_nsec = 100000000}};
    must(timer_settime(timer, 0, &once, NULL) == 0, "timer_settime");
    caught = 0;
    while (caught == 0)
        clock();
    printf("%s, code %d\n", strsignal(caught), code_caught == SI_TIMER);
}

/* The same while it makes no call at all. */
static void processor_timer_of_loop(void)
{
    handle(SIGPROF, 0);
    struct itimerval once = {.it_value = {0, 50000}};
    must(setitimer(ITIMER_PROF, &once, NULL) == 0, "setitimer");
    while (caught == 0) {
    }
    printf("%s\n", strsignal(caught));
}

static const struct fact {
    const char *name;
    void (*perform)(void);
} facts[] = {
    {"announced-input", announced_input},
    {"caught-once", caught_once},
    {"exec-forgets", exec_forgets},
    {"orphaned-group", orphaned_group},
    {"own-terminal", own_terminal},
    {"parent-death", parent_death},
    {"processor-clocks", processor_clocks},
    {"processor-of-child", processor_of_child},
    {"processor-timer-of-loop", processor_timer_of_loop},
    {"processor-timers", processor_timers},
    {"signal-descriptor", signal_descriptor},
    {"signal-descriptor-watched", signal_descriptor_watched},
    {"timer-overrun", timer_overrun},
};

int main(int argc, char **argv)
{
    clock_gettime(CLOCK_MONOTONIC, &began);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; argc == 2 && i < sizeof facts / sizeof *facts; i++) {
        if (strcmp(argv[1], facts[i].name) == 0) {
            facts[i].perform();
            return 0;
        }
    }
    fprintf(stderr, "usage: signals NAME, one of:\n");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        fprintf(stderr, "  %s\n", facts[i].name);
    return 2;
}
