/* tsh: a small shell with job control. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_JOBS 32
#define MOST_WORDS 64
#define LONGEST_LINE 1024

enum state { FREE, RUNNING, STOPPED, ENDED };

struct job { /* number i + 1 is jobs[i]; one process, which leads a group of the same number */
    enum state state;
    pid_t pid;
    int signal; /* what stopped or killed it; 0: it ended by itself */
    bool news;  /* to be told before the next prompt */
    char command[LONGEST_LINE];
};

static struct job jobs[MOST_JOBS];
static volatile sig_atomic_t hung_up;
static sigset_t while_working, while_waiting; /* the signals that are blocked */

/* ---- the table of jobs; SIGCHLD is blocked ---- */

static struct job *job_add(pid_t pid, const char *command)
{
    for (int i = 0; i < MOST_JOBS; i++) {
        if (jobs[i].state != FREE)
            continue;
        jobs[i] = (struct job){.state = RUNNING, .pid = pid};
        snprintf(jobs[i].command, sizeof jobs[i].command, "%s", command);
        return &jobs[i];
    }
    return NULL;
}

static bool table_is_full(void)
{
    for (int i = 0; i < MOST_JOBS; i++)
        if (jobs[i].state == FREE)
            return false;
    return true;
}

static int job_number(const struct job *job)
{
    return (int)(job - jobs) + 1;
}

/* "%2" or "2" is job number 2; without a word, the latest that there is. */
static struct job *job_named(const char *word)
{
    int number = 0;
    for (int i = 0; word == NULL && i < MOST_JOBS; i++)
        if (jobs[i].state == RUNNING || jobs[i].state == STOPPED)
            number = i + 1;
    if (word != NULL)
        number = atoi(word[0] == '%' ? word + 1 : word);
    if (number < 1 || number > MOST_JOBS)
        return NULL;
    struct job *job = &jobs[number - 1];
    return job->state == RUNNING || job->state == STOPPED ? job : NULL;
}

/* ---- signals ---- */

static void note(pid_t pid, int status)
{
    for (int i = 0; i < MOST_JOBS; i++) {
        struct job *job = &jobs[i];
        if (job->pid != pid || job->state == FREE || job->state == ENDED)
            continue;
        if (WIFCONTINUED(status)) {
            job->state = RUNNING;
        } else if (WIFSTOPPED(status)) {
            job->state = STOPPED;
            job->signal = WSTOPSIG(status);
            job->news = true;
        } else {
            job->state = ENDED;
            job->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
            job->news = job->signal != 0;
        }
    }
}

static void on_child(int signal)
{
    int code = errno, status;
    pid_t pid;
    (void)signal;
    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
        note(pid, status);
    errno = code;
}

static void on_hang_up(int signal)
{
    (void)signal;
    hung_up = 1;
}

static void catch_with(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

static const int terminal_signals[] = {SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
#define TERMINAL_SIGNALS (sizeof terminal_signals / sizeof *terminal_signals)

static void set_terminal_signals(void (*disposition)(int))
{
    for (size_t i = 0; i < TERMINAL_SIGNALS; i++)
        catch_with(terminal_signals[i], disposition, 0);
}

/* ---- what jobs do ---- */

/* What happened to jobs since it was last told; forgets those that have ended. */
static void tell_news(void)
{
    for (int i = 0; i < MOST_JOBS; i++) {
        struct job *job = &jobs[i];
        if (job->news)
            printf("[%d] %s by signal SIG%s: %s\n", i + 1,
                   job->state == STOPPED ? "stopped" : "killed", sigabbrev_np(job->signal),
                   job->command);
        job->news = false;
        if (job->state == ENDED)
            job->state = FREE;
    }
    fflush(stdout);
}

/* The job has the terminal until it stops or ends. */
static void wait_in_foreground(struct job *job)
{
    tcsetpgrp(STDIN_FILENO, job->pid);
    kill(-job->pid, SIGCONT);
    while (job->state == RUNNING && !hung_up)
        sigsuspend(&while_waiting);
    tcsetpgrp(STDIN_FILENO, getpgrp());
}

static void run_program(char **words)
{
    pid_t self = getpid();
    setpgid(self, self);
    set_terminal_signals(SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &while_waiting, NULL);
    execvp(words[0], words);
    fprintf(stderr, "%s: command not found\n", words[0]);
    _exit(127);
}

static void start_job(char **words, const char *command, bool in_background)
{
    if (table_is_full()) {
        printf("too many jobs\n");
        return;
    }
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        return;
    }
    if (pid == 0)
        run_program(words);
    setpgid(pid, pid); /* both do it: whoever comes first */
    struct job *job = job_add(pid, command);
    if (in_background)
        printf("[%d] %s &\n", job_number(job), command);
    else
        wait_in_foreground(job);
}

/* ---- commands of the shell itself ---- */

static void leave(void)
{
    for (int i = 0; i < MOST_JOBS; i++) {
        if (jobs[i].state != RUNNING && jobs[i].state != STOPPED)
            continue;
        kill(-jobs[i].pid, SIGHUP);
        kill(-jobs[i].pid, SIGCONT);
    }
    exit(0);
}

static void list_jobs(void)
{
    for (int i = 0; i < MOST_JOBS; i++)
        if (jobs[i].state == RUNNING || jobs[i].state == STOPPED)
            printf("[%d] %s %s\n", i + 1, jobs[i].state == RUNNING ? "running" : "stopped",
                   jobs[i].command);
}

static void continue_job(const char *builtin, const char *word)
{
    struct job *job = job_named(word);
    if (job == NULL) {
        printf("%s: no such job\n", builtin);
        return;
    }
    job->state = RUNNING;
    if (strcmp(builtin, "fg") == 0) {
        printf("%s\n", job->command);
        fflush(stdout);
        wait_in_foreground(job);
    } else {
        printf("[%d] %s &\n", job_number(job), job->command);
        kill(-job->pid, SIGCONT);
    }
}

static bool perform_builtin(char **words)
{
    if (strcmp(words[0], "quit") == 0)
        leave();
    else if (strcmp(words[0], "jobs") == 0)
        list_jobs();
    else if (strcmp(words[0], "fg") == 0 || strcmp(words[0], "bg") == 0)
        continue_job(words[0], words[1]);
    else
        return false;
    return true;
}

/* ---- lines ---- */

/* Takes off blanks at both ends, and `&` at the end. True: it was there. */
static bool trim(char **line)
{
    bool in_background = false;
    *line += strspn(*line, " \t");
    size_t length = strlen(*line);
    while (length > 0 && strchr(" \t\n&", (*line)[length - 1]) != NULL)
        in_background |= (*line)[--length] == '&';
    (*line)[length] = '\0';
    return in_background;
}

static void perform(char *line)
{
    bool in_background = trim(&line);
    char copy[LONGEST_LINE], *words[MOST_WORDS + 1] = {0};
    snprintf(copy, sizeof copy, "%s", line);
    size_t count = 0;
    for (char *word = strtok(copy, " \t"); word != NULL; word = strtok(NULL, " \t"))
        if (count < MOST_WORDS)
            words[count++] = word;
    if (count > 0 && !perform_builtin(words))
        start_job(words, line, in_background);
    fflush(stdout);
}

/* A line from the terminal; meanwhile children are reaped. False: there are no more. */
static bool read_line(char *line, size_t size)
{
    printf("tsh> ");
    fflush(stdout);
    sigprocmask(SIG_SETMASK, &while_waiting, NULL);
    bool got = fgets(line, (int)size, stdin) != NULL;
    sigprocmask(SIG_SETMASK, &while_working, NULL);
    return got && !hung_up;
}

int main(void)
{
    char line[LONGEST_LINE];
    sigemptyset(&while_waiting);
    sigemptyset(&while_working);
    sigaddset(&while_working, SIGCHLD);
    sigprocmask(SIG_SETMASK, &while_working, NULL);
    catch_with(SIGCHLD, on_child, SA_RESTART);
    catch_with(SIGHUP, on_hang_up, 0);
    set_terminal_signals(SIG_IGN);
    while (read_line(line, sizeof line)) {
        tell_news();
        perform(line);
        tell_news();
    }
    leave();
}
