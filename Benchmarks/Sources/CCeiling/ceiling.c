#include "ceiling.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

enum { EVENT, ROW, PERSONAL, REPLY, META, BEGIN, COMMIT, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    "INSERT INTO journal (sequence, at, actor, kind, reservation, payload, personal, hash)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    "INSERT INTO reservation (id, owner, department, submitted_at, ended_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT (id) DO UPDATE SET owner = ?2, department = ?3, submitted_at = ?4, ended_at = ?5, body = ?6",
    "INSERT INTO personal (reservation, sequence, name, salt, value) VALUES (?1, ?2, ?3, ?4, ?5)",
    "INSERT INTO reply (user, key, digest, status, content_type, body, stored_at, expires_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
    "BEGIN IMMEDIATE",
    "COMMIT",
};

static const char *const pragmas =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -8192;"
    "PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864";

static int run(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int put_meta(sqlite3_stmt *meta, const char *name, int64_t value) {
    sqlite3_bind_text(meta, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(meta, 2, value);
    return run(meta);
}

static int put_reply(sqlite3_stmt *reply, int64_t id, const char *bytes, int count) {
    char key[40];
    // Clients choose keys at random: they come in no order.
    snprintf(key, sizeof key, "%016llx-%lld", (unsigned long long)id * 0x9e3779b97f4a7c15u, (long long)id);
    sqlite3_bind_int64(reply, 1, 1000);
    sqlite3_bind_text(reply, 2, key, -1, SQLITE_STATIC);
    sqlite3_bind_blob(reply, 3, bytes, 32, SQLITE_STATIC);
    sqlite3_bind_int64(reply, 4, 201);
    sqlite3_bind_text(reply, 5, "application/json", -1, SQLITE_STATIC);
    sqlite3_bind_blob(reply, 6, bytes, count, SQLITE_STATIC);
    sqlite3_bind_int64(reply, 7, 1700000000000);
    sqlite3_bind_int64(reply, 8, 1700086400000);
    return run(reply);
}

static int put_command(sqlite3_stmt **statements, int64_t id, struct ceiling_command command, const char *bytes) {
    sqlite3_stmt *event = statements[EVENT], *row = statements[ROW], *personal = statements[PERSONAL];
    sqlite3_bind_int64(event, 1, id);
    sqlite3_bind_int64(event, 2, 1700000000000);
    sqlite3_bind_int64(event, 3, 1000);
    sqlite3_bind_text(event, 4, "reservation.submitted", -1, SQLITE_STATIC);
    sqlite3_bind_int64(event, 5, id);
    sqlite3_bind_blob(event, 6, bytes, command.payload_bytes, SQLITE_STATIC);
    sqlite3_bind_blob(event, 7, bytes, command.personal_bytes ? 40 : 0, SQLITE_STATIC);
    sqlite3_bind_blob(event, 8, bytes, 32, SQLITE_STATIC);
    int code = run(event);
    if (code) return code;
    if (command.personal_bytes) {
        sqlite3_bind_int64(personal, 1, id);
        sqlite3_bind_int64(personal, 2, id);
        sqlite3_bind_text(personal, 3, "command", -1, SQLITE_STATIC);
        sqlite3_bind_blob(personal, 4, bytes, 16, SQLITE_STATIC);
        sqlite3_bind_blob(personal, 5, bytes, command.personal_bytes, SQLITE_STATIC);
        if ((code = run(personal))) return code;
    }
    sqlite3_bind_int64(row, 1, id);
    sqlite3_bind_int64(row, 2, 1000);
    sqlite3_bind_text(row, 3, "physics", -1, SQLITE_STATIC);
    sqlite3_bind_int64(row, 4, 1700000000000);
    sqlite3_bind_null(row, 5);
    sqlite3_bind_blob(row, 6, bytes, command.body_bytes, SQLITE_STATIC);
    if ((code = run(row))) return code;
    return command.reply_bytes ? put_reply(statements[REPLY], id, bytes, command.reply_bytes) : SQLITE_OK;
}

static int put_batch(sqlite3_stmt **statements, int64_t first, int batch, struct ceiling_command command,
                     const char *bytes) {
    int code = run(statements[BEGIN]);
    for (int index = 0; !code && index < batch; index++) {
        code = put_command(statements, first + index, command, bytes);
    }
    if (!code) code = put_meta(statements[META], "nextReservation", first + batch);
    if (!code) code = put_meta(statements[META], "engineTime", first);
    if (!code) code = put_meta(statements[META], "journal.sequence", first + batch - 1);
    if (!code) code = put_meta(statements[META], "journal.hash", first);
    return code ? code : run(statements[COMMIT]);
}

int ceiling_commit(const char *path, int64_t first, int batches, int batch, struct ceiling_command command,
                   uint64_t *times) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statements[STATEMENTS] = {0};
    char *bytes = calloc(1, 1 << 20);
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (!code) code = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
    for (int index = 0; !code && index < STATEMENTS; index++) {
        code = sqlite3_prepare_v3(db, texts[index], -1, SQLITE_PREPARE_PERSISTENT, &statements[index], NULL);
    }
    for (int index = 0; !code && index < batches; index++) {
        uint64_t start = now();
        code = put_batch(statements, first + (int64_t)index * batch, batch, command, bytes);
        times[index] = now() - start;
    }
    for (int index = 0; index < STATEMENTS; index++) sqlite3_finalize(statements[index]);
    sqlite3_close(db);
    free(bytes);
    return code;
}

int ceiling_fdatasync(const char *path, int count, uint64_t *times) {
    char page[4096];
    memset(page, 1, sizeof page);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    int failed = 0;
    for (int index = 0; index < 256; index++) failed |= pwrite(file, page, sizeof page, index * 4096L) != sizeof page;
    failed |= fsync(file) != 0;
    for (int index = 0; !failed && index < count; index++) {
        uint64_t start = now();
        failed |= pwrite(file, page, sizeof page, (index % 256) * 4096L) != sizeof page;
        failed |= fdatasync(file) != 0;
        times[index] = now() - start;
    }
    int code = failed ? errno : 0;
    close(file);
    unlink(path);
    return code;
}
