#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gradebook/pages_internal.h"

EMBED(pages_css, "src/gradebook/pages.css");

struct asset pages_style(void)
{
    return EMBEDDED(pages_css);
}

void html_say(struct buf *out, const char *text)
{
    html_add(out, text, strlen(text));
}

void html_points(struct buf *out, double points, double max)
{
    auto_buf struct buf text = {0};
    tell_points(points, max, &text);
    html_say(out, text.data);
}

void html_bar(struct buf *out, double points, double max)
{
    double part = max > 0 ? points / max : points > 0 ? 1 : 0;
    int percent = (int)((part < 0 ? 0 : part > 1 ? 1 : part) * 100 + 0.5);
    buf_printf(out,
               "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
               "aria-hidden=\"true\"><rect class=\"all\" width=\"100\" height=\"10\"/>"
               "<rect class=\"has\" width=\"%d\" height=\"10\"/></svg>",
               percent);
}

/* The length of the name that stands in backquotes here, or 0. */
static size_t quoted_name(const char *text)
{
    static const char of_names[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-*";
    size_t length = text[0] == '`' ? strspn(text + 1, of_names) : 0;
    return text[0] == '`' && text[length + 1] == '`' ? length : 0;
}

void html_sentence(struct buf *out, const char *text)
{
    bool in_quotes = false;
    const char *begin = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' && (at == text || at[-1] != '\\'))
            in_quotes = !in_quotes;
        size_t length = in_quotes ? 0 : quoted_name(at);
        if (length == 0)
            continue;
        html_add(out, begin, (size_t)(at - begin));
        buf_add_string(out, "<code>");
        html_add(out, at + 1, length);
        buf_add_string(out, "</code>");
        at += length + 1;
        begin = at + 1;
    }
    html_say(out, begin);
}

void html_scenario_name(struct buf *out, const struct scenario_result *scenario, size_t number)
{
    auto_buf struct buf name = {0};
    tell_scenario_name(scenario, number, &name);
    html_add_name(out, name.data);
}

void html_check_name(struct buf *out, const struct check_result *check, size_t number)
{
    auto_buf struct buf name = {0};
    tell_check_name(check, number, &name);
    html_add_name(out, name.data);
}

void html_fact(struct buf *out, const char *label, const char *text)
{
    buf_printf(out, "<div><dt>%s</dt><dd>", label);
    html_say(out, text);
    buf_add_string(out, "</dd></div>\n");
}

const char *const share_classes[] = {"open", "fails", "partly", "holds"};
const char *const share_words[] = {"not performed", "no points", "some points", "all points"};

enum share share_of_scenario(const struct scenario_result *scenario)
{
    size_t holds = 0;
    if (scenario->outcome != OUTCOME_PERFORMED)
        return SHARE_OPEN;
    if (scenario->max > 0)
        return scenario->points >= scenario->max ? SHARE_ALL
               : scenario->points > 0            ? SHARE_SOME
                                                 : SHARE_NONE;
    for (size_t i = 0; i < scenario->check_count; i++)
        holds += scenario->checks[i].holds;
    return holds == scenario->check_count ? SHARE_ALL : holds > 0 ? SHARE_SOME : SHARE_NONE;
}

void html_mark(struct buf *out, enum share share)
{
    static const char *const signs[] = {"–", "✗", "◐", "✓"};
    buf_printf(out,
               "<span class=\"mark\" aria-hidden=\"true\">%s</span>"
               "<span class=\"spoken\">%s:</span> ",
               signs[share], share_words[share]);
}

char *page_file_name(const char *id)
{
    auto_free char *name = result_file_name(id);
    name[strlen(name) - strlen(".json")] = '\0';
    return xasprintf("%s.html", name);
}

/* Such names hold nothing that means something in an address but the percent sign. */
void html_page_address(struct buf *out, const char *id)
{
    auto_free char *name = page_file_name(id);
    buf_add_string(out, "submissions/");
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '%')
            buf_add_string(out, "%25");
        else
            buf_add_char(out, *at);
    }
}
