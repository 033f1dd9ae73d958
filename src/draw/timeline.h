/* What the files of the SVG timeline share: how wide what they draw is, and the drawing. */
#ifndef PROCENARIO_DRAW_TIMELINE_H
#define PROCENARIO_DRAW_TIMELINE_H

#include "draw/internal.h"

extern const struct axis_style timeline_axis;
/* Appends what stands above the lane at a mark, or nothing. */
void timeline_mark_add(struct buf *out, const struct plot *plot, const struct act *act);

#endif
