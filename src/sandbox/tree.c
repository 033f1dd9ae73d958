#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/internal.h"

/* ---- copying ---- */

/* A file with several names: where the first of them stands in the copy. */
struct linked {
    ino_t inode;
    char *path;
};

struct copying {
    int to;                /* the top of the copy */
    struct buf path;       /* of the present folder, from there; ends in '/' unless empty */
    struct linked *linked; /* in order of appearance */
    size_t linked_count;
    struct error *error;
};

static bool failed(struct copying *c, const char *name)
{
    return error_set(c->error, errno, "cannot copy '%s%s'", c->path.length > 0 ? c->path.data : "",
                     name);
}

static bool copy_span(int from, int to, off_t begin, off_t end)
{
    if (lseek(to, begin, SEEK_SET) < 0)
        return false;
    while (begin < end) {
        ssize_t n = sendfile(to, from, &begin, (size_t)(end - begin));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return false;
        }
    }
    return true;
}

/* Holes stay holes: a file may be larger than what there is room for. */
static bool copy_content(int from, int to, off_t size)
{
    off_t begin = 0;
    while (begin < size) {
        begin = lseek(from, begin, SEEK_DATA);
        if (begin < 0 && errno == ENXIO) /* a hole up to the end */
            break;
        off_t end = begin < 0 ? -1 : lseek(from, begin, SEEK_HOLE);
        if (end < 0 || !copy_span(from, to, begin, end))
            return false;
        begin = end;
    }
    return ftruncate(to, size) == 0;
}

static bool copy_file(struct copying *c, int from, int to, const char *name,
                      const struct stat *file)
{
    auto_close int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (source < 0)
        return failed(c, name);
    auto_close int target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const struct timespec times[2] = {file->st_atim, file->st_mtim};
    if (target < 0 || !copy_content(source, target, file->st_size) ||
        fchmod(target, file->st_mode & 07777) != 0 || futimens(target, times) != 0)
        return failed(c, name);
    return true;
}

static bool copy_link(struct copying *c, int from, int to, const char *name)
{
    char target[4096];
    ssize_t length = readlinkat(from, name, target, sizeof target - 1);
    if (length < 0)
        return failed(c, name);
    target[length] = '\0';
    return symlinkat(target, to, name) == 0 || failed(c, name);
}

/* Another name of a file that was copied already? */
static const char *find_linked(const struct copying *c, ino_t inode)
{
    for (size_t i = 0; i < c->linked_count; i++)
        if (c->linked[i].inode == inode)
            return c->linked[i].path;
    return NULL;
}

static void note_linked(struct copying *c, ino_t inode, const char *name)
{
    c->linked = xreallocarray(c->linked, c->linked_count + 1, sizeof *c->linked);
    c->linked[c->linked_count++] =
        (struct linked){inode, xasprintf("%s%s", c->path.length > 0 ? c->path.data : "", name)};
}

static bool copy_folder(struct copying *c, int from, int to, unsigned depth);

static bool copy_subfolder(struct copying *c, int from, int to, const char *name,
                           const struct stat *folder, unsigned depth)
{
    if (depth >= TREE_DEPTH)
        return true;
    auto_close int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (source < 0 || mkdirat(to, name, 0700) != 0)
        return failed(c, name);
    auto_close int target = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (target < 0)
        return failed(c, name);
    size_t length = c->path.length;
    buf_printf(&c->path, "%s/", name);
    bool copied = copy_folder(c, source, target, depth + 1);
    c->path.length = length;
    c->path.data[length] = '\0';
    const struct timespec times[2] = {folder->st_atim, folder->st_mtim};
    if (copied && (fchmod(target, folder->st_mode & 07777) != 0 || futimens(target, times) != 0))
        return failed(c, name);
    return copied;
}

static bool copy_entry(struct copying *c, int from, int to, const char *name, unsigned depth)
{
    struct stat file;
    if (fstatat(from, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
        return failed(c, name);
    if (S_ISDIR(file.st_mode))
        return copy_subfolder(c, from, to, name, &file, depth);
    if (file.st_nlink > 1) {
        const char *first = find_linked(c, file.st_ino);
        if (first != NULL)
            return linkat(c->to, first, to, name, 0) == 0 || failed(c, name);
        note_linked(c, file.st_ino, name);
    }
    if (S_ISREG(file.st_mode))
        return copy_file(c, from, to, name, &file);
    if (S_ISLNK(file.st_mode))
        return copy_link(c, from, to, name);
    if (S_ISFIFO(file.st_mode))
        return mkfifoat(to, name, file.st_mode & 0777) == 0 || failed(c, name);
    return true; /* the socket of a process that is gone */
}

/* Fills the list with the folder's entries, sorted. -1: errno. */
static int list_folder(int folder, struct dirent ***entries)
{
    return scandirat(folder, ".", entries, NULL, alphasort);
}

static bool is_self_or_parent(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool copy_folder(struct copying *c, int from, int to, unsigned depth)
{
    struct dirent **entries;
    int count = list_folder(from, &entries);
    if (count < 0)
        return failed(c, "");
    bool copied = true;
    for (int i = 0; i < count; i++) {
        if (copied && !is_self_or_parent(entries[i]->d_name))
            copied = copy_entry(c, from, to, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return copied;
}

bool tree_copy(int from, int to, struct error *error)
{
    struct copying c = {.to = to, .error = error};
    bool copied = copy_folder(&c, from, to, 0);
    for (size_t i = 0; i < c.linked_count; i++)
        free(c.linked[i].path);
    free(c.linked);
    buf_release(&c.path);
    return copied;
}

/* ---- removing ---- */

struct clearing {
    int top;
    unsigned moved; /* folders that were brought to the top so far */
    bool again;     /* some are there now */
};

static bool clear_folder(struct clearing *c, int folder, unsigned depth);

static bool remove_entry(struct clearing *c, int folder, const char *name, unsigned depth)
{
    if (unlinkat(folder, name, 0) == 0)
        return true;
    if (errno != EISDIR)
        return false;
    if (depth >= TREE_DEPTH) { /* each level costs a descriptor */
        char place[32];
        snprintf(place, sizeof place, ".deep.%u", c->moved++);
        c->again = true;
        return renameat(folder, name, c->top, place) == 0;
    }
    /* Its modes may lock us out of a folder that is ours. */
    if (fchmodat(folder, name, 0700, 0) != 0)
        return false;
    auto_close int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return inner >= 0 && clear_folder(c, inner, depth + 1) &&
           unlinkat(folder, name, AT_REMOVEDIR) == 0;
}

static bool clear_folder(struct clearing *c, int folder, unsigned depth)
{
    struct dirent **entries;
    int count = list_folder(folder, &entries);
    if (count < 0)
        return false;
    bool cleared = true;
    for (int i = 0; i < count; i++) {
        if (!is_self_or_parent(entries[i]->d_name))
            cleared = remove_entry(c, folder, entries[i]->d_name, depth) && cleared;
        free(entries[i]);
    }
    free(entries);
    return cleared;
}

bool tree_clear(int folder)
{
    struct clearing c = {.top = folder};
    fchmod(folder, 0700);
    bool cleared = true;
    do {
        c.again = false;
        cleared = clear_folder(&c, folder, 0);
    } while (cleared && c.again);
    return cleared;
}
