// Holds a device file in one of the ways that a process can, says "ready", and waits for the end of its standard input.
// opener HOW FILE [UID]
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *file;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int opened(void) {
    int descriptor = open(file, O_RDWR);
    if (descriptor < 0) fail(file);
    return descriptor;
}

static void ready_and_wait(void) {
    if (write(1, "ready\n", 6) != 6) fail("write");
    char byte;
    while (read(0, &byte, 1) > 0) {}
    _exit(0);
}

static void map(void) {
    int descriptor = opened();
    if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, descriptor, 0) == MAP_FAILED) fail("mmap");
    close(descriptor);
}

static void send_one(int socket, int descriptor) {
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    if (sendmsg(socket, &message, 0) < 0) fail("sendmsg");
}

static void receive_one(int socket) {
    char byte, control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(socket, &message, 0) < 1 || !CMSG_FIRSTHDR(&message)) fail("recvmsg");
}

// A child opens the file, hands the descriptor to this process, and is gone.
static void pass(void) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) fail("socketpair");
    pid_t child = fork();
    if (child == 0) {
        send_one(pair[1], opened());
        _exit(0);
    }
    receive_one(pair[0]);
    waitpid(child, NULL, 0);
}

static pthread_barrier_t barrier;

// The thread's table of open files is its own from here on.
static void *apart(void *ends_first) {
    if (unshare(CLONE_FILES) < 0) fail("unshare");
    opened();
    pthread_barrier_wait(&barrier);
    if (ends_first) ready_and_wait();
    pause();
    return NULL;
}

static void *waiting(void *unused) {
    (void)unused;
    pthread_barrier_wait(&barrier);
    ready_and_wait();
    return NULL;
}

// Only this thread, by which the process is named, ends: the memory is the other's too.
static void orphaned_map(void) {
    pthread_t thread;
    map();
    pthread_barrier_init(&barrier, NULL, 2);
    if (pthread_create(&thread, NULL, waiting, NULL)) fail("pthread_create");
    pthread_barrier_wait(&barrier);
    syscall(SYS_exit, 0);
}

static void thread(void *ends_first) {
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    if (pthread_create(&thread, NULL, apart, ends_first)) fail("pthread_create");
    pthread_barrier_wait(&barrier);
    // Only this thread, by which the process is named.
    if (ends_first) syscall(SYS_exit, 0);
}

int main(int count, char **arguments) {
    if (count < 3) return 64;
    const char *how = arguments[1];
    file = arguments[2];
    if (count > 3) {
        uid_t user = (uid_t)atoi(arguments[3]);
        if (setresuid(user, user, user) < 0) fail("setresuid");
    }
    if (!strcmp(how, "open")) opened();
    else if (!strcmp(how, "copy")) close(dup2(opened(), 77) == 77 ? 3 : -1);
    else if (!strcmp(how, "map")) map();
    else if (!strcmp(how, "orphaned-map")) orphaned_map();
    else if (!strcmp(how, "pass")) pass();
    else if (!strcmp(how, "thread")) thread(NULL);
    else if (!strcmp(how, "orphaned-thread")) thread(&barrier);
    else if (!strcmp(how, "many"))
        for (int copy = 0; copy < 900; copy++) opened();
    else if (!strcmp(how, "closed")) close(opened());
    else return 64;
    ready_and_wait();
}
