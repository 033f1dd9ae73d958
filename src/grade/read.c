/*
 * Reading results back. What is accepted is what write.c writes: a result that was read is
 * formatted again, and must be the bytes that it came from. So the format stands in one place, and
 * half a file, or one of another version, is never taken for a result.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/source.h"
#include "base/text.h"
#include "base/units.h"
#include "grade/result.h"

static const char *text_of(struct arena *arena, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value)
               ? arena_strndup(arena, json_string_value(value), json_string_length(value))
               : NULL;
}

/* For what must be there: that it was not shows when the result is compared. */
static const char *some_text_of(struct arena *arena, const json_t *object, const char *key)
{
    const char *text = text_of(arena, object, key);
    return text != NULL ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    double number = json_number_value(json_object_get(object, key));
    return isfinite(number) ? number : 0;
}

static int64_t integer_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool true_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static unsigned word_of(const json_t *object, const char *key, const char *const *words)
{
    const char *word = json_string_value(json_object_get(object, key));
    for (unsigned i = 0; word != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return 0;
}

static void read_texts(struct arena *arena, const json_t *object, const char *key,
                       struct texts *texts)
{
    const json_t *list = json_object_get(object, key), *item;
    size_t i;
    texts_init(texts, arena, json_array_size(list));
    json_array_foreach(list, i, item)
    {
        if (json_is_string(item))
            texts_add(texts, arena, json_string_value(item));
    }
}

static void read_check(struct arena *arena, const json_t *object, struct check_result *check)
{
    const char *about = json_string_value(json_object_get(object, "about"));
    *check = (struct check_result){
        .hidden = true_of(object, "hidden"),
        .wording = about != NULL && strcmp(about, "wording") == 0,
        .holds = true_of(object, "holds"),
        .points = number_of(object, "points"),
        .max = number_of(object, "max"),
        .name = text_of(arena, object, "name"),
        .expected = text_of(arena, object, "expected"),
        .seen = text_of(arena, object, "seen"),
        .moment = text_of(arena, object, "moment"),
        .hint = text_of(arena, object, "hint"),
        .schedule = text_of(arena, object, "schedule"),
        .replay = text_of(arena, object, "replay"),
    };
}

static void read_scenario(struct arena *arena, const json_t *object, struct scenario_result *one)
{
    const json_t *checks = json_object_get(object, "expectations"), *item;
    size_t i;
    *one = (struct scenario_result){
        .bonus = true_of(object, "bonus"),
        .hidden = true_of(object, "hidden"),
        .title = text_of(arena, object, "title"),
        .file = text_of(arena, object, "file"),
        .rule = (enum score_rule)word_of(object, "rule", score_rule_words),
        .points = number_of(object, "points"),
        .max = number_of(object, "max"),
        .outcome = (enum scenario_outcome)word_of(object, "outcome", scenario_outcome_words),
        .schedules = (unsigned)integer_of(object, "schedules"),
        .tried = (unsigned)integer_of(object, "tried"),
        .end = (enum run_end)word_of(object, "end", run_end_words),
        .ended = text_of(arena, object, "ended"),
        .schedule = text_of(arena, object, "schedule"),
        .replay = text_of(arena, object, "replay"),
        .duration_us = integer_of(object, "duration_us"),
        .deterministic = true_of(object, "deterministic"),
        .picture = text_of(arena, object, "picture"),
        .checks = arena_alloc(arena, (json_array_size(checks) + 1) * sizeof *one->checks),
    };
    read_texts(arena, object, "waiting", &one->waiting);
    read_texts(arena, object, "crashes", &one->crashes);
    read_texts(arena, object, "reasons", &one->reasons);
    json_array_foreach(checks, i, item)
    {
        read_check(arena, item, &one->checks[one->check_count++]);
    }
}

static const char *read_id(struct arena *arena, const json_t *submission)
{
    const char *base64 = json_string_value(json_object_get(submission, "id_base64"));
    if (base64 == NULL)
        return some_text_of(arena, submission, "id");
    auto_buf struct buf bytes = {0};
    buf_add(&bytes, "", 0);
    if (!base64_decode(&bytes, base64, strlen(base64)))
        return "";
    return arena_strndup(arena, bytes.data, bytes.length);
}

static struct part_sum read_part(const json_t *root, const char *key)
{
    const json_t *object = json_object_get(root, key);
    return (struct part_sum){number_of(object, "points"), number_of(object, "max")};
}

static void read_sums(const json_t *root, struct result *result)
{
    const json_t *late = json_object_get(root, "late");
    result->behaviour = read_part(root, "behaviour");
    result->wording = read_part(root, "wording");
    result->points = number_of(root, "points");
    result->max = number_of(root, "max");
    result->bonus = number_of(root, "bonus");
    result->has_cap = json_object_get(root, "cap") != NULL;
    result->cap = number_of(root, "cap");
    double seconds = number_of(late, "seconds");
    if (seconds > 0 && seconds < 1e9)
        result->late_ns = (int64_t)(seconds * (double)NS_PER_S + 0.5);
    result->late_units = integer_of(late, "times");
    result->late_loss = number_of(late, "minus");
    result->total = number_of(root, "total");
}

static struct result *read_root(const json_t *root)
{
    struct result *result = result_new();
    struct arena *arena = &result->arena;
    const json_t *assignment = json_object_get(root, "assignment");
    const json_t *submission = json_object_get(root, "submission");
    const json_t *build = json_object_get(root, "build");
    const json_t *scenarios = json_object_get(root, "scenarios"), *item;
    size_t i;
    result->version = some_text_of(arena, root, "procenario");
    result->assignment = some_text_of(arena, assignment, "title");
    result->assignment_digest = some_text_of(arena, assignment, "digest");
    result->id = read_id(arena, submission);
    result->digest = text_of(arena, submission, "digest");
    result->sandbox = true_of(root, "sandbox");
    result->pictures = true_of(root, "pictures");
    result->failed = text_of(arena, root, "failed");
    read_texts(arena, root, "notes", &result->notes);
    read_texts(arena, root, "missing", &result->missing);
    result->build = (struct build_result){
        .command = text_of(arena, build, "command"),
        .done = true_of(build, "done"),
        .ok = true_of(build, "ok"),
        .ended = text_of(arena, build, "ended"),
        .output = text_of(arena, build, "output"),
    };
    result->scenarios =
        arena_alloc(arena, (json_array_size(scenarios) + 1) * sizeof *result->scenarios);
    json_array_foreach(scenarios, i, item)
    {
        read_scenario(arena, item, &result->scenarios[result->scenario_count++]);
    }
    read_sums(root, result);
    return result;
}

struct result *result_read(const char *path, struct error *error)
{
    struct source source = {0};
    json_error_t why;
    if (!source_read(&source, path, error))
        return NULL;
    json_set_alloc_funcs(xmalloc, free); /* no memory is told as everywhere */
    json_t *root = json_loadb(source.text, source.length, JSON_REJECT_DUPLICATES, &why);
    struct result *result = NULL;
    if (root == NULL) {
        error_set(error, 0, "'%s' is no result: line %d: %s", path, why.line, why.text);
    } else {
        result = read_root(root);
        auto_buf struct buf again = {0};
        result_format(result, &again);
        if (again.length != source.length || memcmp(again.data, source.text, again.length) != 0) {
            error_set(error, 0, "'%s' is no result of this version of procenario", path);
            result_free(result);
            result = NULL;
        }
    }
    json_decref(root);
    source_release(&source);
    return result;
}
