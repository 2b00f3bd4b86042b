#include "ceiling.h"

#include <sqlite3.h>
#include <stdio.h>

enum { BEGIN, RECORDS, DAYS, MONTHS, COMMIT, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    "BEGIN IMMEDIATE",
    "INSERT INTO usage_record SELECT * FROM source.usage_record WHERE number > ?1 AND number <= ?2 ORDER BY number",
    "INSERT INTO usage_day SELECT day, department, tariff, team, user, sum(quantity) FROM source.usage_record"
    " WHERE number > ?1 AND number <= ?2 GROUP BY day, department, tariff, team, user"
    " ON CONFLICT (day, department, tariff, team, user) DO UPDATE SET quantity = quantity + excluded.quantity",
    "INSERT INTO usage_month SELECT month, department, team, tariff, sum(quantity) FROM source.usage_record"
    " WHERE number > ?1 AND number <= ?2 GROUP BY month, department, team, tariff"
    " ON CONFLICT (month, department, team, tariff) DO UPDATE SET quantity = quantity + excluded.quantity",
    "COMMIT",
};

static int copy(sqlite3 *db, sqlite3_stmt **statements, int64_t last, int64_t batch) {
    for (int64_t number = 0; number < last; number += batch) {
        for (int index = 0; index < STATEMENTS; index++) {
            sqlite3_stmt *statement = statements[index];
            if (index != BEGIN && index != COMMIT) {
                sqlite3_bind_int64(statement, 1, number);
                sqlite3_bind_int64(statement, 2, number + batch < last ? number + batch : last);
            }
            int code = sqlite3_step(statement);
            sqlite3_reset(statement);
            if (code != SQLITE_DONE) return sqlite3_extended_errcode(db);
        }
    }
    return SQLITE_OK;
}

int ceiling_usage(const char *path, const char *source, int64_t last, int64_t batch) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statements[STATEMENTS] = {NULL};
    char attach[4200];
    snprintf(attach, sizeof attach,
             "ATTACH 'file:%s?mode=ro' AS source; INSERT INTO tariff SELECT * FROM source.tariff", source);
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db,
                            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                            "PRAGMA cache_size = -8192; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864",
                            NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) code = sqlite3_exec(db, attach, NULL, NULL, NULL);
    for (int index = 0; index < STATEMENTS && code == SQLITE_OK; index++) {
        code = sqlite3_prepare_v3(db, texts[index], -1, SQLITE_PREPARE_PERSISTENT, &statements[index], NULL);
    }
    if (code == SQLITE_OK) code = copy(db, statements, last, batch);
    for (int index = 0; index < STATEMENTS; index++) sqlite3_finalize(statements[index]);
    sqlite3_close(db);
    return code;
}

int ceiling_scan(const char *path, int64_t *rows) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t sum = 0;
    *rows = 0;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(db, "SELECT reservation, tariff, quantity FROM usage_record", -1, &statement, NULL);
    }
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW) break;
        sum += sqlite3_column_int64(statement, 0) ^ sqlite3_column_int64(statement, 1) ^
               sqlite3_column_int64(statement, 2);
        ++*rows;
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    // The sum is used, so that nothing of the reading is left out.
    return code == SQLITE_DONE && sum != 0 ? SQLITE_OK : code;
}
