/* Words and markup. */
#include <string.h>

#include "page/internal.h"

#define X(id, en, zh) {en, zh},
static const char *const labels[LABEL_COUNT][LANGUAGE_COUNT] = {PAGE_LABELS(X)};
#undef X

void text_add_label(struct buf *out, enum language language, enum label label,
                    const char *const *given)
{
    for (const char *at = labels[label][language]; *at != '\0'; at++) {
        bool place = at[0] == '{' && at[1] >= '0' && at[1] <= '3' && at[2] == '}';
        if (!place) {
            buf_add_char(out, *at);
            continue;
        }
        if (given != NULL && given[at[1] - '0'] != NULL)
            buf_add_string(out, given[at[1] - '0']);
        at += 2;
    }
}

void html_add_label(struct buf *out, enum language language, enum label label,
                    const char *const *given)
{
    auto_buf struct buf text = {0};
    text_add_label(&text, language, label, given);
    html_add(out, text.data, text.length);
}

/* `<` could end the element or begin a comment in it; JSON has another way to write it. */
void script_add_json(struct buf *out, const char *json, size_t length)
{
    for (const char *end = json + length; json < end;) {
        const char *sign = memchr(json, '<', (size_t)(end - json));
        size_t plain = (size_t)((sign != NULL ? sign : end) - json);
        buf_add(out, json, plain);
        if (sign != NULL)
            buf_add_string(out, "\\u003c");
        json += plain + (sign != NULL);
    }
}

void html_add_time(struct buf *out, int64_t us)
{
    buf_printf(out, "%lld.%03d s", (long long)(us / 1000000), (int)(us / 1000 % 1000));
}

const char *english_in(enum language language)
{
    return language == LANGUAGE_EN ? "" : " lang=\"en\"";
}
