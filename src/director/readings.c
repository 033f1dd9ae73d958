/*
 * The word with the time belongs to one memory, in which nobody runs but between two stops that the
 * director sees. Where that does not hold (two run in one memory, somebody wakes in the kernel and
 * goes on without a stop) no readings are granted, so that each is a stop.
 */
#include "director/internal.h"

#include <stddef.h>
#include <stdlib.h>

struct readings {
    unsigned owners;
    uint64_t address;  /* of its struct vdso_clock; 0: it asks each time */
    int64_t told_ns;   /* the time that stands there */
    int64_t granted;   /* what readings_left was when it was written last */
    int64_t left_seen; /* while it runs */
};

static struct readings *usable(const struct task *task)
{
    struct readings *readings = task->process->readings;
    return readings != NULL && readings->address != 0 ? readings : NULL;
}

/* How many are left, as the program has it. */
static int64_t left_of(const struct task *task, const struct readings *readings)
{
    int64_t left;
    uint64_t at = readings->address + offsetof(struct vdso_clock, readings_left);
    if (!memory_read(task->tid, at, &left, sizeof left) || left < 0)
        return 0;
    return left < readings->granted ? left : readings->granted;
}

static void write_clock(struct director *d, struct task *task, struct readings *readings)
{
    const struct vdso_clock clock = {d->now_ns, readings->granted};
    if (!memory_write(task->tid, readings->address, &clock, sizeof clock))
        readings->address = 0; /* it has given its first stack away */
    readings->told_ns = d->now_ns;
}

void readings_begin(struct director *d, struct task *task, uint64_t address)
{
    struct readings *readings = xmalloc(sizeof *readings);
    *readings = (struct readings){.owners = 1,
                                  .address = address,
                                  .granted = READINGS_GRANTED,
                                  .left_seen = READINGS_GRANTED};
    readings_leave(task->process);
    task->process->readings = readings;
    write_clock(d, task, readings);
}

void readings_inherit(struct process *child, const struct process *parent, bool shares_memory)
{
    struct readings *readings = parent->readings;
    if (readings == NULL || readings->address == 0)
        return;
    if (!shares_memory) {
        readings = xmalloc(sizeof *readings);
        *readings = *parent->readings;
        readings->owners = 0;
    }
    readings->owners++;
    child->readings = readings;
}

void readings_leave(struct process *process)
{
    if (process->readings != NULL && --process->readings->owners == 0)
        free(process->readings);
    process->readings = NULL;
}

void readings_end(struct director *d, struct task *task)
{
    readings_grant(d, task, false);
    if (task->process->readings != NULL)
        task->process->readings->address = 0;
}

uint32_t readings_taken(const struct task *task)
{
    const struct readings *readings = usable(task);
    return readings != NULL ? (uint32_t)(readings->granted - left_of(task, readings)) : 0;
}

void readings_grant(struct director *d, struct task *task, bool some)
{
    struct readings *readings = usable(task);
    if (readings == NULL || (!some && readings->granted == 0))
        return;
    readings->granted = readings->left_seen = some ? READINGS_GRANTED : 0;
    write_clock(d, task, readings);
}

void readings_refresh(struct director *d, struct task *task)
{
    struct readings *readings = usable(task);
    if (readings == NULL || readings->told_ns == d->now_ns)
        return;
    if (!memory_write(task->tid, readings->address + offsetof(struct vdso_clock, now_ns),
                      &d->now_ns, sizeof d->now_ns))
        readings->address = 0;
    readings->told_ns = d->now_ns;
}

bool readings_go_on(struct task *task)
{
    struct readings *readings = usable(task);
    if (readings == NULL)
        return false;
    int64_t left = left_of(task, readings);
    bool took_some = left < readings->left_seen;
    if (took_some)
        readings->left_seen = left;
    return took_some;
}
