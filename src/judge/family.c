/* Who descends from whom, and who is left: `forks`, `tree`, `zombies`, `orphans`. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "judge/internal.h"

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- forks ----------------------------------------------------------------------------------- */

struct forks {
    struct fork_count {
        int64_t forks;
        bool lived;
    } * pairs;
};

static void forks_open(struct check *check)
{
    struct forks *forks = check->state;
    forks->pairs = xcalloc(check->expectation->pair_count + 1, sizeof *forks->pairs);
}

static void forks_release(struct check *check)
{
    free(((struct forks *)check->state)->pairs);
}

static void forks_event(struct check *check, const struct event *event)
{
    struct forks *forks = check->state;
    const char *newborn = event_newborn(event);
    for (size_t i = 0; newborn != NULL && i < check->expectation->pair_count; i++) {
        const char *process = check->expectation->pairs[i].process;
        forks->pairs[i].lived |= process == NULL || name_matches(process, newborn);
        if (event->kind != EVENT_FORK ||
            (process != NULL && !name_matches(process, event->process)))
            continue;
        forks->pairs[i].forks++;
        check_evidence(check, event->n);
    }
}

static void forks_close(struct check *check, bool ended)
{
    struct forks *forks = check->state;
    struct buf *expected = &check->finding.expected, *seen = &check->finding.seen;
    (void)ended;
    check->finding.holds = true;
    check->finding.breakable = true;
    for (size_t i = 0; i < check->expectation->pair_count; i++) {
        const struct name_value *pair = &check->expectation->pairs[i];
        const char *who = pair->process != NULL ? pair->process : "all processes together";
        buf_printf(expected, "%s%lld fork%s by %s", i > 0 ? ", " : "", (long long)pair->count,
                   plural(pair->count), who);
        const struct fork_count *found = &forks->pairs[i];
        if (found->lived && found->forks == pair->count)
            continue;
        check->finding.holds = false;
        buf_add_string(seen, seen->length > 0 ? "; " : "");
        if (!found->lived && pair->process != NULL)
            world_tell_unknown(check->world, pair->process, seen);
        else
            buf_printf(seen, "%lld fork%s by %s", (long long)found->forks, plural(found->forks),
                       who);
    }
    tell_at(check, " at ", expected);
}

const struct family judge_forks = {
    .kinds = BIRTHS,
    .size = sizeof(struct forks),
    .open = forks_open,
    .event = forks_event,
    .close = forks_close,
    .release = forks_release,
};

/* ---- tree ------------------------------------------------------------------------------------ */

struct tree {
    struct place {
        const char *name, *parent; /* parent NULL: the root */
        bool taken;
    } * places;
    size_t count;
    struct few strangers;
};

static void add_places(struct tree *tree, const struct tree_node *node, const char *parent)
{
    tree->places = xreallocarray(tree->places, tree->count + 1, sizeof *tree->places);
    tree->places[tree->count++] = (struct place){.name = node->name, .parent = parent};
    for (size_t i = 0; i < node->child_count; i++)
        add_places(tree, &node->children[i], node->name);
}

static void tree_open(struct check *check)
{
    add_places(check->state, check->expectation->tree, NULL);
}

static void tree_release(struct check *check)
{
    struct tree *tree = check->state;
    free(tree->places);
    few_release(&tree->strangers);
}

static void tree_event(struct check *check, const struct event *event)
{
    struct tree *tree = check->state;
    const char *newborn = event_newborn(event);
    if (newborn == NULL)
        return;
    const char *parent = event->kind == EVENT_FORK ? event->process : NULL;
    for (size_t i = 0; i < tree->count; i++) {
        struct place *place = &tree->places[i];
        bool same_parent = parent == NULL || place->parent == NULL
                               ? parent == place->parent
                               : strcmp(place->parent, parent) == 0;
        if (!place->taken && same_parent && strcmp(place->name, newborn) == 0) {
            place->taken = true;
            return;
        }
    }
    if (parent != NULL) {
        auto_free char *text = xasprintf("%s (a child of %s)", newborn, parent);
        few_add(&tree->strangers, text);
    } else {
        auto_free char *text = xasprintf("%s (the root)", newborn);
        few_add(&tree->strangers, text);
    }
    check_evidence(check, event->n);
}

/* "parent [child.0, child.1 [child.1.worker]]" */
static void tell_tree(const struct tree_node *node, struct buf *out)
{
    buf_add_string(out, node->name);
    for (size_t i = 0; i < node->child_count; i++) {
        buf_add_string(out, i > 0 ? ", " : " [");
        tell_tree(&node->children[i], out);
    }
    if (node->child_count > 0)
        buf_add_char(out, ']');
}

static void tree_close(struct check *check, bool ended)
{
    struct tree *tree = check->state;
    struct buf *seen = &check->finding.seen;
    struct few missing = {0};
    (void)ended;
    buf_add_string(&check->finding.expected, "exactly these processes");
    tell_at(check, " by ", &check->finding.expected);
    buf_add_string(&check->finding.expected, ": ");
    tell_tree(check->expectation->tree, &check->finding.expected);
    for (size_t i = 0; i < tree->count; i++) {
        const struct place *place = &tree->places[i];
        if (place->taken)
            continue;
        if (place->parent == NULL) {
            few_add(&missing, place->name);
        } else {
            auto_free char *text = xasprintf("%s (a child of %s)", place->name, place->parent);
            few_add(&missing, text);
        }
    }
    check->finding.holds = missing.count == 0 && tree->strangers.count == 0;
    check->finding.breakable = true;
    if (missing.count > 0) {
        buf_add_string(seen, "there was no ");
        few_tell(&missing, ", no ", seen);
    }
    if (tree->strangers.count > 0) {
        buf_add_string(seen, missing.count > 0 ? "; there was " : "there was also ");
        few_tell(&tree->strangers, ", ", seen);
    }
    few_release(&missing);
}

const struct family judge_tree = {
    .kinds = BIRTHS,
    .size = sizeof(struct tree),
    .open = tree_open,
    .event = tree_event,
    .close = tree_close,
    .release = tree_release,
};

/* ---- zombies and orphans: a number, or exactly these names ---- */

struct group {
    int64_t count;
    struct few members;   /* for the words */
    struct few strangers; /* not among the names expected */
    bool *found;          /* [name_count] */
    bool counted;         /* zombies: the root has ended */
};

static void group_open(struct check *check)
{
    struct group *group = check->state;
    group->found = xcalloc(check->expectation->name_count + 1, sizeof *group->found);
}

static void group_release(struct check *check)
{
    struct group *group = check->state;
    free(group->found);
    few_release(&group->members);
    few_release(&group->strangers);
}

static void group_add(struct check *check, const char *name, uint64_t n)
{
    struct group *group = check->state;
    bool known = false;
    group->count++;
    few_add(&group->members, name);
    for (size_t i = 0; i < check->expectation->name_count && !known; i++) {
        known = !group->found[i] && strcmp(check->expectation->names[i], name) == 0;
        group->found[i] |= known;
    }
    if (!known)
        few_add(&group->strangers, name);
    check_evidence(check, n);
}

static void group_conclude(struct check *check, const char *what, const char *since)
{
    const struct expectation *expectation = check->expectation;
    struct group *group = check->state;
    struct buf *expected = &check->finding.expected, *seen = &check->finding.seen;
    bool holds = group->count == expectation->number;
    if (expectation->by_names) {
        holds = group->strangers.count == 0;
        for (size_t i = 0; i < expectation->name_count; i++)
            holds &= group->found[i];
    }
    check->finding.holds = holds;
    check->finding.breakable = true;

    if (expectation->by_names) {
        buf_printf(expected, "exactly these %ss%s: ", what, since);
        for (size_t i = 0; i < expectation->name_count; i++)
            buf_printf(expected, "%s%s", i > 0 ? ", " : "", expectation->names[i]);
        buf_add_string(expected, expectation->name_count == 0 ? "none" : "");
    } else {
        buf_printf(expected, "%lld %s%s%s", (long long)expectation->number, what,
                   plural(expectation->number), since);
    }
    tell_at(check, " at ", expected);

    if (group->count == 0) {
        buf_add_string(seen, "none");
    } else {
        buf_printf(seen, "%lld %s%s: ", (long long)group->count, what, plural(group->count));
        few_tell(&group->members, ", ", seen);
    }
    for (size_t i = 0; group->count > 0 && i < expectation->name_count; i++)
        if (!group->found[i])
            buf_printf(seen, "; %s was not among them", expectation->names[i]);
}

static void count_zombies(struct check *check)
{
    for (const struct life *life = check->world->oldest; life != NULL; life = life->newer)
        if (life->state == STATE_ZOMBIE)
            group_add(check, life->name, life->since);
}

static void zombies_event(struct check *check, const struct event *event)
{
    struct group *group = check->state;
    const char *root = check->world->root;
    if (check->expectation->has_at || root == NULL || strcmp(event->process, root) != 0)
        return;
    group->counted = true;
    count_zombies(check);
}

static void zombies_close(struct check *check, bool ended)
{
    struct group *group = check->state;
    bool at = check->expectation->has_at;
    (void)ended;
    if (at)
        count_zombies(check);
    group_conclude(check, "zombie", at ? "" : " left when the root ends");
    check->finding.breakable = !group->counted;
    if (at || group->counted)
        return;
    check->finding.holds = false;
    buf_clear(&check->finding.seen);
    buf_add_string(&check->finding.seen, "the root did not end");
}

const struct family judge_zombies = {
    .kinds = KIND(EVENT_EXIT),
    .size = sizeof(struct group),
    .open = group_open,
    .event = zombies_event,
    .close = zombies_close,
    .release = group_release,
};

static void orphans_event(struct check *check, const struct event *event)
{
    group_add(check, event->child, event->n);
}

static void orphans_close(struct check *check, bool ended)
{
    (void)ended;
    group_conclude(check, "orphan", "");
}

const struct family judge_orphans = {
    .kinds = KIND(EVENT_ADOPT),
    .size = sizeof(struct group),
    .open = group_open,
    .event = orphans_event,
    .close = orphans_close,
    .release = group_release,
};
