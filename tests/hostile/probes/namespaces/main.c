/* New namespaces, in which one would be root, and mounts. */
#define _GNU_SOURCE
#include "attack.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    static const struct {
        unsigned long flag;
        const char *name;
    } namespaces[] = {{CLONE_NEWUSER, "user"}, {CLONE_NEWNS, "mount"}, {CLONE_NEWPID, "pid"},
                      {CLONE_NEWNET, "net"},   {CLONE_NEWIPC, "ipc"},  {CLONE_NEWUTS, "uts"},
                      {CLONE_NEWCGROUP, "cgroup"}};
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        refused(unshare((int)namespaces[i].flag), EPERM, namespaces[i].name);
        refused(unshare((int)(namespaces[i].flag | CLONE_NEWUSER)), EPERM, namespaces[i].name);
        refused(syscall(SYS_clone, namespaces[i].flag | SIGCHLD, 0, 0, 0, 0), EPERM,
                namespaces[i].name);
        refused(syscall(SYS_clone, namespaces[i].flag | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0), EPERM,
                namespaces[i].name);
    }
    struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    refused(syscall(SYS_clone3, &arguments, sizeof arguments), ENOSYS, "clone3");
    static const char *const links[] = {"user", "mnt", "pid", "net", "pid_for_children"};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        for (int who = 0; who < 2; who++) {
            char path[64];
            snprintf(path, sizeof path, "/proc/%s/ns/%s", who == 0 ? "self" : "1", links[i]);
            int fd = open(path, O_RDONLY);
            held(fd < 0 || setns(fd, 0) != 0, path);
        }
    refused(mount("none", "/tmp", "tmpfs", 0, NULL), EPERM, "mounting a tmpfs");
    refused(mount("/work", "/tmp", NULL, MS_BIND, NULL), EPERM, "a bind mount");
    refused(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL), EPERM, "making / writable");
    refused(umount2("/work", MNT_DETACH), EPERM, "uncovering /work");
    refused(umount2("/proc", MNT_DETACH), EPERM, "uncovering /proc");
    refused(chroot("/tmp"), EPERM, "chroot");
    refused(syscall(SYS_pivot_root, "/tmp", "/tmp"), EPERM, "pivot_root");
    refused(syscall(SYS_fsopen, "tmpfs", 0), EPERM, "fsopen");
    refused(syscall(SYS_open_tree, AT_FDCWD, "/work", 1), EPERM, "open_tree");
    return done();
}
