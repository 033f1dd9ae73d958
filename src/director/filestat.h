/*
 * What stat(2) tells of files, the same in every run: times are those of the scenario clock where a
 * file was changed in the run, and what the kernel numbers anew each time (pipes, sockets, files in
 * memory) is numbered in the order in which programs look at it. Other numbers, and the times of
 * what lay there before, are the file system's.
 */
#ifndef PROCENARIO_DIRECTOR_FILESTAT_H
#define PROCENARIO_DIRECTOR_FILESTAT_H

#include "director/internal.h"

/* Which file: the kernel's own numbers (struct stat). */
struct file_id {
    dev_t device;
    ino_t inode;
};

/* To be called before the kernel is let change any. The kernel's stamps come from a clock that
 * ticks every few milliseconds: the first change of a run waits for the next tick, so that its
 * stamp is another than those of changes right before the run. */
void file_will_change(struct director *d);

/* What was done to a file, now. */
enum file_change {
    FILE_MADE,     /* it is new, though another may have had its number before */
    FILE_MODIFIED, /* its content: mtime and ctime */
    FILE_CHANGED,  /* its owner, mode, names …: ctime */
};
/* One call may change several files: `moment` (file_moment) is the same for all of them. Nothing
 * is noted when the clock is real. */
void file_changed(struct director *d, struct file_id id, enum file_change change, int64_t moment);
/* On the scenario clock, and later than that of any change before. */
int64_t file_moment(struct director *d);
/* The program said which time the file shall have, in nanoseconds since 1970. */
void file_time_given(struct director *d, struct file_id id, bool of_access, int64_t shown_ns);
/* Was this time of a file, in nanoseconds since 1970, taken from the machine's clock since the run
 * began? */
bool is_time_of_run(const struct director *d, int64_t real_ns);

/* Puts what programs shall see into what the kernel told. The clock moves to the latest time that
 * is shown: nothing comes from the future. */
struct statx;
void filestat_show(struct director *d, struct task *task, struct stat *status);
void filestat_show_extended(struct director *d, struct task *task, struct statx *status);
/* The numbers by which programs know a file. False: they are the kernel's. */
bool filestat_show_id(struct director *d, struct task *task, struct file_id *id);
/* "pipe:[12345]" and its kin, where a link below /proc leads to: changes the number in `text`,
 * which holds `length` of `size` bytes. Returns the new length, or `length` for other links. */
size_t filestat_show_link(struct director *d, struct task *task, char *text, size_t length,
                          size_t size);

void filestat_begin(struct director *d);
void filestat_release(struct director *d);

#endif
