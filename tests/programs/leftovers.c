/*
 * Runs a command and tells what it left behind:
 *
 *     leftovers FILE COMMAND [ARGUMENT…]
 *
 * Whatever the command's processes leave, however they were left, becomes a child of this one (it
 * is a subreaper, prctl(2)). What is still alive five seconds after the command's end is written to
 * FILE, a line each, and killed. Ends with the command's status.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Writes down the children that are left and kills them. */
static void tell(FILE *out)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", getpid(), getpid());
    FILE *children = fopen(path, "r");
    int pid;
    while (children != NULL && fscanf(children, "%d", &pid) == 1) {
        snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
        FILE *file = fopen(path, "r");
        size_t length = file != NULL ? fread(line, 1, sizeof line - 1, file) : 0;
        if (file != NULL)
            fclose(file);
        line[length] = '\0';
        for (size_t i = 0; i + 1 < length; i++)
            if (line[i] == '\0')
                line[i] = ' ';
        fprintf(out, "%d %s\n", pid, line);
        kill(pid, SIGKILL);
    }
    if (children != NULL)
        fclose(children);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 125;
    FILE *out = fopen(argv[1], "w");
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pid_t command = fork();
    if (command == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status = 0, any;
    if (out == NULL || waitpid(command, &status, 0) != command)
        return 125;
    pid_t left = 0;
    for (int tries = 0; tries < 100 && left >= 0; tries++) {
        while ((left = waitpid(-1, &any, WNOHANG)) > 0) {
        }
        if (left == 0)
            nanosleep(&(struct timespec){0, 50000000}, NULL);
    }
    if (left == 0)
        tell(out);
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
