/*
 * What cannot be seen on a terminal, in words. Left out is what readers know already (turns, wakes,
 * sleeps, which the marks of time tell of) and what is said twice: that a signal hits is the death
 * or the stop that follows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "transcript/internal.h"

static bool is(const char *word, const char *other)
{
    return word != NULL && strcmp(word, other) == 0;
}

/* ---- deaths ---- */

/* Whoever has died is a zombie, unless it is reaped at once: what is told of a death waits for what
 * comes next. */
static void hold_death(struct transcript *transcript, const char *name, struct buf *text)
{
    transcript->dead = xstrdup(name);
    transcript->death = buf_take(text);
}

static void tell_death(struct transcript *transcript, bool zombie)
{
    auto_buf struct buf text = {0};
    buf_add_string(&text, transcript->death);
    bool last = is(transcript->root, transcript->dead) && !transcript->root_leaves;
    if (zombie && !last) /* the end of the story: who started the root reaps it */
        buf_add_string(&text, transcript->language == LANGUAGE_ZH ? "，成为僵尸进程"
                                                                  : " and is now a zombie");
    annotate_release(transcript);
    transcript_note(transcript, NOTE_EVENT, text.data, text.length);
}

void annotate_pending(struct transcript *transcript)
{
    if (transcript->death != NULL)
        tell_death(transcript, true);
}

/* ---- which events are told ---- */

static bool is_worth_telling(const struct transcript *transcript, const struct event *event)
{
    switch (event->kind) {
    case EVENT_FORK:
    case EVENT_THREAD:
    case EVENT_EXEC:
    case EVENT_KILL:
    case EVENT_STOP:
    case EVENT_CONTINUE:
    case EVENT_WAIT:
    case EVENT_EXIT:
    case EVENT_ADOPT:
    case EVENT_ALARM:
    case EVENT_SETSID:
    case EVENT_SETPGID:
    case EVENT_WRITE:
    case EVENT_READ:
    case EVENT_CLOSE:
        return true;
    case EVENT_SIGNAL:
        return event->action == ACTION_CAUGHT || event->action == ACTION_IGNORED;
    case EVENT_REAP: /* the root's is the end of the story, unless others go on */
        return !is(event->process, "init") || !is(transcript->root, event->child) ||
               transcript->root_leaves;
    case EVENT_BLOCK: /* for whom, if it is not time that has to pass */
        return is(event->on, "wait") || is(event->on, "pause") || is(event->on, "sigsuspend");
    case EVENT_SNAPSHOT: /* a `ps` step prints its own */
        return is(event->process, "timeline");
    default:
        return false;
    }
}

/* From whom a signal came, if that is no process: in words that readers know. */
static const char *from_outside(enum language language, const char *from)
{
    static const char *const words[][1 + LANGUAGE_COUNT] = {
        {"timeline", " (from outside)", "（来自外部）"},
        {"terminal", " (from the terminal)", "（来自终端）"},
        {"timer", " (from a timer)", "（来自定时器）"},
        {"kernel", " (from the kernel)", "（来自内核）"},
    };
    for (size_t i = 0; from != NULL && i < ARRAY_SIZE(words); i++)
        if (strcmp(from, words[i][0]) == 0)
            return words[i][1 + language];
    return NULL;
}

static void add_who(struct transcript *transcript, const struct event *event, struct buf *text)
{
    bool outside = is(event->process, "timeline");
    if (outside && event->kind == EVENT_SNAPSHOT)
        return; /* nobody's doing */
    if (outside && transcript->language == LANGUAGE_ZH)
        buf_add_string(text, "外部");
    else if (outside)
        buf_add_string(text, "somebody outside");
    else
        text_add_visible(text, event->process, strlen(event->process));
    if (!outside || transcript->language != LANGUAGE_ZH)
        buf_add_char(text, ' ');
}

static void count_processes(struct transcript *transcript, const struct event *event)
{
    bool of_root = is(transcript->root, event->kind == EVENT_REAP ? event->child : event->process);
    if (event->kind == EVENT_FORK && event->error == 0)
        transcript->others++;
    else if (event->kind == EVENT_REAP && !of_root && transcript->others > 0)
        transcript->others--;
    else if (event->kind == EVENT_EXIT && of_root)
        transcript->root_leaves = transcript->others > 0;
}

void annotate_event(struct transcript *transcript, const struct event *event)
{
    count_processes(transcript, event);
    if (event->kind == EVENT_REAP && is(transcript->dead, event->child) &&
        event->t_us == transcript->now_us)
        tell_death(transcript, false);
    if (!is_worth_telling(transcript, event))
        return;
    transcript_at(transcript, event->t_us);
    struct event told = *event;
    auto_buf struct buf text = {0};
    const char *outside = from_outside(transcript->language, event->from);
    if (outside != NULL)
        told.from = NULL;
    add_who(transcript, event, &text);
    event_describe_in(transcript->language, &told, &text);
    buf_add_string(&text, outside != NULL ? outside : "");
    if (event->kind == EVENT_EXIT)
        hold_death(transcript, event->process, &text);
    else
        transcript_note(transcript, NOTE_EVENT, text.data, text.length);
}

void annotate_release(struct transcript *transcript)
{
    free(transcript->dead);
    free(transcript->death);
    transcript->dead = transcript->death = NULL;
}
