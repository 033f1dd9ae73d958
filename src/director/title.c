/*
 * What ps shows of init. As a fork of the runner it would show the runner's command line: paths of
 * this host, which differ from run to run, and tell a program under test where its scenario is.
 */
#include "director/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the kernel reads the command line, and where the environment that follows it ends: fields
 * 48 and 51 of /proc/PID/stat (proc(5)). */
static bool find_arguments(uintptr_t *start, uintptr_t *arguments_end, uintptr_t *end)
{
    char line[1024];
    auto_close int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    if (length <= 0)
        return false;
    line[length] = '\0';
    char *at = strrchr(line, ')'); /* ends field 2, which may hold anything */
    uintptr_t fields[52] = {0};
    for (unsigned field = 3; at != NULL && field <= 51; field++) {
        at = strchr(at + 1, ' ');
        if (at != NULL)
            fields[field] = strtoull(at + 1, NULL, 10);
    }
    *start = fields[48];
    *arguments_end = fields[49];
    *end = fields[51];
    return *start != 0 && *start < *arguments_end && *arguments_end <= *end;
}

void set_title(const char *title)
{
    uintptr_t start, arguments_end, end;
    if (!find_arguments(&start, &arguments_end, &end) || strlen(title) + 1 >= end - start)
        return;
    char *area = (char *)start;
    /* While the last byte of the arguments is not NUL, the kernel takes what begins there up to the
     * first NUL as the whole (fs/proc/base.c, get_mm_cmdline). */
    memset(area, '\0', end - start);
    memcpy(area, title, strlen(title));
    if (arguments_end - start > strlen(title))
        area[arguments_end - start - 1] = '.';
}
