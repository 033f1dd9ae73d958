/* Expectations held against stories of a few events: what holds, and what is said when it does not.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "judge/judge.h"
#include "tap.h"

#define PROCESSES                                                                                  \
    "processes: {parent: [{fork: child}], child: [{exec: [./program]}]}\nlimits: {output: 64B}\n"
#define N "{\"n\": "

/* A child is killed at 5 s, is a zombie until 10 s, and its own child is left to init. */
static const char killed[] =
    N "1, \"t_us\": 0, \"process\": \"parent\", \"event\": \"start\"},\n" N
      "2, \"t_us\": 0, \"process\": \"parent\", \"event\": \"fork\", \"child\": \"child\"},\n" N
      "3, \"t_us\": 0, \"process\": \"parent\", \"event\": \"output\", \"stream\": \"stdout\", "
      "\"text\": \"one\\ntwo\\n\"},\n" N "4, \"t_us\": 0, \"process\": \"parent\", \"event\": "
      "\"block\", \"on\": \"sleep\", \"until_us\": 5000000},\n" N
      "5, \"t_us\": 0, \"process\": \"child\", \"event\": \"fork\", \"child\": \"child.0\"},\n" N
      "6, \"t_us\": 0, \"process\": \"child\", \"event\": \"output\", \"stream\": \"stderr\", "
      "\"text\": \"oops\\n\"},\n" N
      "7, \"t_us\": 1000000, \"process\": \"child\", \"event\": \"block\", \"on\": \"pause\"},\n" N
      "8, \"t_us\": 2000000, \"process\": \"timeline\", \"event\": \"kill\", \"to\": \"child\", "
      "\"signal\": \"SIGUSR1\"},\n" N
      "9, \"t_us\": 2000000, \"process\": \"child\", \"event\": \"signal\", \"signal\": "
      "\"SIGUSR1\", \"action\": \"ignored\", \"from\": \"timeline\"},\n" N
      "10, \"t_us\": 3000000, \"process\": \"child\", \"event\": \"stop\", \"signal\": "
      "\"SIGSTOP\"},\n" N
      "11, \"t_us\": 4000000, \"process\": \"child\", \"event\": \"continue\"},\n" N
      "12, \"t_us\": 5000000, \"process\": \"parent\", \"event\": \"kill\", \"to\": \"child\", "
      "\"signal\": \"SIGKILL\"},\n" N "13, \"t_us\": 5000000, \"process\": \"child\", \"event\": "
      "\"exit\", \"signal\": \"SIGKILL\"},\n" N
      "14, \"t_us\": 5000000, \"process\": \"init\", \"event\": \"adopt\", \"child\": "
      "\"child.0\"},\n" N
      "15, \"t_us\": 6000000, \"process\": \"child.0\", \"event\": \"exit\", \"status\": 3},\n" N
      "16, \"t_us\": 6000000, \"process\": \"init\", \"event\": \"reap\", \"child\": \"child.0\", "
      "\"status\": 3},\n" N "17, \"t_us\": 10000000, \"process\": \"parent\", \"event\": \"reap\", "
      "\"child\": \"child\", \"signal\": \"SIGKILL\"},\n" N
      "18, \"t_us\": 10000000, \"process\": \"parent\", \"event\": \"exit\", \"status\": 0},\n" N
      "19, \"t_us\": 10000000, \"process\": \"init\", \"event\": \"reap\", \"child\": \"parent\", "
      "\"status\": 0}";

/* The parent ends without waiting for its child, which ended before. */
static const char left[] = N
    "1, \"t_us\": 0, \"process\": \"parent\", \"event\": \"start\"},\n" N
    "2, \"t_us\": 0, \"process\": \"parent\", \"event\": \"fork\", \"error\": \"EAGAIN\", "
    "\"fault\": true},\n" N
    "3, \"t_us\": 0, \"process\": \"parent\", \"event\": \"fork\", \"child\": \"child\"},\n" N
    "4, \"t_us\": 0, \"process\": \"child\", \"event\": \"exit\", \"status\": 0},\n" N
    "5, \"t_us\": 1000000, \"process\": \"parent\", \"event\": \"exit\", \"status\": 0},\n" N
    "6, \"t_us\": 1000000, \"process\": \"init\", \"event\": \"adopt\", \"child\": \"child\"},\n" N
    "7, \"t_us\": 1000000, \"process\": \"init\", \"event\": \"reap\", \"child\": \"child\", "
    "\"status\": 0},\n" N "8, \"t_us\": 1000000, \"process\": \"init\", \"event\": \"reap\", "
    "\"child\": \"parent\", \"status\": 0}";

/* The child never ends. */
static const char endless[] =
    N "1, \"t_us\": 0, \"process\": \"parent\", \"event\": \"start\"},\n" N
      "2, \"t_us\": 0, \"process\": \"parent\", \"event\": \"fork\", \"child\": \"child\"},\n" N
      "3, \"t_us\": 0, \"process\": \"child\", \"event\": \"output\", \"stream\": \"stdout\", "
      "\"text\": \"one\\n\"},\n" N
      "4, \"t_us\": 0, \"process\": \"child\", \"event\": \"block\", \"on\": \"pause\"}";

struct story {
    const char *events;
    enum run_end end;
    int64_t duration_us;
};
static const struct story stories[] = {{killed, RUN_COMPLETED, 10000000},
                                       {left, RUN_COMPLETED, 1000000},
                                       {endless, RUN_LIMIT, 2000000},
                                       {endless, RUN_DEADLOCK, 0},
                                       {endless, RUN_FAILED, 0}};
enum { KILLED, LEFT, CUT, DEADLOCK, REFUSED };

/* `seen` NULL: it holds. Beginning with '?': it is not judged. Else what is seen, in part. */
static const struct example {
    int story;
    const char *expectation, *seen;
} examples[] = {
    {KILLED, "forks: 2", NULL},
    {KILLED, "forks: {parent: 1, child: 1}", NULL},
    {KILLED, "forks: {parent: 2}", "1 fork by parent"},
    {LEFT, "forks: 1", NULL},
    {KILLED, "tree: {parent: [{child: [child.0]}]}", NULL},
    {KILLED, "tree: {parent: [child]}", "there was also child.0 (a child of child)"},
    {LEFT, "tree: {parent: [{child: [child.0]}]}", "there was no child.0 (a child of child)"},
    {KILLED, "{at: 0s, state: {child: running, parent: sleeping}}", NULL},
    {KILLED, "{at: 2500ms, state: {child: sleeping}}", NULL},
    {KILLED, "{at: 3s, state: {child: stopped}}", NULL},
    {KILLED, "{at: 4s, state: {child: sleeping}}", NULL},
    {KILLED, "{at: 7s, state: {child: zombie}}", NULL},
    {KILLED, "{at: 7s, state: {child: running}}",
     "child was a zombie from 5s on: nobody had waited for it"},
    {KILLED, "{at: 20s, state: {child: reaped}}", NULL},
    {KILLED, "{at: 20s, state: {child: zombie}}", "child was reaped by parent at 10s"},
    {KILLED, "{at: 2s, state: {child: stopped}}", "child was sleeping from 1s on"},
    {KILLED, "{at: 7s, reaped: {child: parent}}", "nobody waited for child: it was a zombie from"},
    {KILLED, "{at: 4s, reaped: {child: parent}}", "child had not ended: it was sleeping from 4s"},
    {KILLED, "{at: 4s, exit: {child: SIGKILL}}", "child had not ended: it was sleeping from 4s on"},
    {KILLED, "{at: 4s, tree: {parent: [child]}}", "there was also child.0 (a child of child)"},
    {KILLED, "exit: {child: SIGKILL, parent: 0, child.0: [1, 3]}", NULL},
    {KILLED, "exit: {child: [0, SIGTERM]}", "child was killed by SIGKILL"},
    {KILLED, "exit: {child*: SIGKILL}", "child.0 ended with status 3"},
    {KILLED, "output: {of: parent, lines: [one, two]}", NULL},
    {KILLED, "output: {of: parent, lines: [one]}", "there is a line 2: \"two\""},
    {KILLED, "output: {of: parent, lines: [one, three]}", "line 2 is \"two\" instead of \"three\""},
    {KILLED, "output: {of: parent, lines: [one, two, three]}", "line 3 is missing: \"three\""},
    {KILLED, "output: {of: parent, unordered: [two, one]}", NULL},
    {KILLED, "output: {of: parent, unordered: [two, two]}", "missing: \"two\"; besides: \"one\""},
    {KILLED, "output: \"one\\ntwo\\noops\\n\"", NULL},
    {KILLED, "output: {of: parent, text: \"one\\ntwo\"}", "the same text with a newline after it"},
    {KILLED, "output: {of: parent, text: \"one\\nto\\n\"}",
     "line 2 goes on with \"wo\\n\" instead of \"o\\n\""},
    {KILLED, "output: {stream: stderr, text: \"oops\\n\"}", NULL},
    {KILLED, "output: {stream: stdout, of: child, text: \"\"}", NULL},
    {KILLED, "output: {contains: [\"wo\\no\", oops]}", NULL},
    {KILLED, "output: {contains: [one, three]}", "nowhere \"three\""},
    {KILLED, "output: {matches: '(?m)^t.o$'}", NULL},
    {KILLED, "output: {matches: '^two'}", "no match"},
    {KILLED, "reaped: {child: parent, child.0: init}", NULL},
    {KILLED, "reaped: {child.0: nobody}", NULL},
    {KILLED, "reaped: {child: nobody}", "child was reaped by parent"},
    {KILLED, "reaped: {child.0: child}", "it was left to init"},
    {KILLED, "zombies: 0", NULL},
    {LEFT, "zombies: 1", NULL},
    {LEFT, "zombies: [child]", NULL},
    {LEFT, "zombies: 0", "1 zombie: child"},
    {KILLED, "{at: 7s, zombies: [child]}", NULL},
    {KILLED, "orphans: [child.0]", NULL},
    {KILLED, "{at: 4s, orphans: 0}", NULL},
    {KILLED, "orphans: 0", "1 orphan: child.0"},
    {LEFT, "orphans: [child]", NULL},
    {KILLED, "signals: {of: child, delivered: [SIGKILL, SIGUSR1], ignored: [SIGUSR1]}", NULL},
    {KILLED, "signals: {of: child, caught: [SIGUSR1]}", "SIGUSR1 was not caught"},
    {KILLED, "signals: {of: child, ignored: [SIGUSR1, SIGUSR1]}", "only 1 of 2 times"},
    {KILLED, "duration: 10s", NULL},
    {KILLED, "duration: 9s", "the run lasted 10s"},
    {KILLED, "duration: {of: child, min: 5s, max: 5s}", NULL},
    {KILLED, "duration: {of: child, max: 4s}", "child lasted 5s"},
    {KILLED, "before: {first: {event: kill, to: child}, then: {event: exit, process: child}}",
     NULL},
    {KILLED, "before: {first: {event: reap}, then: {event: exit}}", "came before the first reap"},
    {KILLED, "before: {first: {event: exec}, then: {event: exit}}", "there was no exec"},
    {KILLED, "before: {first: {event: exit}, then: {event: exit}}", "is itself the first"},
    {KILLED, "never: {event: exit, status: 1}", NULL},
    {KILLED, "never: {event: output, text: two}", "0s: parent writes"},
    {LEFT, "never: {event: fork, error: EAGAIN}", "parent cannot fork: EAGAIN (injected)"},
    /* A name that the loader cannot refuse, as it may match later. */
    {KILLED, "exit: {child.9*: 0}",
     "no process matching 'child.9*' has lived (there were parent, child, child.0)"},
    {KILLED, "exit: {child.9: 0}",
     "no process called 'child.9' has lived (there were child.0, child, parent)"},
    /* Cut off: what more events could have broken is not decided. */
    {CUT, "forks: 1", "?"},
    {CUT, "forks: 2", "1 fork by all processes together; the run was cut off by a limit"},
    {CUT, "output: {contains: one}", NULL},
    {CUT, "exit: {child: 0}", "child had not ended: it was sleeping from 0s on"},
    {CUT, "never: {event: exit}", "?"},
    {CUT, "{at: 1s, state: {child: sleeping}}", NULL},
    {CUT, "{at: 5s, state: {child: sleeping}}", "?"},
    {DEADLOCK, "forks: 1", NULL},
    {DEADLOCK, "zombies: 0", "the root did not end"},
    {DEADLOCK, "exit: {child: 0}", "the run ended in a deadlock"},
    {REFUSED, "forks: 1", "?the run could not be performed: there was nothing to judge"},
};

static void play(const char *events, struct trace_sink sink)
{
    int fd = memfd_create("trace", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    dprintf(fd,
            "{\"procenario\": 1, \"scenario\": \"x\", \"clock\": \"virtual\", \"schedule\": "
            "\"round-robin\", \"notes\": [], \"events\": [\n%s],\n\"end\": \"completed\", "
            "\"duration_us\": 0, \"deterministic\": true, \"reasons\": [], \"verdict\": []}\n",
            events);
    struct error error = {0};
    struct trace_reader *reader = trace_reader_open(path, &error);
    if (reader == NULL || !trace_reader_run(reader, sink, &error))
        ok(false, error.message);
    trace_reader_free(reader);
    close(fd);
}

static bool is_as_told(const struct verdict *verdict, const struct example *example)
{
    if (example->seen == NULL)
        return verdict->holds && verdict->judged;
    if (verdict->holds || verdict->seen == NULL || verdict->evidence_count > 8)
        return false;
    if (example->seen[0] == '?')
        return !verdict->judged && strstr(verdict->seen, example->seen + 1) != NULL;
    return verdict->judged && strstr(verdict->seen, example->seen) != NULL;
}

static void test(const struct example *example)
{
    const char *entry = example->expectation;
    auto_free char *text = xasprintf("%sexpect: [%s%s%s]\n", PROCESSES, entry[0] == '{' ? "" : "{",
                                     entry, entry[0] == '{' ? "" : "}");
    struct source source;
    source_from_text(&source, "judge.yaml", text, strlen(text));
    struct diags diags;
    diags_init(&diags, &source);
    struct scenario_list list = {0};
    scenario_load(&source, NULL, 0, &diags, &list);
    auto_buf struct buf complaints = {0};
    diags_format(&diags, &complaints, false);
    if (list.count != 1) {
        ok(false, complaints.data);
    } else {
        const struct story *story = &stories[example->story];
        struct judge *judge = judge_new(list.items[0]);
        play(story->events, judge_sink(judge));
        size_t count;
        const struct verdict *verdicts = judge_end(judge, story->end, story->duration_us, &count);
        ok(count == 1 && is_as_told(verdicts, example), entry);
        printf("# expected: %s\n", verdicts->expected);
        if (!verdicts->holds)
            printf("# seen: %s\n", verdicts->seen);
        judge_free(judge);
    }
    scenario_list_release(&list);
    diags_release(&diags);
    source_release(&source);
}

int main(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        test(&examples[i]);
    return tap_done();
}
