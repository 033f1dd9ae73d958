#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/internal.h"

#define MESSAGE_FDS 2

int memory_file(const char *name, const void *bytes, size_t length)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    size_t written = 0;
    while (fd >= 0 && written < length) {
        ssize_t n = pwrite(fd, (const char *)bytes + written, length - written, (off_t)written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int code = n < 0 ? errno : EIO;
            close(steal_fd(&fd));
            errno = code;
        } else {
            written += (size_t)n;
        }
    }
    return fd;
}

bool message_send(int socket, const struct message *message)
{
    struct iovec iov = {(void *)(uintptr_t)&message->kind, sizeof message->kind};
    union {
        char space[CMSG_SPACE(MESSAGE_FDS * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct msghdr header = {.msg_iov = &iov,
                            .msg_iovlen = 1,
                            .msg_control = control.space,
                            .msg_controllen = sizeof control.space};
    struct cmsghdr *fds = CMSG_FIRSTHDR(&header);
    fds->cmsg_level = SOL_SOCKET;
    fds->cmsg_type = SCM_RIGHTS;
    fds->cmsg_len = CMSG_LEN(MESSAGE_FDS * sizeof(int));
    memcpy(CMSG_DATA(fds), (int[MESSAGE_FDS]){message->request, message->file},
           MESSAGE_FDS * sizeof(int));
    ssize_t sent;
    while ((sent = sendmsg(socket, &header, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
    }
    return sent == (ssize_t)sizeof message->kind;
}

bool message_receive(int socket, struct message *message)
{
    struct iovec iov = {&message->kind, sizeof message->kind};
    union {
        char space[CMSG_SPACE(MESSAGE_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr header = {.msg_iov = &iov,
                            .msg_iovlen = 1,
                            .msg_control = control.space,
                            .msg_controllen = sizeof control.space};
    ssize_t got;
    while ((got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (got == 0)
        errno = 0;
    if (got != (ssize_t)sizeof message->kind)
        return false;
    struct cmsghdr *fds = CMSG_FIRSTHDR(&header);
    int both[MESSAGE_FDS];
    if (fds == NULL || fds->cmsg_type != SCM_RIGHTS || fds->cmsg_len != CMSG_LEN(sizeof both)) {
        errno = EPROTO;
        return false;
    }
    memcpy(both, CMSG_DATA(fds), sizeof both);
    message->request = both[0];
    message->file = both[1];
    return true;
}

bool reply_send(int socket, const struct reply *reply)
{
    ssize_t sent;
    while ((sent = send(socket, reply, sizeof *reply, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
    }
    return sent == (ssize_t)sizeof *reply;
}

bool reply_receive(int socket, struct reply *reply)
{
    unsigned char raw[sizeof *reply];
    ssize_t got;
    while ((got = recv(socket, raw, sizeof raw, 0)) < 0 && errno == EINTR) {
    }
    if (got != (ssize_t)sizeof raw) {
        if (got >= 0)
            errno = got == 0 ? 0 : EPROTO;
        return false;
    }
    /* Not copied whole: a bool must be one, and texts must end. */
    reply->ok = raw[offsetof(struct reply, ok)] == 1;
    memcpy(&reply->error, raw + offsetof(struct reply, error), sizeof reply->error);
    reply->error.message[sizeof reply->error.message - 1] = '\0';
    reply->error.remedy[sizeof reply->error.remedy - 1] = '\0';
    return true;
}
