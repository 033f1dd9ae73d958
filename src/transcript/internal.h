/*
 * Between the one who decides what is shown, and when (transcript.c), and those who write it down:
 * one `struct form` a format.
 */
#ifndef PROCENARIO_TRANSCRIPT_INTERNAL_H
#define PROCENARIO_TRANSCRIPT_INTERNAL_H

#include "transcript/terminal.h"
#include "transcript/transcript.h"

/* What is told besides what a terminal shows. */
enum note {
    NOTE_SAY,    /* commentary by the scenario's author: may be several lines */
    NOTE_TIME,   /* time has passed */
    NOTE_EVENT,  /* what cannot be seen on a terminal */
    NOTE_CUT_OFF /* the run ended before its time */
};

struct form {
    void (*begin)(struct transcript *transcript, const struct trace_header *header);
    /* A line of the terminal. */
    void (*line)(struct transcript *transcript, const struct terminal_line *line);
    /* Bytes as they went to a terminal; NULL: the form wants lines. */
    void (*bytes)(struct transcript *transcript, const char *bytes, size_t length);
    /* What somebody typed; its echo comes as bytes or lines. May be NULL. */
    void (*typed)(struct transcript *transcript, const char *text, size_t length);
    /* All lines before it were written. The text is safe to show. */
    void (*note)(struct transcript *transcript, enum note note, const char *text, size_t length);
    void (*end)(struct transcript *transcript, const struct trace_footer *footer);
    void (*free)(void *own); /* releases what `own` holds; NULL: nothing */
};
extern const struct form form_text, form_ansi, form_markdown, form_asciicast, form_svg, form_html;

struct transcript {
    enum language language;
    bool annotate;
    FILE *out; /* borrowed */
    const struct form *form;
    void *own;                 /* of the form */
    struct terminal *terminal; /* NULL: the form wants bytes, or none begun */
    struct buf text;           /* to be written out */
    int error;                 /* errno: it could not be written */
    int64_t now_us;            /* of what is being shown */
    int64_t told_us;           /* the time that readers know of */
    bool command_told;         /* or none will be */
    bool cut_off_told;
    char *root;         /* the root's name; NULL before it starts */
    size_t others;      /* processes besides the root that were not reaped yet */
    bool root_leaves;   /* the root ended, and some of them were still there */
    char *dead, *death; /* who has died, and the words for it; NULL: told already */
};

/* What is shown next happened at that time: marks what has passed. */
void transcript_at(struct transcript *transcript, int64_t us);
/* Shows what stands on the terminal, then the note. */
void transcript_note(struct transcript *transcript, enum note note, const char *text,
                     size_t length);

/* annotate.c: tells of what cannot be seen on a terminal. */
void annotate_event(struct transcript *transcript, const struct event *event);
/* Something else is shown now, or time passes: tells what waited to be told. */
void annotate_pending(struct transcript *transcript);
void annotate_release(struct transcript *transcript);

/* words.c */
/* "5s later", "5 秒后"; at the end "5s later, the end", "5 秒后结束". */
void add_time_mark(struct buf *out, enum language language, int64_t us, bool end);
/* A command line that a shell would take for these words. */
void add_command_line(struct buf *out, const char *const *argv, size_t argc);

/* The line as plain text, with its end if it has one here. */
void line_add(struct buf *out, const struct terminal_line *line);
/* Calls for each line of the text, without its end. */
void each_line(struct transcript *transcript, const char *text, size_t length,
               void (*add)(struct transcript *transcript, const char *line, size_t length));

#endif
