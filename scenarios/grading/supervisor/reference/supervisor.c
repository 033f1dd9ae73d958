/*
 * supervisor WORKERS GRACE COMMAND [ARGUMENT…]: keeps so many workers running.
 *
 * The signals that it lives by are blocked from the start, and taken one by one by sigwait(3):
 * nothing comes between two lines of this program, and a signal that comes early waits for its
 * turn.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_WORKERS 64
#define MOST_RESTARTS 3

struct worker {
    pid_t pid; /* 0: it does not run */
    int restarts;
};

static struct worker workers[MOST_WORKERS];
static int worker_count;
static unsigned grace; /* seconds */
static char **command;
static bool stopping;
static int result; /* what the supervisor will end with */

static void start(struct worker *worker)
{
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        return;
    }
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    worker->pid = pid;
    printf("worker %d started\n", (int)(worker - workers) + 1);
}

static int running(void)
{
    int count = 0;
    for (int i = 0; i < worker_count; i++)
        count += workers[i].pid != 0;
    return count;
}

static void signal_all(int signal)
{
    for (int i = 0; i < worker_count; i++)
        if (workers[i].pid != 0)
            kill(workers[i].pid, signal);
}

/* Workers that do not stop within the time of grace are killed. */
static void stop(void)
{
    if (stopping)
        return;
    stopping = true;
    signal_all(SIGTERM);
    alarm(grace);
}

static void kill_the_rest(void)
{
    for (int i = 0; i < worker_count; i++) {
        if (workers[i].pid == 0)
            continue;
        printf("worker %d killed\n", i + 1);
        kill(workers[i].pid, SIGKILL);
        result = 1;
    }
}

static void tell_failure(int number, int status)
{
    if (WIFSIGNALED(status))
        printf("worker %d failed (SIG%s)\n", number, sigabbrev_np(WTERMSIG(status)));
    else
        printf("worker %d failed (status %d)\n", number, WEXITSTATUS(status));
}

static void has_ended(struct worker *worker, int status)
{
    int number = (int)(worker - workers) + 1;
    worker->pid = 0;
    if (stopping || status == 0)
        return;
    tell_failure(number, status);
    if (worker->restarts++ < MOST_RESTARTS) {
        start(worker);
        return;
    }
    printf("worker %d failed too often\n", number);
    result = 1;
    stop();
}

/* SIGCHLD tells that some have ended, not how many. */
static void reap(void)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < worker_count; i++)
            if (workers[i].pid == pid)
                has_ended(&workers[i], status);
}

static void supervise(const sigset_t *signals)
{
    int signal;
    while (running() > 0 && sigwait(signals, &signal) == 0) {
        if (signal == SIGCHLD)
            reap();
        else if (signal == SIGTERM)
            stop();
        else if (signal == SIGALRM)
            kill_the_rest();
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    worker_count = argc > 3 ? atoi(argv[1]) : 0;
    if (worker_count < 1 || worker_count > MOST_WORKERS) {
        fprintf(stderr, "usage: supervisor WORKERS GRACE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    grace = (unsigned)atoi(argv[2]);
    command = argv + 3;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGALRM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < worker_count; i++)
        start(&workers[i]);
    supervise(&signals);
    return result;
}
