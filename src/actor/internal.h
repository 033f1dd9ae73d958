/* What the actor's files share. There is one actor a process, so its state is static. */
#ifndef PROCENARIO_ACTOR_INTERNAL_H
#define PROCENARIO_ACTOR_INTERNAL_H

#include "actor/actor.h"
#include "scenario/bounds.h"

#define ACTOR_NAME_SIZE 4096
#define ACTOR_READ_SIZE 65536

/* What a fork changes stands first, so that a child copies one page of this. */
struct actor {
    const struct scenario *scenario;
    const struct actor_directory *directory;
    const struct role *role;
    unsigned role_index;
    bool is_root;
    unsigned index; /* ${index} */
    int error;      /* ${errno}: of the latest step that failed; 0: none */
    size_t read_length;
    unsigned forked[MOST_ROLES]; /* per role: children so far */
    char name[ACTOR_NAME_SIZE];
    char read[ACTOR_READ_SIZE]; /* ${read} */
    int pipes[MOST_PIPES][2];   /* descriptors plus one; 0: not open */
    bool has_handlers;
    const struct step *handlers[65]; /* by signal; NULL: none */
};
extern struct actor actor;

/* text.c: expands text into the buffer (of at least one byte); returns the length, cut to `size` -
 * 1, and ends it with NUL. */
size_t actor_expand(const struct text *text, char *out, size_t size);
/* Expands text and writes it, with one write(2) unless it is longer than ACTOR_READ_SIZE. -1 with
 * actor.error set. */
int actor_write_text(int fd, const struct text *text, bool newline);
/* One write(2), continued after a short one, and after EINTR from a handler. -1 with actor.error
 * set. */
int actor_write(int fd, const char *bytes, size_t length);

/* Performs them one after the other. */
void actor_perform_steps(const struct steps *steps);

/* shed.c: from here on children do not inherit libraries that actors have no use for. */
void actor_shed_libraries(void);

#endif
