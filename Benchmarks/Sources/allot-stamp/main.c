// The command inside a measured reservation: the first thing it does is to read the clock, and so is the last.
//
// usage: allot-stamp FILE [MILLISECONDS]
// Appends `s NANOSECONDS` to FILE, sleeps, and appends `e NANOSECONDS` (CLOCK_MONOTONIC, 19 digits). Linked
// statically, so that no loader runs before it.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void append(int file, char kind, struct timespec time) {
    char line[32];
    int length = snprintf(line, sizeof line, "%c %010lld%09ld\n", kind, (long long)time.tv_sec, time.tv_nsec);
    if (write(file, line, (size_t)length) != length) _exit(1);
}

int main(int count, char **arguments) {
    struct timespec first, last;
    clock_gettime(CLOCK_MONOTONIC, &first);
    if (count < 2) return 64;
    int file = open(arguments[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return 1;
    append(file, 's', first);
    long milliseconds = count > 2 ? atol(arguments[2]) : 0;
    struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
    clock_gettime(CLOCK_MONOTONIC, &last);
    append(file, 'e', last);
    _exit(0);
}
