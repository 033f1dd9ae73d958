/*
 * One list a fact: signals, errno values, and how close a misspelt word is to a known one.
 */
#ifndef PROCENARIO_BASE_NAMES_H
#define PROCENARIO_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* "SIGTERM" for 15; real-time signals are "SIGRTMIN+3" (counted from glibc's SIGRTMIN, 34).
 * Returns a static string, or one of a few rotating static buffers; "SIG0" for 0. */
const char *signal_name(int signal);
/* Understands SIGTERM, TERM and 15, in any case, and SIGRTMIN+n / SIGRTMAX-n. 0 when unknown. */
int signal_parse(const char *text);
/* True when `text` is the standard spelling (SIGTERM), which `check` suggests otherwise. */
bool signal_is_standard_form(const char *text, int signal);

/* "EAGAIN" for EAGAIN; "E133" style for unknown numbers (rotating static buffers). */
const char *errno_name(int code);
/* 0 when unknown. */
int errno_parse(const char *text);

/* The nearest of `words` (NULL-terminated) to `word` by edit distance, or NULL when none is near
 * enough to be worth suggesting. */
const char *nearest_word(const char *word, const char *const *words);
/* Optimal string alignment distance (insert, delete, replace, swap neighbours), capped at `limit`.
 */
size_t edit_distance(const char *a, const char *b, size_t limit);

#endif
