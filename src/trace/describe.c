/*
 * Events in words, as a person would tell them. Which phrase an event deserves is decided here,
 * once; how it reads in each language stands in phrases.h.
 */
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/units.h"
#include "trace/phrases.h"
#include "trace/trace.h"

#define X(id, en, zh) {en, zh},
static const char *const phrases[PHRASE_COUNT][LANGUAGE_COUNT] = {PHRASES(X)};
#undef X

struct teller {
    const struct event *event;
    enum language language;
    struct buf *out;
};

static void say(const struct teller *teller, enum phrase phrase);

/* ---- what stands for the words in braces ---- */

static void add_visible(const struct teller *teller, const char *text)
{
    if (text != NULL)
        text_add_visible(teller->out, text, strlen(text));
}

static void add_list(const struct teller *teller, const char *const *texts, size_t count,
                     const char *between)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_string(teller->out, between);
        add_visible(teller, texts[i]);
    }
}

static void add_duration(const struct teller *teller, int64_t us)
{
    char text[48];
    buf_add_string(teller->out, duration_format(us * NS_PER_US, text, sizeof text));
}

static void add_child(const struct teller *teller)
{
    add_visible(teller, teller->event->child);
}

static void add_to(const struct teller *teller)
{
    add_visible(teller, teller->event->to);
}

static void add_group(const struct teller *teller)
{
    add_visible(teller, teller->event->group);
}

static void add_how(const struct teller *teller)
{
    add_visible(teller, teller->event->how);
}

static void add_on(const struct teller *teller)
{
    add_visible(teller, teller->event->on);
}

static void add_signal(const struct teller *teller)
{
    buf_add_string(teller->out, signal_name(teller->event->signal));
}

static void add_status(const struct teller *teller)
{
    buf_printf(teller->out, "%d", teller->event->status);
}

static void add_fate(const struct teller *teller)
{
    if (teller->event->has_status)
        say(teller, PHRASE_STATUS);
    else if (teller->event->core)
        say(teller, PHRASE_CORE);
    else
        add_signal(teller);
}

static void add_error(const struct teller *teller)
{
    buf_add_string(teller->out, errno_name(teller->event->error));
}

static void add_failure(const struct teller *teller)
{
    if (teller->event->error != 0)
        say(teller, teller->event->fault ? PHRASE_FAILURE_INJECTED : PHRASE_FAILURE);
}

static void add_argv(const struct teller *teller)
{
    add_list(teller, teller->event->argv, teller->event->argc, " ");
}

static void add_targets(const struct teller *teller)
{
    if (teller->event->target_count == 0)
        say(teller, PHRASE_NOBODY);
    add_list(teller, teller->event->targets, teller->event->target_count,
             teller->language == LANGUAGE_ZH ? "、" : ", ");
}

static void add_text(const struct teller *teller)
{
    text_add_visible(teller->out, teller->event->text, teller->event->text_length);
}

static void add_bytes(const struct teller *teller)
{
    buf_printf(teller->out, "%llu", (unsigned long long)teller->event->bytes);
}

static void add_until(const struct teller *teller)
{
    add_duration(teller, teller->event->until_us - teller->event->t_us);
}

static void add_after(const struct teller *teller)
{
    add_duration(teller, teller->event->after_us);
}

/* Who is no process of the run has a word in each language. */
static void add_sender(const struct teller *teller)
{
    static const struct {
        const char *name;
        enum phrase phrase;
    } others[] = {{"timeline", PHRASE_FROM_TIMELINE},
                  {"terminal", PHRASE_FROM_TERMINAL},
                  {"timer", PHRASE_FROM_TIMER},
                  {"kernel", PHRASE_FROM_KERNEL}};
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (strcmp(others[i].name, teller->event->from) == 0) {
            say(teller, others[i].phrase);
            return;
        }
    add_visible(teller, teller->event->from);
}

static void add_from(const struct teller *teller)
{
    if (teller->event->from != NULL)
        say(teller, PHRASE_FROM);
}

static void add_table(const struct teller *teller)
{
    bool chinese = teller->language == LANGUAGE_ZH;
    const char *first = chinese ? "" : " ", *between = chinese ? "，" : ", ";
    for (size_t i = 0; i < teller->event->table_count; i++) {
        buf_add_string(teller->out, i > 0 ? between : first);
        add_visible(teller, teller->event->table[i].process);
        buf_printf(teller->out, " %s", state_in(teller->event->table[i].state, teller->language));
    }
}

static const struct {
    const char *word;
    void (*add)(const struct teller *teller);
} words[] = {
    {"child", add_child}, {"to", add_to},           {"group", add_group}, {"how", add_how},
    {"on", add_on},       {"signal", add_signal},   {"fate", add_fate},   {"status", add_status},
    {"error", add_error}, {"failure", add_failure}, {"argv", add_argv},   {"targets", add_targets},
    {"text", add_text},   {"bytes", add_bytes},     {"until", add_until}, {"after", add_after},
    {"from", add_from},   {"sender", add_sender},   {"table", add_table},
};

/* How the word of a phrase is filled in. */
typedef void filler(const struct teller *teller);
static filler *find_filler(const char *word, size_t length)
{
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strncmp(words[i].word, word, length) == 0 && words[i].word[length] == '\0')
            return words[i].add;
    BUG("no word {%.*s} in phrases", (int)length, word);
}

/* Chinese characters and their punctuation: from U+2E80 on, where UTF-8 has a lead byte of at least
 * 0xe2 (for which `text` has three bytes). */
static bool is_chinese(const char *text, size_t length)
{
    unsigned char lead = length >= 3 ? (unsigned char)text[0] : 0;
    return lead >= 0xe3 || (lead == 0xe2 && (unsigned char)text[1] >= 0xba);
}

static bool ends_chinese(const char *text, size_t length)
{
    size_t begin = length;
    while (begin > 0 && ((unsigned char)text[begin - 1] & 0xc0) == 0x80)
        begin--;
    return begin > 0 && is_chinese(text + begin - 1, length - begin + 1);
}

/* Fills the word in. A blank sets Latin letters off from Chinese ones, and these not from each
 * other. Returns how much of what stands behind it is a blank too many. */
static size_t fill_in(const struct teller *teller, filler *add, const char *behind)
{
    struct buf *out = teller->out;
    auto_buf struct buf word = {0};
    add(&(struct teller){teller->event, teller->language, &word});
    if (teller->language == LANGUAGE_ZH && out->length > 0 && out->data[out->length - 1] == ' ' &&
        ends_chinese(out->data, out->length - 1) && is_chinese(word.data, word.length))
        out->length--;
    buf_add(out, word.data, word.length);
    return teller->language == LANGUAGE_ZH && *behind == ' ' &&
                   ends_chinese(word.data, word.length) &&
                   is_chinese(behind + 1, strlen(behind + 1))
               ? 1
               : 0;
}

static void say(const struct teller *teller, enum phrase phrase)
{
    const char *text = phrases[phrase][teller->language];
    for (;;) {
        size_t plain = strcspn(text, "{");
        buf_add(teller->out, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        size_t length = strcspn(++text, "}");
        filler *add = find_filler(text, length);
        text += length + 1;
        text += fill_in(teller, add, text);
    }
}

/* ---- which phrase ---- */

static enum phrase phrase_of_kill(const struct event *event)
{
    bool probe = event->signal == 0;
    if (event->targets != NULL && event->group != NULL)
        return probe ? PHRASE_PROBE_GROUP : PHRASE_KILL_GROUP;
    if (event->targets != NULL)
        return probe ? PHRASE_PROBE_SOME_GROUP : PHRASE_KILL_SOME_GROUP;
    if (event->to != NULL)
        return probe ? PHRASE_PROBE : PHRASE_KILL;
    return probe ? PHRASE_PROBE_NOBODY : PHRASE_KILL_NOBODY;
}

static enum phrase phrase_of_wait(const struct event *event)
{
    bool named = event->to != NULL;
    if (event->child != NULL)
        return event->action == ACTION_CONTINUED ? PHRASE_LEARNS_CONTINUED : PHRASE_LEARNS_STOPPED;
    if (event->error != 0)
        return named ? PHRASE_WAIT_FAILS : PHRASE_WAIT_ANY_FAILS;
    if (event->has_status || event->signal != 0)
        return named ? PHRASE_WAIT_SEES : PHRASE_WAIT_ANY_SEES;
    return named ? PHRASE_WAIT_NONE : PHRASE_WAIT_ANY_NONE;
}

static enum phrase phrase_of_signal(const struct event *event)
{
    switch (event->action) {
    case ACTION_CAUGHT:
        return PHRASE_CATCHES;
    case ACTION_IGNORED:
        return PHRASE_IGNORES;
    case ACTION_TERMINATED:
        return PHRASE_IS_HIT;
    case ACTION_STOPPED:
    case ACTION_CONTINUED:
    case ACTION_NONE:
        break;
    }
    return PHRASE_GETS;
}

static enum phrase phrase_of_block(const struct event *event)
{
    bool until = event->has_until;
    if (strcmp(event->on, "sleep") == 0)
        return until ? PHRASE_SLEEP_FOR : PHRASE_SLEEP;
    if (strcmp(event->on, "wait") == 0 && event->to != NULL)
        return until ? PHRASE_BLOCK_WAIT_FOR : PHRASE_BLOCK_WAIT;
    if (strcmp(event->on, "wait") == 0)
        return until ? PHRASE_BLOCK_WAIT_ANY_FOR : PHRASE_BLOCK_WAIT_ANY;
    if (strcmp(event->on, "pause") == 0 || strcmp(event->on, "sigsuspend") == 0)
        return until ? PHRASE_BLOCK_SIGNAL_FOR : PHRASE_BLOCK_SIGNAL;
    return until ? PHRASE_BLOCK_FOR : PHRASE_BLOCK;
}

static enum phrase phrase_of_setpgid(const struct event *event)
{
    if (event->group != NULL)
        return event->to != NULL ? PHRASE_SETPGID : PHRASE_SETPGID_SELF;
    return event->to != NULL ? PHRASE_SETPGID_GONE : PHRASE_SETPGID_SELF_GONE;
}

static enum phrase phrase_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_START:
        return PHRASE_START;
    case EVENT_FORK:
        if (event->error != 0)
            return PHRASE_FORK_FAILS;
        return event->how != NULL ? PHRASE_FORK_HOW : PHRASE_FORK;
    case EVENT_THREAD:
        return PHRASE_THREAD;
    case EVENT_EXEC:
        return event->error != 0 ? PHRASE_EXEC_FAILS : PHRASE_EXEC;
    case EVENT_OUTPUT:
        return event->stream == 2 ? PHRASE_OUTPUT_ERROR : PHRASE_OUTPUT;
    case EVENT_KILL:
        return phrase_of_kill(event);
    case EVENT_SIGNAL:
        return phrase_of_signal(event);
    case EVENT_STOP:
        return PHRASE_STOP;
    case EVENT_CONTINUE:
        return PHRASE_CONTINUE;
    case EVENT_BLOCK:
        return phrase_of_block(event);
    case EVENT_WAKE:
        return PHRASE_WAKE;
    case EVENT_WAIT:
        return phrase_of_wait(event);
    case EVENT_EXIT:
        return event->has_status ? PHRASE_EXITS : event->core ? PHRASE_KILLED_CORE : PHRASE_KILLED;
    case EVENT_REAP:
        return event->automatic ? PHRASE_REAP_AUTO : PHRASE_REAP;
    case EVENT_ADOPT:
        return PHRASE_ADOPT;
    case EVENT_ALARM:
        return event->after_us == 0 ? PHRASE_ALARM_OFF : PHRASE_ALARM;
    case EVENT_SETSID:
        return PHRASE_SETSID;
    case EVENT_SETPGID:
        return phrase_of_setpgid(event);
    case EVENT_WRITE:
        return event->error != 0 ? PHRASE_WRITE_FAILS : PHRASE_WRITE_SHORT;
    case EVENT_READ:
        return PHRASE_READ_FAILS;
    case EVENT_SAY:
        return PHRASE_SAY;
    case EVENT_SNAPSHOT:
        return PHRASE_SNAPSHOT;
    case EVENT_TYPE:
        return PHRASE_TYPE;
    case EVENT_CLOSE:
        return PHRASE_CLOSE;
    case EVENT_TURN:
        return PHRASE_TURN;
    case EVENT_NOTE:
        return PHRASE_NOTE;
    case EVENT_LIMIT:
        return PHRASE_LIMIT;
    case EVENT_DEADLOCK:
        return PHRASE_DEADLOCK;
    case EVENT_INTERRUPT:
        return PHRASE_INTERRUPT;
    case EVENT_DIVERGE:
        return PHRASE_DIVERGE;
    }
    BUG("an event of kind %d", (int)event->kind);
}

void event_describe_in(enum language language, const struct event *event, struct buf *out)
{
    say(&(struct teller){event, language, out}, phrase_of(event));
}

void event_describe(const struct event *event, struct buf *out)
{
    event_describe_in(LANGUAGE_EN, event, out);
}

void fate_describe_in(enum language language, const struct event *event, struct buf *out)
{
    add_fate(&(struct teller){event, language, out});
}

const char *state_in(enum process_state state, enum language language)
{
    static const enum phrase of[] = {PHRASE_RUNNING, PHRASE_SLEEPING, PHRASE_STOPPED, PHRASE_ZOMBIE,
                                     PHRASE_REAPED};
    return phrases[of[state]][language];
}
