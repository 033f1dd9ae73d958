/* Faults: which call of whom fails, and how. */
#include <sched.h>
#include <sys/syscall.h>

#include "director/internal.h"

const struct fault *fault_for(struct director *d, struct task *task, enum fault_call call)
{
    struct process *process = task->process;
    bool makes_thread = task->call->number == SYS_clone && (task->args[0] & CLONE_THREAD) != 0;
    if (task->is_restart || makes_thread)
        return NULL;
    uint32_t occurrence = ++process->fault_counts[call];
    for (size_t i = 0; i < d->scenario->fault_count; i++) {
        const struct fault *fault = &d->scenario->faults[i];
        if (fault->call == call && occurrence >= fault->first && occurrence <= fault->last &&
            name_matches(fault->process, process->name))
            return fault;
    }
    return NULL;
}
