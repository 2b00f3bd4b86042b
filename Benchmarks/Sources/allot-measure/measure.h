// What the measurements share: the clock, figures of many times, and HTTP on a Unix socket.
#ifndef ALLOT_MEASURE_H
#define ALLOT_MEASURE_H

#include <stddef.h>
#include <stdint.h>

enum { reply_bytes = 16384 };

/// The measurements: each takes the words behind its name, and gives the program's exit code.
int measure_load(int count, char **words);
int measure_first(int count, char **words);
int measure_next(int count, char **words);
int measure_spawn(int count, char **words);
int measure_ready(int count, char **words);
int measure_memory(int count, char **words);
int measure_sync(int count, char **words);
int measure_rows(int count, char **words);
int measure_sqlite(int count, char **words);

/// CLOCK_MONOTONIC in nanoseconds.
int64_t now(void);
void sleep_microseconds(long microseconds);

/// Ends the program with what failed and errno's text.
_Noreturn void fail(const char *what);
/// Ends the program with a text of its own, such as an unexpected reply.
_Noreturn void fail_with(const char *what, const char *text);

/// Sorts times in nanoseconds and prints `NAMEp50= NAMEp90= NAMEp99= NAMEmin= NAMEmax=` in milliseconds.
void print_times(const char *name, int64_t *times, long count);

/// Connects to a Unix socket. Gives -1 where nobody listens.
int http_connect(const char *path);
/// Sends one request; a body of NULL makes it a GET. Each POST has an idempotency key of its own, as the CLI's have.
void http_send(int socket, const char *path, const char *body);
/// Reads what is there. Gives 1 when the reply is whole; `held` is how much of the buffer is filled.
int http_receive(int socket, char *buffer, size_t *held);
/// Sends a request and waits for the reply, whose status has to be as expected. Gives its body, in `buffer`.
const char *http_exchange(int socket, const char *path, const char *body, int status, char *buffer);
void http_expect(const char *reply, int status);
/// The number in the first id of a reply's body: 1042 for r-1042.
long reservation_number(const char *body);

/// Opens the load's 64 connections and reserves every device and core, so that all after it waits. Gives the number of
/// that reservation.
long hold_everything(const char *socket);
/// Submits `count` reservations that wait, over the load's connections.
void fill_queue(long count);

#endif
