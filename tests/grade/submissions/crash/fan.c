#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    pid_t *children = NULL;
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            sleep(1);
            _exit(0);
        }
        children[i] = pid;
    }
    while (wait(NULL) > 0) {
    }
    printf("done\n");
    return 0;
}
