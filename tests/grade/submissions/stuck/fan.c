#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int ends[2];
    char byte;
    pipe(ends);
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            sleep(1);
            _exit(0);
        }
    while (wait(NULL) > 0) {
    }
    read(ends[0], &byte, 1); /* the other end is open here, too */
    printf("done\n");
    return 0;
}
