#include "scenario/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "scenario/bounds.h"

/* Deeper than any scenario, and checked while events come: libyaml itself takes quadratic time. */
#define DEEPEST 64
/* Aliases may expand a file to so many times its own nodes. */
#define EXPANSION_FACTOR 100
#define EXPANSION_FREE 10000

struct anchor {
    struct anchor *next;
    const char *name;
    struct node *node; /* NULL while it is being read */
};

struct reader {
    const struct source *source;
    struct arena *arena;
    struct diags *diags;
    yaml_parser_t parser;
    bool broken; /* a syntax error, or too deep: nothing more can be read */
    struct anchor *anchors;
    size_t anchor_count;
    size_t nodes, expanded;
    /* libyaml counts characters; every 64th one's byte offset. */
    uint32_t *checkpoints;
    size_t checkpoint_count;
};

static void map_characters(struct reader *r)
{
    size_t length = r->source->length;
    size_t at = 0; /* a byte-order mark counts, since the encoding is not left to libyaml */
    r->checkpoints = xreallocarray(NULL, length / 64 + 2, sizeof *r->checkpoints);
    size_t characters = 0;
    for (; at <= length; at++) {
        if (at < length && ((unsigned char)r->source->text[at] & 0xc0) == 0x80)
            continue;
        if (characters++ % 64 == 0)
            r->checkpoints[r->checkpoint_count++] = (uint32_t)at;
    }
}

static uint32_t offset_of(const struct reader *r, size_t character)
{
    size_t checkpoint = character / 64;
    if (checkpoint >= r->checkpoint_count)
        return (uint32_t)r->source->length;
    size_t at = r->checkpoints[checkpoint];
    for (size_t left = character % 64; left > 0 && at < r->source->length; left--) {
        at++;
        while (at < r->source->length && ((unsigned char)r->source->text[at] & 0xc0) == 0x80)
            at++;
    }
    return (uint32_t)at;
}

static struct span span_between(const struct reader *r, yaml_mark_t start, yaml_mark_t end)
{
    uint32_t from = offset_of(r, start.index), to = offset_of(r, end.index);
    return (struct span){from, to > from ? to - from : 0};
}

/* ---- what cannot be read at all ---- */

/* What YAML does not allow beyond ASCII (YAML 1.2, 5.1), in valid UTF-8 that ends in NUL: U+0080 to
 * U+009F but the line break U+0085, U+FFFE and U+FFFF. 0: none. */
static unsigned forbidden(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] == 0xc2)
        return at[1] < 0xa0 && at[1] != 0x85 ? at[1] : 0;
    return at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe ? 0xffc0u | (at[2] & 0x3fu) : 0;
}

static bool check_bytes(struct reader *r)
{
    const struct source *source = r->source;
    if (source->length >= 2 &&
        (memcmp(source->text, "\xff\xfe", 2) == 0 || memcmp(source->text, "\xfe\xff", 2) == 0)) {
        diag_help(diag_error(r->diags, (struct span){0, 2}, "the file is UTF-16, not UTF-8"),
                  "save it as UTF-8");
        return false;
    }
    size_t valid = utf8_valid_prefix(source->text, source->length);
    if (valid < source->length) {
        diag_help(diag_error(r->diags, (struct span){(uint32_t)valid, 1},
                             "the byte 0x%02x is not UTF-8 here",
                             (unsigned char)source->text[valid]),
                  "save the file as UTF-8");
        return false;
    }
    for (size_t i = 0; i < source->length; i++) {
        unsigned char c = (unsigned char)source->text[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
            diag_help(diag_error(r->diags, (struct span){(uint32_t)i, 1},
                                 "the control character 0x%02x cannot stand in a scenario", c),
                      "in double quotes, write it as \"\\x%02x\"", c);
            return false;
        }
        unsigned code = c >= 0xc2 ? forbidden(source->text + i) : 0;
        if (code != 0) {
            diag_help(diag_error(r->diags, (struct span){(uint32_t)i, c == 0xc2 ? 2 : 3},
                                 "the character U+%04X cannot stand in a scenario", code),
                      "in double quotes, write it as \"\\u%04x\"", code);
            return false;
        }
    }
    return true;
}

static const struct {
    const char *libyaml, *ours;
} problems[] = {
    {"did not find expected key", "a 'key: value' line is expected here; is it indented right?"},
    {"mapping values are not allowed in this context",
     "a ':' cannot stand here: indent the key right, or put the text in quotes"},
    {"did not find expected '-' indicator",
     "a list entry '- …' is expected here; is it indented right?"},
    {"block sequence entries are not allowed in this context",
     "a list cannot begin here: put it on lines of its own"},
    {"did not find expected ',' or ']'", "a ',' or the closing ']' is missing"},
    {"did not find expected ',' or '}'", "a ',' or the closing '}' is missing"},
    {"could not find expected ':'", "a ':' is missing after this key"},
    {"found unexpected end of stream", "the closing quote is missing"},
    {"found unexpected document indicator", "the closing quote is missing before this '---'"},
    {"found a tab character that violates indentation", "a tab cannot indent: YAML wants spaces"},
    {"found a tab character where an indentation space is expected",
     "a tab cannot indent: YAML wants spaces"},
    {"found unknown escape character",
     "this escape is unknown in double quotes: write '\\\\' for a backslash"},
    {"did not find expected <document start>",
     "the document has ended: is this line indented right?"},
    {"did not find expected node content", "a value is expected here"},
    {"found undefined tag handle",
     "tags have no meaning here: put text that begins with '!' in quotes"},
    {"found invalid Unicode character escape code",
     "this escape is no character: write one beyond U+FFFF as \\UXXXXXXXX, not as two \\u"},
    {"did not find expected hexdecimal number",
     "hexadecimal digits are missing in this escape: \\xXX, \\uXXXX or \\UXXXXXXXX"},
    {"did not find expected alphabetic or numeric character",
     "the name of an anchor or alias is wrong here: put text that begins with '&' or '*' in "
     "quotes"},
    {"found an indentation indicator equal to 0", "an indentation is a digit from 1 to 9"},
    {"did not find expected comment or line break",
     "after '|' or '>' the text begins on the next line"},
    {"mapping keys are not allowed in this context",
     "a '? ' cannot stand here: put the text in quotes"},
    {"found unknown directive name",
     "this directive is unknown: put text that begins with '%' in quotes"},
    {"did not find expected whitespace or line break",
     "tags have no meaning here: put text that begins with '!' in quotes"},
    {"found duplicate %YAML directive", "the %YAML directive stands twice"},
    {"found incompatible YAML document", "this version of YAML is unknown"},
};

static const char *reworded(const char *problem)
{
    for (size_t i = 0; i < ARRAY_SIZE(problems); i++)
        if (strcmp(problems[i].libyaml, problem) == 0)
            return problems[i].ours;
    return problem;
}

static void report_syntax(struct reader *r)
{
    const yaml_parser_t *parser = &r->parser;
    uint32_t at = offset_of(r, parser->problem_mark.index);
    const char *message = reworded(parser->problem != NULL ? parser->problem : "it cannot be read");
    if (parser->problem != NULL &&
        strcmp(parser->problem, "found character that cannot start any token") == 0) {
        char c = at < r->source->length ? r->source->text[at] : ' ';
        message = c == '\t' ? "a tab cannot indent: YAML wants spaces"
                            : "a value cannot begin with this character: put it in quotes";
    }
    struct diag *diag = diag_error(r->diags, (struct span){at, 1}, "%s", message);
    uint32_t began = offset_of(r, parser->context_mark.index);
    if (parser->context != NULL && began < at) {
        const char *what = strstr(parser->context, "quoted") != NULL       ? "the quote"
                           : strstr(parser->context, "sequence") != NULL   ? "the list"
                           : strstr(parser->context, "mapping") != NULL    ? "the mapping"
                           : strstr(parser->context, "collection") != NULL ? "the list"
                           : strstr(parser->context, "simple key") != NULL ? "the key"
                           : strstr(parser->context, "scalar") != NULL     ? "the text"
                           : strstr(parser->context, "anchor") != NULL     ? "the anchor"
                           : strstr(parser->context, "alias") != NULL      ? "the alias"
                           : strstr(parser->context, "directive") != NULL  ? "the directive"
                                                                           : "what is read here";
        diag_also(diag, (struct span){began, 1}, "%s began here", what);
    }
    r->broken = true;
}

/* ---- events to nodes ---- */

static bool next_event(struct reader *r, yaml_event_t *event)
{
    if (r->broken)
        return false;
    if (yaml_parser_parse(&r->parser, event))
        return true;
    if (r->parser.error == YAML_MEMORY_ERROR)
        BUG("libyaml is out of memory");
    report_syntax(r);
    return false;
}

static struct node *new_node(struct reader *r, enum node_kind kind, const yaml_event_t *event)
{
    struct node *node = arena_alloc(r->arena, sizeof *node);
    node->kind = kind;
    node->span = span_between(r, event->start_mark, event->end_mark);
    node->weight = 1;
    node->text = "";
    r->nodes++;
    return node;
}

static void refuse_tag(struct reader *r, const yaml_event_t *event, const yaml_char_t *tag)
{
    if (tag == NULL)
        return;
    struct diag *diag = diag_error(r->diags, span_between(r, event->start_mark, event->end_mark),
                                   "the tag '%s' has no meaning here", (const char *)tag);
    diag_help(diag, "put text that begins with '!' in quotes");
}

static struct anchor *remember_anchor(struct reader *r, const yaml_event_t *event,
                                      const yaml_char_t *name)
{
    if (name == NULL)
        return NULL;
    if (++r->anchor_count > MOST_ANCHORS) {
        diag_error(r->diags, span_between(r, event->start_mark, event->start_mark),
                   "a document has at most %d anchors", MOST_ANCHORS);
        r->broken = true;
        return NULL;
    }
    struct anchor *anchor = arena_alloc(r->arena, sizeof *anchor);
    anchor->name = arena_strdup(r->arena, (const char *)name);
    anchor->next = r->anchors;
    r->anchors = anchor;
    return anchor;
}

static struct node *resolve_alias(struct reader *r, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct span span = span_between(r, event->start_mark, event->end_mark);
    struct anchor *anchor = r->anchors;
    while (anchor != NULL && strcmp(anchor->name, name) != 0)
        anchor = anchor->next;
    if (anchor == NULL || anchor->node == NULL) {
        diag_error(r->diags, span,
                   anchor == NULL ? "there is no anchor '&%s' before this alias"
                                  : "the alias '*%s' stands inside of what it names",
                   name);
        r->broken = true;
        return NULL;
    }
    r->expanded += anchor->node->weight;
    if (r->expanded > EXPANSION_FREE && r->expanded > EXPANSION_FACTOR * r->nodes) {
        diag_help(diag_error(r->diags, span, "the aliases of this file expand to too much"),
                  "use `repeat` or `count` for what is the same many times");
        r->broken = true;
        return NULL;
    }
    return anchor->node;
}

static struct node *read_node(struct reader *r, yaml_event_t *event, unsigned depth);

struct node_list {
    struct node **items;
    size_t count, capacity;
};

static void append(struct node_list *list, struct node *node)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->items = xreallocarray(list->items, list->capacity, sizeof(struct node *));
    }
    list->items[list->count++] = node;
}

static int by_text(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    size_t shorter = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->text, y->text, shorter);
    if (order != 0)
        return order;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return x->span.offset < y->span.offset ? -1 : x->span.offset > y->span.offset;
}

static void check_map(struct reader *r, const struct node *map)
{
    if (map->count == 0)
        return;
    struct node **keys = xreallocarray(NULL, map->count, sizeof(struct node *));
    size_t count = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct node *key = map->items[2 * i];
        if (key->kind != NODE_SCALAR) {
            diag_error(r->diags, key->span, "a key must be a single word, not a list or a mapping");
            continue;
        }
        if (memchr(key->text, '\0', key->length) != NULL)
            diag_error(r->diags, key->span, "the character U+0000 cannot stand in a key");
        if (key->plain && strcmp(key->text, "<<") == 0)
            diag_help(diag_error(r->diags, key->span, "merge keys ('<<') are not supported"),
                      "write the keys out, or use an alias for a whole list");
        keys[count++] = key;
    }
    qsort(keys, count, sizeof *keys, by_text);
    for (size_t i = 1; i < count; i++)
        if (keys[i]->length == keys[i - 1]->length &&
            memcmp(keys[i]->text, keys[i - 1]->text, keys[i]->length) == 0) {
            struct diag *diag =
                diag_error(r->diags, keys[i]->span, "the key '%s' stands twice", keys[i]->text);
            diag_also(diag, keys[i - 1]->span, "the first one is here");
        }
    free(keys);
}

static struct node *read_collection(struct reader *r, yaml_event_t *start, enum node_kind kind,
                                    unsigned depth)
{
    struct node *node = new_node(r, kind, start);
    bool block = kind == NODE_LIST ? start->data.sequence_start.style != YAML_FLOW_SEQUENCE_STYLE
                                   : start->data.mapping_start.style != YAML_FLOW_MAPPING_STYLE;
    if (depth >= DEEPEST) {
        diag_error(r->diags, node->span, "this is nested deeper than %d levels", DEEPEST);
        r->broken = true;
        return NULL;
    }
    yaml_event_type_t last = kind == NODE_LIST ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
    struct node_list list = {0};
    for (;;) {
        yaml_event_t event;
        if (!next_event(r, &event))
            break;
        if (event.type == last) {
            uint32_t end = offset_of(r, event.end_mark.index);
            if (!block && end > node->span.offset)
                node->span.length = end - node->span.offset;
            yaml_event_delete(&event);
            break;
        }
        struct node *item = read_node(r, &event, depth + 1);
        yaml_event_delete(&event);
        if (item == NULL)
            break;
        append(&list, item);
        node->weight += item->weight;
    }
    node->items = arena_alloc(r->arena, (list.count + 1) * sizeof(struct node *));
    if (list.count > 0)
        memcpy(node->items, list.items, list.count * sizeof(struct node *));
    node->count = kind == NODE_MAP ? list.count / 2 : list.count;
    free(list.items);
    if (r->broken)
        return NULL;
    if (kind == NODE_MAP)
        check_map(r, node);
    if (block) { /* points at where it begins */
        node->span.length = node->count > 0 ? node->items[0]->span.length : 1;
        if (node->count > 0 && kind == NODE_MAP)
            node->span.offset = node->items[0]->span.offset;
    }
    return node;
}

static struct node *read_node(struct reader *r, yaml_event_t *event, unsigned depth)
{
    struct node *node = NULL;
    struct anchor *anchor = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return resolve_alias(r, event);
    case YAML_SCALAR_EVENT:
        if (!event->data.scalar.plain_implicit && !event->data.scalar.quoted_implicit)
            refuse_tag(r, event, event->data.scalar.tag);
        else if (event->data.scalar.tag != NULL)
            refuse_tag(r, event, event->data.scalar.tag);
        anchor = remember_anchor(r, event, event->data.scalar.anchor);
        node = new_node(r, NODE_SCALAR, event);
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        node->length = event->data.scalar.length;
        node->text = arena_strndup(r->arena, (const char *)event->data.scalar.value, node->length);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_tag(r, event, event->data.sequence_start.tag);
        anchor = remember_anchor(r, event, event->data.sequence_start.anchor);
        node = read_collection(r, event, NODE_LIST, depth);
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_tag(r, event, event->data.mapping_start.tag);
        anchor = remember_anchor(r, event, event->data.mapping_start.anchor);
        node = read_collection(r, event, NODE_MAP, depth);
        break;
    default:
        BUG("libyaml gave event %d where a node was due", (int)event->type);
    }
    if (anchor != NULL)
        anchor->node = node;
    return node;
}

void yaml_read(const struct source *source, struct arena *arena, struct diags *diags,
               struct documents *documents)
{
    struct reader reader = {.source = source, .arena = arena, .diags = diags};
    *documents = (struct documents){0};
    if (!check_bytes(&reader))
        return;
    if (!yaml_parser_initialize(&reader.parser))
        BUG("libyaml cannot begin");
    map_characters(&reader);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)source->text,
                                 source->length);
    struct node_list list = {0};
    bool more = true;
    yaml_event_t event;
    while (more && next_event(&reader, &event)) {
        switch (event.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_DOCUMENT_START_EVENT:
            reader.anchors = NULL; /* they name things of one document */
            reader.anchor_count = 0;
            break;
        case YAML_STREAM_END_EVENT:
            more = false;
            break;
        default: {
            struct node *node = read_node(&reader, &event, 0);
            if (node != NULL)
                append(&list, node);
            break;
        }
        }
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&reader.parser);
    free(reader.checkpoints);
    documents->items = arena_alloc(arena, (list.count + 1) * sizeof(struct node *));
    if (list.count > 0)
        memcpy(documents->items, list.items, list.count * sizeof(struct node *));
    documents->count = list.count;
    free(list.items);
}
