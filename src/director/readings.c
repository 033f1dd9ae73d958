/*
 * The word with the time belongs to one process, which runs only between two of its stops; so it is
 * always right. Where two run in one memory there is none.
 */
#include "director/internal.h"

#include <stddef.h>

/* How many are left, as the program has it. */
static int64_t left_of(const struct task *task)
{
    int64_t left;
    const struct readings *readings = &task->process->readings;
    return memory_read(task->tid, readings->address + offsetof(struct vdso_clock, readings_left),
                       &left, sizeof left)
               ? left
               : 0;
}

static void write_clock(struct director *d, struct task *task)
{
    struct readings *readings = &task->process->readings;
    const struct vdso_clock clock = {d->now_ns, readings->granted};
    if (!memory_write(task->tid, readings->address, &clock, sizeof clock))
        readings->address = 0; /* it has given its first stack away, and its vDSO with it */
    readings->told_ns = d->now_ns;
}

void readings_begin(struct director *d, struct task *task, uint64_t address)
{
    task->process->readings = (struct readings){
        .address = address, .granted = READINGS_GRANTED, .left_seen = READINGS_GRANTED};
    write_clock(d, task);
}

uint32_t readings_taken(struct task *task)
{
    const struct readings *readings = &task->process->readings;
    if (readings->address == 0)
        return 0;
    int64_t left = left_of(task);
    return left >= 0 && left < readings->granted ? (uint32_t)(readings->granted - left) : 0;
}

void readings_grant(struct director *d, struct task *task, bool some)
{
    struct readings *readings = &task->process->readings;
    if (readings->address == 0 || (!some && readings->granted == 0))
        return;
    readings->granted = readings->left_seen = some ? READINGS_GRANTED : 0;
    write_clock(d, task);
}

void readings_refresh(struct director *d, struct task *task)
{
    struct readings *readings = &task->process->readings;
    if (readings->address == 0 || readings->told_ns == d->now_ns)
        return;
    memory_write(task->tid, readings->address + offsetof(struct vdso_clock, now_ns), &d->now_ns,
                 sizeof d->now_ns);
    readings->told_ns = d->now_ns;
}

void readings_end(struct director *d, struct task *task)
{
    readings_grant(d, task, false);
    task->process->readings.address = 0;
}

bool readings_go_on(struct task *task)
{
    struct readings *readings = &task->process->readings;
    if (readings->address == 0)
        return false;
    int64_t left = left_of(task);
    bool took_some = left >= 0 && left < readings->left_seen;
    if (took_some)
        readings->left_seen = left;
    return took_some;
}
