/*
 * How a file differs from what it should be, for people: a unified diff.
 */
#ifndef PROCENARIO_COMMANDS_DIFFERENCE_H
#define PROCENARIO_COMMANDS_DIFFERENCE_H

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"

/* Prints what would change in the file of that name, by diff(1); what is very long is cut, and that
 * is said. False: diff cannot be run (nothing was printed). */
bool difference_print(const char *name, const struct buf *now, const struct buf *wanted, FILE *out,
                      struct error *error);

#endif
