/*
 * A file that is written whole or not at all: beside its place, under a name of its own, and moved
 * there when all is written. Who reads the place meanwhile reads what was there before.
 */
#ifndef PROCENARIO_BASE_OUTPUT_H
#define PROCENARIO_BASE_OUTPUT_H

#include <stdio.h>

#include "base/error.h"

struct output {
    FILE *stream;
    char *path;      /* NULL: standard output, which cannot be taken back */
    char *temporary; /* the name beside `path`; NULL: pipes and devices are written to directly */
    bool unnamed;    /* it has that name only in the moment of the move: nothing can be left */
};

/* Opens the output for `path`; NULL or "-" is standard output. False: `error` says why not. */
bool output_open(struct output *output, const char *path, struct error *error);
/* Puts what was written in its place. False (nothing is in place, nothing is left): `error` says
 * why. */
bool output_commit(struct output *output, struct error *error);
/* Forgets what was written. */
void output_discard(struct output *output);

/* A file without a name, to write to and read back, which goes when it is closed: in TMPDIR or
 * /tmp. -1: `error` says why there can be none. */
int output_unnamed(struct error *error);

#endif
