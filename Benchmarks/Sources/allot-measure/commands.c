// How soon a reservation's command runs.
//
// usage: allot-measure first SOCKET STAMP FILE COUNT
// Submits a command for every device of the free machine, COUNT times one after the other: from the last byte of the
// acknowledgement to the command's first act. Negative where the command was quicker than the reply.
//
// usage: allot-measure next SOCKET STAMP FILE COUNT BEHIND
// Queues COUNT + 1 commands that each take every device, and BEHIND other reservations after them: from the last act
// of one to the first act of the next.
#include "measure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { line_bytes = 22, most = 10000, patience_seconds = 60, pause_milliseconds = 100 };

// The n-th line of the stamps, waited for.
static int64_t stamp(int file, long line, char kind) {
    char text[line_bytes + 1] = {0};
    int64_t deadline = now() + patience_seconds * 1000000000LL;
    while (pread(file, text, line_bytes, line * line_bytes) != line_bytes) {
        if (now() > deadline) fail_with("command", "it did not start within a minute");
        sleep_microseconds(500);
    }
    if (text[0] != kind || text[line_bytes - 1] != '\n') fail_with("an unexpected stamp", text);
    return strtoll(text + 2, NULL, 10);
}

static int open_stamps(const char *path) {
    int file = open(path, O_RDONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) fail(path);
    return file;
}

static long submit(int client, const char *program, const char *file, int milliseconds) {
    char body[1024], buffer[reply_bytes];
    snprintf(body, sizeof body,
        "{\"gpus\":8,\"durationSeconds\":600,\"command\":{\"arguments\":[\"%s\",\"%s\",\"%d\"]}}",
        program, file, milliseconds);
    return reservation_number(http_exchange(client, "/v1/reservations", body, 201, buffer));
}

static void await_end(int client, long number) {
    char path[96], buffer[reply_bytes];
    snprintf(path, sizeof path, "/v1/reservations/r-%ld", number);
    int64_t deadline = now() + patience_seconds * 1000000000LL;
    while (!strstr(http_exchange(client, path, NULL, 200, buffer), "\"state\":\"ended\"")) {
        if (now() > deadline) fail_with(path, "it did not end within a minute");
        sleep_microseconds(2000);
    }
}

int measure_first(int count, char **words) {
    if (count < 4) return 64;
    long times = atol(words[3]);
    if (times < 1 || times > most) return 64;
    static int64_t latencies[most];
    int client = http_connect(words[0]), file = open_stamps(words[2]);
    if (client < 0) fail(words[0]);
    for (long index = 0; index < times; index++) {
        long number = submit(client, words[1], words[2], 0);
        int64_t acknowledged = now();
        latencies[index] = stamp(file, 2 * index, 's') - acknowledged;
        await_end(client, number);
        sleep_microseconds(20000);
    }
    print_times("", latencies, times);
    printf("\n");
    return 0;
}

int measure_next(int count, char **words) {
    if (count < 5) return 64;
    long times = atol(words[3]), behind = atol(words[4]);
    if (times < 1 || times > most) return 64;
    static int64_t latencies[most];
    char path[96], buffer[reply_bytes];
    int client = http_connect(words[0]), file = open_stamps(words[2]);
    if (client < 0) fail(words[0]);
    long holder = hold_everything(words[0]);
    for (long index = 0; index <= times; index++) submit(client, words[1], words[2], pause_milliseconds);
    fill_queue(behind);
    snprintf(path, sizeof path, "/v1/reservations/r-%ld/release", holder);
    http_exchange(client, path, "{}", 200, buffer);
    for (long index = 0; index < times; index++) {
        int64_t ended = stamp(file, 2 * index + 1, 'e');
        latencies[index] = stamp(file, 2 * index + 2, 's') - ended;
    }
    stamp(file, 2 * times + 1, 'e');
    print_times("", latencies, times);
    printf("\n");
    return 0;
}
