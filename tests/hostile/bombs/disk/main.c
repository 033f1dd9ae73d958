/* Fills each folder that it can write to; then it says when that was over. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char block[1 << 20];

int main(void)
{
    static const char *const folders[] = {"/work", "/tmp", "/dev/shm"};
    for (int i = 0; i < 3; i++) {
        char path[64];
        int files = 0, full = 0;
        while (!full && files < 1000) {
            snprintf(path, sizeof path, "%s/%d", folders[i], files++);
            int fd = open(path, O_WRONLY | O_CREAT, 0600);
            full = write(fd, block, sizeof block) != (ssize_t)sizeof block;
            close(fd);
        }
        printf("%s: %s\n", folders[i], files > 20 && files <= 33 ? "full" : "wrong");
    }
    return 0;
}
