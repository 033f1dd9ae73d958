/* Looking at files: what the kernel told is made the same in every run (filestat.c). */
#include "director/calls.h"

#include <sys/syscall.h>
#include <sys/vfs.h>

#include "director/filestat.h"

static enum verdict_of_call enter_look(struct director *d, struct task *task)
{
    (void)task;
    return d->options->clock == CLOCK_KIND_REAL ? CALL_GO : CALL_GO_LEAVE;
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

static void leave_statx(struct director *d, struct task *task, int64_t result)
{
    struct statx status;
    if (result != 0 || !memory_read(task->tid, arg(task, 4), &status, sizeof status))
        return;
    filestat_show_extended(d, task, &status);
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

static void leave_readlink(struct director *d, struct task *task, int64_t result)
{
    unsigned at = task->call->number == SYS_readlinkat ? 2 : 1;
    uint64_t address = arg(task, at), room = arg(task, at + 1);
    char text[64];
    if (result <= 0 || (size_t)result >= sizeof text ||
        !memory_read(task->tid, address, text, (size_t)result))
        return;
    size_t length = filestat_show_link(d, task, text, (size_t)result, sizeof text);
    if (length > room)
        length = room; /* cut, as readlink(2) does */
    if (!memory_write(task->tid, address, text, length) || (int64_t)length == result)
        return;
    arch_set_result(&task->regs, (int64_t)length);
    arch_set_regs(task->tid, &task->regs);
}

const struct call_row calls_stat[] = {
#ifdef SYS_stat
    {SYS_stat, "stat", .enter = enter_look, .leave = leave_stat},
    {SYS_lstat, "lstat", .enter = enter_look, .leave = leave_stat},
    {SYS_readlink, "readlink", .enter = enter_look, .leave = leave_readlink},
#endif
    {SYS_fstat, "fstat", .enter = enter_look, .leave = leave_stat},
    {SYS_newfstatat, "newfstatat", .enter = enter_look, .leave = leave_stat},
    {SYS_statx, "statx", .enter = enter_look, .leave = leave_statx},
    {SYS_readlinkat, "readlinkat", .enter = enter_look, .leave = leave_readlink},
    {SYS_statfs, "statfs", .enter = enter_look, .leave = leave_statfs},
    {SYS_fstatfs, "fstatfs", .enter = enter_look, .leave = leave_statfs},
};
const size_t calls_stat_count = ARRAY_SIZE(calls_stat);
