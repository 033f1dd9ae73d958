#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void (*bug_hook)(void);

/* What mends an error wherever it comes from; "" when that depends. */
static const char *usual_remedy(int code)
{
    return code == EMFILE   ? "more open files must be allowed here: see ulimit -n"
           : code == ENFILE ? "the host has no open files left: see sysctl fs.file-max"
                            : "";
}

bool error_set(struct error *error, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    if (code != 0 && length >= 0 && (size_t)length < sizeof error->message)
        snprintf(error->message + length, sizeof error->message - (size_t)length, ": %s",
                 strerror(code));
    snprintf(error->remedy, sizeof error->remedy, "%s", usual_remedy(code));
    error->code = code;
    return false;
}

bool error_wrap(struct error *error, const char *format, ...)
{
    char inner[sizeof error->message];
    memcpy(inner, error->message, sizeof inner);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < sizeof error->message)
        snprintf(error->message + length, sizeof error->message - (size_t)length, ": %s", inner);
    return false;
}

void error_remedy(struct error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error->remedy, sizeof error->remedy, format, args);
    va_end(args);
}

void error_print(const struct error *error)
{
    fprintf(stderr, "procenario: %s\n", error->message);
    if (error->remedy[0] != '\0')
        fprintf(stderr, "  remedy: %s\n", error->remedy);
}

void bug_at(const char *file, int line, const char *format, ...)
{
    fprintf(stderr, "procenario: this is a mistake of procenario's own, at %s:%d: ", file, line);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    if (bug_hook != NULL)
        bug_hook();
    abort();
}
