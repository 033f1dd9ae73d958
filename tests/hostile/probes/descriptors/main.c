/* Writes to whatever else it has inherited, and to what others have open. */
#define _GNU_SOURCE
#include "attack.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    static const char lie[] = "{\"points\": 100}\n";
    for (int fd = 3; fd < 70000; fd++)
        refused(write(fd, lie, sizeof lie), EBADF, "a descriptor that was open");
    char path[64];
    for (int pid = 1; pid < 3; pid++)
        for (int fd = 0; pid != getpid() && fd < 64; fd++) {
            snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
            held(open(path, O_WRONLY) < 0, path);
        }
    held(open("/run/procenario", O_WRONLY) < 0, "the runner's program");
    held(open("/etc/passwd", O_WRONLY) < 0, "/etc/passwd");
    held(open("/usr/bin/env", O_WRONLY) < 0, "/usr/bin/env");
    held(open("/x", O_WRONLY | O_CREAT, 0600) < 0, "a file in /");
    held(open("/etc/x", O_WRONLY | O_CREAT, 0600) < 0, "a file in /etc");
    held(open("/dev/x", O_WRONLY | O_CREAT, 0600) < 0, "a file in /dev");
    held(unlink("/etc/passwd") != 0, "removing /etc/passwd");
    held(rename("/work", "/dev/work") != 0, "moving /work");
    held(rmdir("/tmp") != 0, "removing /tmp");
    /* What settings of the kernel the run's own root could change. */
    static const char *const settings[] = {
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/pid_max",     "/proc/sysrq-trigger",
        "/proc/sys/kernel/ns_last_pid",  "/proc/sys/vm/overcommit_memory", "/proc/1/oom_score_adj",
        "/proc/sys/user/max_user_namespaces", "/proc/1/uid_map", "/proc/self/uid_map",
        "/proc/sys/net/ipv4/ip_forward"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        int fd = open(settings[i], O_WRONLY);
        held(fd < 0 || write(fd, "1", 1) < 0, settings[i]);
    }
    /* Some files of /proc are copies in memory: not to keep things in. */
    int copy = open("/proc/uptime", O_RDONLY);
    held(copy >= 0 && write(copy, lie, sizeof lie) < 0, "writing to /proc/uptime");
    held(ftruncate(copy, 1 << 20) != 0, "making /proc/uptime larger");
    held(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, copy, 0) == MAP_FAILED,
         "mapping /proc/uptime");
    return done();
}
