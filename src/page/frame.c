#include "page/frame.h"

#include <sha2.h>
#include <string.h>

#include "base/text.h"
#include "transcript/markup.h"

EMBED(frame_css, "src/page/frame.css");

void html_add(struct buf *out, const char *text, size_t length)
{
    markup_escape(out, text, length);
}

void html_add_name(struct buf *out, const char *text)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, text, strlen(text));
    buf_add_string(out, "<bdi>");
    html_add(out, visible.data, visible.length);
    buf_add_string(out, "</bdi>");
}

/* How a policy names a style or script that may be used: by its hash (W3C CSP3, 2.3.1). */
static void add_hash(struct buf *out, const char *text, size_t length)
{
    SHA2_CTX context;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)text, length);
    SHA256Final(digest, &context);
    buf_add_string(out, " 'sha256-");
    base64_add(out, digest, sizeof digest);
    buf_add_char(out, '\'');
}

/* The picture brings style sheets of its own. */
static void add_markup_hashes(struct buf *out, const char *markup)
{
    const char *at = markup;
    while (at != NULL && (at = strstr(at, "<style")) != NULL) {
        const char *begin = strchr(at, '>'), *end = strstr(at, "</style>");
        if (begin == NULL || end == NULL)
            return;
        add_hash(out, begin + 1, (size_t)(end - begin - 1));
        at = end;
    }
}

/* Nothing is loaded from anywhere, nothing runs but the page's own script, and what a program has
 * printed can do neither, even if it should come through as markup. */
static void add_policy(struct buf *out, const struct frame *frame)
{
    struct asset common = EMBEDDED(frame_css);
    buf_add_string(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                        "'none'; base-uri 'none'; form-action 'none'; style-src");
    add_hash(out, common.text, common.length);
    for (size_t i = 0; i < frame->style_count; i++)
        if (frame->styles[i].length > 0)
            add_hash(out, frame->styles[i].text, frame->styles[i].length);
    add_markup_hashes(out, frame->markup);
    if (frame->script.text != NULL) {
        buf_add_string(out, "; script-src");
        add_hash(out, frame->script.text, frame->script.length);
    }
    if (frame->images)
        buf_add_string(out, "; img-src data:");
    buf_add_string(out, "\">\n");
}

static void add_style(struct buf *out, struct asset style)
{
    if (style.length == 0)
        return;
    buf_add_string(out, "<style>");
    buf_add(out, style.text, style.length);
    buf_add_string(out, "</style>\n");
}

void frame_begin(struct buf *out, const struct frame *frame)
{
    auto_buf struct buf visible = {0};
    text_add_visible(&visible, frame->title, strlen(frame->title));
    buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
               frame->language);
    add_policy(out, frame);
    buf_add_string(out, "<meta name=\"viewport\" content=\"width=device-width, "
                        "initial-scale=1\">\n"
                        "<meta name=\"color-scheme\" content=\"light dark\">\n"
                        "<meta name=\"generator\" content=\"procenario\">\n<title>");
    html_add(out, visible.data, visible.length);
    buf_add_string(out, "</title>\n");
    add_style(out, EMBEDDED(frame_css));
    for (size_t i = 0; i < frame->style_count; i++)
        add_style(out, frame->styles[i]);
    buf_add_string(out, "</head>\n");
}

void frame_end(struct buf *out, const struct frame *frame)
{
    if (frame->script.text != NULL) {
        buf_add_string(out, "<script>");
        buf_add(out, frame->script.text, frame->script.length);
        buf_add_string(out, "</script>\n");
    }
    buf_add_string(out, "</body>\n</html>\n");
}
