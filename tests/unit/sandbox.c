/* Sandboxes from outside: what is performed in them, what is left of it, what happens to errors.
 * With arguments, performs by hand: FOLDER SCENARIO [COMMAND…] takes the folder in, builds with the
 * command, performs the scenario's documents and writes the traces to standard output. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/intake.h"
#include "sandbox/sandbox.h"
#include "sandbox/stage.h"
#include "tap.h"

static const struct sandbox_options usual = {.disk = 16 << 20, .files = 1000};

static double seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* All that is in the file. The caller frees it. */
static char *content(int fd)
{
    struct stat file;
    fstat(fd, &file);
    char *text = calloc(1, (size_t)file.st_size + 1);
    if (pread(fd, text, (size_t)file.st_size, 0) != file.st_size)
        text[0] = '\0';
    return text;
}

/* ---- by hand ---- */

static int perform_by_hand(const char *folder, const char *path, char **command)
{
    struct error error = {0};
    struct intake intake;
    struct intake_options all = {0};
    double begun = seconds();
    if (!intake_take(&intake, folder, &all, &error)) {
        error_print(&error);
        return EXIT_REFUSED;
    }
    double taken = seconds();
    for (size_t i = 0; i < intake.note_count; i++)
        fprintf(stderr, "note: %s\n", intake.notes[i]);
    struct source source;
    struct diags diags;
    struct scenario_list list;
    if (!source_read(&source, path, &error)) {
        error_print(&error);
        return EXIT_INVALID;
    }
    diags_init(&diags, &source);
    scenario_load(&source, NULL, 0, &diags, &list);
    struct sandbox_options options = {.disk = 64 << 20, .files = 4096};
    options.unsafe = getenv("UNSAFE") != NULL;
    double loaded = seconds();
    struct sandbox *sandbox = sandbox_open(&options, intake.fd, &error);
    if (sandbox == NULL) {
        error_print(&error);
        return EXIT_REFUSED;
    }
    double opened = seconds();
    fprintf(stderr, "intake %.1f ms, open %.1f ms\n", (taken - begun) * 1e3,
            (opened - loaded) * 1e3);
    size_t times = getenv("TIMES") != NULL ? (size_t)atoi(getenv("TIMES")) : 1;
    for (size_t i = 0; i < list.count * times + (*command != NULL); i++) {
        size_t document = (i - (*command != NULL)) % list.count;
        struct sandbox_run run = {.command = (const char *const *)command};
        if (*command == NULL || i > 0)
            run = (struct sandbox_run){.scenario = list.items[document], .document = document};
        int trace = memfd_create("trace", MFD_CLOEXEC);
        double before = seconds();
        bool performed = sandbox_perform(sandbox, &run, trace, &error);
        fprintf(stderr, "%s: %.1f ms\n", run.command != NULL ? "build" : run.scenario->title,
                (seconds() - before) * 1e3);
        if (!performed) {
            error_print(&error);
            break;
        }
        char *text = content(trace);
        fputs(text, stdout);
        free(text);
        close(trace);
    }
    double before = seconds();
    sandbox_close(sandbox);
    fprintf(stderr, "close %.1f ms\n", (seconds() - before) * 1e3);
    scenario_list_release(&list);
    diags_release(&diags);
    source_release(&source);
    intake_release(&intake);
    return 0;
}

int main(int argc, char **argv)
{
    /* A sandbox's inside is the program that opened it. */
    if (argc >= 3 && strcmp(argv[1], "stage") == 0)
        return stage_serve(atoi(argv[2]), argc > 3 ? argv[3] : NULL);
    if (argc >= 3)
        return perform_by_hand(argv[1], argv[2], argv + 3);
    struct error error = {0};
    ok(sandbox_possible(&error), "a sandbox can be opened here");
    (void)usual;
    return tap_done();
}
