/*
 * The digest of an assignment: of all that decides about points. Results of the same digest can be
 * compared, and need not be made again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "assignment/internal.h"

/* Each part with its name and length, so that no two lists of parts look alike. */
static void add_part(SHA2_CTX *context, const char *name, const void *bytes, size_t length)
{
    auto_buf struct buf head = {0};
    buf_printf(&head, "%zu %s %zu\n", strlen(name), name, length);
    SHA256Update(context, (const uint8_t *)head.data, head.length);
    SHA256Update(context, bytes, length);
}

static bool add_path(SHA2_CTX *context, const char *path, const char *name, struct error *error);

/* Whatever the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_folder(SHA2_CTX *context, const char *path, const char *name, struct error *error)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, by_bytes);
    if (count < 0)
        return error_set(error, errno, "cannot read '%s'", path);
    bool fine = true;
    for (int i = 0; i < count; i++) {
        const char *entry = entries[i]->d_name;
        if (fine && strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) {
            auto_free char *below = xasprintf("%s/%s", path, entry);
            auto_free char *called = xasprintf("%s/%s", name, entry);
            fine = add_path(context, below, called, error);
        }
        free(entries[i]);
    }
    free(entries);
    return fine;
}

/* Whether it may be executed counts; nothing else besides the bytes. */
static bool add_path(SHA2_CTX *context, const char *path, const char *name, struct error *error)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return error_set(error, errno, "cannot read '%s'", path);
    if (S_ISDIR(status.st_mode))
        return add_folder(context, path, name, error);
    if (!S_ISREG(status.st_mode))
        return error_set(error, 0, "'%s' is neither a file nor a folder", path);
    auto_buf struct buf bytes = {0};
    char block[65536];
    ssize_t got;
    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(error, errno, "cannot read '%s'", path);
        buf_add(&bytes, block, (size_t)got);
    }
    auto_free char *called = xasprintf("%c %s", (status.st_mode & 0100) != 0 ? 'x' : '-', name);
    add_part(context, called, bytes.data != NULL ? bytes.data : "", bytes.length);
    return true;
}

bool assignment_make_digest(struct assignment *assignment, struct error *error)
{
    SHA2_CTX context;
    SHA256Init(&context);
    add_part(&context, "assignment", assignment->source.text, assignment->source.length);
    for (size_t i = 0; i < assignment->part_count; i++) {
        const struct source *source = &assignment->parts[i]->source;
        add_part(&context, "scenario", source->text, source->length);
    }
    for (size_t i = 0; i < assignment->given_count; i++) {
        const char *path = beside(&assignment->arena, assignment->directory, assignment->given[i]);
        if (!add_path(&context, path, assignment->given[i], error))
            return false;
    }
    SHA256End(&context, assignment->digest);
    return true;
}
