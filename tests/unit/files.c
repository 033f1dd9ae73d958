/* What is remembered of files, without any process: bounded, and forgotten in a fixed order. */
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "director/filestat.h"
#include "tap.h"

#define MOST_FILES 65536
#define DISK 0x801 /* makedev(8, 1) */
#define EPOCH_S (CLOCK_EPOCH_NS / NS_PER_S)

static struct director d;
static struct task task;

static struct timespec real;

/* What is shown of a file of that number, which the machine says was changed in the run. */
static struct timespec shown(ino_t inode)
{
    struct stat status = {.st_dev = DISK, .st_ino = inode, .st_mode = S_IFREG};
    status.st_ctim = status.st_atim = status.st_mtim = real;
    filestat_show(&d, &task, &status);
    return status.st_mtim;
}

int main(void)
{
    const struct perform_options options = {.clock = CLOCK_KIND_VIRTUAL};
    const struct scenario scenario = {.limits.time_ns = 60 * NS_PER_S};
    struct process process = {0};
    d.options = &options;
    d.scenario = &scenario;
    task.tid = getpid();
    task.process = &process;
    filestat_begin(&d);
    file_will_change(&d);
    clock_gettime(CLOCK_REALTIME, &real);

    struct stat before = {.st_dev = DISK, .st_ino = 1, .st_mtim = {1000, 1}, .st_atim = {2000, 2}};
    filestat_show(&d, &task, &before);
    ok(before.st_mtim.tv_sec == 1000, "what lay there before is as old as it was");
    ok(before.st_atim.tv_sec == 1000, "when it was read last is not told");

    for (ino_t i = 1; i <= MOST_FILES; i++)
        file_changed(&d, (struct file_id){DISK, i}, FILE_MADE, file_moment(&d));
    d.now_ns = 10 * NS_PER_S;
    ok(shown(1).tv_sec == EPOCH_S, "the first of so many is remembered");
    ok(shown(MOST_FILES).tv_sec == EPOCH_S, "and the last");
    ok(shown(1).tv_nsec < shown(2).tv_nsec, "in the order in which they were changed");
    file_changed(&d, (struct file_id){DISK, MOST_FILES + 1}, FILE_MADE, file_moment(&d));
    ok(shown(2).tv_sec == EPOCH_S, "one more, and the second is remembered");
    ok(shown(1).tv_sec == EPOCH_S + 10, "but the first is seen for the first time");
    d.now_ns = 20 * NS_PER_S;
    ok(shown(1).tv_sec == EPOCH_S + 10, "which is remembered");
    ok(shown(2).tv_sec == EPOCH_S + 20, "and was paid for by the second");
    file_changed(&d, (struct file_id){DISK + 1, 5}, FILE_MODIFIED, 15 * NS_PER_S);
    ok(shown(5).tv_sec == EPOCH_S, "files of other devices are others");

    clock_gettime(CLOCK_REALTIME, &real);
    d.now_ns = 30 * NS_PER_S;
    ok(shown(5).tv_sec == EPOCH_S + 30, "a change that was not seen is seen when one looks");
    ok(shown(5).tv_sec == EPOCH_S + 30, "once");

    char link[32] = "pipe:[123456789]";
    size_t length = filestat_show_link(&d, &task, link, 16, sizeof link);
    ok(length == 8 && memcmp(link, "pipe:[1]", 8) == 0, "pipes are numbered from 1");
    char other[32] = "pipes:[12]x";
    ok(filestat_show_link(&d, &task, other, 11, sizeof other) == 11, "other links are as they are");
    filestat_release(&d);
    return tap_done();
}
