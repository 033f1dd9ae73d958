/* Names of processes. Used by forked children too: no heap, no stdio. */
#include <string.h>

#include "scenario/scenario.h"

struct writer {
    char *out;
    size_t size, length;
    bool full;
};

static void put(struct writer *w, const char *text)
{
    size_t length = strlen(text);
    if (w->full || length >= w->size - w->length) {
        w->full = true;
        return;
    }
    memcpy(w->out + w->length, text, length + 1);
    w->length += length;
}

static void put_number(struct writer *w, unsigned number)
{
    char digits[12];
    char *at = digits + sizeof digits - 1;
    *at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    put(w, at);
}

const char *scenario_friendlier_name(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->name_count; i++)
        if (strcmp(scenario->names[i][0], name) == 0)
            return scenario->names[i][1];
    return name;
}

/* The friendlier name, if `names` has one. */
static size_t finish(const struct scenario *scenario, struct writer *w)
{
    if (w->full)
        return 0;
    const char *name = scenario_friendlier_name(scenario, w->out);
    if (name != w->out) {
        w->length = 0;
        put(w, name);
    }
    return w->full ? 0 : w->length;
}

size_t scenario_child_name(const struct scenario *scenario, const char *parent, bool parent_is_root,
                           unsigned parent_role, unsigned child_role, unsigned index, char *out,
                           size_t size)
{
    struct writer w = {.out = out, .size = size, .full = size == 0};
    if (!parent_is_root || child_role == 0) {
        put(&w, parent);
        put(&w, ".");
    }
    put(&w, scenario->roles[child_role].name);
    if (scenario->roles[parent_role].indexed[child_role]) {
        put(&w, ".");
        put_number(&w, index);
    }
    return finish(scenario, &w);
}

size_t scenario_program_child_name(const struct scenario *scenario, const char *parent, unsigned n,
                                   char *out, size_t size)
{
    struct writer w = {.out = out, .size = size, .full = size == 0};
    put(&w, parent);
    put(&w, ".");
    put_number(&w, n);
    return finish(scenario, &w);
}

bool name_matches(const char *pattern, const char *name)
{
    /* One place to come back to is enough: an earlier `*` never has to take more. */
    const char *star = NULL, *retry = NULL;
    while (*name != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
