/*
 * The command line of bubblewrap (bwrap(1)), and what it means when it refuses.
 *
 * Everything is there by decision: the root folder is an empty tmpfs that is made read-only in the
 * end, /usr with what belongs to it comes from the host, and of /etc only what programs cannot do
 * without. /work, /tmp and /dev/shm are empty folders here; the stage mounts what they hold, with
 * bounds that bwrap cannot set.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/native.h"
#include "base/text.h"
#include "sandbox/internal.h"

static const char *const fixed[] = {
    "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
    "--unshare-cgroup-try",
    /* The same user in every sandbox, whoever grades. */
    "--uid", "1000", "--gid", "1000", "--hostname", "procenario",
    /* Whatever ends us ends all of it. */
    "--die-with-parent", "--new-session", "--as-pid-1",
    /* For the stage alone: its mounts, networks, and copying what a build made unreadable. The
     * director's user namespace of each run takes both away. */
    "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_DAC_OVERRIDE", "--cap-add", "CAP_NET_ADMIN",
    "--ro-bind", "/usr", "/usr"};

static const char *const of_usr[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec"};

/* Compilers and interpreters look for these; nothing in them is about this host's people. */
static const char *const of_etc[] = {"alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
                                     "java-*",       "perl",        "python3*"};

static const struct {
    const char *path, *text;
} files[] = {
    {"/etc/passwd", "root:x:0:0:root:/root:/usr/sbin/nologin\n"
                    "student:x:1000:1000:student:/tmp:/bin/sh\n"
                    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"},
    {"/etc/group", "root:x:0:\ntty:x:5:\nstudent:x:1000:\nnogroup:x:65534:\n"},
    {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"},
    {"/etc/hosts", "127.0.0.1 localhost procenario\n::1 localhost\n"},
};

static void add(struct bubblewrap *b, const char *word)
{
    b->argv = xreallocarray(b->argv, b->argc + 2, sizeof *b->argv);
    b->argv[b->argc++] = xstrdup(word);
    b->argv[b->argc] = NULL;
}

static void add_all(struct bubblewrap *b, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(b, words[i]);
}

static void add_three(struct bubblewrap *b, const char *option, const char *first,
                      const char *second)
{
    add_all(b, (const char *const[]){option, first, second}, 3);
}

/* A file that is made of what the descriptor, which is taken over, holds. */
static void add_file(struct bubblewrap *b, const char *mode, int fd, const char *path)
{
    char number[16];
    fd = descriptor_aside(fd);
    snprintf(number, sizeof number, "%d", fd);
    b->fds[b->fd_count++] = fd;
    add_all(b, (const char *const[]){"--perms", mode, "--file", number, path}, 5);
}

/* /bin and its like: links into /usr, or folders of their own on older systems. */
static void add_system(struct bubblewrap *b)
{
    for (size_t i = 0; i < ARRAY_SIZE(of_usr); i++) {
        char path[32], target[PATH_MAX];
        struct stat file;
        snprintf(path, sizeof path, "/%s", of_usr[i]);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length > 0) {
            target[length] = '\0';
            add_three(b, "--symlink", target, path);
        } else if (stat(path, &file) == 0 && S_ISDIR(file.st_mode)) {
            add_three(b, "--ro-bind", path, path);
        }
    }
}

static int is_of_etc(const struct dirent *entry)
{
    for (size_t i = 0; i < ARRAY_SIZE(of_etc); i++)
        if (fnmatch(of_etc[i], entry->d_name, 0) == 0)
            return 1;
    return 0;
}

static void add_etc(struct bubblewrap *b)
{
    struct dirent **entries;
    int count = scandir("/etc", &entries, is_of_etc, alphasort);
    for (int i = 0; i < count; i++) {
        char path[sizeof entries[i]->d_name + 8];
        snprintf(path, sizeof path, "/etc/%s", entries[i]->d_name);
        add_three(b, "--ro-bind", path, path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static bool add_files(struct bubblewrap *b, struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        int fd = memory_file("etc", files[i].text, strlen(files[i].text));
        if (fd < 0)
            return error_set(error, errno, "cannot make a file in memory");
        add_file(b, "0444", fd, files[i].path);
    }
    /* A copy: the user that we become may not be able to reach the original. */
    int self = open(own_program(), O_RDONLY | O_CLOEXEC);
    if (self < 0)
        return error_set(error, errno, "cannot open procenario's own program");
    add_file(b, "0555", self, "/run/procenario");
    return true;
}

/* In the folders where a system keeps it; PATH may name others' folders. */
static char *find_program(void)
{
    static const char *const folders[] = {"/usr/bin", "/bin", "/usr/local/bin"};
    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        char *path = xasprintf("%s/bwrap", folders[i]);
        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

bool bubblewrap_prepare(struct bubblewrap *b, int info, struct error *error)
{
    *b = (struct bubblewrap){.path = find_program()};
    if (b->path == NULL) {
        error_set(error, 0, "bubblewrap (bwrap) is not installed");
        error_remedy(error, "install it (Debian, Ubuntu: apt-get install bubblewrap)");
        return false;
    }
    char number[16];
    add(b, "bwrap");
    add_all(b, fixed, ARRAY_SIZE(fixed));
    add_system(b);
    add_all(b, (const char *const[]){"--dir", "/etc", "--dir", "/run"}, 4);
    add_etc(b);
    if (!add_files(b, error))
        return false;
    static const char *const rest[] = {"--proc",       "/proc", "--dev",        "/dev",    "--dir",
                                       "/work",        "--dir", "/tmp",         "--chdir", "/work",
                                       "--remount-ro", "/dev",  "--remount-ro", "/"};
    add_all(b, rest, ARRAY_SIZE(rest));
    snprintf(number, sizeof number, "%d", info);
    add_all(b, (const char *const[]){"--info-fd", number, "--", "/run/procenario", "stage"}, 5);
    snprintf(number, sizeof number, "%d", STAGE_SOCKET);
    add(b, number);
    return true;
}

void bubblewrap_release(struct bubblewrap *b)
{
    for (size_t i = 0; i < b->argc; i++)
        free(b->argv[i]);
    for (size_t i = 0; i < b->fd_count; i++)
        close(b->fds[i]);
    free(b->argv);
    free(b->path);
    *b = (struct bubblewrap){0};
}

/* ---- refusals ---- */

/* A setting that is one number; -1 where the kernel has no such setting. */
static long read_setting(const char *path)
{
    char text[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0)
        return -1;
    text[got] = '\0';
    return strtol(text, NULL, 10);
}

void bubblewrap_explain(const char *said, struct error *error)
{
    static const struct {
        const char *path;
        long refuses;
        const char *what, *remedy;
    } settings[] = {
        {"/proc/sys/user/max_user_namespaces", 0, "this host allows no user namespaces",
         "sysctl -w user.max_user_namespaces=10000"},
        {"/proc/sys/kernel/unprivileged_userns_clone", 0,
         "this host allows no user namespaces to ordinary users",
         "sysctl -w kernel.unprivileged_userns_clone=1"},
        {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1,
         "AppArmor takes their rights from user namespaces here",
         "give bwrap an AppArmor profile with 'userns,' (Ubuntu's apparmor-profiles has "
         "bwrap-userns-restrict), or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
    };
    auto_buf struct buf last = {0};
    /* Its last line tells why; what is before it is seldom about that. */
    size_t length = strlen(said);
    while (length > 0 && said[length - 1] == '\n')
        length--;
    const char *begin = said + length;
    while (begin > said && begin[-1] != '\n')
        begin--;
    text_add_visible(&last, begin, length - (size_t)(begin - said));
    const char *words = last.length > 0 ? last.data : "it ended without a word";
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        if (read_setting(settings[i].path) == settings[i].refuses) {
            error_set(error, 0, "%s (%s)", settings[i].what, words);
            error_remedy(error, "%s", settings[i].remedy);
            return;
        }
    }
    error_set(error, 0, "bubblewrap refuses: %s", words);
    error_remedy(error,
                 "in a container: docker run --security-opt seccomp=unconfined --security-opt "
                 "apparmor=unconfined --security-opt systempaths=unconfined (podman: "
                 "--security-opt unmask=ALL); see 'procenario doctor'");
}
