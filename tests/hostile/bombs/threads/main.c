/* Threads until there are no more; then it says what stopped it. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *sleep_for_ever(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

int main(void)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 1 << 14);
    int error = 0, count = 0;
    for (pthread_t thread; error == 0 && count < 10000; count++)
        error = pthread_create(&thread, &small, sleep_for_ever, NULL);
    printf("%s after %s\n", error == EAGAIN ? "EAGAIN" : strerror(error),
           count < 1000 ? "hundreds" : "thousands");
    fflush(stdout);
    _exit(0);
}
