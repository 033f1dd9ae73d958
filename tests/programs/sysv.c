/*
 * System V's semaphores and message queues, one small program a fact: sysv NAME. As in waits.c,
 * every line would be the same on an idle kernel of its own, but for the times, which are exact
 * here. tests/sysv.bats holds the lines.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec began;

static long elapsed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000;
}

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf(" at %ld\n", elapsed());
    fflush(stdout);
}

static int operate(int set, short by, short flags)
{
    struct sembuf operation = {0, by, flags};
    return semop(set, &operation, 1);
}

static const char *outcome(int result)
{
    return result >= 0 ? "done" : strerror(errno);
}

static void producer_and_consumer(void)
{
    enum { FULL, EMPTY, COUNT };
    int set = semget(IPC_PRIVATE, COUNT, 0600);
    volatile int *slot =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    semctl(set, EMPTY, SETVAL, 1);
    if (fork() == 0) {
        for (int i = 1; i <= 3; i++) {
            sleep(1);
            semop(set, &(struct sembuf){EMPTY, -1, 0}, 1);
            *slot = i;
            semop(set, &(struct sembuf){FULL, 1, 0}, 1);
        }
        _exit(0);
    }
    for (int i = 1; i <= 3; i++) {
        semop(set, &(struct sembuf){FULL, -1, 0}, 1);
        say("took %d", *slot);
        semop(set, &(struct sembuf){EMPTY, 1, 0}, 1);
    }
    wait(NULL);
}

/* All wait for the same; each is woken, and goes on, in its turn. */
static void barrier(void)
{
    enum { MANY = 5 };
    int set = semget(IPC_PRIVATE, 2, 0600);
    semctl(set, 0, SETVAL, MANY);
    for (int i = 0; i < MANY; i++)
        if (fork() == 0) {
            sleep((unsigned)(MANY - i));
            semop(set, &(struct sembuf){0, -1, 0}, 1);
            semop(set, &(struct sembuf){0, 0, 0}, 1); /* until it is zero */
            say("passed %d", i);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
}

/* In the order in which they came to wait. */
static void queue_of_waiters(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            usleep((useconds_t)(4 - i) * 100000);
            operate(set, -1, 0);
            say("got it: %d", i);
            sleep(1);
            operate(set, 1, 0);
            _exit(0);
        }
    sleep(1);
    say("%d wait", semctl(set, 0, GETNCNT));
    operate(set, 1, 0);
    while (wait(NULL) > 0)
        ;
}

static void times(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf take = {0, -1, 0};
    struct timespec second = {1, 500000000}, none = {0, 0}, wrong = {0, -1};
    say("%s", outcome(semtimedop(set, &take, 1, &second)));
    say("%s", outcome(semtimedop(set, &take, 1, &none)));
    say("%s", outcome(semtimedop(set, &take, 1, &wrong)));
    say("%s", outcome(operate(set, -1, IPC_NOWAIT)));
    if (fork() == 0) {
        sleep(1);
        operate(set, 1, 0);
        _exit(0);
    }
    say("%s", outcome(semtimedop(set, &take, 1, &second)));
    wait(NULL);
    sleep(5); /* past what was the time */
    say("%s", outcome(operate(set, 1, 0)));
}

static void on_signal(int signal)
{
    (void)signal;
}

static void interrupted(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600), queue = msgget(IPC_PRIVATE, 0600);
    struct timespec minute = {60, 0};
    struct {
        long type;
        char text[8];
    } message;
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_signal, .sa_flags = SA_RESTART}, NULL);
    alarm(2);
    say("semop: %s", outcome(operate(set, -1, 0)));
    alarm(2);
    say("semtimedop: %s", outcome(semtimedop(set, &(struct sembuf){0, -1, 0}, 1, &minute)));
    alarm(2);
    say("msgrcv: %s", outcome((int)msgrcv(queue, &message, sizeof message.text, 0, 0)));
    /* Stopped and continued, a receiver goes on waiting. */
    pid_t child = fork();
    if (child == 0) {
        say("received %zd", msgrcv(queue, &message, sizeof message.text, 0, 0));
        _exit(0);
    }
    sleep(1);
    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    sleep(1);
    kill(child, SIGCONT);
    sleep(1);
    message.type = 1;
    msgsnd(queue, &message, 5, 0);
    wait(NULL);
}

/* What a waiter ignores does not wake it, and costs it no place in the queue. */
static void not_interrupted(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600), queue = msgget(IPC_PRIVATE, 0600);
    signal(SIGUSR1, SIG_IGN);
    pid_t waiter = getpid();
    if (fork() == 0) {
        sleep(1);
        kill(waiter, SIGUSR1);
        kill(waiter, SIGWINCH);
        kill(waiter, SIGCONT);
        sleep(1);
        operate(set, 1, 0);
        _exit(0); /* and SIGCHLD */
    }
    if (fork() == 0)
        _exit(0);
    say("semop: %s", outcome(operate(set, -1, 0)));
    while (wait(NULL) > 0)
        ;
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    printf("SIGCHLD is %s\n", sigismember(&blocked, SIGCHLD) ? "blocked" : "as it was");
    struct {
        long type;
        char text[1];
    } message = {.type = 1};
    pid_t receivers[2];
    for (int i = 0; i < 2; i++) {
        receivers[i] = fork();
        if (receivers[i] == 0) {
            msgrcv(queue, &message, 1, 0, 0);
            say("receiver %d", i);
            _exit(0);
        }
        sleep(1);
    }
    kill(receivers[0], SIGWINCH);
    msgsnd(queue, &message, 1, 0);
    sleep(1);
    msgsnd(queue, &message, 1, 0);
    while (wait(NULL) > 0)
        ;
}

/* A time that is over at once, and the same time for several. */
static void no_time(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600), failed = 0;
    struct sembuf take = {0, -1, 0};
    struct timespec none = {0, 0}, second = {1, 0};
    for (int i = 0; i < 200; i++)
        failed += semtimedop(set, &take, 1, &none) != 0 && errno == EAGAIN;
    printf("%d of 200 in vain\n", failed);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            semtimedop(set, &take, 1, &second);
            printf("%d is over\n", i);
            fflush(stdout);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    struct sembuf ask = {0, -1, IPC_NOWAIT};
    if (fork() == 0) {
        sleep(2);
        operate(set, 1, 0);
        _exit(0);
    }
    while (semtimedop(set, &ask, 1, &second) != 0)
        ;
    printf("got it\n");
}

static void removed(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600), queue = msgget(IPC_PRIVATE, 0600);
    if (fork() == 0) {
        say("semop: %s", outcome(operate(set, -1, 0)));
        _exit(0);
    }
    if (fork() == 0) {
        long message[2];
        say("msgrcv: %s", outcome((int)msgrcv(queue, &message, sizeof message[1], 0, 0)));
        _exit(0);
    }
    sleep(1);
    semctl(set, 0, IPC_RMID);
    wait(NULL);
    msgctl(queue, IPC_RMID, NULL);
    wait(NULL);
}

static void undone(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600);
    operate(set, 1, 0);
    pid_t child = fork();
    if (child == 0) {
        operate(set, -1, SEM_UNDO);
        say("taken");
        pause();
    }
    sleep(1);
    if (fork() == 0) {
        operate(set, -1, 0);
        say("got it");
        _exit(0);
    }
    sleep(1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    wait(NULL);
    say("%d", semctl(set, 0, GETVAL));
}

static void messages(void)
{
    struct {
        long type;
        char text[4096];
    } message = {.type = 1};
    int queue = msgget(IPC_PRIVATE, 0600);
    struct msqid_ds state;
    msgctl(queue, IPC_STAT, &state);
    long most = (long)(state.msg_qbytes / sizeof message.text);
    if (fork() == 0) {
        for (long i = 0; i < most + 2; i++)
            msgsnd(queue, &message, sizeof message.text, 0);
        say("sent all");
        message.type = 9;
        msgsnd(queue, &message, 1, 0);
        _exit(0);
    }
    sleep(2);
    say("type 9: %s", outcome((int)msgrcv(queue, &message, sizeof message.text, 9, IPC_NOWAIT)));
    if (fork() == 0) {
        say("of type 9: %zd", msgrcv(queue, &message, sizeof message.text, 9, 0));
        _exit(0);
    }
    long got = 0;
    for (long i = 0; i < most + 2; i++)
        got += msgrcv(queue, &message, sizeof message.text, 1, 0) == sizeof message.text;
    say("received %s", got == most + 2 ? "all" : "too few");
    wait(NULL);
    wait(NULL);
}

/* A loop that asks in vain costs time, so that others can do what it asks for. */
static void polling(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600);
    if (fork() == 0) {
        sleep(2);
        operate(set, 1, 0);
        _exit(0);
    }
    while (operate(set, -1, IPC_NOWAIT) != 0)
        ;
    printf("taken, %s\n", elapsed() >= 2000 && elapsed() < 2100 ? "soon after" : "late");
    if (fork() == 0) {
        sleep(2);
        semctl(set, 0, SETVAL, 7);
        _exit(0);
    }
    while (semctl(set, 0, GETVAL) != 7)
        ;
    printf("seen\n");
    fflush(stdout);
    while (wait(NULL) > 0)
        ;
}

/* Each has what the other wants. */
static void circle(void)
{
    int first = semget(IPC_PRIVATE, 1, 0600), second = semget(IPC_PRIVATE, 1, 0600);
    operate(first, 1, 0);
    operate(second, 1, 0);
    pid_t child = fork();
    operate(child == 0 ? first : second, -1, 0);
    sleep(1);
    operate(child == 0 ? second : first, -1, 0);
}

static const struct fact {
    const char *name;
    void (*perform)(void);
} facts[] = {
    {"barrier", barrier},
    {"circle", circle},
    {"interrupted", interrupted},
    {"messages", messages},
    {"no-time", no_time},
    {"not-interrupted", not_interrupted},
    {"polling", polling},
    {"producer-and-consumer", producer_and_consumer},
    {"queue-of-waiters", queue_of_waiters},
    {"removed", removed},
    {"times", times},
    {"undone", undone},
};

int main(int argc, char **argv)
{
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (size_t i = 0; argc == 2 && i < sizeof facts / sizeof *facts; i++) {
        if (strcmp(argv[1], facts[i].name) == 0) {
            facts[i].perform();
            return 0;
        }
    }
    return 2;
}
