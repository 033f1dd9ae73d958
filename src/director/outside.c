/*
 * What may come from outside the run: network sockets. A process that waits for one is not
 * deadlocked when nobody in the run can go on; and while the peer is on another host, time passes
 * as it does there.
 */
#include "director/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        return (ntohl(four.sin_addr.s_addr) >> 24) == 127;
    }
    struct sockaddr_in6 six;
    memcpy(&six, address, sizeof six);
    return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) && six.sin6_addr.s6_addr[12] == 127);
}

enum outside outside_of_descriptor(struct director *d, struct task *task, int fd)
{
    int copy = descriptor_dup(d, task, fd);
    if (copy < 0)
        return OUTSIDE_NOT;
    enum outside found = OUTSIDE_NOT;
    int domain = 0;
    socklen_t length = sizeof domain;
    if (getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
        (domain == AF_INET || domain == AF_INET6)) {
        struct sockaddr_storage peer = {0};
        length = sizeof peer;
        bool connected = getpeername(copy, (struct sockaddr *)&peer, &length) == 0;
        found = connected && !is_loopback(&peer) ? OUTSIDE_ANOTHER_HOST : OUTSIDE_PERHAPS;
    }
    close(copy);
    return found;
}

void tell_network(struct director *d, struct task *task)
{
    not_deterministic(d, task->process, "%s uses the network", task->process->name);
}

struct outside_watcher {
    struct watcher watcher;
    enum outside found;
};

static void look_outside(struct watcher *self, struct director *d, struct task *task, int fd,
                         short events)
{
    struct outside_watcher *watcher = (struct outside_watcher *)self;
    enum outside one = outside_of_descriptor(d, task, fd);
    (void)events;
    watcher->found = one > watcher->found ? one : watcher->found;
}

enum outside waits_for_outside(struct director *d)
{
    enum outside found = OUTSIDE_NOT;
    for (struct task *task = d->held.first; task != NULL; task = task->next) {
        if (!task->polls_descriptors || task->call->watched == NULL)
            continue;
        struct outside_watcher one = {{look_outside}, OUTSIDE_NOT};
        task->call->watched(d, task, &one.watcher);
        if (one.found == OUTSIDE_NOT)
            continue;
        tell_network(d, task);
        found = one.found > found ? one.found : found;
    }
    return found;
}
