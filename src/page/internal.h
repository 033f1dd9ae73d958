/* Between the files of page/. */
#ifndef PROCENARIO_PAGE_INTERNAL_H
#define PROCENARIO_PAGE_INTERNAL_H

#include "history/history.h"
#include "page/frame.h"
#include "page/words.h"

/* The page's own style and script, as they stand in page.css and page.js (assets.c). */
struct asset page_style(void);
struct asset page_script(void);

/* ---- words and markup (html.c) ---- */

/* A label, {0} to {3} replaced by what is given, WITH(a, b) or NULL; markup is escaped. */
#define WITH(...) ((const char *const[4]){__VA_ARGS__})
void html_add_label(struct buf *out, enum language language, enum label label,
                    const char *const *given);
/* The same, not escaped. */
void text_add_label(struct buf *out, enum language language, enum label label,
                    const char *const *given);
/* JSON that may stand in a script element. */
void script_add_json(struct buf *out, const char *json, size_t length);
/* "1.500 s" */
void html_add_time(struct buf *out, int64_t us);
/* Which attribute marks the words that stay English (` lang="en"`, or nothing). */
const char *english_in(enum language language);

/* ---- data for the script (data.c) ---- */

/* Texts that are said many times (mostly JSON), kept once. Zero-initialise. */
struct pieces {
    struct arena arena;
    struct piece {
        const char *text;
        size_t length;
    } * items;
    uint32_t *buckets; /* indices + 1 */
    uint32_t count, capacity, bucket_count;
};
void pieces_release(struct pieces *pieces);
uint32_t pieces_keep(struct pieces *pieces, const char *text, size_t length);
/* Keeps it as a JSON string. */
uint32_t pieces_keep_text(struct pieces *pieces, const char *text, size_t length);

/* A JSON array: of the pieces as they are, or as strings. */
void pieces_add_json(const struct pieces *pieces, struct buf *out);
void pieces_add_strings(const struct pieces *pieces, struct buf *out);

/* A value that changes with events: pairs of an event and the value from that event on. */
struct series {
    uint32_t *items;
    uint32_t count, capacity;
};
void series_release(struct series *series);
void series_set(struct series *series, uint32_t event, uint32_t value);
void series_add_json(const struct series *series, struct buf *out);

/* ---- what is shown of a run ---- */

/* The event in words, at most some hundred bytes of them (events.c). */
void event_tell(const struct history *history, uint32_t event, enum language language,
                struct buf *out);
void events_add_table(const struct history *history, enum language language, struct buf *out);
void events_add_json(const struct history *history, enum language language, struct pieces *pieces,
                     struct buf *out);

/* Processes (lives.c): the table as it was at the end, or (not final) for the script to fill. */
void lives_add_table(const struct history *history, enum language language, bool final,
                     struct buf *out);
void lives_add_json(const struct history *history, enum language language, struct pieces *pieces,
                    struct buf *out);

/* The terminal (typescript.c): how each line looked from which event on. */
struct typescript;
struct typescript *typescript_of(const struct history *history);
void typescript_free(struct typescript *typescript);
/* Rules for the colours that the run used and page.css does not have. */
void typescript_add_style(const struct typescript *typescript, struct buf *out);
/* The screen as it was left, with all that had scrolled away and is kept. */
void typescript_add_final(const struct typescript *typescript, struct buf *out);
void typescript_add_json(const struct typescript *typescript, struct buf *out);

/* What became of the run, and its expectations (verdicts.c). */
void outcome_add(const struct history *history, enum language language, struct buf *out);
void verdicts_add(const struct history *history, enum language language, struct buf *out);

#endif
