/*
 * The languages in which procenario tells of a run. Messages about mistakes are English; so are the
 * trace and its words.
 */
#ifndef PROCENARIO_BASE_LANGUAGE_H
#define PROCENARIO_BASE_LANGUAGE_H

#include <stddef.h>

enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGE_COUNT };

/* "en", "zh" (BCP 47); NULL-terminated, in the order of the enum. */
extern const char *const language_words[];
/* The language of a word of language_words; anything else and NULL are English. */
enum language language_parse(const char *word);

#endif
