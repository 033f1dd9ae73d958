/*
 * Any files, handed in as a tar archive: what goes on are regular files and folders with plain
 * names, no more than was allowed, each once. The input is a list of entries: kind, length of the
 * name, name, length of the content; or, when it begins with 'R', the archive itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "sandbox/intake.h"
#include "sandbox/libarchive.h"

enum { MOST_FILES = 20, MOST_BYTES = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void pack(int fd, const uint8_t *data, size_t size)
{
    static const __LA_MODE_T kinds[] = {AE_IFREG, AE_IFREG, AE_IFDIR, AE_IFLNK, AE_IFIFO, AE_IFCHR};
    static const char content[256];
    struct archive *archive = la.archive_write_new();
    struct archive_entry *entry = la.archive_entry_new();
    la.archive_write_set_format_pax_restricted(archive);
    la.archive_write_set_options(archive, "hdrcharset=BINARY");
    la.archive_write_open_fd(archive, fd);
    while (size > 3 && data[1] + 3u <= size) {
        auto_free char *name = xstrndup((const char *)data + 2, data[1]);
        uint8_t kind = data[0], length = data[2 + data[1]];
        la.archive_entry_clear(entry);
        la.archive_entry_copy_pathname(entry, name);
        la.archive_entry_set_filetype(entry, kinds[kind % ARRAY_SIZE(kinds)]);
        la.archive_entry_set_perm(entry, kind);
        la.archive_entry_set_size(entry, kind % ARRAY_SIZE(kinds) < 2 ? length : 0);
        if (la.archive_write_header(archive, entry) == ARCHIVE_OK)
            la.archive_write_data(archive, content, length);
        size -= data[1] + 3u;
        data += data[1] + 3u;
    }
    la.archive_write_close(archive);
    la.archive_write_free(archive);
    la.archive_entry_free(entry);
}

static bool is_plain(const char *name)
{
    auto_free char *framed = xasprintf("/%s%s", name, name[strlen(name) - 1] == '/' ? "" : "/");
    return strstr(framed, "//") == NULL && strstr(framed, "/../") == NULL &&
           strstr(framed, "/./") == NULL;
}

static void look(int fd)
{
    auto_free char *before = xstrdup("");
    struct archive *archive = la.archive_read_new();
    struct archive_entry *entry;
    size_t count = 0;
    lseek(fd, 0, SEEK_SET);
    la.archive_read_support_format_tar(archive);
    if (la.archive_read_open_fd(archive, fd, 1 << 16) != ARCHIVE_OK)
        return; /* nothing was handed in */
    while (la.archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        const char *name = la.archive_entry_pathname(entry);
        __LA_MODE_T kind = la.archive_entry_filetype(entry);
        if (name == NULL || !is_plain(name) || (kind != AE_IFREG && kind != AE_IFDIR) ||
            la.archive_entry_hardlink(entry) != NULL || strcmp(name, before) == 0 ||
            ++count > MOST_FILES)
            abort();
        free(before);
        before = xstrdup(name);
    }
    la.archive_read_free(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct intake_options options = {.max_bytes = MOST_BYTES, .max_files = MOST_FILES};
    char path[64];
    struct error error = {0};
    struct intake intake;
    snprintf(path, sizeof path, "/dev/shm/procenario-fuzz-%d.tar", getpid());
    FILE *file = fopen(path, "w+e");
    if (file == NULL || !libarchive_load(&error))
        abort();
    if (size > 0 && data[0] == 'R')
        fwrite(data + 1, 1, size - 1, file);
    else
        pack(fileno(file), data, size);
    fclose(file);
    if (intake_take(&intake, path, &options, &error)) {
        look(intake.fd);
        intake_release(&intake);
    } else if (error.message[0] == '\0') {
        abort(); /* refused without a word */
    }
    unlink(path);
    return 0;
}
