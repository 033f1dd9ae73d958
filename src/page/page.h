/*
 * A run as one self-contained HTML page: timeline, a scrubber through the events, the terminal and
 * the process table as they were at that instant, and the expectations.
 *
 * (The folder report/ is about something else: the verdicts of `run` as text, JSON, TAP and JUnit.
 * The verb that writes a page is `report`, as a page is what one hands in or hands out.)
 *
 * All that needs understanding is worked out here, in C: what each event means in words, how the
 * terminal looked after it, in which state each process was. The page carries the answers as data,
 * and its script only looks them up and shows them. Without scripts the page is a plain report.
 */
#ifndef PROCENARIO_PAGE_PAGE_H
#define PROCENARIO_PAGE_PAGE_H

#include <stdio.h>

#include "history/history.h"

/* Writes the page; write errors stay with the stream (ferror). */
void page_write(const struct history *history, enum language language, FILE *out);

#endif
