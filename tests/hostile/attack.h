/*
 * For submissions that try what they may not: each attempt says whether it was held off. Where all
 * were, `done` prints the one line for which there are points; so full marks mean that the sandbox
 * holds.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int got_through;

/* The condition holds when the attempt failed as it should. */
#define held(condition, what)                                                                      \
    do {                                                                                           \
        errno = 0;                                                                                 \
        if (!(condition)) {                                                                        \
            printf("got through: %s (%s)\n", what, strerror(errno));                               \
            got_through++;                                                                         \
        }                                                                                          \
    } while (0)

/* The call failed with this error. */
#define refused(call, error, what) held((call) == -1 && errno == (error), what)

static int done(void)
{
    if (got_through == 0)
        puts("hello");
    return got_through > 0;
}

#endif
