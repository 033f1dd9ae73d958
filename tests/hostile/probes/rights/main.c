/* Becoming somebody else. */
#define _GNU_SOURCE
#include "attack.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the program says when it is executed as set-user-ID. */
static int tell(void)
{
    return geteuid() == 1000 && getuid() == 1000 && getegid() == 1000 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return tell();
    held(tell() == 0, "being somebody else from the beginning");
    held(setuid(0) != 0, "setuid");
    held(seteuid(0) != 0, "seteuid");
    held(setgid(0) != 0, "setgid");
    held(setresuid(65534, 65534, 65534) != 0, "setresuid");
    gid_t root = 0;
    held(setgroups(1, &root) != 0, "setgroups");
    held(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0, "new privileges");
    held(prctl(PR_CAPBSET_DROP, 0, 0, 0, 0) != 0, "a capability to give up");
    held(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0) != 0, "a capability");
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct now[2] = {{0}}, all[2] = {{~0U, ~0U, ~0U}, {~0U, ~0U, ~0U}};
    held(syscall(SYS_capget, &header, now) == 0 && now[0].effective == 0 && now[0].permitted == 0 &&
             now[1].effective == 0 && now[1].permitted == 0,
         "capabilities");
    held(syscall(SYS_capset, &header, all) != 0, "capset");

    held(chown("/work/main", 0, 0) != 0, "chown");
    chmod("/work/main", 06755);
    pid_t child = fork();
    if (child == 0) {
        execl("/work/main", "main", "tell", (char *)NULL);
        _exit(2);
    }
    int status;
    held(waitpid(child, &status, 0) == child && status == 0, "a set-user-ID program of one's own");
    static const char *const programs[] = {"/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        child = fork();
        if (child == 0) {
            if (freopen("/dev/null", "r", stdin) == NULL || freopen("/dev/null", "w", stdout) == NULL ||
                freopen("/dev/null", "w", stderr) == NULL)
                _exit(1);
            execl(programs[i], programs[i], i == 1 ? "/tmp" : "root", (char *)NULL);
            _exit(127);
        }
        held(waitpid(child, &status, 0) == child && status != 0, programs[i]);
    }
    held(mknod("/tmp/disk", S_IFBLK | 0600, 0x800) != 0, "a device of one's own");
    return done();
}
