/*
 * What is taken in a picture by labels and lines, so that no label need lie on another or on a
 * line. Boxes stand on shelves by their height: a picture may have thousands, a shelf has few.
 */
#include <stdlib.h>

#include "draw/internal.h"

enum { SHELF = 32 };

struct shelf {
    struct area *boxes;
    size_t count, capacity;
};

static struct shelf *shelf_at(struct space *space, int y)
{
    size_t i = y > 0 ? (size_t)(y / SHELF) : 0, old = space->shelf_count;
    if (i >= old) {
        space->shelf_count = 2 * i + 16;
        space->shelves = xreallocarray(space->shelves, space->shelf_count, sizeof *space->shelves);
        for (size_t k = old; k < space->shelf_count; k++)
            space->shelves[k] = (struct shelf){0};
    }
    return &space->shelves[i];
}

static void put(struct shelf *shelf, struct area box)
{
    if (shelf->count == shelf->capacity) {
        shelf->capacity = shelf->capacity > 0 ? 2 * shelf->capacity : 8;
        shelf->boxes = xreallocarray(shelf->boxes, shelf->capacity, sizeof *shelf->boxes);
    }
    shelf->boxes[shelf->count++] = box;
}

void space_take(struct space *space, struct area box)
{
    for (int y = box.top; y / SHELF <= box.bottom / SHELF; y += SHELF)
        put(shelf_at(space, y), box);
}

void space_add_line(struct space *space, struct line line)
{
    if (space->line_count == space->line_capacity) {
        space->line_capacity = space->line_capacity > 0 ? 2 * space->line_capacity : 16;
        space->lines = xreallocarray(space->lines, space->line_capacity, sizeof *space->lines);
    }
    space->lines[space->line_count++] = line;
}

static int between(int least, int value, int most)
{
    return value < least ? least : value > most ? most : value;
}

bool line_within(const struct line *line, int top, int bottom, int *from, int *to)
{
    bool down = line->y0 <= line->y1;
    int upper = down ? line->y0 : line->y1, lower = down ? line->y1 : line->y0;
    if (lower < top || upper > bottom)
        return false;
    int a = line->x0, b = line->x1;
    if (upper < lower) {
        int64_t height = line->y1 - line->y0, width = line->x1 - line->x0;
        int first = between(upper, top, lower), last = between(upper, bottom, lower);
        a = line->x0 + (int)(width * (first - line->y0) / height);
        b = line->x0 + (int)(width * (last - line->y0) / height);
    }
    *from = a < b ? a : b;
    *to = a < b ? b : a;
    return true;
}

static bool crosses(const struct line *line, const struct area *box)
{
    int from, to;
    return line_within(line, box->top, box->bottom, &from, &to) && to >= box->left &&
           from <= box->right;
}

bool space_is_free(struct space *space, struct area box, bool of_lines)
{
    for (int y = box.top; y / SHELF <= box.bottom / SHELF; y += SHELF) {
        const struct shelf *shelf = shelf_at(space, y);
        for (size_t i = 0; i < shelf->count; i++) {
            const struct area *other = &shelf->boxes[i];
            if (box.left <= other->right && other->left <= box.right && box.top <= other->bottom &&
                other->top <= box.bottom)
                return false;
        }
    }
    for (size_t i = 0; of_lines && i < space->line_count; i++)
        if (crosses(&space->lines[i], &box))
            return false;
    return true;
}

void space_release(struct space *space)
{
    for (size_t i = 0; i < space->shelf_count; i++)
        free(space->shelves[i].boxes);
    free(space->shelves);
    free(space->lines);
    *space = (struct space){0};
}
