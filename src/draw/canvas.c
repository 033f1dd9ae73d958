/*
 * A sheet of characters for pictures in text. A wide character takes two cells, of which the second
 * is empty; what combines goes with the character before it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/internal.h"

#define CELL_BYTES 23
#define LINE_COLUMNS 98

struct canvas_cell {
    char bytes[CELL_BYTES]; /* not terminated */
    unsigned char length;   /* 0: blank */
};

static const char taken[] = "\1"; /* the right half of a wide character */

static struct canvas_cell *cell_at(const struct canvas *canvas, int x, int y)
{
    bool inside = x >= 0 && y >= 0 && x < canvas->width && y < canvas->height;
    return inside ? &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x] : NULL;
}

void canvas_init(struct canvas *canvas, int width, int height)
{
    *canvas = (struct canvas){.width = width, .height = height};
    canvas->cells = xcalloc((size_t)width * (size_t)height + 1, sizeof *canvas->cells);
}

void canvas_release(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){0};
}

static void put(struct canvas *canvas, int x, int y, const char *bytes, size_t length)
{
    struct canvas_cell *cell = cell_at(canvas, x, y);
    if (cell == NULL)
        return;
    cell->length = 0;
    if (length <= CELL_BYTES) {
        memcpy(cell->bytes, bytes, length);
        cell->length = (unsigned char)length;
    }
}

void canvas_set(struct canvas *canvas, int x, int y, const char *glyph)
{
    put(canvas, x, y, glyph, strlen(glyph));
}

bool canvas_is_blank(const struct canvas *canvas, int x, int y, int columns)
{
    for (int i = 0; i < columns; i++) {
        const struct canvas_cell *cell = cell_at(canvas, x + i, y);
        if (cell != NULL && cell->length > 0)
            return false;
    }
    return true;
}

int canvas_text(struct canvas *canvas, int x, int y, const char *text, size_t length)
{
    for (size_t done = 0; done < length;) {
        size_t bytes = 1;
        while (done + bytes < length && ((unsigned char)text[done + bytes] & 0xc0) == 0x80)
            bytes++;
        size_t width = utf8_width(text + done, bytes);
        struct canvas_cell *before = cell_at(canvas, x - 1, y);
        if (width > 0) {
            put(canvas, x, y, text + done, bytes);
            if (width > 1)
                put(canvas, x + 1, y, taken, 1);
        } else if (before != NULL && before->length > 0 && before->bytes[0] != taken[0] &&
                   before->length + bytes <= CELL_BYTES) {
            memcpy(before->bytes + before->length, text + done, bytes);
            before->length = (unsigned char)(before->length + bytes);
        }
        x += (int)width;
        done += bytes;
    }
    return x;
}

void canvas_write(const struct canvas *canvas, struct buf *out)
{
    for (int y = 0; y < canvas->height; y++) {
        int end = canvas->width;
        while (end > 0 && (cell_at(canvas, end - 1, y)->length == 0 ||
                           (cell_at(canvas, end - 1, y)->length == 1 &&
                            cell_at(canvas, end - 1, y)->bytes[0] == ' ')))
            end--;
        for (int x = 0; x < end; x++) {
            const struct canvas_cell *cell = cell_at(canvas, x, y);
            if (cell->length == 0)
                buf_add_char(out, ' ');
            else if (cell->bytes[0] != taken[0])
                buf_add(out, cell->bytes, cell->length);
        }
        buf_add_char(out, '\n');
    }
}

void legend_line_add(struct legend_line *line, const char *sign, const char *word)
{
    size_t width = utf8_width(sign, strlen(sign)) + 1 + utf8_width(word, strlen(word));
    if (line->width > 0 && line->width + 3 + width > LINE_COLUMNS) {
        buf_add_char(line->out, '\n');
        line->width = 0;
    }
    if (line->width > 0) {
        buf_add_string(line->out, "   ");
        line->width += 3;
    }
    buf_printf(line->out, "%s %s", sign, word);
    line->width += width;
}
