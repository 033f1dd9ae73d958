/* Between the files of assignment/. */
#ifndef PROCENARIO_ASSIGNMENT_INTERNAL_H
#define PROCENARIO_ASSIGNMENT_INTERNAL_H

#include "assignment/assignment.h"
#include "scenario/loader.h"

/* A file of scenarios, loaded for one entry. */
struct assignment_file {
    struct source source;
    struct scenario_list list;
};

struct assigning {
    struct loader l; /* for the fields: arena and diagnostics */
    struct assignment *assignment;
    bool color;
    struct buf *told; /* mistakes of scenario files */
    bool wrong;       /* there was one */
    struct assigned *scenarios;
    size_t count, capacity;
};

/* The entries of `scenarios`, each with its file. */
void read_scenarios(struct assigning *a, const struct node *list);
/* Sets the digest; false: a file of the course's cannot be read any more. */
bool assignment_make_digest(struct assignment *assignment, struct error *error);
/* The assignment's folder and the name, in the arena. */
const char *beside(struct arena *arena, const char *directory, const char *name);

#endif
