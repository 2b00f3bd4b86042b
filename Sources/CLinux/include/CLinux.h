#ifndef ALLOT_CLINUX_H
#define ALLOT_CLINUX_H

// Calls of Linux that Swift cannot make by itself: raw system calls, structs and macros that do not import.
// Every function returns 0 or more when it worked, and -errno when it did not.

// mallopt(3), which Swift's Glibc leaves out.
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
// getxattr(2) and setxattr(2), which Swift's Glibc leaves out.
#include <sys/xattr.h>

// Kinds of sockets (socket(2)). Swift's Glibc has them or not, depending on how the program is linked.
static const int32_t allot_stream_socket = SOCK_STREAM;
static const int32_t allot_datagram_socket = SOCK_DGRAM;
static const int32_t allot_close_on_exec = SOCK_CLOEXEC;
static const int32_t allot_nonblocking = SOCK_NONBLOCK;

// Who is at the other end of a Unix socket, as the kernel saw it at connect (SO_PEERCRED, unix(7)).
struct allot_peer {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};
int allot_peer_credentials(int socket, struct allot_peer *peer);

// A descriptor that means this very process, however its number is used later (pidfd_open(2)).
int allot_pidfd_open(int32_t pid);
int allot_pidfd_send_signal(int pidfd, int signal);

// The wait(2) status of an ended process that need not be a child. Linux 6.15 and later; else -errno.
int allot_pidfd_exit_status(int pidfd, int *status);

// The wait(2) status that waitid(2) has found: its fields are macros.
int allot_wait_status(const siginfo_t *information);

// Processor masks: bit n of word n / 64 is processor n. Of the calling thread, and of what it then starts.
int allot_bind_processors(const uint64_t *words, size_t count);
int allot_bound_processors(uint64_t *words, size_t count);

// Memory of the calling thread, and of what it then starts, comes from these NUMA nodes only; none frees it again.
int allot_bind_memory(const uint64_t *words, size_t count);

// What to start, and how it starts. Texts end in 0; arrays end in NULL.
struct allot_program {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *directory;
    // Opened to append, made 0600: standard output and standard error.
    const char *output;
    // Made by the child just before the command; if it is there already nothing starts (-EEXIST).
    const char *marker;
    // Empty masks bind nothing.
    const uint64_t *processors;
    size_t processor_words;
    const uint64_t *memory_nodes;
    size_t memory_words;
};
// In a session of its own, no descriptor open beyond 2, no signal blocked or ignored. posix_spawn(3) shares the
// memory of this process until the command's first instruction, so it takes the same time in a large daemon.
int allot_spawn(const struct allot_program *program, int32_t *pid);

// A file in memory that goes away with its last descriptor (memfd_create(2)).
int allot_memory_file(const char *name);

// Starts a program with two open files as its standard input and output, and this process's standard error. Otherwise
// as `allot_spawn` does.
int allot_spawn_filter(
    const char *path, char *const *arguments, char *const *environment, int input, int output, int32_t *pid);

// Starts a program that is nobody's child, in a session of its own and in "/": its standard input and output are
// /dev/null, its standard error is this process's, and its descriptor 3 means this process (pidfd_open(2)). No other
// file is open in it.
int allot_spawn_aside(const char *path, char *const *arguments, char *const *environment);

// This process is killed when the thread that started it ends (prctl(2)).
int allot_end_with_parent(void);

// How an eventfd(2) is made, and how it is written to and read empty.
int allot_event_open(void);
void allot_event_signal(int event);
void allot_event_clear(int event);

// What an open or named file is, without asking the server or disk that it lies on (statx(2), AT_STATX_DONT_SYNC): a
// network that is gone holds nobody up. Device numbers have the major number in their upper 32 bits.
struct allot_file {
    uint16_t mode;
    uint64_t device;
    uint64_t inode;
    // Of a device file: which device it is.
    uint64_t number;
};
int allot_file_look(int folder, const char *name, struct allot_file *file);

// Whether two threads have one table of open files (kcmp(2)): 1 yes, 0 no.
int allot_share_files(int32_t one, int32_t other);

// Whether an account ended before `today` (days since 1970), by /etc/shadow: 1 yes, 0 no or not told there.
int allot_account_expired(const char *name, long today);

#endif
