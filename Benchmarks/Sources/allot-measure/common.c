#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void sleep_microseconds(long microseconds) {
    struct timespec pause = {.tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000};
    nanosleep(&pause, NULL);
}

void fail(const char *what) {
    fail_with(what, strerror(errno));
}

void fail_with(const char *what, const char *text) {
    fprintf(stderr, "allot-measure: %s: %s\n", what, text);
    exit(1);
}

static int compare(const void *left, const void *right) {
    int64_t first = *(const int64_t *)left, second = *(const int64_t *)right;
    return (first > second) - (first < second);
}

void print_times(const char *name, int64_t *times, long count) {
    if (count < 1) fail_with("times", "none were measured");
    qsort(times, (size_t)count, sizeof *times, compare);
    static const struct { const char *name; long part; } points[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}};
    for (size_t index = 0; index < sizeof points / sizeof *points; index++) {
        printf(" %s%s=%.3f", name, points[index].name, (double)times[count * points[index].part / 100] / 1e6);
    }
    printf(" %smin=%.3f %smax=%.3f", name, (double)times[0] / 1e6, name, (double)times[count - 1] / 1e6);
}
