/* A file to scenarios: each top-level key goes to the file that knows it, then names are checked.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "scenario/bounds.h"
#include "scenario/loader.h"

static const char *const top_keys[] = {
    "procenario", "title",    "description", "params",    "processes", "names",
    "timeline",   "expect",   "limits",      "faults",    "clock",     "schedule",
    "stdio",      "terminal", "env",         "schedules", NULL};

static void read_params(struct loader *l, const struct node *map)
{
    if (!expect_map(l, map, "a mapping of parameters"))
        return;
    if (map->count > MOST_PARAMS) {
        diag_error(l->diags, map->span, "a scenario has at most %d parameters", MOST_PARAMS);
        return;
    }
    struct param *params = arena_alloc(l->arena, (map->count + 1) * sizeof *params);
    size_t count = 0;
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = map_key(map, i), *value = map_value(map, i);
        static const char *const taken[] = {"index", "name", "errno", "read"};
        for (size_t k = 0; k < ARRAY_SIZE(taken); k++)
            if (strcmp(key->text, taken[k]) == 0)
                diag_help(
                    diag_error(l->diags, key->span, "'%s' has a meaning of its own", taken[k]),
                    "choose another name for the parameter");
        if (!is_identifier(key->text))
            diag_help(diag_error(l->diags, key->span, "'%s' cannot be the name of a parameter",
                                 key->text),
                      "a name begins with a letter and has letters, digits, '_' and '-'");
        struct param *param = &params[count];
        *param = (struct param){.key = arena_strdup(l->arena, key->text), .span = value->span};
        for (size_t k = 0; k < l->override_count; k++) {
            if (strcmp(l->overrides[k].key, key->text) == 0) {
                l->overrides[k].used = true;
                param->overridden = true;
                param->value = arena_strdup(l->arena, l->overrides[k].value);
            }
        }
        bool empty = value->kind == NODE_SCALAR && !value->plain && value->length == 0;
        const char *own = empty ? "" : field_text(l, value, "a parameter's value");
        if (own == NULL)
            continue;
        if (!param->overridden)
            param->value = own;
        count++;
    }
    l->params = params;
    l->param_count = count;
}

static const char *base_title(struct arena *arena, const char *path, size_t number)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    if (strcmp(base, "-") == 0)
        base = "standard input";
    size_t length = strlen(base);
    if (length > 5 && strcmp(base + length - 5, ".yaml") == 0)
        length -= 5;
    else if (length > 4 && strcmp(base + length - 4, ".yml") == 0)
        length -= 4;
    return number == 0 ? arena_strndup(arena, base, length)
                       : arena_printf(arena, "%.*s (%zu)", (int)length, base, number + 1);
}

static const char *directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return arena_strdup(arena, ".");
    return slash == path ? arena_strdup(arena, "/")
                         : arena_strndup(arena, path, (size_t)(slash - path));
}

static struct scenario *new_scenario(void)
{
    struct scenario *s = xcalloc(1, sizeof *s);
    arena_init(&s->arena);
    s->limits = limits_default;
    s->schedules = 1;
    s->terminal_rows = USUAL_ROWS;
    s->terminal_columns = USUAL_COLUMNS;
    return s;
}

static void read_document(struct loader *l, const struct node *map)
{
    static const char *const clocks[] = {"virtual", "real", NULL};
    static const char *const stdios[] = {"terminal", "pipe", "file", NULL};
    struct scenario *s = l->scenario;
    const struct node *node;
    unsigned index;
    int64_t version;
    if (!expect_map(l, map, "a scenario: a mapping with 'processes'"))
        return;
    check_keys(l, map, top_keys, "a scenario");
    if ((node = field(map, "params")) != NULL)
        read_params(l, node);
    if ((node = field(map, "procenario")) != NULL &&
        field_integer(l, node, 0, INT32_MAX, &version) && version != 1)
        diag_help(diag_error(l->diags, node->span, "version %lld of the language is not known",
                             (long long)version),
                  "write 'procenario: 1'");
    if ((node = field(map, "title")) != NULL)
        s->title = field_text(l, node, "a title");
    if ((node = field(map, "description")) != NULL)
        s->description = field_text(l, node, "a description");
    if ((node = field(map, "processes")) == NULL)
        diag_help(diag_error(l->diags, map->span, "'processes' is missing"),
                  "write 'processes:' with at least one process and its steps");
    else
        read_processes(l, node);
    if ((node = field(map, "names")) != NULL)
        read_names(l, node);
    if ((node = field(map, "stdio")) != NULL &&
        field_word(l, node, "what stdio can be", stdios, &index))
        s->stdio = (enum stdio_kind)index;
    if ((node = field(map, "timeline")) != NULL)
        read_timeline(l, node);
    if ((node = field(map, "expect")) != NULL)
        read_expectations(l, node);
    if ((node = field(map, "faults")) != NULL)
        read_faults(l, node);
    if ((node = field(map, "limits")) != NULL)
        read_limits(l, node);
    if ((node = field(map, "schedule")) != NULL)
        read_schedule(l, node);
    if ((node = field(map, "schedules")) != NULL)
        field_unsigned(l, node, 1, MOST_SCHEDULES, &s->schedules);
    if ((node = field(map, "terminal")) != NULL)
        read_terminal(l, node);
    if ((node = field(map, "env")) != NULL)
        read_env(l, node, &s->env, &s->env_count);
    if ((node = field(map, "clock")) != NULL && field_word(l, node, "a clock", clocks, &index))
        s->clock = (enum clock_kind)index;
    resolve(l);
}

void scenario_load(const struct source *source, struct param_override *overrides,
                   size_t override_count, struct diags *diags, struct scenario_list *list)
{
    struct documents documents;
    struct arena nodes;
    *list = (struct scenario_list){0};
    arena_init(&nodes);
    yaml_read(source, &nodes, diags, &documents);
    if (documents.count == 0 && diags->errors == 0)
        diag_help(diag_error(diags, (struct span){0, 0}, "the file has no scenario"),
                  "a scenario begins with 'processes:'");
    struct loader all = {.diags = diags, .overrides = overrides, .override_count = override_count};
    list->items = xcalloc(documents.count + 1, sizeof(struct scenario *));
    for (size_t i = 0; i < documents.count; i++) {
        struct scenario *s = new_scenario();
        struct loader l = all;
        l.scenario = s;
        l.arena = &s->arena;
        s->source = source;
        s->directory = directory_of(&s->arena, source->path);
        list->items[list->count++] = s;
        read_document(&l, documents.items[i]);
        if (s->title == NULL)
            s->title = base_title(&s->arena, source->path, i);
        if (l.pipe_count > 0) {
            const char **pipes = arena_alloc(&s->arena, l.pipe_count * sizeof *pipes);
            memcpy(pipes, l.pipes, l.pipe_count * sizeof *pipes);
            s->pipes = pipes;
        }
        free(l.pipes);
        free(l.pipe_spans);
        free(l.pipe_made);
        free(l.forks);
        free(l.references);
    }
    arena_release(&nodes);
    if (diags->errors > 0)
        scenario_list_release(list);
}

void scenario_list_release(struct scenario_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        scenario_free(list->items[i]);
    free(list->items);
    *list = (struct scenario_list){0};
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    arena_release(&scenario->arena);
    free(scenario);
}

struct scenario *scenario_for_command(char *const *argv, const char *directory)
{
    struct scenario *s = new_scenario();
    struct arena *arena = &s->arena;
    size_t count = 0;
    auto_buf struct buf title = {0};
    while (argv[count] != NULL)
        buf_printf(&title, "%s%s", count > 0 ? " " : "", argv[count]), count++;
    struct text *words = arena_alloc(arena, (count + 1) * sizeof *words);
    for (size_t i = 0; i < count; i++) {
        struct text_part *part = arena_alloc(arena, sizeof *part);
        *part = (struct text_part){TEXT_LITERAL, arena_strdup(arena, argv[i]), strlen(argv[i])};
        words[i] = (struct text){part, 1};
    }
    struct step *step = arena_alloc(arena, sizeof *step);
    *step = (struct step){.kind = STEP_EXEC, .count = 1, .argv = words, .argc = count};
    struct role *role = arena_alloc(arena, sizeof *role);
    *role = (struct role){.name = "main",
                          .steps = {step, 1},
                          .indexed = arena_alloc(arena, sizeof(bool)),
                          .execs = true};
    s->roles = role;
    s->role_count = 1;
    s->title = arena_strdup(arena, title.length > 0 ? title.data : "");
    s->directory = arena_strdup(arena, directory);
    return s;
}
