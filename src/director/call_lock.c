/* File locks that wait: held until the lock could be had. And what else fcntl(2) does for others.
 */
#include "director/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool ready_flock(struct director *d, struct task *task, bool first)
{
    int op = (int)arg(task, 1);
    if ((op & LOCK_NB) || (op & LOCK_UN))
        return true;
    (void)first;
    guard_polls(d, task);
    int copy = descriptor_dup(d, task, (int)arg(task, 0));
    if (copy < 0)
        return true;
    /* The lock belongs to the open file description, which the duplicate shares: taken here, it is
     * the program's, and its own call then finds that it has it (flock(2)). */
    bool had = flock(copy, op | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    close(copy);
    return had;
}

/* saved[] while one waits for a record lock: the pid of who holds it, 0 when nobody's */
enum { SAVED_HOLDER };

/* Who holds the lock waits for a record lock itself, whose holder … is the task: then fcntl(2)
 * fails. */
static bool would_deadlock(struct director *d, const struct task *task)
{
    int64_t holder = task->saved[SAVED_HOLDER];
    for (size_t steps = 0; holder > 0 && steps <= d->held.count; steps++) {
        if (holder == task->process->pid)
            return true;
        int64_t next = 0;
        for (const struct task *t = d->held.first; t != NULL; t = t->next)
            if (t->process->pid == holder && t->call->number == SYS_fcntl && t != task)
                next = t->saved[SAVED_HOLDER];
        holder = next;
    }
    return false;
}

static bool visible_fcntl(struct director *d, struct task *task)
{
    int command = (int)arg(task, 1);
    if (command == F_SETLKW || command == F_OFD_SETLKW)
        return true;
    d->signals_unseen = true; /* SIGIO and its kin: the kernel sends them when it is ready */
    return false;
}

static bool ready_fcntl(struct director *d, struct task *task, bool first)
{
    (void)first;
    task->saved[SAVED_HOLDER] = 0;
    guard_polls(d, task);
    struct flock wanted;
    if (!memory_read(task->tid, arg(task, 2), &wanted, sizeof wanted) || wanted.l_type == F_UNLCK)
        return true;
    int copy = descriptor_dup(d, task, (int)arg(task, 0));
    if (copy < 0)
        return true;
    bool of_description = (int)arg(task, 1) == F_OFD_SETLKW;
    wanted.l_pid = 0;
    int asked = fcntl(copy, of_description ? F_OFD_GETLK : F_GETLK, &wanted);
    close(copy);
    /* Its own locks are in its way only as we see it. */
    if (asked != 0 || wanted.l_type == F_UNLCK || wanted.l_pid == task->process->pid)
        return true;
    task->saved[SAVED_HOLDER] = of_description ? 0 : wanted.l_pid;
    return would_deadlock(d, task);
}

static enum verdict_of_call enter_lock(struct director *d, struct task *task)
{
    if (!task->visible)
        return CALL_GO;
    if (task->call->number == SYS_fcntl && would_deadlock(d, task))
        return answer(task, -EDEADLK);
    d->quick_look = true; /* should the kernel think otherwise */
    d->quick_task = task;
    return CALL_GO_LEAVE;
}

static void explain_lock(struct director *d, struct task *task, struct buf *out)
{
    (void)d;
    buf_printf(out, "waits for a file lock (descriptor %d)", (int)arg(task, 0));
}

const struct call_row calls_lock[] = {
    {SYS_flock, "flock", .on = "lock", .visible = true, .ready = ready_flock, .enter = enter_lock,
     .explain = explain_lock},
    {SYS_fcntl, "fcntl", .on = "lock", .is_visible = visible_fcntl, .filtered_by_argument = true,
     .ready = ready_fcntl, .enter = enter_lock, .explain = explain_lock},
};
const size_t calls_lock_count = ARRAY_SIZE(calls_lock);
