/* Outlives its parents in a session of its own, deaf to all signals. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            for (int s = 1; s < NSIG; s++)
                signal(s, SIG_IGN);
            for (;;)
                sleep(1);
        }
        _exit(0);
    }
    puts("hello");
    return 0;
}
