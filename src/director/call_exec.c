/* execve and execveat: what is told, and what a fresh program image must not find. */
#include "director/calls.h"

#include "base/text.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_ARGUMENTS 256
#define LONGEST_ARGUMENT 4096

static void remember_exec(struct task *task)
{
    bool at = task->call->number == SYS_execveat;
    char text[LONGEST_ARGUMENT];
    task_forget_exec(task);
    if (memory_read_string(task->tid, arg(task, at ? 1 : 0), text, sizeof text))
        task->exec_path = xstrdup(text);
    uint64_t argv = arg(task, at ? 2 : 1);
    for (size_t i = 0; argv != 0 && i < MOST_ARGUMENTS; i++) {
        uint64_t pointer;
        if (!memory_read(task->tid, argv + i * sizeof pointer, &pointer, sizeof pointer) ||
            pointer == 0)
            break;
        if (!memory_read_string(task->tid, pointer, text, sizeof text))
            text[0] = '\0';
        task->exec_argv = xreallocarray(task->exec_argv, i + 1, sizeof *task->exec_argv);
        /* Cut at the longest, it may end within a character: without that one. */
        size_t length = strlen(text);
        if (length == sizeof text - 1)
            length = utf8_cut(text, length, length - 1);
        task->exec_argv[i] = xstrndup(text, length);
        task->exec_argc = i + 1;
    }
}

static void tell_exec(struct director *d, struct task *task, int error, bool fault)
{
    struct event event = {.kind = EVENT_EXEC,
                          .process = task->process->name,
                          .argv = (const char *const *)task->exec_argv,
                          .argc = task->exec_argc,
                          .error = error,
                          .fault = fault};
    tell(d, &event);
}

void tell_failed_exec(struct director *d, struct task *task)
{
    int error = task->exec_error;
    task->exec_error = 0;
    tell_exec(d, task, error, task->exec_fault);
    task_forget_exec(task);
}

/* Its arguments could not be seen: what the kernel calls it (proc_pid_comm(5)). */
static void remember_kernels_name(struct task *task)
{
    char path[48];
    char name[32];
    snprintf(path, sizeof path, "/proc/%d/comm", task->tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, name, sizeof name) : 0;
    if (fd >= 0)
        close(fd);
    if (got < 2)
        return;
    task->exec_argv = xcalloc(1, sizeof *task->exec_argv);
    task->exec_argv[0] = xstrndup(name, (size_t)got - 1); /* without the newline */
    task->exec_argc = 1;
}

void told_exec(struct director *d, struct task *task)
{
    struct process *process = task->process;
    auto_buf struct buf command = {0};
    if (process->is_closed && task->exec_argc == 0)
        remember_kernels_name(task);
    for (size_t i = 0; i < task->exec_argc; i++) {
        const char *word = task->exec_argv[i];
        if (i == 0 && strrchr(word, '/') != NULL)
            word = strrchr(word, '/') + 1;
        buf_printf(&command, "%s%s", i > 0 ? " " : "", word);
    }
    free(process->command);
    process->command = buf_take(&command);
    task->exec_error = 0;
    tell_exec(d, task, 0, false);
    task_forget_exec(task);
}

static enum verdict_of_call enter_exec(struct director *d, struct task *task)
{
    task->polls = 0;
    remember_exec(task);
    task->exec_fault = false;
    const struct fault *fault = task->fault;
    if (fault != NULL) {
        task->exec_error = fault->error;
        task->exec_fault = true;
        tell_failed_exec(d, task);
        return answer(task, -fault->error);
    }
    return CALL_GO_LEAVE;
}

static void leave_exec(struct director *d, struct task *task, int64_t result)
{
    (void)d;
    /* Searching PATH fails often before it succeeds: told only when nothing came of it. */
    if (result < 0)
        task->exec_error = (int)-result;
}

/* ---- a fresh program image ---- */

/* What the kernel puts at the beginning of a program's stack: argc, argv …, NULL, environment …,
 * NULL, auxiliary vector (x86-64 psABI, AArch64 likewise). */
struct beginning {
    uint64_t *words; /* owned */
    size_t count;
    uint64_t *vdso; /* entries of the auxiliary vector, type and value, or NULL */
    uint64_t *random;
};

static bool find_entries(struct beginning *beginning, size_t have)
{
    size_t at = 1;
    for (unsigned nulls = 0; nulls < 2; at++) {
        if (at >= have)
            return false;
        nulls += beginning->words[at] == 0;
    }
    beginning->vdso = beginning->random = NULL;
    for (; at + 1 < have; at += 2) {
        uint64_t *entry = &beginning->words[at];
        if (*entry == AT_NULL) {
            beginning->count = at + 2;
            return true;
        }
        if (*entry == AT_SYSINFO_EHDR)
            beginning->vdso = entry;
        else if (*entry == AT_RANDOM)
            beginning->random = entry;
    }
    return false;
}

static bool read_beginning(pid_t tid, uint64_t stack, struct beginning *beginning)
{
    for (size_t room = 512;; room *= 2) {
        beginning->words = xreallocarray(beginning->words, room, sizeof *beginning->words);
        size_t have =
            memory_read_some(tid, stack, beginning->words, room * sizeof *beginning->words) /
            sizeof *beginning->words;
        if (find_entries(beginning, have))
            return true;
        if (have < room)
            return false;
    }
}

/* Writes our vDSO over the kernel's, and makes room for its clock: what the stack begins with moves
 * down, and the clock stands above it. */
static bool place_vdso(struct director *d, struct task *task, struct arch_regs *regs,
                       const struct beginning *beginning)
{
    const size_t room = 16; /* the stack pointer's alignment */
    _Static_assert(sizeof(struct vdso_clock) == 16, "its room");
    uint64_t stack = arch_stack_pointer(regs) - room;
    size_t size = beginning->count * sizeof *beginning->words;
    unsigned char image[VDSO_IMAGE_MAX];
    size_t length = vdso_image(stack + size, CLOCK_EPOCH_NS, CLOCK_BOOT_NS, image, sizeof image);
    if (length == 0 || !d->trusts_proc || !memory_is_open(task->tid, stack) ||
        !memory_write(task->tid, stack, beginning->words, size))
        return false;
    arch_set_stack_pointer(regs, stack);
    if (!arch_set_regs(task->tid, regs))
        return false;
    if (!memory_overwrite(task->tid, beginning->vdso[1], image, length))
        return false;
    readings_begin(d, task, stack + size);
    return true;
}

void prepare_image(struct director *d, struct task *task)
{
    struct arch_regs regs;
    struct beginning beginning = {0};
    struct process *process = task->process;
    process->asked_to_hide = false;
    if (!arch_get_regs(task->tid, &regs))
        return; /* killed; its death follows */
    process->is_closed = !read_beginning(task->tid, arch_stack_pointer(&regs), &beginning);
    if (process->is_closed) {
        not_deterministic(d, process, "%s runs a program that may not be read", process->name);
    } else if (d->options->clock == CLOCK_KIND_VIRTUAL) {
        static const unsigned char fixed[16] = "procenario seed";
        if (beginning.random != NULL)
            memory_write(task->tid, beginning.random[1], fixed, sizeof fixed);
        bool takes_turns = d->options->schedule.policy != SCHEDULE_FREE;
        if (beginning.vdso != NULL && !(takes_turns && place_vdso(d, task, &regs, &beginning))) {
            uint64_t ignore = AT_IGNORE;
            uint64_t entry = arch_stack_pointer(&regs) +
                             (uint64_t)(beginning.vdso - beginning.words) * sizeof ignore;
            memory_write(task->tid, entry, &ignore, sizeof ignore);
        }
    }
    free(beginning.words);
}

const struct call_row calls_exec[] = {
    {SYS_execve, "execve", .fails_as = FAULT_EXEC + 1, .visible = true, .enter = enter_exec,
     .leave = leave_exec},
    {SYS_execveat, "execveat", .fails_as = FAULT_EXEC + 1, .visible = true, .enter = enter_exec,
     .leave = leave_exec},
};
const size_t calls_exec_count = ARRAY_SIZE(calls_exec);
