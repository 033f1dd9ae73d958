/*
 * The command table, and nothing else: which verb is meant.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/text.h"
#include "command.h"
#include "options.h"

#ifndef PROCENARIO_VERSION
#define PROCENARIO_VERSION "unknown"
#endif

/* To add a verb: a file in commands/, a row here, a section in docs/commands.md. */
const struct command *const commands[] = {
    &command_run,    &command_transcript, &command_draw,  &command_report,
    &command_docs,   &command_record,     &command_grade, &command_check,
    &command_doctor, &command_completion, NULL,
};

static const struct command *find_command(const char *name)
{
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return strcmp(name, command_stage.name) == 0 ? &command_stage : NULL;
}

static void print_help(FILE *out)
{
    fputs("usage: procenario COMMAND [OPTION…] [ARGUMENT…]\n"
          "\n"
          "Performs process scenarios with real processes on a real kernel, with the same outcome\n"
          "every time.\n"
          "\n"
          "commands:\n",
          out);
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "  %-10s  %s\n", (*c)->name, (*c)->summary);
    fputs("  help        explain a command: procenario help run\n"
          "\n"
          "options:\n"
          "  -h, --help  show this help\n"
          "  --version   show the version\n"
          "\n"
          "exit status: 0 all expectations hold, 1 some do not, 2 invalid usage or scenario\n"
          "(nothing was run), 3 the host refused\n",
          out);
}

static int unknown_command(const char *name)
{
    static const char *const options[] = {"--help", "--version", NULL};
    const char *words[32] = {"help"};
    size_t count = 1;
    for (const struct command *const *c = commands; *c && count + 1 < ARRAY_SIZE(words); c++)
        words[count++] = (*c)->name;

    bool option = name[0] == '-';
    auto_buf struct buf text = {0};
    buf_printf(&text, "procenario: unknown %s '", option ? "option" : "command");
    text_add_visible(&text, name, strlen(name));
    buf_add_char(&text, '\'');
    const char *near = nearest_word(name, option ? options : words);
    if (near)
        buf_printf(&text, "; did you mean '%s'?", near);
    fprintf(stderr, "%s\n  try 'procenario --help'\n", text.data);
    return EXIT_INVALID;
}

static int help_command(int argc, char **argv)
{
    int status = EXIT_HOLDS;
    if (argc < 2)
        print_help(stdout);
    for (int i = 1; i < argc && status == EXIT_HOLDS; i++) {
        const struct command *command = find_command(argv[i]);
        if (command)
            options_print_help(command, stdout);
        else if (strcmp(argv[i], "help") == 0 || strcmp(argv[i], "--help") == 0)
            print_help(stdout);
        else
            status = unknown_command(argv[i]);
    }
    return status;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_INVALID;
    }
    const char *verb = argv[1];
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
        print_help(stdout);
        return EXIT_HOLDS;
    }
    if (strcmp(verb, "--version") == 0) {
        puts("procenario " PROCENARIO_VERSION);
        return EXIT_HOLDS;
    }
    if (strcmp(verb, "help") == 0)
        return help_command(argc - 1, argv + 1);
    const struct command *command = find_command(verb);
    return command ? command->run(argc - 1, argv + 1) : unknown_command(verb);
}

/* Started with descriptor 0, 1 or 2 closed, the first file opened (a trace) would take its place
 * and be written to by printf. A file that cannot be used takes it instead: stdin that is not
 * readable, stdout and stderr that are not writable. */
static void occupy_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    occupy_standard_descriptors();
    /* A reader that goes away (`| head -1`), or a file that may not grow (`ulimit -f`), shall be an
     * error of the write, not the end of the runner in the middle of a run. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);

    int status = dispatch(argc, argv);

    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && status != EXIT_REFUSED) {
        struct error error = {0};
        error_set(&error, errno, "cannot write to standard output");
        error_print(&error);
        status = EXIT_REFUSED;
    }
    /* Interrupted: now that all is in order, die of the signal, so that a shell's loop ends too. */
    if (status > 128) {
        int signal_number = status - 128;
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, signal_number);
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
    return status;
}
