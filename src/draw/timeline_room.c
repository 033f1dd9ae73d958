/* How much room each act needs on the axis of the SVG timeline, for what stands at it. */
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "draw/timeline.h"

#define LEAST_ROOM 10 /* of an act that has a place of its own */

static size_t signal_width(const struct plot *plot, const struct act *act)
{
    return strlen(signal_name(act_signal(plot, act)));
}

static const char *failure_label(const struct event *event)
{
    return errno_name(event->error);
}

void timeline_mark_add(struct buf *out, const struct plot *plot, const struct act *act)
{
    const struct event *event = &plot->cast->history->events[act->event].event;
    if (act->kind == ACT_OUTPUT && act->times > 1) {
        auto_buf struct buf count = {0};
        count_add(&count, act->times);
        word_add(out, plot->cast->language, WORD_TIMES, count.data);
    } else if (act->kind == ACT_FAIL)
        buf_printf(out, "%s: %s", event_words[event->kind], failure_label(event));
    else if (act->kind == ACT_EXEC && event->argc > 0) {
        const char *slash = strrchr(event->argv[0], '/');
        const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : event->argv[0];
        label_add(out, name, strlen(name), 14);
    } else if (act->kind == ACT_RECEIVE && event->action == ACTION_IGNORED)
        word_add(out, plot->cast->language, WORD_IGNORED, signal_name(event->signal));
    else if (act->kind == ACT_RECEIVE && act->other == NO_INDEX && event->from == NULL)
        buf_add_string(out, signal_name(event->signal));
}

static int row_in(const struct plot *plot, uint32_t lane)
{
    return lane == plot->outside ? -1 : (int)lane; /* init's is the last one */
}

/* An arrow of the act goes across the lane. */
static bool goes_across(const struct plot *plot, const struct act *act, uint32_t lane)
{
    uint32_t from = act->kind == ACT_ADOPT ? plot->init : act->lane, to = act->other;
    bool is_arrow = act->kind == ACT_FORK || act->kind == ACT_REAP || act->kind == ACT_ADOPT ||
                    act->kind == ACT_SEND || act->kind == ACT_RECEIVE;
    if (!is_arrow || from == NO_INDEX || to == NO_INDEX)
        return false;
    int a = row_in(plot, from), b = row_in(plot, to), row = row_in(plot, lane);
    return (a < row && row < b) || (b < row && row < a);
}

/* What the lane's fate, which stands behind its end, needs before the next arrow across it. */
static int fate_room(const struct plot *plot, const struct act *act)
{
    auto_buf struct buf fate = {0};
    if (act->other >= plot->cast->lane_count || plot->cast->lanes[act->other].process == NO_INDEX)
        return 0;
    lane_fate_add(&fate, plot->cast, act->other);
    int needed = 16 + svg_columns(utf8_width(fate.data, fate.length)), passed = 0;
    const struct act *end = plot->acts + plot->act_count;
    for (const struct act *next = act + 1; next < end && passed < needed; next++) {
        passed += next->at_once ? 0 : LEAST_ROOM;
        if (passed < needed && goes_across(plot, next, act->other))
            return needed - passed;
    }
    return 0;
}

static void room(const struct plot *plot, const struct act *act, int *before, int *after)
{
    static const int rooms[] = {
        [ACT_NONE] = 0,   [ACT_BEGIN] = 0, [ACT_FORK] = 18,    [ACT_STATE] = 10, [ACT_OUTPUT] = 14,
        [ACT_EXEC] = 18,  [ACT_SEND] = 18, [ACT_RECEIVE] = 18, [ACT_EXIT] = 16,  [ACT_REAP] = 18,
        [ACT_ADOPT] = 18, [ACT_FAIL] = 18, [ACT_OTHER] = 14,   [ACT_END] = 20,
    };
    *before = rooms[act->kind];
    *after = 0;
    if (act->kind == ACT_REAP)
        *after = fate_room(plot, act);
    if (act->kind == ACT_SEND || (act->kind == ACT_RECEIVE && act->other != NO_INDEX))
        *after = svg_small_columns(signal_width(plot, act)) + 2;
    if (act->kind == ACT_FAIL || act->kind == ACT_EXEC || act->kind == ACT_RECEIVE ||
        act->kind == ACT_OUTPUT) {
        auto_buf struct buf label = {0};
        timeline_mark_add(&label, plot, act);
        int width = svg_small_columns(utf8_width(label.data, label.length));
        bool beside = act->kind == ACT_RECEIVE && width > 0; /* an arrow comes from above */
        int behind = beside ? width + 8 : width / 2;
        *before = beside || *before > width / 2 ? *before : width / 2;
        *after = *after > behind ? *after : behind;
    }
}

const struct axis_style timeline_axis = {
    .most = 1500,
    .comfortable = 900,
    .gap = 26,
    .gap_most = 140,
    .moment = 12,
    .column = 7,
    .room = room,
};
