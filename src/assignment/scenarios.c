/* The entries of `scenarios`: each names a file, and says what its scenarios are worth. */
#include <stdlib.h>
#include <string.h>

#include "assignment/internal.h"
#include "base/names.h"

#define MOST_SCENARIOS 1000

static const char *const keys[] = {"file",      "set",   "points", "rule",
                                   "schedules", "bonus", "hidden", NULL};
const char *const score_rule_words[] = {
    [RULE_EXPECTATIONS] = "expectations", [RULE_ALL] = "all", NULL};

/* ---- set ------------------------------------------------------------------------------------- */

static struct param_override *read_set(struct assigning *a, const struct node *map, size_t *count)
{
    *count = 0;
    if (map == NULL || !expect_map(&a->l, map, "a mapping such as {shell: ./tsh}"))
        return NULL;
    struct param_override *overrides =
        arena_alloc(a->l.arena, (map->count + 1) * sizeof *overrides);
    for (size_t i = 0; i < map->count; i++) {
        const struct node *value = map_value(map, i);
        bool empty = value->kind == NODE_SCALAR && !value->plain && value->length == 0;
        const char *text = empty ? "" : field_text(&a->l, value, "a parameter's value");
        if (text != NULL)
            overrides[(*count)++] = (struct param_override){
                .key = arena_strdup(a->l.arena, map_key(map, i)->text), .value = text};
    }
    return overrides;
}

static void check_set(struct assigning *a, const struct node *map,
                      const struct param_override *overrides, size_t count, const char *file)
{
    for (size_t i = 0, taken = 0; i < map->count && taken < count; i++) {
        if (strcmp(map_key(map, i)->text, overrides[taken].key) != 0)
            continue;
        if (!overrides[taken++].used)
            diag_help(diag_error(a->l.diags, map_key(map, i)->span,
                                 "no scenario of '%s' has the parameter '%s'", file,
                                 map_key(map, i)->text),
                      "a scenario declares what can be set under 'params'");
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static struct assignment_file *add_part(struct assignment *as, struct source *source)
{
    struct assignment_file *part = xcalloc(1, sizeof *part);
    part->source = *source;
    as->parts = xreallocarray(as->parts, as->part_count + 1, sizeof(struct assignment_file *));
    as->parts[as->part_count++] = part;
    return part;
}

/* The scenarios of a file; what is wrong in there is told with its own lines. */
static const struct scenario_list *load_file(struct assigning *a, const struct node *node,
                                             const char *name, struct param_override *overrides,
                                             size_t override_count)
{
    struct error error = {0};
    struct source source = {0};
    const char *path = name[0] == '/' ? name : beside(a->l.arena, a->assignment->directory, name);
    if (!source_read(&source, path, &error)) {
        diag_help(diag_error(a->l.diags, node->span, "%s", error.message),
                  "scenarios are named from the folder of the assignment on");
        return NULL;
    }
    if (assignment_begins(&source)) {
        diag_error(a->l.diags, node->span, "'%s' is an assignment, not a scenario", name);
        source_release(&source);
        return NULL;
    }
    struct assignment_file *part = add_part(a->assignment, &source);
    struct diags diags;
    diags_init(&diags, &part->source);
    scenario_load(&part->source, overrides, override_count, &diags, &part->list);
    bool fine = diags.errors == 0;
    a->wrong |= !fine;
    diags_format(&diags, a->told, a->color);
    diags_release(&diags);
    return fine ? &part->list : NULL;
}

/* ---- an entry -------------------------------------------------------------------------------- */

/* What cannot be given points as the entry wants it. */
static void check_worth(struct assigning *a, const struct node *entry, const struct assigned *one)
{
    const struct scenario *scenario = one->scenario;
    const struct node *points = field(entry, "points");
    bool any_points = false, any_worth = false;
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        any_points |= scenario->expectations[i].has_points;
        any_worth |= scenario->expectations[i].points > 0;
    }
    if (scenario->expectation_count == 0 && one->rule == RULE_EXPECTATIONS)
        diag_help(
            diag_error(a->l.diags, points != NULL ? points->span : entry->span,
                       "'%s' expects nothing, so no expectation can have points", scenario->title),
            "write expectations, or 'points' with 'rule: all' for a run that only has to end");
    else if (any_points && !any_worth && one->rule == RULE_EXPECTATIONS && one->has_points)
        diag_help(diag_error(a->l.diags, points->span,
                             "all expectations of '%s' have 0 points: there is nothing to scale",
                             scenario->title),
                  "give them points, or write 'rule: all'");
}

static void add_scenario(struct assigning *a, const struct node *entry, const struct assigned *one)
{
    if (a->count == a->capacity) {
        a->capacity = a->capacity == 0 ? 16 : a->capacity * 2;
        a->scenarios = xreallocarray(a->scenarios, a->capacity, sizeof *a->scenarios);
    }
    a->scenarios[a->count] = *one;
    if (one->schedules == 0)
        a->scenarios[a->count].schedules = one->scenario->schedules;
    check_worth(a, entry, &a->scenarios[a->count++]);
}

static void read_rule(struct assigning *a, const struct node *entry, struct assigned *one)
{
    const struct node *node;
    unsigned index;
    if ((node = field(entry, "points")) != NULL)
        one->has_points = field_points(&a->l, node, &one->points);
    one->rule = one->has_points ? RULE_ALL : RULE_EXPECTATIONS;
    if ((node = field(entry, "rule")) != NULL &&
        field_word(&a->l, node, "a rule", score_rule_words, &index))
        one->rule = (enum score_rule)index;
}

static void read_entry(struct assigning *a, const struct node *entry)
{
    struct assigned one = {0};
    const struct node *node, *file = entry;
    if (entry->kind == NODE_MAP) {
        if (!check_keys(&a->l, entry, keys, "an entry of 'scenarios'"))
            return;
        file = field(entry, "file");
        if (file == NULL) {
            diag_help(diag_error(a->l.diags, entry->span, "'file' is missing"),
                      "write '- file: NAME.yaml'");
            return;
        }
        read_rule(a, entry, &one);
        if ((node = field(entry, "schedules")) != NULL)
            field_unsigned(&a->l, node, 1, MOST_SCHEDULES, &one.schedules);
        if ((node = field(entry, "bonus")) != NULL)
            field_bool(&a->l, node, &one.bonus);
        if ((node = field(entry, "hidden")) != NULL)
            field_bool(&a->l, node, &one.hidden);
    }
    struct param_override *overrides = NULL;
    const struct node *set = entry->kind == NODE_MAP ? field(entry, "set") : NULL;
    overrides = read_set(a, set, &one.override_count);
    one.overrides = overrides;
    one.file = field_text(&a->l, file, "the name of a file of scenarios");
    if (one.file == NULL)
        return;
    const struct scenario_list *list = load_file(a, file, one.file, overrides, one.override_count);
    if (list == NULL)
        return;
    if (set != NULL && set->kind == NODE_MAP)
        check_set(a, set, overrides, one.override_count, one.file);
    one.document_count = list->count;
    for (one.document = 0; one.document < list->count; one.document++) {
        one.scenario = list->items[one.document];
        /* `field` wants a mapping. */
        const struct node bare = {.kind = NODE_MAP, .span = entry->span};
        add_scenario(a, entry->kind == NODE_MAP ? entry : &bare, &one);
    }
}

void read_scenarios(struct assigning *a, const struct node *list)
{
    if (!expect_list(&a->l, list, "a list of scenarios"))
        return;
    if (list->count == 0)
        diag_help(diag_error(a->l.diags, list->span, "there is no scenario"),
                  "write at least one '- file: NAME.yaml'");
    if (list->count > MOST_SCENARIOS) {
        diag_error(a->l.diags, list->span, "an assignment has at most %d scenarios",
                   MOST_SCENARIOS);
        return;
    }
    for (size_t i = 0; i < list->count; i++)
        read_entry(a, list->items[i]);
    struct assigned *scenarios = arena_alloc(a->l.arena, (a->count + 1) * sizeof *scenarios);
    if (a->count > 0)
        memcpy(scenarios, a->scenarios, a->count * sizeof *scenarios);
    free(a->scenarios);
    a->assignment->scenarios = scenarios;
    a->assignment->scenario_count = a->count;
}
