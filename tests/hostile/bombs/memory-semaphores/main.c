/* Sets of semaphores that nobody uses. */
#include <sys/ipc.h>
#include <sys/sem.h>

int main(void)
{
    for (;;)
        semget(IPC_PRIVATE, 250 /* more are refused */, IPC_CREAT | 0600);
}
