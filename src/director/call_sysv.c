/* System V's shared memory, semaphores and queues: looking at them tells times of the machine's
 * clock. Which operation came when is not followed: all of them come at the run's beginning. */
#include "director/calls.h"

#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#define MOST_TIMES 3

/* Where a structure has its times. */
struct layout {
    long number;
    unsigned address; /* index of the argument */
    size_t times[MOST_TIMES];
    size_t count;
};
static const struct layout layouts[] = {
    {SYS_shmctl,
     2,
     {offsetof(struct shmid_ds, shm_atime), offsetof(struct shmid_ds, shm_dtime),
      offsetof(struct shmid_ds, shm_ctime)},
     3},
    {SYS_semctl,
     3,
     {offsetof(struct semid_ds, sem_otime), offsetof(struct semid_ds, sem_ctime)},
     2},
    {SYS_msgctl,
     2,
     {offsetof(struct msqid_ds, msg_stime), offsetof(struct msqid_ds, msg_rtime),
      offsetof(struct msqid_ds, msg_ctime)},
     3},
};

/* The command's numbers are not those of one another. */
static bool tells_times(const struct task *task)
{
    int command = (int)arg(task, task->call->number == SYS_semctl ? 2 : 1);
    switch (task->call->number) {
    case SYS_shmctl:
        return command == IPC_STAT || command == SHM_STAT || command == SHM_STAT_ANY;
    case SYS_semctl:
        return command == IPC_STAT || command == SEM_STAT || command == SEM_STAT_ANY;
    default:
        return command == IPC_STAT || command == MSG_STAT || command == MSG_STAT_ANY;
    }
}

static enum verdict_of_call enter_control(struct director *d, struct task *task)
{
    return d->options->clock == CLOCK_KIND_VIRTUAL && tells_times(task) ? CALL_GO_LEAVE : CALL_GO;
}

/* What has not happened yet is told as 0, which programs wait to change. */
static void leave_control(struct director *d, struct task *task, int64_t result)
{
    const time_t start = CLOCK_EPOCH_NS / NS_PER_S;
    (void)d;
    const struct layout *layout = layouts;
    while (layout->number != task->call->number)
        layout++;
    for (size_t i = 0; result >= 0 && i < layout->count; i++) {
        uint64_t address = arg(task, layout->address) + layout->times[i];
        time_t told = 0;
        if (memory_read(task->tid, address, &told, sizeof told) && told != 0)
            memory_write(task->tid, address, &start, sizeof start);
    }
}

const struct call_row calls_sysv[] = {
    {SYS_shmctl, "shmctl", .enter = enter_control, .leave = leave_control},
    {SYS_semctl, "semctl", .enter = enter_control, .leave = leave_control},
    {SYS_msgctl, "msgctl", .enter = enter_control, .leave = leave_control},
};
const size_t calls_sysv_count = ARRAY_SIZE(calls_sysv);
