/*
 * How much processor time and memory a run uses, as the kernel counts it.
 *
 * The kernel knows no group of processes without a cgroup, which ordinary users seldom have. So the
 * processes are looked at one by one, some times a second; in a confined run whoever is running is
 * looked at in every tick, because a program that only maps and touches takes 100 MB in one.
 *
 * Some of the memory of a confined run belongs to no process: shared mappings that nobody has
 * touched through this very process, page tables of pages that are all the zero page, what waits in
 * sockets. Looking for that takes long, so it is done when the host's own memory has shrunk.
 */
#include "director/internal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is used without being charged, to start programs and between visible actions, may be so much
 * (and a quarter) over the limit of processor time before the run is cut off for it. */
#define UNCHARGED_NS (NS_PER_S / 2)
/* So often: ticks. */
#define LOOK_TICKS 10
/* A run that nobody distrusts may be large: so many are looked at. */
#define MOST_LOOKED_AT 256
/* The host's memory shrank by so much: look for what is nobody's. */
#define SHRUNK_BYTES (UINT64_C(64) << 20)
/* What may wait in one socket (the kernel's default for net.core.wmem_max), and how many a program
 * may have before that is counted. */
#define SOCKET_BYTES UINT64_C(212992)
#define SOCKETS_FREE 1000
/* The part of the host's memory that must stay available. */
#define HOST_PART 32

static bool read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, text, size - 1);
    close(fd);
    if (got <= 0)
        return false;
    text[got] = '\0';
    return true;
}

/* The memory that is the process's own. */
static void look_at_memory(struct process *process)
{
    char path[48], text[128];
    unsigned long long size, resident, shared;
    process->held_bytes = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", process->pid);
    if (read_file(path, text, sizeof text) &&
        sscanf(text, "%llu %llu %llu", &size, &resident, &shared) == 3 && resident > shared)
        process->held_bytes = (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

struct usage {
    uint64_t memory;
    int64_t cpu_ns;
    struct process *largest, *busiest;
};

/* Looks at all processes, or, in between, adds up what is known of them. */
static struct usage add_up(struct director *d, bool look)
{
    struct usage usage = {.cpu_ns = d->used_by_gone};
    uint64_t largest = 0;
    int64_t busiest = 0;
    size_t looked = 0;
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        if (d->options->confinement == NULL && looked++ >= MOST_LOOKED_AT)
            break;
        if (look) {
            look_at_memory(p);
            int64_t used = p->state != STATE_ZOMBIE ? cpu_ns(p->pid) : 0;
            usage.cpu_ns += used > 0 ? used : 0;
            if (used > busiest) {
                busiest = used;
                usage.busiest = p;
            }
        }
        usage.memory += p->held_bytes;
        if (p->held_bytes > largest) {
            largest = p->held_bytes;
            usage.largest = p;
        }
    }
    return usage;
}

/* ---- what belongs to no process ---- */

/* A number behind a word at the beginning of a line, in kB, as bytes. */
static uint64_t field_bytes(const char *text, const char *word)
{
    const char *found = text;
    size_t length = strlen(word);
    while (found != NULL && strncmp(found, word, length) != 0) {
        found = strchr(found, '\n');
        found = found != NULL ? found + 1 : NULL;
    }
    return found != NULL ? strtoull(found + length, NULL, 10) * 1024 : 0;
}

/* Memory that is shared without having a name: each once, whoever maps it. */
struct shared_object {
    uint64_t inode, size;
};
struct shared_objects {
    struct shared_object *items;
    size_t count;
};

static void add_shared(struct shared_objects *objects, uint64_t inode, uint64_t size)
{
    size_t i = 0;
    while (i < objects->count && objects->items[i].inode != inode)
        i++;
    if (i == objects->count) {
        objects->items = xreallocarray(objects->items, i + 1, sizeof *objects->items);
        objects->items[objects->count++] = (struct shared_object){inode, 0};
    }
    if (objects->items[i].size < size)
        objects->items[i].size = size;
}

static void look_at_mappings(const struct process *process, struct shared_objects *objects)
{
    char path[48], line[512];
    snprintf(path, sizeof path, "/proc/%d/maps", process->pid);
    FILE *maps = fopen(path, "re");
    if (maps == NULL)
        return;
    while (fgets(line, sizeof line, maps) != NULL) {
        uint64_t begin, end, offset, inode;
        char modes[8];
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %" SCNu64, &begin, &end,
                   modes, &offset, &inode) == 5 &&
            modes[3] == 's' && strstr(line, "/dev/zero (deleted)") != NULL)
            add_shared(objects, inode, offset + (end - begin));
    }
    fclose(maps);
}

static uint64_t page_tables(const struct process *process)
{
    char path[48], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", process->pid);
    return read_file(path, text, sizeof text) ? field_bytes(text, "VmPTE:") : 0;
}

/* What a message, a queue and a semaphore take beside what they hold. */
#define MESSAGE_BYTES 64
#define QUEUE_BYTES 256
#define SEMAPHORE_BYTES 64

/* System V's objects. Such a file is about the ipc namespace of who opens it (proc(5)). */
static uint64_t objects_of(const char *kind)
{
    char path[48], line[512];
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "/proc/sysvipc/%s", kind);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long long resident, held, count;
        if (strcmp(kind, "shm") == 0) {
            /* key shmid perms size cpid lpid nattch uid gid cuid cgid times … rss swap */
            if (sscanf(line, "%*d %*d %*o %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %llu",
                       &resident) == 1)
                bytes += resident;
        } else if (strcmp(kind, "msg") == 0) {
            if (sscanf(line, "%*d %*d %*o %llu %llu", &held, &count) == 2) /* cbytes qnum */
                bytes += QUEUE_BYTES + held + count * MESSAGE_BYTES;
        } else if (sscanf(line, "%*d %*d %*o %llu", &count) == 1) { /* nsems */
            bytes += QUEUE_BYTES + count * SEMAPHORE_BYTES;
        }
    }
    fclose(file);
    return bytes;
}

/* Those of the run, whose namespace the director enters for a moment; it made it. */
static uint64_t system_v_objects(const struct director *d)
{
    auto_close int own = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
    if (own < 0 || setns(d->ipc_namespace, CLONE_NEWIPC) != 0)
        BUG("the run's ipc namespace is closed to the director");
    uint64_t bytes = objects_of("shm") + objects_of("msg") + objects_of("sem");
    if (setns(own, CLONE_NEWIPC) != 0)
        BUG("the way back from the run's ipc namespace is closed");
    return bytes;
}

static uint64_t sockets(void)
{
    char text[1024];
    unsigned long long used;
    if (!read_file("/proc/self/net/sockstat", text, sizeof text) ||
        sscanf(text, "sockets: used %llu", &used) != 1 || used < SOCKETS_FREE)
        return 0;
    return used * SOCKET_BYTES;
}

static uint64_t held_by_nobody(struct director *d)
{
    struct shared_objects objects = {0};
    uint64_t bytes = system_v_objects(d) + sockets();
    for (struct process *p = d->first_process; p != NULL; p = p->next_all) {
        if (p->state == STATE_ZOMBIE)
            continue;
        look_at_mappings(p, &objects);
        bytes += page_tables(p);
    }
    for (size_t i = 0; i < objects.count; i++)
        bytes += objects.items[i].size;
    free(objects.items);
    return bytes;
}

/* Not this run's limit, but the host's: no verdict about a program. */
static void host_exhausted(struct director *d, uint64_t available)
{
    char size[32];
    error_set(d->error, 0, "the host's memory runs out: %s are left",
              size_format(available >> 20 << 20, size, sizeof size));
    error_remedy(d->error, "perform fewer runs side by side, or lower their limit of memory");
    d->refused = true;
    end_run(d, RUN_FAILED);
}

static void look_at_host(struct director *d)
{
    char text[4096];
    if (!read_file("/proc/meminfo", text, sizeof text))
        return;
    uint64_t available = field_bytes(text, "MemAvailable:");
    if (available < field_bytes(text, "MemTotal:") / HOST_PART) {
        d->nobodys_bytes = held_by_nobody(d);
        if (add_up(d, true).memory + d->nobodys_bytes <= d->scenario->limits.memory)
            host_exhausted(d, available);
    } else if (available + SHRUNK_BYTES < d->host_available || d->nobodys_bytes > SHRUNK_BYTES) {
        d->nobodys_bytes = held_by_nobody(d);
        d->host_available = available;
    } else if (available > d->host_available) {
        d->host_available = available;
    }
}

/* ---- the limits ---- */

/* How far a run has come by now depends on the machine. */
static void cut_off_by_machine(struct director *d)
{
    not_deterministic(d, NULL, "the run was cut off by what was measured of the machine");
}

static void check_wall(struct director *d)
{
    if (machine_now(CLOCK_MONOTONIC) - d->real_start_ns <= d->scenario->limits.wall_ns)
        return;
    cut_off_by_machine(d);
    limit_exceeded(d, NULL, "wall", "the run has taken too long in real time");
}

void cpu_exceeded(struct director *d, const struct process *process)
{
    limit_exceeded(d, process, "cpu", "the processes have used all of their processor time");
}

void check_limits(struct director *d)
{
    bool confined = d->options->confinement != NULL, look = d->ticks % LOOK_TICKS == 0;
    check_wall(d);
    if (d->ending || (!look && !confined))
        return;
    if (confined && d->event_count > d->options->confinement->events) {
        limit_exceeded(d, NULL, "output", "the run has more than %llu events",
                       (unsigned long long)d->options->confinement->events);
        return;
    }
    if (confined && look)
        look_at_host(d);
    for (struct task *task = d->awaited.first; confined && task != NULL; task = task->next)
        if (task->process != NULL)
            look_at_memory(task->process);
    struct usage usage = add_up(d, look);
    bool too_busy = look && usage.cpu_ns - UNCHARGED_NS > d->scenario->limits.cpu_ns / 4 * 5;
    bool too_large = usage.memory + d->nobodys_bytes > d->scenario->limits.memory;
    if (d->ending || !(too_busy || too_large))
        return;
    cut_off_by_machine(d);
    if (too_large)
        limit_exceeded(d, usage.largest, "memory", "the processes hold more memory than they may");
    else
        cpu_exceeded(d, usage.busiest);
}
