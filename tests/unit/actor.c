/* Actors without a director: their steps are plain system calls, and their output tells of them. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor/actor.h"
#include "scenario/scenario.h"
#include "tap.h"

static char written[1 << 20];

/* Performs the scenario's root in a child; returns its wait status, its output is in written[]. */
static int perform(const char *yaml)
{
    struct source source;
    struct diags diags;
    struct scenario_list list;
    source_from_text(&source, "test.yaml", yaml, strlen(yaml));
    diags_init(&diags, &source);
    scenario_load(&source, NULL, 0, &diags, &list);
    int status = -1;
    int ends[2];
    if (list.count == 1 && pipe(ends) == 0) {
        struct actor_directory *directory = actor_directory_new();
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            dup2(ends[1], STDOUT_FILENO);
            dup2(ends[1], STDERR_FILENO);
            close(ends[0]);
            close(ends[1]);
            actor_perform(list.items[0], 0, list.items[0]->roles[0].name, true, directory);
        }
        close(ends[1]);
        size_t length = 0;
        ssize_t got;
        while ((got = read(ends[0], written + length, sizeof written - 1 - length)) > 0)
            length += (size_t)got;
        written[length] = '\0';
        close(ends[0]);
        waitpid(pid, &status, 0);
        actor_directory_free(directory);
    }
    scenario_list_release(&list);
    diags_release(&diags);
    source_release(&source);
    return status;
}

static bool writes(const char *yaml, const char *expected)
{
    int status = perform(yaml);
    bool as_expected =
        WIFEXITED(status) && WEXITSTATUS(status) == 0 && strcmp(written, expected) == 0;
    if (!as_expected)
        printf("# status %#x, written: %.200s\n", (unsigned)status, written);
    return as_expected;
}

static void names_are_found(void)
{
    struct actor_directory *directory = actor_directory_new();
    ok(actor_directory_find(directory, "child") == 0, "nobody is there at first");
    actor_directory_set(directory, "child", 7);
    actor_directory_set(directory, "child.0", 8);
    ok(actor_directory_find(directory, "child") == 7 &&
           actor_directory_find(directory, "child.0") == 8,
       "each name has its pid");
    actor_directory_set(directory, "child", 9);
    ok(actor_directory_find(directory, "child") == 9,
       "a later process of the same name replaces it");
    char name[32];
    for (int i = 0; i < 50000; i++) {
        snprintf(name, sizeof name, "many.%d", i);
        actor_directory_set(directory, name, i + 10);
    }
    bool all = true;
    for (int i = 0; i < 50000; i++) {
        snprintf(name, sizeof name, "many.%d", i);
        all = all && actor_directory_find(directory, name) == i + 10;
    }
    ok(all, "fifty thousand names are found");
    for (int i = 0; i < 50000; i += 2) {
        snprintf(name, sizeof name, "many.%d", i);
        actor_directory_remove(directory, name, i + 10);
    }
    bool as_left = true;
    for (int i = 0; i < 50000; i++) {
        snprintf(name, sizeof name, "many.%d", i);
        as_left = as_left && actor_directory_find(directory, name) == (i % 2 == 0 ? 0 : i + 10);
    }
    ok(as_left, "those who are gone are not found, the others are");
    actor_directory_remove(directory, "child", 7);
    ok(actor_directory_find(directory, "child") == 9, "a younger process keeps its name");
    actor_directory_free(directory);
}

static void long_text_is_whole(void)
{
    enum { LENGTH = 200000 };
    static char yaml[LENGTH + 200];
    size_t used = (size_t)snprintf(yaml, sizeof yaml, "processes: {main: [{print: \"");
    memset(yaml + used, 'x', LENGTH);
    snprintf(yaml + used + LENGTH, 100, "end\"}]}\n");
    int status = perform(yaml);
    ok(status == 0 && strlen(written) == LENGTH + 4 && strcmp(written + LENGTH, "end\n") == 0,
       "text longer than the buffer is written in pieces");
}

int main(void)
{
    names_are_found();
    ok(writes("processes:\n"
              "  a: [{fork: {process: b, count: 2}}, {wait: all}, {print: 'me ${name} ${errno}'}]\n"
              "  b: [{wait: any, else: [{exit: 1}]}]\n",
              "me a none\n"),
       "children take the way of their role, and are waited for");
    ok(writes("processes:\n"
              "  a: [{repeat: 2, do: [{fork: b}, {wait: any}]}, {fork: c}, {wait: any}]\n"
              "  b: [{print: '${name} ${index}'}]\n"
              "  c: [{fork: b}, {wait: any}]\n",
              "b.0 0\nb.1 1\nc.b 0\n"),
       "names tell the way from the root");
    ok(writes("processes: {a: [{kill: {process: '${name}.b'}, else: [{print: '${errno}'}]}]}",
              "ESRCH\n"),
       "a name without a process is ESRCH");
    ok(writes("processes:\n"
              "  a:\n"
              "    - on: SIGUSR1\n"
              "      do: [{print: caught}]\n"
              "    - block: SIGUSR1\n"
              "    - kill: {process: self, signal: SIGUSR1}\n"
              "    - print: blocked\n"
              "    - unblock: SIGUSR1\n"
              "    - pipe: p\n"
              "    - write: {to: p, text: 'one line', newline: true}\n"
              "    - close: p.write\n"
              "    - read: {from: p, all: true}\n"
              "    - print: 'read ${read}'\n"
              "    - read: p\n"
              "      else: [{print: 'end ${errno}'}]\n",
              "blocked\ncaught\nread one line\nend none\n"),
       "signals and pipes");
    ok(writes("processes:\n"
              "  a:\n"
              "    - say: nobody hears this\n"
              "    - ps\n"
              "    - print: still here\n",
              "still here\n"),
       "say and ps do nothing without a director");
    ok(writes("processes: {a: [{exec: [no-such-program], else: [{print: '${errno}'}]}]}",
              "ENOENT\n"),
       "else of an exec that fails");
    int status = perform("processes: {a: [{exec: [no-such-program]}]}");
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 127 &&
           strstr(written, "cannot exec 'no-such-program': No such file") != NULL,
       "an exec that fails ends with 127, and says why");
    status =
        perform("processes: {a: [{ignore: SIGABRT}, {fork: b}, {wait: any}, abort]\n, b: [abort]}");
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "abort cannot be ignored");
    long_text_is_whole();
    return tap_done();
}
