/* Looking at files: what the kernel told is made the same in every run (filestat.c). */
#include "director/calls.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "director/filestat.h"

/* Which of the arguments is a name. */
static bool name_of(const struct task *task, unsigned *index)
{
    *index = 0;
    switch (task->call->number) {
    case SYS_fstat:
    case SYS_fstatfs:
        return false;
    case SYS_newfstatat:
    case SYS_statx:
    case SYS_readlinkat:
        *index = 1;
        break;
    default:
        break;
    }
    return true;
}

/* The open file that the task asks about. False: it asks by name, or there is none. */
static bool look_at_descriptor(struct task *task, struct stat *status)
{
    char path[64], first;
    unsigned index;
    int fd = (int)arg(task, 0);
    if (name_of(task, &index) &&
        (index == 0 || !memory_read(task->tid, arg(task, index), &first, 1) || first != '\0'))
        return false;
    path_from_here(task, fd, "", path, sizeof path);
    return fd >= 0 && stat(path, status) == 0;
}

/* A number for the file as the task names it (FNV-1a). */
static uint64_t what_is_named(struct task *task)
{
    char name[PATH_MAX];
    unsigned index;
    uint64_t what = UINT64_C(0xcbf29ce484222325);
    if (!name_of(task, &index) ||
        !memory_read_string(task->tid, arg(task, index), name, sizeof name))
        return what;
    for (const char *c = name; *c != '\0'; c++)
        what = (what ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    return index > 0 ? what ^ (uint32_t)arg(task, 0) : what;
}

static bool visible_look(struct director *d, struct task *task)
{
    struct stat status;
    if (d->options->clock == CLOCK_KIND_REAL)
        return false;
    uint64_t what = look_at_descriptor(task, &status)
                        ? status.st_ino ^ ((uint64_t)status.st_dev << 40)
                        : what_is_named(task);
    task->gives_way = charge_look(d, task, what);
    return false;
}

/* Of a file that is open the director can ask as well as the program could: that spares the stop at
 * the call's exit. */
static enum verdict_of_call enter_stat_descriptor(struct director *d, struct task *task)
{
    bool at = task->call->number == SYS_newfstatat;
    struct stat status;
    enum verdict_of_call verdict = enter_told_otherwise(d, task);
    if (verdict == CALL_GO || (at && arg(task, 3) != AT_EMPTY_PATH) ||
        !look_at_descriptor(task, &status))
        return verdict;
    filestat_show(d, task, &status);
    bool told = memory_write(task->tid, arg(task, at ? 2 : 1), &status, sizeof status);
    return told ? answer(task, 0) : CALL_GO; /* EFAULT */
}

static void leave_stat(struct director *d, struct task *task, int64_t result)
{
    uint64_t address = arg(task, task->call->number == SYS_newfstatat ? 2 : 1);
    struct stat status;
    if (result != 0 || !memory_read(task->tid, address, &status, sizeof status))
        return;
    filestat_show(d, task, &status);
    memory_write(task->tid, address, &status, sizeof status);
}

/* When it was read last is told by when it was modified, which has to be asked for, too: by one of
 * two bits, each of which brings both (fill_mg_cmtime() in fs/stat.c). */
static bool lacks_time(const struct task *task)
{
    uint64_t mask = arg(task, 3);
    return (mask & STATX_ATIME) && !(mask & (STATX_MTIME | STATX_CTIME));
}

static enum verdict_of_call enter_statx(struct director *d, struct task *task)
{
    enum verdict_of_call verdict = enter_told_otherwise(d, task);
    if (verdict == CALL_GO_LEAVE && lacks_time(task)) {
        arch_set_call_arg(&task->regs, 3, arg(task, 3) | STATX_MTIME);
        arch_set_regs(task->tid, &task->regs);
    }
    return verdict;
}

static void leave_statx(struct director *d, struct task *task, int64_t result)
{
    struct statx status;
    if (lacks_time(task)) {
        arch_set_call_arg(&task->regs, 3, arg(task, 3));
        arch_set_result(&task->regs, result);
        arch_set_regs(task->tid, &task->regs);
    }
    if (result != 0 || !memory_read(task->tid, arg(task, 4), &status, sizeof status))
        return;
    filestat_show_extended(d, task, &status);
    if (lacks_time(task)) {
        status.stx_mask &= ~(uint32_t)(STATX_MTIME | STATX_CTIME);
        status.stx_mtime = status.stx_ctime = (struct statx_timestamp){0};
    }
    memory_write(task->tid, arg(task, 4), &status, sizeof status);
}

/* As much room as there is, is free. */
static void leave_statfs(struct director *d, struct task *task, int64_t result)
{
    struct statfs status;
    (void)d;
    if (result != 0 || !memory_read(task->tid, arg(task, 1), &status, sizeof status))
        return;
    status.f_bfree = status.f_bavail = status.f_blocks;
    status.f_ffree = status.f_files;
    status.f_fsid = (__fsid_t){{0, 0}};
    memory_write(task->tid, arg(task, 1), &status, sizeof status);
}

/* Anybody may make a link with such a text: is it one of the kernel's? */
static bool is_link_of_proc(struct task *task)
{
    char name[PATH_MAX], path[PATH_MAX + 64];
    struct statfs system;
    bool at = task->call->number == SYS_readlinkat;
    if (!memory_read_string(task->tid, arg(task, at ? 1 : 0), name, sizeof name))
        return false;
    path_from_here(task, at ? (int)arg(task, 0) : AT_FDCWD, name, path, sizeof path);
    auto_close int link = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return link >= 0 && fstatfs(link, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

static void leave_readlink(struct director *d, struct task *task, int64_t result)
{
    unsigned at = task->call->number == SYS_readlinkat ? 2 : 1;
    uint64_t address = arg(task, at), room = arg(task, at + 1);
    char text[64];
    if (result <= 0 || (size_t)result >= sizeof text ||
        !memory_read(task->tid, address, text, (size_t)result) || text[result - 1] != ']' ||
        !is_link_of_proc(task))
        return;
    size_t length = filestat_show_link(d, task, text, (size_t)result, sizeof text);
    if (length > room)
        length = room; /* cut, as readlink(2) does */
    if (!memory_write(task->tid, address, text, length) || (int64_t)length == result)
        return;
    arch_set_result(&task->regs, (int64_t)length);
    arch_set_regs(task->tid, &task->regs);
}

#define LOOKING(call, entering, leaving)                                                           \
    {                                                                                              \
        SYS_##call, #call, .is_visible = visible_look, .waits_busily = true, .enter = entering,    \
                           .leave = leaving                                                        \
    }

const struct call_row calls_stat[] = {
#ifdef SYS_stat
    LOOKING(stat, enter_told_otherwise, leave_stat),
    LOOKING(lstat, enter_told_otherwise, leave_stat),
    LOOKING(readlink, enter_told_otherwise, leave_readlink),
#endif
    LOOKING(fstat, enter_stat_descriptor, leave_stat),
    LOOKING(newfstatat, enter_stat_descriptor, leave_stat),
    LOOKING(statx, enter_statx, leave_statx),
    LOOKING(readlinkat, enter_told_otherwise, leave_readlink),
    LOOKING(statfs, enter_told_otherwise, leave_statfs),
    LOOKING(fstatfs, enter_told_otherwise, leave_statfs),
};
const size_t calls_stat_count = ARRAY_SIZE(calls_stat);
