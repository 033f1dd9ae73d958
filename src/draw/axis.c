/*
 * Where acts stand on the axis. Many events share an instant, as scenario time passes only while
 * everybody sleeps: each gets a place of its own, in order, and only what follows from another
 * stands at the same place. Between instants there is the more room the more time passes, but
 * twice the time gets only a step more, so that milliseconds and hours go into one picture.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/internal.h"

#define FARTHEST (1 << 30) /* what follows lies there, too: nobody could see it apart */

static int64_t time_of(const struct plot *plot, uint32_t act)
{
    return plot->cast->history->events[plot->acts[act].event].event.t_us;
}

/* The least time that passes between two instants. */
static int64_t least_step(const struct plot *plot)
{
    int64_t least = 0;
    for (uint32_t i = 1; i < plot->act_count; i++) {
        int64_t step = time_of(plot, i) - time_of(plot, i - 1);
        if (step > 0 && (least == 0 || step < least))
            least = step;
    }
    return least;
}

/* 1: as much time passes as ever at least; each doubling adds half of the gap. */
static int gap_of(const struct axis_style *style, int64_t step, int64_t least)
{
    int gap = style->gap;
    while (step >= 2 * least && gap < style->gap_most) {
        gap += style->gap / 2 > 0 ? style->gap / 2 : 1;
        step /= 2;
    }
    return gap < style->gap_most ? gap : style->gap_most;
}

static int label_room(const struct axis_style *style, int64_t t_us)
{
    auto_buf struct buf label = {0};
    time_add(&label, t_us);
    return (int)utf8_width(label.data, label.length) * style->column + style->moment;
}

static void begin_moment(struct axis *axis, int64_t t_us, int at)
{
    if (axis->moments == NULL || axis->moment_count % 64 == 0)
        axis->moments =
            xreallocarray(axis->moments, (size_t)axis->moment_count + 64, sizeof *axis->moments);
    axis->moments[axis->moment_count++] = (struct moment){t_us, at, at};
}

static void place(struct axis *axis, const struct plot *plot, const struct axis_style *style)
{
    int64_t least = least_step(plot);
    int x = 0, left = 0; /* left: what the one before needs after itself */
    for (uint32_t i = 0; i < plot->act_count; i++) {
        int before = 0, after = 0;
        style->room(plot, &plot->acts[i], &before, &after);
        int64_t now = time_of(plot, i);
        struct moment *last =
            axis->moment_count > 0 ? &axis->moments[axis->moment_count - 1] : NULL;
        if (last == NULL) {
            begin_moment(axis, now, x);
        } else if (last->t_us != now) {
            x += left + gap_of(style, now - last->t_us, least);
            int least_at = last->from + label_room(style, last->t_us);
            x = x > least_at ? x : least_at;
            left = 0;
            begin_moment(axis, now, x);
        } else if (!plot->acts[i].at_once) {
            x += left + before;
            left = 0;
        }
        left = after > left ? after : left;
        x = x < FARTHEST ? x : FARTHEST;
        axis->at[i] = x;
        axis->moments[axis->moment_count - 1].to = x;
    }
    axis->length = x + left;
}

static void squeeze(struct axis *axis, const struct plot *plot, const struct axis_style *style)
{
    int64_t length = axis->length, shorter = length * 5 / 8;
    if (length <= 0 || length <= style->comfortable)
        return;
    shorter = shorter > style->comfortable ? shorter : style->comfortable;
    axis->squeezed = shorter > style->most;
    if (shorter > style->most)
        shorter = style->most;
    for (uint32_t i = 0; i < plot->act_count; i++)
        axis->at[i] = (int)(axis->at[i] * shorter / length);
    for (uint32_t i = 0; i < axis->moment_count; i++) {
        axis->moments[i].from = (int)(axis->moments[i].from * shorter / length);
        axis->moments[i].to = (int)(axis->moments[i].to * shorter / length);
    }
    axis->length = (int)shorter;
}

void axis_init(struct axis *axis, const struct plot *plot, const struct axis_style *style)
{
    uint32_t event_count = plot->cast->history->event_count;
    *axis = (struct axis){0};
    axis->at = xcalloc((size_t)plot->act_count + 1, sizeof *axis->at);
    axis->event_at = xcalloc((size_t)event_count + 1, sizeof *axis->event_at);
    place(axis, plot, style);
    squeeze(axis, plot, style);
    uint32_t act = 0;
    for (uint32_t i = 0; i < event_count; i++) {
        while (act + 1 < plot->act_count && plot->acts[act + 1].event <= i)
            act++;
        axis->event_at[i] = plot->act_count > 0 ? axis->at[act] : 0;
    }
}

void axis_fit(struct axis *axis, struct plot *plot, const struct axis_style *style)
{
    struct axis whole;
    axis_init(&whole, plot, style);
    if (!whole.squeezed) {
        *axis = whole;
        return;
    }
    axis_release(&whole);
    plot_join_outputs(plot);
    axis_init(axis, plot, style);
}

void axis_release(struct axis *axis)
{
    free(axis->at);
    free(axis->event_at);
    free(axis->moments);
    *axis = (struct axis){0};
}
