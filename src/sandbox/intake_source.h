/*
 * Where handed-in files come from: each kind of source hands its entries to a visitor, one by one,
 * with names as they stand there. What to think of them is the visitor's business (intake.c).
 */
#ifndef PROCENARIO_SANDBOX_INTAKE_SOURCE_H
#define PROCENARIO_SANDBOX_INTAKE_SOURCE_H

#include <sys/types.h>

#include "base/error.h"

enum entry_kind {
    ENTRY_FILE,
    ENTRY_FOLDER,
    ENTRY_SYMLINK,
    ENTRY_HARD_LINK, /* in an archive: another name of an entry before */
    ENTRY_FIFO,
    ENTRY_SOCKET,
    ENTRY_DEVICE,
    ENTRY_UNREADABLE,
};

/* Everything is borrowed for the visit. */
struct entry {
    const char *name; /* NULL: it has none that can be read */
    enum entry_kind kind;
    bool executable;
    /* Of a file: its next bytes; 0 at its end; -1: `error` says why. */
    ssize_t (*read)(void *self, void *bytes, size_t size, struct error *error);
    void *self;
};

enum visit {
    VISIT_ON,
    VISIT_PAST, /* of a folder: what is in it does not matter */
    VISIT_STOP, /* nothing after it matters */
};
struct visitor {
    enum visit (*visit)(void *self, const struct entry *entry);
    void *self;
};

/* False: it cannot be read; `error` says why. Folders come before what is in them, and in a folder
 * of the disk all is sorted by name. */
bool folder_visit(int folder, const struct visitor *visitor, struct error *error);
/* One file under this name. */
bool file_visit(const char *path, const char *name, const struct visitor *visitor,
                struct error *error);
bool archive_visit(const char *path, const struct visitor *visitor, struct error *error);
/* By its name's ending. */
bool archive_is_one(const char *path);

#endif
