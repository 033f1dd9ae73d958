#include "base/language.h"

#include <string.h>

const char *const language_words[] = {"en", "zh", NULL};

enum language language_parse(const char *word)
{
    for (int i = 0; word != NULL && language_words[i] != NULL; i++)
        if (strcmp(word, language_words[i]) == 0)
            return (enum language)i;
    return LANGUAGE_EN;
}
