/*
 * What a person at the terminal would have seen of a run, as it goes: the output as it was typed
 * and printed, commentary (`say`), and marks where scenario time passed. The same events give the
 * same bytes.
 */
#ifndef PROCENARIO_TRANSCRIPT_TRANSCRIPT_H
#define PROCENARIO_TRANSCRIPT_TRANSCRIPT_H

#include <stdio.h>

#include "trace/trace.h"

enum transcript_format {
    TRANSCRIPT_TEXT,
    TRANSCRIPT_ANSI,
    TRANSCRIPT_MARKDOWN,
    TRANSCRIPT_ASCIICAST,
    TRANSCRIPT_SVG,
    TRANSCRIPT_HTML,
};
extern const char *const transcript_format_words[]; /* NULL-terminated, in the order of the enum */

struct transcript_options {
    enum transcript_format format;
    enum language language;
    bool annotate; /* tell of forks, signals, zombies and reaping, too */
    FILE *out;     /* borrowed */
};

struct transcript;
struct transcript *transcript_new(const struct transcript_options *options);
/* All but SVG, whose height stands at its beginning, are written as the run goes. The sink asks for
 * the run's end when `out` cannot be written to. */
struct trace_sink transcript_sink(struct transcript *transcript);
/* Writes what is left. False: `out` could not be written to (errno tells why). */
bool transcript_end(struct transcript *transcript, const struct trace_footer *footer);
void transcript_free(struct transcript *transcript);

#endif
