/* Names that a reader would choose: a child is called like the program that it becomes. */
#include <stdlib.h>
#include <string.h>

#include "record/internal.h"

#define MOST_NAMED 50 /* in a run with more processes, they keep their numbers */
#define LONGEST_NAME 40

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool is_interpreter(const char *name)
{
    static const char *const known[] = {"python", "perl", "ruby", "node", "bash", "dash",
                                        "sh",     "ksh",  "zsh",  "lua",  "tclsh"};
    size_t length = strcspn(name, "0123456789.");
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (strlen(known[i]) == length && memcmp(known[i], name, length) == 0)
            return true;
    return false;
}

/* Without the ending that says in which language it is written. */
static size_t length_of_script(const char *name)
{
    static const char *const endings[] = {".py", ".sh", ".bash", ".pl", ".rb", ".js", ".lua"};
    size_t length = strlen(name);
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcmp(name + length - ending, endings[i]) == 0)
            return length - ending;
    }
    return length;
}

/* "python3 ./kill.py" is called kill; "python3 -c …" python3. */
static char *name_of_program(const struct event *exec)
{
    if (exec->argc == 0)
        return NULL;
    const char *name = base_name(exec->argv[0]);
    if (is_interpreter(name) && exec->argc > 1 && exec->argv[1][0] != '-')
        name = base_name(exec->argv[1]);
    size_t length = length_of_script(name);
    struct buf clean = {0};
    for (size_t i = 0; i < length && clean.length < LONGEST_NAME; i++) {
        char c = name[i];
        bool good =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        bool inner = c == '-' || c == '.';
        if (good || (inner && clean.length > 0))
            buf_add_char(&clean, c);
    }
    while (clean.length > 0 && strchr("-.", clean.data[clean.length - 1]) != NULL)
        clean.data[--clean.length] = '\0';
    size_t digits = clean.length > 0 ? strspn(clean.data, "0123456789.") : 0;
    if (clean.length > 0 && digits < clean.length)
        return buf_take(&clean);
    buf_release(&clean);
    return NULL;
}

static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {"init", "timeline", "director", "any", "all",
                                           "self", "nobody",   "parent",   "main"};
    for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
        if (strcmp(reserved[i], name) == 0)
            return true;
    return false;
}

/* What to call it, among others perhaps. NULL: by its number below its parent. */
static char *wish(const struct history *history, uint32_t process)
{
    const struct chronicle *chronicle = &history->processes[process];
    if (chronicle->execed != NO_INDEX) {
        char *name = name_of_program(&history->events[chronicle->execed].event);
        if (name != NULL && !is_reserved(name))
            return name;
        free(name);
    }
    if (chronicle->depth == 1)
        return xstrdup("child");
    return chronicle->depth == 2 ? xstrdup("grandchild") : NULL;
}

static bool is_taken(char *const *names, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* The number at the end of the director's name for it: "main.0.12" is the 13th child. */
static const char *number_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

static char *choose(const struct history *history, char *const *wishes, char *const *names,
                    uint32_t process)
{
    const char *wished = wishes[process];
    uint32_t alike = 0, before = 0;
    for (uint32_t i = 0; wished != NULL && i < history->process_count; i++) {
        bool same = wishes[i] != NULL && strcmp(wishes[i], wished) == 0;
        alike += same;
        before += same && i < process;
    }
    const struct chronicle *chronicle = &history->processes[process];
    char *name = wished == NULL
                     ? xasprintf("%s.%s", names[chronicle->parent], number_of(chronicle->name))
                 : alike > 1 ? xasprintf("%s.%u", wished, before)
                             : xstrdup(wished);
    for (unsigned n = 2; is_taken(names, process, name); n++) {
        free(name);
        name = xasprintf("%s-%u", wished != NULL ? wished : "child", n);
    }
    return name;
}

char **record_names(const struct history *history)
{
    uint32_t count = history->process_count;
    char **names = xcalloc(count + 1, sizeof *names);
    char **wishes = xcalloc(count + 1, sizeof *wishes);
    bool few = count <= MOST_NAMED;
    for (uint32_t i = 1; i < count && few; i++)
        wishes[i] = wish(history, i);
    for (uint32_t i = 0; i < count; i++)
        names[i] =
            few && i > 0 ? choose(history, wishes, names, i) : xstrdup(history->processes[i].name);
    for (uint32_t i = 0; i < count; i++)
        free(wishes[i]);
    free(wishes);
    return names;
}

void record_names_free(char **names, const struct history *history)
{
    for (uint32_t i = 0; i < history->process_count; i++)
        free(names[i]);
    free(names);
}
