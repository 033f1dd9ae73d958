/* Memory that the size of no process shows: shared, and given back by the one who touched it. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

int main(void)
{
    for (;;) {
        char *memory =
            mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            continue;
        memset(memory, 1, 16 << 20);
        madvise(memory, 16 << 20, MADV_DONTNEED);
    }
}
