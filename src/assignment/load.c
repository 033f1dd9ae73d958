/* The file of an assignment: its keys, each by the field that takes it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assignment/internal.h"
#include "base/units.h"

static const char *const top_keys[] = {"assignment", "title",   "description", "files",
                                       "given",      "build",   "scenarios",   "cap",
                                       "late",       "sandbox", NULL};

#define DISK_WHEN_MISSING (UINT64_C(64) << 20)
#define FILES_WHEN_MISSING 4096

/* ---- files ----------------------------------------------------------------------------------- */

const char *beside(struct arena *arena, const char *directory, const char *name)
{
    return strcmp(directory, ".") == 0 ? arena_strdup(arena, name)
                                       : arena_printf(arena, "%s/%s", directory, name);
}

/* A path below a folder: no way out of it. */
static bool check_path(struct assigning *a, const struct node *node, const char *path)
{
    bool leads_out = path[0] == '/' || path[0] == '\0';
    for (const char *part = path; part != NULL && !leads_out; part = strchr(part, '/')) {
        part += part[0] == '/';
        leads_out = strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0');
    }
    if (!leads_out)
        return true;
    diag_help(diag_error(a->l.diags, node->span, "'%s' cannot be the name of such a file", path),
              "name it from its folder on, without '..': tsh.c, or src/tsh.c");
    return false;
}

static void read_files(struct assigning *a, const struct node *list)
{
    struct assignment *as = a->assignment;
    if (!field_texts(&a->l, list, false, "the name of a file", &as->files, &as->file_count))
        return;
    for (size_t i = 0; i < as->file_count; i++)
        check_path(a, list->items[i], as->files[i]);
}

static void read_given(struct assigning *a, const struct node *list)
{
    struct assignment *as = a->assignment;
    if (!field_texts(&a->l, list, false, "the name of a file", &as->given, &as->given_count))
        return;
    for (size_t i = 0; i < as->given_count; i++) {
        const struct node *node = list->items[i];
        if (!check_path(a, node, as->given[i]))
            continue;
        const char *path = beside(&as->arena, as->directory, as->given[i]);
        if (access(path, R_OK) != 0)
            diag_help(
                diag_error(a->l.diags, node->span, "cannot read '%s': %s", path, strerror(errno)),
                "given files lie in the folder of the assignment");
    }
}

/* ---- building -------------------------------------------------------------------------------- */

static void read_build(struct assigning *a, const struct node *map)
{
    static const char *const keys[] = {"run", "limits", NULL};
    struct assignment *as = a->assignment;
    const struct node *run = map, *limits = NULL;
    if (map->kind != NODE_LIST) {
        if (!expect_map(&a->l, map, "a command such as [make, tsh], or {run: [make, tsh]},") ||
            !check_keys(&a->l, map, keys, "build"))
            return;
        run = field(map, "run");
        limits = field(map, "limits");
    }
    if (limits != NULL)
        field_limits(&a->l, limits, &as->build_limits);
    const char *const *words;
    size_t count;
    if (run == NULL) {
        diag_help(diag_error(a->l.diags, map->span, "the command that builds is missing"),
                  "write 'run: [make, tsh]'");
        return;
    }
    if (run->kind == NODE_SCALAR && run->length > 0) {
        diag_help(diag_error(a->l.diags, run->span, "a command is a list of words, not text"),
                  "write [make, tsh], or [sh, -c, \"…\"] for a shell's line");
        return;
    }
    if (!field_texts(&a->l, run, false, "a word of the command", &words, &count))
        return;
    if (count == 0 || words[0][0] == '\0') {
        diag_error(a->l.diags, run->span, "the command that builds is missing");
        return;
    }
    const char **command = arena_alloc(&as->arena, (count + 1) * sizeof *command);
    memcpy(command, words, count * sizeof *command);
    as->build = command;
}

/* ---- late work ------------------------------------------------------------------------------- */

/* "10%" or points. */
static bool read_amount(struct assigning *a, const struct node *node, double *amount, bool *percent)
{
    size_t length = node->kind == NODE_SCALAR ? node->length : 0;
    *percent = length > 1 && node->text[length - 1] == '%';
    if (!*percent)
        return field_points(&a->l, node, amount);
    struct node number = *node;
    number.text = arena_strndup(&a->assignment->arena, node->text, length - 1);
    number.length = length - 1;
    if (!field_points(&a->l, &number, amount))
        return false;
    if (*amount <= 100)
        return true;
    diag_error(a->l.diags, node->span, "more than 100%% cannot be lost");
    return false;
}

static bool read_per(struct assigning *a, const struct node *node, int64_t *ns)
{
    static const struct {
        const char *word;
        int64_t hours;
    } words[] = {{"hour", 1}, {"day", 24}, {"week", 168}};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (node->kind == NODE_SCALAR && strcmp(node->text, words[i].word) == 0) {
            *ns = words[i].hours * 3600 * NS_PER_S;
            return true;
        }
    }
    if (!field_duration(&a->l, node, ns))
        return false;
    if (*ns > 0)
        return true;
    diag_error(a->l.diags, node->span, "a time longer than none is expected here");
    return false;
}

static void read_late(struct assigning *a, const struct node *map)
{
    static const char *const keys[] = {"per", "minus", "at most", NULL};
    struct late_rule *rule = &a->assignment->late;
    if (!expect_map(&a->l, map, "a mapping such as {per: day, minus: 10%, at most: 50%}") ||
        !check_keys(&a->l, map, keys, "late"))
        return;
    const struct node *per = field(map, "per"), *minus = field(map, "minus"),
                      *most = field(map, "at most");
    if (per == NULL || minus == NULL) {
        diag_help(diag_error(a->l.diags, map->span, "'%s' is missing in late",
                             per == NULL ? "per" : "minus"),
                  "late: {per: day, minus: 10%%, at most: 50%%}");
        return;
    }
    bool fine = read_per(a, per, &rule->per_ns);
    fine = read_amount(a, minus, &rule->minus, &rule->percent) && fine;
    bool percent;
    if (most != NULL && read_amount(a, most, &rule->at_most, &percent)) {
        rule->bounded = true;
        if (fine && percent != rule->percent)
            diag_error(a->l.diags, most->span, "'minus' is %s, so 'at most' cannot be %s",
                       rule->percent ? "percent" : "points", percent ? "percent" : "points");
    }
    rule->given = fine;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void read_sandbox(struct assigning *a, const struct node *map)
{
    static const char *const keys[] = {"disk", "files", NULL};
    struct assignment *as = a->assignment;
    if (!expect_map(&a->l, map, "a mapping such as {disk: 64MiB, files: 4096}") ||
        !check_keys(&a->l, map, keys, "sandbox"))
        return;
    const struct node *node;
    int64_t files;
    if ((node = field(map, "disk")) != NULL && field_size(&a->l, node, &as->disk) &&
        as->disk < 4096)
        diag_error(a->l.diags, node->span, "less than 4KiB hold nothing");
    if ((node = field(map, "files")) != NULL && field_integer(&a->l, node, 16, 100000000, &files))
        as->inodes = (uint64_t)files;
}

static void read_version(struct assigning *a, const struct node *map)
{
    const struct node *node = field(map, "assignment");
    int64_t version;
    if (node == NULL)
        diag_help(diag_error(a->l.diags, map->span, "'assignment' is missing"),
                  "an assignment begins with 'assignment: 1', the version of its language");
    else if (field_integer(&a->l, node, 0, INT32_MAX, &version) && version != 1)
        diag_help(diag_error(a->l.diags, node->span, "version %lld of assignments is not known",
                             (long long)version),
                  "write 'assignment: 1'");
}

static void read_document(struct assigning *a, const struct node *map)
{
    struct assignment *as = a->assignment;
    const struct node *node;
    if (!expect_map(&a->l, map, "an assignment: a mapping with 'scenarios'"))
        return;
    check_keys(&a->l, map, top_keys, "an assignment");
    read_version(a, map);
    if ((node = field(map, "title")) != NULL)
        as->title = field_text(&a->l, node, "a title");
    if ((node = field(map, "description")) != NULL)
        as->description = field_text(&a->l, node, "a description");
    if ((node = field(map, "files")) != NULL)
        read_files(a, node);
    if ((node = field(map, "given")) != NULL)
        read_given(a, node);
    if ((node = field(map, "build")) != NULL)
        read_build(a, node);
    if ((node = field(map, "cap")) != NULL)
        as->has_cap = field_points(&a->l, node, &as->cap);
    if ((node = field(map, "late")) != NULL)
        read_late(a, node);
    if ((node = field(map, "sandbox")) != NULL)
        read_sandbox(a, node);
    if ((node = field(map, "scenarios")) == NULL)
        diag_help(diag_error(a->l.diags, map->span, "'scenarios' is missing"),
                  "write 'scenarios:' with at least one '- file: NAME.yaml'");
    else
        read_scenarios(a, node);
}

static void read_all(struct assigning *a)
{
    struct assignment *as = a->assignment;
    struct documents documents;
    struct arena nodes;
    arena_init(&nodes);
    yaml_read(&as->source, &nodes, a->l.diags, &documents);
    if (documents.count == 0 && a->l.diags->errors == 0)
        diag_help(diag_error(a->l.diags, (struct span){0, 0}, "the file has no assignment"),
                  "an assignment begins with 'assignment: 1'");
    else if (documents.count > 1)
        diag_help(diag_error(a->l.diags, documents.items[1]->span, "a file holds one assignment"),
                  "put the second one into a file of its own");
    if (documents.count > 0)
        read_document(a, documents.items[0]);
    arena_release(&nodes);
}

static const char *title_of_path(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return arena_strndup(arena, base,
                         dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base));
}

static const char *directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return arena_strdup(arena, ".");
    return slash == path ? arena_strdup(arena, "/")
                         : arena_strndup(arena, path, (size_t)(slash - path));
}

static void tell_error(const struct error *error, struct buf *told)
{
    buf_printf(told, "procenario: %s\n", error->message);
    if (error->remedy[0] != '\0')
        buf_printf(told, "  remedy: %s\n", error->remedy);
}

struct assignment *assignment_load(const char *path, bool color, struct buf *told)
{
    struct error error = {0};
    struct assignment *as = xcalloc(1, sizeof *as);
    arena_init(&as->arena);
    if (!source_read(&as->source, path, &error)) {
        tell_error(&error, told);
        assignment_free(as);
        return NULL;
    }
    as->directory = directory_of(&as->arena, path);
    as->disk = DISK_WHEN_MISSING;
    as->inodes = FILES_WHEN_MISSING;
    as->build_limits = limits_default;
    struct diags diags;
    struct buf of_scenarios = {0};
    diags_init(&diags, &as->source);
    struct assigning a = {.l = {.arena = &as->arena, .diags = &diags},
                          .assignment = as,
                          .color = color,
                          .told = &of_scenarios};
    read_all(&a);
    if (as->title == NULL)
        as->title = title_of_path(&as->arena, path);
    bool fine = diags.errors == 0 && !a.wrong;
    diags_format(&diags, told, color);
    buf_add(told, of_scenarios.data, of_scenarios.length);
    buf_release(&of_scenarios);
    diags_release(&diags);
    if (fine && !assignment_make_digest(as, &error)) {
        tell_error(&error, told);
        fine = false;
    }
    if (fine)
        return as;
    assignment_free(as);
    return NULL;
}

void assignment_free(struct assignment *assignment)
{
    if (assignment == NULL)
        return;
    for (size_t i = 0; i < assignment->part_count; i++) {
        scenario_list_release(&assignment->parts[i]->list);
        source_release(&assignment->parts[i]->source);
        free(assignment->parts[i]);
    }
    free(assignment->parts);
    source_release(&assignment->source);
    arena_release(&assignment->arena);
    free(assignment);
}

/* ---- what kind of file it is ----------------------------------------------------------------- */

/* Past comments, blank lines and the marks of a document. */
static const char *first_line(const char *text)
{
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (*text == '#' || *text == '\n' || *text == '\r' || *text == '%' ||
           strncmp(text, "---", 3) == 0) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return text;
}

bool assignment_begins(const struct source *source)
{
    const char *line = first_line(source->text);
    size_t length = strlen("assignment");
    if (strncmp(line, "assignment", length) != 0)
        return false;
    line += length;
    return line[strspn(line, " \t")] == ':';
}

bool assignment_is_file(const char *path)
{
    struct source source = {0};
    struct error error = {0};
    if (strcmp(path, "-") == 0 || !source_read(&source, path, &error))
        return false;
    bool is = assignment_begins(&source);
    source_release(&source);
    return is;
}
