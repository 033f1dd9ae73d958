/* Reaching others by networks. */
#define _GNU_SOURCE
#include "attack.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void)
{
    static const int families[] = {AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG, AF_BLUETOOTH, AF_TIPC,
                                   AF_KEY,     AF_AX25,   AF_RDS,   AF_CAN, AF_XDP};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        char what[32];
        snprintf(what, sizeof what, "sockets of family %d", families[i]);
        refused(socket(families[i], SOCK_DGRAM, 0), EAFNOSUPPORT, what);
        refused(socketpair(families[i], SOCK_DGRAM, 0, (int[2]){0}), EAFNOSUPPORT, what);
    }
    held(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0, "a raw socket");
    struct if_nameindex *devices = if_nameindex();
    held(devices == NULL || (devices[0].if_index == 1 && devices[1].if_index == 0),
         "network devices besides the loopback");
    static const char *const hosts[] = {"192.0.2.1", "10.0.2.2", "169.254.169.254", "8.8.8.8"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(80)};
        inet_pton(AF_INET, hosts[i], &there.sin_addr);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        refused(connect(fd, (struct sockaddr *)&there, sizeof there), ENETUNREACH, hosts[i]);
        close(fd);
    }
    /* The host's own services. */
    static const unsigned short ports[] = {22, 25, 53, 80, 111, 443, 631, 3306, 5432, 6379, 8080};
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        struct sockaddr_in there = {.sin_family = AF_INET,
                                    .sin_port = htons(ports[i]),
                                    .sin_addr = {htonl(INADDR_LOOPBACK)}};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        refused(connect(fd, (struct sockaddr *)&there, sizeof there), ECONNREFUSED,
                "a service of the host");
        close(fd);
    }
    static const char *const names[] = {"/run/dbus/system_bus_socket", "/run/systemd/private",
                                        "/var/run/docker.sock", "@/tmp/.X11-unix/X0"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sockaddr_un there = {.sun_family = AF_UNIX};
        strcpy(there.sun_path, names[i]);
        if (there.sun_path[0] == '@')
            there.sun_path[0] = '\0';
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        held(connect(fd, (struct sockaddr *)&there, sizeof there) != 0, names[i]);
        close(fd);
    }
    return done();
}
