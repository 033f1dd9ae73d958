/* A program that could behave otherwise while it is graded. What it can tell it by stands in
 * docs/grading.md, and is all here: where one of these is no longer so, that section is wrong. */
#define _GNU_SOURCE
#include "attack.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* The value of a field of /proc/self/status; -1: it is not there. */
static long status_field(const char *name)
{
    char line[256];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    if (file != NULL)
        fclose(file);
    return value;
}

static int first_line_is(const char *path, const char *expected)
{
    char line[256] = "";
    FILE *file = fopen(path, "r");
    if (file == NULL || fread(line, 1, sizeof line - 1, file) == 0)
        return 0;
    fclose(file);
    return strncmp(line, expected, strlen(expected)) == 0;
}

int main(void)
{
    /* It is traced, by somebody who has no process id here, and filtered twice. */
    held(status_field("TracerPid:") == 0, "the tracer's process id");
    held(status_field("Seccomp:") == 2, "the seccomp mode");
    held(status_field("Seccomp_filters:") == 2 || status_field("Seccomp_filters:") == -1,
         "the number of filters");
    held(status_field("NoNewPrivs:") == 1, "no new privileges");
    /* The first process, and itself. */
    held(first_line_is("/proc/1/comm", "procenario-init"), "the init's name");
    held(first_line_is("/proc/1/cmdline", "procenario-init"), "the init's command");
    held(access("/run/procenario", X_OK) == 0, "the runner's program");
    held(getpid() == 2 || getpid() == 3, "its own process id");
    held(getuid() == 1000 && getgid() == 1000, "its user and group");
    /* The host. */
    struct utsname host;
    held(uname(&host) == 0 && strcmp(host.nodename, "procenario") == 0, "the host's name");
    held(first_line_is("/proc/self/uid_map", "      1000       1000          1"), "the user map");
    char folder[64];
    held(getcwd(folder, sizeof folder) != NULL && strcmp(folder, "/work") == 0, "its folder");
    held(time(NULL) / 60 == 2000000000 / 60, "the clock's beginning");
    /* Inodes of its own files are small numbers, in the order of their names. */
    struct stat header, program, source;
    held(stat("attack.h", &header) == 0 && stat("main", &program) == 0 &&
             stat("main.c", &source) == 0 && header.st_ino + 1 == program.st_ino &&
             program.st_ino + 1 == source.st_ino && source.st_ino < 10,
         "inode numbers");
    held(source.st_mtime == 1000000000 && source.st_uid == 1000, "what was handed in");
    return done();
}
