/*
 * POSIX message queues. Their descriptors can be polled (mq_overview(7)), so a sender or receiver
 * is held until its queue has room or a message, or the scenario clock has reached its deadline.
 */
#include "director/calls.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>

#define TIMEOUT 4 /* argument index of both calls: a time of CLOCK_REALTIME, or NULL */

static short wanted(const struct task *task)
{
    return task->call->number == SYS_mq_timedsend ? POLLOUT : POLLIN;
}

static bool is_ready(struct director *d, struct task *task)
{
    return descriptor_poll(d, task, (int)arg(task, 0), wanted(task)) != 0;
}

static bool ready_queue(struct director *d, struct task *task, bool first)
{
    if (first) {
        int64_t ns;
        if (descriptor_look(d, task, (int)arg(task, 0)).nonblocking)
            return true;
        if (arg(task, TIMEOUT) != 0) {
            if (!read_time(task, arg(task, TIMEOUT), false, &ns))
                return true; /* EFAULT or EINVAL: the kernel says which */
            task_deadline(d, task, clock_to_scenario(d, CLOCK_REALTIME, ns));
        }
    }
    guard_polls(d, task);
    return is_ready(d, task);
}

static enum verdict_of_call enter_queue(struct director *d, struct task *task)
{
    if (task->released == RELEASE_DEADLINE && !is_ready(d, task))
        return answer(task, -ETIMEDOUT);
    return CALL_GO_LEAVE;
}

static void leave_queue(struct director *d, struct task *task, int64_t result)
{
    if (result == -EAGAIN)
        charge_poll(d, task);
    else
        task->polls = 0;
}

/* The kernel will send a signal when a message comes. */
static enum verdict_of_call enter_notify(struct director *d, struct task *task)
{
    (void)task;
    d->signals_unseen = true;
    return CALL_GO;
}

static void watched_queue(struct director *d, struct task *task, struct watcher *watcher)
{
    watcher->look(watcher, d, task, (int)arg(task, 0), wanted(task));
}

static void explain_queue(struct director *d, struct task *task, struct buf *out)
{
    (void)d;
    buf_printf(out, "waits for %s a message queue (descriptor %d)",
               wanted(task) == POLLOUT ? "room in" : "a message of", (int)arg(task, 0));
}

const struct call_row calls_mq[] = {
    {SYS_mq_timedsend, "mq_timedsend", .on = "write", .visible = true, .ready = ready_queue,
     .enter = enter_queue, .leave = leave_queue, .watched = watched_queue,
     .explain = explain_queue},
    {SYS_mq_timedreceive, "mq_timedreceive", .on = "read", .visible = true, .ready = ready_queue,
     .enter = enter_queue, .leave = leave_queue, .watched = watched_queue,
     .explain = explain_queue},
    {SYS_mq_notify, "mq_notify", .enter = enter_notify},
};
const size_t calls_mq_count = ARRAY_SIZE(calls_mq);
