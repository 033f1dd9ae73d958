/* Both calls may return -1, and for both the program knows what to do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    pid_t pid = fork();
    if (pid == -1) {
        fprintf(stderr, "cannot fork: %s\n", strerror(errno));
        return 1;
    }
    if (pid == 0) {
        puts("in child process");
        return 7;
    }
    int status;
    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR) {
            fprintf(stderr, "cannot wait: %s\n", strerror(errno));
            return 1;
        }
    }
    if (WIFEXITED(status))
        printf("my child ended with status %d\n", WEXITSTATUS(status));
    return 0;
}
