/*
 * What can be checked only when all is read: which children carry an index, which process each
 * friendlier name is for, and whether every name can be that of a process. Below a process that
 * execs anything may be forked, so names are not checked there.
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

static bool is_number(const char *part, size_t length)
{
    return length > 0 && strspn(part, "0123456789") >= length && (part[0] != '0' || length == 1);
}

static unsigned find_child(const struct family *f, unsigned role, const char *part, size_t length)
{
    unsigned child = 0;
    while (child < f->l->role_count &&
           (forks_of(f, role, child) == 0 || !is(part, length, f->l->roles[child].name)))
        child++;
    return child;
}

/*
 * Could a process have this name, or one that the pattern matches, if there were no friendlier
 * ones? What a program makes is called by numbers: `any_below` takes everything there, as a name of
 * that kind is known in the run only.
 */
static enum known descend(const struct family *f, const char *name, bool any_below)
{
    const struct loader *l = f->l;
    const char *rest = name, *part;
    unsigned role = 0;
    size_t length;
    bool at_root = true, root_named = is(name, strcspn(name, "."), l->roles[0].name);
    if (root_named)
        take(&rest, &length);
    while ((part = take(&rest, &length)) != NULL) {
        if (memchr(part, '*', length) != NULL)
            return KNOWN;
        /* Of the root's children, only one of its own role bears its name before its own. */
        unsigned child = find_child(f, role, part, length);
        if (child < l->role_count && at_root && root_named != (child == 0))
            child = (unsigned)l->role_count;
        if (child == l->role_count) {
            if (!l->roles[role].execs || (at_root && !root_named))
                return UNKNOWN;
            for (; part != NULL && !any_below; part = take(&rest, &length))
                if (!is_number(part, length))
                    return UNKNOWN;
            return KNOWN;
        }
        at_root = false;
        unsigned count = forks_of(f, role, child);
        role = child;
        if (count <= 1)
            continue;
        if ((part = take(&rest, &length)) == NULL)
            return SEVERAL;
        if (memchr(part, '*', length) != NULL)
            return KNOWN;
        if (!is_number(part, length) || length > 9 || strtoul(part, NULL, 10) >= count)
            return UNKNOWN;
    }
    return KNOWN;
}

static bool is_born(const struct family *f, const char *name)
{
    return descend(f, name, false) == KNOWN;
}

/* ---- friendlier names ---- */

/* What follows `first` in a dotted name that begins with it, "" or ".worker"; else NULL. */
static const char *after(const char *name, const char *first)
{
    size_t length = strlen(first);
    bool begins = strncmp(name, first, length) == 0;
    return begins && (name[length] == '\0' || name[length] == '.') ? name + length : NULL;
}

/* The entry for the process itself or, without it, for the nearest ancestor. */
static const struct friendlier *entry_for(const struct loader *l, const char *name, bool itself)
{
    const struct friendlier *best = NULL;
    for (size_t i = 0; i < l->friendlier_count; i++) {
        const struct friendlier *entry = &l->friendlier[i];
        const char *rest = after(name, entry->given);
        if (rest != NULL && (itself || *rest != '\0') &&
            (best == NULL || strlen(entry->given) > strlen(best->given)))
            best = entry;
    }
    return best;
}

/* `shell.0`, where `shell` is the friendlier name of `main.0`, is `main.0.0`. */
static void without_friendlier(const struct family *f, struct friendlier *entry)
{
    const struct loader *l = f->l;
    for (size_t rounds = 0; rounds < l->friendlier_count && !is_born(f, entry->given); rounds++) {
        size_t i = 0;
        const char *rest = NULL;
        while (i < l->friendlier_count &&
               ((rest = after(entry->given, l->friendlier[i].name)) == NULL || *rest == '\0'))
            i++;
        if (i == l->friendlier_count)
            return;
        entry->given = arena_printf(l->arena, "%s%s", l->friendlier[i].given, rest);
    }
}

/* What a process is called that would have this name if there were no friendlier ones. */
static const char *called(const struct loader *l, const char *name, bool itself)
{
    const struct friendlier *entry = entry_for(l, name, itself);
    return entry == NULL ? name
                         : arena_printf(l->arena, "%s%s", entry->name, after(name, entry->given));
}

/* Can a process that has no entry of its own come to be called that? */
static bool is_called(const struct family *f, const char *name)
{
    const struct loader *l = f->l;
    if (is_born(f, name) && entry_for(l, name, true) == NULL)
        return true;
    for (size_t i = 0; i < l->friendlier_count; i++) {
        const char *rest = after(name, l->friendlier[i].name);
        if (rest == NULL || *rest == '\0')
            continue;
        const char *whole = arena_printf(l->arena, "%s%s", l->friendlier[i].given, rest);
        if (is_born(f, whole) && entry_for(l, whole, true) == &l->friendlier[i])
            return true;
    }
    return false;
}

static void settle_names(struct family *f)
{
    struct loader *l = f->l;
    for (size_t i = 0; i < l->friendlier_count; i++)
        without_friendlier(f, &l->friendlier[i]);
    const char *(*names)[2] = arena_alloc(l->arena, (l->friendlier_count + 1) * sizeof *names);
    for (size_t i = 0; i < l->friendlier_count; i++) {
        struct friendlier *entry = &l->friendlier[i];
        size_t same_name = 0, same_given = 0; /* the first that has it: itself, when it is new */
        while (strcmp(l->friendlier[same_name].name, entry->name) != 0)
            same_name++;
        while (strcmp(l->friendlier[same_given].given, entry->given) != 0)
            same_given++;
        if (same_name < i)
            diag_also(diag_error(l->diags, entry->name_span,
                                 "two processes cannot both be called '%s'", entry->name),
                      l->friendlier[same_name].name_span, "the first one is here");
        if (same_given < i)
            diag_also(diag_error(l->diags, entry->given_span,
                                 "'%s' cannot have two friendlier names", entry->given),
                      l->friendlier[same_given].given_span, "the first one is here");
        if (is_called(f, entry->name))
            diag_help(diag_error(l->diags, entry->name_span,
                                 "another process is called '%s' already", entry->name),
                      "choose a name that no process has");
        names[i][0] = called(l, entry->given, false);
        names[i][1] = entry->name;
    }
    l->scenario->names = (const char *const(*)[2])names;
    l->scenario->name_count = l->friendlier_count;
}

/* ---- names of processes ---- */

/* Is it, or does it match, or begin with, a friendlier name? */
static bool is_friendlier(const struct loader *l, const char *name)
{
    for (size_t i = 0; i < l->friendlier_count; i++)
        if (after(name, l->friendlier[i].name) != NULL || name_matches(name, l->friendlier[i].name))
            return true;
    return false;
}

static enum known look_up(const struct family *f, const char *name)
{
    const struct loader *l = f->l;
    size_t first = strcspn(name, ".");
    size_t star = strcspn(name, "*");
    if (star < first) { /* something must begin like that */
        for (size_t i = 0; i < l->role_count; i++)
            if (strncmp(name, l->roles[i].name, star) == 0)
                return KNOWN;
        for (size_t i = 0; i < l->friendlier_count; i++)
            if (strncmp(name, l->friendlier[i].name, star) == 0)
                return KNOWN;
        return UNKNOWN;
    }
    return descend(f, name, true);
}

static void show(struct family *f, const char *name)
{
    for (size_t i = 0; i < f->shown_count; i++)
        if (strcmp(f->shown[i], name) == 0)
            return;
    if (f->shown_count < MOST_SHOWN)
        f->shown[f->shown_count++] = name;
}

/* `called_so`: without those that have a friendlier name. */
static void list_names(struct family *f, unsigned role, const char *prefix, bool called_so,
                       unsigned depth)
{
    struct loader *l = f->l;
    for (unsigned i = 0; i < l->role_count && depth < 4 && f->shown_count < MOST_SHOWN; i++) {
        unsigned count = forks_of(f, role, i);
        const char *path = arena_printf(l->arena, "%s%s", prefix, l->roles[i].name);
        for (unsigned n = 0; n < count && n < 3; n++) {
            const char *name = count == 1 ? path : arena_printf(l->arena, "%s.%u", path, n);
            if (!called_so || entry_for(l, name, true) == NULL)
                show(f, name);
            list_names(f, i, arena_printf(l->arena, "%s.", name), called_so, depth + 1);
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

/* `is_key`: it stands in `names`, and so for what the process would be called without. */
static void check_reference(struct family *f, const struct reference *r, bool is_key)
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
    if (!is_key && is_friendlier(f->l, r->name))
        return;
    enum known known = look_up(f, r->name);
    if (known == KNOWN) {
        const char *name = is_key ? r->name : called(f->l, r->name, true);
        if (name != r->name)
            diag_help(diag_error(diags, r->span, "'%s' has a friendlier name", r->name),
                      "write '%s', as 'names' has it", name);
        return;
    }
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
    settle_names(&family);
    show(&family, l->roles[0].name);
    list_names(&family, 0, "", false, 0);
    for (size_t i = 0; i < l->friendlier_count; i++)
        check_reference(&family,
                        &(struct reference){.span = l->friendlier[i].given_span,
                                            .name = l->friendlier[i].given},
                        true);
    family.shown_count = 0;
    memset(family.shown, 0, sizeof family.shown);
    show(&family, called(l, l->roles[0].name, true));
    for (size_t i = 0; i < l->friendlier_count && i < 4; i++)
        show(&family, l->friendlier[i].name);
    list_names(&family, 0, "", true, 0);
    for (size_t i = 0; i < l->reference_count; i++)
        check_reference(&family, &l->references[i], false);
    free(family.forks);
}
