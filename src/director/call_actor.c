/* What an actor asks of the director: commentary, and the process table (actor.h). */
#include "director/calls.h"

#include <errno.h>

static enum verdict_of_call enter_actor(struct director *d, struct task *task)
{
    if (task->process->role == NO_ROLE)
        return answer(task, -ENOSYS);
    char text[65536];
    size_t length = (size_t)arg(task, 2);
    if (length > sizeof text)
        length = sizeof text;
    switch (arg(task, 0)) {
    case ACTOR_SAY: {
        if (!memory_read(task->tid, arg(task, 1), text, length))
            return answer(task, -EFAULT);
        struct event event = {
            .kind = EVENT_SAY, .process = task->process->name, .text = text, .text_length = length};
        tell(d, &event);
        return answer(task, 0);
    }
    case ACTOR_PS: {
        size_t made = process_table_text(d, text, length);
        tell_snapshot(d, task->process->name);
        if (!memory_write(task->tid, arg(task, 1), text, made))
            return answer(task, -EFAULT);
        return answer(task, (int64_t)made);
    }
    default:
        return answer(task, -ENOSYS);
    }
}

const struct call_row calls_actor[] = {
    {ACTOR_CALL, "say", .visible = true, .enter = enter_actor},
};
const size_t calls_actor_count = ARRAY_SIZE(calls_actor);
