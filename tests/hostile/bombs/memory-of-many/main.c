/* Forty processes, each with little. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    for (int i = 0; i < 40; i++)
        if (fork() == 0) {
            for (int k = 0; k < 16; k++) {
                char *memory = malloc(1 << 20);
                if (memory != NULL)
                    memset(memory, 1, 1 << 20);
                usleep(1000);
            }
            for (;;)
                pause();
        }
    for (;;)
        pause();
}
