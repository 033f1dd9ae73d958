/* execve and execveat: what is told, and what a fresh program image must not find. */
#include "director/calls.h"

#include "base/text.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

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

void told_exec(struct director *d, struct task *task)
{
    struct process *process = task->process;
    auto_buf struct buf command = {0};
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

void hide_vdso(struct task *task)
{
    struct arch_regs regs;
    if (!arch_get_regs(task->tid, &regs))
        return;
    /* On the new stack: argc, argv …, NULL, environment …, NULL, auxiliary vector (x86-64 psABI,
     * AArch64 likewise). */
    uint64_t at = arch_stack_pointer(&regs), word;
    uint64_t words[512];
    size_t have = 0, next = 0;
    unsigned nulls = 0;
    at += sizeof word; /* argc */
    for (;;) {
        if (next >= have) {
            have = memory_read_some(task->tid, at, words, sizeof words) / sizeof word;
            next = 0;
            if (have == 0)
                return;
        }
        word = words[next++];
        at += sizeof word;
        if (nulls < 2) {
            nulls += word == 0;
            continue;
        }
        /* An entry of the auxiliary vector: type (just read, at `at` - 8) and value (at `at`). */
        uint64_t value;
        if (word == AT_NULL || !memory_read(task->tid, at, &value, sizeof value))
            return;
        if (word == AT_SYSINFO_EHDR) {
            uint64_t ignore = AT_IGNORE;
            memory_write(task->tid, at - sizeof word, &ignore, sizeof ignore);
        } else if (word == AT_RANDOM) {
            static const unsigned char fixed[16] = "procenario seed";
            memory_write(task->tid, value, fixed, sizeof fixed);
        }
        at += sizeof word;
        if (next < have)
            next++;
        else
            have = next = 0;
    }
}

const struct call_row calls_exec[] = {
    {SYS_execve, "execve", .fails_as = FAULT_EXEC + 1, .visible = true, .enter = enter_exec,
     .leave = leave_exec},
    {SYS_execveat, "execveat", .fails_as = FAULT_EXEC + 1, .visible = true, .enter = enter_exec,
     .leave = leave_exec},
};
const size_t calls_exec_count = ARRAY_SIZE(calls_exec);
