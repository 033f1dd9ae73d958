/* Data for the script: what the page looks up at each event. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "page/internal.h"

/* ---- pieces ---- */

static uint32_t hash(const char *bytes, size_t length)
{
    uint64_t value = bytes_hash(bytes, length);
    return (uint32_t)(value ^ value >> 32);
}

/* The place of the piece in the table: it is there, or it belongs there. */
static uint32_t *place_of(const struct pieces *pieces, const char *text, size_t length)
{
    uint32_t mask = pieces->bucket_count - 1;
    for (uint32_t i = hash(text, length) & mask;; i = (i + 1) & mask) {
        uint32_t *place = &pieces->buckets[i];
        if (*place == 0)
            return place;
        const struct piece *piece = &pieces->items[*place - 1];
        if (piece->length == length && memcmp(piece->text, text, length) == 0)
            return place;
    }
}

static void grow(struct pieces *pieces)
{
    pieces->bucket_count = pieces->bucket_count > 0 ? pieces->bucket_count * 2 : 256;
    free(pieces->buckets);
    pieces->buckets = xcalloc(pieces->bucket_count, sizeof *pieces->buckets);
    for (uint32_t i = 0; i < pieces->count; i++)
        *place_of(pieces, pieces->items[i].text, pieces->items[i].length) = i + 1;
}

uint32_t pieces_keep(struct pieces *pieces, const char *text, size_t length)
{
    if (pieces->count * 2 >= pieces->bucket_count)
        grow(pieces);
    uint32_t *place = place_of(pieces, text, length);
    if (*place != 0)
        return *place - 1;
    if (pieces->count == pieces->capacity) {
        pieces->capacity = pieces->capacity > 0 ? pieces->capacity * 2 : 128;
        pieces->items = xreallocarray(pieces->items, pieces->capacity, sizeof *pieces->items);
    }
    pieces->items[pieces->count++] =
        (struct piece){arena_strndup(&pieces->arena, text, length), length};
    *place = pieces->count;
    return pieces->count - 1;
}

uint32_t pieces_keep_text(struct pieces *pieces, const char *text, size_t length)
{
    auto_buf struct buf json = {0};
    json_add_string(&json, text, length);
    return pieces_keep(pieces, json.data, json.length);
}

void pieces_add_json(const struct pieces *pieces, struct buf *out)
{
    for (uint32_t i = 0; i < pieces->count; i++) {
        buf_add_string(out, i > 0 ? ",\n" : "[");
        buf_add(out, pieces->items[i].text, pieces->items[i].length);
    }
    buf_add_string(out, pieces->count > 0 ? "]" : "[]");
}

void pieces_add_strings(const struct pieces *pieces, struct buf *out)
{
    for (uint32_t i = 0; i < pieces->count; i++) {
        buf_add_string(out, i > 0 ? ",\n" : "[");
        json_add_string(out, pieces->items[i].text, pieces->items[i].length);
    }
    buf_add_string(out, pieces->count > 0 ? "]" : "[]");
}

void pieces_release(struct pieces *pieces)
{
    arena_release(&pieces->arena);
    free(pieces->items);
    free(pieces->buckets);
    *pieces = (struct pieces){0};
}

/* ---- series ---- */

void series_set(struct series *series, uint32_t event, uint32_t value)
{
    if (series->count > 0 && series->items[series->count - 1] == value)
        return;
    if (series->count > 0 && series->items[series->count - 2] == event) {
        series->items[series->count - 1] = value;
        return;
    }
    if (series->count + 2 > series->capacity) {
        series->capacity = series->capacity > 0 ? series->capacity * 2 : 4;
        series->items = xreallocarray(series->items, series->capacity, sizeof *series->items);
    }
    series->items[series->count++] = event;
    series->items[series->count++] = value;
}

void series_add_json(const struct series *series, struct buf *out)
{
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < series->count; i++)
        buf_printf(out, "%s%u", i > 0 ? "," : "", series->items[i]);
    buf_add_char(out, ']');
}

void series_release(struct series *series)
{
    free(series->items);
    *series = (struct series){0};
}
