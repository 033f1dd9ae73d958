/*
 * Small programs, each of which says one thing that must be true under the director:
 *
 *     engine NAME
 *
 * Every line they print would be the same on an idle kernel of its own, but for the times,
 * which are exact here. tests/engine.bats holds the lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t caught;
static int64_t began;

static void catch (int signal)
{
    caught = signal;
}

static void must(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static int64_t milliseconds(clockid_t clock)
{
    struct timespec t;
    must(clock_gettime(clock, &t) == 0, "clock_gettime");
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Milliseconds since main() began, by CLOCK_MONOTONIC. */
static long elapsed(void)
{
    return (long)(milliseconds(CLOCK_MONOTONIC) - began);
}

static void handle(int signal, int flags)
{
    struct sigaction action = {.sa_handler = catch, .sa_flags = flags};
    must(sigaction(signal, &action, NULL) == 0, "sigaction");
}

static sigset_t only(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

static pid_t forked(void)
{
    pid_t child = fork();
    must(child >= 0, "fork");
    return child;
}

static int status_of(pid_t child, int options)
{
    int status = -1;
    must(waitpid(child, &status, options) == child, "waitpid");
    return status;
}

static void send_byte(int descriptor)
{
    must(write(descriptor, "x", 1) == 1, "write");
}

static void *shared_page(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(page != MAP_FAILED, "mmap");
    return page;
}

/* A file of its own, removed at once: opened anew by /proc/self/fd. */
static int lock_file(void)
{
    char name[] = "/tmp/engine-XXXXXX";
    int file = mkstemp(name);
    must(file >= 0, "mkstemp");
    unlink(name);
    return file;
}

static int opened_again(int file)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int again = open(path, O_RDWR);
    must(again >= 0, path);
    return again;
}

/* ---- birth and death ------------------------------------------------------------------------- */

static void nested_forks(void)
{
    pid_t child = forked();
    if (child == 0)
        _exit(!!fork());
    int status = status_of(child, 0);
    printf("exited %d with %d\n", WIFEXITED(status), WEXITSTATUS(status));
}

static void wait_id(void)
{
    siginfo_t info = {0};
    pid_t child = forked();
    if (child == 0)
        _exit(3);
    must(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0, "waitid");
    printf("seen %d status %d\n", info.si_code == CLD_EXITED, info.si_status);
    must(waitid(P_PID, (id_t)child, &info, WEXITED) == 0, "waitid");
    printf("taken status %d\n", info.si_status);
    int result = waitpid(child, NULL, 0);
    printf("again %d %s\n", result, strerror(errno));
}

static void spawn(void)
{
    pid_t child;
    char *arguments[] = {"false", NULL};
    must(posix_spawnp(&child, "false", NULL, NULL, arguments, environ) == 0, "posix_spawnp");
    printf("spawned %d\n", WEXITSTATUS(status_of(child, 0)));
    char *missing[] = {"/nowhere/at/all", NULL};
    printf("missing: %s\n",
           strerror(posix_spawn(&child, missing[0], NULL, NULL, missing, environ)));
    child = vfork();
    if (child == 0)
        _exit(4);
    printf("vforked %d\n", WEXITSTATUS(status_of(child, 0)));
}

static void clone_untraced(void)
{
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
    must(child >= 0, "clone");
    if (child == 0) {
        sleep(2);
        printf("the child slept until %ld\n", elapsed());
        fflush(stdout);
        _exit(0);
    }
    status_of(child, 0);
    printf("reaped at %ld\n", elapsed());
}

static void orphan(void)
{
    pid_t child = forked();
    if (child == 0) {
        pid_t parent = getpid();
        if (forked() == 0) {
            printf("mine: %d\n", getppid() == parent);
            sleep(1);
            printf("still mine: %d, at %ld\n", getppid() == parent, elapsed());
            fflush(stdout);
        }
        _exit(0);
    }
    status_of(child, 0);
    sleep(2);
    int result = waitpid(-1, NULL, 0);
    printf("no child left: %d %s\n", result, strerror(errno));
}

static void sigchld_ignored(void)
{
    signal(SIGCHLD, SIG_IGN);
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        _exit(0);
    }
    int result = waitpid(child, NULL, 0);
    printf("%d %s at %ld\n", result, strerror(errno), elapsed());
}

static void spinner(void)
{
    pid_t child = forked();
    while (child == 0)
        ;
    sleep(1);
    kill(child, SIGKILL);
    int status = status_of(child, 0);
    printf("killed by %d at %ld\n", WTERMSIG(status), elapsed());
}

static void wnohang_poll(void)
{
    pid_t child = forked();
    if (child == 0) {
        sleep(3);
        _exit(5);
    }
    int status;
    long polls = 0;
    while (waitpid(child, &status, WNOHANG) == 0)
        polls++;
    printf("polled %d, exit %d, late %d\n", polls > 0, WEXITSTATUS(status), elapsed() < 3000);
}

static void stop_continue(void)
{
    pid_t child = forked();
    if (child == 0) {
        raise(SIGSTOP);
        sleep(1);
        _exit(7);
    }
    int status = status_of(child, WUNTRACED);
    printf("stopped by %d\n", WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
    kill(child, SIGCONT);
    printf("continued %d\n", WIFCONTINUED(status_of(child, WCONTINUED)));
    printf("exit %d\n", WEXITSTATUS(status_of(child, 0)));

    child = forked();
    while (child == 0)
        sleep(1);
    sleep(2);
    kill(child, SIGSTOP);
    printf("stopped %d\n", WIFSTOPPED(status_of(child, WUNTRACED)));
    kill(child, SIGCONT);
    sleep(2);
    kill(child, SIGTERM);
    status = status_of(child, 0);
    printf("killed by %d at %ld\n", WTERMSIG(status), elapsed());
}

/* ---- time ------------------------------------------------------------------------------------ */

static void nanosleep_rem(void)
{
    struct timespec time = {.tv_sec = 5}, left = {0};
    handle(SIGALRM, 0);
    alarm(2);
    int result = nanosleep(&time, &left);
    printf("%d %s, %ld.%09ld left at %ld\n", result, strerror(errno), (long)left.tv_sec,
           left.tv_nsec, elapsed());
}

static void interval_timer(void)
{
    struct itimerval timer = {.it_value = {.tv_sec = 1}, .it_interval = {.tv_usec = 500000}};
    handle(SIGALRM, 0);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < 3; i++) {
        pause();
        printf("tick at %ld\n", elapsed());
    }
}

static void posix_timer(void)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec once = {.it_value = {.tv_sec = 1}};
    handle(SIGUSR1, 0);
    must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    timer_settime(timer, 0, &once, NULL);
    pause();
    printf("SIGUSR1 %d at %ld\n", caught == SIGUSR1, elapsed());
}

static void timer_descriptor(void)
{
    uint64_t count;
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec every = {.it_value = {.tv_sec = 1}, .it_interval = {.tv_sec = 1}};
    timerfd_settime(timer, 0, &every, NULL);
    for (int i = 0; i < 3; i++) {
        must(read(timer, &count, sizeof count) == sizeof count, "read");
        printf("%lu at %ld\n", (unsigned long)count, elapsed());
        if (i == 1)
            sleep(3);
    }
    struct pollfd wanted = {.fd = timer, .events = POLLIN};
    int ready = poll(&wanted, 1, -1);
    printf("ready %d at %ld\n", ready, elapsed());
}

/* The clocks that a program can ask go together, and a sleep moves them all. */
static void four_clocks(void)
{
    struct timeval day;
    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
                                       CLOCK_MONOTONIC_COARSE};
    int64_t before[4], time_before = (int64_t)time(NULL);
    for (int i = 0; i < 4; i++)
        before[i] = milliseconds(clocks[i]);
    sleep(7);
    for (int i = 0; i < 4; i++)
        printf("%ld ", (long)(milliseconds(clocks[i]) - before[i]));
    gettimeofday(&day, NULL);
    printf("%ld %d\n", (long)((int64_t)time(NULL) - time_before), day.tv_sec == time(NULL));
}

static void clock_poll(void)
{
    long loops = 0;
    while (elapsed() < 5000)
        loops++;
    printf("looped %d until %ld\n", loops > 0, elapsed() / 1000);
}

/* ---- signals --------------------------------------------------------------------------------- */

static void timed_wait(void)
{
    siginfo_t info;
    sigset_t wanted = only(SIGUSR2);
    struct timespec second = {.tv_sec = 1};
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    int result = sigtimedwait(&wanted, NULL, &second);
    printf("%d %s at %ld\n", result, strerror(errno), elapsed());
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        kill(getppid(), SIGUSR2);
        _exit(0);
    }
    result = sigtimedwait(&wanted, &info, NULL);
    printf("SIGUSR2 %d from the child %d at %ld\n", result == SIGUSR2, info.si_pid == child,
           elapsed());
    status_of(child, 0);
}

static void suspend(void)
{
    sigset_t blocked = only(SIGUSR1), none;
    sigemptyset(&none);
    handle(SIGUSR1, 0);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    raise(SIGUSR1);
    printf("blocked: caught %d\n", (int)caught);
    int result = sigsuspend(&none);
    printf("caught %d, %d %s\n", caught == SIGUSR1, result, strerror(errno));
}

static void queue_value(int signal, siginfo_t *info, void *context)
{
    (void)context;
    caught = signal == SIGUSR1 ? info->si_value.sival_int : -1;
}

static void queue(void)
{
    struct sigaction action = {.sa_sigaction = queue_value, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 5});
    printf("queued %d\n", (int)caught);
    handle(SIGUSR1, 0);
    caught = 0;
    syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
    printf("tgkill %d\n", caught == SIGUSR1);
    caught = 0;
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    syscall(SYS_pidfd_send_signal, self, SIGUSR1, NULL, 0);
    printf("by descriptor %d\n", caught == SIGUSR1);
}

/* A handler of SA_RESTART lets the read go on; one without ends it. */
static void restart(void)
{
    char byte;
    int ends[2];
    must(pipe(ends) == 0, "pipe");
    handle(SIGALRM, SA_RESTART);
    if (forked() == 0) {
        sleep(2);
        send_byte(ends[1]);
        _exit(0);
    }
    alarm(1);
    long result = read(ends[0], &byte, 1);
    printf("read %ld at %ld, caught %d\n", result, elapsed(), caught == SIGALRM);
}

static void interrupted(void)
{
    char byte;
    int ends[2];
    must(pipe(ends) == 0, "pipe");
    handle(SIGALRM, 0);
    alarm(1);
    long result = read(ends[0], &byte, 1);
    printf("read %ld %s at %ld\n", result, strerror(errno), elapsed());
    pid_t child = forked();
    if (child == 0) {
        pause();
        _exit(0);
    }
    alarm(1);
    result = wait(NULL);
    printf("wait %ld %s at %ld\n", result, strerror(errno), elapsed());
    kill(child, SIGKILL);
    status_of(child, 0);
    alarm(1);
    result = pause();
    printf("pause %ld %s at %ld\n", result, strerror(errno), elapsed());
}

/* ---- waiting for each other ------------------------------------------------------------------ */

static void semaphore(void)
{
    struct timespec until;
    sem_t *flag = shared_page();
    sem_init(flag, 1, 0);
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        sem_post(flag);
        _exit(0);
    }
    sem_wait(flag);
    printf("posted at %ld\n", elapsed());
    status_of(child, 0);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    int result = sem_timedwait(flag, &until);
    printf("%d %s at %ld\n", result, strerror(errno), elapsed());
}

static void file_lock(void)
{
    int file = lock_file();
    flock(file, LOCK_EX);
    pid_t child = forked();
    if (child == 0) {
        int again = opened_again(file);
        flock(again, LOCK_EX);
        printf("the child has the lock at %ld\n", elapsed());
        fflush(stdout);
        _exit(0);
    }
    sleep(1);
    flock(file, LOCK_UN);
    status_of(child, 0);
}

static void record_lock(void)
{
    int file = lock_file();
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    must(fcntl(file, F_SETLKW, &lock) == 0, "fcntl");
    pid_t child = forked();
    if (child == 0) {
        must(fcntl(file, F_SETLKW, &lock) == 0, "fcntl");
        printf("the child has the lock at %ld\n", elapsed());
        fflush(stdout);
        _exit(0);
    }
    sleep(1);
    lock.l_type = F_UNLCK;
    fcntl(file, F_SETLK, &lock);
    status_of(child, 0);
}

static void big_pipe(void)
{
    enum { SIZE = 1 << 20 };
    static char buffer[7000];
    int ends[2];
    must(pipe(ends) == 0, "pipe");
    pid_t child = forked();
    if (child == 0) {
        close(ends[0]);
        char *data = calloc(1, SIZE);
        must(data != NULL && write(ends[1], data, SIZE) == SIZE, "write");
        _exit(0);
    }
    close(ends[1]);
    long total = 0, part;
    while ((part = read(ends[0], buffer, sizeof buffer)) > 0)
        total += part;
    printf("read %ld, exit %d\n", total, WEXITSTATUS(status_of(child, 0)));
}

static void socket_pair(void)
{
    char buffer[100];
    int ends[2];
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        must(send(ends[1], "hello", 5, 0) == 5, "send");
        _exit(0);
    }
    long length = recv(ends[0], buffer, sizeof buffer, 0);
    printf("received %ld at %ld\n", length, elapsed());
    status_of(child, 0);
}

/* Each open() of a FIFO waits for the other end's. */
static void fifo(void)
{
    char directory[] = "/tmp/engine-XXXXXX", path[64], byte;
    must(mkdtemp(directory) != NULL, "mkdtemp");
    snprintf(path, sizeof path, "%s/fifo", directory);
    must(mkfifo(path, 0600) == 0, "mkfifo");
    pid_t child = forked();
    if (child == 0) {
        sleep(2);
        int end = open(path, O_WRONLY);
        sleep(1);
        send_byte(end);
        _exit(0);
    }
    int end = open(path, O_RDONLY);
    printf("opened at %ld\n", elapsed());
    long result = read(end, &byte, 1);
    printf("read %ld at %ld\n", result, elapsed());
    status_of(child, 0);
    unlink(path);
    rmdir(directory);
}

static void *thread(void *argument)
{
    sleep(*(unsigned *)argument);
    printf("thread at %ld\n", elapsed());
    return NULL;
}

static void threads(void)
{
    pthread_t ids[3];
    unsigned times[3] = {3, 1, 2};
    for (int i = 0; i < 3; i++)
        must(pthread_create(&ids[i], NULL, thread, &times[i]) == 0, "pthread_create");
    for (int i = 0; i < 3; i++)
        pthread_join(ids[i], NULL);
    printf("joined at %ld\n", elapsed());
}

/* ---- output ---------------------------------------------------------------------------------- */

static void vector_output(void)
{
    struct iovec parts[] = {{"one, ", 5}, {"two, ", 5}, {"three\n", 6}};
    must(writev(STDOUT_FILENO, parts, 3) == 16, "writev");
    must(write(STDOUT_FILENO, "", 0) == 0, "write");
}

static void duplicate_output(void)
{
    int copy = dup(STDOUT_FILENO);
    must(copy >= 0, "dup");
    dprintf(copy, "through a copy\n");
    close(STDOUT_FILENO);
    dprintf(copy, "after the first is closed\n");
    must(dup2(copy, STDOUT_FILENO) == STDOUT_FILENO, "dup2");
    printf("back\n");
}

/* What a child writes into a pipe of its own is not output of the run. */
static void captured_output(void)
{
    char line[100] = "";
    FILE *command = popen("echo secret; exit 3", "r");
    must(command != NULL && fgets(line, sizeof line, command) != NULL, "popen");
    printf("captured %zu bytes\n", strlen(line));
    printf("exit %d\n", WEXITSTATUS(pclose(command)));
}

static void identity(void)
{
    pid_t child = forked();
    if (child == 0) {
        printf("child %d of %d, session %d\n", getpid(), getppid(), getsid(0));
        fflush(stdout);
        _exit(0);
    }
    status_of(child, 0);
    void *heap = malloc(100);
    printf("%d %d %d, code %p stack %p heap %p map %p\n", getpid(), child, getpgrp(),
           (void *)(uintptr_t)identity, (void *)&child, heap, shared_page());
    free(heap);
    printf("time %ld\n", (long)time(NULL));
}

/* Ways to standard output around write(2): they fail, so that programs take that one. */
static void copies_to_output(void)
{
    int ends[2];
    must(pipe(ends) == 0 && write(ends[1], "copied\n", 7) == 7, "pipe");
    long copied = tee(ends[0], 1, 7, 0);
    fprintf(stderr, "tee %ld %s\n", copied, copied < 0 ? strerror(errno) : "");
    copied = splice(ends[0], NULL, 1, NULL, 7, 0);
    fprintf(stderr, "splice %ld %s\n", copied, copied < 0 ? strerror(errno) : "");
}

static void output_at_offset(void)
{
    struct iovec parts[] = {{"three ", 6}, {"four\n", 5}};
    must(pwrite(STDOUT_FILENO, "one two ", 8, 0) == 8, "pwrite");
    must(pwritev(STDOUT_FILENO, parts, 2, 8) == 11, "pwritev");
}

/* The copy is refused, and cat(1) and its kin fall back. */
static void range_to_output(void)
{
    int file = memfd_create("file", 0);
    off_t from = 0;
    must(file >= 0 && write(file, "copied\n", 7) == 7, "write");
    ssize_t copied = copy_file_range(file, &from, STDOUT_FILENO, NULL, 7, 0);
    fprintf(stderr, "copy_file_range %zd %s\n", copied, copied < 0 ? strerror(errno) : "");
}

/* ---- what the processor tells by itself ------------------------------------------------------ */

/* The counter that a program can read without a system call, and how often it ticks in a
 * millisecond here. */
static uint64_t counter(void)
{
#if defined __x86_64__
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
#else
    uint64_t now;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(now));
    return now;
#endif
}

static void count_time(void)
{
    uint64_t before = counter();
    sleep(2);
    printf("slept %lu ms\n", (unsigned long)((counter() - before) / 1000000));
    uint64_t end = counter() + 1000000;
    unsigned long reads = 0;
    while (counter() < end)
        reads++;
    printf("a millisecond is over after some reads: %s\n", reads > 100 ? "yes" : "no");
    int mode = 0;
    must(prctl(PR_GET_TSC, &mode) == 0, "PR_GET_TSC");
    printf("reading is %s\n", mode == PR_TSC_ENABLE ? "allowed" : "refused");
    pid_t child = forked();
    if (child == 0) {
        must(prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0, "PR_SET_TSC");
        prctl(PR_GET_TSC, &mode);
        printf("now it is %s\n", mode == PR_TSC_ENABLE ? "allowed" : "refused");
        fflush(stdout);
        _exit(counter() != 0);
    }
    int status = 0;
    must(waitpid(child, &status, 0) == child, "waitpid");
    printf("a read is %s\n", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "answered");
    signal(SIGSEGV, catch);
    raise(SIGSEGV);
    printf("caught %s\n", strsignal(caught));
}

#ifdef __x86_64__
/* With prefixes that change nothing; and in steps of 32 bits. */
static void count_with_prefixes(void)
{
    uint32_t low, high, processor = 1;
    __asm__ volatile(".byte 0x48, 0x0f, 0x31" : "=a"(low), "=d"(high));
    __asm__ volatile(".byte 0x66, 0x0f, 0x31" : "=a"(low), "=d"(high));
    uint64_t before = (uint64_t)high << 32 | low;
    sleep(10);
    __asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(processor));
    uint64_t after = (uint64_t)high << 32 | low;
    printf("slept %lu ms on processor %u\n", (unsigned long)((after - before) / 1000000),
           processor);
}
#else
static void count_with_prefixes(void)
{
    printf("slept 10000 ms on processor 0\n"); /* there are none */
}
#endif

/* What the kernel would not write to is not written to. */
static void read_only(void)
{
    unsigned *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(page != MAP_FAILED, "mmap");
    int answers[] = {(int)syscall(SYS_getcpu, page, NULL, NULL),
                     (int)syscall(SYS_clock_gettime, CLOCK_REALTIME, page),
                     (int)syscall(SYS_getrandom, page, 4, 0), prctl(PR_GET_TSC, page)};
    printf("%d %d %d %d: %s, %u\n", answers[0], answers[1], answers[2], answers[3], strerror(errno),
           *page);
}

static void *wait_for_flag(void *flag)
{
    while (!*(volatile int *)flag)
        counter();
    return NULL;
}

/* Nobody gives way by himself: a thread spins until another, which has not begun, sets a flag. */
static void spin_by_counter(void)
{
    volatile int flag = 0;
    pthread_t thread;
    must(pthread_create(&thread, NULL, wait_for_flag, (void *)(uintptr_t)&flag) == 0, "thread");
    sched_yield();
    flag = 1;
    pthread_join(thread, NULL);
    printf("done\n");
}

/* Numbers of System V's objects, and when they were made: as on a machine that has none yet. The
 * segment is left behind. */
static void system_v(void)
{
    int memory = shmget(IPC_PRIVATE, 4096, 0600), queue = msgget(IPC_PRIVATE, 0600);
    int semaphore = semget(IPC_PRIVATE, 1, 0600);
    struct shmid_ds of_memory;
    struct msqid_ds of_queue;
    struct semid_ds of_semaphore;
    must(memory >= 0 && queue >= 0 && semaphore >= 0, "shmget, msgget, semget");
    must(shmctl(memory, IPC_STAT, &of_memory) == 0, "shmctl");
    must(msgctl(queue, IPC_STAT, &of_queue) == 0, "msgctl");
    must(semctl(semaphore, 0, IPC_STAT, &of_semaphore) == 0, "semctl");
    printf("memory %d of %ld, attached %ld\n", memory, (long)of_memory.shm_ctime,
           (long)of_memory.shm_atime);
    printf("queue %d of %ld, sent %ld\n", queue, (long)of_queue.msg_ctime,
           (long)of_queue.msg_stime);
    printf("semaphore %d of %ld, used %ld\n", semaphore, (long)of_semaphore.sem_ctime,
           (long)of_semaphore.sem_otime);
}

/* How the kernel disciplines its clock, and what time it is by it. */
static void discipline(void)
{
    struct timex state = {0}, same = {0};
    sleep(3);
    int answer = adjtimex(&state), answer_of_clock = clock_adjtime(CLOCK_REALTIME, &same);
    printf("%ld %d, %ld %d: %ld %ld\n", (long)state.time.tv_sec, answer, (long)same.time.tv_sec,
           answer_of_clock, (long)state.maxerror, (long)state.freq);
}

/* Somebody spins on the counter; who sleeps meanwhile wakes in time. */
static void spin_beside_sleeper(void)
{
    pid_t child = forked();
    if (child == 0)
        for (;;)
            counter();
    sleep(1);
    sleep(1);
    printf("woke at %ld\n", elapsed());
    kill(child, SIGKILL);
    status_of(child, 0);
}

static void spin_for_ever(void)
{
    for (;;)
        time(NULL);
}

static void which_processor(void)
{
    unsigned processor = 9, node = 9;
    must(syscall(SYS_getcpu, &processor, &node, NULL) == 0, "getcpu");
    printf("%u of node %u, %d\n", processor, node, sched_getcpu());
}

static const struct fact {
    const char *name;
    void (*perform)(void);
} facts[] = {
    {"big-pipe", big_pipe},
    {"captured-output", captured_output},
    {"clock-poll", clock_poll},
    {"clone-untraced", clone_untraced},
    {"copies-to-output", copies_to_output},
    {"counter", count_time},
    {"counter-prefixes", count_with_prefixes},
    {"counter-spin", spin_by_counter},
    {"discipline", discipline},
    {"duplicate-output", duplicate_output},
    {"eintr", interrupted},
    {"fcntl-lock", record_lock},
    {"fifo", fifo},
    {"flock", file_lock},
    {"four-clocks", four_clocks},
    {"identity", identity},
    {"nanosleep-rem", nanosleep_rem},
    {"nested-forks", nested_forks},
    {"orphan", orphan},
    {"output-at-offset", output_at_offset},
    {"processor", which_processor},
    {"queue", queue},
    {"range-to-output", range_to_output},
    {"read-only", read_only},
    {"restart", restart},
    {"semaphore", semaphore},
    {"setitimer", interval_timer},
    {"sigchld-ignored", sigchld_ignored},
    {"sigsuspend", suspend},
    {"sigtimedwait", timed_wait},
    {"socketpair", socket_pair},
    {"spawn", spawn},
    {"spin-beside", spin_beside_sleeper},
    {"spin-for-ever", spin_for_ever},
    {"spinner", spinner},
    {"stop-continue", stop_continue},
    {"system-v", system_v},
    {"threads", threads},
    {"timer-create", posix_timer},
    {"timerfd", timer_descriptor},
    {"waitid", wait_id},
    {"wnohang-poll", wnohang_poll},
    {"writev", vector_output},
};

int main(int argc, char **argv)
{
    began = milliseconds(CLOCK_MONOTONIC);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; argc == 2 && i < sizeof facts / sizeof *facts; i++) {
        if (strcmp(argv[1], facts[i].name) == 0) {
            facts[i].perform();
            return 0;
        }
    }
    fprintf(stderr, "usage: engine NAME, one of:\n");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        fprintf(stderr, "  %s\n", facts[i].name);
    return 2;
}
