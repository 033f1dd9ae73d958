/*
 * Intake in two passes over the source: the survey finds whether all stands in one folder that the
 * author of the assignment did not ask for; the taking keeps what is asked for and has a plain
 * name. Contents go one after the other into a spool in memory, and from there, sorted, into the
 * archive.
 */
#include "sandbox/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "sandbox/intake_pack.h"
#include "sandbox/intake_source.h"
#include "sandbox/internal.h"
#include "sandbox/libarchive.h"

/* Of whatever somebody hands in, no more is looked at, and no more is told. */
#define MOST_ENTRIES 100000
#define MOST_NOTES 50
#define MOST_UNASKED 10
#define LONGEST_SHOWN 200

struct taking {
    const struct intake_options *options;
    struct intake *intake;
    struct error *error;
    bool failed;
    bool unreadable; /* what is handed in is to blame */
    /* survey */
    char *top; /* the one folder or file at the top; NULL: nothing seen yet */
    bool several, top_is_folder;
    bool *matches, *matches_below; /* wanted[i] matched something, as it stands or below the top */
    /* taking */
    const char *below; /* take what is in this folder; NULL: all */
    bool giving;       /* the course's files now */
    const char *under; /* its path, or NULL */
    struct kept *kept;
    size_t kept_count, kept_capacity;
    size_t seen;
    uint64_t bytes, files; /* handed in so far; bytes as a file system of memory holds them */
    size_t notes_left_out;
    char *unasked[MOST_UNASKED]; /* files that no pattern is about */
    size_t unasked_count;
    bool unasked_more;
    int spool;
    off_t spool_end;
};

/* ---- notes ---- */

/* `text` is owned by the intake from here on. */
static void add_note(struct intake *intake, char *text)
{
    intake->notes = xreallocarray(intake->notes, intake->note_count + 1, sizeof *intake->notes);
    intake->notes[intake->note_count++] = text;
}

static char *about(const char *name, const char *why)
{
    struct buf text = {0};
    size_t length = strlen(name), shown = utf8_cut(name, length, LONGEST_SHOWN);
    buf_add_char(&text, '\'');
    text_add_visible(&text, name, shown);
    buf_printf(&text, "%s' %s", shown < length ? "…" : "", why);
    return buf_take(&text);
}

static void note(struct taking *t, const char *name, const char *why)
{
    if (t->intake->note_count < MOST_NOTES)
        add_note(t->intake, about(name, why));
    else
        t->notes_left_out++;
}

static int compare_notes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Whatever the order in which things were handed in. */
static void close_notes(struct taking *t)
{
    struct intake *intake = t->intake;
    if (intake->note_count > 0)
        qsort(intake->notes, intake->note_count, sizeof *intake->notes, compare_notes);
    if (t->notes_left_out > 0)
        add_note(intake, xasprintf("and %zu more of the kind", t->notes_left_out));
}

/* ---- files that nobody asked for ---- */

/* A hidden file, or one in a hidden folder: a program's, seldom an author's. */
static bool is_hidden(const char *path)
{
    return path[0] == '.' || strstr(path, "/.") != NULL;
}

static size_t depth_of(const char *path)
{
    size_t depth = 0;
    for (; (path = strchr(path, '/')) != NULL; path++)
        depth++;
    return depth;
}

/* The ones that their author will look for first. */
static int compare_unasked(const char *a, const char *b)
{
    if (is_hidden(a) != is_hidden(b))
        return is_hidden(a) ? 1 : -1;
    size_t depth = depth_of(a), other = depth_of(b);
    return depth != other ? (depth > other ? 1 : -1) : strcmp(a, b);
}

/* Keeps the first of them, in order, each once. */
static void keep_unasked(struct taking *t, const char *path)
{
    size_t at = t->unasked_count;
    while (at > 0 && compare_unasked(t->unasked[at - 1], path) > 0)
        at--;
    if (at > 0 && strcmp(t->unasked[at - 1], path) == 0)
        return;
    if (t->unasked_count == MOST_UNASKED) {
        t->unasked_more = true;
        if (at == MOST_UNASKED)
            return;
        free(t->unasked[--t->unasked_count]);
    }
    memmove(&t->unasked[at + 1], &t->unasked[at], (t->unasked_count - at) * sizeof *t->unasked);
    t->unasked[at] = xstrdup(path);
    t->unasked_count++;
}

/* Where something is missing, it may be there under another name. */
static void tell_unasked(struct taking *t)
{
    if (t->intake->missing_count == 0)
        return;
    for (size_t i = 0; i < t->unasked_count; i++)
        add_note(t->intake, about(t->unasked[i], "is none of the files to hand in: left out"));
    if (t->unasked_more)
        add_note(t->intake, xstrdup("and other files that are none of those to hand in"));
}

/* ---- names ---- */

/* The name as a plain path: without "./" and doubled slashes. NULL: it is none; *why says so. */
static char *plain_path(const char *name, const char **why)
{
    auto_buf struct buf path = {0};
    unsigned depth = 0;
    *why = "has an absolute path: left out";
    if (name[0] == '/')
        return NULL;
    while (name[0] != '\0') {
        size_t length = strcspn(name, "/");
        *why = "leads out of its folder: left out";
        if (length == 2 && memcmp(name, "..", 2) == 0)
            return NULL;
        *why = "has too long a path: left out";
        if (length > NAME_MAX || path.length + length >= PATH_MAX / 2 || depth >= TREE_DEPTH)
            return NULL;
        if (length > 0 && !(length == 1 && name[0] == '.')) {
            if (depth++ > 0)
                buf_add_char(&path, '/');
            buf_add(&path, name, length);
        }
        name += length;
        name += name[0] == '/';
    }
    return buf_take(&path);
}

/* What an archiver or a file manager leaves of itself. */
static bool is_litter(const char *path)
{
    const char *base = strrchr(path, '/');
    base = base != NULL ? base + 1 : path;
    return strncmp(path, "__MACOSX/", 9) == 0 || strcmp(path, "__MACOSX") == 0 ||
           strcmp(base, ".DS_Store") == 0;
}

/* The pattern of a folder stands for all that is in it. */
static bool matches(const char *pattern, const char *path)
{
    return fnmatch(pattern, path, FNM_PATHNAME | FNM_LEADING_DIR) == 0;
}

/* ---- the survey ---- */

static void survey_path(struct taking *t, const char *path, bool folder)
{
    size_t length = strcspn(path, "/");
    if (t->top == NULL) {
        t->top = xstrndup(path, length);
        t->top_is_folder = folder || path[length] == '/';
    } else if (strncmp(t->top, path, length) != 0 || t->top[length] != '\0') {
        t->several = true;
    }
    const char *below = path[length] == '/' ? path + length + 1 : NULL;
    for (size_t i = 0; i < t->options->wanted_count && !folder; i++) {
        t->matches[i] |= matches(t->options->wanted[i], path);
        t->matches_below[i] |= below != NULL && matches(t->options->wanted[i], below);
    }
}

static enum visit survey(void *self, const struct entry *entry)
{
    struct taking *t = self;
    const char *why;
    if (++t->seen > MOST_ENTRIES)
        return VISIT_STOP;
    auto_free char *path = entry->name != NULL ? plain_path(entry->name, &why) : NULL;
    bool counts = entry->kind == ENTRY_FILE || entry->kind == ENTRY_FOLDER;
    if (path != NULL && path[0] != '\0' && counts && !is_litter(path))
        survey_path(t, path, entry->kind == ENTRY_FOLDER);
    return path != NULL || entry->kind != ENTRY_FOLDER ? VISIT_ON : VISIT_PAST;
}

/* Is what matters in the one folder at the top? Where patterns tell, they do; an archive without
 * them is unpacked as its author packed a folder. */
static bool lies_below(const struct taking *t, bool archive)
{
    if (t->several || !t->top_is_folder)
        return false;
    if (t->options->wanted_count == 0)
        return archive;
    size_t here = 0, below = 0;
    for (size_t i = 0; i < t->options->wanted_count; i++) {
        here += t->matches[i];
        below += t->matches_below[i];
    }
    return below > here || (archive && below > 0 && below == here);
}

/* ---- taking ---- */

static struct kept *keep(struct taking *t, const char *path, bool folder, bool executable)
{
    if (t->kept_count == t->kept_capacity) {
        t->kept_capacity = t->kept_capacity * 2 + 16;
        t->kept = xreallocarray(t->kept, t->kept_capacity, sizeof *t->kept);
    }
    struct kept *kept = &t->kept[t->kept_count++];
    *kept = (struct kept){.path = xstrdup(path),
                          .folder = folder,
                          .executable = executable,
                          .given = t->giving,
                          .at = t->spool_end};
    return kept;
}

static void forget_last(struct taking *t)
{
    struct kept *kept = &t->kept[--t->kept_count];
    t->spool_end = kept->at;
    free(kept->path);
}

static bool spool(struct taking *t, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = pwrite(t->spool, bytes, length, t->spool_end);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            t->failed = true;
            return error_set(t->error, errno, "cannot keep what is handed in");
        }
        bytes += written;
        length -= (size_t)written;
        t->spool_end += written;
    }
    return true;
}

/* What a file of this size takes of a tmpfs, whose bound is in pages (tmpfs(5)). */
static uint64_t in_pages(uint64_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

/* Reads the file into the spool. NULL: done; otherwise why it is left out. */
static const char *take_content(struct taking *t, const struct entry *entry, struct kept *kept)
{
    char block[1 << 14];
    const struct intake_options *options = t->options;
    uint64_t most = UINT64_MAX;
    if (!t->giving && options->max_bytes > 0)
        most = options->max_bytes > t->bytes ? options->max_bytes - t->bytes : 0;
    for (;;) {
        struct error error = {0};
        ssize_t got = entry->read(entry->self, block, sizeof block, &error);
        if (got < 0)
            return "cannot be read: left out";
        if (got == 0)
            break;
        if (in_pages(kept->size + (uint64_t)got) > most)
            return "is too large: left out";
        if (!spool(t, block, (size_t)got))
            return "";
        kept->size += (uint64_t)got;
    }
    if (!t->giving)
        t->bytes += in_pages(kept->size);
    return NULL;
}

/* One more file or folder? */
static bool there_is_room(struct taking *t, const char *path)
{
    if (t->giving || t->options->max_files == 0 || t->files++ < t->options->max_files)
        return true;
    note(t, path, "and what comes after it are too many files: left out");
    return false;
}

static enum visit take_file(struct taking *t, const struct entry *entry, const char *path)
{
    if (!there_is_room(t, path))
        return VISIT_STOP;
    struct kept *kept = keep(t, path, false, entry->executable);
    const char *why = take_content(t, entry, kept);
    if (why == NULL)
        return VISIT_ON;
    forget_last(t);
    if (t->failed)
        return VISIT_STOP;
    note(t, path, why);
    if (t->giving)
        t->failed = !error_set(t->error, 0, "the course's file '%s' %s", path, why);
    return t->failed ? VISIT_STOP : VISIT_ON;
}

static bool is_wanted(const struct taking *t, const char *path)
{
    if (t->giving || t->options->wanted_count == 0)
        return true;
    for (size_t i = 0; i < t->options->wanted_count; i++)
        if (matches(t->options->wanted[i], path))
            return true;
    return false;
}

static enum visit take_path(struct taking *t, const struct entry *entry, const char *path)
{
    static const char *const refused[] = {
        [ENTRY_SYMLINK] = "is a symbolic link: left out",
        [ENTRY_HARD_LINK] = "is a link to another file: left out",
        [ENTRY_FIFO] = "is a FIFO: left out",
        [ENTRY_SOCKET] = "is a socket: left out",
        [ENTRY_DEVICE] = "is a device: left out",
        [ENTRY_UNREADABLE] = "cannot be read: left out",
    };
    if (entry->kind == ENTRY_FOLDER) {
        if (!t->giving && t->options->wanted_count > 0)
            return VISIT_ON; /* it comes with what is wanted in it */
        if (!there_is_room(t, path))
            return VISIT_STOP;
        keep(t, path, true, true);
        return VISIT_ON;
    }
    if (!is_wanted(t, path)) {
        keep_unasked(t, path);
        return VISIT_ON;
    }
    if (entry->kind == ENTRY_FILE)
        return take_file(t, entry, path);
    note(t, path, refused[entry->kind]);
    if (t->giving)
        t->failed =
            !error_set(t->error, 0, "the course's file '%s' %s", path, refused[entry->kind]);
    return t->failed ? VISIT_STOP : VISIT_ON;
}

/* The part of the path that is taken; NULL: it is not below the folder. */
static const char *below_top(const struct taking *t, const char *path)
{
    if (t->below == NULL)
        return path;
    size_t length = strlen(t->below);
    return strncmp(path, t->below, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static enum visit take(void *self, const struct entry *entry)
{
    struct taking *t = self;
    const char *why = "has a name that cannot be read: left out";
    if (++t->seen > MOST_ENTRIES) {
        note(t, entry->name != NULL ? entry->name : "?",
             "and what comes after it are too many files: left out");
        return VISIT_STOP;
    }
    auto_free char *path = entry->name != NULL ? plain_path(entry->name, &why) : NULL;
    if (path == NULL) {
        note(t, entry->name != NULL ? entry->name : "?", why);
        return VISIT_PAST;
    }
    const char *taken = below_top(t, path);
    if (taken == NULL || taken[0] == '\0' || is_litter(path))
        return VISIT_ON;
    if (t->under == NULL)
        return take_path(t, entry, taken);
    auto_free char *whole = xasprintf("%s/%s", t->under, taken);
    return take_path(t, entry, whole);
}

/* ---- sources ---- */

static bool visit_source(const char *path, bool archive, const struct visitor *visitor,
                         struct error *error)
{
    if (archive)
        return archive_visit(path, visitor, error);
    auto_close int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0)
        return folder_visit(folder, visitor, error);
    if (errno != ENOTDIR && errno != ELOOP)
        return error_set(error, errno, "cannot open '%s'", path);
    const char *slash = strrchr(path, '/');
    return file_visit(path, slash != NULL ? slash + 1 : path, visitor, error);
}

static bool take_handed(struct taking *t, const char *path)
{
    struct stat file;
    if (lstat(path, &file) != 0)
        return error_set(t->error, errno, "cannot open '%s'", path);
    if (S_ISLNK(file.st_mode))
        return error_set(t->error, 0, "it is a symbolic link, which is not followed");
    if (!S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode))
        return error_set(t->error, 0, "it is neither a folder nor a regular file");
    bool archive = S_ISREG(file.st_mode) && archive_is_one(path);
    struct visitor visitor = {survey, t};
    if (!visit_source(path, archive, &visitor, t->error))
        return false;
    t->seen = 0;
    t->below = lies_below(t, archive) ? t->top : NULL;
    visitor.visit = take;
    return visit_source(path, archive, &visitor, t->error) && !t->failed;
}

static bool take_given_one(struct taking *t, const char *path)
{
    const char *why = "is no path of a file";
    auto_free char *plain = plain_path(path, &why);
    if (plain == NULL || plain[0] == '\0')
        return error_set(t->error, 0, "the course's file '%s' %s", path, why);
    auto_free char *place = xasprintf("%s/%s", t->options->given_directory, plain);
    struct visitor visitor = {take, t};
    struct stat file;
    t->seen = 0;
    t->below = t->under = NULL;
    if (stat(place, &file) == 0 && S_ISDIR(file.st_mode)) {
        keep(t, plain, true, true);
        t->under = plain;
        auto_close int folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
            return error_set(t->error, errno, "cannot open '%s'", place);
        return folder_visit(folder, &visitor, t->error) && !t->failed;
    }
    return file_visit(place, plain, &visitor, t->error) && !t->failed;
}

static bool take_given(struct taking *t)
{
    t->giving = true;
    for (size_t i = 0; i < t->options->given_count; i++)
        if (!take_given_one(t, t->options->given[i]))
            return false;
    return true;
}

/* ---- order ---- */

/* By path, as strcmp(3) would where '/' came before all other bytes: a folder's content follows it.
 * The same path twice: the one that counts comes last. */
static int compare_kept(const void *left, const void *right)
{
    const struct kept *a = left, *b = right;
    const unsigned char *p = (const unsigned char *)a->path, *q = (const unsigned char *)b->path;
    while (*p == *q && *p != '\0')
        p++, q++;
    if (*p != *q)
        return (*p == '/'    ? 1
                : *p == '\0' ? 0
                             : *p + 1) -
               (*q == '/'    ? 1
                : *q == '\0' ? 0
                             : *q + 1);
    if (a->given != b->given)
        return a->given - b->given;
    return (a->at > b->at) - (a->at < b->at);
}

static bool is_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static void drop(struct kept *kept)
{
    free(kept->path);
    kept->path = NULL;
}

/* One entry a path, and nothing below a file. */
static void resolve_conflicts(struct taking *t)
{
    struct kept *last = NULL; /* kept so far */
    if (t->kept_count > 0)
        qsort(t->kept, t->kept_count, sizeof *t->kept, compare_kept);
    for (size_t i = 0; i < t->kept_count; i++) {
        struct kept *now = &t->kept[i];
        if (last != NULL && strcmp(last->path, now->path) == 0) {
            drop(last); /* the later one, or the course's */
        } else if (last != NULL && !last->folder && is_in(now->path, last->path)) {
            if (!now->given || last->given) {
                note(t, now->path, "lies in what is a file: left out");
                drop(now);
                continue;
            }
            note(t, last->path, "stands where the course has a folder: left out");
            drop(last);
        }
        last = now;
    }
}

/* Folders that nobody handed in, but that files stand in, count, too. */
static void bound_files(struct taking *t)
{
    auto_buf struct buf latest = {0};
    uint64_t files = 0;
    bool full = false;
    for (size_t i = 0; i < t->kept_count && t->options->max_files > 0; i++) {
        struct kept *kept = &t->kept[i];
        if (kept->path == NULL)
            continue;
        uint64_t more = kept->given ? 0 : 1 + pack_count_parents(kept->path, &latest);
        if (files + more > t->options->max_files) {
            if (!full)
                note(t, kept->path, "and what comes after it are too many files: left out");
            full = true;
            drop(kept);
            continue;
        }
        files += more;
        pack_set_latest(&latest, kept);
    }
}

/* ---- the whole ---- */

/* Of the archive and of the notes, as a result tells both. */
static bool digest(struct taking *t)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    unsigned char block[1 << 14];
    SHA2_CTX context;
    ssize_t got;
    SHA256Init(&context);
    for (off_t at = 0; (got = pread(t->intake->fd, block, sizeof block, at)) > 0; at += got)
        SHA256Update(&context, block, (size_t)got);
    if (got < 0)
        return error_set(t->error, errno, "cannot read the archive");
    for (size_t i = 0; i < t->intake->note_count; i++)
        SHA256Update(&context, (const uint8_t *)t->intake->notes[i],
                     strlen(t->intake->notes[i]) + 1);
    SHA256Final(digest, &context);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(t->intake->digest + 2 * i, 3, "%02x", digest[i]);
    return true;
}

static void find_missing(struct taking *t)
{
    struct intake *intake = t->intake;
    intake->missing = xcalloc(t->options->wanted_count + 1, sizeof *intake->missing);
    for (size_t i = 0; i < t->options->wanted_count; i++) {
        bool found = false;
        for (size_t k = 0; k < t->kept_count && !found; k++)
            found = t->kept[k].path != NULL && !t->kept[k].folder &&
                    matches(t->options->wanted[i], t->kept[k].path);
        if (!found)
            intake->missing[intake->missing_count++] = xstrdup(t->options->wanted[i]);
    }
}

static bool take_all(struct taking *t, const char *path)
{
    if (!libarchive_load(t->error))
        return false;
    t->spool = memfd_create("spool", MFD_CLOEXEC);
    if (t->spool < 0)
        return error_set(t->error, errno, "cannot make a file in memory");
    if (!take_handed(t, path)) {
        t->unreadable = !t->failed && t->error->code == 0;
        return false;
    }
    if (!take_given(t))
        return false;
    resolve_conflicts(t);
    bound_files(t);
    find_missing(t);
    close_notes(t);
    tell_unasked(t);
    t->intake->fd = pack_archive(t->kept, t->kept_count, t->spool, t->error);
    return t->intake->fd >= 0 && digest(t);
}

bool intake_take(struct intake *intake, const char *path, const struct intake_options *options,
                 struct error *error)
{
    *intake = (struct intake){.fd = -1};
    struct taking t = {.options = options,
                       .intake = intake,
                       .error = error,
                       .matches = xcalloc(options->wanted_count + 1, sizeof(bool)),
                       .matches_below = xcalloc(options->wanted_count + 1, sizeof(bool)),
                       .spool = -1};
    bool taken = take_all(&t, path);
    for (size_t i = 0; i < t.kept_count; i++)
        free(t.kept[i].path);
    for (size_t i = 0; i < t.unasked_count; i++)
        free(t.unasked[i]);
    free(t.kept);
    free(t.top);
    free(t.matches);
    free(t.matches_below);
    if (t.spool >= 0)
        close(t.spool);
    if (!taken)
        intake_release(intake);
    intake->unreadable = t.unreadable;
    return taken;
}

void intake_release(struct intake *intake)
{
    for (size_t i = 0; i < intake->note_count; i++)
        free(intake->notes[i]);
    for (size_t i = 0; i < intake->missing_count; i++)
        free(intake->missing[i]);
    free(intake->notes);
    free(intake->missing);
    if (intake->fd >= 0)
        close(intake->fd);
    *intake = (struct intake){.fd = -1};
}
