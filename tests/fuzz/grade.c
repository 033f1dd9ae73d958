/*
 * Any bytes as an assignment, a result, or a gradebook: read or explained, never a crash, a leak or
 * a hang.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gradebook/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_assignment(const char *path)
{
    struct buf told = {0};
    struct assignment *assignment = assignment_load(path, false, &told);
    if (assignment == NULL && told.length == 0)
        abort(); /* refused without a word */
    assignment_free(assignment);
    buf_release(&told);
}

static void read_result(const char *path)
{
    struct error error = {0};
    struct result *result = result_read(path, &error);
    if (result == NULL && error.message[0] == '\0')
        abort();
    for (size_t i = 0; result != NULL && gradebook_formats[i] != NULL; i++) {
        FILE *out = fopen("/dev/null", "w");
        struct gradebook_options options = {.out = out, .notes = out, .details = i == 0};
        gradebook_write_one(gradebook_formats[i], result, &options, &error);
        fclose(out);
    }
    result_free(result);
}

/* The cells and what stands between them are the file. */
static void read_sheet(const char *path)
{
    struct error error = {0};
    struct sheet sheet;
    if (!sheet_read(&sheet, path, &error))
        return;
    size_t at = 0;
    for (size_t i = 0; i < sheet.row_count; i++)
        for (size_t k = 0; k < sheet.rows[i].count; k++) {
            const struct cell *cell = &sheet.rows[i].cells[k];
            if (cell->offset < at || cell->offset + cell->length > sheet.source.length)
                abort();
            at = cell->offset + cell->length;
        }
    struct students *students = students_open(&sheet, NULL, &error);
    struct buf why = {0};
    if (students != NULL)
        students_find(students, "doejane_4711_9_tsh.c", &why);
    buf_release(&why);
    students_free(students);
    sheet_release(&sheet);
}

/* Scenarios are looked for beside the assignment: in a folder where nothing else is. */
static char input_folder[] = "/tmp/fuzz-XXXXXX";
static char input[sizeof input_folder + sizeof "/file"]; /* empty: not yet */

static void tidy(void)
{
    unlink(input);
    rmdir(input_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (input[0] == '\0') {
        if (mkdtemp(input_folder) == NULL)
            abort();
        snprintf(input, sizeof input, "%s/file", input_folder);
        atexit(tidy);
    }
    FILE *file = fopen(input, "w");
    if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
    read_assignment(input);
    read_result(input);
    read_sheet(input);
    return 0;
}
