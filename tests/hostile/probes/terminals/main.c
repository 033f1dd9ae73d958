/* Types into terminals that others read from, and takes up all of the host's. */
#define _GNU_SOURCE
#include "attack.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#ifndef TIOCLINUX
#define TIOCLINUX 0x541C
#endif

int main(void)
{
    static const unsigned long high[] = {0, 1UL << 32, 0xffffffffUL << 32};
    char letter = 'x', two = 2;
    int discipline = 0;
    for (int fd = 0; fd < 3; fd++)
        for (size_t i = 0; i < sizeof high / sizeof *high; i++) {
            refused(syscall(SYS_ioctl, fd, high[i] | TIOCSTI, &letter), EPERM, "TIOCSTI");
            refused(syscall(SYS_ioctl, fd, high[i] | TIOCLINUX, &two), EPERM, "TIOCLINUX");
            refused(syscall(SYS_ioctl, fd, high[i] | TIOCSETD, &discipline), EPERM, "TIOCSETD");
            refused(syscall(SYS_ioctl, fd, high[i] | TIOCCONS, 0), EPERM, "TIOCCONS");
        }
    int opened = 0;
    while (opened < 900 && open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0)
        opened++;
    held(opened < 100, "all terminals of the host");
    held(open("/dev/console", O_RDWR) < 0, "the console");
    held(open("/dev/tty1", O_RDWR) < 0, "a console");
    return done();
}
