/*
 * Grades filled into a gradebook that a course system exported: one cell a student changes, every
 * other byte stays. Nothing is ever made blank, as an import would take that for a change.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "gradebook/internal.h"

struct filled { /* a row that gets a grade */
    double total;
    char *id;       /* whose; NULL: none */
    bool contested; /* another submission would be its, too: it stays as it is */
};

struct merge {
    struct gradebook_options options;
    struct sheet sheet;
    struct students *students;
    struct filled *rows; /* one a row of the sheet */
    int column;          /* -1: not looked for yet */
    char *title;         /* of the assignment */
    double max;
    bool comma; /* numbers have a decimal comma */
    struct buf told;
    size_t filled;
};

struct merge *merge_open(const struct gradebook_options *options, struct error *error)
{
    struct merge *merge = xcalloc(1, sizeof *merge);
    merge->options = *options;
    merge->column = -1;
    if (sheet_read(&merge->sheet, options->merge_into, error)) {
        merge->students = students_open(&merge->sheet, options->match, error);
        merge->rows = xcalloc(merge->sheet.row_count, sizeof *merge->rows);
    }
    if (merge->students != NULL)
        return merge;
    merge_free(merge);
    return NULL;
}

void merge_free(struct merge *merge)
{
    if (merge == NULL)
        return;
    for (size_t i = 0; merge->rows != NULL && i < merge->sheet.row_count; i++)
        free(merge->rows[i].id);
    free(merge->rows);
    free(merge->title);
    students_free(merge->students);
    sheet_release(&merge->sheet);
    buf_release(&merge->told);
    free(merge);
}

static void tell_of(struct merge *merge, const char *id, const char *what)
{
    buf_add_string(&merge->told, "  ");
    tell_id(id, &merge->told);
    buf_printf(&merge->told, ": %s\n", what);
}

void merge_add(struct merge *merge, const struct result *result)
{
    auto_buf struct buf why = {0};
    if (merge->title == NULL)
        merge->title = xstrdup(result->assignment);
    merge->max = result->max;
    if (result->failed != NULL) {
        tell_of(merge, result->id, "its grading failed, so its cell stays as it is");
        return;
    }
    size_t row = students_find(merge->students, result->id, &why);
    if (row == 0) {
        tell_of(merge, result->id, why.data);
        return;
    }
    struct filled *filled = &merge->rows[row];
    if (filled->id != NULL) {
        filled->contested = true;
        buf_add_string(&why, "its row would be that of ");
        tell_id(filled->id, &why);
        buf_add_string(&why, ", too, and stays as it is");
        tell_of(merge, result->id, why.data);
        return;
    }
    *filled = (struct filled){.total = result->total, .id = xstrdup(result->id)};
}

/* ---- which column ---------------------------------------------------------------------------- */

/* "Lab 3 (4711)" (Canvas: with the assignment's number), "Assignment: Lab 3 (Real)" (Moodle). */
static bool heading_fits(const char *heading, const char *title)
{
    size_t length = strlen(title), whole = strlen(heading);
    if (strcasecmp(heading, title) == 0)
        return true;
    if (whole == 0 || heading[whole - 1] != ')')
        return false;
    const char *open = strrchr(heading, '(');
    if (open == NULL || open == heading || open[-1] != ' ')
        return false;
    size_t bare = (size_t)(open - heading) - 1;
    size_t digits = strspn(open + 1, "0123456789");
    if (digits > 0 && open[1 + digits] == ')' && bare == length)
        return strncasecmp(heading, title, length) == 0;
    const char *colon = strstr(heading, ": ");
    return colon != NULL && (size_t)(open - colon) == length + 3 &&
           strncasecmp(colon + 2, title, length) == 0;
}

static bool column_unclear(const struct merge *merge, const char *wanted, size_t found,
                           struct error *error)
{
    auto_buf struct buf there = {0};
    for (size_t i = 0; i < merge->sheet.rows[0].count; i++)
        buf_printf(&there, "%s'%s'", i > 0 ? ", " : "", merge->sheet.rows[0].cells[i].value);
    error_set(error, 0, found == 0 ? "'%s' has no column '%s'" : "'%s' has several columns '%s'",
              merge->options.merge_into, wanted);
    error_remedy(error, "name it with --column; there are %.400s",
                 there.data != NULL ? there.data : "none");
    return false;
}

static bool find_column(struct merge *merge, struct error *error)
{
    const struct sheet_row *head = &merge->sheet.rows[0];
    const char *title = merge->title != NULL ? merge->title : "";
    const char *wanted = merge->options.column != NULL ? merge->options.column : title;
    size_t found = 0;
    for (size_t i = 0; i < head->count; i++) {
        if (!heading_fits(head->cells[i].value, wanted))
            continue;
        found++;
        merge->column = (int)i;
    }
    /* Moodle's worksheet for grading offline is about one assignment. */
    if (found == 0 && merge->options.column == NULL &&
        sheet_column(&merge->sheet, "Identifier") >= 0) {
        merge->column = sheet_column(&merge->sheet, "Grade");
        found = merge->column >= 0;
    }
    return found == 1 || column_unclear(merge, wanted, found, error);
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* Digits, with one mark between. */
static bool is_decimal(const char *text, char mark)
{
    size_t whole = strspn(text, "0123456789");
    size_t part = text[whole] == mark ? strspn(text + whole + 1, "0123456789") : 0;
    return whole > 0 && part > 0 && text[whole + 1 + part] == '\0';
}

/* Some cell has a decimal comma, and none a point. */
static bool uses_comma(const struct sheet *sheet)
{
    bool comma = false;
    for (size_t i = 1; i < sheet->row_count; i++) {
        for (size_t k = 0; k < sheet->rows[i].count; k++) {
            const char *value = sheet->rows[i].cells[k].value;
            value += strspn(value, " ");
            if (is_decimal(value, '.'))
                return false;
            comma = comma || is_decimal(value, ',');
        }
    }
    return comma;
}

static void check_possible(struct merge *merge, size_t row)
{
    char most[32];
    const char *value = sheet_value(&merge->sheet, row, merge->column);
    value += strspn(value, " ");
    points_text(merge->max, most, sizeof most);
    auto_free char *point = xstrdup(value);
    for (char *at = point; *at != '\0'; at++)
        *at = *at == ',' ? '.' : *at;
    if (row == 0 || value[0] < '0' || value[0] > '9' || strtod(point, NULL) == merge->max)
        return;
    buf_printf(&merge->told,
               "  the gradebook says that %s points are possible, the assignment %s\n", value,
               most);
}

/* The grade in the cell's own dress. */
static void add_grade(const struct merge *merge, const struct cell *cell, double total,
                      struct buf *out)
{
    char number[32];
    points_text(total, number, sizeof number);
    for (char *at = number; *at != '\0' && merge->comma; at++)
        *at = *at == '.' ? ',' : *at;
    bool quoted = cell->length > 0 && merge->sheet.source.text[cell->offset] == '"';
    if (quoted)
        buf_printf(out, "\"%s\"", number);
    else
        csv_add_field(out, number, merge->sheet.delimiter, false);
}

/* What becomes of a row: its text with the grade in it. */
static void add_row(struct merge *merge, size_t row, size_t *from, struct buf *out)
{
    const struct sheet_row *cells = &merge->sheet.rows[row];
    const struct filled *filled = &merge->rows[row];
    const char *text = merge->sheet.source.text;
    if (students_is_nobody(&merge->sheet, row))
        check_possible(merge, row);
    if (filled->id == NULL || filled->contested)
        return;
    if ((size_t)merge->column >= cells->count) {
        tell_of(merge, filled->id, "its row is too short to have such a column");
        return;
    }
    const struct cell *cell = &cells->cells[merge->column];
    if (strcasecmp(cell->value, "EX") == 0) {
        tell_of(merge, filled->id, "is excused (EX), so its cell stays as it is");
        return;
    }
    buf_add(out, text + *from, cell->offset - *from);
    add_grade(merge, cell, filled->total, out);
    *from = cell->offset + cell->length;
    merge->filled++;
}

static void tell_counts(struct merge *merge)
{
    size_t without = 0;
    for (size_t i = 1; i < merge->sheet.row_count; i++)
        without += merge->rows[i].id == NULL && !students_is_nobody(&merge->sheet, i);
    fprintf(merge->options.notes, "%s: %zu grade%s filled in, %zu row%s without a submission\n",
            merge->options.merge_into, merge->filled, merge->filled == 1 ? "" : "s", without,
            without == 1 ? "" : "s");
    if (merge->told.length > 0)
        fwrite(merge->told.data, 1, merge->told.length, merge->options.notes);
}

bool merge_end(struct merge *merge, struct error *error)
{
    auto_buf struct buf out = {0};
    const struct source *source = &merge->sheet.source;
    size_t from = 0;
    if (!find_column(merge, error))
        return false;
    merge->comma = uses_comma(&merge->sheet);
    for (size_t row = 0; row < merge->sheet.row_count; row++)
        add_row(merge, row, &from, &out);
    buf_add(&out, source->text + from, source->length - from);
    tell_counts(merge);
    return gradebook_put(merge->options.out, &out);
}
