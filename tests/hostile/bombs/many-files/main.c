/* A million small files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    static const char *const folders[] = {"/work", "/tmp", "/dev/shm"};
    for (int i = 0; i < 3; i++) {
        int files = 0, fd;
        do {
            char path[64];
            snprintf(path, sizeof path, "%s/f%d", folders[i], files++);
            fd = open(path, O_WRONLY | O_CREAT, 0600);
            if (fd >= 0)
                close(fd);
        } while (fd >= 0 && files < 1000000);
        printf("%s: %s\n", folders[i], errno == ENOSPC && files < 3000 ? "full" : strerror(errno));
    }
    return 0;
}
