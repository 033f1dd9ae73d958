/* Leaves something for the next run of the same submission, wherever that may be. The run that finds
 * anything says so. */
#define _GNU_SOURCE
#include "attack.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void leave_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    held(fd >= 0, path);
    if (fd >= 0)
        close(fd);
}

/* A connection that is closed on the server's side first keeps the address for a minute. */
static void leave_connection(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons(4000),
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    held(bind(server, (struct sockaddr *)&here, sizeof here) == 0, "an address in use");
    if (listen(server, 1) == 0 && connect(client, (struct sockaddr *)&here, sizeof here) == 0) {
        int accepted = accept(server, NULL, NULL);
        close(accepted);
        char byte;
        held(read(client, &byte, 1) == 0, "the end of a connection");
    }
    close(client);
    close(server);
}

int main(void)
{
    leave_file("left");
    leave_file("/tmp/left");
    leave_file("/dev/shm/left");
    held(mkdir("folder", 0) == 0, "a folder");
    held(shmget(4711, 4096, IPC_CREAT | IPC_EXCL | 0600) >= 0, "a shared segment");
    held(semget(4711, 1, IPC_CREAT | IPC_EXCL | 0600) >= 0, "a semaphore");
    held(msgget(4711, IPC_CREAT | IPC_EXCL | 0600) >= 0, "a message queue");
    held(mq_open("/left", O_RDWR | O_CREAT | O_EXCL, 0600, NULL) >= 0, "a POSIX message queue");
    FILE *own = fopen("/work/main.c", "a");
    held(own != NULL && fputs("#error spoilt\n", own) >= 0 && fclose(own) == 0, "its own source");
    struct stat source;
    static const char mark[] = "#error spoilt";
    held(stat("/work/main.c", &source) == 0 && source.st_size < 100000, mark);
    own = fopen("/work/main.c", "r");
    char line[256];
    int marks = 0;
    while (own != NULL && fgets(line, sizeof line, own) != NULL)
        marks += strncmp(line, mark, sizeof mark - 1) == 0;
    held(marks == 1, "a source spoilt by the run before");
    leave_connection();
    unlink("/work/main");
    return done();
}
