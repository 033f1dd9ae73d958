/*
 * What the sequences have in common: who passes what to whom, in which order.
 */
#ifndef PROCENARIO_DRAW_SEQUENCE_H
#define PROCENARIO_DRAW_SEQUENCE_H

#include "draw/internal.h"

struct message {       /* of an act */
    uint32_t from, to; /* lanes; NO_INDEX: nothing passes */
};

/* Lanes from left to right: outside, the processes in tree order, init. */
uint32_t sequence_place(const struct plot *plot, uint32_t lane);
struct message sequence_message(const struct plot *plot, const struct act *act);
/* What stands at it: "fork", "SIGKILL", "wait"; of what passes to nobody, what the lane does:
 * "exit 3", an output in quotes. Nothing: the act is not told. */
void sequence_label_add(struct buf *out, const struct plot *plot, const struct act *act,
                        size_t columns);
/* "… 212 more events" of an act that stands for what is left out. */
void sequence_left_out_add(struct buf *out, const struct plot *plot, const struct act *act);

#endif
