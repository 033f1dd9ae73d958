/* What the files of this folder share. */
#ifndef PROCENARIO_RECORD_INTERNAL_H
#define PROCENARIO_RECORD_INTERNAL_H

#include "record/record.h"

/* yaml.c: a text as a value, plain where that is safe. It must be valid UTF-8 without NULs. */
void yaml_add(struct buf *out, const char *text, size_t length);
void yaml_add_string(struct buf *out, const char *text);
/* Can it stand in a scenario at all? */
bool yaml_can_say(const char *text, size_t length);

/* A time at which nothing else happened, after `from_us` and before `to_us`, easy to read. */
int64_t time_between(int64_t from_us, int64_t to_us);
/* "1.5s" */
void add_duration(struct buf *out, int64_t us);

/* timeline.c: the `timeline` key, when something came from outside. */
void write_timeline(const struct recording *recording, struct buf *out);
/* What of it a timeline cannot say. */
void timeline_doubts(const struct history *history, struct buf *out);

/* What will be so another time; all else is written as comments. */
enum sureness {
    SURE_OF_NOTHING, /* the run was cut off */
    SURE_OF_ENDS,    /* which processes there are, how each ends, and who reaps it */
    SURE_OF_ALL,
};

/* expectations.c: the `expect` key. */
void write_expectations(const struct recording *recording, enum sureness sureness, struct buf *out);

#endif
