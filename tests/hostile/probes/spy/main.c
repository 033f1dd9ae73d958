/* Looks for the scenario, the expected output, other submissions, other people and their processes. */
#define _GNU_SOURCE
#include "attack.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

extern char **environ;

static int look(const char *path, const struct stat *file, int kind, struct FTW *place)
{
    (void)file;
    static const char *const telling[] = {"yaml", "hidden", "submission", "result", "probes"};
    const char *name = path + place->base;
    if (place->level == 1 && (strcmp(name, "proc") == 0 || strcmp(name, "usr") == 0 || strcmp(path, "/etc") == 0))
        return FTW_SKIP_SUBTREE;
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        held(strstr(name, telling[i]) == NULL, path);
    held(kind != FTW_DNR, path);
    return FTW_CONTINUE;
}

static void look_at_process(int pid)
{
    enum { READ_DENIED = 6 };
    static const char *const files[] = {"environ", "syscall", "stack",   "personality",
                                        "io",      "auxv",    "mem",     "maps",
                                        "fd/0",    "fd/3",    "root",    "cwd/x",
                                        "exe",     "pagemap", "ns/user", "map_files/x"};
    char path[64];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", pid, files[i]);
        char byte;
        int fd = open(path, O_RDONLY);
        /* Some may be opened by who may not read them. */
        held(fd < 0 || (i < READ_DENIED && read(fd, &byte, 1) < 0), path);
        if (fd >= 0)
            close(fd);
    }
    char byte;
    struct iovec to = {&byte, 1}, from = {environ, 1};
    refused(process_vm_readv(pid, &to, 1, &from, 1, 0), EPERM, "process_vm_readv");
}

int main(void)
{
    held(nftw("/", look, 16, FTW_PHYS | FTW_ACTIONRETVAL) == 0, "walking through all folders");
    static const char *const absent[] = {"/home",   "/root", "/mnt",        "/media", "/srv", "/sys",
                                         "/var",    "/opt",  "/etc/shadow", "/boot",  "/built",
                                         "/dev/sda", "/dev/vda", "/dev/mem", "/dev/kmsg", "/dev/fuse"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        held(access(absent[i], F_OK) != 0, absent[i]);

    /* All processes but itself. The first is the run's init, whose memory began as the stage's. */
    DIR *proc = opendir("/proc");
    int others = 0;
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;) {
        int pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
        if (pid > 0 && pid != getpid()) {
            others++;
            look_at_process(pid);
        }
    }
    held(others == (getppid() == 1 ? 1 : 2), "other processes");

    int users = 0;
    for (struct passwd *user; (user = getpwent()) != NULL; users++)
        held(strcmp(user->pw_name, "root") == 0 || strcmp(user->pw_name, "student") == 0 ||
                 strcmp(user->pw_name, "nobody") == 0,
             user->pw_name);
    held(users == 3, "users");
    static const char *const known[] = {"PATH=", "LANG=",    "TZ=",   "TERM=", "PYTHON", "HOME=/tmp",
                                        "USER=student", "LOGNAME=student"};
    for (char **variable = environ; *variable != NULL; variable++) {
        int is_known = 0;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known |= strncmp(*variable, known[i], strlen(known[i])) == 0;
        held(is_known, *variable);
    }
    char host[64];
    held(gethostname(host, sizeof host) == 0 && strcmp(host, "procenario") == 0, "the host's name");
    return done();
}
