/*
 * Markdown, as far as procenario fills it in: where the fenced blocks and comments stand that are
 * meant for it, by byte ranges, and the text with other contents in them. What a block means is not
 * known here. docs/documents.md describes the syntax for authors.
 *
 * Fences, quotes, lists and HTML comments are found as CommonMark 0.31 has them.
 */
#ifndef PROCENARIO_DOCUMENT_DOCUMENT_H
#define PROCENARIO_DOCUMENT_DOCUMENT_H

#include "base/diag.h"

/* key=value or key="value" after a fence's language or in a comment. */
struct attribute {
    struct span key, value; /* the value without its quotes */
    char *name, *text;
};

enum passage_kind {
    PASSAGE_FENCE,   /* a fenced block with scenario= or file= */
    PASSAGE_COMMENT, /* <!-- procenario … --> */
};

struct passage {
    enum passage_kind kind;
    struct span opening; /* a fence's info string, or a comment, for messages */
    struct attribute *attributes;
    size_t count;
    /* of a fence */
    struct span language; /* the first word of the info string; length 0: there is none */
    char *language_word;
    struct span fence, content, closing; /* the two rows of ` or ~, and all lines between them */
    char *prefix;                        /* before each line: indentation, marks of quotes */
    bool crlf;
    /* of a comment */
    struct span image; /* where the image that stands directly below comes from; length 0: none */
    char *image_path;  /* without the escapes of URLs */
};

struct document {
    const struct source *source; /* borrowed */
    struct passage *passages;    /* in order */
    size_t count;
};

/* Finds them; what is wrong with how they are written is added to `diags`. */
void document_read(struct document *document, const struct source *source, struct diags *diags);
void document_release(struct document *document);

/* The attribute of that name, or NULL. Of several, the first. */
const struct attribute *passage_attribute(const struct passage *passage, const char *name);

/* What a fenced block shall hold. */
struct filling {
    const char *text; /* lines that end in \n, but for the last perhaps; NULL: leave it as it is */
    size_t length;
};
/* Appends the document with its blocks filled: fillings[i] is for passages[i]. A block's fence
 * grows when the text holds it. All else stays byte for byte. */
void document_fill(const struct document *document, const struct filling *fillings,
                   struct buf *out);

#endif
