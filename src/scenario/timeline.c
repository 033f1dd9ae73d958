/* The timeline: one trigger and one action an entry. */
#include <string.h>

#include "scenario/loader.h"

static size_t present(const struct node *map, const char *const *keys, const struct node **first)
{
    size_t count = 0;
    for (size_t i = 0; keys[i] != NULL; i++) {
        const struct node *value = field(map, keys[i]);
        if (value != NULL && count++ == 0)
            *first = value;
    }
    return count;
}

static bool exactly_one(struct loader *l, const struct node *map, const char *const *keys,
                        const char *what)
{
    const struct node *first = NULL;
    size_t count = present(map, keys, &first);
    if (count == 1)
        return true;
    auto_buf struct buf known = {0};
    add_words(&known, keys);
    diag_help(diag_error(l->diags, map->span,
                         count == 0 ? "%s is missing here" : "%s stands twice here", what),
              "exactly one of %s is wanted", known.data);
    return false;
}

static void only_true(struct loader *l, const struct node *node)
{
    bool value;
    if (field_bool(l, node, &value) && !value)
        diag_help(diag_error(l->diags, node->span, "only true makes sense here"),
                  "leave the key out instead");
}

static void read_when(struct loader *l, const struct node *map, struct timeline_entry *entry)
{
    static const char *const keys[] = {"process", "prints",  "state",  "forks", "exits",
                                       "execs",   "catches", "awaits", "times", NULL};
    static const char *const conditions[] = {"prints", "state",   "forks",  "exits",
                                             "execs",  "catches", "awaits", NULL};
    static const char *const awaitable[] = {"input", NULL};
    const struct node *node;
    entry->trigger = TRIGGER_WHEN;
    entry->times = 1;
    if (!expect_map(l, map, "a condition: {process: child, prints: text}") ||
        !check_keys(l, map, keys, "a condition") ||
        !exactly_one(l, map, conditions, "what the process does"))
        return;
    if ((node = field(map, "process")) == NULL)
        diag_error(l->diags, map->span, "'process' is missing in a condition");
    else
        entry->process = field_process(l, node, true, NULL);
    if ((node = field(map, "times")) != NULL) {
        field_unsigned(l, node, 1, 1000000000, &entry->times);
        if (field(map, "forks") != NULL)
            diag_help(diag_error(l->diags, node->span, "'times' cannot stand with 'forks'"),
                      "'forks: N' counts already: the process has forked N in all");
        if (field(map, "awaits") != NULL)
            diag_help(diag_error(l->diags, node->span, "'times' cannot stand with 'awaits'"),
                      "each entry waits for the next time after the entry before it");
    }
    if ((node = field(map, "prints")) != NULL) {
        entry->when = WHEN_PRINTS;
        entry->prints = field_text(l, node, "text");
        if (entry->prints != NULL && entry->prints[0] == '\0')
            diag_error(l->diags, node->span, "the text to wait for is empty");
    } else if ((node = field(map, "state")) != NULL) {
        unsigned state;
        entry->when = WHEN_STATE;
        if (field_word(l, node, "a state", state_words, &state))
            entry->state = (enum process_state)state;
    } else if ((node = field(map, "forks")) != NULL) {
        entry->when = WHEN_FORKS;
        field_unsigned(l, node, 1, 1000000000, &entry->times);
    } else if ((node = field(map, "exits")) != NULL) {
        entry->when = WHEN_EXITS;
        only_true(l, node);
    } else if ((node = field(map, "execs")) != NULL) {
        entry->when = WHEN_EXECS;
        only_true(l, node);
    } else if ((node = field(map, "awaits")) != NULL) {
        unsigned index;
        entry->when = WHEN_AWAITS;
        field_word(l, node, "something to wait for", awaitable, &index);
    } else {
        entry->when = WHEN_CATCHES;
        if (field_signal(l, field(map, "catches"), false, &entry->signal))
            can_be_caught(l, field(map, "catches"), entry->signal, "caught");
    }
}

/* "^C" is the control character; anything else a line. */
static void read_type(struct loader *l, const struct node *node, struct timeline_entry *entry)
{
    const char *text = field_text(l, node, "text to type");
    entry->action = TIMELINE_TYPE;
    if (text == NULL)
        return;
    char second = text[0] == '^' ? text[1] : '\0';
    if (second != '\0' && text[2] == '\0' &&
        ((second >= '@' && second <= '_') || (second >= 'a' && second <= 'z') || second == '?')) {
        char *control = arena_alloc(l->arena, 2);
        control[0] = second == '?' ? '\x7f' : (char)(second & 0x1f);
        entry->type = control;
        entry->type_length = 1;
        return;
    }
    entry->type = arena_printf(l->arena, "%s\n", text);
    entry->type_length = strlen(entry->type);
}

static void read_close(struct loader *l, const struct node *node, struct timeline_entry *entry)
{
    static const char *const closable[] = {"stdin", "terminal", NULL};
    unsigned index = 0;
    field_word(l, node, "something the timeline can close", closable, &index);
    entry->action = index == 0 ? TIMELINE_CLOSE_STDIN : TIMELINE_CLOSE_TERMINAL;
    if (index == 1 && l->scenario->stdio != STDIO_TERMINAL)
        diag_help(diag_error(l->diags, node->span, "there is no terminal to close"),
                  "'stdio' says something else than 'terminal'");
}

static void read_signal_action(struct loader *l, const struct node *map,
                               struct timeline_entry *entry)
{
    const struct node *to = field(map, "to"), *group = field(map, "to_group");
    entry->action = TIMELINE_SIGNAL;
    field_signal(l, field(map, "signal"), false, &entry->send_signal);
    if ((to == NULL) == (group == NULL)) {
        diag_help(diag_error(l->diags, map->span,
                             to == NULL ? "whom to send the signal is missing"
                                        : "'to' and 'to_group' exclude each other"),
                  "write 'to: NAME' for a process or 'to_group: NAME' for the group it leads");
        return;
    }
    entry->to_group = group != NULL;
    entry->to = field_process(l, to != NULL ? to : group, false, to != NULL ? "foreground" : NULL);
    if (to != NULL && entry->to != NULL && strcmp(entry->to, "foreground") == 0) {
        entry->to_foreground = true;
        entry->to = NULL;
    }
}

static void read_entry(struct loader *l, const struct node *map, struct timeline_entry *entry)
{
    static const char *const keys[] = {"at",       "after", "when",  "signal",   "to",
                                       "to_group", "type",  "close", "snapshot", NULL};
    static const char *const triggers[] = {"at", "after", "when", NULL};
    static const char *const actions[] = {"signal", "type", "close", "snapshot", NULL};
    const struct node *node;
    entry->span = map->span;
    if (!expect_map(l, map, "a timeline entry: a mapping") ||
        !check_keys(l, map, keys, "a timeline entry"))
        return;
    bool triggered = exactly_one(l, map, triggers, "when it happens");
    bool acts = exactly_one(l, map, actions, "what happens");
    if (triggered) {
        if ((node = field(map, "when")) != NULL) {
            read_when(l, node, entry);
        } else {
            node = field(map, "at");
            entry->trigger = node != NULL ? TRIGGER_AT : TRIGGER_AFTER;
            field_duration(l, node != NULL ? node : field(map, "after"), &entry->time_ns);
        }
    }
    if (!acts)
        return;
    if (field(map, "signal") == NULL)
        for (size_t i = 0; i < map->count; i++)
            if (strcmp(map_key(map, i)->text, "to") == 0 ||
                strcmp(map_key(map, i)->text, "to_group") == 0)
                diag_error(l->diags, map_key(map, i)->span, "'%s' goes with 'signal' only",
                           map_key(map, i)->text);
    if ((node = field(map, "type")) != NULL) {
        read_type(l, node, entry);
    } else if ((node = field(map, "close")) != NULL) {
        read_close(l, node, entry);
    } else if ((node = field(map, "snapshot")) != NULL) {
        entry->action = TIMELINE_SNAPSHOT;
        if (node->kind != NODE_SCALAR || !is_null(node))
            only_true(l, node);
    } else {
        read_signal_action(l, map, entry);
    }
}

void read_timeline(struct loader *l, const struct node *list)
{
    if (!expect_list(l, list, "a list of timeline entries"))
        return;
    struct timeline_entry *entries = arena_alloc(l->arena, (list->count + 1) * sizeof *entries);
    for (size_t i = 0; i < list->count; i++)
        read_entry(l, list->items[i], &entries[i]);
    l->scenario->timeline = entries;
    l->scenario->timeline_count = list->count;
}
