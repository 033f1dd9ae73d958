/*
 * The timeline as Mermaid's Gantt chart: a section a process, a task a stretch in one state.
 * Mermaid counts whole milliseconds; what takes no time has no length in it and is left out.
 */
#include <string.h>

#include "draw/internal.h"

enum { MOST_LANES = 28, MOST_TASKS = 40 /* a section */ };

/* How Mermaid shows each state, so that they differ. */
static const char *const tags[] = {
    [STATE_RUNNING] = "active, ",
    [STATE_SLEEPING] = "",
    [STATE_STOPPED] = "done, ",
    [STATE_ZOMBIE] = "crit, ",
};

static void add_task(struct buf *out, enum language language, const struct stretch *stretch)
{
    buf_add_string(out, "    ");
    buf_add_string(out, state_in(stretch->state, language));
    buf_printf(out, " :%s%lld, %lld\n", tags[stretch->state], (long long)(stretch->from_us / 1000),
               (long long)(stretch->to_us / 1000));
}

static void add_milestone(struct buf *out, const struct cast *cast, uint32_t lane)
{
    const struct event *exit = lane_exit(cast, lane);
    if (exit == NULL)
        return;
    auto_buf struct buf fate = {0};
    lane_fate_add(&fate, cast, lane);
    buf_add_string(out, "    ");
    mermaid_add(out, fate.data, fate.length);
    buf_printf(out, " :milestone, %lld, %lld\n", (long long)(exit->t_us / 1000),
               (long long)(exit->t_us / 1000));
}

/* Too many stretches: those of one state follow each other as one, whatever lies between. */
static void add_tasks(struct buf *out, const struct cast *cast, const struct chronicle *process)
{
    uint32_t tasks = 0;
    for (uint32_t i = 0; i < process->stretch_count; i++) {
        struct stretch stretch = process->stretches[i];
        if (stretch.to_us / 1000 <= stretch.from_us / 1000)
            continue;
        if (++tasks == MOST_TASKS)
            stretch.to_us = process->stretches[process->stretch_count - 1].to_us;
        add_task(out, cast->language, &stretch);
        if (tasks == MOST_TASKS)
            break;
    }
}

static void add_section(struct buf *out, const struct cast *cast, uint32_t lane)
{
    auto_buf struct buf name = {0};
    lane_name_add(&name, cast, lane, 40);
    if (cast->lanes[lane].count > 1 && cast->lanes[lane].process != NO_INDEX) {
        buf_add_string(&name, word_in(cast->language, WORD_COLON));
        lane_note_add(&name, cast, lane);
    }
    buf_add_string(out, "    section ");
    mermaid_add(out, name.data, name.length);
    buf_add_char(out, '\n');
    if (cast->lanes[lane].process == NO_INDEX)
        return;
    add_tasks(out, cast, &cast->history->processes[cast->lanes[lane].process]);
    add_milestone(out, cast, lane);
}

void timeline_mermaid(const struct history *history, enum language language, struct buf *out)
{
    struct cast cast;
    cast_init(&cast, history, language, MOST_LANES);
    buf_add_string(out, "gantt\n    title ");
    auto_buf struct buf title = {0};
    label_add(&title, history->header.scenario, strlen(history->header.scenario), 80);
    mermaid_add(out, title.data, title.length);
    bool long_run = history->footer.duration_us >= 60000000;
    buf_printf(out, "\n    dateFormat x\n    axisFormat %s\n", long_run ? "%M:%S" : "%-S.%L s");
    for (uint32_t i = 0; i < cast.lane_count; i++)
        add_section(out, &cast, i);
    cast_release(&cast);
}
