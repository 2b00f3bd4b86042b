#ifndef ALLOT_CHWLOC_SHIM_H
#define ALLOT_CHWLOC_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How opening or trying a topology ended. */
enum allot_hwloc_outcome {
    ALLOT_HWLOC_LOADED = 0,
    ALLOT_HWLOC_REFUSED = 1,   /* the XML itself was not taken */
    ALLOT_HWLOC_NOT_LOADED = 2, /* taken, but no topology came of it */
    ALLOT_HWLOC_BROKE_OFF = 3, /* the trial ended by a signal */
    ALLOT_HWLOC_TOO_LONG = 4,
    ALLOT_HWLOC_NO_TRIAL = 5 /* no process or pipe for a trial was to be had */
};

/* Keeps hwloc from printing: what is wrong is told by the caller. hwloc reads the variable once; whoever wants its
   messages sets it before. Not done in the child: another thread may have held the environment's lock at the fork. */
static inline void allot_hwloc_quiet(void) { setenv("HWLOC_HIDE_ERRORS", "2", 0); }

/* Opens the XML text (its length counts the ending NUL), or the live machine where xml is NULL.
   Bridges carry nothing of use here; all other PCI functions and OS devices are kept, NVSwitches included. */
static inline enum allot_hwloc_outcome allot_hwloc_open(const char *xml, int length, hwloc_topology_t *out) {
    hwloc_topology_t topology = NULL;
    *out = NULL;
    if (hwloc_topology_init(&topology) != 0) return ALLOT_HWLOC_NOT_LOADED;
    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_PCI_DEVICE, HWLOC_TYPE_FILTER_KEEP_ALL);
    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_OS_DEVICE, HWLOC_TYPE_FILTER_KEEP_ALL);
    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_BRIDGE, HWLOC_TYPE_FILTER_KEEP_NONE);
    if (xml != NULL && hwloc_topology_set_xmlbuffer(topology, xml, length) != 0) {
        hwloc_topology_destroy(topology);
        return ALLOT_HWLOC_REFUSED;
    }
    if (hwloc_topology_load(topology) != 0) {
        hwloc_topology_destroy(topology);
        return ALLOT_HWLOC_NOT_LOADED;
    }
    *out = topology;
    return ALLOT_HWLOC_LOADED;
}

/* Milliseconds left until the deadline, never below 0. */
static inline int allot_milliseconds_until(const struct timespec *deadline) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long left = (long long)(deadline->tv_sec - now.tv_sec) * 1000 + (deadline->tv_nsec - now.tv_nsec) / 1000000;
    return left < 0 ? 0 : (int)left;
}

/* Touches all of an object that the parent process is going to read, and what hangs below it. */
static inline unsigned long allot_hwloc_touch(hwloc_obj_t object) {
    unsigned long sum = object->os_index + object->logical_index;
    if (object->cpuset != NULL) sum += (unsigned long)hwloc_bitmap_next(object->cpuset, -1);
    if (object->nodeset != NULL) sum += (unsigned long)hwloc_bitmap_next(object->nodeset, -1);
    if (object->name != NULL) sum += strlen(object->name);
    if (object->subtype != NULL) sum += strlen(object->subtype);
    for (unsigned index = 0; index < object->infos_count; index++) {
        sum += strlen(object->infos[index].name) + strlen(object->infos[index].value);
    }
    for (hwloc_obj_t above = object->parent; above != NULL; above = above->parent) sum += above->depth;
    for (hwloc_obj_t below = object->io_first_child; below != NULL; below = below->next_sibling) {
        sum += allot_hwloc_touch(below);
    }
    return sum;
}

/* Reads a topology as the parent process is going to. */
static inline unsigned long allot_hwloc_read_all(hwloc_topology_t topology) {
    const hwloc_obj_type_t types[] = {HWLOC_OBJ_MACHINE, HWLOC_OBJ_PACKAGE, HWLOC_OBJ_NUMANODE, HWLOC_OBJ_CORE,
                                      HWLOC_OBJ_PU, HWLOC_OBJ_PCI_DEVICE, HWLOC_OBJ_OS_DEVICE};
    unsigned long sum = 0;
    for (unsigned index = 0; index < sizeof types / sizeof types[0]; index++) {
        hwloc_obj_t object = NULL;
        while ((object = hwloc_get_next_obj_by_type(topology, types[index], object)) != NULL) {
            sum += allot_hwloc_touch(object);
        }
    }
    struct hwloc_distances_s *matrices[16];
    unsigned count = sizeof matrices / sizeof matrices[0];
    if (hwloc_distances_get(topology, &count, matrices, 0, 0) == 0) {
        if (count > sizeof matrices / sizeof matrices[0]) count = sizeof matrices / sizeof matrices[0];
        for (unsigned index = 0; index < count; index++) {
            unsigned size = matrices[index]->nbobjs;
            sum += size > 0 ? matrices[index]->values[(size_t)size * size - 1] : 0;
            hwloc_distances_release(topology, matrices[index]);
        }
    }
    hwloc_topology_destroy(topology);
    return sum;
}

/* The child's part of a trial: opens, reads and closes, and tells the outcome in one byte. */
static inline void allot_hwloc_trial_child(const char *xml, int length, int answer) {
    const int fatal[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    const struct rlimit none = {0, 0};
    sigset_t all;
    for (unsigned index = 0; index < sizeof fatal / sizeof fatal[0]; index++) signal(fatal[index], SIG_DFL);
    sigemptyset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setrlimit(RLIMIT_CORE, &none);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    hwloc_topology_t topology;
    unsigned char outcome = (unsigned char)allot_hwloc_open(xml, length, &topology);
    volatile unsigned long sum = outcome == ALLOT_HWLOC_LOADED ? allot_hwloc_read_all(topology) : 0;
    (void)sum;
    ssize_t written = write(answer, &outcome, 1);
    _exit(written == 1 ? 0 : 1);
}

/* Opens the XML in a child process first: hwloc 2.9 aborts or faults on some damaged files, and a daemon must not.
   The number of the signal that ended the child, or 0, is left in signal_number.
   No other thread may be in hwloc meanwhile: the child would wait for ever for a lock of hwloc's that is held here. */
static inline enum allot_hwloc_outcome allot_hwloc_try(const char *xml, int length, int limit_milliseconds,
                                                       int *signal_number) {
    int ends[2];
    *signal_number = 0;
    if (pipe(ends) != 0) return ALLOT_HWLOC_NO_TRIAL;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += limit_milliseconds / 1000;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        allot_hwloc_trial_child(xml, length, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return ALLOT_HWLOC_NO_TRIAL;
    }
    struct pollfd waiting = {ends[0], POLLIN, 0};
    int ready;
    do {
        ready = poll(&waiting, 1, allot_milliseconds_until(&deadline));
    } while (ready < 0 && errno == EINTR);
    unsigned char outcome = ALLOT_HWLOC_BROKE_OFF;
    if (ready <= 0) {
        outcome = ALLOT_HWLOC_TOO_LONG;
        kill(child, SIGKILL);
    } else {
        ssize_t count;
        do {
            count = read(ends[0], &outcome, 1);
        } while (count < 0 && errno == EINTR);
    }
    close(ends[0]);
    int status = 0;
    pid_t ended;
    do {
        ended = waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended == child && WIFSIGNALED(status)) *signal_number = WTERMSIG(status);
    return (enum allot_hwloc_outcome)outcome;
}

#endif
