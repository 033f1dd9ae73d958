/*
 * YAML as a tree of nodes with the place of each in the text. Scalars are text and nothing else:
 * what a word means is decided by the field that takes it, never by YAML's own guessing (`no`,
 * `1:30`, `0755`).
 *
 * What has no place in a scenario is refused here: duplicate keys, tags, merge keys, keys that are
 * not scalars, nesting without bound, aliases that expand without bound.
 */
#ifndef PROCENARIO_SCENARIO_YAML_H
#define PROCENARIO_SCENARIO_YAML_H

#include "base/diag.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    struct span span;
    bool plain;       /* scalar without quotes */
    const char *text; /* scalar: NUL-terminated */
    size_t length;
    struct node **items; /* list: its entries; map: keys and values in turn */
    size_t count;        /* list: entries; map: pairs */
    size_t weight;       /* nodes in it, itself included, aliases expanded */
};

struct documents {
    struct node **items;
    size_t count;
};

/* Nodes and text live in the arena. Mistakes go to `diags`; documents that stand before a syntax
 * error are read all the same. */
void yaml_read(const struct source *source, struct arena *arena, struct diags *diags,
               struct documents *documents);

static inline const struct node *map_key(const struct node *map, size_t i)
{
    return map->items[2 * i];
}
static inline const struct node *map_value(const struct node *map, size_t i)
{
    return map->items[2 * i + 1];
}

#endif
