/*
 * What the two sides of a sandbox say to one another, and the rooms of this folder.
 *
 *   here (sandbox.c)                          inside (stage.c)
 *   ─ REQUEST_OPEN, request, tar ───────────▶ place.c makes the folders, unpack.c fills them
 *   ◀──────────────────────────── reply ─────
 *   ─ REQUEST_PERFORM, request, trace ──────▶ place.c: a fresh /work and /tmp; the director
 * performs ◀──────────────────────────── reply ───── end of file ────────────────────────────▶ it
 * ends, and all in it
 *
 * Both are the same program, so that a reply is a plain struct. A request is JSON in a memfd: no
 * bound on a scenario's size, and nothing of it is ever a file in the sandbox.
 */
#ifndef PROCENARIO_SANDBOX_INTERNAL_H
#define PROCENARIO_SANDBOX_INTERNAL_H

#include <sys/types.h>

#include "sandbox/sandbox.h"

/* ---- messages (message.c) ---- */

enum request_kind { REQUEST_OPEN, REQUEST_PERFORM };
struct message {
    int kind;    /* enum request_kind */
    int request; /* a memfd with JSON */
    int file;    /* the tar archive to read, or the trace to write */
};
struct reply {
    bool ok;
    struct error error;
};
/* A memfd that holds the bytes, read from its beginning. -1: errno. */
int memory_file(const char *name, const void *bytes, size_t length);
bool message_send(int socket, const struct message *message);
/* The descriptors received are the caller's. False: end of file (errno 0), or errno. */
bool message_receive(int socket, struct message *message);
bool reply_send(int socket, const struct reply *reply);
/* What comes from inside is not believed to be well-formed. False: end of file (errno 0), or errno.
 */
bool reply_receive(int socket, struct reply *reply);

/* ---- requests (request.c) ---- */

/* The folder in which programs are performed. */
#define SANDBOX_DIRECTORY "/work"

/* As memfds, -1: `error` says why. */
int request_open_write(const struct sandbox_options *options, struct error *error);
int request_perform_write(const struct sandbox_run *run, struct error *error);

bool request_open_read(int fd, struct sandbox_options *options, struct error *error);

/* A run as it arrives inside. */
struct stage_run {
    struct source source;
    struct scenario_list list;
    struct scenario *command; /* or NULL */
    const struct scenario *scenario;
    enum clock_kind clock;
    struct schedule_spec schedule;
    struct choice *choices;
    struct param_override *overrides;
    struct json_t *json; /* owns the strings of the three before */
};
/* `directory`: where the programs are performed. Release in any case. */
bool request_perform_read(int fd, const char *directory, struct stage_run *run,
                          struct error *error);
void stage_run_release(struct stage_run *run);

/* ---- bubblewrap (bubblewrap.c) ---- */

/* The same number in every sandbox: programs can read the stage's command line. */
#define STAGE_SOCKET 3
/* The descriptor under a number that no child's own need takes; the former is closed. */
int descriptor_aside(int fd);

/* The command line, with what must be open for it. */
struct bubblewrap {
    char *path;  /* the program */
    char **argv; /* NULL-terminated */
    size_t argc;
    int fds[8]; /* to be inherited: the texts of files */
    size_t fd_count;
};
/* The stage has its socket at STAGE_SOCKET; `info` is the descriptor to tell the first process on.
 * False: `error` says why. Release in any case. */
bool bubblewrap_prepare(struct bubblewrap *bubblewrap, int info, struct error *error);
void bubblewrap_release(struct bubblewrap *bubblewrap);
/* It ended before anything was performed: what it said, in the terms of this host's settings. */
void bubblewrap_explain(const char *said, struct error *error);

/* ---- folders (place.c) ---- */

struct place {
    char *top;       /* without bubblewrap: the folder for all of it; NULL: mounts are made */
    char *directory; /* the programs' working directory */
    int built;       /* the submission's folder, as builds left it */
    uint64_t disk, files;
};
/* `top`: NULL inside a sandbox. Release in any case. */
bool place_open(struct place *place, const char *top, const struct sandbox_options *options,
                struct error *error);
/* Empty /tmp and /dev/shm, and a copy of what was built; for a build, that itself. */
bool place_begin(struct place *place, bool build, struct error *error);
bool place_end(struct place *place, bool build, struct error *error);
void place_release(struct place *place);

/* tree.c: copies what is in one folder into another, empty one: files with their holes, hard and
 * symbolic links, FIFOs, times and modes, in sorted order, so that what readdir(3) and inode
 * numbers tell is the same every time. What lies deeper than TREE_DEPTH is left out. */
#define TREE_DEPTH 128
bool tree_copy(int from, int to, struct error *error);
/* Removes what is in the folder, whatever its modes are. */
bool tree_clear(int folder);

/* unpack.c: the archive's files into the folder. */
bool unpack(int archive, int folder, struct error *error);

#endif
