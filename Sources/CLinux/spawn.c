#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { maximum_words = 1024, bind_policy = 2, default_policy = 0 };

int allot_bind_processors(const uint64_t *words, size_t count) {
    return syscall(SYS_sched_setaffinity, 0, count * sizeof *words, words) < 0 ? -errno : 0;
}

int allot_bound_processors(uint64_t *words, size_t count) {
    long bytes = syscall(SYS_sched_getaffinity, 0, count * sizeof *words, words);
    return bytes < 0 ? -errno : (int)(bytes / (long)sizeof *words);
}

int allot_bind_memory(const uint64_t *words, size_t count) {
    // The kernel reads one bit fewer than it is told.
    long result = count == 0 ? syscall(SYS_set_mempolicy, default_policy, NULL, 0)
                             : syscall(SYS_set_mempolicy, bind_policy, words, count * 64 + 1);
    return result < 0 ? -errno : 0;
}

static int add_actions(posix_spawn_file_actions_t *actions, const struct allot_program *program) {
    int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (!error && program->output)
        error = posix_spawn_file_actions_addopen(actions, 1, program->output, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (!error) error = posix_spawn_file_actions_adddup2(actions, 1, 2);
    if (!error && program->directory) error = posix_spawn_file_actions_addchdir_np(actions, program->directory);
    if (!error && program->marker)
        error = posix_spawn_file_actions_addopen(actions, 3, program->marker, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return error;
}

static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
    return error;
}

static int spawn_with(
    posix_spawn_file_actions_t *actions, const char *path, char *const *arguments, char *const *environment,
    int32_t *pid) {
    posix_spawnattr_t attributes;
    int error = posix_spawnattr_init(&attributes);
    if (error) return error;
    error = set_attributes(&attributes);
    if (!error) error = posix_spawn(pid, path, actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static int spawn_now(const struct allot_program *program, int32_t *pid) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return -error;
    error = add_actions(&actions, program);
    if (!error) error = spawn_with(&actions, program->path, program->arguments, program->environment, pid);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

int allot_spawn_filter(
    const char *path, char *const *arguments, char *const *environment, int input, int output, int32_t *pid) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return -error;
    error = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (!error) error = spawn_with(&actions, path, arguments, environment, pid);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

// A child has the processors and the memory policy of the thread that started it, so this thread takes the command's
// for a moment.
int allot_spawn(const struct allot_program *program, int32_t *pid) {
    uint64_t before[maximum_words];
    int words = allot_bound_processors(before, maximum_words);
    if (words < 0) return words;
    int result = program->processor_words ? allot_bind_processors(program->processors, program->processor_words) : 0;
    if (result == 0 && program->memory_words) result = allot_bind_memory(program->memory_nodes, program->memory_words);
    if (result == 0) result = spawn_now(program, pid);
    if (program->memory_words) allot_bind_memory(NULL, 0);
    if (program->processor_words) allot_bind_processors(before, (size_t)words);
    return result;
}

// In the child, where only what is safe in a signal handler may be called: other threads' locks are as they were.
static _Noreturn void go_aside(int opener, const char *path, char *const *arguments, char *const *environment) {
    if (setsid() < 0) _exit(1);
    pid_t child = _Fork();
    if (child != 0) _exit(child < 0);
    int copy = fcntl(opener, F_DUPFD, 4);
    int null = open("/dev/null", O_RDWR);
    sigset_t none;
    sigemptyset(&none);
    if (copy < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(copy, 3) < 0) _exit(1);
    if (syscall(SYS_close_range, 4, ~0U, 0) < 0 || chdir("/") < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        _exit(1);
    execve(path, arguments, environment);
    _exit(1);
}

int allot_spawn_aside(const char *path, char *const *arguments, char *const *environment) {
    int opener = allot_pidfd_open(getpid());
    if (opener < 0) return opener;
    pid_t child = _Fork();
    if (child == 0) go_aside(opener, path, arguments, environment);
    int result = child < 0 ? -errno : 0, status = 0;
    close(opener);
    if (result < 0) return result;
    while (waitpid(child, &status, 0) < 0) {
        // Nobody is waited for where SIGCHLD is ignored.
        if (errno == ECHILD) return 0;
        if (errno != EINTR) return -errno;
    }
    return status == 0 ? 0 : -EAGAIN;
}
