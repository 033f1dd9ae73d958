/*
 * What programs see of clocks, one small program a fact: clocks NAME. Clocks are read as C
 * libraries do, mostly without a system call, and by system calls; both must be the same.
 */
#include <errno.h>
#include <execinfo.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define S INT64_C(1000000000)
#define MS INT64_C(1000000)

static int64_t reading(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return ts.tv_sec * S + ts.tv_nsec;
}

static int64_t call(clockid_t clock)
{
    struct timespec ts;
    syscall(SYS_clock_gettime, clock, &ts);
    return ts.tv_sec * S + ts.tv_nsec;
}

static void pause_for(int64_t ns)
{
    struct timespec ts = {ns / S, ns % S};
    nanosleep(&ts, NULL);
}

/* Since when `base` was read, in words; and whether every way to ask says the same. */
static int64_t base;
static const char *agree(void)
{
    static const clockid_t since_boot[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
                                           CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME},
                           of_day[] = {CLOCK_REALTIME, CLOCK_REALTIME_COARSE};
    static char text[64];
    int64_t boot = call(CLOCK_MONOTONIC), day = call(CLOCK_REALTIME);
    int wrong = 0;
    for (int i = 0; i < 4; i++)
        wrong += reading(since_boot[i]) != boot || call(since_boot[i]) != boot;
    for (int i = 0; i < 2; i++)
        wrong += reading(of_day[i]) != day || call(of_day[i]) != day;
    struct timeval tv;
    time_t seconds;
    wrong += gettimeofday(&tv, NULL) != 0 || tv.tv_sec * S + tv.tv_usec * 1000 != day / 1000 * 1000;
    wrong += time(&seconds) != day / S || seconds != day / S || time(NULL) != day / S;
    wrong += reading(CLOCK_PROCESS_CPUTIME_ID) != call(CLOCK_PROCESS_CPUTIME_ID);
    struct timezone zone = {7, 7};
    wrong += gettimeofday(&tv, &zone) != 0 || tv.tv_sec != day / S || zone.tz_minuteswest != 0;
    snprintf(text, sizeof text, "%lld ms, %s", (long long)((boot - base) / MS),
             wrong == 0 ? "all agree" : "they differ");
    return text;
}

static void say(const char *what)
{
    printf("%s: %s\n", what, agree());
    fflush(stdout);
}

static void everywhere(void)
{
    say("at first");
    pause_for(1500 * MS);
    say("after sleeping");
    if (fork() == 0) {
        say("in a child");
        pause_for(250 * MS);
        say("in a child that slept");
        _exit(0);
    }
    wait(NULL);
    say("after its end");
    pid_t child = vfork();
    if (child == 0) {
        int64_t before = reading(CLOCK_MONOTONIC);
        pause_for(S);
        _exit(reading(CLOCK_MONOTONIC) - before == S ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    printf("a child in our memory: %s\n", status == 0 ? "right" : "wrong");
    say("after its end");
    if (fork() == 0)
        execl("/proc/self/exe", "clocks", "once", NULL);
    wait(NULL);
}

static volatile int64_t seen_by_handler;
static void on_alarm(int signal)
{
    (void)signal;
    seen_by_handler = reading(CLOCK_MONOTONIC);
}

static void signals(void)
{
    signal(SIGALRM, on_alarm);
    struct itimerval once = {{0, 0}, {0, 700000}};
    setitimer(ITIMER_REAL, &once, NULL);
    pause();
    printf("in a handler: %lld ms\n", (long long)((seen_by_handler - base) / MS));
    setitimer(ITIMER_REAL, &once, NULL);
    long count = 0;
    seen_by_handler = 0;
    while (seen_by_handler == 0 && reading(CLOCK_MONOTONIC) - base < 10 * S)
        count++;
    printf("in a handler while reading: %lld ms\n", (long long)((seen_by_handler - base) / MS));
}

/* Threads, and processes in one memory, have no readings without a call. */
static void *in_thread(void *argument)
{
    say("in a thread");
    pause_for(S);
    say("in a thread that slept");
    return argument;
}

/* What is left in a memory by processes that shared it for a while. */
static int in_grandchild(void *argument)
{
    (void)argument;
    pause_for(S);
    say("one who was left in our memory");
    return 0;
}

static void left_behind(void)
{
    static char stack[65536];
    pid_t child = vfork();
    if (child == 0) {
        clone(in_grandchild, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    call(CLOCK_MONOTONIC);
    pause_for(5 * S);
    say("its grandparent");
}

/* A child in our memory is granted readings when we have none. */
static void granted_by_child(void)
{
    for (int i = 0; i < 10500; i++)
        reading(CLOCK_MONOTONIC);
    base = call(CLOCK_MONOTONIC);
    pid_t child = vfork();
    if (child == 0) {
        call(CLOCK_MONOTONIC);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    pause_for(S); /* from here on readings are free again */
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, NULL);
    pause_for(500 * MS);
    say("beside a thread");
    pthread_join(thread, NULL);
}

static volatile int frames;
static void unwind(int signal)
{
    void *found[32];
    (void)signal;
    frames = backtrace(found, 32);
}

/* Who waits for a time in a loop is there when its signal comes. */
static void unwinding(void)
{
    signal(SIGALRM, unwind);
    struct itimerval once = {{0, 0}, {0, 100000}};
    setitimer(ITIMER_REAL, &once, NULL);
    while (frames == 0)
        reading(CLOCK_MONOTONIC);
    printf("%s\n", frames >= 6 ? "down to main" : "no further");
}

static int in_clone(void *argument)
{
    int64_t *seen = argument;
    pause_for(S);
    *seen = reading(CLOCK_MONOTONIC);
    return 0;
}

static void shared(void)
{
    static char stack[65536];
    static int64_t seen;
    clone(in_clone, stack + sizeof stack, CLONE_VM | SIGCHLD, &seen);
    pause_for(300 * MS);
    say("beside one in our memory");
    wait(NULL);
    printf("the other: %lld ms\n", (long long)((seen - base) / MS));
    say("after its end");
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, NULL);
    pause_for(500 * MS);
    say("beside a thread");
    pthread_join(thread, NULL);
    say("after its end");
}

/* It sleeps in the kernel, from which it goes on without a stop, while time passes. */
static void asleep(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600);
    if (fork() == 0) {
        struct sembuf take = {0, -1, 0};
        semop(set, &take, 1);
        int64_t first = reading(CLOCK_MONOTONIC);
        printf("woken at %lld ms\n", (long long)((first - base) / MS));
        say("then");
        fflush(stdout);
        _exit(0);
    }
    pause_for(5 * S);
    struct sembuf give = {0, 1, 0};
    semop(set, &give, 1);
    wait(NULL);
    semctl(set, 0, IPC_RMID);
}

/* Waiting in a loop ends, after as many readings in each run. */
static void spin(void)
{
    long count = 0;
    while (reading(CLOCK_MONOTONIC) - base < 300 * MS)
        count++;
    printf("%s in a row were enough\n", count > 10000 && count < 100000 ? "some thousands" : "?");
    printf("after %ld\n", count);
    pause_for(S);
    printf("then all is free again: %s\n", agree() + sizeof "1300 ms, " - 1);
}

/* Each waits for what the other does at a time. */
static void spin_both(void)
{
    volatile int *flag =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        while (reading(CLOCK_MONOTONIC) - base < 100 * MS)
            ;
        *flag = 1;
        _exit(0);
    }
    while (*flag == 0)
        reading(CLOCK_REALTIME);
    wait(NULL);
    printf("done\n");
}

static void compute(long rounds)
{
    for (volatile long i = 0; i < rounds; i++)
        ;
}

/* How many rounds take a fiftieth of a second of this processor. Alone only. */
static void rounds(void)
{
    const long tried = 5000000;
    int64_t before = call(CLOCK_PROCESS_CPUTIME_ID);
    compute(tried);
    int64_t took = call(CLOCK_PROCESS_CPUTIME_ID) - before;
    printf("%lld\n", (long long)(tried * 20 * MS / took));
}

/* Who reads a clock now and then does not compute at a stretch. */
static void work(long rounds_each)
{
    for (int i = 0; i < 20; i++) {
        compute(rounds_each);
        reading(CLOCK_MONOTONIC);
    }
    printf("%lld ms\n", (long long)((reading(CLOCK_MONOTONIC) - base) / MS));
}

/* System calls that would tell the time are refused from here on. */
static void no_calls(void)
{
    struct sock_filter code[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 2, 0, SYS_clock_gettime},
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_gettimeofday},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        exit(2);
    int answered = 0;
    for (int i = 0; i < 50; i++) {
        struct timespec ts = {0, 0};
        struct timeval tv = {0, 0};
        answered += clock_gettime(CLOCK_MONOTONIC, &ts) == 0 && ts.tv_sec * S + ts.tv_nsec == base;
        answered += gettimeofday(&tv, NULL) == 0 && tv.tv_sec == 2000000000;
    }
    printf("%d of 100 readings without a call\n", answered);
}

/* So many arguments that what a program begins with takes many pages. */
static void arguments(const char *count)
{
    static char *argv[100002];
    long many = strtol(count, NULL, 10);
    for (long i = 0; i < many; i++)
        argv[i] = (char *)"once";
    argv[0] = (char *)"clocks";
    execv("/proc/self/exe", argv);
}

static void mapped(void)
{
    const unsigned char *file = (const unsigned char *)getauxval(AT_SYSINFO_EHDR);
    printf("a vDSO: %s\n", file != NULL && memcmp(file, "\177ELF", 4) == 0 ? "yes" : "no");
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    base = call(CLOCK_MONOTONIC);
    if (strcmp(name, "once") == 0)
        say("in a new image");
    else if (strcmp(name, "everywhere") == 0)
        everywhere();
    else if (strcmp(name, "signals") == 0)
        signals();
    else if (strcmp(name, "shared") == 0)
        shared();
    else if (strcmp(name, "left-behind") == 0)
        left_behind();
    else if (strcmp(name, "granted-by-child") == 0)
        granted_by_child();
    else if (strcmp(name, "unwinding") == 0)
        unwinding();
    else if (strcmp(name, "asleep") == 0)
        asleep();
    else if (strcmp(name, "spin") == 0)
        spin();
    else if (strcmp(name, "spin-both") == 0)
        spin_both();
    else if (strcmp(name, "work") == 0)
        work(strtol(argv[2], NULL, 10));
    else if (strcmp(name, "rounds") == 0)
        rounds();
    else if (strcmp(name, "no-calls") == 0)
        no_calls();
    else if (strcmp(name, "mapped") == 0)
        mapped();
    else if (strcmp(name, "arguments") == 0)
        arguments(argv[2]);
    else
        return 2;
    return 0;
}
