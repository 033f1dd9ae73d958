/* The tables of processes and tasks, and the lists a task can stand in. */
#include "director/internal.h"

#include <stdlib.h>
#include <string.h>

static size_t bucket(pid_t pid)
{
    return (size_t)((uint32_t)pid * 2654435761u) % PID_BUCKETS;
}

void task_list_append(struct task_list *list, struct task *task)
{
    if (task->list != NULL)
        task_list_remove(task);
    task->list = list;
    task->next = NULL;
    task->previous = list->last;
    if (list->last != NULL)
        list->last->next = task;
    else
        list->first = task;
    list->last = task;
    list->count++;
}

void task_list_remove(struct task *task)
{
    struct task_list *list = task->list;
    if (list == NULL)
        return;
    if (task->previous != NULL)
        task->previous->next = task->next;
    else
        list->first = task->next;
    if (task->next != NULL)
        task->next->previous = task->previous;
    else
        list->last = task->previous;
    task->next = task->previous = NULL;
    task->list = NULL;
    list->count--;
}

void task_list_to_front(struct task_list *list, struct task *task)
{
    task_list_append(list, task);
    if (list->first == task)
        return;
    list->last = task->previous;
    list->last->next = NULL;
    task->previous = NULL;
    task->next = list->first;
    list->first->previous = task;
    list->first = task;
}

struct task *task_find(struct director *d, pid_t tid)
{
    struct task *task = d->tasks_by_tid[bucket(tid)];
    while (task != NULL && task->tid != tid)
        task = task->next_by_tid;
    return task;
}

struct task *task_new(struct director *d, pid_t tid, struct process *process)
{
    struct task *task = xcalloc(1, sizeof *task);
    task->tid = tid;
    task->state = TASK_EARLY;
    task->deadline_ns = INT64_MAX;
    task->restart_number = NO_CALL;
    task->next_by_tid = d->tasks_by_tid[bucket(tid)];
    d->tasks_by_tid[bucket(tid)] = task;
    d->task_count++;
    if (process != NULL) {
        task->process = process;
        task->next_in_process = process->first_task;
        process->first_task = task;
        process->task_count++;
    }
    return task;
}

void task_set_state(struct director *d, struct task *task, enum task_state state)
{
    task->state = state;
    switch (state) {
    case TASK_READY:
        task_list_append(&d->ready, task);
        break;
    case TASK_HELD:
        task_list_append(&d->held, task);
        break;
    case TASK_SETTLING:
        task_list_append(&d->settling, task);
        break;
    case TASK_BLOCKED:
        task_list_append(&d->blocked, task);
        break;
    case TASK_NEW:
    case TASK_RUNNING:
        task_list_append(&d->awaited, task);
        break;
    case TASK_EARLY:
    case TASK_STOPPED:
    case TASK_DYING:
    case TASK_VFORKING:
    case TASK_DEAD:
        task_list_remove(task);
        break;
    }
}

static void forget_exec(struct task *task)
{
    free(task->exec_path);
    for (size_t i = 0; i < task->exec_argc; i++)
        free(task->exec_argv[i]);
    free(task->exec_argv);
    task->exec_path = NULL;
    task->exec_argv = NULL;
    task->exec_argc = 0;
    task->exec_error = 0;
}

void task_forget_exec(struct task *task)
{
    forget_exec(task);
}

void task_gone(struct director *d, struct task *task)
{
    task_set_state(d, task, TASK_DEAD);
    d->pollers -= task->polls_descriptors;
    if (d->turn == task)
        d->turn = NULL;
    struct task **link = &d->tasks_by_tid[bucket(task->tid)];
    while (*link != task)
        link = &(*link)->next_by_tid;
    *link = task->next_by_tid;
    d->task_count--;
    struct process *process = task->process;
    if (process != NULL) {
        link = &process->first_task;
        while (*link != task)
            link = &(*link)->next_in_process;
        *link = task->next_in_process;
        process->task_count--;
    }
    forget_exec(task);
    free(task);
}

void task_rename(struct director *d, struct task *task, pid_t tid)
{
    struct task **link = &d->tasks_by_tid[bucket(task->tid)];
    while (*link != task)
        link = &(*link)->next_by_tid;
    *link = task->next_by_tid;
    task->tid = tid;
    task->next_by_tid = d->tasks_by_tid[bucket(tid)];
    d->tasks_by_tid[bucket(tid)] = task;
}

struct process *process_new(struct director *d, const char *name, pid_t pid)
{
    struct process *process = xcalloc(1, sizeof *process);
    process->name = xstrdup(name);
    process->pid = pid;
    process->id = d->next_process_id++;
    process->born_ns = d->now_ns;
    process->role = NO_ROLE;
    process->state = STATE_RUNNING;
    process->exit_signal = SIGCHLD;
    process->previous_all = d->last_process;
    if (d->last_process != NULL)
        d->last_process->next_all = process;
    else
        d->first_process = process;
    d->last_process = process;
    d->process_count++;
    return process;
}

struct process *process_by_name(struct director *d, const char *name)
{
    /* The youngest of that name that is not reaped. */
    for (struct process *p = d->last_process; p != NULL; p = p->previous_all)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

struct process *process_by_ns_pid(struct director *d, pid_t ns_pid)
{
    struct process *process = d->processes_by_ns_pid[bucket(ns_pid)];
    while (process != NULL && process->ns_pid != ns_pid)
        process = process->next_by_ns_pid;
    return process;
}

void process_set_ns_pid(struct director *d, struct process *process, pid_t ns_pid)
{
    if (process->ns_pid == ns_pid || ns_pid <= 0)
        return;
    process->ns_pid = ns_pid;
    process->next_by_ns_pid = d->processes_by_ns_pid[bucket(ns_pid)];
    d->processes_by_ns_pid[bucket(ns_pid)] = process;
    actor_directory_set(d->directory, process->name, ns_pid);
}

void process_inherit(struct director *d, struct process *child, struct process *parent)
{
    (void)d;
    child->group = parent->group;
    child->session = parent->session;
    memcpy(child->dispositions, parent->dispositions, sizeof child->dispositions);
    child->caught_once = parent->caught_once;
    child->no_child_wait = parent->no_child_wait;
    child->no_child_stop = parent->no_child_stop;
    child->no_counter = parent->no_counter;
    child->is_closed = parent->is_closed;
    child->has_counter = parent->has_counter;
    child->asked_to_hide = parent->asked_to_hide;
    child->command = xstrdup(parent->command != NULL ? parent->command : "");
}

void process_add_child(struct process *parent, struct process *child)
{
    child->parent = parent;
    child->next_sibling = NULL;
    child->previous_sibling = parent->last_child;
    if (parent->last_child != NULL)
        parent->last_child->next_sibling = child;
    else
        parent->first_child = child;
    parent->last_child = child;
}

void process_remove_child(struct process *child)
{
    struct process *parent = child->parent;
    if (parent == NULL)
        return;
    if (child->previous_sibling != NULL)
        child->previous_sibling->next_sibling = child->next_sibling;
    else
        parent->first_child = child->next_sibling;
    if (child->next_sibling != NULL)
        child->next_sibling->previous_sibling = child->previous_sibling;
    else
        parent->last_child = child->previous_sibling;
    child->parent = NULL;
    child->next_sibling = child->previous_sibling = NULL;
}

void process_free(struct director *d, struct process *process)
{
    process_remove_child(process);
    while (process->first_child != NULL) /* at the end of a run that was cut off */
        process_remove_child(process->first_child);
    if (process->ns_pid != 0) {
        actor_directory_remove(d->directory, process->name, process->ns_pid);
        struct process **link = &d->processes_by_ns_pid[bucket(process->ns_pid)];
        while (*link != process)
            link = &(*link)->next_by_ns_pid;
        *link = process->next_by_ns_pid;
    }
    if (process->previous_all != NULL)
        process->previous_all->next_all = process->next_all;
    else
        d->first_process = process->next_all;
    if (process->next_all != NULL)
        process->next_all->previous_all = process->previous_all;
    else
        d->last_process = process->previous_all;
    while (process->timers != NULL) {
        struct posix_timer *next = process->timers->next;
        free(process->timers);
        process->timers = next;
    }
    d->process_count--;
    if (d->root == process)
        d->root = NULL;
    readings_leave(process);
    free(process->forked);
    free(process->command);
    free(process->name);
    free(process);
}

void process_set_state(struct director *d, struct process *process, enum process_state state)
{
    (void)d;
    process->state = state;
}

const char *group_name(struct director *d, pid_t group)
{
    struct process *leader = process_by_ns_pid(d, group);
    return leader != NULL ? leader->name : NULL;
}
