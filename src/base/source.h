/*
 * The text of one input file, kept in memory with its line map, and spans into it.
 */
#ifndef PROCENARIO_BASE_SOURCE_H
#define PROCENARIO_BASE_SOURCE_H

#include "base/error.h"
#include "base/mem.h"

/* A piece of the text, in bytes from its start. */
struct span {
    uint32_t offset;
    uint32_t length;
};

struct source {
    char *path; /* as the user wrote it; "-" for standard input */
    char *text; /* NUL-terminated; may hold NULs when the file did */
    size_t length;
    uint32_t *line_offsets; /* byte offset of each line's start */
    size_t line_count;
};

/* Largest scenario or assignment that is read; more is refused by name. */
#define SOURCE_MAX_BYTES (16u << 20)

/* Reads a regular file, FIFO or "-" (standard input). Refuses directories and files over
 * SOURCE_MAX_BYTES. On failure the error says which file and why. */
bool source_read(struct source *source, const char *path, struct error *error);
/* The same from an open descriptor, which stays the caller's, of which `length` bytes were read
 * already. */
bool source_read_on(struct source *source, const char *path, int fd, const void *begun,
                    size_t length, struct error *error);
/* Takes text that is in memory already (copied). */
void source_from_text(struct source *source, const char *path, const char *text, size_t length);
void source_release(struct source *source);

struct position {
    unsigned line;   /* from 1 */
    unsigned column; /* from 1, in characters (code points), which editors jump to */
};
struct position source_position(const struct source *source, uint32_t offset);
/* The line's bytes without its line break. */
const char *source_line(const struct source *source, unsigned line, size_t *length);
/* The byte offset of a libyaml mark: line and column count from 0, columns in code points. */
uint32_t source_offset_at(const struct source *source, size_t line0, size_t column0);

#endif
