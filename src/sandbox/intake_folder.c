/* Handed-in files that stand on the disk. No link is followed, and nothing but a regular file is
 * ever opened: opening a FIFO would wait, opening a device may do anything. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "sandbox/intake_source.h"

/* Deeper ones are left to the visitor's judgement before they are opened. */
#define MOST_LEVELS 200

struct walk {
    const struct visitor *visitor;
    struct buf path; /* of the present folder; ends in '/' unless empty */
    unsigned depth;
};

static ssize_t read_file(void *self, void *bytes, size_t size, struct error *error)
{
    ssize_t got;
    while ((got = read(*(int *)self, bytes, size)) < 0 && errno == EINTR) {
    }
    if (got < 0)
        error_set(error, errno, "cannot read it");
    return got;
}

static enum entry_kind kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return ENTRY_FILE;
    case S_IFDIR:
        return ENTRY_FOLDER;
    case S_IFLNK:
        return ENTRY_SYMLINK;
    case S_IFIFO:
        return ENTRY_FIFO;
    case S_IFSOCK:
        return ENTRY_SOCKET;
    default:
        return ENTRY_DEVICE;
    }
}

static enum visit walk_folder(struct walk *walk, int folder);

static enum visit walk_entry(struct walk *walk, int folder, const char *name)
{
    struct stat file;
    auto_close int fd = -1;
    struct entry entry = {.name = walk->path.data, .read = read_file, .self = &fd};
    if (fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
        return VISIT_ON; /* gone meanwhile */
    entry.kind = kind_of(file.st_mode);
    entry.executable = (file.st_mode & 0111) != 0;
    if (entry.kind == ENTRY_FILE || entry.kind == ENTRY_FOLDER) {
        fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &file) != 0 || kind_of(file.st_mode) != entry.kind)
            entry.kind = ENTRY_UNREADABLE;
    }
    enum visit next = walk->visitor->visit(walk->visitor->self, &entry);
    if (entry.kind != ENTRY_FOLDER || next != VISIT_ON || walk->depth >= MOST_LEVELS)
        return next == VISIT_STOP ? VISIT_STOP : VISIT_ON;
    walk->depth++;
    buf_add_char(&walk->path, '/');
    next = walk_folder(walk, fd);
    walk->depth--;
    return next;
}

static enum visit walk_folder(struct walk *walk, int folder)
{
    struct dirent **entries;
    int count = scandirat(folder, ".", &entries, NULL, alphasort);
    if (count < 0)
        return VISIT_ON;
    enum visit next = VISIT_ON;
    size_t length = walk->path.length;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (next != VISIT_STOP && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            walk->path.length = length;
            buf_add_string(&walk->path, name);
            next = walk_entry(walk, folder, name);
        }
        free(entries[i]);
    }
    free(entries);
    return next;
}

bool folder_visit(int folder, const struct visitor *visitor, struct error *error)
{
    (void)error; /* opened already */
    struct walk walk = {.visitor = visitor};
    walk_folder(&walk, folder);
    buf_release(&walk.path);
    return true;
}

bool file_visit(const char *path, const char *name, const struct visitor *visitor,
                struct error *error)
{
    struct stat file;
    auto_close int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &file) != 0)
        return error_set(error, errno, "cannot open '%s'", path);
    if (!S_ISREG(file.st_mode))
        return error_set(error, 0, "'%s' is neither a folder nor a regular file", path);
    struct entry entry = {.name = name,
                          .kind = ENTRY_FILE,
                          .executable = (file.st_mode & 0111) != 0,
                          .read = read_file,
                          .self = &fd};
    visitor->visit(visitor->self, &entry);
    return true;
}
