#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int http_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail_with(path, "too long for a Unix socket");
    strcpy(address.sun_path, path);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) fail("socket");
    if (!connect(client, (struct sockaddr *)&address, sizeof address)) return client;
    close(client);
    return -1;
}

void http_send(int socket, const char *path, const char *body) {
    static long number;
    char request[2048];
    int length = body
        ? snprintf(request, sizeof request,
            "POST %s HTTP/1.1\r\nhost: allot\r\ncontent-type: application/json\r\n"
            "idempotency-key: measure-%d-%ld\r\ncontent-length: %zu\r\n\r\n%s",
            path, getpid(), number++, strlen(body), body)
        : snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nhost: allot\r\n\r\n", path);
    if (length >= (int)sizeof request) fail_with(path, "too long a request");
    if (send(socket, request, (size_t)length, MSG_NOSIGNAL) != length) fail("send");
}

int http_receive(int socket, char *buffer, size_t *held) {
    ssize_t count = read(socket, buffer + *held, reply_bytes - 1 - *held);
    if (count < 0) fail("read");
    if (count == 0) fail_with("read", "the daemon closed the connection");
    *held += (size_t)count;
    buffer[*held] = 0;
    char *end = strstr(buffer, "\r\n\r\n");
    if (!end) return 0;
    char *field = strcasestr(buffer, "content-length:");
    if (!field || field > end) fail_with("a reply without content-length", buffer);
    return *held >= (size_t)(end + 4 - buffer) + strtoul(field + 15, NULL, 10);
}

const char *http_exchange(int socket, const char *path, const char *body, int status, char *buffer) {
    size_t held = 0;
    http_send(socket, path, body);
    while (!http_receive(socket, buffer, &held)) {}
    http_expect(buffer, status);
    return strstr(buffer, "\r\n\r\n") + 4;
}

void http_expect(const char *reply, int status) {
    if (strncmp(reply, "HTTP/1.1 ", 9) || atoi(reply + 9) != status) fail_with("an unexpected reply", reply);
}

long reservation_number(const char *body) {
    const char *id = strstr(body, "\"id\":\"r-");
    if (!id) fail_with("a reply without an id", body);
    return strtol(id + 8, NULL, 10);
}
