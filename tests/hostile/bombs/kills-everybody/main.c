#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    if (fork() == 0) {
        for (;;)
            pause();
    }
    int answer = kill(-1, SIGKILL);
    printf("killed everybody: %d\n", answer);
    return 0;
}
