/* Reading clocks, chance, and the processors: answered by the director, so that they repeat. */
#include "director/calls.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#ifndef CLOCK_TAI
#define CLOCK_TAI 11
#endif

static bool is_real(const struct director *d)
{
    return d->options->clock == CLOCK_KIND_REAL;
}

/* The kernel's own way to name the processor time of others (clock_getcpuclockid(3)). */
#define CPU_CLOCK_KIND 3
#define CPU_CLOCK_IS_FD 3

struct process *cpu_clock_owner(struct director *d, struct task *task, int clock)
{
    if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
        return task->process;
    if (clock >= 0 || (clock & CPU_CLOCK_KIND) == CPU_CLOCK_IS_FD)
        return NULL;
    pid_t pid = (pid_t)(~(uint32_t)clock >> 3);
    return pid == 0 ? task->process : process_of_tid(d, task, pid);
}

bool clock_shows(struct director *d, struct task *task, int clock, int64_t *ns)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        *ns = clock_now(d) + CLOCK_EPOCH_NS;
        return true;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = clock_now(d) + CLOCK_BOOT_NS;
        return true;
    default: {
        const struct process *process = cpu_clock_owner(d, task, clock);
        if (process != NULL)
            *ns = process->charged_ns;
        return process != NULL;
    }
    }
}

int64_t clock_to_scenario(struct director *d, int clock, int64_t absolute_ns)
{
    struct timespec now;
    if (is_real(d)) /* the program reads the machine's clocks */
        return clock_gettime(clock, &now) != 0
                   ? clock_now(d)
                   : clock_now(d) + absolute_ns - (now.tv_sec * NS_PER_S + now.tv_nsec);
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        return absolute_ns - CLOCK_EPOCH_NS;
    default:
        return absolute_ns - CLOCK_BOOT_NS;
    }
}

static bool visible_clock(struct director *d, struct task *task)
{
    task->gives_way = !is_real(d) && reads_clock_for_long(task);
    return false;
}

static enum verdict_of_call enter_clock_gettime(struct director *d, struct task *task)
{
    int64_t ns;
    if (is_real(d) || !clock_shows(d, task, (int)arg(task, 0), &ns))
        return CALL_GO;
    if (!write_time(task, arg(task, 1), false, ns))
        return CALL_GO; /* EFAULT */
    charge_clock_read(d, task);
    return answer(task, 0);
}

static enum verdict_of_call enter_gettimeofday(struct director *d, struct task *task)
{
    if (is_real(d))
        return CALL_GO;
    if (arg(task, 0) != 0 && !write_time(task, arg(task, 0), true, clock_now(d) + CLOCK_EPOCH_NS))
        return CALL_GO;
    if (arg(task, 1) != 0) {
        struct timezone utc = {0, 0};
        memory_write(task->tid, arg(task, 1), &utc, sizeof utc);
    }
    charge_clock_read(d, task);
    return answer(task, 0);
}

bool on_counter_read(struct director *d, struct task *task)
{
    siginfo_t info;
    if (!d->holds_counter || task->process->no_counter ||
        ptrace(PTRACE_GETSIGINFO, task->tid, NULL, &info) != 0 || info.si_code != SI_KERNEL ||
        !arch_get_regs(task->tid, &task->regs) ||
        !arch_answer_counter(task->tid, &task->regs, clock_now(d) + CLOCK_BOOT_NS))
        return false;
    /* The kernel has taken an ignored signal for one with its default action (force_sig()). */
    if (task->process->dispositions[SIGSEGV] == DISPOSITION_IGNORE)
        task->process->dispositions[SIGSEGV] = DISPOSITION_DEFAULT;
    charge_clock_read(d, task);
    if (d->ending)
        return true;
    task->gives_way = reads_clock_for_long(task) || is_quiet_for_long(d, task);
    if (task->gives_way)
        park(d, task, PARKED_AT_COMPUTING);
    else
        resume(d, task, 0);
    return true;
}

/* ---- a program that nobody may look into ---- */

/* Its call is made after all. */
static void leave_counter_switch(struct director *d, struct task *task, int64_t result)
{
    (void)d, (void)result;
    arch_set_call_arg(&task->regs, 0, task->first_args[0]);
    arch_set_call_arg(&task->regs, 1, task->first_args[1]);
    arch_again(task->tid, &task->regs, (long)task->saved[0]);
}

bool switches_counter(struct director *d, struct task *task)
{
    static const struct call_row row = {SYS_prctl, "prctl", .leave = leave_counter_switch};
    struct process *process = task->process;
    if (!d->holds_counter || process->has_counter == process->is_closed)
        return false;
    process->has_counter = process->is_closed;
    task->call = &row;
    task->saved[0] = arch_call_number(&task->regs);
    task->first_args[0] = arch_call_arg(&task->regs, 0);
    task->first_args[1] = arch_call_arg(&task->regs, 1);
    arch_set_call_arg(&task->regs, 0, PR_SET_TSC);
    arch_set_call_arg(&task->regs, 1, process->is_closed ? PR_TSC_ENABLE : PR_TSC_SIGSEGV);
    arch_replace_call(task->tid, &task->regs, SYS_prctl);
    resume_to_exit(d, task);
    return true;
}

enum verdict_of_call enter_counter_option(struct director *d, struct task *task)
{
    if (!d->holds_counter)
        return CALL_GO;
    int value = (int)arg(task, 1);
    if ((int)arg(task, 0) == PR_SET_TSC) {
        if (value != PR_TSC_ENABLE && value != PR_TSC_SIGSEGV)
            return answer(task, -EINVAL);
        task->process->no_counter = value == PR_TSC_SIGSEGV;
        return answer(task, 0);
    }
    value = task->process->no_counter ? PR_TSC_SIGSEGV : PR_TSC_ENABLE;
    return answer(task, memory_write(task->tid, arg(task, 1), &value, sizeof value) ? 0 : -EFAULT);
}

#ifdef SYS_time
static enum verdict_of_call enter_time(struct director *d, struct task *task)
{
    if (is_real(d))
        return CALL_GO;
    int64_t seconds = (clock_now(d) + CLOCK_EPOCH_NS) / NS_PER_S;
    if (arg(task, 0) != 0 && !memory_write(task->tid, arg(task, 0), &seconds, sizeof seconds))
        return CALL_GO;
    charge_clock_read(d, task);
    return answer(task, seconds);
}
#endif

/* Reading how the kernel's clock is disciplined (adjtimex(2)): its time is the scenario's, and
 * nothing of what it did to its clock is told. */
static bool reads_discipline(struct task *task, uint64_t *address, int *clock)
{
    bool of_clock = task->call->number == SYS_clock_adjtime;
    unsigned modes;
    *address = arg(task, of_clock ? 1 : 0);
    *clock = of_clock ? (int)arg(task, 0) : CLOCK_REALTIME;
    return memory_read(task->tid, *address, &modes, sizeof modes) && modes == 0;
}

static enum verdict_of_call enter_adjtimex(struct director *d, struct task *task)
{
    uint64_t address;
    int clock;
    return !is_real(d) && reads_discipline(task, &address, &clock) ? CALL_GO_LEAVE : CALL_GO;
}

static void leave_adjtimex(struct director *d, struct task *task, int64_t result)
{
    struct timex plain = {.tick = 10000, .precision = 1};
    uint64_t address;
    int64_t ns;
    int clock;
    if (result < 0 || !reads_discipline(task, &address, &clock) ||
        !clock_shows(d, task, clock, &ns))
        return;
    plain.time.tv_sec = ns / NS_PER_S;
    plain.time.tv_usec = ns % NS_PER_S / NS_PER_US;
    memory_write(task->tid, address, &plain, sizeof plain);
    arch_set_result(&task->regs, TIME_OK);
    arch_set_regs(task->tid, &task->regs);
}

/* ---- processor time ---- */

#define CLOCK_TICK_NS (10 * NS_PER_MS) /* of times(2), sysconf(_SC_CLK_TCK) */

static enum verdict_of_call enter_times(struct director *d, struct task *task)
{
    if (is_real(d))
        return CALL_GO;
    const struct process *process = task->process;
    int64_t ticks[4] = {process->charged_ns / CLOCK_TICK_NS, 0,
                        process->children_charged_ns / CLOCK_TICK_NS, 0};
    if (arg(task, 0) != 0 && !memory_write(task->tid, arg(task, 0), ticks, sizeof ticks))
        return CALL_GO; /* EFAULT */
    charge_clock_read(d, task);
    return answer(task, (clock_now(d) + CLOCK_BOOT_NS) / CLOCK_TICK_NS);
}

void write_usage(struct task *task, uint64_t address, int64_t processor_ns)
{
    struct rusage usage;
    if (!memory_read(task->tid, address, &usage, sizeof usage))
        return;
    usage.ru_utime.tv_sec = processor_ns / NS_PER_S;
    usage.ru_utime.tv_usec = processor_ns % NS_PER_S / NS_PER_US;
    usage.ru_stime = (struct timeval){0, 0};
    usage.ru_minflt = usage.ru_majflt = usage.ru_inblock = usage.ru_oublock = 0;
    usage.ru_nvcsw = usage.ru_nivcsw = usage.ru_maxrss = 0;
    memory_write(task->tid, address, &usage, sizeof usage);
}

static void leave_getrusage(struct director *d, struct task *task, int64_t result)
{
    if (result != 0)
        return;
    const struct process *process = task->process;
    bool of_children = (int)arg(task, 0) == RUSAGE_CHILDREN;
    write_usage(task, arg(task, 1),
                of_children ? process->children_charged_ns : process->charged_ns);
    charge_clock_read(d, task);
}

/* What the machine has is told, what it does is not. */
static void leave_sysinfo(struct director *d, struct task *task, int64_t result)
{
    struct sysinfo info;
    if (result != 0 || !memory_read(task->tid, arg(task, 0), &info, sizeof info))
        return;
    info.uptime = (clock_now(d) + CLOCK_BOOT_NS) / NS_PER_S;
    memset(info.loads, 0, sizeof info.loads);
    info.freeram = info.totalram;
    info.freeswap = info.totalswap;
    info.freehigh = info.totalhigh;
    info.sharedram = info.bufferram = 0;
    info.procs = (unsigned short)(d->process_count + d->own_pids);
    memory_write(task->tid, arg(task, 0), &info, sizeof info);
}

/* The kernel counts the processor time that a limit is about: when it is reached is the machine's.
 */
static enum verdict_of_call enter_limit(struct director *d, struct task *task)
{
    if (arg(task, task->call->number == SYS_prlimit64 ? 2 : 1) != 0)
        not_deterministic(d, task->process, "%s set a limit on processor time",
                          task->process->name);
    return CALL_GO;
}

/* ---- chance ---- */

/* The same bytes in every run: from the process's name and how many it has had. */
static enum verdict_of_call enter_getrandom(struct director *d, struct task *task)
{
    (void)d;
    uint64_t length = arg(task, 1);
    if (length > 65536)
        length = 65536;                            /* a short count is allowed; callers go on */
    uint64_t state = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (const char *c = task->process->name; *c != '\0'; c++)
        state = (state ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    uint64_t done = 0;
    while (done < length) {
        uint64_t z = state + ++task->process->random_counter * UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9); /* splitmix64 */
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
        size_t take = length - done < sizeof z ? (size_t)(length - done) : sizeof z;
        if (!memory_write(task->tid, arg(task, 0) + done, &z, take))
            return CALL_GO;
        done += take;
    }
    return answer(task, (int64_t)length);
}

/* Programs shall not see that they share one processor: `nproc` and make -j would change. */
static enum verdict_of_call enter_getaffinity(struct director *d, struct task *task)
{
    (void)task;
    return d->pinned ? CALL_GO_LEAVE : CALL_GO;
}

static void leave_getaffinity(struct director *d, struct task *task, int64_t result)
{
    if (result > 0)
        memory_write(task->tid, arg(task, 2), &d->affinity,
                     (size_t)result < sizeof d->affinity ? (size_t)result : sizeof d->affinity);
}

/* A program that chooses its processors would leave the one that all share. */
static enum verdict_of_call enter_setaffinity(struct director *d, struct task *task)
{
    return d->pinned ? answer(task, 0) : CALL_GO;
}

/* Which one they share is chance. */
static enum verdict_of_call enter_getcpu(struct director *d, struct task *task)
{
    const unsigned first = 0;
    if (!d->pinned)
        return CALL_GO;
    for (unsigned i = 0; i < 2; i++) /* the processor, and its node */
        if (arg(task, i) != 0 && !memory_write(task->tid, arg(task, i), &first, sizeof first))
            return answer(task, -EFAULT);
    return answer(task, 0);
}

const struct call_row calls_time[] = {
    {SYS_clock_gettime, "clock_gettime", .is_visible = visible_clock, .waits_busily = true,
     .enter = enter_clock_gettime},
    {SYS_gettimeofday, "gettimeofday", .is_visible = visible_clock, .waits_busily = true,
     .enter = enter_gettimeofday},
#ifdef SYS_time
    {SYS_time, "time", .is_visible = visible_clock, .waits_busily = true, .enter = enter_time},
#endif
    {SYS_adjtimex, "adjtimex", .enter = enter_adjtimex, .leave = leave_adjtimex},
    {SYS_clock_adjtime, "clock_adjtime", .enter = enter_adjtimex, .leave = leave_adjtimex},
    {SYS_times, "times", .enter = enter_times},
    {SYS_getrusage, "getrusage", .enter = enter_told_otherwise, .leave = leave_getrusage},
    {SYS_sysinfo, "sysinfo", .enter = enter_told_otherwise, .leave = leave_sysinfo},
    {SYS_prlimit64, "prlimit64", .filtered_by_argument = true, .enter = enter_limit},
    {SYS_setrlimit, "setrlimit", .filtered_by_argument = true, .enter = enter_limit},
    {SYS_getrandom, "getrandom", .enter = enter_getrandom},
    {SYS_sched_getaffinity, "sched_getaffinity", .enter = enter_getaffinity,
     .leave = leave_getaffinity},
    {SYS_getcpu, "getcpu", .enter = enter_getcpu},
    {SYS_sched_setaffinity, "sched_setaffinity", .enter = enter_setaffinity},
};
const size_t calls_time_count = ARRAY_SIZE(calls_time);
