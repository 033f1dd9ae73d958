#include <stdlib.h>
#include <string.h>

int main(void)
{
    for (;;) {
        char *memory = malloc(4 << 20);
        if (memory != NULL)
            memset(memory, 1, 4 << 20);
    }
}
