/*
 * Who may use the terminal, and who is told what by it: small programs, each of which says one
 * thing that must be true (termios(3), POSIX 11.1 of its base definitions, credentials(7)):
 *
 *     terminal NAME
 *
 * tests/terminal.bats holds the lines, and does what comes from outside.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static pid_t forked(void)
{
    pid_t child = fork();
    must(child >= 0, "fork");
    return child;
}

static void tell_read(const char *who)
{
    char bytes[100];
    ssize_t length = read(0, bytes, sizeof bytes);
    printf("%s: %s\n", who, length < 0 ? strerror(errno) : length == 0 ? "end of file" : "input");
}

static void tell_state(const char *who, int status)
{
    if (WIFSTOPPED(status))
        printf("%s stopped by %s\n", who, sigabbrev_np(WSTOPSIG(status)));
    else if (WIFSIGNALED(status))
        printf("%s killed by %s\n", who, sigabbrev_np(WTERMSIG(status)));
    else
        printf("%s ended with %d\n", who, WEXITSTATUS(status));
}

/* Forks a child whose own child is left to init, in a group where nobody can continue it. */
static void leave_orphan(void (*perform)(void))
{
    pid_t parent = forked();
    if (parent == 0) {
        must(setpgid(0, 0) == 0, "setpgid");
        if (forked() == 0) {
            sleep(1);
            perform();
            exit(0);
        }
        _exit(0);
    }
    must(waitpid(parent, NULL, 0) == parent, "waitpid");
    sleep(5);
}

static void read_as_orphan(void)
{
    tell_read("the orphan");
}

static void orphan_reads(void)
{
    leave_orphan(read_as_orphan);
}

static void stop_as_orphan(void)
{
    raise(SIGTSTP);
    printf("SIGTSTP stops nobody whom nobody can continue\n");
}

static void orphan_stops(void)
{
    leave_orphan(stop_as_orphan);
}

/* A group in the foreground outlives its leader: others are in the background all the same. */
static void leaderless_foreground(void)
{
    signal(SIGTTOU, SIG_IGN);
    pid_t leader = forked(), member;
    if (leader == 0) {
        setpgid(0, 0);
        usleep(1000);
        _exit(0);
    }
    setpgid(leader, leader);
    member = forked();
    if (member == 0) {
        setpgid(0, leader);
        pause();
        _exit(0);
    }
    setpgid(member, leader);
    must(tcsetpgrp(0, leader) == 0, "tcsetpgrp");
    must(waitpid(leader, NULL, 0) == leader, "waitpid");
    int status;
    pid_t reader = forked();
    if (reader == 0) {
        setpgid(0, 0);
        tell_read("the reader");
        _exit(0);
    }
    must(waitpid(reader, &status, WUNTRACED) == reader, "waitpid");
    tell_state("a reader in the background", status);
    kill(reader, SIGKILL);
    must(waitpid(reader, NULL, 0) == reader, "waitpid");
    must(waitpid(member, &status, 0) == member, "waitpid");
    tell_state("the rest of the foreground", status);
}

static void catch (int signal)
{
    (void)signal;
}

/* What a program finds when its terminal has hung up; told to the file that is its descriptor 3. */
static void hung_up(void)
{
    FILE *notes = fdopen(3, "w");
    must(notes != NULL, "descriptor 3");
    signal(SIGHUP, catch);
    pid_t job = forked();
    if (job == 0) {
        setpgid(0, 0);
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(0, getpid());
        pause();
        _exit(0);
    }
    setpgid(job, job);
    pause(); /* SIGHUP */
    fprintf(notes, "the job %s\n", waitpid(job, NULL, WNOHANG) == 0 ? "lives" : "is gone");
    char byte;
    fprintf(notes, "read %zd\n", read(0, &byte, 1));
    fprintf(notes, "write %zd", write(1, "x", 1));
    fprintf(notes, " %s\n", strerror(errno));
    fprintf(notes, "a terminal: %d\n", isatty(0));
    fclose(notes);
}

static const struct fact {
    const char *name;
    void (*perform)(void);
} facts[] = {
    {"hung-up", hung_up},
    {"leaderless-foreground", leaderless_foreground},
    {"orphan-reads", orphan_reads},
    {"orphan-stops", orphan_stops},
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
    fprintf(stderr, "usage: terminal NAME, one of:\n");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        fprintf(stderr, "  %s\n", facts[i].name);
    return 2;
}
