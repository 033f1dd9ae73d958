/*
 * Text as bytes, as UTF-8, and as columns on a terminal. Never depends on the locale: graders and
 * CI run in the C locale, and a golden must not differ there.
 */
#ifndef PROCENARIO_BASE_TEXT_H
#define PROCENARIO_BASE_TEXT_H

#include "base/mem.h"

/* Length of the longest valid UTF-8 prefix (NUL counts as valid). */
size_t utf8_valid_prefix(const char *text, size_t length);
/* How much of the text to take when at most `most` bytes of it are wanted: not half a character. */
size_t utf8_cut(const char *text, size_t length, size_t most);
/* Columns a terminal needs for the text (wide characters 2, combining marks 0); by utf8proc. */
size_t utf8_width(const char *text, size_t length);
/* Appends a JSON string literal with quotes, which is also a double-quoted scalar of YAML; the text
 * must be valid UTF-8. Escapes quotes, backslash, and what is not printable: controls, DEL,
 * U+0080 to U+009F, U+2028, U+2029, U+FFFE and U+FFFF. */
void json_add_string(struct buf *buf, const char *text, size_t length);
/* Appends the text as it stands in XML 1.0, which has no way to write most control characters,
 * U+FFFE and U+FFFF, not even by reference: they are left out, and what is not UTF-8 becomes '?'.
 * `attribute`: it stands in double quotes, and keeps its line breaks there. */
void xml_add_text(struct buf *buf, const char *text, size_t length, bool attribute);
/* Appends the base64 form (RFC 4648, with padding). */
void base64_add(struct buf *buf, const void *bytes, size_t length);
/* Decodes; returns false on anything that is not canonical base64. */
bool base64_decode(struct buf *buf, const char *text, size_t length);
/* A hash of the bytes, for tables (FNV-1a). */
uint64_t bytes_hash(const void *bytes, size_t length);
/* Appends the text with control characters and invalid bytes made visible (\n, \t, \x1b, \xff),
 * for messages and evidence. */
void text_add_visible(struct buf *buf, const char *text, size_t length);
/* Appends the text as it is safe to show on a terminal: newlines and tabs stay, other controls and
 * invalid bytes are made visible. */
void text_add_printable(struct buf *buf, const char *text, size_t length);
/* Appends the word so that a shell reads it as it is: in quotes where it needs them. */
void text_add_shell_word(struct buf *buf, const char *word);

/* Standard base: true when colours may be used on `fd` (NO_COLOR, CLICOLOR_FORCE, CLICOLOR,
 * TERM=dumb, isatty, in CMake's documented order). */
bool color_wanted(int fd);

#endif
