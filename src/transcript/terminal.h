/*
 * The terminal that a run writes to, which hands out each line when it is done. libvterm
 * understands the control sequences (sequences.h gives it no others); what stands on the screen is
 * kept here, so that a line that scrolls away costs no copy of all the others.
 *
 * A line is handed out once, as it looks when it leaves the screen or when the terminal is told to
 * show what it has. A line that changes after it was shown is handed out again; one that only grew
 * (an answer behind a prompt), by what is new.
 */
#ifndef PROCENARIO_TRANSCRIPT_TERMINAL_H
#define PROCENARIO_TRANSCRIPT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "trace/trace.h"

enum { TERMINAL_CHARS = 6 };

enum color_kind { COLOR_DEFAULT, COLOR_INDEXED, COLOR_RGB };
struct color {
    uint8_t kind; /* enum color_kind */
    uint8_t red;  /* or the index */
    uint8_t green, blue;
};

enum {
    LOOK_BOLD = 1,
    LOOK_ITALIC = 2,
    LOOK_UNDERLINE = 4,
    LOOK_REVERSE = 8,
    LOOK_STRIKE = 16,
    LOOK_TYPED = 32, /* somebody typed it; no program printed it */
};
struct look { /* without padding: compared as bytes */
    struct color foreground, background;
    uint32_t flags;
};
bool look_equal(const struct look *a, const struct look *b);

enum cell_kind {
    CELL_EMPTY,
    CELL_NARROW,
    CELL_WIDE,
    CELL_HALF /* the right one, of a wide cell */
};
struct cell { /* without padding, too */
    uint32_t kind;
    uint32_t chars[TERMINAL_CHARS]; /* a character and its combining marks; then 0 */
    struct look look;
};

struct terminal_line {
    const struct cell *cells; /* borrowed */
    size_t count;             /* nothing that shows is behind it, unless it wraps */
    bool wraps;               /* too long for the terminal: goes on in the next line */
};
/* Who is told of lines. */
struct terminal_listener {
    /* A line is done, or somebody looks. May be NULL. */
    void (*done)(void *self, const struct terminal_line *line);
    /* It went out of sight at the screen's top, or was cleared away: it can be scrolled back to.
     * What full-screen programs show on a screen of their own cannot. May be NULL. */
    void (*left)(void *self, const struct terminal_line *line);
    void *self;
};

struct terminal;
struct terminal *terminal_new(struct terminal_size size, struct terminal_listener listener);
unsigned terminal_rows(const struct terminal *terminal);
/* What a program printed, or (typed) what somebody typed. A newline alone ends a line. */
void terminal_feed(struct terminal *terminal, const char *bytes, size_t length, bool typed);
/* Hands out what stands on the screen and was not handed out yet. */
void terminal_show(struct terminal *terminal);
/* A row of the screen as it is now, from 0; borrowed until more is fed. */
struct terminal_line terminal_row(const struct terminal *terminal, unsigned row);
void terminal_free(struct terminal *terminal);

/* What a terminal echoes when this is typed: ^C for a control character. */
void add_echo(struct buf *out, const char *typed, size_t length);
/* A cell's text in UTF-8, a blank if there is nothing in it; returns its length. */
enum { LONGEST_CELL = 4 * TERMINAL_CHARS };
size_t cell_encode(const struct cell *cell, char *out);
/* Is it a wide character that is a picture or a sign, such as an emoji? Full-width letters are as
 * wide as high in any font; these are as wide as their font likes. */
bool cell_is_symbol(const struct cell *cell);

#endif
