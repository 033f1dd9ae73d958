/* Words that all checks share. */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/units.h"
#include "judge/internal.h"

/* Of names that are equally near, and for a pattern, the first that was born. */
static size_t nearest_untold(const struct world *world, const char *name, const bool *told,
                             size_t count)
{
    bool pattern = strchr(name, '*') != NULL;
    size_t nearest = 0, least = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t distance = pattern ? 0 : edit_distance(name, world->names[i], SIZE_MAX - 1);
        if (!told[i] && distance < least) {
            nearest = i;
            least = distance;
        }
    }
    return nearest;
}

void world_tell_unknown(const struct world *world, const char *name, struct buf *out)
{
    buf_add_string(out, strchr(name, '*') != NULL ? "no process matching " : "no process called ");
    tell_quoted(name, strlen(name), out);
    buf_add_string(out, " has lived");
    if (world->births == 0) {
        buf_add_string(out, " (there was none at all)");
        return;
    }
    buf_add_string(out, world->births == 1 ? " (there was only " : " (there were ");
    size_t kept = world->births < MOST_NAMES_KEPT ? (size_t)world->births : MOST_NAMES_KEPT;
    bool told[MOST_NAMES_KEPT] = {false};
    for (size_t i = 0; i < MOST_NAMES && i < kept; i++) {
        size_t next = nearest_untold(world, name, told, kept);
        told[next] = true;
        buf_printf(out, "%s%s", i > 0 ? ", " : "", world->names[next]);
    }
    if (world->births > MOST_NAMES)
        buf_printf(out, " and %llu more", (unsigned long long)(world->births - MOST_NAMES));
    buf_add_char(out, ')');
}

void few_add(struct few *few, const char *text)
{
    if (few->count < MOST_EVIDENCE)
        few->items[few->count] = xstrdup(text);
    few->count++;
}

void few_release(struct few *few)
{
    for (size_t i = 0; i < MOST_EVIDENCE; i++)
        free(few->items[i]);
    *few = (struct few){0};
}

void few_tell(const struct few *few, const char *between, struct buf *out)
{
    for (size_t i = 0; i < MOST_EVIDENCE && i < few->count; i++)
        buf_printf(out, "%s%s", i > 0 ? between : "", few->items[i]);
    if (few->count > MOST_EVIDENCE)
        buf_printf(out, " and %llu more", (unsigned long long)(few->count - MOST_EVIDENCE));
}

void check_evidence(struct check *check, uint64_t n)
{
    for (size_t i = 0; i < check->evidence_count; i++)
        if (check->evidence[i] == n)
            return;
    if (check->evidence_count < MOST_EVIDENCE)
        check->evidence[check->evidence_count++] = n;
}

void tell_fate(bool by_signal, int value, struct buf *out)
{
    if (by_signal)
        buf_add_string(out, signal_name(value));
    else
        buf_printf(out, "status %d", value);
}

const char *state_in_words(enum process_state state)
{
    return state == STATE_ZOMBIE ? "a zombie" : state_words[state];
}

void tell_state(const struct life *life, struct buf *out)
{
    buf_printf(out, "%s from ", state_in_words(life->state));
    tell_us(life->since_us, out);
    buf_add_string(out, " on");
}

void tell_at(const struct check *check, const char *before, struct buf *out)
{
    if (!check->expectation->has_at)
        return;
    buf_add_string(out, before);
    tell_us(check->expectation->at_ns / NS_PER_US, out);
}

void tell_us(int64_t us, struct buf *out)
{
    char text[48];
    buf_add_string(out, duration_format(us * NS_PER_US, text, sizeof text));
}

void tell_quoted(const char *text, size_t length, struct buf *out)
{
    buf_add_char(out, '\'');
    text_add_visible(out, text, length);
    buf_add_char(out, '\'');
}
