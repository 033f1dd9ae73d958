/* How a scenario is performed: limits, schedule, terminal, names, environment, faults. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/units.h"
#include "scenario/bounds.h"
#include "scenario/loader.h"

const struct limits limits_default = {
    .time_ns = 3600 * NS_PER_S,
    .wall_ns = 60 * NS_PER_S,
    .cpu_ns = 30 * NS_PER_S,
    .processes = 1000,
    .output = UINT64_C(16) << 20,
    .memory = UINT64_C(2) << 30,
};

bool field_limits(struct loader *l, const struct node *map, struct limits *limits)
{
    static const char *const keys[] = {"time",   "wall",   "cpu", "processes",
                                       "output", "memory", NULL};
    if (!expect_map(l, map, "a mapping of limits") || !check_keys(l, map, keys, "limits"))
        return false;
    const struct node *node;
    bool fine = true;
    if ((node = field(map, "time")) != NULL)
        fine &= field_duration(l, node, &limits->time_ns);
    if ((node = field(map, "wall")) != NULL)
        fine &= field_duration(l, node, &limits->wall_ns);
    if ((node = field(map, "cpu")) != NULL)
        fine &= field_duration(l, node, &limits->cpu_ns);
    int64_t processes;
    if ((node = field(map, "processes")) != NULL) {
        fine &= field_integer(l, node, 1, 1000000000, &processes);
        if (fine)
            limits->processes = (uint64_t)processes;
    }
    if ((node = field(map, "output")) != NULL)
        fine &= field_size(l, node, &limits->output);
    if ((node = field(map, "memory")) != NULL)
        fine &= field_size(l, node, &limits->memory);
    return fine;
}

void read_limits(struct loader *l, const struct node *map)
{
    field_limits(l, map, &l->scenario->limits);
}

/* ---- schedule ---- */

static const char *const policy_words[] = {
    [SCHEDULE_ROUND_ROBIN] = "round-robin", [SCHEDULE_RUN_TO_BLOCK] = "run-to-block",
    [SCHEDULE_RANDOM] = "random",           [SCHEDULE_CHOICES] = "choices",
    [SCHEDULE_REPLAY] = "replay",           [SCHEDULE_FREE] = "free",
};
static const struct {
    const char *word;
    enum schedule_policy policy;
} policies[] = {
    {"round-robin", SCHEDULE_ROUND_ROBIN},
    {"run-to-block", SCHEDULE_RUN_TO_BLOCK},
    {"random", SCHEDULE_RANDOM},
    {"free", SCHEDULE_FREE},
};
/* The words of `policies`, in the same order. */
static const char *const writable_policies[] = {"round-robin", "run-to-block", "random", "free",
                                                NULL};
#define HIGHEST_SEED INT64_C(999999999999999999)

const char *schedule_policy_word(enum schedule_policy policy)
{
    return policy_words[policy];
}

bool schedule_parse(const char *text, struct schedule_spec *spec, const char **why)
{
    struct schedule_spec parsed = {0};
    size_t length = strcspn(text, ":");
    bool known = false;
    for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
        if (strlen(policies[i].word) == length && memcmp(policies[i].word, text, length) == 0) {
            parsed.policy = policies[i].policy;
            known = true;
        }
    }
    if (!known) {
        *why =
            "schedules are round-robin, run-to-block, random, random:SEED, free and replay:TRACE";
        return false;
    }
    if (text[length] == ':') {
        int64_t seed;
        if (parsed.policy != SCHEDULE_RANDOM) {
            *why = "only random takes a seed, as in random:7";
            return false;
        }
        if (!integer_parse(text + length + 1, 0, HIGHEST_SEED, &seed, why))
            return false;
        parsed.seed = (uint64_t)seed;
    }
    *spec = parsed;
    return true;
}

void schedule_tell(const struct schedule_spec *spec, struct buf *out)
{
    buf_add_string(out, policy_words[spec->policy]);
    if (spec->policy == SCHEDULE_RANDOM)
        buf_printf(out, ":%llu", (unsigned long long)spec->seed);
}

struct schedule_spec scenario_schedule(const struct scenario *scenario, unsigned n)
{
    if (n == 0)
        return scenario->schedule;
    return (struct schedule_spec){.policy = SCHEDULE_RANDOM, .seed = n};
}

static void read_choices(struct loader *l, const struct node *list, struct schedule_spec *spec)
{
    if (!expect_list(l, list, "a list of process names"))
        return;
    struct choice *choices = arena_alloc(l->arena, (list->count + 1) * sizeof *choices);
    for (size_t i = 0; i < list->count; i++)
        choices[i].process = field_process(l, list->items[i], false, NULL);
    spec->policy = SCHEDULE_CHOICES;
    spec->choices = choices;
    spec->choice_count = list->count;
}

void read_schedule(struct loader *l, const struct node *node)
{
    static const char *const keys[] = {"policy", "seed", "choices", NULL};
    struct schedule_spec *spec = &l->scenario->schedule;
    const struct node *policy = node, *seed = NULL, *choices = NULL;
    unsigned index;
    if (node->kind == NODE_MAP) {
        if (!check_keys(l, node, keys, "a schedule"))
            return;
        policy = field(node, "policy");
        seed = field(node, "seed");
        choices = field(node, "choices");
        if ((policy == NULL) == (choices == NULL)) {
            diag_help(
                diag_error(l->diags, node->span,
                           policy == NULL ? "the policy is missing"
                                          : "'policy' and 'choices' exclude each other"),
                "schedule: {policy: random, seed: 7} or schedule: {choices: [parent, child]}");
            return;
        }
    }
    if (choices != NULL) {
        read_choices(l, choices, spec);
    } else if (!field_word(l, policy, "a schedule", writable_policies, &index)) {
        return;
    } else {
        spec->policy = policies[index].policy;
    }
    int64_t number;
    if (seed == NULL)
        return;
    if (spec->policy != SCHEDULE_RANDOM)
        diag_error(l->diags, seed->span, "a seed goes with 'policy: random' only");
    else if (field_integer(l, seed, 0, HIGHEST_SEED, &number))
        spec->seed = (uint64_t)number;
}

/* ---- terminal, names, environment ---- */

void read_terminal(struct loader *l, const struct node *map)
{
    static const char *const keys[] = {"rows", "columns", NULL};
    if (!expect_map(l, map, "a terminal's size: {rows: 24, columns: 80}") ||
        !check_keys(l, map, keys, "terminal"))
        return;
    const struct node *node;
    if ((node = field(map, "rows")) != NULL)
        field_unsigned(l, node, 1, MOST_ROWS, &l->scenario->terminal_rows);
    if ((node = field(map, "columns")) != NULL)
        field_unsigned(l, node, 1, MOST_COLUMNS, &l->scenario->terminal_columns);
}

/* Why it cannot be a friendlier name, or NULL. */
static const char *bad_name(const char *name)
{
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-.";
    static const char *const reserved[] = {"init",   "timeline", "director", "any", "all",
                                           "parent", "self",     "nobody",   NULL};
    for (size_t i = 0; reserved[i] != NULL; i++)
        if (strcmp(name, reserved[i]) == 0)
            return "the word has a meaning of its own: choose another name";
    size_t length = strlen(name);
    if (length == 0 || length > 64 || strspn(name, all) != length)
        return "a name has letters, digits, '_', '-' and '.', at most 64";
    if (name[0] == '-' || name[0] == '.' || name[length - 1] == '.' || strstr(name, "..") != NULL)
        return "a name begins with a letter, a digit or '_', and between dots stands something";
    if (strspn(name, "0123456789-.") == length)
        return "a name has at least one letter, so that it is no number";
    return NULL;
}

void read_names(struct loader *l, const struct node *map)
{
    if (!expect_map(l, map, "a mapping from names to friendlier ones"))
        return;
    if (map->count > MOST_NAMES) {
        diag_error(l->diags, map->span, "a scenario has at most %d friendlier names", MOST_NAMES);
        return;
    }
    l->friendlier = arena_alloc(l->arena, (map->count + 1) * sizeof *l->friendlier);
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = map_key(map, i), *value = map_value(map, i);
        if (key->kind != NODE_SCALAR)
            continue;
        const char *name = field_text(l, value, "a name");
        if (name == NULL)
            continue;
        const char *why = bad_name(name);
        if (why != NULL) {
            diag_help(
                diag_error(l->diags, value->span, "'%s' cannot be the name of a process", name),
                "%s", why);
            continue;
        }
        l->friendlier[l->friendlier_count++] =
            (struct friendlier){key->span, value->span, arena_strdup(l->arena, key->text), name};
    }
}

void read_env(struct loader *l, const struct node *map, const char *const **env, size_t *count)
{
    *env = NULL;
    *count = 0;
    if (!expect_map(l, map, "a mapping of environment variables"))
        return;
    const char **list = arena_alloc(l->arena, (map->count + 1) * sizeof *list);
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = map_key(map, i);
        if (key->kind != NODE_SCALAR)
            continue;
        if (key->length == 0 || strchr(key->text, '=') != NULL) {
            diag_error(l->diags, key->span, "'%s' cannot be the name of an environment variable",
                       key->text);
            continue;
        }
        const struct node *value = map_value(map, i);
        bool empty = value->kind == NODE_SCALAR && !value->plain && value->length == 0;
        const char *text = empty ? "" : field_text(l, value, "a value");
        if (text != NULL)
            list[(*count)++] = arena_printf(l->arena, "%s=%s", key->text, text);
    }
    *env = list;
}

/* ---- faults ---- */

static void read_occurrence(struct loader *l, const struct node *map, struct fault *fault)
{
    const struct node *one = field(map, "occurrence"), *from = field(map, "from"),
                      *range = field(map, "occurrences");
    fault->first = fault->last = 1;
    if ((one != NULL) + (from != NULL) + (range != NULL) > 1) {
        diag_error(l->diags, map->span,
                   "'occurrence', 'from' and 'occurrences' exclude each other");
    } else if (one != NULL) {
        if (field_unsigned(l, one, 1, 1000000000, &fault->first))
            fault->last = fault->first;
    } else if (from != NULL) {
        fault->last = UINT_MAX;
        field_unsigned(l, from, 1, 1000000000, &fault->first);
    } else if (range != NULL && expect_list(l, range, "[first, last]")) {
        if (range->count != 2)
            diag_error(l->diags, range->span, "two numbers are expected here: [first, last]");
        else if (field_unsigned(l, range->items[0], 1, 1000000000, &fault->first) &&
                 field_unsigned(l, range->items[1], 1, 1000000000, &fault->last) &&
                 fault->last < fault->first)
            diag_error(l->diags, range->span, "the last occurrence comes before the first");
    }
}

/* `names` may have another for it. */
static const char *root_name(const struct loader *l)
{
    const char *name = l->role_count > 0 ? l->roles[0].name : NULL;
    for (size_t i = 0; i < l->friendlier_count && name != NULL; i++)
        if (strcmp(l->friendlier[i].given, l->roles[0].name) == 0)
            name = l->friendlier[i].name;
    return name;
}

static void read_fault(struct loader *l, const struct node *map, struct fault *fault)
{
    static const char *const keys[] = {"call",        "process", "occurrence", "from",
                                       "occurrences", "error",   "short",      NULL};
    static const char *const calls[] = {
        [FAULT_FORK] = "fork",   [FAULT_WAIT] = "wait", [FAULT_KILL] = "kill",
        [FAULT_WRITE] = "write", [FAULT_READ] = "read", [FAULT_EXEC] = "exec",
        [FAULT_EXEC + 1] = NULL,
    };
    fault->span = map->span;
    if (!expect_map(l, map, "a fault: {call: fork, error: EAGAIN}") ||
        !check_keys(l, map, keys, "a fault"))
        return;
    const struct node *call = field(map, "call"), *process = field(map, "process");
    const struct node *error = field(map, "error"), *bytes = field(map, "short");
    unsigned index = 0;
    if (call == NULL)
        diag_error(l->diags, map->span, "'call' is missing in a fault");
    else if (field_word(l, call, "a call that can fail", calls, &index))
        fault->call = (enum fault_call)index;
    if (process != NULL)
        fault->process = field_process(l, process, true, NULL);
    else
        fault->process = root_name(l);
    read_occurrence(l, map, fault);
    if ((error == NULL) == (bytes == NULL)) {
        diag_help(diag_error(l->diags, map->span,
                             error == NULL ? "how the call fails is missing"
                                           : "'error' and 'short' exclude each other"),
                  "write 'error: EAGAIN', or, for write, 'short: 10' (bytes)");
    } else if (error != NULL) {
        const char *text = field_text(l, error, "an error");
        if (text != NULL && (fault->error = errno_parse(text)) == 0)
            diag_help(diag_error(l->diags, error->span, "unknown error '%s'", text),
                      "errors are written EAGAIN, ENOMEM, EINTR …: see errno(3)");
    } else if (field_unsigned(l, bytes, 1, 1000000000, &fault->short_bytes) &&
               fault->call != FAULT_WRITE) {
        diag_error(l->diags, bytes->span, "only a write can be short");
    }
}

void read_faults(struct loader *l, const struct node *list)
{
    if (!expect_list(l, list, "a list of faults"))
        return;
    struct fault *faults = arena_alloc(l->arena, (list->count + 1) * sizeof *faults);
    for (size_t i = 0; i < list->count; i++)
        read_fault(l, list->items[i], &faults[i]);
    l->scenario->faults = faults;
    l->scenario->fault_count = list->count;
}
