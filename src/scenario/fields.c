/* Fields: what a word means is decided here, by the field that takes it. */
#include "scenario/loader.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/units.h"

#define MOST_SUGGESTED 20

static const char *const runtime_words[] = {"index", "name", "errno", "read", NULL};

static const char *kind_word(const struct node *node)
{
    return node->kind == NODE_LIST ? "a list" : node->kind == NODE_MAP ? "a mapping" : "text";
}

static void wrong_kind(struct loader *l, const struct node *node, const char *what)
{
    if (node->kind == NODE_SCALAR && node->plain && node->length == 0)
        diag_error(l->diags, node->span, "%s is missing here", what);
    else
        diag_error(l->diags, node->span, "%s is expected here, not %s", what, kind_word(node));
}

bool is_identifier(const char *text)
{
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123456789";
    return text[0] != '\0' && strchr("-0123456789", text[0]) == NULL &&
           strspn(text, all) == strlen(text);
}

bool expect_map(struct loader *l, const struct node *node, const char *what)
{
    if (node->kind == NODE_MAP)
        return true;
    wrong_kind(l, node, what);
    return false;
}

bool expect_list(struct loader *l, const struct node *node, const char *what)
{
    if (node->kind == NODE_LIST)
        return true;
    wrong_kind(l, node, what);
    return false;
}

const struct node *field(const struct node *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map_key(map, i)->text, key) == 0)
            return map_value(map, i);
    return NULL;
}

void add_words(struct buf *out, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        buf_printf(out, "%s%s", i == 0 ? "" : words[i + 1] != NULL ? ", " : " and ", words[i]);
}

bool check_keys(struct loader *l, const struct node *map, const char *const *words,
                const char *where)
{
    bool fine = true;
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = map_key(map, i);
        size_t at = 0;
        while (words[at] != NULL && strcmp(words[at], key->text) != 0)
            at++;
        if (words[at] != NULL || key->kind != NODE_SCALAR)
            continue;
        fine = false;
        struct diag *diag =
            diag_error(l->diags, key->span, "unknown key '%s' in %s", key->text, where);
        auto_buf struct buf known = {0};
        add_words(&known, words);
        const char *near = nearest_word(key->text, words);
        if (near != NULL)
            diag_help(diag, "did you mean '%s'? (keys of %s: %s)", near, where, known.data);
        else
            diag_help(diag, "keys of %s: %s", where, known.data);
    }
    return fine;
}

/* ---- substitution ---- */

static const struct param *find_param(const struct loader *l, const char *key, size_t length)
{
    for (size_t i = 0; i < l->param_count; i++)
        if (strlen(l->params[i].key) == length && memcmp(l->params[i].key, key, length) == 0)
            return &l->params[i];
    return NULL;
}

const char *param_of_whole(const struct loader *l, const char *text)
{
    size_t length = strlen(text);
    if (length < 4 || strncmp(text, "${", 2) != 0 || text[length - 1] != '}')
        return text;
    const struct param *param = find_param(l, text + 2, length - 3);
    return param != NULL ? param->value : text;
}

static int runtime_word(const char *key, size_t length)
{
    for (int i = 0; runtime_words[i] != NULL; i++)
        if (strlen(runtime_words[i]) == length && memcmp(runtime_words[i], key, length) == 0)
            return i;
    return -1;
}

static void unknown_substitution(struct loader *l, const struct node *node, const char *key,
                                 size_t length)
{
    auto_free char *word = xstrndup(key, length);
    /* Of so many that no list would be read, the first. */
    const char *known[MOST_SUGGESTED + ARRAY_SIZE(runtime_words)] = {0};
    size_t count = 0;
    for (size_t i = 0; i < l->param_count && i < MOST_SUGGESTED; i++)
        known[count++] = l->params[i].key;
    for (size_t i = 0; runtime_words[i] != NULL; i++)
        known[count++] = runtime_words[i];
    struct diag *diag = diag_error(l->diags, node->span, "unknown substitution '${%s}'", word);
    auto_buf struct buf list = {0};
    add_words(&list, known);
    const char *near = nearest_word(word, known);
    if (near != NULL)
        diag_help(diag, "did you mean '${%s}'? (known here: %s)", near, list.data);
    else
        diag_help(diag, "known here: %s; declare others in 'params'; write '$${' for a plain '${'",
                  list.data);
}

/*
 * Cuts the text at its substitutions and hands each part on. `$${` is a plain `${`. What depends on
 * the process is handed on as its kind; where that is not wanted (runtime false) it is an error.
 */
typedef void part_taker(void *to, enum text_part_kind kind, const char *text, size_t length);

static bool substitute(struct loader *l, const struct node *node, bool runtime, part_taker *take,
                       void *to)
{
    const char *at = node->text, *end = node->text + node->length;
    bool fine = true;
    while (at < end) {
        const char *dollar = memchr(at, '$', (size_t)(end - at));
        while (dollar != NULL && !(end - dollar > 1 && dollar[1] == '{') &&
               !(end - dollar > 2 && dollar[1] == '$' && dollar[2] == '{'))
            dollar = memchr(dollar + 1, '$', (size_t)(end - dollar - 1));
        if (dollar == NULL) {
            take(to, TEXT_LITERAL, at, (size_t)(end - at));
            break;
        }
        if (dollar > at)
            take(to, TEXT_LITERAL, at, (size_t)(dollar - at));
        if (dollar[1] == '$') {
            take(to, TEXT_LITERAL, "${", 2);
            at = dollar + 3;
            continue;
        }
        const char *key = dollar + 2;
        const char *close = memchr(key, '}', (size_t)(end - key));
        if (close == NULL) {
            diag_help(diag_error(l->diags, node->span, "the '}' of a substitution is missing"),
                      "write '$${' for a plain '${'");
            return false;
        }
        size_t length = (size_t)(close - key);
        const struct param *param = find_param(l, key, length);
        int word = runtime_word(key, length);
        if (param != NULL) {
            if (param->overridden)
                l->flag = param->key;
            take(to, TEXT_LITERAL, param->value, strlen(param->value));
        } else if (word >= 0 && runtime) {
            take(to, (enum text_part_kind)(TEXT_INDEX + word), NULL, 0);
        } else if (word >= 0) {
            diag_help(
                diag_error(l->diags, node->span, "'${%s}' is not known here", runtime_words[word]),
                "it has a value only while a process performs a step");
            fine = false;
        } else {
            unknown_substitution(l, node, key, length);
            fine = false;
        }
        at = close + 1;
    }
    return fine;
}

static void take_literal(void *to, enum text_part_kind kind, const char *text, size_t length)
{
    (void)kind;
    buf_add(to, text, length);
}

bool is_null(const struct node *node)
{
    return node->plain &&
           (node->length == 0 || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

static bool expect_scalar(struct loader *l, const struct node *node, const char *what)
{
    if (node->kind != NODE_SCALAR) {
        diag_error(l->diags, node->span, "%s is expected here, not %s", what, kind_word(node));
        return false;
    }
    if (is_null(node)) {
        struct diag *diag = diag_error(l->diags, node->span, "%s is missing here", what);
        if (node->length > 0)
            diag_help(diag, "if the word itself is meant, put it in quotes: \"%s\"", node->text);
        return false;
    }
    return true;
}

bool refuse_nul(struct loader *l, const struct node *node)
{
    if (memchr(node->text, '\0', node->length) == NULL)
        return true;
    diag_help(diag_error(l->diags, node->span, "the character U+0000 cannot stand here"),
              "it can be written (print, error, write), but names, arguments and what is expected "
              "end at it");
    return false;
}

const char *field_text(struct loader *l, const struct node *node, const char *what)
{
    l->flag = NULL;
    if (!expect_scalar(l, node, what) || !refuse_nul(l, node))
        return NULL;
    if (memchr(node->text, '$', node->length) == NULL)
        return arena_strndup(l->arena, node->text, node->length);
    auto_buf struct buf text = {0};
    buf_add(&text, "", 0);
    if (!substitute(l, node, false, take_literal, &text))
        return NULL;
    return arena_strndup(l->arena, text.data, text.length);
}

struct part_list {
    struct loader *l;
    struct buf literal; /* what is to be the next part */
    struct text_part *parts;
    size_t count, capacity;
};

static void add_part(struct part_list *list, enum text_part_kind kind, const char *text,
                     size_t length)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        list->parts = xreallocarray(list->parts, list->capacity, sizeof *list->parts);
    }
    list->parts[list->count++] = (struct text_part){kind, text, length};
}

static void end_literal(struct part_list *list)
{
    size_t length = list->literal.length;
    if (length > 0)
        add_part(list, TEXT_LITERAL, arena_strndup(list->l->arena, list->literal.data, length),
                 length);
    buf_clear(&list->literal);
}

static void take_part(void *to, enum text_part_kind kind, const char *text, size_t length)
{
    struct part_list *list = to;
    if (kind == TEXT_LITERAL) {
        buf_add(&list->literal, text, length);
        return;
    }
    end_literal(list);
    add_part(list, kind, NULL, 0);
}

bool field_runtime_text(struct loader *l, const struct node *node, struct text *text)
{
    if (!expect_scalar(l, node, "text"))
        return false;
    struct part_list list = {.l = l};
    bool fine = substitute(l, node, true, take_part, &list);
    end_literal(&list);
    buf_release(&list.literal);
    struct text_part *parts = arena_alloc(l->arena, (list.count + 1) * sizeof *parts);
    if (list.count > 0)
        memcpy(parts, list.parts, list.count * sizeof *parts);
    free(list.parts);
    *text = (struct text){parts, list.count};
    return fine;
}

/* " (from --set KEY)" when the text just read came from the command line. */
static const char *from_flag(struct loader *l)
{
    return l->flag != NULL ? arena_printf(l->arena, " (from --set %s)", l->flag) : "";
}

/* ---- typed scalars ---- */

bool field_duration(struct loader *l, const struct node *node, int64_t *ns)
{
    const char *text = field_text(l, node, "a duration");
    const char *why;
    if (text == NULL)
        return false;
    if (duration_parse(text, ns, &why))
        return true;
    struct diag *diag =
        diag_error(l->diags, node->span, "'%s' is not a duration%s", text, from_flag(l));
    if (text[0] != '\0' && strspn(text, "0123456789.") == strlen(text))
        diag_help(diag, "a duration needs a unit: write %ss, or %sms", text, text);
    else
        diag_help(diag, "%s", why);
    return false;
}

bool field_size(struct loader *l, const struct node *node, uint64_t *bytes)
{
    const char *text = field_text(l, node, "a size");
    const char *why;
    if (text == NULL)
        return false;
    if (size_parse(text, bytes, &why))
        return true;
    diag_help(diag_error(l->diags, node->span, "'%s' is not a size%s", text, from_flag(l)), "%s",
              why);
    return false;
}

bool field_integer(struct loader *l, const struct node *node, int64_t min, int64_t max,
                   int64_t *value)
{
    const char *text = field_text(l, node, "a number");
    const char *why;
    if (text == NULL)
        return false;
    if (integer_parse(text, min, max, value, &why))
        return true;
    struct diag *diag = diag_error(l->diags, node->span,
                                   "a whole number from %lld to %lld is expected here, not '%s'%s",
                                   (long long)min, (long long)max, text, from_flag(l));
    if (text[0] == '0')
        diag_help(diag, "%s", why);
    return false;
}

bool field_unsigned(struct loader *l, const struct node *node, unsigned min, unsigned max,
                    unsigned *value)
{
    int64_t number;
    if (!field_integer(l, node, min, max, &number))
        return false;
    *value = (unsigned)number;
    return true;
}

bool field_bool(struct loader *l, const struct node *node, bool *value)
{
    const char *text = field_text(l, node, "true or false");
    if (text == NULL)
        return false;
    *value = strcmp(text, "true") == 0;
    if (*value || strcmp(text, "false") == 0)
        return true;
    struct diag *diag = diag_error(
        l->diags, node->span, "true or false is expected here, not '%s'%s", text, from_flag(l));
    static const char *const yes[] = {"yes", "on", "True", "TRUE", "y", "1", NULL};
    static const char *const no[] = {"no", "off", "False", "FALSE", "n", "0", NULL};
    for (size_t i = 0; yes[i] != NULL; i++) {
        if (strcmp(text, yes[i]) == 0)
            diag_help(diag, "write true");
        else if (strcmp(text, no[i]) == 0)
            diag_help(diag, "write false");
    }
    return false;
}

bool field_points(struct loader *l, const struct node *node, double *points)
{
    const char *text = field_text(l, node, "a number of points");
    if (text == NULL)
        return false;
    size_t whole = strspn(text, "0123456789");
    size_t decimals = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    size_t length = whole + (decimals > 0 ? decimals + 1 : 0);
    if (whole == 0 || whole > 9 || decimals > 9 || text[length] != '\0') {
        diag_error(l->diags, node->span, "points are a number from 0 such as 2 or 0.5, not '%s'",
                   text);
        return false;
    }
    /* By hand: strtod(3) would take the decimal point of the locale. */
    double value = 0, scale = 1;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.')
            continue;
        value = value * 10 + (text[i] - '0');
        if (i > whole)
            scale *= 10;
    }
    *points = value / scale;
    return true;
}

static const char *nearest_signal(const char *text)
{
    const char *words[64];
    size_t count = 0;
    for (int s = 1; s < 32; s++)
        words[count++] = signal_name(s) + (strncmp(text, "SIG", 3) == 0 ? 0 : 3);
    words[count] = NULL;
    const char *near = nearest_word(text, words);
    return near != NULL ? signal_name(signal_parse(near)) : NULL;
}

bool field_signal(struct loader *l, const struct node *node, bool zero_allowed, int *signal)
{
    const char *text = field_text(l, node, "a signal");
    if (text == NULL)
        return false;
    if (zero_allowed && strcmp(text, "0") == 0) {
        *signal = 0;
        return true;
    }
    *signal = signal_parse(text);
    if (*signal == 0) {
        struct diag *diag =
            diag_error(l->diags, node->span, "unknown signal '%s'%s", text, from_flag(l));
        const char *near = nearest_signal(text);
        if (near != NULL)
            diag_help(diag, "did you mean '%s'?", near);
        else
            diag_help(diag, "signals are written SIGTERM, SIGKILL, SIGUSR1 …: see signal(7)");
        return false;
    }
    if (!signal_is_standard_form(text, *signal))
        diag_help(diag_warning(l->diags, node->span, "'%s' is understood as %s", text,
                               signal_name(*signal)),
                  "write %s", signal_name(*signal));
    return true;
}

bool can_be_caught(struct loader *l, const struct node *node, int signal, const char *verb)
{
    if (signal != SIGKILL && signal != SIGSTOP)
        return true;
    diag_help(diag_error(l->diags, node->span, "%s cannot be %s", signal_name(signal), verb),
              "the kernel keeps SIGKILL and SIGSTOP for itself (signal(7))");
    return false;
}

bool field_signals(struct loader *l, const struct node *node, const int **signals, size_t *count)
{
    bool one = node->kind == NODE_SCALAR;
    if (!one && !expect_list(l, node, "a signal or a list of them"))
        return false;
    size_t n = one ? 1 : node->count;
    if (n == 0) {
        diag_error(l->diags, node->span, "a signal is missing here");
        return false;
    }
    int *list = arena_alloc(l->arena, (n + 1) * sizeof *list);
    bool fine = true;
    for (size_t i = 0; i < n; i++)
        fine = field_signal(l, one ? node : node->items[i], false, &list[i]) && fine;
    *signals = list;
    *count = n;
    return fine;
}

bool field_word(struct loader *l, const struct node *node, const char *what,
                const char *const *words, unsigned *index)
{
    const char *text = field_text(l, node, what);
    if (text == NULL)
        return false;
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            *index = i;
            return true;
        }
    }
    struct diag *diag =
        diag_error(l->diags, node->span, "'%s' is not %s%s", text, what, from_flag(l));
    auto_buf struct buf known = {0};
    add_words(&known, words);
    const char *near = nearest_word(text, words);
    if (near != NULL)
        diag_help(diag, "did you mean '%s'? (known: %s)", near, known.data);
    else
        diag_help(diag, "known: %s", known.data);
    return false;
}

bool field_texts(struct loader *l, const struct node *node, bool one_allowed, const char *what,
                 const char *const **texts, size_t *count)
{
    bool one = one_allowed && node->kind == NODE_SCALAR;
    if (!one && !expect_list(l, node, "a list"))
        return false;
    size_t n = one ? 1 : node->count;
    const char **list = arena_alloc(l->arena, (n + 1) * sizeof *list);
    bool fine = true;
    for (size_t i = 0; i < n; i++) {
        list[i] = field_text(l, one ? node : node->items[i], what);
        fine = fine && list[i] != NULL;
    }
    *texts = list;
    *count = n;
    return fine;
}

/* ---- names of processes ---- */

void reference_add(struct loader *l, struct span span, const char *name, bool is_pattern,
                   const char *reserved)
{
    if (l->reference_count == l->reference_capacity) {
        l->reference_capacity = l->reference_capacity == 0 ? 16 : l->reference_capacity * 2;
        l->references = xreallocarray(l->references, l->reference_capacity, sizeof *l->references);
    }
    l->references[l->reference_count++] = (struct reference){span, name, is_pattern, reserved};
}

const char *field_process(struct loader *l, const struct node *node, bool is_pattern,
                          const char *reserved)
{
    const char *name = field_text(l, node, "the name of a process");
    if (name != NULL)
        reference_add(l, node->span, name, is_pattern, reserved);
    return name;
}
