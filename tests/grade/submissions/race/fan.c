#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            sleep(1);
            _exit(0);
        }
    }
    waitpid(children[0], NULL, 0);
    waitpid(children[1], NULL, WNOHANG); /* it has slept as long, so it has ended, too */
    printf("done\n");
    return 0;
}
