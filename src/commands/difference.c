#include "commands/difference.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

#define MOST_LINES 200
#define LONGEST_LINE 400

/* A file in memory that holds the bytes. */
static int keep(const struct buf *bytes)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < bytes->length) {
        ssize_t put = write(fd, bytes->data + done, bytes->length - done);
        if (put < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        done += put > 0 ? (size_t)put : 0;
    }
    return fd;
}

static _Noreturn void become_diff(const char *name, int now, int wanted, int to)
{
    char label[4096], now_path[32], wanted_path[32];
    snprintf(label, sizeof label, "%s (as it should be)", name);
    signal(SIGPIPE, SIG_DFL);
    /* Copies that stay open at exec, and out of the way of the standard descriptors. */
    int now_copy = fcntl(now, F_DUPFD, 10), wanted_copy = fcntl(wanted, F_DUPFD, 10);
    snprintf(now_path, sizeof now_path, "/proc/self/fd/%d", now_copy);
    snprintf(wanted_path, sizeof wanted_path, "/proc/self/fd/%d", wanted_copy);
    if (now_copy >= 0 && wanted_copy >= 0 && dup2(to, STDOUT_FILENO) >= 0)
        execlp("diff", "diff", "-a", "-u", "--label", name, "--label", label, now_path, wanted_path,
               (char *)NULL);
    _exit(127);
}

static void read_all(int fd, struct buf *out)
{
    char block[16384];
    ssize_t got;
    while ((got = read(fd, block, sizeof block)) > 0 || (got < 0 && errno == EINTR))
        buf_add(out, block, got > 0 ? (size_t)got : 0);
}

static void print_lines(const struct buf *text, FILE *out)
{
    size_t at = 0, lines = 0, left = 0;
    auto_buf struct buf shown = {0};
    for (; at < text->length; lines++) {
        const char *line = text->data + at;
        const char *end = memchr(line, '\n', text->length - at);
        size_t length = end != NULL ? (size_t)(end - line) : text->length - at;
        at += length + 1;
        left += lines >= MOST_LINES;
        if (lines >= MOST_LINES)
            continue;
        length -= length > 0 && line[length - 1] == '\r';
        size_t cut = utf8_cut(line, length, LONGEST_LINE);
        text_add_printable(&shown, line, cut);
        buf_add_string(&shown, cut < length ? " …\n" : "\n");
    }
    if (left > 0)
        buf_printf(&shown, "… and %zu more lines\n", left);
    fwrite(shown.data, 1, shown.length, out);
}

bool difference_print(const char *name, const struct buf *now, const struct buf *wanted, FILE *out,
                      struct error *error)
{
    auto_close int now_fd = keep(now);
    auto_close int wanted_fd = keep(wanted);
    auto_buf struct buf text = {0};
    int ends[2];
    if (now_fd < 0 || wanted_fd < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, errno, "cannot compare '%s'", name);
    pid_t pid = fork();
    if (pid == 0)
        become_diff(name, now_fd, wanted_fd, ends[1]);
    int code = errno, status = 0;
    close(ends[1]);
    if (pid > 0)
        read_all(ends[0], &text);
    close(ends[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pid < 0)
        return error_set(error, code, "cannot run diff");
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
        return error_set(error, 0, "cannot run diff: is it installed?");
    print_lines(&text, out);
    return true;
}
