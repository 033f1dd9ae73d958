/*
 * A CSV file (RFC 4180, and what Canvas, Moodle and spreadsheets make of it) with the place of each
 * cell, so that one can be changed and every other byte stays: byte-order mark, line ends, quotes.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gradebook/internal.h"

struct scanner {
    const char *text;
    size_t length, at;
    char delimiter;
};

/* ---- one cell -------------------------------------------------------------------------------- */

/* From its opening quote on; two quotes are one. */
static void scan_quoted(struct scanner *s, struct buf *value)
{
    s->at++;
    while (s->at < s->length) {
        char c = s->text[s->at++];
        if (c == '"' && (s->at >= s->length || s->text[s->at] != '"'))
            return;
        buf_add_char(value, c);
        s->at += c == '"';
    }
}

static bool at_end_of_cell(const struct scanner *s)
{
    if (s->at >= s->length)
        return true;
    char c = s->text[s->at];
    return c == s->delimiter || c == '\n' ||
           (c == '\r' && (s->at + 1 >= s->length || s->text[s->at + 1] == '\n'));
}

static struct cell scan_cell(struct scanner *s)
{
    struct buf value = {0};
    struct cell cell = {.offset = s->at};
    if (s->at < s->length && s->text[s->at] == '"')
        scan_quoted(s, &value);
    while (!at_end_of_cell(s))
        buf_add_char(&value, s->text[s->at++]);
    cell.length = s->at - cell.offset;
    cell.value = buf_take(&value);
    return cell;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* What stands most often between the headings. */
static char guess_delimiter(const char *text, size_t length)
{
    static const char known[] = ",;\t";
    size_t counts[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < length && (quoted || text[i] != '\n'); i++) {
        quoted ^= text[i] == '"';
        for (size_t k = 0; k < 3 && !quoted; k++)
            counts[k] += text[i] == known[k];
    }
    size_t best = 0;
    for (size_t k = 1; k < 3; k++)
        best = counts[k] > counts[best] ? k : best;
    return known[best];
}

static void scan_row(struct scanner *s, struct sheet_row *row)
{
    *row = (struct sheet_row){0};
    for (;;) {
        row->cells = xreallocarray(row->cells, row->count + 1, sizeof *row->cells);
        row->cells[row->count++] = scan_cell(s);
        if (s->at >= s->length || s->text[s->at] != s->delimiter)
            break;
        s->at++;
    }
    s->at += s->at < s->length && s->text[s->at] == '\r';
    s->at += s->at < s->length && s->text[s->at] == '\n';
}

bool sheet_read(struct sheet *sheet, const char *path, struct error *error)
{
    *sheet = (struct sheet){0};
    if (!source_read(&sheet->source, path, error))
        return false;
    const char *text = sheet->source.text;
    struct scanner s = {.text = text, .length = sheet->source.length};
    if (s.length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
        error_set(error, 0, "'%s' is UTF-16, not UTF-8", path);
        error_remedy(error, "export it as CSV in UTF-8");
        sheet_release(sheet);
        return false;
    }
    s.at = s.length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    s.delimiter = sheet->delimiter = guess_delimiter(text + s.at, s.length - s.at);
    size_t capacity = 0;
    while (s.at < s.length) {
        if (sheet->row_count == capacity) {
            capacity = capacity == 0 ? 64 : capacity * 2;
            sheet->rows = xreallocarray(sheet->rows, capacity, sizeof *sheet->rows);
        }
        scan_row(&s, &sheet->rows[sheet->row_count++]);
    }
    if (sheet->row_count > 0)
        return true;
    error_set(error, 0, "'%s' is empty: a gradebook begins with its headings", path);
    sheet_release(sheet);
    return false;
}

void sheet_release(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->row_count; i++) {
        for (size_t k = 0; k < sheet->rows[i].count; k++)
            free(sheet->rows[i].cells[k].value);
        free(sheet->rows[i].cells);
    }
    free(sheet->rows);
    source_release(&sheet->source);
    *sheet = (struct sheet){0};
}

int sheet_column(const struct sheet *sheet, const char *heading)
{
    const struct sheet_row *head = &sheet->rows[0];
    for (size_t i = 0; i < head->count; i++)
        if (strcasecmp(head->cells[i].value, heading) == 0)
            return (int)i;
    return -1;
}

const char *sheet_value(const struct sheet *sheet, size_t row, int column)
{
    const struct sheet_row *cells = &sheet->rows[row];
    return column >= 0 && (size_t)column < cells->count ? cells->cells[column].value : "";
}

void csv_add_field(struct buf *out, const char *text, char delimiter, bool is_text)
{
    const char special[] = {delimiter, '"', '\n', '\r', '\0'};
    /* A spreadsheet takes these for the beginning of a formula; after an apostrophe it does not
     * (owasp.org, "CSV Injection"). */
    bool formula = is_text && text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    bool quoted = strpbrk(text, special) != NULL;
    buf_add_string(out, quoted ? "\"" : "");
    buf_add_string(out, formula ? "'" : "");
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_add_char(out, '"');
        buf_add_char(out, *text);
    }
    buf_add_string(out, quoted ? "\"" : "");
}
