/*
 * Why the host refused: one error travelling up the stack, each level adding what it attempted.
 * Printed once, by the command, which then exits with status 3. (A mistake of the scenario's author
 * is a diagnostic, diag.h; an expectation that does not hold is a verdict; a mistake of ours is
 * BUG.)
 */
#ifndef PROCENARIO_BASE_ERROR_H
#define PROCENARIO_BASE_ERROR_H

#include <stdbool.h>

struct error {
    char message[512]; /* empty: no error. Lower case, no full stop. */
    char remedy[512];  /* what the reader can do about it; may be empty */
    int code;          /* errno, or 0 */
};

/* Sets the message; when `code` is not 0, appends ": " and its strerror text, and the
 * remedy is the usual one of that errno (EMFILE, ENFILE) or none. Always returns false, so that
 * `return error_set(…)` reads well in functions that return success. */
bool error_set(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "what: " before the present message. Returns false. */
bool error_wrap(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds what the reader can do. */
void error_remedy(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "procenario: MESSAGE" and, when there is one, "  remedy: …" to stderr. */
void error_print(const struct error *error);

/* A mistake of ours: prints where, calls the hook (the director's task table) and aborts. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug_at(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
extern void (*bug_hook)(void);

/* Exit statuses of every command. */
enum exit_status {
    EXIT_HOLDS = 0,   /* all expectations hold; nothing to complain about */
    EXIT_FAILS = 1,   /* some expectation does not hold, or the run was cut off by a limit */
    EXIT_INVALID = 2, /* usage, or an invalid scenario or trace: nothing was run */
    EXIT_REFUSED = 3, /* the host refused: the run could not be performed */
};

#endif
