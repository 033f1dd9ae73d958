/* Messages that nobody takes, in queues without end. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

int main(void)
{
    static struct {
        long type;
        char text[8192];
    } message = {.type = 1};
    memset(message.text, 1, sizeof message.text);
    for (;;) {
        int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        while (queue >= 0 && msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT) == 0) {
        }
    }
}
