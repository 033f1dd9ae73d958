/* A million system calls that the director does not trace. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    for (long i = 0; i < count; i++)
        syscall(SYS_getppid);
    return 0;
}
