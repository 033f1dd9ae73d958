/*
 * Expectations. To add one: a kind in scenario.h, a row in `readers` here, its judge in judge/, its
 * part of schema/scenario.schema.json.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "scenario/loader.h"

#define X(id, word) word,
const char *const expect_words[] = {EXPECT_KINDS(X) NULL};
#undef X

#define HIGHEST_COUNT 1000000000

/* A process name or pattern that stands as a key. */
static const char *key_process(struct loader *l, const struct node *key, bool is_pattern)
{
    const char *name = arena_strdup(l->arena, key->text);
    reference_add(l, key->span, name, is_pattern, NULL);
    return name;
}

static struct name_value *pairs_of(struct loader *l, const struct node *map, struct expectation *e,
                                   bool is_pattern)
{
    struct name_value *pairs = arena_alloc(l->arena, (map->count + 1) * sizeof *pairs);
    for (size_t i = 0; i < map->count; i++)
        pairs[i].process = key_process(l, map_key(map, i), is_pattern);
    e->pairs = pairs;
    e->pair_count = map->count;
    if (map->count == 0)
        diag_error(l->diags, map->span, "the name of a process is missing here");
    return pairs;
}

static void read_forks(struct loader *l, const struct node *value, struct expectation *e)
{
    if (value->kind == NODE_MAP) {
        struct name_value *pairs = pairs_of(l, value, e, true);
        for (size_t i = 0; i < value->count; i++)
            field_integer(l, map_value(value, i), 0, HIGHEST_COUNT, &pairs[i].count);
        return;
    }
    struct name_value *pair = arena_alloc(l->arena, sizeof *pair);
    field_integer(l, value, 0, HIGHEST_COUNT, &pair->count);
    e->pairs = pair;
    e->pair_count = 1;
}

static int by_name(const void *a, const void *b)
{
    const struct tree_node *x = *(const struct tree_node *const *)a;
    const struct tree_node *y = *(const struct tree_node *const *)b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : x < y ? -1 : x > y;
}

static void check_siblings(struct loader *l, const struct node *list,
                           const struct tree_node *children)
{
    const struct tree_node **sorted = xcalloc(list->count + 1, sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (children[i].name != NULL)
            sorted[count++] = &children[i];
    qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 1; i < count; i++)
        if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
            diag_also(diag_error(l->diags, list->items[sorted[i] - children]->span,
                                 "'%s' stands twice in the tree", sorted[i]->name),
                      list->items[sorted[i - 1] - children]->span, "the first one is here");
    free(sorted);
}

static void read_tree_node(struct loader *l, const struct node *node, struct tree_node *tree)
{
    if (node->kind == NODE_SCALAR) {
        tree->name = field_process(l, node, false, NULL);
        return;
    }
    if (!expect_map(l, node, "a name, or {NAME: [CHILD, …]}"))
        return;
    if (node->count != 1) {
        diag_help(
            diag_error(l->diags, node->span, "one process is expected here, not %zu", node->count),
            "write a tree as {root: [child, {child: [grandchild]}]}");
        return;
    }
    tree->name = key_process(l, map_key(node, 0), false);
    const struct node *list = map_value(node, 0);
    if (!expect_list(l, list, "a list of children"))
        return;
    struct tree_node *children = arena_alloc(l->arena, (list->count + 1) * sizeof *children);
    for (size_t i = 0; i < list->count; i++) {
        read_tree_node(l, list->items[i], &children[i]);
    }
    check_siblings(l, list, children);
    tree->children = children;
    tree->child_count = list->count;
}

static void read_tree(struct loader *l, const struct node *value, struct expectation *e)
{
    struct tree_node *tree = arena_alloc(l->arena, sizeof *tree);
    read_tree_node(l, value, tree);
    e->tree = tree;
}

/* ---- output ---- */

/* Text that may be empty: "" in quotes. */
static const char *output_text(struct loader *l, const struct node *node)
{
    if (node->kind == NODE_SCALAR && !node->plain && node->length == 0)
        return "";
    return field_text(l, node, "text");
}

static void check_regex(struct loader *l, const struct node *node, const char *regex)
{
    int code;
    PCRE2_SIZE offset;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &code, &offset, NULL);
    if (compiled != NULL) {
        pcre2_code_free(compiled);
        return;
    }
    PCRE2_UCHAR why[160] = {0};
    pcre2_get_error_message(code, why, sizeof why);
    diag_help(
        diag_error(l->diags, node->span, "this is not a regular expression: %s", (const char *)why),
        "the mistake is after its first %zu bytes; the syntax is that of PCRE2, "
        "pcre2syntax(3)",
        (size_t)offset);
}

static void read_output_lines(struct loader *l, const struct node *node, struct expectation *e)
{
    bool list = node->kind == NODE_LIST;
    if (!list && e->output.form != OUTPUT_CONTAINS && e->output.form != OUTPUT_TEXT &&
        e->output.form != OUTPUT_MATCHES) {
        expect_list(l, node, "a list of lines");
        return;
    }
    if (list && (e->output.form == OUTPUT_TEXT || e->output.form == OUTPUT_MATCHES)) {
        diag_help(diag_error(l->diags, node->span, "text is expected here, not a list"),
                  "for a list of lines write output: {lines: [...]}");
        return;
    }
    size_t count = list ? node->count : 1;
    if (count == 0 && e->output.form == OUTPUT_CONTAINS) {
        diag_error(l->diags, node->span, "the text that the output contains is missing here");
        return;
    }
    const char **lines = arena_alloc(l->arena, (count + 1) * sizeof *lines);
    for (size_t i = 0; i < count; i++)
        lines[i] = output_text(l, list ? node->items[i] : node);
    e->output.lines = lines;
    e->output.line_count = count;
    if (e->output.form == OUTPUT_MATCHES && lines[0] != NULL)
        check_regex(l, node, lines[0]);
}

static void read_output(struct loader *l, const struct node *value, struct expectation *e)
{
    static const char *const keys[] = {"of",        "stream",   "text",    "lines",
                                       "unordered", "contains", "matches", NULL};
    static const char *const streams[] = {"stdout", "stderr", NULL};
    static const char *const forms[] = {"text", "lines", "unordered", "contains", "matches"};
    if (value->kind != NODE_MAP) {
        e->output.form = OUTPUT_TEXT;
        read_output_lines(l, value, e);
        return;
    }
    if (!check_keys(l, value, keys, "an expected output"))
        return;
    const struct node *node;
    unsigned stream;
    if ((node = field(value, "of")) != NULL)
        e->output.of = field_process(l, node, true, NULL);
    if ((node = field(value, "stream")) != NULL &&
        field_word(l, node, "a stream", streams, &stream))
        e->output.stream = stream == 0 ? OUTPUT_STDOUT : OUTPUT_STDERR;
    const struct node *found = NULL;
    size_t count = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++) {
        if ((node = field(value, forms[i])) != NULL && count++ == 0) {
            found = node;
            e->output.form = (enum output_form)i;
        }
    }
    if (count == 1)
        read_output_lines(l, found, e);
    else
        diag_help(diag_error(l->diags, value->span,
                             count == 0 ? "what the output is is missing"
                                        : "the output stands twice here"),
                  "exactly one of text, lines, unordered, contains and matches is wanted");
}

/* ---- ends ---- */

static void read_fate(struct loader *l, const struct node *node, struct fate *fate)
{
    const char *text = field_text(l, node, "an exit status or a signal");
    if (text == NULL)
        return;
    int64_t status;
    if (strchr("0123456789-", text[0]) != NULL) {
        if (field_integer(l, node, 0, 255, &status))
            fate->value = (int)status;
        return;
    }
    fate->by_signal = true;
    field_signal(l, node, false, &fate->value);
}

static void read_exit(struct loader *l, const struct node *value, struct expectation *e)
{
    if (!expect_map(l, value, "who ends how: {child: 0}"))
        return;
    struct fate_choice *choices = arena_alloc(l->arena, (value->count + 1) * sizeof *choices);
    for (size_t i = 0; i < value->count; i++) {
        const struct node *node = map_value(value, i);
        bool list = node->kind == NODE_LIST;
        size_t count = list ? node->count : 1;
        struct fate *fates = arena_alloc(l->arena, (count + 1) * sizeof *fates);
        if (count == 0)
            diag_error(l->diags, node->span, "an exit status or a signal is missing here");
        for (size_t j = 0; j < count; j++)
            read_fate(l, list ? node->items[j] : node, &fates[j]);
        choices[i] = (struct fate_choice){key_process(l, map_key(value, i), true), fates, count};
    }
    if (value->count == 0)
        diag_error(l->diags, value->span, "the name of a process is missing here");
    e->fates = choices;
    e->fate_count = value->count;
}

static void read_state(struct loader *l, const struct node *value, struct expectation *e)
{
    if (!expect_map(l, value, "who is in which state: {child: zombie}"))
        return;
    struct name_value *pairs = pairs_of(l, value, e, true);
    for (size_t i = 0; i < value->count; i++) {
        unsigned state;
        if (field_word(l, map_value(value, i), "a state", state_words, &state))
            pairs[i].state = (enum process_state)state;
    }
}

static void read_reaped(struct loader *l, const struct node *value, struct expectation *e)
{
    if (!expect_map(l, value, "who is reaped by whom: {child: parent}"))
        return;
    struct name_value *pairs = pairs_of(l, value, e, true);
    for (size_t i = 0; i < value->count; i++)
        pairs[i].value = field_process(l, map_value(value, i), true, "nobody init");
}

static void read_set(struct loader *l, const struct node *value, struct expectation *e)
{
    if (value->kind != NODE_LIST) {
        field_integer(l, value, 0, HIGHEST_COUNT, &e->number);
        return;
    }
    const char **names = arena_alloc(l->arena, (value->count + 1) * sizeof *names);
    for (size_t i = 0; i < value->count; i++)
        names[i] = field_process(l, value->items[i], false, NULL);
    e->by_names = true;
    e->names = names;
    e->name_count = value->count;
}

static void read_signals(struct loader *l, const struct node *value, struct expectation *e)
{
    static const char *const keys[] = {"of", "delivered", "caught", "ignored", NULL};
    if (!expect_map(l, value, "the signals: {of: child, delivered: [SIGTERM]}") ||
        !check_keys(l, value, keys, "expected signals"))
        return;
    const struct node *of = field(value, "of"), *delivered = field(value, "delivered");
    const struct node *caught = field(value, "caught"), *ignored = field(value, "ignored");
    if (of != NULL)
        e->signals.of = field_process(l, of, true, NULL);
    if (delivered != NULL)
        field_signals(l, delivered, &e->signals.delivered, &e->signals.delivered_count);
    if (caught != NULL && field_signals(l, caught, &e->signals.caught, &e->signals.caught_count))
        for (size_t i = 0; i < e->signals.caught_count; i++)
            can_be_caught(l, caught->kind == NODE_LIST ? caught->items[i] : caught,
                          e->signals.caught[i], "caught");
    if (ignored != NULL)
        field_signals(l, ignored, &e->signals.ignored, &e->signals.ignored_count);
    if (delivered == NULL && caught == NULL && ignored == NULL)
        diag_error(l->diags, value->span, "one of delivered, caught and ignored is missing here");
}

static void read_duration(struct loader *l, const struct node *value, struct expectation *e)
{
    static const char *const keys[] = {"of", "min", "max", NULL};
    if (value->kind != NODE_MAP) {
        field_duration(l, value, &e->duration.min_ns);
        e->duration.max_ns = e->duration.min_ns;
        return;
    }
    if (!check_keys(l, value, keys, "an expected duration"))
        return;
    const struct node *of = field(value, "of"), *min = field(value, "min"),
                      *max = field(value, "max");
    e->duration.max_ns = INT64_MAX;
    if (of != NULL)
        e->duration.of = field_process(l, of, false, NULL);
    if (min == NULL && max == NULL)
        diag_error(l->diags, value->span, "'min' or 'max' is missing here");
    bool fine = min == NULL || field_duration(l, min, &e->duration.min_ns);
    if (max != NULL && field_duration(l, max, &e->duration.max_ns) && fine &&
        e->duration.max_ns < e->duration.min_ns)
        diag_error(l->diags, max->span, "'max' is less than 'min'");
}

/* ---- events ---- */

static void read_pattern(struct loader *l, const struct node *map, struct event_pattern *p)
{
    static const char *const keys[] = {"event",  "process", "child", "to", "text",
                                       "signal", "status",  "error", NULL};
    *p = (struct event_pattern){.any_kind = true, .status = -1};
    if (!expect_map(l, map, "an event: {event: fork, process: parent}") ||
        !check_keys(l, map, keys, "an event"))
        return;
    if (map->count == 0)
        diag_error(l->diags, map->span, "an event needs at least one of its keys");
    const struct node *node;
    unsigned kind;
    int64_t status;
    if ((node = field(map, "event")) != NULL &&
        field_word(l, node, "an event", event_words, &kind)) {
        p->any_kind = false;
        p->kind = (enum event_kind)kind;
    }
    if ((node = field(map, "process")) != NULL)
        p->process = field_process(l, node, true, "timeline init");
    if ((node = field(map, "child")) != NULL)
        p->child = field_process(l, node, true, NULL);
    if ((node = field(map, "to")) != NULL)
        p->to = field_process(l, node, true, NULL);
    if ((node = field(map, "text")) != NULL)
        p->text = field_text(l, node, "text");
    if ((node = field(map, "signal")) != NULL)
        field_signal(l, node, false, &p->signal);
    if ((node = field(map, "status")) != NULL && field_integer(l, node, 0, 255, &status))
        p->status = (int)status;
    if ((node = field(map, "error")) != NULL) {
        const char *text = field_text(l, node, "an error");
        if (text != NULL && strcmp(text, "none") == 0)
            p->error = -1;
        else if (text != NULL && (p->error = errno_parse(text)) == 0)
            diag_help(diag_error(l->diags, node->span, "unknown error '%s'", text),
                      "errors are written EAGAIN, ECHILD …, see errno(3); 'none' is a success");
    }
}

static void read_before(struct loader *l, const struct node *map, struct expectation *e)
{
    static const char *const keys[] = {"first", "then", NULL};
    if (!expect_map(l, map, "{first: EVENT, then: EVENT}") || !check_keys(l, map, keys, "'before'"))
        return;
    const struct node *first = field(map, "first"), *then = field(map, "then");
    if (first == NULL || then == NULL) {
        diag_error(l->diags, map->span, "'%s' is missing in 'before'",
                   first == NULL ? "first" : "then");
        return;
    }
    read_pattern(l, first, &e->first);
    read_pattern(l, then, &e->then);
}

static void read_never(struct loader *l, const struct node *map, struct expectation *e)
{
    read_pattern(l, map, &e->first);
}

/* ---- one expectation ---- */

static void read_any(struct loader *l, const struct node *list, struct expectation *e);

static void (*const readers[])(struct loader *, const struct node *, struct expectation *) = {
    [EXPECT_FORKS] = read_forks,     [EXPECT_TREE] = read_tree,
    [EXPECT_OUTPUT] = read_output,   [EXPECT_EXIT] = read_exit,
    [EXPECT_STATE] = read_state,     [EXPECT_REAPED] = read_reaped,
    [EXPECT_ZOMBIES] = read_set,     [EXPECT_ORPHANS] = read_set,
    [EXPECT_SIGNALS] = read_signals, [EXPECT_DURATION] = read_duration,
    [EXPECT_BEFORE] = read_before,   [EXPECT_NEVER] = read_never,
    [EXPECT_ANY] = read_any,
};

/* The assertion as the author wrote it, when it stands on one line. */
static const char *made_name(struct loader *l, const struct node *key, const struct node *value)
{
    const struct source *source = l->diags->source;
    size_t start = key->span.offset, end = (size_t)value->span.offset + value->span.length;
    if (value->kind != NODE_SCALAR && source->text[value->span.offset] != '[' &&
        source->text[value->span.offset] != '{')
        return arena_strdup(l->arena, key->text);
    if (end <= start || end > source->length || memchr(source->text + start, '\n', end - start))
        return arena_strdup(l->arena, key->text);
    size_t length = end - start;
    bool cut = length > 72;
    if (cut)
        length = utf8_valid_prefix(source->text + start, 72);
    return arena_printf(l->arena, "%.*s%s", (int)length, source->text + start, cut ? "…" : "");
}

/* The keys of an expectation: what can be asserted, and what stands beside it. */
static void list_keys(const char **keys, bool with_any, const char *const *others, size_t count)
{
    size_t length = 0;
    for (unsigned k = 0; expect_words[k] != NULL; k++)
        if (with_any || k != EXPECT_ANY)
            keys[length++] = expect_words[k];
    for (size_t i = 0; i < count; i++)
        keys[length++] = others[i];
    keys[length] = NULL;
}

/* The key that says what is expected; more than one is a mistake, and so is none: NULL then. */
static const struct node *find_assertion(struct loader *l, const struct node *map,
                                         const char *const *known, struct expectation *e)
{
    const struct node *found = NULL;
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = map_key(map, i);
        for (unsigned k = 0; expect_words[k] != NULL; k++) {
            if (strcmp(expect_words[k], key->text) != 0)
                continue;
            if (found == NULL) {
                found = key;
                e->kind = (enum expect_kind)k;
            } else if (strcmp(found->text, key->text) != 0) {
                diag_help(diag_error(l->diags, key->span,
                                     "an expectation is one thing: '%s' or '%s'", found->text,
                                     key->text),
                          "begin the second one with a '- ' of its own");
            }
        }
    }
    if (found == NULL) {
        auto_buf struct buf words = {0};
        add_words(&words, known);
        diag_help(diag_error(l->diags, map->span, "what is expected is missing here"),
                  "one of %s is wanted", words.data);
    }
    return found;
}

/* What is asserted, and when. False: reported. */
static bool read_assertion(struct loader *l, const struct node *map, const char *const *known,
                           struct expectation *e)
{
    const struct node *at = field(map, "at"), *key = find_assertion(l, map, known, e);
    if (key == NULL)
        return false;
    const struct node *value = field(map, key->text);
    if (at != NULL)
        e->has_at = field_duration(l, at, &e->at_ns);
    readers[e->kind](l, value, e);
    e->name = made_name(l, key, value);
    return true;
}

/* What an outcome cannot have although an expectation has it. */
static bool refuse_own(struct loader *l, const struct node *map)
{
    static const char *const own[] = {"any", "name", "points", "hint", "hidden", "about"};
    bool fine = true;
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = map_key(map, i);
        for (size_t k = 0; k < ARRAY_SIZE(own); k++) {
            if (strcmp(key->text, own[k]) != 0)
                continue;
            diag_help(
                diag_error(l->diags, key->span, "'%s' cannot stand in an outcome of 'any'", own[k]),
                k == 0 ? "list all outcomes in one 'any'" : "write it beside 'any'");
            fine = false;
        }
    }
    return fine;
}

static void read_member(struct loader *l, const struct node *map, struct expectation *member)
{
    static const char *const others[] = {"at"};
    const char *keys[ARRAY_SIZE(expect_words) + ARRAY_SIZE(others)];
    const char *known[ARRAY_SIZE(expect_words)];
    list_keys(keys, false, others, ARRAY_SIZE(others));
    list_keys(known, false, NULL, 0);
    member->span = map->span;
    if (expect_map(l, map, "an outcome: a mapping such as 'forks: 1'") && refuse_own(l, map) &&
        check_keys(l, map, keys, "an outcome"))
        read_assertion(l, map, known, member);
}

static void read_any(struct loader *l, const struct node *list, struct expectation *e)
{
    if (!expect_list(l, list, "a list of outcomes: [{exit: {child: 0}}, {forks: 1}]"))
        return;
    if (list->count == 0)
        diag_error(l->diags, list->span, "the outcomes are missing here");
    struct expectation *members = arena_alloc(l->arena, (list->count + 1) * sizeof *members);
    e->about = list->count > 0 ? ABOUT_WORDING : ABOUT_BEHAVIOUR;
    for (size_t i = 0; i < list->count; i++) {
        members[i].has_at = e->has_at;
        members[i].at_ns = e->at_ns;
        read_member(l, list->items[i], &members[i]);
        if (members[i].kind != EXPECT_OUTPUT)
            e->about = ABOUT_BEHAVIOUR;
    }
    e->members = members;
    e->member_count = list->count;
}

static void read_expectation(struct loader *l, const struct node *map, struct expectation *e)
{
    static const char *const others[] = {"at", "name", "points", "hint", "hidden", "about"};
    const char *keys[ARRAY_SIZE(expect_words) + ARRAY_SIZE(others)];
    list_keys(keys, true, others, ARRAY_SIZE(others));
    e->span = map->span;
    if (!expect_map(l, map, "an expectation: a mapping such as 'forks: 1'") ||
        !check_keys(l, map, keys, "an expectation") || !read_assertion(l, map, expect_words, e))
        return;
    const struct node *node;
    unsigned about;
    if (e->kind == EXPECT_OUTPUT)
        e->about = ABOUT_WORDING;
    if ((node = field(map, "name")) != NULL)
        e->name = field_text(l, node, "a name");
    if ((node = field(map, "points")) != NULL)
        e->has_points = field_points(l, node, &e->points);
    if ((node = field(map, "hint")) != NULL)
        e->hint = field_text(l, node, "a hint");
    if ((node = field(map, "hidden")) != NULL)
        field_bool(l, node, &e->hidden);
    if ((node = field(map, "about")) != NULL &&
        field_word(l, node, "a kind of point", about_words, &about))
        e->about = (enum expect_about)about;
}

void read_expectations(struct loader *l, const struct node *list)
{
    if (!expect_list(l, list, "a list of expectations"))
        return;
    struct expectation *items = arena_alloc(l->arena, (list->count + 1) * sizeof *items);
    for (size_t i = 0; i < list->count; i++)
        read_expectation(l, list->items[i], &items[i]);
    l->scenario->expectations = items;
    l->scenario->expectation_count = list->count;
}
