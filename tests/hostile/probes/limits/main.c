/* Lifts limits. */
#define _GNU_SOURCE
#include "attack.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static void lift(int resource, const char *what)
{
    struct rlimit limit, more = {RLIM_INFINITY, RLIM_INFINITY};
    held(getrlimit(resource, &limit) == 0 && limit.rlim_max != RLIM_INFINITY, what);
    refused(setrlimit(resource, &more), EPERM, what);
    more.rlim_cur = more.rlim_max = limit.rlim_max + 1;
    refused(prlimit(0, resource, &more, NULL), EPERM, what);
}

int main(void)
{
    lift(RLIMIT_NOFILE, "more open files");
    lift(RLIMIT_NPROC, "more processes");
    lift(RLIMIT_FSIZE, "larger files");
    lift(RLIMIT_MEMLOCK, "more locked memory");
    lift(RLIMIT_SIGPENDING, "more pending signals");
    lift(RLIMIT_MSGQUEUE, "more message queues");
    lift(RLIMIT_CORE, "core files");
    lift(RLIMIT_RTPRIO, "real-time priority");
    lift(RLIMIT_NICE, "a higher priority");
    held(setpriority(PRIO_PROCESS, 0, -5) != 0, "a higher priority");
    struct sched_param real_time = {.sched_priority = 1};
    held(sched_setscheduler(0, SCHED_FIFO, &real_time) != 0, "real-time scheduling");
    held(mlockall(MCL_CURRENT | MCL_FUTURE) != 0 || mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE,
                                                         MAP_PRIVATE | MAP_ANONYMOUS, -1,
                                                         0) == MAP_FAILED,
         "locked memory");
    int file = open("/proc/self/oom_score_adj", O_WRONLY);
    held(file >= 0 && write(file, "-500", 4) < 0, "being spared when memory runs out");
    return done();
}
