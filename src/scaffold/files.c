#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scaffold/internal.h"

/* The folders that lead to a path. */
static bool make_way(const char *path, struct error *error)
{
    auto_free char *way = xstrdup(path);
    for (char *slash = strchr(way + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(way, 0777) != 0 && errno != EEXIST)
            return error_set(error, errno, "cannot make the folder '%s'", way);
        *slash = '/';
    }
    return true;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

bool file_write(const char *top, const char *path, mode_t mode, const void *bytes, size_t length,
                struct error *error)
{
    auto_free char *whole = xasprintf("%s/%s", top, path);
    if (!make_way(whole, error))
        return false;
    int fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool written = fd >= 0 && write_all(fd, bytes, length);
    int code = errno;
    if (fd >= 0 && close(fd) != 0 && written) {
        written = false;
        code = errno;
    }
    return written || error_set(error, code, "cannot write '%s'", path);
}

static bool copy_bytes(int from, const struct stat *status, const char *top, const char *path,
                       struct error *error)
{
    auto_buf struct buf bytes = {0};
    char block[65536];
    ssize_t got;
    while ((got = read(from, block, sizeof block)) != 0) {
        if (got < 0 && errno != EINTR)
            return error_set(error, errno, "cannot read '%s'", path);
        if (got > 0)
            buf_add(&bytes, block, (size_t)got);
    }
    mode_t mode = (status->st_mode & 0100) != 0 ? 0777 : 0666;
    return file_write(top, path, mode, bytes.data != NULL ? bytes.data : "", bytes.length, error);
}

static bool copy_folder(const char *from, const char *top, const char *path, struct error *error)
{
    auto_free char *whole = xasprintf("%s/%s/", top, path);
    if (!make_way(whole, error))
        return false;
    DIR *folder = opendir(from);
    if (folder == NULL)
        return error_set(error, errno, "cannot read '%s'", from);
    bool fine = true;
    const struct dirent *entry;
    while (fine && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        auto_free char *below = xasprintf("%s/%s", from, entry->d_name);
        auto_free char *to = xasprintf("%s/%s", path, entry->d_name);
        fine = file_copy(below, top, to, error);
    }
    closedir(folder);
    return fine;
}

bool file_copy(const char *from, const char *top, const char *path, struct error *error)
{
    auto_close int fd = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return error_set(error, errno, "cannot read '%s'", from);
    if (S_ISDIR(status.st_mode))
        return copy_folder(from, top, path, error);
    if (!S_ISREG(status.st_mode))
        return error_set(error, 0, "'%s' is neither a file nor a folder", from);
    return copy_bytes(fd, &status, top, path, error);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    remove(path);
    return 0;
}

void folder_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
