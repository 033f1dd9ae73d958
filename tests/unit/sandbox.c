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

/* ---- what the tests need ---- */

/* A submission of one file, as a folder that is taken in. */
static int take_file(const char *name, const char *text)
{
    char folder[] = "/tmp/sandbox-unit-XXXXXX", path[128];
    struct intake intake;
    struct error error = {0};
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    bool taken = intake_take(&intake, folder, &(struct intake_options){0}, &error);
    unlink(path);
    rmdir(folder);
    if (!taken)
        return -1;
    int fd = dup(intake.fd);
    intake_release(&intake);
    return fd;
}

/* A scenario from text, as an assignment has it. */
struct loaded {
    struct source source;
    struct scenario_list list;
};
static void load(struct loaded *loaded, const char *text, struct param_override *overrides,
                 size_t override_count)
{
    struct diags diags;
    source_from_text(&loaded->source, "/nowhere/secret-folder/lab.yaml", text, strlen(text));
    diags_init(&diags, &loaded->source);
    scenario_load(&loaded->source, overrides, override_count, &diags, &loaded->list);
    diags_release(&diags);
}
static void unload(struct loaded *loaded)
{
    scenario_list_release(&loaded->list);
    source_release(&loaded->source);
}

/* The trace of a run, or NULL. */
static char *perform(struct sandbox *sandbox, const struct sandbox_run *run, struct error *error)
{
    int trace = memfd_create("trace", MFD_CLOEXEC);
    char *text = sandbox_perform(sandbox, run, trace, error) ? content(trace) : NULL;
    close(trace);
    return text;
}

static bool has(const char *text, const char *part)
{
    return text != NULL && strstr(text, part) != NULL;
}

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* The first process inside: bwrap's only child. */
static pid_t stage_of_this_process(void)
{
    char path[64];
    pid_t bwrap = 0, stage = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *file = fopen(path, "r");
    bool found = file != NULL && fscanf(file, "%d", &bwrap) == 1;
    if (file != NULL)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", bwrap, bwrap);
    file = found ? fopen(path, "r") : NULL;
    found = file != NULL && fscanf(file, "%d", &stage) == 1;
    if (file != NULL)
        fclose(file);
    return found ? stage : 0;
}

/* ---- the tests ---- */

static const char two_documents[] =
    "title: first\n"
    "params: {word: own}\n"
    "processes:\n"
    "  main: [{exec: [sh, -c, 'cat file; echo ${word}; echo changed >file; pwd']}]\n"
    "expect:\n"
    "  - output: a secret\n"
    "---\n"
    "title: second\n"
    "processes:\n"
    "  main: [{fork: child}, {wait: child}]\n"
    "  child: [{exec: [cat, file, built]}]\n";

static void test_runs(struct sandbox *sandbox)
{
    struct error error = {0};
    struct param_override other[] = {{.key = "word", .value = "other \"word\" \xc3\xa9"}};
    struct loaded loaded;
    load(&loaded, two_documents, other, 1);
    struct sandbox_run run = {
        .scenario = loaded.list.items[0], .overrides = other, .override_count = 1};
    char *trace = perform(sandbox, &run, &error);
    ok(has(trace, "\"scenario\": \"first\""), "the first document is performed");
    ok(has(trace, "as handed in"), "with the submission's files");
    ok(has(trace, "other \\\"word\\\" \xc3\xa9"), "and the parameters it was loaded with");
    ok(has(trace, "/work\\n"), "in the folder of all sandboxes");
    ok(has(trace, "\"end\": \"completed\"") && has(trace, "\"deterministic\": true"),
       "and its trace is whole");
    ok(!has(trace, "a secret") && !has(trace, "nowhere"),
       "which tells nothing of what is expected");
    free(trace);

    const char *const build[] = {"sh", "-c", "cat; cp file built; echo more >>file", NULL};
    trace = perform(sandbox, &(struct sandbox_run){.command = build}, &error);
    ok(has(trace, "\"end\": \"completed\"") && has(trace, "\"schedule\": \"free\""),
       "a build is performed, and finds its input at an end");
    free(trace);

    const struct schedule_spec seeded = {.policy = SCHEDULE_RANDOM, .seed = 999999999999999999};
    run =
        (struct sandbox_run){.scenario = loaded.list.items[1], .document = 1, .schedule = &seeded};
    trace = perform(sandbox, &run, &error);
    ok(has(trace, "random:999999999999999999"), "the second document, under another schedule");
    ok(has(trace, "\"as handed in\\nmore\\n\"") && has(trace, "\"as handed in\\n\""),
       "finds what was built, and nothing of what the run before wrote");
    free(trace);
    unload(&loaded);
}

static void test_limits_of_builds(struct sandbox *sandbox)
{
    struct error error = {0};
    struct limits limits = limits_default;
    limits.wall_ns = 500000000;
    const char *const endless[] = {"sleep", "1000", NULL};
    struct sandbox_run run = {.command = endless, .limits = &limits};
    double before = seconds();
    char *trace = perform(sandbox, &run, &error);
    ok(has(trace, "\"on\": \"wall\"") && seconds() - before < 20, "a build is held to its limits");
    free(trace);
    const char *const invalid[] = {"echo", "\xff", NULL};
    run.command = invalid;
    trace = perform(sandbox, &run, &error);
    ok(trace == NULL && has(error.remedy, "UTF-8"), "what cannot be sent is refused with a reason");
    free(trace);
}

static void test_many_events(int archive)
{
    static const char text[] = "processes:\n"
                               "  main: [{forever: [{kill: {process: self, signal: 0}}]}]\n";
    struct error error = {0};
    struct loaded loaded;
    struct sandbox_options options = usual;
    options.events = 200;
    load(&loaded, text, NULL, 0);
    struct sandbox *sandbox = sandbox_open(&options, archive, &error);
    const struct sandbox_run run = {.scenario = loaded.list.items[0]};
    char *trace = perform(sandbox, &run, &error);
    ok(has(trace, "\"on\": \"output\"") && has(trace, "more than 200 events"),
       "a run has no more events than it may");
    free(trace);
    sandbox_close(sandbox);
    unload(&loaded);
}

static void test_no_answer(int archive)
{
    struct error error = {0};
    struct sandbox_options options = usual;
    options.margin_ms = 1500;
    struct sandbox *sandbox = sandbox_open(&options, archive, &error);
    struct limits limits = limits_default;
    limits.wall_ns = 500000000;
    const char *const nothing[] = {"true", NULL};
    struct sandbox_run run = {.command = nothing, .limits = &limits};
    pid_t stage = stage_of_this_process();
    ok(stage > 0 && kill(stage, SIGSTOP) == 0, "a sandbox that is held up");
    double before = seconds();
    char *trace = perform(sandbox, &run, &error);
    ok(trace == NULL && has(error.message, "did not answer within 2 s") && seconds() - before < 20,
       "is given up");
    sandbox_close(sandbox);
    ok(kill(stage, 0) != 0 && errno == ESRCH, "and ended");

    sandbox = sandbox_open(&options, archive, &error);
    stage = stage_of_this_process();
    kill(stage, SIGKILL);
    error = (struct error){0};
    trace = perform(sandbox, &run, &error);
    ok(trace == NULL && has(error.message, "ended in the middle"), "one that was killed is told");
    sandbox_close(sandbox);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    interrupted = signal;
}

static void test_interrupted(int archive)
{
    struct error error = {0};
    struct sandbox_options options = usual;
    options.interrupted = &interrupted;
    struct sandbox *sandbox = sandbox_open(&options, archive, &error);
    const char *const endless[] = {"sleep", "1000", NULL};
    struct sigaction action = {.sa_handler = interrupt}, before;
    sigaction(SIGALRM, &action, &before);
    alarm(1);
    double begun = seconds();
    char *trace = perform(sandbox, &(struct sandbox_run){.command = endless}, &error);
    ok(trace == NULL && error.code == EINTR && seconds() - begun < 20, "an interrupted run ends");
    sandbox_close(sandbox);
    sigaction(SIGALRM, &before, NULL);
}

static void test_room(int archive)
{
    struct error error = {0};
    struct sandbox_options options = {.disk = 4096, .files = 1};
    struct sandbox *sandbox = sandbox_open(&options, archive, &error);
    ok(sandbox != NULL, "a submission that fits exactly");
    sandbox_close(sandbox);
    int large = take_file("file", "12345");
    ok(large >= 0 && ftruncate(large, 700) == 0, "an archive that is cut off");
    sandbox = sandbox_open(&options, large, &error);
    ok(sandbox == NULL && has(error.message, "cannot unpack"), "is refused");
    close(large);
}

/* Sandboxes opened side by side by one process do not know each other. */
static void test_two(int archive)
{
    struct error error = {0};
    struct sandbox *one = sandbox_open(&usual, archive, &error);
    struct sandbox *two = sandbox_open(&usual, archive, &error);
    const char *const mark[] = {"sh", "-c", "echo one >mark; ls /proc | grep -c '^[0-9]'", NULL};
    const char *const look[] = {"sh", "-c", "ls; ls /proc | grep -c '^[0-9]'", NULL};
    char *first = perform(one, &(struct sandbox_run){.command = mark}, &error);
    char *second = perform(two, &(struct sandbox_run){.command = look}, &error);
    ok(has(first, "\"completed\"") && has(second, "\"file\\n\"") && !has(second, "mark"),
       "two sandboxes share nothing");
    free(first);
    free(second);
    sandbox_close(one);
    sandbox_close(two);
}

static void test_unsafe(int archive)
{
    struct error error = {0};
    struct sandbox_options options = usual;
    options.unsafe = true;
    char folder[] = "/tmp/sandbox-unit-XXXXXX";
    /* Open to the user that root's programs are. */
    ok(mkdtemp(folder) != NULL && chmod(folder, 0711) == 0 && setenv("TMPDIR", folder, 1) == 0,
       "a folder for folders");
    struct sandbox *sandbox = sandbox_open(&options, archive, &error);
    const char *const build[] = {"sh", "-c",
                                 "mkdir -p locked/in && echo x >locked/in/x && chmod 0 locked/in/x "
                                 "locked/in locked; echo $$",
                                 NULL};
    char *trace = perform(sandbox, &(struct sandbox_run){.command = build}, &error);
    ok(has(trace, "\"completed\""), "builds are performed without a sandbox");
    free(trace);
    const char *const look[] = {"sh", "-c", "ls -d locked; cat file", NULL};
    trace = perform(sandbox, &(struct sandbox_run){.command = look}, &error);
    ok(has(trace, "locked\\n") && has(trace, "as handed in"), "and find what builds left");
    free(trace);
    ok(rmdir(folder) != 0 && errno == ENOTEMPTY, "in a folder of its own");
    sandbox_close(sandbox);
    ok(rmdir(folder) == 0, "which is removed in the end");
    unsetenv("TMPDIR");
}

int main(int argc, char **argv)
{
    /* A sandbox's inside is the program that opened it. */
    if (argc >= 3 && strcmp(argv[1], "stage") == 0)
        return stage_serve(atoi(argv[2]), argc > 3 ? argv[3] : NULL);
    if (argc >= 3)
        return perform_by_hand(argv[1], argv[2], argv + 3);
    struct error error = {0};
    int descriptors = open_descriptors();
    int archive = take_file("file", "as handed in\n");
    ok(archive >= 0, "a file is taken in");
    if (!sandbox_possible(&error)) {
        ok(error.message[0] != '\0' && error.remedy[0] != '\0',
           "why there is no sandbox here, and what mends it");
    } else {
        struct sandbox *sandbox = sandbox_open(&usual, archive, &error);
        ok(sandbox != NULL, "a sandbox is opened");
        test_runs(sandbox);
        test_limits_of_builds(sandbox);
        sandbox_close(sandbox);
        test_many_events(archive);
        test_no_answer(archive);
        test_interrupted(archive);
        test_room(archive);
        test_two(archive);
    }
    test_unsafe(archive);
    close(archive);
    ok(open_descriptors() == descriptors, "no descriptor is left");
    ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no process is left");
    return tap_done();
}
