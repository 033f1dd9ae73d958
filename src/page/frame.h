/*
 * What all pages have in common, those of runs and those of grades: the head, and what a browser
 * may do with the page. A page brings all that it needs, and nothing is loaded from anywhere.
 */
#ifndef PROCENARIO_PAGE_FRAME_H
#define PROCENARIO_PAGE_FRAME_H

#include <stdbool.h>

#include "base/embed.h"
#include "base/mem.h"

/* Text for an element or a quoted attribute. What must not stand in HTML (controls,
 * noncharacters) becomes U+FFFD; callers make it visible first where that says more. */
void html_add(struct buf *out, const char *text, size_t length);
/* A name, title or other text of somebody else's, controls made visible; its direction of writing
 * does not affect what stands around it. */
void html_add_name(struct buf *out, const char *text);

struct frame {                  /* everything is borrowed */
    const char *language;       /* as in the attribute lang */
    const char *title;          /* any text */
    const struct asset *styles; /* style sheets, besides the one of all pages; empty ones are left
                                   out */
    size_t style_count;
    const char *markup;  /* of a picture in the page, whose own style sheets hold, too; or NULL */
    struct asset script; /* the only one that may run; none when its text is NULL */
    bool images;         /* pictures that stand in the page as data: addresses */
};

/* Appends all that stands before the body. */
void frame_begin(struct buf *out, const struct frame *frame);
/* Appends the script, and what ends body and page. */
void frame_end(struct buf *out, const struct frame *frame);

#endif
