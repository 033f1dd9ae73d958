/* Events as JSON and back, whole traces and broken ones. With an argument: writes a trace with
 * every kind of event to that file, for the schema to be held against. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "trace/phrases.h"
#include "trace/trace.h"

static const struct table_row rows[] = {{"parent", "", STATE_SLEEPING, "sh"},
                                        {"child", "init", STATE_ZOMBIE, "sh -c \"x\""}};
#define TEXT(bytes) .text = (bytes), .text_length = sizeof(bytes) - 1
#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* One of each kind, and of each form that a kind has: the event, its line, and its words. */
static const struct example {
    struct event event;
    const char *fields, *words;
} examples[] = {
    {{.kind = EVENT_START}, "", "starts"},
    {{.kind = EVENT_FORK, .child = "child", .of = 3},
     ", \"child\": \"child\", \"of\": 3",
     "forks child"},
    {{.kind = EVENT_FORK, .child = "child", .how = "vfork"},
     ", \"child\": \"child\", \"how\": \"vfork\"",
     "forks child (vfork)"},
    {{.kind = EVENT_FORK, .error = EAGAIN, .fault = true},
     ", \"error\": \"EAGAIN\", \"fault\": true",
     "cannot fork: EAGAIN (injected)"},
    {{.kind = EVENT_THREAD}, "", "makes a thread"},
    {{.kind = EVENT_EXEC, .argv = WORDS("sh", "-c", "a\nb"), .argc = 3},
     ", \"argv\": [\"sh\", \"-c\", \"a\\nb\"]",
     "executes sh -c a\\nb"},
    {{.kind = EVENT_EXEC, .argv = WORDS("no"), .argc = 1, .error = ENOENT},
     ", \"argv\": [\"no\"], \"error\": \"ENOENT\"",
     "cannot execute no: ENOENT"},
    {{.kind = EVENT_OUTPUT, .stream = 1, TEXT("caf\xc3\xa9 \"x\"\\\n")},
     ", \"stream\": \"stdout\", \"text\": \"caf\xc3\xa9 \\\"x\\\"\\\\\\n\"",
     NULL},
    /* A control of C1, a line separator, and what is no character: nothing that steers a terminal.
     */
    {{.kind = EVENT_OUTPUT, .stream = 1, TEXT("\xc2\x9b|\xe2\x80\xa9|\xef\xbf\xbe|\xc2\xa0\x7f")},
     ", \"stream\": \"stdout\", \"text\": \"\\u009b|\\u2029|\\ufffe|\xc2\xa0\\u007f\"",
     NULL},
    {{.kind = EVENT_OUTPUT, .stream = 2, TEXT("\xff\0x")},
     ", \"stream\": \"stderr\", \"base64\": \"/wB4\"",
     NULL},
    {{.kind = EVENT_KILL, .to = "child", .signal = SIGKILL},
     ", \"to\": \"child\", \"signal\": \"SIGKILL\"",
     "sends SIGKILL to child"},
    {{.kind = EVENT_KILL,
      .targets = WORDS("a", "b"),
      .target_count = 2,
      .group = "a",
      .signal = SIGINT},
     ", \"targets\": [\"a\", \"b\"], \"group\": \"a\", \"signal\": \"SIGINT\"",
     "sends SIGINT to the process group of a: a, b"},
    {{.kind = EVENT_KILL, .to = "child", .signal = 0, .error = ESRCH},
     ", \"to\": \"child\", \"signal\": \"SIG0\", \"error\": \"ESRCH\"",
     "probes child: ESRCH"},
    {{.kind = EVENT_SIGNAL, .signal = 37, .action = ACTION_CAUGHT, .from = "timeline"},
     ", \"signal\": \"SIGRTMIN+3\", \"action\": \"caught\", \"from\": \"timeline\"",
     "catches SIGRTMIN+3 (from timeline)"},
    {{.kind = EVENT_STOP, .signal = SIGTSTP}, ", \"signal\": \"SIGTSTP\"", "is stopped by SIGTSTP"},
    {{.kind = EVENT_CONTINUE}, "", "goes on"},
    {{.kind = EVENT_BLOCK, .on = "sleep", .has_until = true, .until_us = 1500000},
     ", \"on\": \"sleep\", \"until_us\": 1500000",
     NULL},
    {{.kind = EVENT_BLOCK, .on = "wait", .to = "child"},
     ", \"on\": \"wait\", \"to\": \"child\"",
     "waits for child"},
    {{.kind = EVENT_WAKE}, "", "wakes"},
    {{.kind = EVENT_WAIT, .to = "child"},
     ", \"to\": \"child\"",
     "waits for child: none has ended yet"},
    {{.kind = EVENT_WAIT, .child = "child", .action = ACTION_STOPPED, .signal = SIGSTOP},
     ", \"child\": \"child\", \"action\": \"stopped\", \"signal\": \"SIGSTOP\"",
     "learns that child has stopped"},
    {{.kind = EVENT_WAIT, .error = ECHILD}, ", \"error\": \"ECHILD\"", "waits for a child: ECHILD"},
    {{.kind = EVENT_EXIT, .has_status = true, .status = 0},
     ", \"status\": 0",
     "exits with status 0"},
    {{.kind = EVENT_EXIT, .signal = SIGABRT, .core = true},
     ", \"signal\": \"SIGABRT\", \"core\": true",
     "is killed by SIGABRT (core dumped)"},
    {{.kind = EVENT_REAP, .child = "child", .has_status = true, .status = 7, .automatic = true},
     ", \"child\": \"child\", \"status\": 7, \"auto\": true",
     NULL},
    {{.kind = EVENT_ADOPT, .child = "child"}, ", \"child\": \"child\"", "adopts the orphan child"},
    {{.kind = EVENT_ALARM, .has_after = true}, ", \"after_us\": 0", "cancels its timer"},
    {{.kind = EVENT_SETSID}, "", "begins a session of its own"},
    {{.kind = EVENT_SETPGID, .group = "a"},
     ", \"group\": \"a\"",
     "moves itself to the process group of a"},
    {{.kind = EVENT_WRITE, .has_bytes = true, .bytes = 3, .fault = true},
     ", \"bytes\": 3, \"fault\": true",
     "writes only 3 bytes (injected)"},
    {{.kind = EVENT_READ, .error = EIO}, ", \"error\": \"EIO\"", "cannot read: EIO"},
    {{.kind = EVENT_SAY, TEXT("hello")}, ", \"text\": \"hello\"", "hello"},
    {{.kind = EVENT_SNAPSHOT, .table = rows, .table_count = 2},
     ", \"table\": [{\"process\": \"parent\", \"parent\": \"\", \"state\": \"sleeping\", "
     "\"command\": "
     "\"sh\"}, {\"process\": \"child\", \"parent\": \"init\", \"state\": \"zombie\", \"command\": "
     "\"sh "
     "-c \\\"x\\\"\"}]",
     "process table: parent sleeping, child zombie"},
    {{.kind = EVENT_TYPE, TEXT("ls\n")}, ", \"text\": \"ls\\n\"", "types \"ls\\n\""},
    {{.kind = EVENT_CLOSE, .on = "stdin"}, ", \"on\": \"stdin\"", "closes stdin"},
    {{.kind = EVENT_TURN, .of = 2}, ", \"of\": 2", "has the turn"},
    {{.kind = EVENT_NOTE, TEXT("threads")}, ", \"text\": \"threads\"", "not reproducible: threads"},
    {{.kind = EVENT_LIMIT, .on = "time", TEXT("over 1h")},
     ", \"on\": \"time\", \"text\": \"over 1h\"",
     "limit 'time': over 1h"},
    {{.kind = EVENT_DEADLOCK, TEXT("a, b")}, ", \"text\": \"a, b\"", "deadlock: a, b"},
    {{.kind = EVENT_INTERRUPT, .signal = SIGINT},
     ", \"signal\": \"SIGINT\"",
     "interrupted by SIGINT"},
    {{.kind = EVENT_DIVERGE, TEXT("other")}, ", \"text\": \"other\"", "the run differs: other"},
};
#define EXAMPLES (sizeof examples / sizeof examples[0])

static struct event example_event(size_t i)
{
    struct event event = examples[i].event;
    event.n = i + 1;
    event.t_us = (int64_t)i * 1000;
    event.process = "parent";
    return event;
}

static void test_lines(void)
{
    bool all_kinds[EVENT_DIVERGE + 1] = {false};
    for (size_t i = 0; i < EXAMPLES; i++) {
        struct event event = example_event(i);
        all_kinds[event.kind] = true;
        auto_buf struct buf line = {0}, words = {0};
        event_format(&event, &line);
        auto_free char *expected =
            xasprintf("{\"n\": %zu, \"t_us\": %zu, \"process\": \"parent\", \"event\": \"%s\"%s}",
                      i + 1, i * 1000, event_words[event.kind], examples[i].fields);
        ok(strcmp(line.data, expected) == 0, expected);
        event_describe(&event, &words);
        if (examples[i].words != NULL)
            ok(strcmp(words.data, examples[i].words) == 0, examples[i].words);
    }
    bool each = true;
    for (size_t i = 0; i <= EVENT_DIVERGE; i++)
        each &= all_kinds[i];
    ok(each, "there is an example of each kind");
}

/* A file in memory; its path is good as long as it is open. */
static int memory_file(char *path, size_t size)
{
    int fd = memfd_create("trace", MFD_CLOEXEC);
    snprintf(path, size, "/proc/self/fd/%d", fd);
    return fd;
}

struct reading {
    bool footer_same;
    struct buf lines;
    char scenario[64];
    size_t notes;
    struct terminal_size terminal;
};

/* Every word that is filled in stands in a phrase of every language. */
static void test_phrases(void)
{
#define X(id, en, zh) {#id, en, zh},
    static const struct {
        const char *name, *en, *zh;
    } phrases[] = {PHRASES(X)};
#undef X
    for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
        const char *pair[] = {phrases[i].en, phrases[i].zh};
        bool same = true;
        for (size_t j = 0; j < 2; j++)
            for (const char *at = strchr(pair[j], '{'); at != NULL; at = strchr(at + 1, '{')) {
                auto_free char *word = xstrndup(at, strcspn(at, "}") + 1);
                same &= strstr(pair[1 - j], word) != NULL;
            }
        ok(same, phrases[i].name);
    }
    struct event event = {.kind = EVENT_EXIT, .process = "child", .signal = 9};
    auto_buf struct buf words = {0};
    event_describe_in(LANGUAGE_ZH, &event, &words);
    ok(strcmp(words.data, "被 SIGKILL 杀死") == 0, "a death in Chinese");
    struct event dumped = {.kind = EVENT_EXIT, .process = "child", .signal = 11, .core = true};
    buf_clear(&words);
    event_describe_in(LANGUAGE_ZH, &dumped, &words);
    ok(strcmp(words.data, "被 SIGSEGV 杀死（核心已转储）") == 0, "with its core");
    struct event caught = {.kind = EVENT_SIGNAL,
                           .process = "child",
                           .signal = 15,
                           .action = ACTION_CAUGHT,
                           .from = "timeline"};
    buf_clear(&words);
    event_describe_in(LANGUAGE_ZH, &caught, &words);
    ok(strcmp(words.data, "捕获 SIGTERM（来自外部）") == 0,
       "no blank between Chinese words, and one beside others");
    ok(strcmp(state_in(STATE_ZOMBIE, LANGUAGE_ZH), "僵尸") == 0, "a state in Chinese");
    ok(strcmp(state_in(STATE_ZOMBIE, LANGUAGE_EN), state_words[STATE_ZOMBIE]) == 0,
       "a state in English");
}

static bool note_header(void *self, const struct trace_header *header)
{
    struct reading *reading = self;
    snprintf(reading->scenario, sizeof reading->scenario, "%s", header->scenario);
    reading->notes = header->note_count;
    reading->terminal = trace_terminal(header);
    return true;
}

static bool note_event(void *self, const struct event *event)
{
    struct reading *reading = self;
    event_format(event, &reading->lines);
    buf_add_char(&reading->lines, '\n');
    return true;
}

/* What write_trace() writes after the events. */
static bool is_the_footer(const struct trace_footer *footer)
{
    const struct verdict *verdict = footer->verdicts;
    return footer->end == RUN_LIMIT && footer->duration_us == 42 && !footer->deterministic &&
           footer->reason_count == 1 && strcmp(footer->reasons[0], "why") == 0 &&
           footer->verdict_count == 1 && strcmp(verdict->name, "forks: 1") == 0 &&
           !verdict->holds && verdict->judged && !verdict->has_points &&
           strcmp(verdict->expected, "1 fork") == 0 && strcmp(verdict->seen, "2 forks") == 0 &&
           (verdict->evidence_count == 0 ||
            (verdict->evidence_count == 2 && verdict->evidence[1] == 3));
}

static bool read_trace(const char *path, struct reading *reading, struct error *error)
{
    *error = (struct error){0};
    struct trace_reader *reader = trace_reader_open(path, error);
    if (reader == NULL)
        return false;
    bool whole = trace_reader_run(
        reader, (struct trace_sink){.begin = note_header, .event = note_event, .self = reading},
        error);
    if (whole)
        reading->footer_same = is_the_footer(trace_reader_footer(reader));
    trace_reader_free(reader);
    return whole;
}

static void write_trace(int fd, size_t events)
{
    struct trace_writer *writer = trace_writer_new(fd, "trace");
    struct trace_sink sink = trace_writer_sink(writer);
    struct trace_header header = {.scenario = "a \"title\"",
                                  .clock = "virtual",
                                  .schedule = "random:7",
                                  .terminal = {40, 132},
                                  .notes = WORDS("one", "two"),
                                  .note_count = 2};
    sink.begin(sink.self, &header);
    for (size_t i = 0; i < events; i++) {
        struct event event = example_event(i);
        sink.event(sink.self, &event);
    }
    struct verdict verdict = {.name = "forks: 1",
                              .judged = true,
                              .expected = "1 fork",
                              .seen = "2 forks",
                              .evidence = (const uint64_t[]){2, 3},
                              .evidence_count = events >= 3 ? 2 : 0};
    struct trace_footer footer = {.end = RUN_LIMIT,
                                  .duration_us = 42,
                                  .reasons = WORDS("why"),
                                  .reason_count = 1,
                                  .verdicts = &verdict,
                                  .verdict_count = 1};
    ok(trace_writer_finish(writer, &footer), "the trace is written");
    ok(trace_writer_error(writer) == NULL, "there is no error");
    trace_writer_free(writer);
}

static void test_round_trip(size_t events, const char *name)
{
    char path[64];
    int fd = memory_file(path, sizeof path);
    write_trace(fd, events);
    auto_buf struct buf expected = {0};
    for (size_t i = 0; i < events; i++) {
        struct event event = example_event(i);
        event_format(&event, &expected);
        buf_add_char(&expected, '\n');
    }
    struct reading reading = {0};
    struct error error;
    ok(read_trace(path, &reading, &error), name);
    ok(reading.lines.length == expected.length &&
           (events == 0 || strcmp(reading.lines.data, expected.data) == 0),
       "what is read is what was written");
    ok(strcmp(reading.scenario, "a \"title\"") == 0 && reading.notes == 2 &&
           reading.terminal.rows == 40 && reading.terminal.columns == 132,
       "with its header");
    ok(reading.footer_same, "and its end");
    buf_release(&reading.lines);

    /* Wherever the file is cut, that is told, and nothing is made up. */
    off_t size = lseek(fd, 0, SEEK_END);
    bool told = true, prefix = true;
    for (off_t cut = size - 2; cut > 0 && ftruncate(fd, cut) == 0; cut -= 7) {
        reading = (struct reading){0};
        told &= !read_trace(path, &reading, &error) && error.message[0] != '\0';
        prefix &= reading.lines.length <= expected.length &&
                  (reading.lines.length == 0 ||
                   memcmp(reading.lines.data, expected.data, reading.lines.length) == 0);
        buf_release(&reading.lines);
    }
    ok(told, "a trace that is cut off anywhere is refused");
    ok(prefix, "after the events that are whole");
    close(fd);
}

static void test_refused(const char *text, const char *where, const char *name)
{
    char path[64];
    int fd = memory_file(path, sizeof path);
    struct reading reading = {0};
    struct error error;
    ok(write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
           !read_trace(path, &reading, &error) && strstr(error.message, where) != NULL,
       name);
    printf("# %s\n", error.message);
    buf_release(&reading.lines);
    close(fd);
}

static void test_write_error(void)
{
    int fd = open("/dev/full", O_WRONLY);
    struct trace_writer *writer = trace_writer_new(fd, "full");
    struct trace_sink sink = trace_writer_sink(writer);
    struct trace_header header = {.scenario = "x", .clock = "virtual", .schedule = "free"};
    sink.begin(sink.self, &header);
    size_t taken = 0;
    for (struct event event = example_event(0); taken < 100000; taken++, event.n++)
        if (!sink.event(sink.self, &event))
            break;
    ok(taken < 100000, "the run is asked to end when the disk is full");
    ok(!trace_writer_finish(writer, &(struct trace_footer){0}), "the end fails, too");
    ok(trace_writer_error(writer) != NULL && trace_writer_error(writer)->code == ENOSPC,
       "the error says why");
    trace_writer_free(writer);
    close(fd);
}

#define HEADER                                                                                     \
    "{\"procenario\": 1, \"scenario\": \"x\", \"clock\": \"virtual\", \"schedule\": \"free\", "    \
    "\"notes\": [], \"events\": ["
#define END                                                                                        \
    "],\n\"end\": \"completed\", \"duration_us\": 0, \"deterministic\": true, \"reasons\": [], "   \
    "\"verdict\": []}\n"
#define EVENT(n, us) "\n{\"n\": " #n ", \"t_us\": " #us ", \"process\": \"a\", \"event\": "

/* One whole trace, and what makes it none. */
static const struct {
    const char *text, *where, *name;
} refused[] = {
    {"", ":1: the trace is empty", "an empty file is no trace"},
    {"hello, this is a text of another kind\n", ":1: this is not a trace", "nor is a text"},
    {"{\"procenario\": 2, \"scenario\": \"x\", \"events\": [\n", ":1: the trace is of version 2",
     "another version is refused"},
    {"{\"procenario\": 1, \"scenario\": \"x\", \"events\": [\n", ":1: the trace's header",
     "a header that lacks something is refused"},
    {"{\"procenario\": 1, \"scenario\": \"x\", \"clock\": \"virtual\", \"schedule\": \"free\", "
     "\"terminal\": {\"rows\": 24, \"columns\": 1001}, \"notes\": [], \"events\": [\n",
     ":1: the size of the run's terminal", "a terminal of no possible size is refused"},
    {HEADER EVENT(1, 0) "\"dance\"}" END, ":2: the event's kind", "an unknown kind is refused"},
    {HEADER EVENT(1, 0) "\"reap\"}" END, ":2: the event names no child",
     "a reap of nobody is refused"},
    {HEADER EVENT(1, 0) "\"exit\"}" END, ":2: the event tells neither",
     "an end without a status is refused"},
    {HEADER EVENT(1, 0) "\"exit\", \"signal\": \"SIGNAL\"}" END, ":2: the event tells neither",
     "an unknown signal is refused"},
    {HEADER EVENT(1, 0) "\"exit\", \"signal\": \"TERM\"}" END,
     ":2:65: ", "a signal by another name is refused"},
    {HEADER EVENT(1, 0) "\"exit\", \"status\": \"0\"}" END,
     ":2:64: ", "a number in quotes is refused"},
    {HEADER EVENT(1, 0) "\"stop\", \"signal\": \"SIG0\"}" END, ":2: the event names no signal",
     "a stop by nothing is refused"},
    {HEADER EVENT(1, 0) "\"wait\", \"error\": \"ENOERROR\"}" END,
     ":2:52: ", "an unknown error is not taken for success"},
    {HEADER EVENT(1, 0) "\"start\", \"color\": 1}" END, ":2:53: ", "an unknown key is refused"},
    {HEADER EVENT(1, 0) "\"exec\"}" END, ":2:52: ", "a missing key is refused"},
    {HEADER "\n{\"t_us\": 0, \"n\": 1, \"process\": \"a\", \"event\": \"start\"}" END,
     ":2:3: ", "another order is refused"},
    {HEADER EVENT(1, 0) "\"output\", \"base64\": \"?\"}" END, ":2: the output is not base64",
     "wrong base64 is refused"},
    {HEADER EVENT(1, -1) "\"start\"}" END, ":2: a time is out of range",
     "a time before the start is refused"},
    {HEADER EVENT(1, 9) "\"start\"}," EVENT(2, 8) "\"wake\"}" END, ":3: the event is earlier",
     "time does not go back"},
    {HEADER EVENT(1, 0) "\"start\"}," EVENT(3, 0) "\"wake\"}" END,
     ":3: the event's number is 3, not 2", "a gap in the numbers is refused"},
    {HEADER EVENT(1, 0) "\"start\"}],\n\"end\": \"soon\"}\n", ":3: the trace does not say how",
     "an unknown end is refused"},
    {HEADER EVENT(1, 0) "\"start\"}],\n\"end\": \"completed\"}\n",
     ":3: the trace's end is not whole", "an end that lacks something is refused"},
    {HEADER EVENT(1, 0) "\"start\"}" END "more\n", ":4: ", "nothing stands behind the end"},
};

/* Errors that have no name here keep their number. */
static void test_unnamed_error(void)
{
    char path[64];
    int fd = memory_file(path, sizeof path);
    struct reading reading = {0};
    struct error error;
    dprintf(fd, "%s", HEADER EVENT(1, 0) "\"read\", \"error\": \"E513\"}" END);
    ok(read_trace(path, &reading, &error) && strstr(reading.lines.data, "\"E513\"") != NULL,
       "an error without a name is read");
    buf_release(&reading.lines);
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc == 2) {
        int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
        write_trace(fd, EXAMPLES);
        return close(fd) == 0 && tap_failed == 0 ? 0 : 1;
    }
    test_lines();
    test_phrases();
    test_round_trip(EXAMPLES, "a trace with every kind of event is read");
    test_round_trip(0, "a trace without events is read");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        test_refused(refused[i].text, refused[i].where, refused[i].name);
    test_unnamed_error();
    struct reading reading = {0};
    struct error error;
    ok(!read_trace("/does/not/exist", &reading, &error) && error.code == ENOENT,
       "a missing file is told");
    ok(!read_trace("/", &reading, &error) && error.code == EISDIR, "a directory is no trace");
    test_write_error();
    return tap_done();
}
