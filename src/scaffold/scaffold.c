#include "scaffold/scaffold.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/native.h"
#include "base/text.h"
#include "scaffold/internal.h"

EMBED(settings, "src/scaffold/settings.sh");
EMBED(setup, "src/scaffold/setup.sh");
EMBED(example_assignment, "src/scaffold/example/assignment.yaml");
EMBED(example_scenario, "src/scaffold/example/reaping.yaml");
EMBED(gradescope_run, "src/scaffold/gradescope/run_autograder");
EMBED(gradescope_readme, "src/scaffold/gradescope/README.md");
EMBED(github_workflow, "src/scaffold/github/grade.yml");
EMBED(github_grade, "src/scaffold/github/grade");
EMBED(github_readme, "src/scaffold/github/README.md");

const char *const scaffold_words[] = {"gradescope", "github", NULL};

/* ---- the files ------------------------------------------------------------------------------- */

struct writing {
    const char *top; /* the folder, while it has another name */
    const char *own; /* below it: where the files of grading are, ending in a slash; or nothing */
    const struct assignment *assignment;
    struct error *error;
};

static bool write_asset(const struct writing *w, const char *folder, const char *name, mode_t mode,
                        struct asset asset)
{
    auto_free char *path = xasprintf("%s%s", folder, name);
    return file_write(w->top, path, mode, asset.text, asset.length, w->error);
}

/* Appends the text up to the mark, then the word, and moves on behind the mark. */
static void replace(struct buf *out, const char **text, const char *mark, const char *word)
{
    size_t before = 0, length = strlen(mark);
    while ((*text)[before] != '\0' && strncmp(*text + before, mark, length) != 0)
        before++;
    if ((*text)[before] == '\0')
        BUG("settings.sh has no %s", mark);
    buf_add(out, *text, before);
    text_add_shell_word(out, word);
    *text += before + length;
}

static bool write_settings(const struct writing *w, bool without_sandbox)
{
    auto_buf struct buf out = {0};
    const char *text = EMBEDDED(settings).text, *name = "assignment.yaml";
    const struct assignment *assignment = w->assignment;
    bool late = true; /* the example's */
    if (assignment != NULL) {
        const char *slash = strrchr(assignment->source.path, '/');
        name = slash != NULL ? slash + 1 : assignment->source.path;
        late = assignment->late.given;
    }
    replace(&out, &text, "@ASSIGNMENT@", name);
    replace(&out, &text, "@LATE@", late ? "yes" : "no");
    replace(&out, &text, "@WITHOUT_SANDBOX@", without_sandbox ? "yes" : "no");
    buf_add_string(&out, text);
    return write_asset(w, w->own, "settings.sh", 0666, (struct asset){out.data, out.length});
}

static bool write_assignment(const struct writing *w)
{
    auto_free char *folder = xasprintf("%sassignment", w->own);
    if (w->assignment != NULL)
        return assignment_copy(w->assignment, w->top, folder, w->error);
    return write_asset(w, folder, "/assignment.yaml", 0666, EMBEDDED(example_assignment)) &&
           write_asset(w, folder, "/reaping.yaml", 0666, EMBEDDED(example_scenario));
}

/* What both kinds have. */
static bool write_common(const struct writing *w, bool without_sandbox)
{
    auto_free char *program = xasprintf("%sprocenario", w->own);
    return write_settings(w, without_sandbox) && write_assignment(w) &&
           write_asset(w, w->own, "setup.sh", 0777, EMBEDDED(setup)) &&
           file_copy(own_program(), w->top, program, w->error);
}

static bool write_gradescope(struct writing *w)
{
    w->own = "";
    return write_common(w, true) &&
           write_asset(w, "", "run_autograder", 0777, EMBEDDED(gradescope_run)) &&
           write_asset(w, "", "README.md", 0666, EMBEDDED(gradescope_readme));
}

static bool write_github(struct writing *w)
{
    w->own = ".github/procenario/";
    return write_common(w, false) &&
           write_asset(w, w->own, "grade", 0777, EMBEDDED(github_grade)) &&
           write_asset(w, w->own, "README.md", 0666, EMBEDDED(github_readme)) &&
           write_asset(w, ".github/workflows/", "grade.yml", 0666, EMBEDDED(github_workflow));
}

/* ---- the folder ------------------------------------------------------------------------------ */

bool scaffold_is_taken(const char *folder)
{
    struct stat status;
    if (lstat(folder, &status) != 0)
        return false;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return true;
    bool empty = true;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL)
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(directory);
    return !empty;
}

bool scaffold_write(enum scaffold scaffold, const struct assignment *assignment, const char *folder,
                    struct error *error)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    auto_free char *place = xstrndup(folder, length);
    auto_free char *top = xasprintf("%s.XXXXXX", place);
    if (mkdtemp(top) == NULL)
        return error_set(error, errno, "cannot make a folder beside '%s'", place);
    struct writing w = {.top = top, .assignment = assignment, .error = error};
    bool written = scaffold == SCAFFOLD_GRADESCOPE ? write_gradescope(&w) : write_github(&w);
    mode_t mask = umask(0);
    umask(mask);
    written = written && (chmod(top, 0777 & ~mask) == 0 ||
                          error_set(error, errno, "cannot open '%s' to others", top));
    /* An empty folder gives way (rename(2)). */
    written = written && (rename(top, place) == 0 ||
                          error_set(error, errno, "cannot put the folder at '%s'", place));
    if (!written)
        folder_remove(top);
    return written;
}
