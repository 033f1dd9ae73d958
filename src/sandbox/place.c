/*
 * The folders in which programs are performed. In a sandbox each is a mount of bounded size:
 *
 *   /work     the submission, as builds left it; covered in each run by a copy, which is the run's
 *   /tmp      empty in each run
 *   /dev/shm  likewise
 *
 * A program cannot lift the cover: its mount namespace is a copy, in which it has no rights.
 * Without bubblewrap they are folders of a temporary one, and /tmp is the host's.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/internal.h"

static bool mount_folder(const struct place *place, const char *path, const char *mode,
                         struct error *error)
{
    char options[128];
    /* One more: the folder itself counts. */
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=%s",
             (unsigned long long)place->disk, (unsigned long long)place->files + 1, mode);
    return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0 ||
           error_set(error, errno, "cannot mount %s in the sandbox", path);
}

/* Where each run's own folders are. */
static const struct {
    const char *path, *mode;
} fresh[] = {{"/tmp", "1777"}, {"/dev/shm", "1777"}, {SANDBOX_DIRECTORY, "755"}};

static bool open_mounts(struct place *place, struct error *error)
{
    place->directory = xstrdup(SANDBOX_DIRECTORY);
    /* bwrap's own mounts belong to another user namespace: ours begin with a copy of them. */
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return error_set(error, errno, "cannot make a mount namespace in the sandbox");
    return mount_folder(place, SANDBOX_DIRECTORY, "755", error);
}

static bool open_folders(struct place *place, struct error *error)
{
    place->directory = xasprintf("%s/work", place->top);
    auto_free char *built = xasprintf("%s/built", place->top);
    return (mkdir(place->directory, 0755) == 0 && mkdir(built, 0755) == 0) ||
           error_set(error, errno, "cannot make a folder in '%s'", place->top);
}

bool place_open(struct place *place, const char *top, const struct sandbox_options *options,
                struct error *error)
{
    *place = (struct place){.top = top != NULL ? xstrdup(top) : NULL,
                            .built = -1,
                            .disk = options->disk,
                            .files = options->files};
    if (top != NULL ? !open_folders(place, error) : !open_mounts(place, error))
        return false;
    auto_free char *built = top != NULL ? xasprintf("%s/built", top) : xstrdup(place->directory);
    place->built = open(built, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return place->built >= 0 || error_set(error, errno, "cannot open '%s'", built);
}

static bool copy_built(const struct place *place, struct error *error)
{
    auto_close int copy = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return error_set(error, errno, "cannot open '%s'", place->directory);
    return tree_copy(place->built, copy, error);
}

/* Connections of a run before linger, and keep their addresses for a minute. */
static bool network_is_used(void)
{
    FILE *file = fopen("/proc/self/net/sockstat", "re");
    if (file == NULL)
        return false;
    char line[256];
    int in_use = 0, orphans = 0, waiting = 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "TCP: inuse %d orphan %d tw %d", &in_use, &orphans, &waiting) == 3)
            break;
    fclose(file);
    return in_use + orphans + waiting > 0;
}

/* A network of this host's own: nothing but the loopback device. */
static bool fresh_network(struct error *error)
{
    if (unshare(CLONE_NEWNET) != 0)
        return error_set(error, errno, "cannot make a network namespace in the sandbox");
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    auto_close int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return (any >= 0 && ioctl(any, SIOCSIFFLAGS, &loopback) == 0) ||
           error_set(error, errno, "cannot bring the loopback device up in the sandbox");
}

/* What is shared by key or address with runs before: none of it. */
static bool fresh_namespaces(struct error *error)
{
    if (unshare(CLONE_NEWIPC) != 0)
        return error_set(error, errno, "cannot make an ipc namespace in the sandbox");
    return !network_is_used() || fresh_network(error);
}

static bool begin_mounts(struct place *place, bool build, struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(fresh) - build; i++)
        if (!mount_folder(place, fresh[i].path, fresh[i].mode, error))
            return false;
    return fresh_namespaces(error) && (build || copy_built(place, error));
}

static bool end_mounts(bool build, struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(fresh) - build; i++)
        if (umount2(fresh[i].path, MNT_DETACH) != 0)
            return error_set(error, errno, "cannot unmount %s in the sandbox", fresh[i].path);
    return true;
}

/* A build works in the folder of all runs, under the name that it has in a run. */
static bool swap_folders(const struct place *place, struct error *error)
{
    auto_free char *built = xasprintf("%s/built", place->top);
    auto_free char *aside = xasprintf("%s/aside", place->top);
    return (rename(built, aside) == 0 && rename(place->directory, built) == 0 &&
            rename(aside, place->directory) == 0) ||
           error_set(error, errno, "cannot rename a folder in '%s'", place->top);
}

static bool end_folders(struct place *place, bool build, struct error *error)
{
    if (build)
        return swap_folders(place, error);
    auto_close int copy = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return (copy >= 0 && tree_clear(copy)) ||
           error_set(error, errno, "cannot empty '%s'", place->directory);
}

bool place_begin(struct place *place, bool build, struct error *error)
{
    if (place->top == NULL)
        return begin_mounts(place, build, error);
    return build ? swap_folders(place, error) : copy_built(place, error);
}

bool place_end(struct place *place, bool build, struct error *error)
{
    return place->top == NULL ? end_mounts(build, error) : end_folders(place, build, error);
}

void place_release(struct place *place)
{
    if (place->built >= 0)
        close(place->built);
    free(place->top);
    free(place->directory);
    *place = (struct place){.built = -1};
}
