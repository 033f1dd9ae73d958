/*
 * Which row of a gradebook a submission belongs to. Course systems name what they hand out by ids,
 * logins, addresses or names, and gradebooks have columns of those; the surest that fits is taken,
 * and only when it fits one row.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "gradebook/internal.h"

enum naming { NAMING_ID, NAMING_LOGIN, NAMING_NAME, NAMING_FIRST, NAMING_LAST };
/* Headings of Canvas, Moodle, and Gradescope. */
static const struct {
    const char *heading;
    enum naming naming;
} known[] = {
    {"ID", NAMING_ID},
    {"SIS User ID", NAMING_ID},
    {"Integration ID", NAMING_ID},
    {"Identifier", NAMING_ID},
    {"ID number", NAMING_ID},
    {"Student ID", NAMING_ID},
    {"SID", NAMING_ID},
    {"SIS Login ID", NAMING_LOGIN},
    {"Username", NAMING_LOGIN},
    {"Login", NAMING_LOGIN},
    {"Email address", NAMING_LOGIN},
    {"Email", NAMING_LOGIN},
    {"Student", NAMING_NAME},
    {"Full name", NAMING_NAME},
    {"Name", NAMING_NAME},
    {"First name", NAMING_FIRST},
    {"Last name", NAMING_LAST},
    {"Surname", NAMING_LAST},
};
#define MOST_COLUMNS 32

struct students {
    const struct sheet *sheet;
    struct {
        int column;
        enum naming naming;
    } columns[MOST_COLUMNS];
    size_t column_count;
};

/* ---- which columns --------------------------------------------------------------------------- */

static void add_column(struct students *students, int column, enum naming naming)
{
    if (students->column_count < MOST_COLUMNS) {
        students->columns[students->column_count].column = column;
        students->columns[students->column_count++].naming = naming;
    }
}

static bool no_column(const struct sheet *sheet, const char *match, struct error *error)
{
    auto_buf struct buf there = {0};
    for (size_t i = 0; i < sheet->rows[0].count; i++)
        buf_printf(&there, "%s'%s'", i > 0 ? ", " : "", sheet->rows[0].cells[i].value);
    if (match != NULL)
        error_set(error, 0, "'%s' has no column '%s'", sheet->source.path, match);
    else
        error_set(error, 0, "'%s': no column is known to name students", sheet->source.path);
    error_remedy(error, "name one with --match; there are %.400s", there.data);
    return false;
}

struct students *students_open(const struct sheet *sheet, const char *match, struct error *error)
{
    struct students *students = xcalloc(1, sizeof *students);
    students->sheet = sheet;
    if (match != NULL) {
        int column = sheet_column(sheet, match);
        if (column >= 0)
            add_column(students, column, NAMING_LOGIN);
    }
    for (size_t i = 0; match == NULL && i < ARRAY_SIZE(known); i++) {
        int column = sheet_column(sheet, known[i].heading);
        if (column >= 0)
            add_column(students, column, known[i].naming);
    }
    if (students->column_count > 0)
        return students;
    no_column(sheet, match, error);
    free(students);
    return NULL;
}

void students_free(struct students *students)
{
    free(students);
}

/* ---- which row ------------------------------------------------------------------------------- */

bool students_is_nobody(const struct sheet *sheet, size_t row)
{
    const char *first = sheet_value(sheet, row, 0);
    return row == 0 || strstr(first, "Points Possible") != NULL ||
           strstr(sheet_value(sheet, row, 1), "Points Possible") != NULL;
}

/* Letters and digits alone, in lower case and without accents: "Dörte O'Neil" is "dorteoneil". The
 * caller frees it. */
static char *folded(const char *text)
{
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_map((const utf8proc_uint8_t *)text, 0, &mapped,
                 UTF8PROC_NULLTERM | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_COMPOSE);
    const char *from = mapped != NULL ? (const char *)mapped : text;
    struct buf out = {0};
    buf_add(&out, "", 0);
    for (; *from != '\0'; from++)
        if ((unsigned char)*from >= 0x80 || isalnum((unsigned char)*from))
            buf_add_char(&out, *from);
    free(mapped);
    return buf_take(&out);
}

/* Is it the name, as "Doe, Jane", "Jane Doe", or the other way round? */
static bool is_name(const char *wanted, const char *name)
{
    auto_free char *whole = folded(name);
    if (wanted[0] == '\0' || whole[0] == '\0')
        return false;
    if (strcmp(whole, wanted) == 0)
        return true;
    const char *comma = strchr(name, ','), *blank = strrchr(name, ' ');
    const char *cut = comma != NULL ? comma : blank;
    if (cut == NULL)
        return false;
    auto_free char *before = xstrndup(name, (size_t)(cut - name));
    auto_free char *first = folded(cut + 1), *second = folded(before);
    auto_free char *turned = xasprintf("%s%s", first, second);
    return strcmp(turned, wanted) == 0;
}

/* "Participant 123" is 123. */
static const char *bare_id(const char *value)
{
    const char *end = value + strlen(value), *digits = end;
    while (digits > value && isdigit((unsigned char)digits[-1]))
        digits--;
    return digits > value && digits < end && digits[-1] == ' ' ? digits : value;
}

static bool id_fits(const char *value, const char *wanted)
{
    return value[0] != '\0' && (strcmp(value, wanted) == 0 || strcmp(bare_id(value), wanted) == 0);
}

/* An address also by what stands before its @. */
static bool login_fits(const char *value, const char *wanted)
{
    size_t local = strcspn(value, "@");
    return value[0] != '\0' &&
           (strcasecmp(value, wanted) == 0 || (value[local] == '@' && strlen(wanted) == local &&
                                               strncasecmp(value, wanted, local) == 0));
}

static bool row_has_name(const struct students *students, size_t row, const char *wanted)
{
    const char *first = NULL, *last = NULL;
    for (size_t i = 0; i < students->column_count; i++) {
        const char *value = sheet_value(students->sheet, row, students->columns[i].column);
        enum naming naming = students->columns[i].naming;
        first = naming == NAMING_FIRST ? value : first;
        last = naming == NAMING_LAST ? value : last;
        if (naming == NAMING_NAME && is_name(wanted, value))
            return true;
    }
    if (first == NULL || last == NULL)
        return false;
    auto_free char *name = xasprintf("%s, %s", last, first);
    return is_name(wanted, name);
}

static bool row_fits(const struct students *students, size_t row, const char *wanted,
                     enum naming naming)
{
    if (naming == NAMING_NAME)
        return row_has_name(students, row, wanted);
    for (size_t i = 0; i < students->column_count; i++) {
        const char *value = sheet_value(students->sheet, row, students->columns[i].column);
        if (students->columns[i].naming == naming &&
            (naming == NAMING_ID ? id_fits(value, wanted) : login_fits(value, wanted)))
            return true;
    }
    return false;
}

/* Adds up how many rows fit; the first one is returned. */
static size_t rows_that_fit(const struct students *students, const char *wanted, enum naming naming,
                            size_t *count)
{
    size_t found = 0;
    *count = 0;
    if (wanted[0] == '\0')
        return 0;
    for (size_t row = 1; row < students->sheet->row_count; row++) {
        if (students_is_nobody(students->sheet, row) || !row_fits(students, row, wanted, naming))
            continue;
        found = found == 0 ? row : found;
        ++*count;
    }
    return found;
}

static size_t look(const struct students *students, const char *wanted, enum naming naming,
                   struct buf *why)
{
    auto_free char *name = naming == NAMING_NAME ? folded(wanted) : xstrdup(wanted);
    size_t count;
    size_t row = rows_that_fit(students, name, naming, &count);
    if (count <= 1)
        return row;
    if (why->length == 0)
        buf_printf(why, "%zu rows fit", count);
    return 0;
}

/* Course systems hand out "doejane_4711_9_tsh.c" (Canvas: name, id, …) and
 * "Jane Doe_4711_assignsubmission_file_" (Moodle: name, identifier, …). */
static size_t look_at_parts(const struct students *students, const char *id, struct buf *why)
{
    size_t row = 0, length = strcspn(id, "_");
    auto_free char *first = xstrndup(id, length);
    for (const char *at = id + length; *at == '_' && row == 0; at += strcspn(at, "_")) {
        at++;
        auto_free char *part = xstrndup(at, strcspn(at, "_"));
        if (part[0] != '\0' && strspn(part, "0123456789") == strlen(part))
            row = look(students, part, NAMING_ID, why);
    }
    return row != 0 || id[length] == '\0' ? row : look(students, first, NAMING_NAME, why);
}

static size_t look_everywhere(const struct students *students, const char *id, struct buf *why)
{
    static const enum naming roles[] = {NAMING_ID, NAMING_LOGIN, NAMING_NAME};
    for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
        size_t row = look(students, id, roles[i], why);
        if (row != 0)
            return row;
    }
    return 0;
}

size_t students_find(const struct students *students, const char *id, struct buf *why)
{
    size_t row = look_everywhere(students, id, why);
    const char *dot = strrchr(id, '.');
    if (row == 0)
        row = look_at_parts(students, id, why);
    if (row == 0 && dot != NULL && dot != id) { /* a single file: "alice.c" */
        auto_free char *stem = xstrndup(id, (size_t)(dot - id));
        row = look_everywhere(students, stem, why);
    }
    if (row == 0 && why->length == 0)
        buf_add_string(why, "no row fits");
    return row;
}
