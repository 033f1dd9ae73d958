/* What grading by an assignment needs, and nothing else: a solution may lie beside it. */
#include <string.h>

#include "scaffold/internal.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Leads the name out of the folder? */
static bool leads_out(const char *name)
{
    if (name[0] == '/')
        return true;
    for (const char *at = name; *at != '\0';) {
        size_t length = strcspn(at, "/");
        if (length == 2 && at[0] == '.' && at[1] == '.')
            return true;
        at += length;
        at += *at == '/';
    }
    return false;
}

static bool copy_named(const struct assignment *assignment, const char *name, const char *top,
                       const char *path, struct error *error)
{
    if (leads_out(name)) {
        error_set(error, 0, "'%s' is not in the folder of the assignment", name);
        error_remedy(error, "copy it there, and name it so in the assignment");
        return false;
    }
    auto_free char *from = xasprintf("%s/%s", assignment->directory, name);
    auto_free char *to = xasprintf("%s/%s", path, name);
    return file_copy(from, top, to, error);
}

bool assignment_copy(const struct assignment *assignment, const char *top, const char *path,
                     struct error *error)
{
    const struct source *source = &assignment->source;
    auto_free char *itself = xasprintf("%s/%s", path, base_name(source->path));
    bool fine = file_write(top, itself, 0666, source->text, source->length, error);
    for (size_t i = 0; i < assignment->scenario_count && fine; i++)
        fine = copy_named(assignment, assignment->scenarios[i].file, top, path, error);
    for (size_t i = 0; i < assignment->given_count && fine; i++)
        fine = copy_named(assignment, assignment->given[i], top, path, error);
    return fine;
}
