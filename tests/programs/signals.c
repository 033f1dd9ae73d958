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
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught, times_caught, code_caught;

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
    {"processor-clocks", processor_clocks},
    {"processor-of-child", processor_of_child},
    {"processor-timer-of-loop", processor_timer_of_loop},
    {"processor-timers", processor_timers},
};

int main(int argc, char **argv)
{
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
