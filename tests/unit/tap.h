/* The little of TAP that the unit tests speak. */
#ifndef PROCENARIO_TESTS_TAP_H
#define PROCENARIO_TESTS_TAP_H

#include <stdio.h>

static int tap_count, tap_failed;

#define ok(condition, name)                                                                        \
    do {                                                                                           \
        int held_ = (condition) ? 1 : 0;                                                           \
        tap_failed += !held_;                                                                      \
        printf("%sok %d - %s\n", held_ ? "" : "not ", ++tap_count, name);                          \
        if (!held_)                                                                                \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                               \
    } while (0)

static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed > 0;
}

#endif
