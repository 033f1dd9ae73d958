/*
 * procenario docs: fills the blocks of Markdown files with views of runs, or tells which of them
 * are out of date.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "command.h"
#include "commands/difference.h"
#include "commands/docs_blocks.h"
#include "options.h"

struct docs_settings {
    bool write, check, quiet;
};

static const struct option_spec options[] = {
    {'w', "write", NULL, OPTION_FLAG, offsetof(struct docs_settings, write),
     "fill the blocks of the files, and write their pictures", NULL},
    {'c', "check", NULL, OPTION_FLAG, offsetof(struct docs_settings, check),
     "write nothing; show what is out of date, and fail when something is", NULL},
    {'q', "quiet", NULL, OPTION_FLAG, offsetof(struct docs_settings, quiet),
     "do not name the files that are in order, or written", NULL},
    {0},
};

/* A document. */
struct sheet {
    struct source source;
    struct document document;
    struct block *blocks; /* one a passage */
    struct diags diags;
};

/* A file as it should be. */
struct result {
    const char *path;     /* a sheet's, or a block's picture */
    const char *document; /* in which it is shown, or itself */
    bool is_picture, exists;
    struct buf now, wanted;
};

struct desk {
    const struct docs_settings *settings;
    struct sheet *sheets;
    size_t sheet_count;
    struct shown_runs runs;
    struct result *results;
    size_t result_count;
};

/* ---- reading ---- */

/* Prints what was collected. True: no error among it. */
static bool print_diags(struct diags *diags)
{
    auto_buf struct buf text = {0};
    bool fine = diags->errors == 0;
    diags_format(diags, &text, color_wanted(STDERR_FILENO));
    if (text.length > 0)
        fwrite(text.data, 1, text.length, stderr);
    return fine;
}

static bool read_sheet(struct desk *desk, struct sheet *sheet, const char *path)
{
    struct error error = {0};
    if (!source_read(&sheet->source, path, &error)) {
        error_print(&error);
        return false;
    }
    diags_init(&sheet->diags, &sheet->source);
    document_read(&sheet->document, &sheet->source, &sheet->diags);
    sheet->blocks = xcalloc(sheet->document.count + 1, sizeof *sheet->blocks);
    blocks_read(sheet->blocks, &sheet->document, &desk->runs, &sheet->diags);
    bool fine = print_diags(&sheet->diags);
    for (size_t i = 0; i < sheet->document.count; i++)
        fine = fine && (sheet->blocks[i].run == NULL || !sheet->blocks[i].run->broken);
    diags_release(&sheet->diags);
    diags_init(&sheet->diags, &sheet->source); /* for what is found out later */
    return fine;
}

static int read_all(struct desk *desk, char *const *paths, size_t count)
{
    int status = EXIT_HOLDS;
    desk->sheets = xcalloc(count, sizeof *desk->sheets);
    for (size_t i = 0; i < count; i++)
        if (!read_sheet(desk, &desk->sheets[desk->sheet_count++], paths[i]))
            status = EXIT_INVALID;
    return status;
}

/* ---- whether what is shown is true ---- */

static const char *first_failure(const struct trace_footer *footer)
{
    for (size_t i = 0; i < footer->verdict_count; i++) {
        const struct verdict *verdict = &footer->verdicts[i];
        /* Where the end was cut off on purpose, what was not judged cannot hold. */
        if (!verdict->holds && (verdict->judged || footer->end == RUN_COMPLETED))
            return verdict->name;
    }
    return NULL;
}

static void check_end(struct diags *diags, struct span where, const struct block *block)
{
    const struct trace_footer *footer = &block->run->history->footer;
    if (footer->end == block->ends)
        return;
    struct diag *diag = diag_warning(diags, where, "the run ends otherwise: %s instead of %s",
                                     run_end_words[footer->end], run_end_words[block->ends]);
    if (footer->end == RUN_LIMIT || footer->end == RUN_DEADLOCK)
        diag_help(diag, "if this is what the document shows, say ends=%s",
                  run_end_words[footer->end]);
}

/* Adds a warning for each way in which the block does not tell what is always so. */
static void check_truth(struct diags *diags, const struct block *block)
{
    const struct history *history = block->run->history;
    struct span where = passage_attribute(block->passage, "scenario")->value;
    check_end(diags, where, block);
    if (!block->run->is_stored && !history->footer.deterministic) {
        struct diag *diag =
            diag_warning(diags, where, "the run is not reproducible: %s",
                         history->footer.reason_count > 0 ? history->footer.reasons[0]
                                                          : "it differs from run to run");
        diag_help(diag, "store its trace (procenario run --trace FILE), and show that: "
                        "scenario=FILE");
    }
    const char *failure = first_failure(&history->footer);
    if (failure != NULL && block->holds)
        diag_help(diag_warning(diags, where, "an expectation does not hold: %s", failure),
                  "if this is what the document shows, say holds=false");
    else if (failure == NULL && !block->holds)
        diag_help(diag_warning(diags, where, "all expectations hold"), "leave holds=false away");
}

/* True: every block tells the truth. */
static bool check_truths(struct desk *desk)
{
    bool fine = true;
    for (size_t i = 0; i < desk->sheet_count; i++) {
        struct sheet *sheet = &desk->sheets[i];
        for (size_t j = 0; j < sheet->document.count; j++)
            if (sheet->blocks[j].run != NULL)
                check_truth(&sheet->diags, &sheet->blocks[j]);
        fine = fine && sheet->diags.count == 0;
        print_diags(&sheet->diags);
    }
    return fine;
}

/* ---- making ---- */

static void list_file(const struct block *block, struct buf *out)
{
    for (size_t line = block->first_line; line <= block->last_line; line++) {
        size_t length;
        const char *text = source_line(&block->listing, (unsigned)line, &length);
        text_add_printable(out, text, length);
        buf_add_char(out, '\n');
    }
}

static struct result *add_result(struct desk *desk, const char *path, const char *document)
{
    desk->results = xreallocarray(desk->results, desk->result_count + 1, sizeof *desk->results);
    struct result *result = &desk->results[desk->result_count++];
    *result = (struct result){.path = path, .document = document};
    return result;
}

static bool read_picture(struct result *result)
{
    struct error error = {0};
    struct source source = {0};
    result->is_picture = true;
    if (access(result->path, F_OK) != 0)
        return true;
    if (!source_read(&source, result->path, &error)) {
        error_print(&error);
        return false;
    }
    result->exists = true;
    buf_add(&result->now, source.text, source.length);
    source_release(&source);
    return true;
}

/* Two blocks may show the same picture, not two that differ. */
static bool is_double(struct desk *desk, struct sheet *sheet, const struct block *block,
                      const struct buf *wanted, bool *fine)
{
    for (size_t i = 0; i < desk->result_count; i++) {
        const struct result *other = &desk->results[i];
        if (!other->is_picture || strcmp(other->path, block->picture) != 0)
            continue;
        if (other->wanted.length != wanted->length ||
            memcmp(other->wanted.data, wanted->data, wanted->length) != 0) {
            diag_error(&sheet->diags, block->passage->image,
                       "'%s' is written for another view already (in '%s')",
                       block->passage->image_path, other->document);
            *fine = false;
        }
        return true;
    }
    return false;
}

static bool make_picture(struct desk *desk, struct sheet *sheet, const struct block *block)
{
    struct buf wanted = {0};
    bool fine = true;
    view_make(block->run->history, block->view, block->form, block->language, &wanted);
    if (is_double(desk, sheet, block, &wanted, &fine)) {
        buf_release(&wanted);
        return fine;
    }
    struct result *result = add_result(desk, block->picture, sheet->source.path);
    result->wanted = wanted;
    return read_picture(result);
}

static bool make_sheet(struct desk *desk, struct sheet *sheet)
{
    size_t count = sheet->document.count;
    struct buf *texts = xcalloc(count + 1, sizeof *texts);
    struct filling *fillings = xcalloc(count + 1, sizeof *fillings);
    bool fine = true;
    diags_release(&sheet->diags);
    diags_init(&sheet->diags, &sheet->source);
    for (size_t i = 0; i < count; i++) {
        const struct block *block = &sheet->blocks[i];
        if (block->picture != NULL) {
            fine = make_picture(desk, sheet, block) && fine;
            continue;
        }
        if (block->lists)
            list_file(block, &texts[i]);
        else if (block->run != NULL)
            view_make(block->run->history, block->view, block->form, block->language, &texts[i]);
        else
            continue;
        fillings[i] = (struct filling){texts[i].data != NULL ? texts[i].data : "", texts[i].length};
    }
    struct result *result = add_result(desk, sheet->source.path, sheet->source.path);
    result->exists = true;
    buf_add(&result->now, sheet->source.text, sheet->source.length);
    document_fill(&sheet->document, fillings, &result->wanted);
    for (size_t i = 0; i < count; i++)
        buf_release(&texts[i]);
    free(texts);
    free(fillings);
    return print_diags(&sheet->diags) && fine;
}

static int make_all(struct desk *desk)
{
    bool fine = true;
    for (size_t i = 0; i < desk->sheet_count; i++)
        fine = make_sheet(desk, &desk->sheets[i]) && fine;
    return fine ? EXIT_HOLDS : EXIT_INVALID;
}

/* ---- writing and comparing ---- */

static bool is_current(const struct result *result)
{
    return result->exists && result->now.length == result->wanted.length &&
           (result->now.length == 0 ||
            memcmp(result->now.data, result->wanted.data, result->now.length) == 0);
}

static bool write_result(const struct result *result)
{
    struct output output;
    struct error error = {0};
    bool written = output_open(&output, result->path, &error);
    if (written) {
        fwrite(result->wanted.data, 1, result->wanted.length, output.stream);
        written = output_commit(&output, &error);
    }
    if (!written)
        error_print(&error);
    return written;
}

static int write_all(const struct desk *desk)
{
    size_t changed = 0;
    for (size_t i = 0; i < desk->result_count; i++) {
        const struct result *result = &desk->results[i];
        if (is_current(result))
            continue;
        if (!write_result(result))
            return EXIT_REFUSED;
        changed++;
        if (!desk->settings->quiet)
            printf("%s: written\n", result->path);
    }
    if (changed == 0 && !desk->settings->quiet)
        puts("nothing to write: all is up to date");
    return EXIT_HOLDS;
}

static void add_shell_word(struct buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./-+,:@%";
    if (word[0] != '\0' && word[0] != '-' && strspn(word, plain) == strlen(word)) {
        buf_printf(out, " %s", word);
        return;
    }
    buf_add_string(out, word[0] == '-' ? " './" : " '");
    for (; *word != '\0'; word++)
        if (*word == '\'')
            buf_add_string(out, "'\\''");
        else
            buf_add_char(out, *word);
    buf_add_char(out, '\'');
}

/* The documents that show something out of date, each once. */
static void tell_remedy(const struct desk *desk)
{
    auto_buf struct buf words = {0};
    for (size_t i = 0; i < desk->sheet_count; i++) {
        const char *path = desk->sheets[i].source.path;
        bool stale = false;
        for (size_t j = 0; j < desk->result_count; j++)
            stale |= strcmp(desk->results[j].document, path) == 0 && !is_current(&desk->results[j]);
        for (size_t j = 0; j < i; j++)
            stale = stale && strcmp(desk->sheets[j].source.path, path) != 0;
        if (stale)
            add_shell_word(&words, path);
    }
    fflush(stdout);
    fprintf(stderr, "out of date; mend it with: procenario docs --write%s\n", words.data);
}

static int compare_all(const struct desk *desk)
{
    int status = EXIT_HOLDS;
    for (size_t i = 0; i < desk->result_count; i++) {
        const struct result *result = &desk->results[i];
        if (is_current(result)) {
            if (!desk->settings->quiet && !result->is_picture)
                printf("%s: up to date\n", result->path);
            continue;
        }
        status = EXIT_FAILS;
        struct error error = {0};
        if (!result->exists)
            printf("%s: there is no such picture\n", result->path);
        else if (!difference_print(result->path, &result->now, &result->wanted, stdout, &error)) {
            printf("%s: out of date\n", result->path);
            fflush(stdout);
            error_print(&error);
        }
    }
    if (status != EXIT_HOLDS)
        tell_remedy(desk);
    return status;
}

/* ---- the verb ---- */

static void release(struct desk *desk)
{
    for (size_t i = 0; i < desk->result_count; i++) {
        buf_release(&desk->results[i].now);
        buf_release(&desk->results[i].wanted);
    }
    free(desk->results);
    for (size_t i = 0; i < desk->sheet_count; i++) {
        struct sheet *sheet = &desk->sheets[i];
        for (size_t j = 0; j < sheet->document.count; j++)
            block_release(&sheet->blocks[j]);
        free(sheet->blocks);
        document_release(&sheet->document);
        diags_release(&sheet->diags);
        source_release(&sheet->source);
    }
    free(desk->sheets);
    shown_runs_release(&desk->runs);
}

static int work(struct desk *desk, char *const *paths, size_t count)
{
    int status = read_all(desk, paths, count);
    if (status == EXIT_HOLDS)
        status = shown_runs_perform(&desk->runs, &command_docs);
    if (status != EXIT_HOLDS)
        return status;
    bool true_all = check_truths(desk);
    status = make_all(desk);
    if (status == EXIT_HOLDS)
        status = desk->settings->write ? write_all(desk) : compare_all(desk);
    return status == EXIT_HOLDS && !true_all ? EXIT_FAILS : status;
}

static int run(int argc, char **argv)
{
    struct docs_settings settings = {0};
    struct operands files;
    int status;
    if (!options_parse(&command_docs, argc, argv, &settings, &files, &status))
        return status;
    if (settings.write == settings.check)
        return usage_error(&command_docs, settings.write ? "--write and --check exclude each other"
                                                         : "say --write or --check");
    if (files.count == 0)
        return usage_error(&command_docs, "no document is given");
    for (int i = 0; i < files.count; i++)
        if (strcmp(files.items[i], "-") == 0)
            return usage_error(&command_docs, "a document is a file: standard input cannot be "
                                              "written in place");
    struct desk desk = {.settings = &settings};
    status = work(&desk, files.items, (size_t)files.count);
    release(&desk);
    return status;
}

const struct command command_docs = {
    .name = "docs",
    .summary = "fill documents with runs, or check that they still tell the truth",
    .usage = "procenario docs --write FILE…\n"
             "procenario docs --check FILE…",
    .details =
        "Performs the scenarios that the blocks of Markdown files name, each once, and puts what\n"
        "they show into the blocks (```console scenario=PATH), or compares. When a block cannot\n"
        "be understood, nothing is performed or written.\n"
        "\n"
        "Exit status: 0 all is up to date, or written; 1 something is out of date, or a run is\n"
        "not what a document can rely on; 2 invalid usage, block or scenario; 3 the host\n"
        "refused, or a file could not be written; 128 plus the signal's number when interrupted.",
    .options = options,
    .run = run,
};
