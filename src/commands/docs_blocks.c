#include "commands/docs_blocks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "base/units.h"

/* Reading one document's blocks. */
struct planner {
    struct diags *diags;
    struct shown_runs *runs;
    const char *document;   /* its path */
    enum language language; /* from here on, unless a block says otherwise */
    const struct passage *passage;
    struct block *block;
};

static const char *const fence_keys[] = {"scenario", "view",  "lang", "which", "set",
                                         "ends",     "holds", "file", "lines", NULL};
static const char *const run_keys[] = {"scenario", "view", "lang",  "which",
                                       "set",      "ends", "holds", NULL};
static const char *const file_keys[] = {"file", "lines", NULL};
static const char *const end_words[] = {"completed", "limit", "deadlock", NULL};
static const char *const truth_words[] = {"true", "false", NULL};

/* ---- words ---- */

static void list_words(const char *const *words, struct buf *out)
{
    for (size_t i = 0; words[i] != NULL; i++)
        buf_printf(out, "%s%s", i > 0 ? ", " : "", words[i]);
}

/* "did you mean 'x'? (WHAT: …)" */
static void help_words(struct diag *diag, const char *word, const char *const *words,
                       const char *what)
{
    auto_buf struct buf list = {0};
    list_words(words, &list);
    const char *near = nearest_word(word, words);
    if (near != NULL)
        diag_help(diag, "did you mean '%s'? (%s: %s)", near, what, list.data);
    else
        diag_help(diag, "%s: %s", what, list.data);
}

/* The index of the attribute's value among the words; `otherwise` when there is no such attribute,
 * or a wrong one. */
static unsigned read_word(struct planner *p, const char *name, const char *const *words,
                          unsigned otherwise)
{
    const struct attribute *attribute = passage_attribute(p->passage, name);
    if (attribute == NULL)
        return otherwise;
    for (unsigned i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], attribute->text) == 0)
            return i;
    auto_free char *what = xasprintf("what '%s' can be", name);
    help_words(diag_error(p->diags, attribute->value, "unknown %s '%s'", name, attribute->text),
               attribute->text, words, what);
    return otherwise;
}

/* Keys that are not known here, and those that stand twice. */
static bool check_keys(struct planner *p, const char *const *known)
{
    const struct passage *passage = p->passage;
    size_t before = p->diags->errors;
    for (size_t i = 0; i < passage->count; i++) {
        const struct attribute *attribute = &passage->attributes[i];
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], attribute->name) != 0)
            k++;
        const struct attribute *first = passage_attribute(passage, attribute->name);
        if (known[k] == NULL)
            help_words(diag_error(p->diags, attribute->key, "unknown key '%s'", attribute->name),
                       attribute->name, known, "keys here");
        else if (first != attribute && strcmp(attribute->name, "set") != 0)
            diag_also(diag_error(p->diags, attribute->key, "'%s' stands twice", attribute->name),
                      first->key, "the first one is here");
    }
    return p->diags->errors == before;
}

/* ---- files ---- */

static bool same_folder(const char *a, const char *b)
{
    const char *paths[] = {a, b};
    struct stat found[2];
    for (int i = 0; i < 2; i++) {
        const char *slash = strrchr(paths[i], '/');
        auto_free char *folder =
            slash != NULL ? xstrndup(paths[i], (size_t)(slash - paths[i]) + 1) : xstrdup(".");
        if (stat(folder, &found[i]) != 0)
            return false;
    }
    return found[0].st_dev == found[1].st_dev && found[0].st_ino == found[1].st_ino;
}

/* Without "." and "x/..", so that one file has one name; as it is where x is a link to elsewhere.
 */
static char *tidy(const char *path)
{
    auto_buf struct buf out = {0};
    size_t kept = 0; /* parts that a ".." takes back */
    buf_add(&out, path, path[0] == '/');
    size_t root = out.length;
    for (const char *part = path + root; *part != '\0';) {
        size_t length = strcspn(part, "/");
        if (length == 2 && memcmp(part, "..", 2) == 0 && kept > 0) {
            while (out.length > root && out.data[out.length - 1] != '/')
                out.length--;
            out.length -= out.length > root;
            kept--;
        } else if (length > 0 && (length != 1 || *part != '.')) {
            if (out.length > root)
                buf_add_char(&out, '/');
            buf_add(&out, part, length);
            kept += length != 2 || memcmp(part, "..", 2) != 0;
        }
        part += length;
        part += *part == '/';
    }
    char *tidied = buf_take(&out);
    if (same_folder(path, tidied))
        return tidied;
    free(tidied);
    return xstrdup(path);
}

/* The path as seen from where procenario runs. */
static char *beside(const struct planner *p, const char *path)
{
    const char *slash = strrchr(p->document, '/');
    if (path[0] == '/' || slash == NULL)
        return tidy(path);
    auto_free char *joined = xasprintf(
        "%.*s/%s", (int)(slash == p->document ? 0 : slash - p->document), p->document, path);
    return tidy(joined);
}

/* The file whose name is nearest to that of the missing one, in its folder. */
static void help_missing(struct diag *diag, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    auto_free char *folder =
        slash != NULL ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        diag_help(diag, "there is no folder '%s'; paths are relative to the document", folder);
        return;
    }
    const char **names = NULL;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL && count < 10000;) {
        names = xreallocarray(names, count + 2, sizeof *names);
        names[count++] = xstrdup(entry->d_name);
        names[count] = NULL;
    }
    closedir(directory);
    const char *near = names != NULL ? nearest_word(name, names) : NULL;
    if (near != NULL)
        diag_help(diag, "did you mean '%s'? (paths are relative to the document)", near);
    else
        diag_help(diag, "paths are relative to the document");
    for (size_t i = 0; i < count; i++)
        free((char *)names[i]);
    free(names);
}

/* The named file, as it can be opened; NULL: it cannot be read. */
static char *find_file(struct planner *p, const struct attribute *attribute)
{
    if (attribute->text[0] == '\0') {
        diag_error(p->diags, attribute->key, "'%s' names no file", attribute->name);
        return NULL;
    }
    char *path = beside(p, attribute->text);
    if (access(path, R_OK) == 0)
        return path;
    int code = errno;
    struct diag *diag = diag_error(p->diags, attribute->value, "cannot read '%s': %s",
                                   attribute->text, strerror(code));
    if (code == ENOENT)
        help_missing(diag, path);
    free(path);
    return NULL;
}

/* ---- a file's lines ---- */

static void read_lines(struct planner *p, const struct attribute *attribute)
{
    struct block *block = p->block;
    auto_free char *first = xstrdup(attribute->text);
    char *last = strchr(first, '-');
    int64_t from = 0, to = 0;
    const char *why;
    if (last != NULL)
        *last++ = '\0';
    bool ok = integer_parse(first, 1, INT32_MAX, &from, &why);
    if (ok && last == NULL)
        to = from;
    else if (ok && *last == '\0')
        to = (int64_t)block->last_line;
    else if (ok)
        ok = integer_parse(last, from, INT32_MAX, &to, &why);
    if (!ok) {
        diag_help(
            diag_error(p->diags, attribute->value, "'%s' is no range of lines", attribute->text),
            "write lines=3-7, lines=3- or lines=3");
        return;
    }
    if (from > (int64_t)block->last_line || to > (int64_t)block->last_line) {
        diag_error(p->diags, attribute->value, "'%s' has only %zu line%s", block->listing.path,
                   block->last_line, block->last_line == 1 ? "" : "s");
        return;
    }
    block->first_line = (size_t)from;
    block->last_line = (size_t)to;
}

static void read_listing(struct planner *p)
{
    const struct attribute *file = passage_attribute(p->passage, "file");
    const struct attribute *lines = passage_attribute(p->passage, "lines");
    struct block *block = p->block;
    struct error error = {0};
    if (!check_keys(p, file_keys))
        return;
    auto_free char *path = find_file(p, file);
    if (path == NULL)
        return;
    if (!source_read(&block->listing, path, &error)) {
        diag_error(p->diags, file->value, "%s", error.message);
        return;
    }
    const struct source *source = &block->listing;
    block->lists = true;
    block->first_line = 1;
    block->last_line = source->line_count;
    if (source->length == 0 || source->text[source->length - 1] == '\n')
        block->last_line--; /* after the last line break there is no line */
    if (lines != NULL)
        read_lines(p, lines);
}

/* ---- a run ---- */

static bool is_trace(const char *path)
{
    char begun[sizeof TRACE_BEGINNING - 1];
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    return fd >= 0 && read(fd, begun, sizeof begun) == (ssize_t)sizeof begun &&
           memcmp(begun, TRACE_BEGINNING, sizeof begun) == 0;
}

static bool read_sets(struct planner *p, struct option_list *sets)
{
    bool ok = true;
    sets->items = xcalloc(p->passage->count + 1, sizeof *sets->items);
    for (size_t i = 0; i < p->passage->count; i++) {
        const struct attribute *attribute = &p->passage->attributes[i];
        if (strcmp(attribute->name, "set") != 0)
            continue;
        const char *equals = strchr(attribute->text, '=');
        if (equals == NULL || equals == attribute->text) {
            diag_help(diag_error(p->diags, attribute->value, "'%s' gives no parameter a value",
                                 attribute->text),
                      "write set=NAME=VALUE, or set=\"NAME=VALUE\"");
            ok = false;
        }
        sets->items[sets->count++] = attribute->text;
    }
    return ok;
}

static bool read_which(struct planner *p, size_t *which)
{
    const struct attribute *attribute = passage_attribute(p->passage, "which");
    int64_t number = 1;
    const char *why;
    if (attribute != NULL && !integer_parse(attribute->text, 1, INT32_MAX, &number, &why)) {
        diag_help(
            diag_error(p->diags, attribute->value, "'%s' is no scenario's number", attribute->text),
            "write which=1 for the first scenario of a file, which=2 for the second …");
        return false;
    }
    *which = (size_t)number - 1;
    return true;
}

/* The number is one of the file's. */
static void check_which(struct planner *p, const struct attribute *scenario,
                        const struct shown_run *run)
{
    const struct attribute *which = passage_attribute(p->passage, "which");
    if (run->is_stored || run->broken)
        return;
    if (which != NULL && run->which >= run->inputs.count)
        diag_error(p->diags, which->value, "'%s' holds only %zu scenario%s", scenario->text,
                   run->inputs.count, run->inputs.count == 1 ? "" : "s");
    else if (which == NULL && run->inputs.count > 1)
        diag_help(diag_error(p->diags, scenario->value, "'%s' holds %zu scenarios", scenario->text,
                             run->inputs.count),
                  "choose one with which=1 … which=%zu", run->inputs.count);
}

static void read_run(struct planner *p)
{
    const struct attribute *scenario = passage_attribute(p->passage, "scenario");
    const struct attribute *set = passage_attribute(p->passage, "set");
    const struct attribute *which = passage_attribute(p->passage, "which");
    struct option_list sets = {0};
    size_t number = 0;
    auto_free char *path = find_file(p, scenario);
    bool ok = read_sets(p, &sets) && path != NULL;
    ok = read_which(p, &number) && ok;
    bool stored = ok && is_trace(path);
    if (stored && (set != NULL || which != NULL))
        diag_error(p->diags, (set != NULL ? set : which)->key,
                   "'%s' is about scenarios, but '%s' is a stored trace",
                   (set != NULL ? set : which)->name, scenario->text);
    else if (ok) {
        p->block->run = shown_runs_find(p->runs, path, number, &sets, stored);
        check_which(p, scenario, p->block->run);
    }
    option_list_release(&sets);
}

/* ---- the view ---- */

static void list_forms(enum view view, struct buf *out)
{
    for (unsigned form = 0; form < FORM_SVG; form++)
        if (view_knows(view, (enum form)form))
            buf_printf(out, "%s%s", out->length > 0 ? ", " : "", form_words[form]);
}

static void list_views(enum form form, struct buf *out)
{
    for (unsigned view = 0; view_words[view] != NULL; view++)
        if (view_knows((enum view)view, form))
            buf_printf(out, "%s%s", out->length > 0 ? ", " : "", view_words[view]);
}

/* The form that a fence's language asks for; false: none does. */
static bool read_form(struct planner *p)
{
    static const char *const languages[] = {"console", "text", "json", "mermaid", "dot", NULL};
    const struct passage *passage = p->passage;
    if (passage->language.length == 0) {
        diag_help(diag_error(p->diags, passage->fence, "the block names no language"),
                  "begin it with ```console, ```text, ```json, ```mermaid or ```dot");
        return false;
    }
    for (unsigned i = 0; languages[i] != NULL; i++) {
        if (strcmp(languages[i], passage->language_word) == 0) {
            p->block->form = (enum form)i;
            return true;
        }
    }
    help_words(diag_error(p->diags, passage->language, "no view of a run is made in '%s'",
                          passage->language_word),
               passage->language_word, languages, "languages");
    return false;
}

static void check_view(struct planner *p)
{
    struct block *block = p->block;
    const struct attribute *given = passage_attribute(p->passage, "view");
    if (view_knows(block->view, block->form))
        return;
    auto_buf struct buf forms = {0}, views = {0};
    list_forms(block->view, &forms);
    list_views(block->form, &views);
    if (given == NULL) {
        diag_help(diag_error(p->diags, p->passage->language, "a block in %s needs a view",
                             form_words[block->form]),
                  "views in %s: %s", form_words[block->form],
                  views.length > 0 ? views.data : "none");
        return;
    }
    struct diag *diag = diag_error(p->diags, given->value, "there is no %s in %s",
                                   view_words[block->view], form_words[block->form]);
    diag_help(diag, "%s can be had in: %s; %s can show: %s", view_words[block->view],
              forms.length > 0 ? forms.data : "nothing", form_words[block->form],
              views.length > 0 ? views.data : "nothing");
}

static void read_view(struct planner *p, enum view otherwise)
{
    struct block *block = p->block;
    static const enum run_end ends[] = {RUN_COMPLETED, RUN_LIMIT, RUN_DEADLOCK};
    size_t before = p->diags->errors;
    block->view = (enum view)read_word(p, "view", view_words, otherwise);
    block->language = (enum language)read_word(p, "lang", language_words, p->language);
    block->ends = ends[read_word(p, "ends", end_words, 0)];
    block->holds = read_word(p, "holds", truth_words, 0) == 0;
    if (p->diags->errors == before)
        check_view(p);
}

/* ---- fences and comments ---- */

static void plan_fence(struct planner *p)
{
    const struct attribute *scenario = passage_attribute(p->passage, "scenario");
    const struct attribute *file = passage_attribute(p->passage, "file");
    if (scenario != NULL && file != NULL) {
        diag_also(diag_error(p->diags, file->key, "a block shows a scenario or a file, not both"),
                  scenario->key, "the scenario is here");
        check_keys(p, fence_keys);
        return;
    }
    if (scenario == NULL) {
        read_listing(p);
        return;
    }
    bool keys = check_keys(p, run_keys), form = read_form(p);
    if (form && keys)
        read_view(p, p->block->form == FORM_JSON ? VIEW_TRACE : VIEW_TRANSCRIPT);
    read_run(p);
}

static bool is_local_svg(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".svg") == 0 && path[0] != '/' &&
           strstr(path, "://") == NULL && strncmp(path, "data:", 5) != 0;
}

static void plan_comment(struct planner *p)
{
    const struct passage *passage = p->passage;
    struct diag *diag;
    if (!check_keys(p, run_keys))
        return;
    if (passage_attribute(passage, "scenario") == NULL) {
        if (passage->count == 1 && passage_attribute(passage, "lang") != NULL) {
            p->language = (enum language)read_word(p, "lang", language_words, p->language);
            return;
        }
        diag = diag_error(p->diags, passage->opening, "the comment asks for nothing");
        diag_help(diag, "write scenario=PATH above an image, or lang=en or lang=zh alone");
        return;
    }
    p->block->form = FORM_SVG;
    read_view(p, VIEW_TIMELINE);
    read_run(p);
    if (passage->image.length == 0) {
        diag = diag_error(p->diags, passage->opening, "no image stands below the comment");
        diag_help(diag, "let a line ![what it shows](pictures/NAME.svg) follow");
    } else if (!is_local_svg(passage->image_path)) {
        diag = diag_error(p->diags, passage->image, "'%s' is no picture that can be written",
                          passage->image_path);
        diag_help(diag, "a picture is an SVG file: a path that ends in .svg, relative to the "
                        "document");
    } else {
        p->block->picture = beside(p, passage->image_path);
    }
}

void blocks_read(struct block *blocks, const struct document *document, struct shown_runs *runs,
                 struct diags *diags)
{
    struct planner planner = {
        .diags = diags, .runs = runs, .document = document->source->path, .language = LANGUAGE_EN};
    for (size_t i = 0; i < document->count; i++) {
        planner.passage = &document->passages[i];
        planner.block = &blocks[i];
        *planner.block = (struct block){.passage = planner.passage};
        if (planner.passage->kind == PASSAGE_FENCE)
            plan_fence(&planner);
        else
            plan_comment(&planner);
    }
}

void block_release(struct block *block)
{
    source_release(&block->listing);
    free(block->picture);
}
