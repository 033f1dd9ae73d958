/* Values of a scenario, written so that they are read as they are. */
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "record/internal.h"

bool yaml_can_say(const char *text, size_t length)
{
    return length == 0 ||
           (utf8_valid_prefix(text, length) == length && memchr(text, '\0', length) == NULL);
}

/* Letters, digits and a few marks, not beginning with a digit: no YAML reader takes it for
 * something else, in a flow list either. "-" alone would be one of a list. */
static bool is_plain(const char *text, size_t length)
{
    static const char marks[] = "_-./+";
    static const char *const meant_otherwise[] = {"null", "Null",  "NULL",  "true", "True",
                                                  "TRUE", "false", "False", "FALSE"};
    bool has_letter = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9', begins = strchr("-./", c) != NULL;
        if (!letter && !(i > 0 ? digit || strchr(marks, c) != NULL : begins))
            return false;
        has_letter |= letter;
    }
    for (size_t i = 0; i < ARRAY_SIZE(meant_otherwise); i++)
        if (strlen(meant_otherwise[i]) == length && memcmp(meant_otherwise[i], text, length) == 0)
            return false;
    return has_letter;
}

void yaml_add(struct buf *out, const char *text, size_t length)
{
    if (is_plain(text, length)) {
        buf_add(out, text, length);
        return;
    }
    /* `${` would be a substitution. */
    auto_buf struct buf escaped = {0};
    buf_add_string(&escaped, "");
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '$' && i + 1 < length && text[i + 1] == '{')
            buf_add_char(&escaped, '$');
        buf_add_char(&escaped, text[i]);
    }
    json_add_string(out, escaped.data != NULL ? escaped.data : "", escaped.length);
}

void yaml_add_string(struct buf *out, const char *text)
{
    yaml_add(out, text, strlen(text));
}

int64_t time_between(int64_t from_us, int64_t to_us)
{
    int64_t gap = to_us - from_us, step = 1;
    while (step * 20 <= gap)
        step *= 10;
    if (step >= 1000000 && gap / 2 >= step)
        step = gap / 2 / step * step; /* whole seconds near the middle */
    return from_us + step;
}

void add_duration(struct buf *out, int64_t us)
{
    char text[64];
    buf_add_string(out, duration_format(us * NS_PER_US, text, sizeof text));
}
