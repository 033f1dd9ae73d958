#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            sleep(1);
            _exit(0);
        }
    wait(NULL);
    sleep(4);
    printf("done\n");
    return 0;
}
