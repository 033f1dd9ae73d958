/* Late work: who is how late, and what is lost for it. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "assignment/internal.h"
#include "base/units.h"

/* ---- what is lost ---------------------------------------------------------------------------- */

int64_t late_units(const struct late_rule *rule, int64_t late_ns)
{
    if (!rule->given || late_ns <= 0)
        return 0;
    return (late_ns - 1) / rule->per_ns + 1;
}

double late_loss(const struct late_rule *rule, int64_t late_ns, double points)
{
    double loss = (double)late_units(rule, late_ns) * rule->minus;
    if (rule->bounded && loss > rule->at_most)
        loss = rule->at_most;
    if (rule->percent)
        loss = points * loss / 100;
    return loss < points ? loss : points;
}

/* ---- the list -------------------------------------------------------------------------------- */

static void add(struct late_list *list, const char *id, int64_t late_ns)
{
    list->items = xreallocarray(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count++] =
        (struct late_entry){.id = id != NULL ? xstrdup(id) : NULL, .late_ns = late_ns};
}

int64_t late_of(const struct late_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id == NULL || strcmp(list->items[i].id, id) == 0)
            return list->items[i].late_ns;
    return 0;
}

void late_list_release(struct late_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].id);
    free(list->items);
    *list = (struct late_list){0};
}

static bool read_mapping(struct late_list *list, const struct source *source, bool color,
                         struct buf *told)
{
    struct diags diags;
    struct documents documents;
    struct arena arena;
    diags_init(&diags, source);
    arena_init(&arena);
    struct loader l = {.arena = &arena, .diags = &diags};
    yaml_read(source, &arena, &diags, &documents);
    const struct node *map = documents.count > 0 ? documents.items[0] : NULL;
    if (map != NULL && expect_map(&l, map, "who is how late: {alice: 26h}")) {
        for (size_t i = 0; i < map->count; i++) {
            int64_t ns;
            if (field_duration(&l, map_value(map, i), &ns))
                add(list, map_key(map, i)->text, ns);
        }
    }
    bool fine = diags.errors == 0;
    diags_format(&diags, told, color);
    diags_release(&diags);
    arena_release(&arena);
    return fine;
}

/* ---- Gradescope's submission_metadata.json --------------------------------------------------- */

/* A time of RFC 3339, "2018-07-01T14:22:32.365935-07:00", in seconds; fractions are dropped. */
static bool read_time(const char *text, int64_t *seconds)
{
    struct tm tm = {0};
    if (text == NULL || strspn(text, "0123456789") != 4)
        return false;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL)
        return false;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    *seconds = (int64_t)timegm(&tm);
    if (strcmp(rest, "Z") == 0)
        return true;
    if ((*rest != '+' && *rest != '-') || strspn(rest + 1, "0123456789:") != strlen(rest + 1))
        return false;
    bool colon = strlen(rest) == 6 && rest[3] == ':';
    if (!colon && strlen(rest) != 5)
        return false;
    const char *minutes = rest + (colon ? 4 : 3);
    int hours = (rest[1] - '0') * 10 + (rest[2] - '0');
    int offset = hours * 3600 + ((minutes[0] - '0') * 10 + (minutes[1] - '0')) * 60;
    *seconds -= *rest == '-' ? -offset : offset;
    return true;
}

/* The date by which the submission had to be there: an extension that was given to its student (the
 * latest, in a group) counts. */
static bool read_due(const json_t *root, int64_t *due)
{
    const json_t *assignment = json_object_get(root, "assignment"), *user;
    bool found = read_time(json_string_value(json_object_get(assignment, "due_date")), due);
    size_t i;
    json_array_foreach(json_object_get(root, "users"), i, user)
    {
        int64_t own;
        const json_t *extension = json_object_get(user, "assignment");
        if (!read_time(json_string_value(json_object_get(extension, "due_date")), &own))
            continue;
        if (!found || own > *due)
            *due = own;
        found = true;
    }
    return found;
}

static bool read_metadata(struct late_list *list, const char *path, const json_t *root,
                          struct buf *told)
{
    int64_t created, due;
    if (!read_time(json_string_value(json_object_get(root, "created_at")), &created)) {
        buf_printf(told,
                   "procenario: '%s': 'created_at' is not a time such as "
                   "2018-07-01T14:22:32.365935-07:00\n",
                   path);
        return false;
    }
    if (!read_due(root, &due)) {
        buf_printf(told, "procenario: '%s': the assignment's 'due_date' is missing\n", path);
        return false;
    }
    add(list, NULL, created > due ? (created - due) * NS_PER_S : 0);
    return true;
}

bool late_read(struct late_list *list, const char *path, bool color, struct buf *told)
{
    struct source source = {0};
    struct error error = {0};
    *list = (struct late_list){0};
    if (!source_read(&source, path, &error)) {
        buf_printf(told, "procenario: %s\n", error.message);
        return false;
    }
    json_set_alloc_funcs(xmalloc, free);
    json_t *root = json_loadb(source.text, source.length, JSON_REJECT_DUPLICATES, NULL);
    bool is_metadata = root != NULL && json_object_get(root, "created_at") != NULL;
    bool fine = is_metadata ? read_metadata(list, path, root, told)
                            : read_mapping(list, &source, color, told);
    json_decref(root);
    source_release(&source);
    if (!fine)
        late_list_release(list);
    return fine;
}
