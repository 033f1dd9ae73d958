/*
 * procenario completion: prints the completions of a shell, made from the same tables as the parser
 * and the help.
 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "command.h"
#include "options.h"

static bool takes_file(const struct option_spec *spec)
{
    return spec->argument && strcmp(spec->argument, "FILE") == 0;
}

/* Prints text for between single quotes, where a quote has to leave and come back; the characters
 * in `special` get a backslash. */
static void print_quoted(const char *text, const char *special)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\'')
            fputs("'\\''", stdout);
        else if (strchr(special, *p))
            printf("\\%c", *p);
        else
            putchar(*p);
    }
}

static void print_words(const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        printf("%s%s", i > 0 ? " " : "", words[i]);
}

static void print_verbs(void)
{
    for (const struct command *const *c = commands; *c; c++)
        printf("%s ", (*c)->name);
    fputs("help", stdout);
}

/* ---- bash ---- */

static void print_bash_verb(const struct command *command)
{
    const struct option_spec *specs = options_of(command);
    printf("        %s)\n            case $previous in\n", command->name);
    for (const struct option_spec *s = specs; s->name; s++) {
        if (!s->argument)
            continue;
        printf("            --%s", s->name);
        if (s->letter)
            printf(" | -%c", s->letter);
        if (s->words) {
            fputs(") words='", stdout);
            print_words(s->words);
            puts("' ;;");
        } else {
            puts(takes_file(s) ? ") files=yes ;;" : ") ;;");
        }
    }
    fputs("            *) files=yes words='", stdout);
    for (const struct option_spec *s = specs; s->name; s++)
        printf("--%s ", s->name);
    puts("--help' ;;\n            esac ;;");
}

static void print_bash(void)
{
    fputs("# bash completion of procenario, from `procenario completion bash`\n"
          "_procenario() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local words='' files=''\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        words='",
          stdout);
    print_verbs();
    fputs(" --help --version'\n"
          "    else\n"
          "        case ${COMP_WORDS[1]} in\n"
          "        help) words='",
          stdout);
    print_verbs();
    puts("' ;;");
    for (const struct command *const *c = commands; *c; c++)
        print_bash_verb(*c);
    puts("        esac\n"
         "    fi\n"
         "    # Options are offered once one is begun, files as long as none is.\n"
         "    case $word in\n"
         "    -*) files='' ;;\n"
         "    *) [ \"${words#--}\" = \"$words\" ] || words='' ;;\n"
         "    esac\n"
         "    mapfile -t COMPREPLY < <(compgen ${files:+-f} -W \"$words\" -- \"$word\")\n"
         "}\n"
         "complete -o filenames -F _procenario procenario");
}

/* ---- zsh ---- */

static void print_zsh_option(const struct option_spec *s)
{
    const char *suffix = s->argument ? "=" : "";
    bool repeats = s->kind == OPTION_LIST;
    if (s->letter)
        printf("            '%s'{-%c%s,--%s%s}'[", repeats ? "*" : "", s->letter,
               s->argument ? "+" : "", s->name, suffix);
    else
        printf("            '%s--%s%s[", repeats ? "*" : "", s->name, suffix);
    print_quoted(s->help, "[]\\");
    putchar(']');
    if (s->words) {
        printf(":%s:(", s->argument);
        print_words(s->words);
        putchar(')');
    } else if (s->argument) {
        printf(":%s:%s", s->argument, takes_file(s) ? "_files" : " ");
    }
    puts("' \\");
}

static void print_zsh(void)
{
    puts("#compdef procenario\n"
         "# zsh completion of procenario, from `procenario completion zsh`\n"
         "_procenario() {\n"
         "    local -a verbs=(");
    for (const struct command *const *c = commands; *c; c++) {
        printf("        '%s:", (*c)->name);
        print_quoted((*c)->summary, ":\\");
        puts("'");
    }
    puts("        'help:explain a command'\n"
         "    )\n"
         "    if (( CURRENT == 2 )); then\n"
         "        _describe command verbs\n"
         "        return\n"
         "    fi\n"
         "    shift words\n"
         "    (( CURRENT-- ))\n"
         "    case $words[1] in\n"
         "    help) _describe command verbs ;;");
    for (const struct command *const *c = commands; *c; c++) {
        printf("    %s)\n        _arguments \\\n", (*c)->name);
        for (const struct option_spec *s = options_of(*c); s->name; s++)
            print_zsh_option(s);
        puts("            '(- *)'{-h,--help}'[show the help]' \\\n"
             "            '*:file:_files' ;;");
    }
    puts("    esac\n"
         "}\n"
         "_procenario \"$@\"");
}

/* ---- fish ---- */

/* Inside of fish's single quotes, a backslash quotes. */
static void print_fish_description(const char *text)
{
    fputs(" -d '", stdout);
    for (const char *p = text; *p; p++)
        printf("%s%c", strchr("'\\", *p) ? "\\" : "", *p);
    puts("'");
}

static void print_fish_option(const struct command *command, const struct option_spec *s)
{
    printf("complete -c procenario -n '__fish_seen_subcommand_from %s' -l %s", command->name,
           s->name);
    if (s->letter)
        printf(" -s %c", s->letter);
    if (s->words) {
        fputs(" -x -a '", stdout);
        print_words(s->words);
        putchar('\'');
    } else if (s->argument) {
        fputs(takes_file(s) ? " -r -F" : " -x", stdout);
    }
    print_fish_description(s->help);
}

static void print_fish(void)
{
    puts("# fish completion of procenario, from `procenario completion fish`");
    for (const struct command *const *c = commands; *c; c++) {
        printf("complete -c procenario -f -n __fish_use_subcommand -a %s", (*c)->name);
        print_fish_description((*c)->summary);
    }
    fputs("complete -c procenario -f -n __fish_use_subcommand -a help -d 'explain a command'\n"
          "complete -c procenario -f -n '__fish_seen_subcommand_from help' -a '",
          stdout);
    print_verbs();
    puts("'");
    for (const struct command *const *c = commands; *c; c++)
        for (const struct option_spec *s = options_of(*c); s->name; s++)
            print_fish_option(*c, s);
    puts("complete -c procenario -s h -l help -d 'show the help'");
}

/* ---- the verb ---- */

static const struct {
    const char *shell;
    void (*print)(void);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

static int run(int argc, char **argv)
{
    struct operands operands;
    int status;
    if (!options_parse(&command_completion, argc, argv, NULL, &operands, &status))
        return status;
    if (operands.count != 1)
        return usage_error(&command_completion, "name one shell: bash, zsh or fish");
    for (size_t i = 0; i < ARRAY_SIZE(shells); i++) {
        if (strcmp(shells[i].shell, operands.items[0]) == 0) {
            shells[i].print();
            return EXIT_HOLDS;
        }
    }
    return usage_error(&command_completion, "unknown shell '%s' (known: bash, zsh and fish)",
                       operands.items[0]);
}

const struct command command_completion = {
    .name = "completion",
    .summary = "print the completions of a shell",
    .usage = "procenario completion bash|zsh|fish",
    .details = "Prints a script that makes the shell complete commands, options and their values.\n"
               "'make install' puts them where the shells look for them. To try them at once:\n"
               "\n"
               "    source <(procenario completion bash)",
    .run = run,
};
