// Processes: how long one takes, how soon the daemon answers, how much memory it has.
//
// usage: allot-measure spawn null|pipe COUNT PROGRAM WORD...
// Runs a program COUNT times with its output to /dev/null or into a pipe: from fork to exit.
//
// usage: allot-measure ready SOCKET PROGRAM WORD...
// Starts the daemon, and ends it: from fork to the first answer to GET /v1/health, and from SIGTERM to its exit.
//
// usage: allot-measure memory PID
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most = 10000, patience_seconds = 60 };

static pid_t start(char **words, int output) {
    pid_t child = vfork();
    if (child < 0) fail("fork");
    if (child == 0) {
        dup2(output, 1);
        execv(words[0], words);
        _exit(127);
    }
    return child;
}

// What a program wrote to a pipe, until it closes it.
static long drain(int file) {
    static char buffer[1 << 16];
    long all = 0;
    for (ssize_t count; (count = read(file, buffer, sizeof buffer)) != 0; all += count) {
        if (count < 0) fail("read");
    }
    return all;
}

int measure_spawn(int count, char **words) {
    if (count < 3) return 64;
    int is_pipe = !strcmp(words[0], "pipe");
    long times = atol(words[1]), bytes = 0;
    if (times < 1 || times > most) return 64;
    static int64_t latencies[most];
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (long index = 0; index < times; index++) {
        int ends[2] = {-1, null}, status;
        if (is_pipe && pipe2(ends, O_CLOEXEC)) fail("pipe");
        int64_t began = now();
        pid_t child = start(words + 2, ends[1]);
        if (is_pipe) {
            close(ends[1]);
            bytes = drain(ends[0]);
            close(ends[0]);
        }
        if (waitpid(child, &status, 0) != child) fail("waitpid");
        latencies[index] = now() - began;
        if (status) fail_with(words[2], "it failed");
    }
    print_times("", latencies, times);
    printf(" bytes=%ld\n", bytes);
    return 0;
}

// Whether the daemon answers that it is well.
static int answers(const char *path) {
    char buffer[reply_bytes];
    int client = http_connect(path);
    if (client < 0) return 0;
    http_exchange(client, "/v1/health", NULL, 200, buffer);
    close(client);
    return 1;
}

int measure_ready(int count, char **words) {
    if (count < 2) return 64;
    int64_t began = now(), deadline = began + patience_seconds * 1000000000LL;
    pid_t daemon = start(words + 1, 1);
    int status;
    while (!answers(words[0])) {
        if (waitpid(daemon, &status, WNOHANG) == daemon) fail_with(words[1], "it ended at its start");
        if (now() > deadline) {
            kill(daemon, SIGKILL);
            fail_with(words[1], "no answer in a minute");
        }
        sleep_microseconds(500);
    }
    int64_t ready = now();
    kill(daemon, SIGTERM);
    // The alarm ends this program, and with it the wait, should the daemon not end.
    alarm(patience_seconds);
    if (waitpid(daemon, &status, 0) != daemon || status) fail_with(words[1], "it did not end cleanly");
    printf(" start=%.1f stop=%.1f\n", (double)(ready - began) / 1e6, (double)(now() - ready) / 1e6);
    return 0;
}

// A line of /proc's table, in KiB; 0 where it is not there.
static long kibibytes(const char *path, const char *name) {
    char line[256];
    long found = 0;
    FILE *file = fopen(path, "re");
    if (!file) fail(path);
    while (fgets(line, sizeof line, file)) {
        if (!strncmp(line, name, strlen(name))) found = strtol(line + strlen(name), NULL, 10);
    }
    fclose(file);
    return found;
}

int measure_memory(int count, char **words) {
    if (count < 1) return 64;
    char rollup[64], status[64];
    snprintf(rollup, sizeof rollup, "/proc/%s/smaps_rollup", words[0]);
    snprintf(status, sizeof status, "/proc/%s/status", words[0]);
    printf(" rss=%.1f", (double)kibibytes(rollup, "Rss:") * 1024 / 1e6);
    printf(" pss=%.1f", (double)kibibytes(rollup, "Pss:") * 1024 / 1e6);
    printf(" anonymous=%.1f", (double)kibibytes(rollup, "Pss_Anon:") * 1024 / 1e6);
    printf(" peak=%.1f\n", (double)kibibytes(status, "VmHWM:") * 1024 / 1e6);
    return 0;
}
