/*
 * Processes and their steps. To add a step: a kind in scenario.h, a row in `readers` here, what it
 * does in actor/actor.c, its part of schema/scenario.schema.json; the corpus test complains until
 * they agree.
 */
#include "scenario/loader.h"

#include <signal.h>
#include <string.h>

#include "scenario/bounds.h"
#include "base/names.h"

#define X(id, word) word,
const char *const step_words[] = {STEP_KINDS(X) NULL};
#undef X

#define MOST_FORKS 100000
#define MOST_REPEATS 1000000

/* ---- pieces that several steps have ---- */

static int find_role(const struct loader *l, const char *name)
{
    for (size_t i = 0; i < l->role_count; i++)
        if (strcmp(l->roles[i].name, name) == 0)
            return (int)i;
    return -1;
}

static struct text literal_text(struct loader *l, const char *text)
{
    struct text_part *part = arena_alloc(l->arena, sizeof *part);
    *part = (struct text_part){TEXT_LITERAL, text, strlen(text)};
    return (struct text){part, 1};
}

/* "worker" or "worker.2", in the steps of a process that is not the root, means its own child. */
static bool is_own_child(struct loader *l, const char *name)
{
    size_t length = strcspn(name, ".");
    auto_free char *role = xstrndup(name, length);
    int found = find_role(l, role);
    return l->role != 0 && found >= 0 && l->own[found] &&
           (name[length] == '\0' ||
            strspn(name + length + 1, "0123456789") == strlen(name + length + 1));
}

/* The text that gives a target's name when it is performed. */
static bool target_name(struct loader *l, const struct node *node, struct text *text)
{
    if (!field_runtime_text(l, node, text) || !refuse_nul(l, node))
        return false;
    if (text->count == 0) {
        diag_error(l->diags, node->span, "the name of a process is missing here");
        return false;
    }
    if (text->count == 1 && text->parts[0].kind == TEXT_LITERAL) {
        const char *name = text->parts[0].literal;
        if (is_own_child(l, name)) {
            struct text_part *parts = arena_alloc(l->arena, 2 * sizeof *parts);
            char *dotted = arena_printf(l->arena, ".%s", name);
            parts[0] = (struct text_part){TEXT_NAME, NULL, 0};
            parts[1] = (struct text_part){TEXT_LITERAL, dotted, strlen(dotted)};
            *text = (struct text){parts, 2};
            return true;
        }
        reference_add(l, node->span, name, false, NULL);
    }
    return true;
}

static bool read_target(struct loader *l, const struct node *node, struct target *target,
                        bool is_wait)
{
    static const struct {
        const char *word;
        enum target_kind kind;
        bool for_wait;
    } words[] = {
        {"parent", TARGET_PARENT, false},
        {"self", TARGET_SELF, false},
        {"any", TARGET_ANY, true},
        {"all", TARGET_ALL, true},
    };
    if (node->kind == NODE_SCALAR) {
        for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
            if (strcmp(node->text, words[i].word) != 0)
                continue;
            if (words[i].for_wait == is_wait) {
                target->kind = words[i].kind;
                return true;
            }
            diag_help(diag_error(l->diags, node->span, "'%s' cannot be %s", node->text,
                                 is_wait ? "waited for" : "a target here"),
                      is_wait ? "wait for a child by name, for any, or for all"
                              : "name one process, or a process group");
            return false;
        }
    }
    target->kind = TARGET_NAMED;
    return target_name(l, node, &target->name);
}

static bool is_scalar_form(const struct node *node)
{
    return node->kind == NODE_SCALAR;
}

/* The map form of a step: its keys checked. */
static bool map_form(struct loader *l, const struct node *node, const char *const *keys,
                     const char *where, const char *required)
{
    if (!expect_map(l, node, where) || !check_keys(l, node, keys, where))
        return false;
    if (required != NULL && field(node, required) == NULL) {
        diag_error(l->diags, node->span, "'%s' is missing in %s", required, where);
        return false;
    }
    return true;
}

/* ---- one reader a kind ---- */

static bool read_print(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"text", "newline", NULL};
    step->newline = true;
    if (value->kind != NODE_MAP)
        return field_runtime_text(l, value, &step->text);
    if (!map_form(l, value, keys, "a print step", "text"))
        return false;
    const struct node *newline = field(value, "newline");
    return field_runtime_text(l, field(value, "text"), &step->text) &&
           (newline == NULL || field_bool(l, newline, &step->newline));
}

static bool read_say(struct loader *l, const struct node *value, struct step *step)
{
    return field_runtime_text(l, value, &step->text);
}

static bool read_fork_role(struct loader *l, const struct node *node, struct step *step)
{
    const char *name = field_text(l, node, "the name of a process to fork");
    if (name == NULL)
        return false;
    int role = find_role(l, name);
    if (role >= 0) {
        step->role = (unsigned)role;
        return true;
    }
    const char **names = xcalloc(l->role_count + 1, sizeof *names);
    for (size_t i = 0; i < l->role_count; i++)
        names[i] = l->roles[i].name;
    struct diag *diag = diag_error(l->diags, node->span, "unknown process '%s'", name);
    auto_buf struct buf list = {0};
    add_words(&list, names);
    const char *near = nearest_word(name, names);
    if (near != NULL)
        diag_help(diag, "did you mean '%s'? (processes here: %s)", near, list.data);
    else
        diag_help(diag, "add it to 'processes' (processes here: %s)", list.data);
    mem_cleanup_free(&names);
    return false;
}

static bool read_fork(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"process", "count", NULL};
    step->count = 1;
    if (is_scalar_form(value)) {
        if (!read_fork_role(l, value, step))
            return false;
    } else {
        if (!map_form(l, value, keys, "a fork step", "process") ||
            !read_fork_role(l, field(value, "process"), step))
            return false;
        const struct node *count = field(value, "count");
        if (count != NULL && !field_unsigned(l, count, 1, MOST_FORKS, &step->count))
            return false;
    }
    if (l->fork_count == l->fork_capacity) {
        l->fork_capacity = l->fork_capacity == 0 ? 16 : l->fork_capacity * 2;
        l->forks = xreallocarray(l->forks, l->fork_capacity, sizeof *l->forks);
    }
    l->forks[l->fork_count++] =
        (struct fork_site){l->role, step->role, l->loops > 0 ? MOST_FORKS : step->count};
    return true;
}

static bool read_argv(struct loader *l, const struct node *list, struct step *step)
{
    if (!expect_list(l, list, "a list: [program, argument, …]"))
        return false;
    if (list->count == 0) {
        diag_error(l->diags, list->span, "the program to execute is missing");
        return false;
    }
    if (list->count > MOST_ARGUMENTS) {
        diag_error(l->diags, list->span, "a command has at most %d words", MOST_ARGUMENTS);
        return false;
    }
    struct text *argv = arena_alloc(l->arena, list->count * sizeof *argv);
    bool fine = true;
    for (size_t i = 0; i < list->count; i++)
        fine = field_runtime_text(l, list->items[i], &argv[i]) && refuse_nul(l, list->items[i]) &&
               fine;
    step->argv = argv;
    step->argc = list->count;
    return fine;
}

static bool read_exec(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"command", "env", NULL};
    l->roles[l->role].execs = true;
    if (value->kind != NODE_MAP)
        return read_argv(l, value, step);
    if (!map_form(l, value, keys, "an exec step", "command"))
        return false;
    const struct node *env = field(value, "env");
    if (env != NULL) {
        const char *const *texts = NULL;
        read_env(l, env, &texts, &step->env_count);
        struct text *list = arena_alloc(l->arena, (step->env_count + 1) * sizeof *list);
        for (size_t i = 0; i < step->env_count; i++)
            list[i] = literal_text(l, texts[i]);
        step->env = list;
    }
    return read_argv(l, field(value, "command"), step);
}

static bool read_exit(struct loader *l, const struct node *value, struct step *step)
{
    unsigned status;
    if (!field_unsigned(l, value, 0, 255, &status))
        return false;
    step->status = (int)status;
    return true;
}

static bool read_duration(struct loader *l, const struct node *value, struct step *step)
{
    return field_duration(l, value, &step->duration_ns);
}

static bool read_kill(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"process", "group", "signal", NULL};
    step->signal = SIGTERM;
    if (is_scalar_form(value)) /* kill: child */
        return read_target(l, value, &step->target, false);
    if (!map_form(l, value, keys, "a kill step", NULL))
        return false;
    const struct node *process = field(value, "process"), *group = field(value, "group");
    const struct node *signal = field(value, "signal");
    if ((process == NULL) == (group == NULL)) {
        diag_help(
            diag_error(l->diags, value->span,
                       process == NULL ? "whom to send the signal is missing"
                                       : "'process' and 'group' exclude each other"),
            "kill: {process: child, signal: SIGTERM} or kill: {group: child, signal: SIGTERM}");
        return false;
    }
    if (signal != NULL)
        field_signal(l, signal, true, &step->signal);
    if (process != NULL)
        return read_target(l, process, &step->target, false);
    if (group->kind == NODE_SCALAR && strcmp(group->text, "self") == 0) {
        step->target.kind = TARGET_GROUP_SELF;
        return true;
    }
    step->target.kind = TARGET_GROUP_NAMED;
    return target_name(l, group, &step->target.name);
}

static bool read_wait(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"process", "nohang", "untraced", "continued", NULL};
    step->target.kind = TARGET_ANY;
    if (is_scalar_form(value))
        return read_target(l, value, &step->target, true);
    if (!map_form(l, value, keys, "a wait step", NULL))
        return false;
    const struct node *process = field(value, "process"), *flag;
    bool fine = process == NULL || read_target(l, process, &step->target, true);
    if ((flag = field(value, "nohang")) != NULL)
        fine = field_bool(l, flag, &step->nohang) && fine;
    if ((flag = field(value, "untraced")) != NULL)
        fine = field_bool(l, flag, &step->untraced) && fine;
    if ((flag = field(value, "continued")) != NULL)
        fine = field_bool(l, flag, &step->continued) && fine;
    return fine;
}

static bool read_on(struct loader *l, const struct node *value, struct step *step)
{
    step->restart = true;
    return field_signal(l, value, false, &step->signal) &&
           can_be_caught(l, value, step->signal, "caught");
}

static bool read_signals(struct loader *l, const struct node *value, struct step *step)
{
    if (!field_signals(l, value, &step->signals, &step->signal_count))
        return false;
    bool fine = true;
    const char *verb = step->kind == STEP_IGNORE    ? "ignored"
                       : step->kind == STEP_DEFAULT ? "changed"
                                                    : "blocked";
    for (size_t i = 0; i < step->signal_count; i++)
        fine = can_be_caught(l, value->kind == NODE_LIST ? value->items[i] : value,
                             step->signals[i], verb) &&
               fine;
    return fine;
}

static bool read_setpgid(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"process", "group", NULL};
    step->target.kind = step->group.kind = TARGET_SELF;
    if (!map_form(l, value, keys, "a setpgid step", NULL))
        return false;
    const struct node *process = field(value, "process"), *group = field(value, "group");
    if (process != NULL && !read_target(l, process, &step->target, false))
        return false;
    if (group != NULL && !read_target(l, group, &step->group, false))
        return false;
    return true;
}

static bool find_pipe(struct loader *l, const struct node *node, const char *name, size_t length,
                      bool make, unsigned *index)
{
    for (size_t i = 0; i < l->pipe_count; i++) {
        if (strlen(l->pipes[i]) == length && memcmp(l->pipes[i], name, length) == 0) {
            *index = (unsigned)i;
            l->pipe_made[i] = l->pipe_made[i] || make;
            return true;
        }
    }
    if (l->pipe_count >= MOST_PIPES) {
        diag_error(l->diags, node->span, "a scenario has at most %d pipes", MOST_PIPES);
        return false;
    }
    l->pipes = xreallocarray(l->pipes, l->pipe_count + 1, sizeof *l->pipes);
    l->pipe_spans = xreallocarray(l->pipe_spans, l->pipe_count + 1, sizeof *l->pipe_spans);
    l->pipe_made = xreallocarray(l->pipe_made, l->pipe_count + 1, sizeof *l->pipe_made);
    l->pipe_spans[l->pipe_count] = node->span;
    l->pipe_made[l->pipe_count] = make;
    *index = (unsigned)l->pipe_count;
    l->pipes[l->pipe_count++] = arena_strndup(l->arena, name, length);
    return true;
}

static bool read_pipe(struct loader *l, const struct node *value, struct step *step)
{
    const char *name = field_text(l, value, "the name of a pipe");
    if (name == NULL)
        return false;
    bool taken =
        strcmp(name, "stdin") == 0 || strcmp(name, "stdout") == 0 || strcmp(name, "stderr") == 0;
    if (taken || !is_identifier(name)) {
        diag_help(diag_error(l->diags, value->span, "'%s' cannot be the name of a pipe", name),
                  taken ? "it has a meaning of its own: choose another name"
                        : "a name begins with a letter and has letters, digits, '_' and '-'");
        return false;
    }
    return find_pipe(l, value, name, strlen(name), true, &step->pipe);
}

/* A pipe's name, or one of the standard streams. */
static bool read_end(struct loader *l, const struct node *node, enum step_fd pipe_end,
                     struct step *step)
{
    const char *name = field_text(l, node, "the name of a pipe");
    if (name == NULL)
        return false;
    bool reads = pipe_end == STEP_FD_PIPE_READ;
    if (strcmp(name, "stdin") == 0 && reads)
        step->fd = STEP_FD_STDIN;
    else if (strcmp(name, "stdout") == 0 && !reads)
        step->fd = STEP_FD_STDOUT;
    else if (strcmp(name, "stderr") == 0 && !reads)
        step->fd = STEP_FD_STDERR;
    else if (strcmp(name, "stdin") == 0 || strcmp(name, "stdout") == 0 ||
             strcmp(name, "stderr") == 0) {
        diag_help(
            diag_error(l->diags, node->span, "%s cannot be %s", name, reads ? "read" : "written"),
            reads ? "read from a pipe, or from stdin" : "write to a pipe, stdout or stderr");
        return false;
    } else {
        step->fd = pipe_end;
        return find_pipe(l, node, name, strlen(name), false, &step->pipe);
    }
    return true;
}

static bool read_read(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"from", "all", NULL};
    if (is_scalar_form(value))
        return read_end(l, value, STEP_FD_PIPE_READ, step);
    if (!map_form(l, value, keys, "a read step", "from"))
        return false;
    const struct node *all = field(value, "all");
    return read_end(l, field(value, "from"), STEP_FD_PIPE_READ, step) &&
           (all == NULL || field_bool(l, all, &step->until_eof));
}

static bool read_write(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const keys[] = {"to", "text", "newline", NULL};
    if (!map_form(l, value, keys, "a write step", "to") ||
        !map_form(l, value, keys, "a write step", "text"))
        return false;
    const struct node *newline = field(value, "newline");
    return read_end(l, field(value, "to"), STEP_FD_PIPE_WRITE, step) &&
           field_runtime_text(l, field(value, "text"), &step->text) &&
           (newline == NULL || field_bool(l, newline, &step->newline));
}

static bool read_close(struct loader *l, const struct node *value, struct step *step)
{
    static const char *const standard[] = {"stdin", "stdout", "stderr"};
    const char *name = field_text(l, value, "what to close");
    if (name == NULL)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(name, standard[i]) == 0) {
            step->fd = (enum step_fd)(STEP_FD_STDIN + i);
            return true;
        }
    }
    const char *dot = strrchr(name, '.');
    bool reads = dot != NULL && strcmp(dot, ".read") == 0;
    if (dot == NULL || dot == name || (!reads && strcmp(dot, ".write") != 0)) {
        diag_help(diag_error(l->diags, value->span, "which end of '%s' to close is missing", name),
                  "write %s.read or %s.write; or stdin, stdout, stderr", name, name);
        return false;
    }
    step->fd = reads ? STEP_FD_PIPE_READ : STEP_FD_PIPE_WRITE;
    return find_pipe(l, value, name, (size_t)(dot - name), false, &step->pipe);
}

static bool read_repeat(struct loader *l, const struct node *value, struct step *step)
{
    return field_unsigned(l, value, 1, MOST_REPEATS, &step->count);
}

static bool read_forever(struct loader *l, const struct node *value, struct step *step)
{
    l->loops++;
    read_steps(l, value, &step->body);
    l->loops--;
    if (value->kind == NODE_LIST && value->count == 0)
        diag_error(l->diags, value->span, "a loop without steps never ends and does nothing");
    return true;
}

enum bare { NEEDS_VALUE, BARE_FINE, ONLY_BARE };
static const struct step_reader {
    bool (*read)(struct loader *l, const struct node *value, struct step *step);
    enum bare bare;
    bool has_do, has_else;
    const char *example;
} readers[] = {
    [STEP_PRINT] = {read_print, NEEDS_VALUE, false, false, "print: hello"},
    [STEP_ERROR] = {read_print, NEEDS_VALUE, false, false, "error: hello"},
    [STEP_FORK] = {read_fork, NEEDS_VALUE, false, true, "fork: child"},
    [STEP_EXEC] = {read_exec, NEEDS_VALUE, false, true, "exec: [python3, kill.py]"},
    [STEP_EXIT] = {read_exit, BARE_FINE, false, false, "exit: 0"},
    [STEP_SLEEP] = {read_duration, NEEDS_VALUE, false, false, "sleep: 5s"},
    [STEP_PAUSE] = {NULL, ONLY_BARE, false, false, "pause"},
    [STEP_ALARM] = {read_duration, NEEDS_VALUE, false, false, "alarm: 5s"},
    [STEP_KILL] = {read_kill, NEEDS_VALUE, false, true, "kill: {process: child, signal: SIGTERM}"},
    [STEP_WAIT] = {read_wait, BARE_FINE, false, true, "wait: child"},
    [STEP_ON] = {read_on, NEEDS_VALUE, true, false, "on: SIGTERM"},
    [STEP_IGNORE] = {read_signals, NEEDS_VALUE, false, false, "ignore: SIGTERM"},
    [STEP_DEFAULT] = {read_signals, NEEDS_VALUE, false, false, "default: SIGTERM"},
    [STEP_BLOCK] = {read_signals, NEEDS_VALUE, false, false, "block: SIGTERM"},
    [STEP_UNBLOCK] = {read_signals, NEEDS_VALUE, false, false, "unblock: SIGTERM"},
    [STEP_SETSID] = {NULL, ONLY_BARE, false, false, "setsid"},
    [STEP_SETPGID] = {read_setpgid, BARE_FINE, false, false, "setpgid"},
    [STEP_PIPE] = {read_pipe, NEEDS_VALUE, false, false, "pipe: p"},
    [STEP_READ] = {read_read, NEEDS_VALUE, false, true, "read: p"},
    [STEP_WRITE] = {read_write, NEEDS_VALUE, false, true, "write: {to: p, text: hello}"},
    [STEP_CLOSE] = {read_close, NEEDS_VALUE, false, false, "close: p.read"},
    [STEP_ABORT] = {NULL, ONLY_BARE, false, false, "abort"},
    [STEP_PS] = {NULL, ONLY_BARE, false, false, "ps"},
    [STEP_SAY] = {read_say, NEEDS_VALUE, false, false, "say: a comment"},
    [STEP_REPEAT] = {read_repeat, NEEDS_VALUE, true, false, "repeat: 3"},
    [STEP_FOREVER] = {read_forever, NEEDS_VALUE, false, false, "forever: [print: hello]"},
};

/* ---- a step, a list of them ---- */

static int step_kind(const char *word)
{
    for (int i = 0; step_words[i] != NULL; i++)
        if (strcmp(step_words[i], word) == 0)
            return i;
    return -1;
}

static void unknown_step(struct loader *l, const struct node *node)
{
    if (node->length == 0) {
        diag_error(l->diags, node->span, "a step is missing here");
        return;
    }
    struct diag *diag = diag_error(l->diags, node->span, "unknown step '%s'", node->text);
    const char *near = nearest_word(node->text, step_words);
    auto_buf struct buf known = {0};
    add_words(&known, step_words);
    if (near != NULL)
        diag_help(diag, "did you mean '%s'? (steps: %s)", near, known.data);
    else
        diag_help(diag, "steps: %s", known.data);
}

/* Nothing, or what YAML has for it, where a step needs no value. */
static bool is_empty(const struct node *value, enum bare bare)
{
    return value == NULL || (value->kind == NODE_SCALAR && value->plain &&
                             (value->length == 0 || (bare != NEEDS_VALUE && is_null(value))));
}

static void read_value(struct loader *l, const struct node *key, const struct node *value,
                       struct step *step)
{
    const struct step_reader *reader = &readers[step->kind];
    step->newline = step->kind == STEP_PRINT || step->kind == STEP_ERROR;
    step->count = 1;
    step->target.kind = step->kind == STEP_WAIT ? TARGET_ANY : TARGET_SELF;
    step->group.kind = TARGET_SELF;
    if (is_empty(value, reader->bare)) {
        if (reader->bare == NEEDS_VALUE)
            diag_help(diag_error(l->diags, key->span, "'%s' needs a value", key->text),
                      "for example: %s", reader->example);
        return;
    }
    if (reader->bare == ONLY_BARE) {
        diag_help(diag_error(l->diags, value->span, "'%s' takes no value", key->text),
                  "write '- %s' alone", key->text);
        return;
    }
    reader->read(l, value, step);
}

static void read_sibling(struct loader *l, const struct node *key, const struct node *value,
                         struct step *step)
{
    const struct step_reader *reader = &readers[step->kind];
    if (strcmp(key->text, "do") == 0 && reader->has_do) {
        l->loops++;
        read_steps(l, value, &step->body);
        l->loops--;
    } else if (strcmp(key->text, "else") == 0 && reader->has_else) {
        read_steps(l, value, &step->otherwise);
    } else if (strcmp(key->text, "restart") == 0 && step->kind == STEP_ON) {
        field_bool(l, value, &step->restart);
    } else {
        diag_help(diag_error(l->diags, key->span, "'%s' cannot stand in a step '%s'", key->text,
                             step_words[step->kind]),
                  "'do' goes with repeat and on; 'else' with fork, exec, kill, wait, read and "
                  "write; 'restart' with on");
    }
}

static bool is_sibling_word(const char *word)
{
    return strcmp(word, "do") == 0 || strcmp(word, "else") == 0 || strcmp(word, "restart") == 0;
}

static void read_step_map(struct loader *l, const struct node *map, struct step *step)
{
    const struct node *key = NULL, *value = NULL;
    for (size_t i = 0; i < map->count; i++) {
        const struct node *word = map_key(map, i);
        if (word->kind != NODE_SCALAR || is_sibling_word(word->text))
            continue;
        if (step_kind(word->text) < 0) {
            unknown_step(l, word);
            return;
        }
        if (key != NULL) {
            diag_help(diag_error(l->diags, word->span, "a step is one thing: '%s' or '%s'",
                                 key->text, word->text),
                      "begin the second one with a '- ' of its own");
            return;
        }
        key = word;
        value = map_value(map, i);
    }
    if (key == NULL) {
        diag_error(l->diags, map->span, "the step is missing here");
        return;
    }
    step->kind = (enum step_kind)step_kind(key->text);
    read_value(l, key, value, step);
    for (size_t i = 0; i < map->count; i++)
        if (map_key(map, i)->kind == NODE_SCALAR && is_sibling_word(map_key(map, i)->text))
            read_sibling(l, map_key(map, i), map_value(map, i), step);
    if (readers[step->kind].has_do && field(map, "do") == NULL)
        diag_help(diag_error(l->diags, key->span, "the steps of '%s' are missing", key->text),
                  "add a line 'do:' under it, with a list of steps");
}

void read_steps(struct loader *l, const struct node *list, struct steps *steps)
{
    if (!expect_list(l, list, "a list of steps"))
        return;
    struct step *items = arena_alloc(l->arena, (list->count + 1) * sizeof *items);
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = list->items[i];
        struct step *step = &items[i];
        step->span = node->span;
        if (node->kind == NODE_MAP) {
            read_step_map(l, node, step);
        } else if (node->kind == NODE_LIST) {
            diag_error(l->diags, node->span, "a step is expected here, not a list");
        } else {
            int kind = step_kind(node->text);
            if (kind < 0) {
                unknown_step(l, node);
            } else {
                step->kind = (enum step_kind)kind;
                read_value(l, node, NULL, step);
                if (readers[kind].has_do)
                    continue; /* told already that it needs a value */
            }
        }
    }
    *steps = (struct steps){items, list->count};
}

/* ---- processes ---- */

static bool check_role_name(struct loader *l, const struct node *key)
{
    static const char *const reserved[] = {"init",   "timeline", "director", "any",        "all",
                                           "parent", "self",     "nobody",   "foreground", NULL};
    const char *name = key->text;
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    if (name[0] == '\0' || name[good] != '\0' || strchr("0123456789-", name[0]) != NULL) {
        diag_help(diag_error(l->diags, key->span, "'%s' cannot be the name of a process", name),
                  "a name begins with a letter and has letters, digits, '_' and '-'");
        return false;
    }
    if (strlen(name) > 64) {
        diag_error(l->diags, key->span, "the name of a process has at most 64 characters");
        return false;
    }
    for (size_t i = 0; reserved[i] != NULL; i++) {
        /* The root may be called 'parent': to its children the word means the same process. */
        bool root = key->span.offset == l->roles[0].span.offset;
        if (strcmp(reserved[i], name) == 0 && !(root && strcmp(name, "parent") == 0)) {
            diag_help(diag_error(l->diags, key->span, "'%s' has a meaning of its own here", name),
                      "choose another name");
            return false;
        }
    }
    return true;
}

/* Which roles the steps fork, before they are read: a kill may stand before the fork. */
static void note_forks(struct loader *l, const struct node *node)
{
    if (node->kind == NODE_LIST)
        for (size_t i = 0; i < node->count; i++)
            note_forks(l, node->items[i]);
    if (node->kind != NODE_MAP)
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct node *value = map_value(node, i);
        if (strcmp(map_key(node, i)->text, "fork") != 0) {
            note_forks(l, value);
            continue;
        }
        if (value->kind == NODE_MAP)
            value = field(value, "process");
        int role = value != NULL && value->kind == NODE_SCALAR
                       ? find_role(l, param_of_whole(l, value->text))
                       : -1;
        if (role >= 0)
            l->own[role] = true;
    }
}

void read_processes(struct loader *l, const struct node *map)
{
    if (!expect_map(l, map, "a mapping of processes, each with a list of steps"))
        return;
    if (map->count == 0) {
        diag_error(l->diags, map->span, "there is no process: the first one is the root");
        return;
    }
    if (map->count > MOST_ROLES) {
        diag_error(l->diags, map->span, "a scenario has at most %d different processes",
                   MOST_ROLES);
        return;
    }
    l->role_count = map->count;
    l->roles = arena_alloc(l->arena, map->count * sizeof *l->roles);
    l->own = arena_alloc(l->arena, map->count * sizeof *l->own);
    for (size_t i = 0; i < map->count; i++) {
        l->roles[i].name = arena_strdup(l->arena, map_key(map, i)->text);
        l->roles[i].span = map_key(map, i)->span;
        if (map_key(map, i)->kind == NODE_SCALAR)
            check_role_name(l, map_key(map, i));
    }
    for (size_t i = 0; i < map->count; i++) {
        l->role = (unsigned)i;
        l->loops = 0;
        memset(l->own, 0, l->role_count * sizeof *l->own);
        note_forks(l, map_value(map, i));
        read_steps(l, map_value(map, i), &l->roles[i].steps);
    }
    l->scenario->roles = l->roles;
    l->scenario->role_count = l->role_count;
    for (size_t i = 0; i < l->pipe_count; i++)
        if (!l->pipe_made[i])
            diag_help(
                diag_error(l->diags, l->pipe_spans[i], "no step makes the pipe '%s'", l->pipes[i]),
                "make it with '- pipe: %s', before the fork", l->pipes[i]);
    l->scenario->pipe_count = l->pipe_count;
}
