#ifndef ALLOT_CEILING_H
#define ALLOT_CEILING_H

#include <stdint.h>

/// What one command writes.
struct ceiling_command {
    int payload_bytes;
    int body_bytes;
    /// 0 for no stored reply and no personal field.
    int reply_bytes;
    int personal_bytes;
};

/// Commits `batches` transactions of `batch` commands each into a database that the store has made, which is not open
/// elsewhere. Writes each one's time in nanoseconds to `times`. Gives 0, or SQLite's error.
int ceiling_commit(const char *path, int64_t first, int batches, int batch, struct ceiling_command command,
                   uint64_t *times);

/// Writes 4 KiB at the place before and calls fdatasync, `count` times, in a file that is allocated already. Writes
/// each one's time in nanoseconds to `times`. Gives 0, or the system's error.
int ceiling_fdatasync(const char *path, int count, uint64_t *times);

/// Copies usage records 1 to `last` out of a store's database into a new one of the same tables, with their tariffs,
/// `batch` in a transaction, and adds up their sums by day and by month as the store does, all within SQLite. Gives 0,
/// or SQLite's error.
int ceiling_usage(const char *path, const char *source, int64_t last, int64_t batch);

/// Reads the columns of every usage record that a sum by reservation needs. Writes how many there were. Gives 0, or
/// SQLite's error.
int ceiling_scan(const char *path, int64_t *rows);

#endif
