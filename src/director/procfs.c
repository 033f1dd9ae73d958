/*
 * What of /proc would be another in each run, as it is told to programs of the run (proc(5)): times
 * are those of the scenario clock, processor time is what was charged, states are those that the
 * processes would have without a director, and what the machine does for others is nothing. Sizes
 * of memory that is resident depend on the machine, and are told as 0.
 */
#include "director/procfs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "director/filestat.h"

#define TICK_NS (10 * NS_PER_MS) /* sysconf(_SC_CLK_TCK) is 100 on Linux */
#define MOST_BYTES 65536

static int64_t uptime_ns(struct director *d)
{
    return clock_now(d) + CLOCK_BOOT_NS;
}

/* ---- of the machine ---- */

static void write_uptime(struct director *d, struct buf *out)
{
    int64_t hundredths = uptime_ns(d) / TICK_NS;
    buf_printf(out, "%" PRId64 ".%02" PRId64 " %" PRId64 ".%02" PRId64 "\n", hundredths / 100,
               hundredths % 100, hundredths / 100, hundredths % 100);
}

/* Of the processes that there are, and of the children that they waited for. */
static int64_t ticks_used(const struct director *d)
{
    int64_t used_ns = 0;
    for (const struct process *p = d->first_process; p != NULL; p = p->next_all)
        used_ns += p->charged_ns + p->children_charged_ns;
    return used_ns / TICK_NS;
}

static void write_machine_stat(struct director *d, struct buf *out)
{
    int64_t idle = uptime_ns(d) / TICK_NS, used = ticks_used(d);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    buf_printf(out, "cpu  %" PRId64 " 0 0 %" PRId64 " 0 0 0 0 0 0\n", used, idle * processors);
    for (long i = 0; i < processors; i++)
        buf_printf(out, "cpu%ld %" PRId64 " 0 0 %" PRId64 " 0 0 0 0 0 0\n", i, i == 0 ? used : 0,
                   idle);
    buf_printf(out,
               "intr 0\nctxt 0\nbtime %" PRId64 "\nprocesses %" PRIu64
               "\nprocs_running 1\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n",
               (CLOCK_EPOCH_NS - CLOCK_BOOT_NS) / NS_PER_S, d->next_process_id);
}

static void write_meminfo(struct director *d, struct buf *out)
{
    struct sysinfo info;
    (void)d;
    if (sysinfo(&info) != 0)
        return;
    uint64_t memory = info.totalram / 1024 * info.mem_unit;
    uint64_t swap = info.totalswap / 1024 * info.mem_unit;
    const struct {
        const char *name;
        uint64_t size;
    } lines[] = {
        {"MemTotal:", memory}, {"MemFree:", memory}, {"MemAvailable:", memory},
        {"Buffers:", 0},       {"Cached:", 0},       {"SwapCached:", 0},
        {"Active:", 0},        {"Inactive:", 0},     {"SwapTotal:", swap},
        {"SwapFree:", swap},   {"Dirty:", 0},        {"Writeback:", 0},
        {"AnonPages:", 0},     {"Mapped:", 0},       {"Shmem:", 0},
        {"Slab:", 0},          {"SReclaimable:", 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        buf_printf(out, "%-15s %8" PRIu64 " kB\n", lines[i].name, lines[i].size);
}

static void write_loadavg(struct director *d, struct buf *out)
{
    pid_t latest = d->last_process != NULL ? d->last_process->ns_pid : 1;
    buf_printf(out, "0.00 0.00 0.00 1/%zu %d\n", d->process_count + d->own_pids, latest);
}

static const struct {
    const char *name;
    void (*write)(struct director *d, struct buf *out);
} machine_files[] = {
    {"uptime", write_uptime},
    {"stat", write_machine_stat},
    {"meminfo", write_meminfo},
    {"loadavg", write_loadavg},
};

/* ---- of a process ---- */

struct subject { /* whom a file is about */
    struct director *d;
    struct task *task;             /* who asks */
    const struct process *process; /* NULL: init, or nobody of the run */
    const struct process *reader;
    const char *real; /* what the kernel tells */
};

/* Init and scripted processes are forks of the runner, and their memory is as large as its. */
static bool is_fork_of_runner(const struct subject *about)
{
    return about->process == NULL || about->process->role != NO_ROLE;
}

static const char *state_of(const struct subject *about)
{
    if (about->process == NULL)
        return "S (sleeping)";
    if (about->process == about->reader)
        return "R (running)";
    switch (about->process->state) {
    case STATE_RUNNING:
        return "R (running)";
    case STATE_STOPPED:
        return "T (stopped)";
    case STATE_ZOMBIE:
    case STATE_REAPED:
        return "Z (zombie)";
    default:
        return "S (sleeping)";
    }
}

/* A field of /proc/PID/stat that is told otherwise than by the kernel. False: as it is. */
static bool own_field(const struct subject *about, unsigned field, int64_t *value)
{
    const struct process *process = about->process;
    *value = 0;
    switch (field) {
    case 14: /* utime, and of the children that it waited for */
        *value = process != NULL ? process->charged_ns / TICK_NS : 0;
        return true;
    case 16:
        *value = process != NULL ? process->children_charged_ns / TICK_NS : 0;
        return true;
    case 22: /* starttime */
        *value = (CLOCK_BOOT_NS + (process != NULL ? process->born_ns : 0)) / TICK_NS;
        return true;
    case 10: /* page faults */
    case 11:
    case 12:
    case 13:
    case 15: /* stime */
    case 17:
    case 24: /* rss */
    case 30: /* where it stands: kstkeip */
    case 35: /* wchan */
    case 39: /* processor */
    case 42: /* delays, guests */
    case 43:
    case 44:
        return true;
    default: /* vsize, and addresses */
        return is_fork_of_runner(about) &&
               (field == 23 || (field >= 26 && field <= 28) || (field >= 45 && field <= 51));
    }
}

static void write_stat(const struct subject *about, struct buf *out)
{
    const char *end = strrchr(about->real, ')'); /* of the name, which may hold anything */
    if (end == NULL)
        return;
    buf_add(out, about->real, (size_t)(end + 1 - about->real));
    unsigned field = 3;
    for (const char *at = end + 1; *at == ' '; field++) {
        size_t length = strcspn(++at, " \n");
        int64_t own;
        if (field == 3)
            buf_printf(out, " %c", state_of(about)[0]);
        else if (own_field(about, field, &own))
            buf_printf(out, " %" PRId64, own);
        else
            buf_printf(out, " %.*s", (int)length, at);
        at += length;
    }
    buf_add_string(out, "\n");
}

static void write_statm(const struct subject *about, struct buf *out)
{
    unsigned field = 1;
    for (const char *at = about->real; *at != '\0' && *at != '\n'; field++) {
        size_t length = strcspn(at, " \n");
        bool own = field == 2 || field == 3 || is_fork_of_runner(about);
        buf_printf(out, "%s%.*s", field > 1 ? " " : "", own ? 1 : (int)length, own ? "0" : at);
        at += length + (at[length] == ' ');
    }
    buf_add_string(out, "\n");
}

/* Cpus_allowed and Cpus_allowed_list: those that the run may use, as sched_getaffinity(2) says. */
static void write_processors(const struct subject *about, bool as_list, struct buf *out)
{
    const cpu_set_t *set = &about->d->affinity;
    unsigned last = CPU_SETSIZE - 1;
    while (last > 0 && !CPU_ISSET(last, set))
        last--;
    if (!as_list) {
        for (unsigned word = last / 32 + 1; word-- > 0;) {
            uint32_t bits = 0;
            for (unsigned i = 0; i < 32; i++)
                bits |= (uint32_t)CPU_ISSET(word * 32 + i, set) << i;
            buf_printf(out, word == last / 32 ? "%x" : ",%08x", bits);
        }
        return;
    }
    for (unsigned from = 0, count = 0; from <= last; from++) {
        if (!CPU_ISSET(from, set))
            continue;
        unsigned to = from;
        while (to < last && CPU_ISSET(to + 1, set))
            to++;
        buf_printf(out, "%s%u", count++ > 0 ? "," : "", from);
        if (to > from)
            buf_printf(out, "-%u", to);
        from = to;
    }
}

/* A line of /proc/PID/status whose value is told otherwise. False: as it is. */
static bool write_own_line(const struct subject *about, const char *name, const char *value,
                           struct buf *out)
{
    static const char *const sizes[] = {"VmHWM", "VmRSS", "RssAnon", "RssFile", "RssShmem"};
    bool is_size = is_fork_of_runner(about) && strncmp(name, "Vm", 2) == 0;
    static const char *const counts[] = {"TracerPid", "voluntary_ctxt_switches",
                                         "nonvoluntary_ctxt_switches"};
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
        is_size |= strcmp(name, sizes[i]) == 0;
    if (is_size)
        return buf_printf(out, "%8d kB", 0), true;
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
        if (strcmp(name, counts[i]) == 0)
            return buf_add_string(out, "0"), true;
    if (strcmp(name, "State") == 0)
        return buf_add_string(out, state_of(about)), true;
    if (strcmp(name, "SigQ") == 0 && strchr(value, '/') != NULL) /* those of all its user's */
        return buf_printf(out, "0%.*s", (int)strcspn(strchr(value, '/'), "\n"), strchr(value, '/')),
               true;
    bool as_list = strcmp(name, "Cpus_allowed_list") == 0;
    if (!about->d->pinned || (!as_list && strcmp(name, "Cpus_allowed") != 0))
        return false;
    write_processors(about, as_list, out);
    return true;
}

static void write_status(const struct subject *about, struct buf *out)
{
    for (const char *line = about->real; *line != '\0';) {
        size_t length = strcspn(line, "\n"), name_length = strcspn(line, ":\n");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)name_length, line);
        const char *value = line + name_length + strspn(line + name_length, ":\t");
        buf_printf(out, "%s:\t", name);
        if (!write_own_line(about, name, value, out))
            buf_add(out, value, (size_t)(line + length - value));
        buf_add_string(out, "\n");
        line += length + (line[length] == '\n');
    }
}

#define PATH_COLUMN 73 /* show_vma_header_prefix() in fs/proc/task_mmu.c */

/* Memory in files without a name is numbered as stat(2) tells. */
static void write_maps(const struct subject *about, struct buf *out)
{
    for (const char *line = about->real; *line != '\0';) {
        size_t length = strcspn(line, "\n"), begin = out->length;
        unsigned major_number, minor_number;
        unsigned long inode;
        int device_at = 0, end = 0;
        if (sscanf(line, "%*s %*s %*s %n%x:%x %lu%n", &device_at, &major_number, &minor_number,
                   &inode, &end) == 3 &&
            (size_t)end < length) {
            struct file_id id = {makedev(major_number, minor_number), inode};
            const char *path = line + end + strspn(line + end, " ");
            if (filestat_show_id(about->d, about->task, &id)) {
                buf_printf(out, "%.*s%02x:%02x %lu ", device_at, line, major(id.device),
                           minor(id.device), (unsigned long)id.inode);
                while (out->length - begin < PATH_COLUMN)
                    buf_add_char(out, ' ');
                buf_add(out, path, (size_t)(line + length - path));
            }
        }
        if (out->length == begin)
            buf_add(out, line, length);
        buf_add_string(out, "\n");
        line += length + (line[length] == '\n');
    }
}

static void write_wchan(const struct subject *about, struct buf *out)
{
    (void)about;
    buf_add_string(out, "0");
}

static const struct {
    const char *name;
    void (*write)(const struct subject *about, struct buf *out);
    bool of_itself; /* whether others may read it, the kernel shall say (ptrace(2)) */
} process_files[] = {
    {"maps", write_maps, true},      {"stat", write_stat, false},   {"statm", write_statm, false},
    {"status", write_status, false}, {"wchan", write_wchan, false},
};

/* ---- finding out which ---- */

/* "12/" or "self/": whose it is; *path goes past it. 0: nobody's. */
static pid_t take_pid(const struct task *task, const char **path)
{
    size_t length = strcspn(*path, "/");
    if ((*path)[length] != '/')
        return 0;
    pid_t pid = 0;
    if ((length == 4 && strncmp(*path, "self", 4) == 0) ||
        (length == 11 && strncmp(*path, "thread-self", 11) == 0))
        pid = task->process->ns_pid;
    for (size_t i = 0; pid == 0 && i < length; i++)
        if (!isdigit((unsigned char)(*path)[i]))
            return 0;
    if (pid == 0)
        pid = (pid_t)strtol(*path, NULL, 10);
    *path += length + 1;
    return pid;
}

static bool read_real(struct task *task, pid_t pid, const char *file, struct buf *out)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/%d/root/proc/%d/%s", task->tid, pid, file);
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && out->length < MOST_BYTES) {
        char bytes[4096];
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        buf_add(out, bytes, (size_t)got);
    }
    return false;
}

static bool write_of_process(struct director *d, struct task *task, const char *path,
                             struct buf *out)
{
    pid_t pid = take_pid(task, &path);
    const char *file = path;
    if (pid != 0 && strncmp(file, "task/", 5) == 0) { /* one of its threads */
        file += 5;
        if (take_pid(task, &file) == 0)
            return false;
    }
    for (size_t i = 0; pid != 0 && i < ARRAY_SIZE(process_files); i++) {
        if (strcmp(file, process_files[i].name) != 0)
            continue;
        auto_buf struct buf real = {0};
        struct process *process = process_by_ns_pid(d, pid);
        struct subject about = {d, task, process, task->process, NULL};
        if (process_files[i].of_itself && process != task->process)
            return false;
        if ((process == NULL && !d->own_pids) || !read_real(task, pid, path, &real))
            return false;
        buf_add(&real, "", 1);
        about.real = real.data;
        process_files[i].write(&about, out);
        return true;
    }
    return false;
}

bool procfs_write(struct director *d, struct task *task, const char *path, struct buf *out)
{
    if (d->options->clock == CLOCK_KIND_REAL || strncmp(path, "/proc/", 6) != 0)
        return false;
    path += 6;
    for (size_t i = 0; i < ARRAY_SIZE(machine_files); i++)
        if (strcmp(path, machine_files[i].name) == 0)
            return machine_files[i].write(d, out), out->length > 0;
    return write_of_process(d, task, path, out);
}

bool procfs_varies(const char *path)
{
    static const char *const of_machine[] = {"interrupts", "vmstat",      "softirqs",  "schedstat",
                                             "diskstats",  "zoneinfo",    "buddyinfo", "slabinfo",
                                             "timer_list", "sched_debug", "locks"};
    static const char *const of_below[] = {"sys/kernel/random/", "sys/fs/", "pressure/", "sysvipc/",
                                           "net/"};
    static const char *const of_process[] = {"io",           "sched",   "schedstat", "smaps",
                                             "smaps_rollup", "pagemap", "numa_maps", "mountinfo"};
    if (strncmp(path, "/proc/", 6) != 0)
        return false;
    path += 6;
    const char *file = strrchr(path, '/');
    for (size_t i = 0; file == NULL && i < ARRAY_SIZE(of_machine); i++)
        if (strcmp(path, of_machine[i]) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_SIZE(of_below); i++)
        if (strncmp(path, of_below[i], strlen(of_below[i])) == 0)
            return true;
    for (size_t i = 0; file != NULL && i < ARRAY_SIZE(of_process); i++)
        if (strcmp(file + 1, of_process[i]) == 0)
            return true;
    if (strstr(path, "/fdinfo/") != NULL) /* numbers of inodes and mounts */
        return true;
    /* What /proc/net leads to (proc(5)): the sockets and counters of the whole host. */
    return strstr(path, "/net/") != NULL && strncmp(path, "sys/", 4) != 0;
}
