/*
 * Small programs that wait, each in another way, and say what they got and when:
 *
 *     waits NAME
 *
 * As in engine.c every line would be the same on an idle kernel of its own, but for the times,
 * which are exact here. tests/engine.bats holds the lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static struct timespec began;

static void catch (int signal)
{
    caught = signal;
}

static void must(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

/* Milliseconds since main() began. */
static long elapsed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000;
}

static void handle(int signal, int flags)
{
    struct sigaction action = {.sa_handler = catch, .sa_flags = flags};
    must(sigaction(signal, &action, NULL) == 0, "sigaction");
}

static pid_t forked(void)
{
    pid_t child = fork();
    must(child >= 0, "fork");
    return child;
}

static int status_of(pid_t child, int options)
{
    int status = -1;
    must(waitpid(child, &status, options) == child, "waitpid");
    return status;
}

/* A result and when it came: both in order, which arguments of a call are not. */
static void tell(const char *what, int result)
{
    printf("%s %d at %ld\n", what, result, elapsed());
}

/* A child that writes a byte after a time. */
static pid_t writer(int descriptor, unsigned after)
{
    pid_t child = forked();
    if (child == 0) {
        sleep(after);
        must(write(descriptor, "x", 1) == 1, "write");
        _exit(0);
    }
    return child;
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static void timeouts(void)
{
    int ends[2];
    fd_set wanted;
    must(pipe(ends) == 0, "pipe");
    struct pollfd one = {.fd = ends[0], .events = POLLIN};
    tell("poll", poll(&one, 1, 1000));
    struct timespec second = {.tv_sec = 1};
    tell("ppoll", ppoll(&one, 1, &second, NULL));
    struct timeval left = {.tv_sec = 1, .tv_usec = 500000};
    FD_ZERO(&wanted);
    FD_SET(ends[0], &wanted);
    tell("select", select(ends[0] + 1, &wanted, NULL, NULL, &left));
    FD_ZERO(&wanted);
    FD_SET(ends[0], &wanted);
    tell("pselect", pselect(ends[0] + 1, &wanted, NULL, NULL, &second, NULL));
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    must(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) == 0, "epoll_ctl");
    tell("epoll", epoll_wait(set, &event, 1, 1500));
    tell("poll without time", poll(&one, 1, 0));
    tell("epoll without time", epoll_wait(set, &event, 1, 0));
}

static void readiness(void)
{
    int ends[2];
    char byte;
    fd_set wanted;
    must(pipe(ends) == 0, "pipe");
    struct pollfd one = {.fd = ends[0], .events = POLLIN};
    writer(ends[1], 1);
    tell("poll", poll(&one, 1, 9000));
    must(read(ends[0], &byte, 1) == 1, "read");
    writer(ends[1], 1);
    struct timeval left = {.tv_sec = 9};
    FD_ZERO(&wanted);
    FD_SET(ends[0], &wanted);
    int result = select(ends[0] + 1, &wanted, NULL, NULL, &left);
    printf("select %d at %ld, %ld s left\n", result, elapsed(), (long)left.tv_sec);
    must(read(ends[0], &byte, 1) == 1, "read");
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    must(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) == 0, "epoll_ctl");
    writer(ends[1], 1);
    tell("epoll", epoll_wait(set, &event, 1, -1));
    while (wait(NULL) > 0)
        ;
}

/* The last writer's death is the end of the file. */
static void end_of_file(void)
{
    int ends[2];
    char byte;
    must(pipe(ends) == 0, "pipe");
    pid_t child = forked();
    if (child == 0) {
        pause();
        _exit(0);
    }
    close(ends[1]);
    if (forked() == 0) {
        sleep(1);
        kill(child, SIGKILL);
        _exit(0);
    }
    long result = read(ends[0], &byte, 1);
    printf("read %ld at %ld\n", result, elapsed());
    while (wait(NULL) > 0)
        ;
}

static void broken_pipe(void)
{
    int ends[2];
    static char much[1 << 17];
    must(pipe(ends) == 0, "pipe");
    pid_t child = forked();
    if (child == 0) {
        close(ends[0]);
        long result = write(ends[1], much, sizeof much);
        _exit(result > 0);
    }
    close(ends[1]);
    sleep(1);
    close(ends[0]);
    int status = status_of(child, 0);
    printf("killed by SIGPIPE %d at %ld\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE,
           elapsed());
}

static void no_waiting(void)
{
    int ends[2];
    char byte;
    static char much[1 << 17];
    must(pipe2(ends, O_NONBLOCK) == 0, "pipe2");
    long result = read(ends[0], &byte, 1);
    printf("read %ld %s\n", result, strerror(errno));
    long written = write(ends[1], much, sizeof much);
    result = write(ends[1], much, sizeof much);
    printf("part of it %d, write %ld %s\n", written > 0 && written < (long)sizeof much, result,
           strerror(errno));
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        _exit(0);
    }
    int process = (int)syscall(SYS_pidfd_open, child, O_NONBLOCK);
    siginfo_t info;
    result = waitid(P_PIDFD, (id_t)process, &info, WEXITED);
    printf("waitid %ld %s\n", result, strerror(errno));
    status_of(child, 0);
    struct timespec second = {.tv_sec = 1};
    int error = clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &second, NULL);
    printf("sleep %s at %ld\n", strerror(error), elapsed());
}

static void unix_socket(void)
{
    /* An address without a file, of this process alone. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "waits-%d-%d", getpid(), getuid());
    char buffer[16];
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    must(bind(server, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    must(listen(server, 1) == 0, "listen");
    pid_t child = forked();
    if (child == 0) {
        int client = socket(AF_UNIX, SOCK_STREAM, 0);
        sleep(1);
        must(connect(client, (struct sockaddr *)&address, sizeof address) == 0, "connect");
        long length = read(client, buffer, sizeof buffer);
        printf("answered %ld at %ld\n", length, elapsed());
        fflush(stdout);
        _exit(0);
    }
    int peer = accept(server, NULL, NULL);
    printf("accepted at %ld\n", elapsed());
    sleep(1);
    must(write(peer, "hello", 5) == 5, "write");
    close(peer);
    status_of(child, 0);
}

static void event_descriptor(void)
{
    uint64_t value = 0;
    int event = eventfd(0, 0);
    pid_t child = forked();
    if (child == 0) {
        value = 7;
        sleep(1);
        must(write(event, &value, sizeof value) == sizeof value, "write");
        _exit(0);
    }
    must(read(event, &value, sizeof value) == sizeof value, "read");
    printf("%lu at %ld\n", (unsigned long)value, elapsed());
    status_of(child, 0);
}

static void process_descriptor(void)
{
    siginfo_t info = {0};
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        _exit(2);
    }
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    must(process >= 0, "pidfd_open");
    struct pollfd one = {.fd = process, .events = POLLIN};
    tell("poll", poll(&one, 1, -1));
    must(waitid(P_PIDFD, (id_t)process, &info, WEXITED) == 0, "waitid");
    printf("status %d\n", info.si_status);
}

/* ---- children -------------------------------------------------------------------------------- */

static void no_zombies(void)
{
    struct sigaction action = {.sa_handler = catch, .sa_flags = SA_NOCLDWAIT | SA_RESTART};
    sigaction(SIGCHLD, &action, NULL);
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        _exit(0);
    }
    int result = waitpid(child, NULL, 0);
    printf("%d %s at %ld, SIGCHLD %d\n", result, strerror(errno), elapsed(), caught == SIGCHLD);
}

/* A stop is not told to a parent that does not want to know. */
static void stops_untold(void)
{
    handle(SIGCHLD, SA_NOCLDSTOP | SA_RESTART);
    pid_t child = forked();
    if (child == 0) {
        raise(SIGSTOP);
        sleep(1);
        _exit(0);
    }
    status_of(child, WUNTRACED);
    printf("after the stop %d\n", (int)caught);
    kill(child, SIGCONT);
    status_of(child, 0);
    printf("after the end %d at %ld\n", caught == SIGCHLD, elapsed());
}

static void groups(void)
{
    pid_t leader = forked();
    if (leader == 0) {
        setpgid(0, 0);
        pause();
        _exit(0);
    }
    setpgid(leader, leader);
    pid_t member = forked();
    if (member == 0) {
        setpgid(0, leader);
        pause();
        _exit(0);
    }
    setpgid(member, leader);
    pid_t other = forked();
    if (other == 0) {
        sleep(5);
        _exit(0);
    }
    sleep(1);
    kill(-leader, SIGTERM);
    int ended = 0;
    while (waitpid(-leader, NULL, 0) > 0)
        ended++;
    printf("%d of the group at %ld, then %s\n", ended, elapsed(), strerror(errno));
    tell("the other: exit", WEXITSTATUS(status_of(other, 0)));
}

/* A stop does not shorten or lengthen a sleep. */
static void stopped_sleep(void)
{
    pid_t child = forked();
    if (child == 0) {
        struct timespec time = {.tv_sec = 5};
        int result = nanosleep(&time, NULL);
        printf("slept %d until %ld\n", result, elapsed());
        fflush(stdout);
        _exit(0);
    }
    sleep(1);
    kill(child, SIGSTOP);
    sleep(1);
    kill(child, SIGCONT);
    status_of(child, 0);
    child = forked();
    if (child == 0) {
        sleep(1);
        printf("woken at %ld\n", elapsed());
        fflush(stdout);
        _exit(0);
    }
    usleep(500000);
    kill(child, SIGSTOP);
    sleep(3);
    kill(child, SIGCONT);
    status_of(child, 0);
}

static void spinner_alarmed(void)
{
    pid_t spinner = forked();
    while (spinner == 0)
        ;
    pid_t sibling = forked();
    if (sibling == 0) {
        handle(SIGALRM, 0);
        alarm(2);
        pause();
        kill(spinner, SIGTERM);
        _exit(0);
    }
    int status = status_of(spinner, 0);
    printf("killed by SIGTERM %d at %ld\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
           elapsed());
    status_of(sibling, 0);
}

/* While its child of vfork sleeps, the parent does not go on. */
static void vfork_holds(void)
{
    pid_t child = vfork();
    if (child == 0) {
        execlp("sleep", "sleep", "2", NULL);
        _exit(127);
    }
    printf("goes on at %ld\n", elapsed());
    tell("exit", WEXITSTATUS(status_of(child, 0)));
}

static void sibling_by_clone(void)
{
    pid_t child = forked();
    if (child == 0) {
        pid_t sibling = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (sibling == 0) {
            sleep(1);
            _exit(9);
        }
        _exit(sibling > 0 ? 0 : 1);
    }
    printf("child %d\n", WEXITSTATUS(status_of(child, 0)));
    int status = 0;
    pid_t other = wait(&status);
    printf("its sibling is mine %d, status %d at %ld\n", other > 0, WEXITSTATUS(status), elapsed());
}

static void subreaper(void)
{
    must(syscall(SYS_prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0) == 0, "prctl");
    pid_t child = forked();
    if (child == 0) {
        if (forked() == 0) {
            sleep(1);
            _exit(4);
        }
        _exit(0);
    }
    status_of(child, 0);
    int status = 0;
    pid_t adopted = wait(&status);
    printf("adopted %d, status %d at %ld\n", adopted > 0 && adopted != child, WEXITSTATUS(status),
           elapsed());
}

/* ---- signals --------------------------------------------------------------------------------- */

static void ignored_in_sleep(void)
{
    signal(SIGUSR1, SIG_IGN);
    pid_t parent = getpid(), child = forked();
    if (child == 0) {
        sleep(1);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    struct timespec time = {.tv_sec = 3};
    int result = nanosleep(&time, NULL);
    printf("slept %d until %ld\n", result, elapsed());
    status_of(child, 0);
}

/* A blocked signal waits; two of a kind are one. */
static void pending(void)
{
    sigset_t blocked, now;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    handle(SIGUSR1, 0);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    pid_t parent = getpid(), child = forked();
    if (child == 0) {
        kill(parent, SIGUSR1);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    sleep(1);
    sigpending(&now);
    printf("pending %d, caught %d\n", sigismember(&now, SIGUSR1), (int)caught);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    printf("caught %d\n", caught == SIGUSR1);
    caught = 0;
    int signal = 0;
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigpending(&now);
    printf("pending %d\n", sigismember(&now, SIGUSR1));
    status_of(child, 0);
    alarm(1);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigwait(&blocked, &signal);
    printf("sigwait %d at %ld\n", signal == SIGALRM, elapsed());
}

/* ppoll lets a signal in for the time of its waiting only. */
static void masked_poll(void)
{
    sigset_t blocked, none;
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    handle(SIGUSR1, SA_RESTART);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    pid_t parent = getpid(), child = forked();
    if (child == 0) {
        kill(parent, SIGUSR1);
        sleep(2);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    sleep(1);
    printf("before %d\n", (int)caught);
    int result = ppoll(NULL, 0, NULL, &none);
    printf("%d %s at %ld, caught %d\n", result, strerror(errno), elapsed(), caught == SIGUSR1);
    caught = 0;
    result = ppoll(NULL, 0, NULL, &none);
    printf("%d %s at %ld, caught %d\n", result, strerror(errno), elapsed(), caught == SIGUSR1);
    status_of(child, 0);
}

/* Who is killed while he waits in the kernel, or for his turn, is gone at once. */
static void killed_waiting(void)
{
    int ends[2];
    char byte;
    must(pipe(ends) == 0, "pipe");
    pid_t children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = forked();
        if (children[i] == 0) {
            if (i == 0)
                pause();
            else if (i == 1)
                _exit(read(ends[0], &byte, 1) == 1);
            for (;;)
                sleep(100);
        }
    }
    for (int i = 0; i < 3; i++) {
        kill(children[i], SIGKILL);
        printf("killed by %d\n", WTERMSIG(status_of(children[i], 0)));
    }
    sleep(1);
    int result = kill(children[0], 0);
    printf("%d %s at %ld\n", result, strerror(errno), elapsed());
}

/* ---- shared memory and threads --------------------------------------------------------------- */

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    int ready;
};

static void condition(void)
{
    pthread_mutexattr_t mutex;
    pthread_condattr_t attributes;
    struct timespec until;
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(shared != MAP_FAILED, "mmap");
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &mutex);
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&shared->condition, &attributes);
    pid_t child = forked();
    if (child == 0) {
        pthread_mutex_lock(&shared->mutex);
        sleep(1);
        shared->ready = 1;
        pthread_cond_signal(&shared->condition);
        sleep(1);
        pthread_mutex_unlock(&shared->mutex);
        _exit(0);
    }
    sched_yield();
    usleep(500000);
    pthread_mutex_lock(&shared->mutex);
    printf("locked at %ld, ready %d\n", elapsed(), shared->ready);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 3;
    int result = pthread_cond_timedwait(&shared->condition, &shared->mutex, &until);
    printf("%s at %ld\n", strerror(result), elapsed());
    status_of(child, 0);
}

static void *executes(void *program)
{
    sleep(1);
    execlp(program, program, "executed by a thread", NULL);
    return NULL;
}

/* The thread that executes a program takes the leader's place. */
static void thread_exec(void)
{
    pthread_t id;
    must(pthread_create(&id, NULL, executes, "echo") == 0, "pthread_create");
    pause();
}

static void *outlives(void *argument)
{
    (void)argument;
    sleep(2);
    printf("the thread is alone at %ld\n", elapsed());
    exit(5);
}

/* A leader that ends before its threads is not the end of the process. */
static void leader_first(void)
{
    pid_t child = forked();
    if (child == 0) {
        pthread_t id;
        must(pthread_create(&id, NULL, outlives, NULL) == 0, "pthread_create");
        pthread_exit(NULL);
    }
    tell("exit", WEXITSTATUS(status_of(child, 0)));
}

static void *forks(void *argument)
{
    pid_t child = forked();
    if (child == 0) {
        sleep(1);
        _exit(3);
    }
    *(pid_t *)argument = child;
    return NULL;
}

static void thread_fork(void)
{
    pthread_t id;
    pid_t child = 0;
    must(pthread_create(&id, NULL, forks, &child) == 0, "pthread_create");
    pthread_join(id, NULL);
    tell("exit", WEXITSTATUS(status_of(child, 0)));
}

/* ---- times of day ---------------------------------------------------------------------------- */

static struct timespec later(clockid_t clock, long milliseconds)
{
    struct timespec time;
    must(clock_gettime(clock, &time) == 0, "clock_gettime");
    time.tv_nsec += milliseconds * 1000000;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

/* Waits that end at a time, by either clock; with the clock of the scenario or the machine's. */
static void absolute_times(void)
{
    static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME};
    sem_t semaphore;
    must(sem_init(&semaphore, 0, 0) == 0, "sem_init");
    for (int i = 0; i < 2; i++) {
        struct timespec at = later(clocks[i], 200);
        tell("sleep", clock_nanosleep(clocks[i], TIMER_ABSTIME, &at, NULL));
        int timer = timerfd_create(clocks[i], 0);
        struct itimerspec once = {.it_value = later(clocks[i], 200)};
        must(timerfd_settime(timer, TFD_TIMER_ABSTIME, &once, NULL) == 0, "timerfd_settime");
        uint64_t times = 0;
        int result = (int)read(timer, &times, sizeof times);
        tell("timer", result);
    }
    struct timespec at = later(CLOCK_REALTIME, 200);
    int result = sem_timedwait(&semaphore, &at);
    tell(strerror(errno), result);
}

/* ---- waiting no longer ----------------------------------------------------------------------- */

/* The times that sockets themselves may have: nothing to read, no room, nobody who connects. */
static void socket_times(void)
{
    static char bytes[1 << 20];
    int ends[2];
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    struct timeval time = {.tv_sec = 2, .tv_usec = 500000};
    must(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) == 0, "SO_RCVTIMEO");
    must(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) == 0, "SO_SNDTIMEO");
    int result = (int)recv(ends[0], bytes, 1, 0);
    tell(strerror(errno), result);
    pid_t child = writer(ends[1], 1);
    result = (int)read(ends[0], bytes, 1);
    tell("read", result);
    status_of(child, 0);
    while (send(ends[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
    }
    result = (int)write(ends[0], bytes, 1);
    tell(strerror(errno), result);
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un any = {.sun_family = AF_UNIX}; /* a name of the kernel's choice */
    must(bind(listening, (struct sockaddr *)&any, sizeof any.sun_family) == 0, "bind");
    must(listen(listening, 1) == 0, "listen");
    must(setsockopt(listening, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) == 0, "SO_RCVTIMEO");
    result = accept(listening, NULL, NULL);
    tell(strerror(errno), result);
}

static int lock(int file, short type, off_t from)
{
    struct flock wanted = {.l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = 1};
    return fcntl(file, F_SETLKW, &wanted);
}

/* Two who hold what the other waits for: the second of them is told. */
static void lock_circle(void)
{
    FILE *file = tmpfile();
    must(file != NULL && lock(fileno(file), F_WRLCK, 0) == 0, "lock");
    pid_t child = forked();
    if (child == 0) {
        must(lock(fileno(file), F_WRLCK, 1) == 0, "lock");
        tell("the child's", lock(fileno(file), F_WRLCK, 0));
        _exit(0);
    }
    sleep(1);
    int result = lock(fileno(file), F_WRLCK, 1);
    tell(strerror(errno), result);
    must(lock(fileno(file), F_UNLCK, 0) == 0, "unlock");
    status_of(child, 0);
}

static void message_queue(void)
{
    char name[32], message[8];
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = sizeof message};
    snprintf(name, sizeof name, "/waits-%d", (int)getpid());
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    must(queue >= 0 && mq_unlink(name) == 0, "mq_open");
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    long got = mq_timedreceive(queue, message, sizeof message, NULL, &until);
    printf("receive %ld %s at %ld\n", got, strerror(errno), elapsed());
    mq_send(queue, "one", 3, 0);
    mq_send(queue, "two", 3, 0);
    handle(SIGALRM, 0);
    alarm(1);
    int sent = mq_send(queue, "three", 5, 0);
    printf("send %d %s at %ld\n", sent, strerror(errno), elapsed());
    if (fork() == 0) {
        sleep(1);
        for (int i = 0; i < 3; i++)
            mq_receive(queue, message, sizeof message, NULL);
        sleep(1);
        mq_send(queue, "four", 4, 0);
        _exit(0);
    }
    mq_send(queue, "three", 5, 0);
    printf("sent the third at %ld\n", elapsed());
    usleep(1000); /* the child empties the queue */
    handle(SIGUSR1, 0);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    must(mq_notify(queue, &event) == 0, "mq_notify");
    pause();
    printf("%s at %ld\n", caught == SIGUSR1 ? "told of a message" : "woken", elapsed());
    wait(NULL);
}

static void vectors_at_offset(void)
{
    int ends[2];
    char text[16];
    struct iovec said[2] = {{"here ", 5}, {"and now\n", 8}}, heard = {text, sizeof text};
    must(pipe(ends) == 0, "pipe");
    must(pwritev2(1, said, 2, -1, 0) == 13, "pwritev2");
    if (fork() == 0) {
        sleep(1);
        must(pwritev2(ends[1], said, 1, -1, 0) == 5, "pwritev2");
        _exit(0);
    }
    ssize_t got = preadv2(ends[0], &heard, 1, -1, 0);
    printf("%zd read at %ld\n", got, elapsed());
    wait(NULL);
}

static const struct fact {
    const char *name;
    void (*perform)(void);
} facts[] = {
    {"absolute-times", absolute_times},
    {"broken-pipe", broken_pipe},
    {"condition", condition},
    {"end-of-file", end_of_file},
    {"eventfd", event_descriptor},
    {"groups", groups},
    {"ignored-in-sleep", ignored_in_sleep},
    {"killed-waiting", killed_waiting},
    {"leader-first", leader_first},
    {"lock-circle", lock_circle},
    {"masked-poll", masked_poll},
    {"message-queue", message_queue},
    {"no-waiting", no_waiting},
    {"no-zombies", no_zombies},
    {"pending", pending},
    {"pidfd", process_descriptor},
    {"readiness", readiness},
    {"sibling-by-clone", sibling_by_clone},
    {"socket-times", socket_times},
    {"spinner-alarmed", spinner_alarmed},
    {"stopped-sleep", stopped_sleep},
    {"stops-untold", stops_untold},
    {"subreaper", subreaper},
    {"thread-exec", thread_exec},
    {"thread-fork", thread_fork},
    {"timeouts", timeouts},
    {"unix-socket", unix_socket},
    {"vectors-at-offset", vectors_at_offset},
    {"vfork-holds", vfork_holds},
};

int main(int argc, char **argv)
{
    clock_gettime(CLOCK_MONOTONIC, &began);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; argc == 2 && i < sizeof facts / sizeof *facts; i++) {
        if (strcmp(argv[1], facts[i].name) == 0) {
            facts[i].perform();
            return 0;
        }
    }
    fprintf(stderr, "usage: waits NAME, one of:\n");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        fprintf(stderr, "  %s\n", facts[i].name);
    return 2;
}
