/*
 * What stat(2) and its kin say of files that are changed, one way of changing them after another:
 *
 *     files NAME
 *
 * tests/files.bats holds the lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

static time_t began;

static void must(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

/* Seconds since main() began; "-" for times before it. */
static const char *since(time_t t)
{
    static char text[4][32];
    static unsigned used;
    char *out = text[used++ % 4];
    if (t < began)
        strcpy(out, "-");
    else
        snprintf(out, sizeof text[0], "%ld", (long)(t - began));
    return out;
}

/* When it was modified and changed. */
static void look(const char *what, const char *name)
{
    struct stat status;
    must(lstat(name, &status) == 0, name);
    printf("%s: %s modified %s changed %s\n", what, name, since(status.st_mtime),
           since(status.st_ctime));
}

static int made(const char *name)
{
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    must(fd >= 0 && write(fd, "12345678", 8) == 8, name);
    return fd;
}

/* Each way to change a file is gone a second after the one before. */
#define LATER(name, what, call)                                                                    \
    do {                                                                                           \
        sleep(1);                                                                                  \
        must((call) >= 0, what);                                                                   \
        look(what, name);                                                                          \
    } while (0)
#define AFTER_A_SECOND(what, call) LATER("f", what, call)
#define IN_FOLDER(what, call) LATER("d", what, call)

static void ways(void)
{
    int fd = made("f"), other = made("other");
    struct iovec part = {"x", 1};
    struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    off_t from = 0, to = 0;
    look("made", "f");
    AFTER_A_SECOND("write", write(fd, "x", 1));
    AFTER_A_SECOND("writev", writev(fd, &part, 1));
    AFTER_A_SECOND("pwrite", pwrite(fd, "x", 1, 0));
    AFTER_A_SECOND("pwritev", pwritev(fd, &part, 1, 0));
    AFTER_A_SECOND("pwritev2", syscall(SYS_pwritev2, fd, &part, 1, 0L, 0L, 0));
    AFTER_A_SECOND("ftruncate", ftruncate(fd, 4));
    AFTER_A_SECOND("truncate", truncate("f", 2));
    AFTER_A_SECOND("fallocate", fallocate(fd, 0, 0, 100));
    AFTER_A_SECOND("copy_file_range", copy_file_range(other, &from, fd, &to, 4, 0));
    AFTER_A_SECOND("O_TRUNC", close(open("f", O_WRONLY | O_TRUNC)));
    AFTER_A_SECOND("O_APPEND alone", close(open("f", O_WRONLY | O_APPEND)));
    AFTER_A_SECOND("O_CREAT alone", close(open("f", O_WRONLY | O_CREAT, 0600)));
    AFTER_A_SECOND("read", read(fd, (char[1]){0}, 1));
    AFTER_A_SECOND("fchmod", fchmod(fd, 0640));
    AFTER_A_SECOND("chmod", chmod("f", 0600));
    AFTER_A_SECOND("fchmodat", fchmodat(AT_FDCWD, "f", 0640, 0));
    AFTER_A_SECOND("fchown", fchown(fd, getuid(), getgid()));
    AFTER_A_SECOND("chown", chown("f", getuid(), getgid()));
    AFTER_A_SECOND("lchown", lchown("f", getuid(), getgid()));
    AFTER_A_SECOND("fchownat", fchownat(fd, "", getuid(), getgid(), AT_EMPTY_PATH));
    AFTER_A_SECOND("link", link("f", "second"));
    AFTER_A_SECOND("rename", rename("second", "third"));
    AFTER_A_SECOND("utimes", utimes("f", NULL));
    AFTER_A_SECOND("utimensat", utimensat(AT_FDCWD, "f", now, 0));
    AFTER_A_SECOND("futimens", futimens(fd, NULL));
    AFTER_A_SECOND("utime", utime("f", NULL));
}

static void folders(void)
{
    must(mkdir("d", 0700) == 0, "mkdir");
    look("mkdir", "d");
    IN_FOLDER("open", close(made("d/file")));
    IN_FOLDER("creat", close(creat("d/created", 0600)));
    IN_FOLDER("mkdir inside", mkdir("d/sub/" /* as mkdir(1) may be told */, 0700));
    IN_FOLDER("mkfifo", mkfifo("d/fifo", 0600));
    IN_FOLDER("symlink", symlink("nowhere", "d/symlink"));
    IN_FOLDER("link", link("d/file", "d/link"));
    IN_FOLDER("rename", rename("d/file", "d/renamed"));
    IN_FOLDER("rename out", rename("d/renamed", "out"));
    IN_FOLDER("unlink", unlink("d/link"));
    IN_FOLDER("rmdir", rmdir("d/sub"));
    IN_FOLDER("write to a file", close(open("d/created", O_WRONLY | O_TRUNC)));
    int d = open("d", O_RDONLY | O_DIRECTORY);
    must(d >= 0, "open");
    IN_FOLDER("openat", close(openat(d, "at", O_CREAT | O_WRONLY, 0600)));
    IN_FOLDER("unlinkat", unlinkat(d, "at", 0));
}

/* The later one is newer, though no time passes in between. */
static void order(void)
{
    struct stat a, b, c;
    close(made("a"));
    close(made("b"));
    must(stat("b", &b) == 0 && stat("a", &a) == 0, "stat");
    int fd = open("a", O_WRONLY);
    must(write(fd, "x", 1) == 1 && stat("a", &c) == 0, "stat");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    printf("a is %s than b\n", a.st_mtim.tv_nsec < b.st_mtim.tv_nsec ? "older" : "newer");
    printf("a is now %s than b\n", c.st_mtim.tv_nsec > b.st_mtim.tv_nsec ? "newer" : "older");
    printf("from the future: %s\n", now.tv_nsec < c.st_mtim.tv_nsec ? "yes" : "no");
    printf("the same second: %s\n", now.tv_sec == c.st_mtim.tv_sec ? "yes" : "no");
}

/* Another file may get the number of one that is gone. */
static void again(void)
{
    for (int i = 0; i < 3; i++) {
        close(made("f"));
        look("made", "f");
        must(unlink("f") == 0, "unlink");
        sleep(1);
    }
}

static void mapped(void)
{
    int fd = made("f");
    char *map = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    must(map != MAP_FAILED, "mmap");
    look("made", "f");
    sleep(1);
    map[0] = 'x';
    msync(map, 8, MS_SYNC);
    look("mapped", "f");
}

static void show_times(const char *what, const char *name)
{
    struct stat status;
    must(stat(name, &status) == 0, name);
    printf("%s: accessed %ld.%09ld modified %ld.%09ld\n", what, (long)status.st_atim.tv_sec,
           status.st_atim.tv_nsec, (long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

/* What a program sets is what it gets. */
static void given(void)
{
    int fd = made("f");
    struct timespec old[2] = {{100, 1}, {200, 2}};
    must(futimens(fd, old) == 0, "futimens");
    show_times("old", "f");
    struct timespec one[2] = {{0, UTIME_OMIT}, {300, 3}};
    must(utimensat(AT_FDCWD, "f", one, 0) == 0, "utimensat");
    show_times("one of them", "f");
    struct timespec now, times[2];
    sleep(5);
    clock_gettime(CLOCK_REALTIME, &now);
    times[0] = times[1] = (struct timespec){now.tv_sec - 2, 7};
    must(utimensat(AT_FDCWD, "f", times, 0) == 0, "utimensat");
    show_times("two seconds ago", "f");
    times[0] = times[1] = (struct timespec){now.tv_sec + 3600, 8};
    must(utimensat(AT_FDCWD, "f", times, 0) == 0, "utimensat");
    show_times("in an hour", "f");
    must(write(fd, "x", 1) == 1, "write");
    struct stat status;
    must(stat("f", &status) == 0, "stat");
    printf("written %s\n", since(status.st_mtime));
}

static void extended(void)
{
    struct statx status;
    close(made("f"));
    sleep(3);
    must(chmod("f", 0600) == 0, "chmod");
    must(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS | STATX_BTIME, &status) == 0, "statx");
    printf("modified %s changed %s accessed %s born %s\n", since(status.stx_mtime.tv_sec),
           since(status.stx_ctime.tv_sec), since(status.stx_atime.tv_sec),
           status.stx_mask & STATX_BTIME ? since(status.stx_btime.tv_sec) : "0");
    must(statx(AT_FDCWD, "f", 0, STATX_ATIME, &status) == 0, "statx");
    printf("accessed %s\n", since(status.stx_atime.tv_sec));
}

/* Files that come to be in other ways, with the numbers of some that are gone. */
static void born_otherwise(void)
{
    struct sockaddr_un address = {AF_UNIX, "socket"};
    struct {
        uint64_t flags, mode, resolve;
    } how = {O_CREAT | O_WRONLY, 0600, 0};
    struct stat status;
    close(made("f"));
    must(unlink("f") == 0, "unlink");
    sleep(1);
    must(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address) == 0,
         "bind");
    look("bind", "socket");
    look("bind", ".");
    must(unlink("socket") == 0, "unlink");
    sleep(1);
    int nameless = open(".", O_TMPFILE | O_RDWR, 0600);
    must(nameless >= 0 && fstat(nameless, &status) == 0, "O_TMPFILE");
    printf("O_TMPFILE: modified %s\n", since(status.st_mtime));
    close(nameless);
    sleep(1);
    must(syscall(SYS_openat2, AT_FDCWD, "by-openat2", &how, sizeof how) >= 0, "openat2");
    look("openat2", "by-openat2");
    must(mkdir("d", 0700) == 0 && mkdir("e", 0700) == 0, "mkdir");
    must(symlink("../e/target", "d/link") == 0, "symlink");
    sleep(1);
    close(creat("d/link", 0600));
    look("through a link", "d");
    look("through a link", "e");
}

/* Who has several names, and loses or keeps them. */
static void names(void)
{
    close(made("f"));
    close(made("g"));
    must(link("f", "f2") == 0, "link");
    sleep(1);
    must(rename("f", "f2") == 0, "rename");
    look("names of one", "f");
    must(unlink("f2") == 0, "unlink");
    look("unlink", "f");
    must(link("f", "f2") == 0, "link");
    sleep(1);
    must(rename("g", "f2") == 0, "rename");
    look("replaced", "f");
    sleep(1);
    must(syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "f2", 2 /* RENAME_EXCHANGE */) == 0,
         "renameat2");
    look("exchanged", "f");
    look("exchanged", "f2");
    struct timespec neither[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
    sleep(1);
    must(utimensat(AT_FDCWD, "f", neither, 0) == 0, "utimensat");
    look("nothing set", "f");
}

/* Links whose text looks as if the kernel had made them. */
static void links(void)
{
    char text[64];
    must(symlink("pipe:[999]", "one") == 0 && symlink("abc:[123456]", "two") == 0, "symlink");
    ssize_t length = readlink("one", text, sizeof text);
    printf("%.*s\n", (int)length, text);
    length = readlink("two", text, sizeof text);
    printf("%.*s\n", (int)length, text);
}

/* By the names that a process has for its own descriptors. */
static void own_names(void)
{
    int fd = made("f");
    char name[64];
    sleep(1);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    must(chmod(name, 0640) == 0, "chmod");
    look("/proc/self", "f");
    sleep(1);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    must(chmod(name, 0600) == 0, "chmod");
    look("/dev/fd", "f");
}

/* Every so many calls that nobody sees others are given a turn: which ones it is must not matter.
 */
static void many(void)
{
    unsigned wrong = 0;
    char text[256];
    for (int i = 0; i < 12000; i++) {
        FILE *stat = fopen("/proc/self/stat", "re");
        long resident = -1;
        if (stat == NULL || fgets(text, sizeof text, stat) == NULL ||
            sscanf(text,
                   "%*d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                   "%*s %*s %*s %*s %ld",
                   &resident) != 1 ||
            resident != 0)
            wrong++;
        if (stat != NULL)
            fclose(stat);
    }
    printf("%u wrong\n", wrong);
}

/* The kernel numbers them anew each time; here they are the same in every run, and different from
 * one another. */
static void numbers(void)
{
    int one[2], two[2], sockets[2];
    struct stat a, b, c, s, t;
    struct statx x;
    must(pipe(one) == 0 && pipe(two) == 0, "pipe");
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0, "socketpair");
    must(fstat(one[0], &a) == 0 && fstat(one[1], &b) == 0 && fstat(two[0], &c) == 0, "fstat");
    must(fstat(sockets[0], &s) == 0 && fstat(sockets[1], &t) == 0, "fstat");
    must(statx(one[0], "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) == 0, "statx");
    printf("both ends: %s\n", a.st_ino == b.st_ino && a.st_dev == b.st_dev ? "same" : "different");
    printf("two pipes: %s\n", a.st_ino == c.st_ino ? "same" : "different");
    printf("two sockets: %s\n", s.st_ino == t.st_ino ? "same" : "different");
    printf("statx: %s\n", x.stx_ino == a.st_ino ? "same" : "different");
    printf("pipe %lu since %s, socket %lu since %s\n", (unsigned long)a.st_ino, since(a.st_mtime),
           (unsigned long)s.st_ino, since(s.st_mtime));
    const int fds[] = {one[1], two[1], sockets[1]};
    for (unsigned i = 0; i < 3; i++) {
        char name[32], link[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", fds[i]);
        ssize_t length = readlink(name, link, sizeof link);
        must(length > 0, "readlink");
        printf("%.*s\n", (int)length, link);
        length = readlink(name, link, 6);
        printf("%.*s\n", (int)length, link);
    }
    struct statfs space;
    must(statfs(".", &space) == 0, "statfs");
    printf("free: %s\n", space.f_bavail == space.f_blocks ? "all" : "some");
}

static const struct fact {
    const char *name;
    void (*perform)(void);
} facts[] = {
    {"again", again},       {"born-otherwise", born_otherwise},
    {"extended", extended}, {"folders", folders},
    {"given", given},       {"links", links},
    {"many", many},         {"mapped", mapped},
    {"names", names},       {"numbers", numbers},
    {"order", order},       {"own-names", own_names},
    {"ways", ways},
};

int main(int argc, char **argv)
{
    began = time(NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; argc == 2 && i < sizeof facts / sizeof *facts; i++) {
        if (strcmp(argv[1], facts[i].name) == 0) {
            facts[i].perform();
            return 0;
        }
    }
    fprintf(stderr, "usage: files NAME, one of:\n");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        fprintf(stderr, "  %s\n", facts[i].name);
    return 2;
}
