// The ceiling: what the disk and plain C with SQLite do.
//
// usage: allot-measure sync FILE COUNT
// usage: allot-measure rows DATABASE        how many rows, and how many bytes, a submission has written on the mean
// usage: allot-measure sqlite DATABASE PAYLOAD BODY REPLY BATCHES BATCH
// Writes into a database that the daemon has made and closed again: as many bytes as its own rows have.
#include "ceiling.h"
#include "measure.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { most = 100000 };

static uint64_t times[most];

static void print_rate(const char *name, long count, double per_time) {
    double total = 0;
    static int64_t copies[most];
    for (long index = 0; index < count; index++) {
        copies[index] = (int64_t)times[index];
        total += (double)times[index] / 1e9;
    }
    printf(" persecond=%.0f", (double)count * per_time / total);
    print_times(name, copies, count);
    printf("\n");
}

int measure_sync(int count, char **words) {
    if (count < 2) return 64;
    int syncs = atoi(words[1]);
    if (syncs < 1 || syncs > most) return 64;
    int code = ceiling_fdatasync(words[0], syncs, times);
    if (code) fail_with(words[0], strerror(code));
    print_rate("", syncs, 1);
    return 0;
}

static sqlite3 *open_database(const char *path) {
    sqlite3 *database = NULL;
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL)) fail_with(path, sqlite3_errmsg(database));
    return database;
}

static long number(sqlite3 *database, const char *query) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, query, -1, &statement, NULL) || sqlite3_step(statement) != SQLITE_ROW) {
        fail_with(query, sqlite3_errmsg(database));
    }
    long found = (long)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

int measure_rows(int count, char **words) {
    if (count < 1) return 64;
    sqlite3 *database = open_database(words[0]);
    printf(" submitted=%ld", number(database, "SELECT count(*) FROM journal WHERE kind = 'reservation.submitted'"));
    printf(" events=%ld", number(database, "SELECT count(*) FROM journal"));
    printf(" payload=%ld", number(database, "SELECT coalesce(avg(length(payload)), 0) FROM journal"
        " WHERE kind = 'reservation.submitted'"));
    printf(" body=%ld", number(database, "SELECT coalesce(avg(length(body)), 0) FROM reservation"));
    printf(" reply=%ld", number(database, "SELECT coalesce(avg(length(body)), 0) FROM reply WHERE status = 201"));
    printf(" ended=%ld\n", number(database, "SELECT count(*) FROM reservation WHERE ended_at IS NOT NULL"));
    sqlite3_close(database);
    return 0;
}

int measure_sqlite(int count, char **words) {
    if (count < 6) return 64;
    struct ceiling_command command = {
        .payload_bytes = atoi(words[1]), .body_bytes = atoi(words[2]), .reply_bytes = atoi(words[3])};
    int batches = atoi(words[4]), batch = atoi(words[5]);
    if (batches < 1 || batches > most || batch < 1) return 64;
    sqlite3 *database = open_database(words[0]);
    long first = 1 + number(database, "SELECT max((SELECT coalesce(max(sequence), 0) FROM journal),"
        " (SELECT coalesce(max(id), 0) FROM reservation))");
    sqlite3_close(database);
    int code = ceiling_commit(words[0], first, batches, batch, command, times);
    if (code) fail_with(words[0], sqlite3_errstr(code));
    print_rate("", batches, batch);
    return 0;
}
