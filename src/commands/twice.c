#include "commands/twice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "base/units.h"

#define MOST_SHOWN 240 /* bytes of each of two events that differ */

/* An event is kept as one line: its JSON, which is compared, a tab, and the same in words. */
struct twice {
    FILE *kept;
    uint64_t first_count;
    uint64_t second_count;
    bool comparing;
    char *kept_line; /* the one that was read last */
    size_t kept_size;
    struct buf line;       /* the event at hand, in the same form */
    struct buf difference; /* empty: none so far */
    struct error error;
};

struct twice *twice_new(struct error *error)
{
    int fd = output_unnamed(error);
    FILE *kept = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (!kept) {
        error_wrap(error, "cannot keep the first performance");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct twice *twice = xcalloc(1, sizeof *twice);
    twice->kept = kept;
    return twice;
}

void twice_free(struct twice *twice)
{
    if (!twice)
        return;
    fclose(twice->kept);
    free(twice->kept_line);
    buf_release(&twice->line);
    buf_release(&twice->difference);
    free(twice);
}

/* JSON has no raw tab; neither have the words, where controls are made visible. */
static void format_line(struct twice *twice, const struct event *event)
{
    char time[32];
    buf_clear(&twice->line);
    event_format(event, &twice->line);
    buf_printf(&twice->line, "\tat %s %s ",
               duration_format(event->t_us * NS_PER_US, time, sizeof time), event->process);
    event_describe(event, &twice->line);
}

static bool keep_event(void *self, const struct event *event)
{
    struct twice *twice = self;
    format_line(twice, event);
    buf_add_char(&twice->line, '\n');
    twice->first_count++;
    if (fwrite(twice->line.data, 1, twice->line.length, twice->kept) == twice->line.length)
        return true;
    return error_set(&twice->error, errno, "cannot keep the events of the first performance");
}

struct trace_sink twice_first_sink(struct twice *twice)
{
    return (struct trace_sink){.event = keep_event, .self = twice};
}

/* The next line that was kept, without its newline; NULL at the end or on an error. */
static const char *next_kept(struct twice *twice)
{
    if (!twice->comparing) {
        twice->comparing = true;
        errno = 0;
        if (fflush(twice->kept) != 0 || fseek(twice->kept, 0, SEEK_SET) != 0) {
            error_set(&twice->error, errno, "cannot keep the events of the first performance");
            return NULL;
        }
    }
    ssize_t length = getline(&twice->kept_line, &twice->kept_size, twice->kept);
    if (length < 0) {
        if (ferror(twice->kept))
            error_set(&twice->error, errno, "cannot read the events of the first performance");
        return NULL;
    }
    twice->kept_line[length - 1] = '\0';
    return twice->kept_line;
}

/* Of a long text, what stands around byte `at`. */
static void add_excerpt(struct buf *out, const char *text, size_t length, size_t at)
{
    size_t from = length > MOST_SHOWN && at > MOST_SHOWN / 3 ? at - MOST_SHOWN / 3 : 0;
    while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80) /* within a character */
        from--;
    size_t cut = utf8_cut(text + from, length - from, MOST_SHOWN);
    buf_printf(out, "%s%.*s%s", from > 0 ? "… " : "", (int)cut, text + from,
               from + cut < length ? " …" : "");
}

static void add_both(struct buf *out, const char *first, size_t first_length, const char *second,
                     size_t second_length)
{
    size_t same = 0;
    while (same < first_length && same < second_length && first[same] == second[same])
        same++;
    buf_add_string(out, "the first time ");
    add_excerpt(out, first, first_length, same);
    buf_add_string(out, ", the second time ");
    add_excerpt(out, second, second_length, same);
}

static bool compare_event(void *self, const struct event *event)
{
    struct twice *twice = self;
    const char *kept = next_kept(twice);
    twice->second_count++;
    if (twice->error.message[0])
        return false;
    format_line(twice, event);
    const char *now = twice->line.data;
    size_t now_json = strcspn(now, "\t");
    size_t kept_json = kept ? strcspn(kept, "\t") : 0;
    if (kept && kept_json == now_json && memcmp(kept, now, now_json) == 0)
        return true;
    struct buf *out = &twice->difference;
    buf_printf(out, "performed again, event %llu differs: ", (unsigned long long)event->n);
    if (!kept) {
        buf_add_string(out, "the first time there was none, the second time ");
        add_excerpt(out, now + now_json + 1, strlen(now + now_json + 1), 0);
    } else if (strcmp(kept + kept_json + 1, now + now_json + 1) != 0) {
        add_both(out, kept + kept_json + 1, strlen(kept + kept_json + 1), now + now_json + 1,
                 strlen(now + now_json + 1));
    } else { /* only in something that the words leave out */
        add_both(out, kept, kept_json, now, now_json);
    }
    return false;
}

struct trace_sink twice_second_sink(struct twice *twice)
{
    return (struct trace_sink){.event = compare_event, .self = twice};
}

const char *twice_difference(struct twice *twice, bool same_end)
{
    if (twice->difference.length == 0) {
        if (twice->second_count < twice->first_count)
            buf_printf(&twice->difference,
                       "performed again, it ended after %llu events; the first time there were "
                       "%llu",
                       (unsigned long long)twice->second_count,
                       (unsigned long long)twice->first_count);
        else if (!same_end)
            buf_add_string(&twice->difference,
                           "performed again, it had the same events but another end");
    }
    return twice->difference.length > 0 ? twice->difference.data : NULL;
}

const struct error *twice_error(const struct twice *twice)
{
    return twice->error.message[0] ? &twice->error : NULL;
}
