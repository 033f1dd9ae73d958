#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* A new file beside `path`, with the permissions that the path's file has, or that a new one would
 * get. Without a name where the file system can (O_TMPFILE, open(2)). */
static int open_beside(struct output *output)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = stat(output->path, &status) == 0 ? status.st_mode & 07777 : 0666 & ~mask;
    output->temporary = xasprintf("%s.XXXXXX", output->path);
    auto_free char *directory = xstrdup(output->path);
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        slash[slash == directory] = '\0';
    int fd = open(slash != NULL ? directory : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    output->unnamed = fd >= 0;
    if (fd < 0)
        fd = mkostemp(output->temporary, O_CLOEXEC);
    if (fd >= 0)
        fchmod(fd, mode);
    return fd;
}

/* Gives the file its temporary name; never one that exists. */
static bool name_it(struct output *output)
{
    char *suffix = output->temporary + strlen(output->temporary) - 6;
    auto_free char *link = xasprintf("/proc/self/fd/%d", fileno(output->stream));
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(suffix, 7, "%03u%03u", (unsigned)getpid() % 1000, i);
        if (linkat(AT_FDCWD, link, AT_FDCWD, output->temporary, AT_SYMLINK_FOLLOW) == 0)
            return true;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

/* A pipe or a device cannot be replaced, and what a link points to is meant, not the link. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static void release(struct output *output)
{
    free(output->temporary);
    free(output->path);
    *output = (struct output){0};
}

bool output_open(struct output *output, const char *path, struct error *error)
{
    *output = (struct output){0};
    if (path == NULL || strcmp(path, "-") == 0) {
        output->stream = stdout;
        return true;
    }
    struct stat status;
    int fd = -1;
    output->path = realpath(path, NULL);
    if (output->path == NULL)
        output->path = xstrdup(path);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        errno = EISDIR;
    else if (is_special(path))
        fd = open(path, O_WRONLY | O_CLOEXEC);
    else
        fd = open_beside(output);
    output->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (output->stream != NULL)
        return true;
    error_set(error, errno, "cannot write '%s'", path);
    if (fd >= 0)
        close(fd);
    release(output);
    return false;
}

/* Moves the file to its place. Signals wait, so that none leaves it under its temporary name. */
static bool move(struct output *output)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    bool moved = (!output->unnamed || name_it(output)) &&
                 (output->unnamed = false, rename(output->temporary, output->path) == 0);
    int code = errno;
    if (!moved && !output->unnamed)
        unlink(output->temporary);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = code;
    return moved;
}

bool output_commit(struct output *output, struct error *error)
{
    errno = 0;
    bool written = fflush(output->stream) == 0 && !ferror(output->stream);
    if (output->path == NULL) {
        *output = (struct output){0};
        return written || error_set(error, errno, "cannot write to standard output");
    }
    if (written && output->temporary != NULL)
        written = move(output);
    else if (!written && output->temporary != NULL && !output->unnamed)
        unlink(output->temporary);
    int code = errno;
    /* Network file systems tell of a full disk as late as here. */
    if (fclose(output->stream) != 0 && written) {
        written = false;
        code = errno;
    }
    if (!written)
        error_set(error, code, "cannot write '%s'", output->path);
    release(output);
    return written;
}

void output_discard(struct output *output)
{
    if (output->stream != NULL && output->path != NULL) {
        if (output->temporary != NULL && !output->unnamed)
            unlink(output->temporary);
        fclose(output->stream);
    }
    release(output);
}

int output_unnamed(struct error *error)
{
    const char *directory = getenv("TMPDIR");
    if (!directory || !*directory)
        directory = "/tmp";
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* Not every file system has O_TMPFILE. */
    auto_free char *path = xasprintf("%s/procenario-XXXXXX", directory);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        unlink(path);
        return fd;
    }
    error_set(error, errno, "cannot make a temporary file in '%s'", directory);
    error_remedy(error, "let TMPDIR name a directory that can be written to");
    return -1;
}
