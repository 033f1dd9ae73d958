/* The handler only raises a flag; the program does the work, where it is safe to do anything. */
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t asked;

static void on_term(int number)
{
    (void)number;
    asked = 1;
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_term};
    sigset_t term, before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    while (!asked)
        sigsuspend(&before); /* lets SIGTERM in and sleeps, in a single step */
    puts("asked to end, tidying up");
    return 0;
}
