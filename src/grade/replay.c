/* How to see again what was seen. */
#include <string.h>

#include "base/text.h"
#include "grade/internal.h"

void add_shell_word(struct buf *out, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
        buf_add_string(out, word);
        return;
    }
    buf_add_char(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buf_add_string(out, "'\\''");
        else
            buf_add_char(out, *word);
    }
    buf_add_char(out, '\'');
}

void tell_replay(const struct assigned *assigned, const char *schedule, struct buf *out)
{
    buf_add_string(out, "procenario run");
    if (schedule != NULL)
        buf_printf(out, " --schedule %s", schedule);
    for (size_t i = 0; i < assigned->override_count; i++) {
        auto_free char *set =
            xasprintf("%s=%s", assigned->overrides[i].key, assigned->overrides[i].value);
        buf_add_string(out, " --set ");
        add_shell_word(out, set);
    }
    buf_add_char(out, ' ');
    add_shell_word(out, assigned->file);
}

const char *keep_visible(struct arena *arena, const char *text)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, strlen(text));
    return arena_strndup(arena, visible.data != NULL ? visible.data : "", visible.length);
}

const char *keep_printable(struct arena *arena, const char *text, size_t length)
{
    auto_buf struct buf visible = {0};
    text_add_printable(&visible, text, length);
    return arena_strndup(arena, visible.data != NULL ? visible.data : "", visible.length);
}
