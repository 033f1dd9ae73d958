/* wait4 and waitid: held until the director knows that they will return at once. */
#include "director/calls.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define WAIT_WITHOUT_THREADS 0x20000000 /* __WNOTHREAD */
#define WAIT_CLONE 0x80000000u          /* __WCLONE */
#define WAIT_ALL 0x40000000             /* __WALL */

struct wait_for {
    idtype_t type;
    pid_t id;                 /* as the program sees it */
    struct process *of_pidfd; /* P_PIDFD */
    unsigned options;
    bool exited, stopped, continued;
    bool nonblocking; /* the pidfd is: EAGAIN at once (pidfd_open(2)) */
};

static struct wait_for what_for(struct director *d, struct task *task)
{
    struct wait_for w = {0};
    if (task->call->number == SYS_wait4) {
        pid_t pid = (pid_t)arg(task, 0);
        w.type = pid > 0 ? P_PID : pid == -1 ? P_ALL : P_PGID;
        w.id = pid > 0 ? pid : pid == 0 ? task->process->group : -pid;
        w.options = (unsigned)arg(task, 2);
        w.exited = true;
        w.stopped = (w.options & WUNTRACED) != 0;
    } else {
        w.type = (idtype_t)arg(task, 0);
        w.id = (pid_t)arg(task, 1);
        w.options = (unsigned)arg(task, 3);
        w.exited = (w.options & WEXITED) != 0;
        w.stopped = (w.options & WSTOPPED) != 0;
        if (w.type == P_PGID && w.id == 0)
            w.id = task->process->group;
        if (w.type == P_PIDFD) {
            w.of_pidfd = process_of_pidfd(d, task, w.id);
            w.nonblocking = descriptor_look(d, task, w.id).nonblocking;
        }
    }
    w.continued = (w.options & WCONTINUED) != 0;
    return w;
}

static bool concerns(const struct wait_for *w, const struct process *child)
{
    bool is_clone = child->exit_signal != SIGCHLD;
    if (!(w->options & WAIT_ALL) && is_clone != ((w->options & WAIT_CLONE) != 0))
        return false;
    switch (w->type) {
    case P_ALL:
        return true;
    case P_PID:
        return child->ns_pid == w->id;
    case P_PGID:
        return child->group == w->id;
    case P_PIDFD:
        return child == w->of_pidfd;
    }
    return false;
}

static bool reportable(const struct wait_for *w, const struct process *child)
{
    return (w->exited && child->state == STATE_ZOMBIE) ||
           (w->stopped && child->state == STATE_STOPPED && child->stop_unreported) ||
           (w->continued && child->continue_unreported);
}

/* What the kernel refuses at once, whatever the children do (wait(2), EINVAL). */
static bool is_malformed(const struct wait_for *w, const struct task *task)
{
    const unsigned common = WNOHANG | WCONTINUED | WAIT_WITHOUT_THREADS | WAIT_CLONE | WAIT_ALL;
    if (task->call->number == SYS_wait4)
        return (w->options & ~(common | WUNTRACED)) != 0;
    return (w->options & ~(common | WEXITED | WSTOPPED | WNOWAIT)) != 0 ||
           !(w->exited || w->stopped || w->continued);
}

/* The first child in order of birth that the wait would report, as the kernel looks for it. */
static struct process *first_reportable(const struct wait_for *w, struct task *task, bool *any)
{
    *any = false;
    for (struct process *c = task->process->first_child; c != NULL; c = c->next_sibling) {
        if (!concerns(w, c))
            continue;
        *any = true;
        if (reportable(w, c))
            return c;
    }
    return NULL;
}

static bool ready_wait(struct director *d, struct task *task, bool first)
{
    (void)first;
    struct wait_for w = what_for(d, task);
    bool any;
    return (w.options & WNOHANG) != 0 || w.nonblocking || is_malformed(&w, task) ||
           first_reportable(&w, task, &any) != NULL || !any;
}

static const char *whom(struct director *d, const struct wait_for *w)
{
    struct process *child = w->type == P_PID ? process_by_ns_pid(d, w->id) : w->of_pidfd;
    return child != NULL ? child->name : NULL;
}

static const char *waits_for(struct director *d, struct task *task)
{
    struct wait_for w = what_for(d, task);
    return whom(d, &w);
}

static void tell_wait(struct director *d, struct task *task, const struct wait_for *w, int error,
                      bool fault)
{
    struct event event = {.kind = EVENT_WAIT,
                          .process = task->process->name,
                          .to = whom(d, w),
                          .error = error,
                          .fault = fault};
    tell(d, &event);
}

static enum verdict_of_call enter_wait(struct director *d, struct task *task)
{
    const struct fault *fault = task->fault;
    if (fault == NULL)
        return CALL_GO_LEAVE;
    struct wait_for w = what_for(d, task);
    tell_wait(d, task, &w, fault->error, true);
    return answer(task, -fault->error);
}

static struct process *reported(struct director *d, struct task *task, const struct wait_for *w,
                                int64_t result)
{
    if (task->call->number == SYS_wait4)
        return result > 0 ? process_by_ns_pid(d, (pid_t)result) : NULL;
    if (result != 0)
        return NULL;
    bool any;
    if (arg(task, 2) == 0) /* no siginfo wanted: the kernel took the first */
        return first_reportable(w, task, &any);
    siginfo_t info;
    if (!memory_read(task->tid, arg(task, 2), &info, sizeof info) || info.si_pid == 0)
        return NULL;
    return process_by_ns_pid(d, info.si_pid);
}

static void leave_wait(struct director *d, struct task *task, int64_t result)
{
    struct wait_for w = what_for(d, task);
    struct process *child = reported(d, task, &w, result);
    uint64_t usage = arg(task, task->call->number == SYS_wait4 ? 3 : 4);
    if (child != NULL && usage != 0 && d->options->clock == CLOCK_KIND_VIRTUAL)
        write_usage(task, usage, child->charged_ns + child->children_charged_ns);
    if (child == NULL) {
        if (result < -511) /* ERESTART…: a signal came first */
            return;
        tell_wait(d, task, &w, result < 0 ? (int)-result : 0, false);
        if (result == 0 || result == -ECHILD)
            charge_poll(d, task);
        return;
    }
    task->polls = 0;
    bool stays = (w.options & WNOWAIT) != 0;
    if (child->state == STATE_ZOMBIE) {
        if (stays) {
            struct event event = {
                .kind = EVENT_WAIT, .process = task->process->name, .to = child->name};
            fill_status(&event, child->status);
            tell(d, &event);
        } else {
            task->process->children_charged_ns += child->charged_ns + child->children_charged_ns;
            reap(d, task->process, child, false);
        }
        return;
    }
    struct event event = {.kind = EVENT_WAIT, .process = task->process->name, .child = child->name};
    if (w.stopped && child->state == STATE_STOPPED && child->stop_unreported) {
        event.action = ACTION_STOPPED;
        event.signal = child->stop_signal;
        child->stop_unreported = stays;
    } else {
        event.action = ACTION_CONTINUED;
        child->continue_unreported = stays;
    }
    tell(d, &event);
}

static void explain_wait(struct director *d, struct task *task, struct buf *out)
{
    struct wait_for w = what_for(d, task);
    buf_add_string(out, "waits for ");
    const char *name = whom(d, &w);
    if (name != NULL) {
        buf_add_string(out, name);
        return;
    }
    size_t told = 0;
    for (struct process *c = task->process->first_child; c != NULL; c = c->next_sibling) {
        if (!concerns(&w, c))
            continue;
        if (told == 5) {
            buf_add_string(out, ", …");
            break;
        }
        buf_printf(out, "%s%s", told++ > 0 ? ", " : "a child to end: ", c->name);
    }
}

const struct call_row calls_wait[] = {
    {SYS_wait4, "wait4", .fails_as = FAULT_WAIT + 1, .on = "wait", .visible = true,
     .ready = ready_wait, .enter = enter_wait, .leave = leave_wait, .waits_for = waits_for,
     .explain = explain_wait},
    {SYS_waitid, "waitid", .fails_as = FAULT_WAIT + 1, .on = "wait", .visible = true,
     .ready = ready_wait, .enter = enter_wait, .leave = leave_wait, .waits_for = waits_for,
     .explain = explain_wait},
};
const size_t calls_wait_count = ARRAY_SIZE(calls_wait);
