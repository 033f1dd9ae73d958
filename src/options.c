/*
 * The one option parser of all verbs, and the help text made from the same rows.
 *
 * getopt_long is not used: it knows neither help texts nor suggestions, and it words its own
 * messages.
 */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/text.h"

/* Column at which the explanations of the options begin. */
enum { HELP_COLUMN = 26, HELP_WIDTH = 80 };

static const struct option_spec no_options[] = {{.name = NULL}};
static const struct option_spec help_option = {
    .letter = 'h', .name = "help", .kind = OPTION_FLAG, .help = "show this help"};

void option_list_release(struct option_list *list)
{
    free(list->items);
    *list = (struct option_list){0};
}

const struct option_spec *options_of(const struct command *command)
{
    return command->options ? command->options : no_options;
}

int usage_error(const struct command *command, const char *format, ...)
{
    auto_buf struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    fprintf(stderr, "procenario %s: %s\n  try 'procenario help %s'\n", command->name, text.data,
            command->name);
    return EXIT_INVALID;
}

static const struct option_spec *find_name(const struct command *command, const char *name,
                                           size_t length)
{
    const struct option_spec *spec = options_of(command);
    for (; spec->name; spec++)
        if (strlen(spec->name) == length && memcmp(spec->name, name, length) == 0)
            return spec;
    return strlen(help_option.name) == length && memcmp(help_option.name, name, length) == 0
               ? &help_option
               : NULL;
}

static const struct option_spec *find_letter(const struct command *command, char letter)
{
    const struct option_spec *spec = options_of(command);
    for (; spec->name; spec++)
        if (spec->letter && spec->letter == letter)
            return spec;
    return letter == help_option.letter ? &help_option : NULL;
}

/* Text of the user's in a message: control characters made visible. */
static char *visible(const char *text, size_t length)
{
    struct buf buf = {0};
    text_add_visible(&buf, text, length);
    return buf_take(&buf);
}

static int unknown_option(const struct command *command, const char *name, size_t length)
{
    const struct option_spec *specs = options_of(command);
    size_t count = 0;
    while (specs[count].name)
        count++;
    auto_free const char **words = xcalloc(count + 2, sizeof *words);
    for (size_t i = 0; i < count; i++)
        words[i] = specs[i].name;
    words[count] = help_option.name;

    auto_free char *given = xstrndup(name, length);
    auto_free char *shown = visible(name, length);
    const char *near = nearest_word(given, words);
    if (near)
        return usage_error(command, "unknown option '--%s'; did you mean '--%s'?", shown, near);
    return usage_error(command, "unknown option '--%s'", shown);
}

/* Alternatives in words: "a, b or c". */
static void add_alternatives(struct buf *buf, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        buf_printf(buf, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
}

static int wrong_choice(const struct command *command, const struct option_spec *spec,
                        const char *value)
{
    auto_buf struct buf text = {0};
    auto_free char *shown = visible(value, strlen(value));
    buf_printf(&text, "unknown %s '%s' for --%s", spec->name, shown, spec->name);
    const char *near = nearest_word(value, spec->words);
    if (near)
        buf_printf(&text, "; did you mean '%s'?", near);
    buf_add_string(&text, " (known: ");
    add_alternatives(&text, spec->words);
    buf_add_char(&text, ')');
    return usage_error(command, "%s", text.data);
}

/* Stores one value; returns 0, or the status of a mistake. */
static int store(const struct command *command, const struct option_spec *spec, char *fields,
                 const char *value)
{
    void *member = fields + spec->field;
    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)member = true;
        return 0;
    case OPTION_CHOICE:
        for (size_t i = 0; spec->words[i]; i++) {
            if (strcmp(spec->words[i], value) == 0) {
                *(const char **)member = spec->words[i];
                return 0;
            }
        }
        return wrong_choice(command, spec, value);
    case OPTION_TEXT:
        *(const char **)member = value;
        return 0;
    case OPTION_LIST: {
        struct option_list *list = member;
        list->items = xreallocarray(list->items, list->count + 1, sizeof *list->items);
        list->items[list->count++] = value;
        return 0;
    }
    }
    BUG("option '--%s' has the unknown kind %d", spec->name, (int)spec->kind);
}

/* A cursor over argv. */
struct reading {
    const struct command *command;
    char **argv;
    int argc;
    int next; /* the argument to read next */
    char *fields;
    bool help;
};

static int read_long(struct reading *r, const char *text)
{
    size_t length = strcspn(text, "=");
    const char *value = text[length] == '=' ? text + length + 1 : NULL;
    const struct option_spec *spec = find_name(r->command, text, length);
    if (!spec)
        return unknown_option(r->command, text, length);
    if (spec->kind == OPTION_FLAG && value)
        return usage_error(r->command, "option '--%s' takes no argument", spec->name);
    if (spec == &help_option) {
        r->help = true;
        return 0;
    }
    if (spec->kind != OPTION_FLAG && !value) {
        if (r->next >= r->argc)
            return usage_error(r->command, "option '--%s' needs an argument: --%s %s", spec->name,
                               spec->name, spec->argument);
        value = r->argv[r->next++];
    }
    return store(r->command, spec, r->fields, value);
}

/* A cluster of short options: "-qx", "-xVALUE". */
static int read_short(struct reading *r, const char *cluster)
{
    for (const char *p = cluster; *p; p++) {
        const struct option_spec *spec = find_letter(r->command, *p);
        if (!spec) {
            /* A character may be several bytes: show all of it. */
            size_t length = 1;
            while ((p[length] & 0xC0) == 0x80)
                length++;
            auto_free char *shown = visible(p, length);
            return usage_error(r->command, "unknown option '-%s'", shown);
        }
        if (spec == &help_option) {
            r->help = true;
            continue;
        }
        const char *value = NULL;
        if (spec->kind != OPTION_FLAG) {
            if (p[1]) {
                value = p + 1;
            } else if (r->next < r->argc) {
                value = r->argv[r->next++];
            } else {
                return usage_error(r->command, "option '-%c' needs an argument: -%c %s",
                                   spec->letter, spec->letter, spec->argument);
            }
        }
        int status = store(r->command, spec, r->fields, value);
        if (status || value)
            return status;
    }
    return 0;
}

bool options_parse(const struct command *command, int argc, char **argv, void *fields,
                   struct operands *operands, int *status)
{
    struct reading r = {
        .command = command, .argv = argv, .argc = argc, .next = 1, .fields = fields};
    *operands = (struct operands){.items = argv + 1};
    *status = 0;
    while (r.next < argc && *status == 0) {
        char *argument = argv[r.next++];
        if (strcmp(argument, "--") == 0) {
            if (command->takes_command)
                operands->command = argv + r.next;
            else
                while (r.next < argc)
                    operands->items[operands->count++] = argv[r.next++];
            break;
        }
        if (argument[0] == '-' && argument[1] == '-')
            *status = read_long(&r, argument + 2);
        else if (argument[0] == '-' && argument[1])
            *status = read_short(&r, argument + 1);
        else
            operands->items[operands->count++] = argument; /* never ahead of r.next */
    }
    if (*status)
        return false;
    if (r.help) {
        options_print_help(command, stdout);
        return false;
    }
    return true;
}

/* Prints text from the present column on, broken at blanks, later lines indented to HELP_COLUMN. */
static void print_wrapped(FILE *out, const char *text)
{
    size_t column = HELP_COLUMN;
    for (const char *p = text; *p;) {
        size_t length = strcspn(p, " ");
        size_t width = utf8_width(p, length);
        if (p != text) {
            if (column + 1 + width > HELP_WIDTH) {
                fprintf(out, "\n%*s", HELP_COLUMN, "");
                column = HELP_COLUMN;
            } else {
                fputc(' ', out);
                column++;
            }
        }
        fwrite(p, 1, length, out);
        column += width;
        p += length;
        p += strspn(p, " ");
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct option_spec *spec)
{
    auto_buf struct buf head = {0};
    if (spec->letter)
        buf_printf(&head, "  -%c, --%s", spec->letter, spec->name);
    else
        buf_printf(&head, "      --%s", spec->name);
    if (spec->argument)
        buf_printf(&head, " %s", spec->argument);
    fputs(head.data, out);
    size_t width = utf8_width(head.data, head.length);
    if (width + 2 > HELP_COLUMN)
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    else
        fprintf(out, "%*s", HELP_COLUMN - (int)width, "");

    auto_buf struct buf help = {0};
    buf_add_string(&help, spec->help);
    if (spec->kind == OPTION_CHOICE) {
        buf_add_string(&help, ": ");
        add_alternatives(&help, spec->words);
    }
    print_wrapped(out, help.data);
}

void options_print_help(const struct command *command, FILE *out)
{
    const char *prefix = "usage: ";
    for (const char *line = command->usage; *line;) {
        size_t length = strcspn(line, "\n");
        fprintf(out, "%s%.*s\n", prefix, (int)length, line);
        prefix = "       ";
        line += length + (line[length] == '\n');
    }
    fprintf(out, "\n%s\n", command->summary);
    if (command->details)
        fprintf(out, "\n%s\n", command->details);
    fputs("\noptions:\n", out);
    for (const struct option_spec *spec = options_of(command); spec->name; spec++)
        print_option(out, spec);
    print_option(out, &help_option);
}
