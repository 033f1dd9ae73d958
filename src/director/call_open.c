/*
 * Opening: a FIFO waits for somebody at its other end; what holds the machine's chance is told; and
 * files of /proc that would be others in each run are opened as copies that are not: the call
 * becomes memfd_create(2), and the copy is written before the program sees its descriptor.
 */
#include "director/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "director/filestat.h"
#include "director/procfs.h"

/* saved[] while one of these calls is under way */
enum { SAVED_OPENING };
enum { OPENS_COPY = 1, OPENS_NEW, EMPTIES };

struct opening {
    char name[PATH_MAX]; /* as the program gave it, and where it has it */
    uint64_t name_address;
    int directory; /* where it begins when it is relative */
    uint64_t flags;
};

/* False: the name or the flags cannot be read. */
static bool read_opening(struct task *task, struct opening *opening)
{
    unsigned name = 0;
    opening->directory = AT_FDCWD;
    switch (task->call->number) {
    case SYS_openat:
    case SYS_openat2:
        opening->directory = (int)arg(task, 0);
        name = 1;
        break;
    default:
        break;
    }
    switch (task->call->number) {
    case SYS_openat2: /* a struct open_how, which begins with them */
        if (!memory_read(task->tid, arg(task, 2), &opening->flags, sizeof opening->flags))
            return false;
        break;
#ifdef SYS_creat
    case SYS_creat:
        opening->flags = O_CREAT | O_WRONLY | O_TRUNC;
        break;
#endif
    default:
        opening->flags = arg(task, name + 1);
        break;
    }
    opening->name_address = arg(task, name);
    return memory_read_string(task->tid, opening->name_address, opening->name,
                              sizeof opening->name);
}

/* A path that a link of /proc tells is from the root of all, which need not be that of the task. */
static const char *below_root(const struct task *task, const char *path)
{
    char from[48], root[PATH_MAX];
    snprintf(from, sizeof from, "/proc/%d/root", task->tid);
    ssize_t length = readlink(from, root, sizeof root);
    bool is_below = length > 1 && strncmp(path, root, (size_t)length) == 0 && path[length] == '/';
    return is_below ? path + length : path;
}

/* Without "." and empty parts, and with ".." worked off, as in a path that has no links. */
static void straighten(char *path)
{
    char *to = path;
    for (const char *part = path; *part != '\0';) {
        part += strspn(part, "/");
        size_t length = strcspn(part, "/");
        if (length == 2 && strncmp(part, "..", 2) == 0) {
            while (to > path && *--to != '/') {
            }
        } else if (length > 0 && !(length == 1 && *part == '.')) {
            *to++ = '/';
            memmove(to, part, length);
            to += length;
        }
        part += length;
    }
    *to = '\0';
}

static bool is_in_proc(const char *path)
{
    struct statfs system;
    return statfs(path, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/* Where that link leads to, or what the descriptor is, with /proc where it is that of the task. */
static bool read_link_into_proc(const struct task *task, const char *link, char *path, size_t size)
{
    char target[PATH_MAX];
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length <= 0 || target[0] != '/')
        return false;
    target[length] = '\0';
    /* Seen from another mount namespace, the path may begin at the file system's own root. */
    const char *below = below_root(task, target);
    below = strncmp(below, "/proc", 5) == 0 ? below + 5 : below;
    snprintf(path, size, "/proc%s", strcmp(below, "/") == 0 ? "" : below);
    return true;
}

/* The file's path below /proc, as the program would write it in full, by whatever way it is
 * reached. False: it is not there. */
static bool path_in_proc(const struct task *task, const struct opening *opening, char *path,
                         size_t size)
{
    char from[PATH_MAX + 64];
    *path = '\0';
    if (opening->name[0] == '/') {
        snprintf(path, size, "%s", opening->name);
    } else {
        path_from_here(task, opening->directory, "", from, sizeof from);
        if (is_in_proc(from) && read_link_into_proc(task, from, path, size)) {
            size_t length = strlen(path);
            snprintf(path + length, size - length, "/%s", opening->name);
        }
    }
    straighten(path);
    if (strncmp(path, "/proc/", 6) == 0)
        return true;
    path_from_here(task, opening->directory, opening->name, from, sizeof from);
    if (!is_in_proc(from))
        return false;
    if (!read_link_into_proc(task, from, path, size)) {
        auto_close int fd = open(from, O_PATH | O_CLOEXEC);
        snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
        if (fd < 0 || !read_link_into_proc(task, from, path, size))
            return false;
    }
    straighten(path);
    return true;
}

static bool is_chance(const char *name)
{
    static const char *const names[] = {"/dev/urandom", "/dev/random", "/dev/hwrng"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool visible_open(struct director *d, struct task *task)
{
    struct opening opening;
    char path[PATH_MAX + 64];
    if (!read_opening(task, &opening))
        return false;
    if (strncmp(opening.name, "/dev/pt", 7) == 0) /* ptmx, pts/…: a terminal that sends signals */
        d->signals_unseen = true;
    if (is_chance(opening.name) && (opening.flags & O_ACCMODE) != O_WRONLY)
        not_deterministic(d, task->process, "%s reads %s", task->process->name, opening.name);
    if ((opening.flags & (O_NONBLOCK | O_DIRECTORY)) || (opening.flags & O_ACCMODE) == O_RDWR)
        return false;
    path_from_here(task, opening.directory, opening.name, path, sizeof path);
    struct stat status;
    return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* Is it a file of /proc that is shown otherwise? Then `content` is what it holds. */
static bool has_own_content(struct director *d, struct task *task, const struct opening *opening,
                            struct buf *content)
{
    char path[PATH_MAX + 512];
    if ((opening->flags & O_ACCMODE) != O_RDONLY || (opening->flags & (O_DIRECTORY | O_PATH)))
        return false;
    if (!path_in_proc(task, opening, path, sizeof path))
        return false;
    if (procfs_varies(path))
        not_deterministic(d, task->process, "%s reads %s", task->process->name, path);
    return procfs_write(d, task, path, content);
}

/* Does it make a file, or empty one? 0: neither. */
static int what_opening_changes(struct director *d, struct task *task,
                                const struct opening *opening)
{
    char path[PATH_MAX + 64];
    struct stat status;
    bool may_write = (opening->flags & O_ACCMODE) != O_RDONLY;
    if (d->options->clock == CLOCK_KIND_REAL || (opening->flags & O_PATH) ||
        !(may_write || (opening->flags & (O_CREAT | O_TRUNC))))
        return 0;
    path_from_here(task, opening->directory, opening->name, path, sizeof path);
    bool is_there = stat(path, &status) == 0, is_missing = !is_there && errno == ENOENT;
    bool is_nameless = (opening->flags & O_TMPFILE) == O_TMPFILE;
    if (is_there && !S_ISREG(status.st_mode) && !is_nameless)
        return 0;
    file_will_change(d); /* also by a mapping, which nobody sees */
    if (is_nameless || (is_missing && (opening->flags & O_CREAT)))
        return OPENS_NEW;
    return is_there && (opening->flags & O_TRUNC) ? EMPTIES : 0;
}

static void note_opening(struct director *d, struct task *task, int fd)
{
    char path[PATH_MAX + 64], name[PATH_MAX];
    struct stat status;
    path_from_here(task, fd, "", path, sizeof path);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    int64_t moment = file_moment(d);
    bool is_new = task->saved[SAVED_OPENING] == OPENS_NEW;
    file_changed(d, (struct file_id){status.st_dev, status.st_ino},
                 is_new ? FILE_MADE : FILE_MODIFIED, moment);
    ssize_t length = is_new && status.st_nlink > 0 ? readlink(path, name, sizeof name - 1) : 0;
    if (length <= 0)
        return;
    name[length] = '\0'; /* where it is, whatever links led there */
    path_from_here(task, AT_FDCWD, below_root(task, name), path, sizeof path);
    directory_changed(d, path, moment);
}

static enum verdict_of_call enter_open(struct director *d, struct task *task)
{
    auto_buf struct buf content = {0};
    struct opening opening;
    task->saved[SAVED_OPENING] = 0;
    if (task->visible) {
        d->quick_look = true;
        d->quick_task = task;
        return CALL_GO_LEAVE;
    }
    if (!read_opening(task, &opening))
        return CALL_GO;
    if (!has_own_content(d, task, &opening, &content)) {
        task->saved[SAVED_OPENING] = what_opening_changes(d, task, &opening);
        return task->saved[SAVED_OPENING] != 0 ? CALL_GO_LEAVE : CALL_GO;
    }
    task->saved[SAVED_OPENING] = OPENS_COPY;
    arch_set_call_arg(&task->regs, 0, opening.name_address); /* a name for the copy */
    arch_set_call_arg(&task->regs, 1,
                      MFD_ALLOW_SEALING | (opening.flags & O_CLOEXEC ? MFD_CLOEXEC : 0));
    return arch_replace_call(task->tid, &task->regs, SYS_memfd_create) ? CALL_GO_LEAVE : CALL_GO;
}

/* Another thread was quick enough to map the copy for writing. */
static void refuse_memory(struct director *d, const struct task *task)
{
    if (d->options->confinement != NULL)
        limit_exceeded(d, task->process, "memory", "%s holds memory where it may not",
                       task->process->name);
}

static void leave_open(struct director *d, struct task *task, int64_t result)
{
    auto_buf struct buf content = {0};
    struct opening opening;
    if (task->saved[SAVED_OPENING] != OPENS_COPY) {
        if (task->saved[SAVED_OPENING] != 0 && result >= 0)
            note_opening(d, task, (int)result);
        return;
    }
    /* Its arguments are again what they were: who looks at them expects it. */
    for (unsigned i = 0; i < 2; i++)
        arch_set_call_arg(&task->regs, i, task->args[i]);
    arch_set_result(&task->regs, result);
    arch_set_regs(task->tid, &task->regs);
    if (result < 0 || !read_opening(task, &opening) ||
        !has_own_content(d, task, &opening, &content))
        return;
    auto_close int copy = descriptor_dup(d, task, (int)result);
    struct stat status;
    if (copy >= 0 && fstat(copy, &status) == 0) /* as old as all that is in /proc */
        file_changed(d, (struct file_id){status.st_dev, status.st_ino}, FILE_MADE, 0);
    if (copy < 0 || write(copy, content.data, content.length) != (ssize_t)content.length ||
        lseek(copy, 0, SEEK_SET) != 0)
        not_deterministic(d, task->process, "%s reads /proc", task->process->name);
    /* Nobody writes to /proc by a descriptor for reading, nor keeps memory there. */
    else if (fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) !=
             0)
        refuse_memory(d, task);
}

/* Only a FIFO is waited for. */
static void explain_open(struct director *d, struct task *task, struct buf *out)
{
    struct opening opening;
    (void)d;
    buf_add_string(out, "waits for the other end of a FIFO");
    if (read_opening(task, &opening))
        buf_printf(out, " (%s)", opening.name);
}

/* Memory in a file without a name is of no process's size, and of no folder's. */
static enum verdict_of_call enter_memory_file(struct director *d, struct task *task)
{
    return d->options->confinement != NULL ? answer(task, -ENOSYS) : CALL_GO;
}

const struct call_row calls_open[] = {
    {SYS_openat, "openat", .on = "open", .is_visible = visible_open, .settles = true,
     .enter = enter_open, .leave = leave_open, .explain = explain_open,
     .filtered_by_argument = true},
    {SYS_openat2, "openat2", .on = "open", .is_visible = visible_open, .settles = true,
     .enter = enter_open, .leave = leave_open, .explain = explain_open},
    {SYS_memfd_create, "memfd_create", .enter = enter_memory_file},
#ifdef SYS_open
    {SYS_open, "open", .on = "open", .is_visible = visible_open, .settles = true,
     .enter = enter_open, .leave = leave_open, .explain = explain_open,
     .filtered_by_argument = true},
    {SYS_creat, "creat", .on = "open", .is_visible = visible_open, .settles = true,
     .enter = enter_open, .leave = leave_open, .explain = explain_open},
#endif
};
const size_t calls_open_count = ARRAY_SIZE(calls_open);
