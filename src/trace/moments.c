#include "trace/moments.h"

#include <stdlib.h>

#include "base/text.h"

#define MOST_MOMENTS 4096 /* a power of two */
#define LONGEST_MOMENT 400

struct moment {
    uint64_t n; /* 0: none */
    int64_t t_us;
    struct buf words;
};

struct moments {
    const char *more;
    struct moment *ring;
    size_t used; /* of the ring; the rest of its memory is never touched */
    struct buf ending;
};

struct moments *moments_new(const char *more)
{
    struct moments *moments = xcalloc(1, sizeof *moments);
    moments->more = more;
    moments->ring = xcalloc(MOST_MOMENTS, sizeof *moments->ring);
    return moments;
}

void moments_free(struct moments *moments)
{
    if (moments == NULL)
        return;
    for (size_t i = 0; i < moments->used; i++)
        buf_release(&moments->ring[i].words);
    free(moments->ring);
    buf_release(&moments->ending);
    free(moments);
}

void moments_clear(struct moments *moments)
{
    for (size_t i = 0; i < moments->used; i++)
        moments->ring[i].n = 0;
    buf_clear(&moments->ending);
}

bool event_ends_run(const struct event *event)
{
    return event->kind == EVENT_LIMIT || event->kind == EVENT_DEADLOCK ||
           event->kind == EVENT_INTERRUPT || event->kind == EVENT_DIVERGE;
}

void moments_note(struct moments *moments, const struct event *event)
{
    size_t at = event->n % MOST_MOMENTS;
    struct moment *place = &moments->ring[at];
    moments->used = at < moments->used ? moments->used : at + 1;
    place->n = event->n;
    place->t_us = event->t_us;
    buf_clear(&place->words);
    buf_printf(&place->words, "%s ", event->process);
    struct event told = *event;
    told.text_length = utf8_cut(told.text, told.text_length, LONGEST_MOMENT);
    bool cut = told.text_length < event->text_length;
    event_describe(&told, &place->words);
    if (cut)
        buf_add_string(&place->words, moments->more);
    if (event_ends_run(event)) {
        buf_clear(&moments->ending);
        event_describe(event, &moments->ending);
    }
}

void moment_tell_time(int64_t us, struct buf *out)
{
    buf_printf(out, "%lld.%03d s", (long long)(us / 1000000), (int)(us / 1000 % 1000));
}

bool moments_tell(const struct moments *moments, uint64_t n, struct buf *out)
{
    const struct moment *place = &moments->ring[n % MOST_MOMENTS];
    if (place->n != n)
        return false;
    moment_tell_time(place->t_us, out);
    buf_printf(out, "  %s", place->words.data);
    return true;
}

const char *moments_ending(const struct moments *moments)
{
    return moments->ending.length > 0 ? moments->ending.data : NULL;
}
