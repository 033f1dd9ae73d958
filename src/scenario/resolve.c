/*
 * What can be checked only when all is read: which children carry an index, and whether every name
 * can be that of a process. Below a process that execs anything may be forked, so names are not
 * checked there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "scenario/loader.h"

#define MOST_SHOWN 12

struct family {
    struct loader *l;
    unsigned *forks; /* [parent * roles + child]: how often, saturating */
    const char *shown[MOST_SHOWN + 1];
    size_t shown_count;
};

static unsigned forks_of(const struct family *f, unsigned parent, unsigned child)
{
    return f->forks[parent * f->l->role_count + child];
}

static void count_forks(struct family *f)
{
    struct loader *l = f->l;
    for (size_t i = 0; i < l->fork_count; i++) {
        unsigned *sum = &f->forks[l->forks[i].parent * l->role_count + l->forks[i].child];
        *sum = *sum > UINT32_MAX - l->forks[i].count ? UINT32_MAX : *sum + l->forks[i].count;
    }
    for (unsigned i = 0; i < l->role_count; i++) {
        bool *indexed = arena_alloc(l->arena, l->role_count * sizeof *indexed);
        for (unsigned j = 0; j < l->role_count; j++)
            indexed[j] = forks_of(f, i, j) > 1;
        l->roles[i].indexed = indexed;
    }
}

/* Takes one dotted part; NULL when there is none left. */
static const char *take(const char **rest, size_t *length)
{
    const char *part = *rest;
    if (part == NULL)
        return NULL;
    *length = strcspn(part, ".");
    *rest = part[*length] == '.' ? part + *length + 1 : NULL;
    return part;
}

static bool is(const char *part, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(part, word, length) == 0;
}

enum known { UNKNOWN, KNOWN, SEVERAL };

/* Does the rest of a dotted name lead to a descendant of this role? */
static enum known descend(const struct family *f, unsigned role, const char *rest)
{
    const struct loader *l = f->l;
    size_t length;
    const char *part;
    while ((part = take(&rest, &length)) != NULL) {
        if (l->roles[role].execs || memchr(part, '*', length) != NULL)
            return KNOWN;
        unsigned child = 0;
        while (child < l->role_count &&
               (forks_of(f, role, child) == 0 || !is(part, length, l->roles[child].name)))
            child++;
        if (child == l->role_count)
            return UNKNOWN;
        unsigned count = forks_of(f, role, child);
        role = child;
        if (count <= 1)
            continue;
        if ((part = take(&rest, &length)) == NULL)
            return SEVERAL;
        if (memchr(part, '*', length) != NULL)
            return KNOWN;
        if (length > 9 || strspn(part, "0123456789") < length || strtoul(part, NULL, 10) >= count)
            return UNKNOWN;
    }
    return KNOWN;
}

static enum known look_up(const struct family *f, const char *name)
{
    const struct loader *l = f->l;
    const struct scenario *s = l->scenario;
    for (size_t i = 0; i < s->name_count; i++) {
        size_t length = strlen(s->names[i][1]);
        if (strncmp(name, s->names[i][1], length) == 0 &&
            (name[length] == '\0' || name[length] == '.'))
            return KNOWN;
    }
    for (size_t i = 0; i < s->name_count; i++)
        if (name_matches(name, s->names[i][1]))
            return KNOWN;
    size_t first = strcspn(name, ".");
    size_t star = strcspn(name, "*");
    if (star < first) { /* something must begin like that */
        for (size_t i = 0; i < l->role_count; i++)
            if (strncmp(name, l->roles[i].name, star) == 0)
                return KNOWN;
        for (size_t i = 0; i < s->name_count; i++)
            if (strncmp(name, s->names[i][1], star) == 0)
                return KNOWN;
        return UNKNOWN;
    }
    if (is(name, first, l->roles[0].name))
        return descend(f, 0, name[first] == '.' ? name + first + 1 : NULL);
    return descend(f, 0, name) == KNOWN && l->roles[0].execs
               ? (forks_of(f, 0, 0) > 0 ? KNOWN : UNKNOWN)
               : descend(f, 0, name);
}

static void show(struct family *f, const char *name)
{
    if (f->shown_count < MOST_SHOWN)
        f->shown[f->shown_count++] = name;
}

static void list_names(struct family *f, unsigned role, const char *prefix, unsigned depth)
{
    struct loader *l = f->l;
    for (unsigned i = 0; i < l->role_count && depth < 4 && f->shown_count < MOST_SHOWN; i++) {
        unsigned count = forks_of(f, role, i);
        const char *path = arena_printf(l->arena, "%s%s", prefix, l->roles[i].name);
        for (unsigned n = 0; n < count && n < 3; n++) {
            const char *name = count == 1 ? path : arena_printf(l->arena, "%s.%u", path, n);
            show(f, name);
            list_names(f, i, arena_printf(l->arena, "%s.", name), depth + 1);
        }
    }
}

static bool is_reserved(const struct reference *r)
{
    size_t length = strlen(r->name);
    for (const char *at = r->reserved; at != NULL && *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && memcmp(at, r->name, length) == 0)
            return true;
        at += word + (at[word] == ' ');
    }
    return false;
}

static void check_reference(struct family *f, const struct reference *r)
{
    struct diags *diags = f->l->diags;
    if (is_reserved(r))
        return;
    if (!r->is_pattern && strchr(r->name, '*') != NULL) {
        diag_help(
            diag_error(diags, r->span, "'%s' is a pattern: one process is wanted here", r->name),
            "write its name without '*'");
        return;
    }
    enum known known = look_up(f, r->name);
    if (known == KNOWN)
        return;
    if (known == SEVERAL) {
        struct diag *diag = diag_error(diags, r->span, "'%s' is several processes", r->name);
        if (r->is_pattern)
            diag_help(diag, "write '%s.*' for all of them, or '%s.0' for the first", r->name,
                      r->name);
        else
            diag_help(diag, "write '%s.0' for the first, '%s.1' for the second …", r->name,
                      r->name);
        return;
    }
    struct diag *diag = diag_error(diags, r->span, "unknown process '%s'", r->name);
    auto_buf struct buf list = {0};
    for (size_t i = 0; i < f->shown_count; i++)
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", f->shown[i]);
    if (f->shown_count == MOST_SHOWN)
        buf_add_string(&list, ", …");
    const char *near = nearest_word(r->name, f->shown);
    if (near != NULL)
        diag_help(diag, "did you mean '%s'? (processes here: %s)", near, list.data);
    else
        diag_help(diag, "processes here: %s", list.data);
}

void resolve(struct loader *l)
{
    if (l->role_count == 0)
        return;
    struct family family = {.l = l};
    family.forks = xcalloc(l->role_count * l->role_count, sizeof *family.forks);
    count_forks(&family);
    show(&family, l->roles[0].name);
    for (size_t i = 0; i < l->scenario->name_count && i < 4; i++)
        show(&family, l->scenario->names[i][1]);
    list_names(&family, 0, "", 0);
    for (size_t i = 0; i < l->reference_count; i++)
        check_reference(&family, &l->references[i]);
    free(family.forks);
}
