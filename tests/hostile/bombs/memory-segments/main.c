/* System V segments that nobody is attached to. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    for (;;) {
        void *memory = shmat(shmget(IPC_PRIVATE, 16 << 20, IPC_CREAT | 0600), NULL, 0);
        if (memory == (void *)-1)
            continue;
        memset(memory, 1, 16 << 20);
        shmdt(memory);
    }
}
