// Submits to a daemon over its Unix socket as fast as it answers, and times each reply.
//
// usage: allot-measure load SOCKET FILL [CONNECTIONS:SUBMISSIONS[:together]]...
// One reservation takes every device and core; all that comes after it waits. The queue is filled to FILL over 64
// connections, and held there: for each submission the oldest waiting reservation is cancelled. By default the cancels
// come in turns of their own (a burst of 1,000 submissions, then unmeasured as many cancels), so that the figure is
// submissions alone; with `together` each connection submits and cancels in turn, and the daemon does twice as many
// durable commands a second as there are submissions. Prints a line for each measurement.
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { burst = 1000, most_connections = 64, most_submissions = 1000000, reply_timeout = 60000 };

struct connection {
    int socket;
    int is_cancel;
    size_t held;
    int64_t sent_at;
    char buffer[reply_bytes];
};

// Each shape is asked for again and again, as teams do; the spans differ.
static const char *const shapes[] = {
    "{\"gpus\":1,\"durationSeconds\":3600}", "{\"gpus\":2,\"durationSeconds\":7200}",
    "{\"gpus\":4,\"durationSeconds\":14400}", "{\"gpus\":8,\"durationSeconds\":86400}",
    "{\"gpus\":1,\"cpus\":4,\"durationSeconds\":1800}", "{\"cpus\":8,\"durationSeconds\":5400}",
};
static const char *const everything = "{\"gpus\":8,\"durationSeconds\":2592000}";

static struct connection connections[most_connections];
static int poll_set = -1;
// A ring of the waiting ones' numbers, the oldest first.
static long *waiting;
static long waiting_first, waiting_last, waiting_size;
static int64_t *latencies;
static long latency_count;

static void submit(struct connection *connection) {
    static long number;
    connection->is_cancel = 0;
    connection->held = 0;
    connection->sent_at = now();
    http_send(connection->socket, "/v1/reservations", shapes[number++ % (long)(sizeof shapes / sizeof *shapes)]);
}

static void cancel(struct connection *connection) {
    char path[96];
    if (waiting_first == waiting_last) fail_with("cancel", "nothing waits");
    snprintf(path, sizeof path, "/v1/reservations/r-%ld/cancel", waiting[waiting_first++ % waiting_size]);
    connection->is_cancel = 1;
    connection->held = 0;
    http_send(connection->socket, path, "{}");
}

// Gives 1 when the whole reply is there, and notes what it says.
static int receive(struct connection *connection) {
    if (!http_receive(connection->socket, connection->buffer, &connection->held)) return 0;
    int64_t took = now() - connection->sent_at;
    http_expect(connection->buffer, connection->is_cancel ? 200 : 201);
    if (connection->is_cancel) return 1;
    latencies[latency_count++] = took;
    const char *body = strstr(connection->buffer, "\r\n\r\n");
    if (!strstr(body, "\"state\":\"waiting\"")) fail_with("a reservation that does not wait", body);
    waiting[waiting_last++ % waiting_size] = reservation_number(body);
    return 1;
}

// What a connection does next. Where there is both, it submits and cancels in turn; gives 0 when nothing is left.
static int send_next(struct connection *connection, int is_turn_to_cancel, long *submissions, long *cancels) {
    int is_cancel = *cancels > 0 && waiting_first < waiting_last && (is_turn_to_cancel || *submissions == 0);
    if (is_cancel) { --*cancels; cancel(connection); return 1; }
    if (*submissions > 0) { --*submissions; submit(connection); return 1; }
    return 0;
}

// Runs over the first `count` connections until all is answered.
static void run(int count, long submissions, long cancels) {
    int open = 0;
    for (int index = 0; index < count; index++) {
        open += send_next(&connections[index], index % 2, &submissions, &cancels);
    }
    struct epoll_event events[most_connections];
    while (open > 0) {
        int ready = epoll_wait(poll_set, events, most_connections, reply_timeout);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) fail_with("load", "no reply in a minute");
        for (int index = 0; index < ready; index++) {
            struct connection *connection = events[index].data.ptr;
            if (!receive(connection)) continue;
            open += send_next(connection, !connection->is_cancel, &submissions, &cancels) - 1;
        }
    }
    if (submissions || cancels) fail_with("load", "not everything could be sent");
}

static void open_connections(const char *path) {
    poll_set = epoll_create1(EPOLL_CLOEXEC);
    for (int index = 0; index < most_connections; index++) {
        struct connection *connection = &connections[index];
        if ((connection->socket = http_connect(path)) < 0) fail(path);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(poll_set, EPOLL_CTL_ADD, connection->socket, &event)) fail("epoll_ctl");
    }
}

long hold_everything(const char *path) {
    open_connections(path);
    waiting_size = 2 * most_submissions;
    waiting = calloc((size_t)waiting_size, sizeof *waiting);
    latencies = calloc((size_t)waiting_size, sizeof *latencies);
    if (!waiting || !latencies) fail("calloc");
    return reservation_number(
        http_exchange(connections[0].socket, "/v1/reservations", everything, 201, connections[0].buffer));
}

void fill_queue(long count) {
    latency_count = 0;
    run(most_connections, count, 0);
}

static void measure(int count, long submissions, int together, long fill) {
    int64_t took = 0;
    long part, done = 0;
    latency_count = 0;
    for (; done < submissions; done += part) {
        part = together || submissions - done < burst ? submissions - done : burst;
        int64_t start = now();
        run(count, part, together ? part : 0);
        took += now() - start;
        if (!together) run(most_connections, 0, part);
    }
    printf("connections=%d together=%d queue=%ld persecond=%.0f", count, together, fill,
        (double)submissions / ((double)took / 1e9));
    print_times("", latencies, latency_count);
    char buffer[reply_bytes];
    const char *health = http_exchange(connections[0].socket, "/v1/health", NULL, 200, buffer);
    const char *left = strstr(health, "\"waiting\":");
    printf(" waiting=%ld\n", left ? strtol(left + 10, NULL, 10) : -1);
    fflush(stdout);
}

int measure_load(int count, char **words) {
    if (count < 2) return 64;
    long fill = atol(words[1]);
    if (fill < 0 || fill > most_submissions) return 64;
    hold_everything(words[0]);
    fill_queue(fill);
    for (int index = 2; index < count; index++) {
        int over = 0;
        long submissions = 0;
        if (sscanf(words[index], "%d:%ld", &over, &submissions) != 2) return 64;
        if (over < 1 || over > most_connections || submissions < 1 || submissions > most_submissions) return 64;
        measure(over, submissions, strstr(words[index], ":together") != NULL, fill);
    }
    return 0;
}
