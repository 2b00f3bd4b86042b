/// The tables. A migration that has been released is never edited: a change is a new one behind it.
enum Schema {
    /// `Allt` in ASCII, in the file's header: what file(1) and the store know the file by.
    static let applicationID: UInt32 = 0x416c_6c74

    static let migrations = [
        Migration(version: 1, sql: version1), Migration(version: 2, sql: version2),
        Migration(version: 3, sql: version3), Migration(version: 4, sql: version4),
        Migration(version: 5, sql: version5),
    ]

    /// Reserved names in `meta`.
    enum Meta {
        static let sequence = "journal.sequence"
        static let hash = "journal.hash"
    }

    /// `journal` only grows. `personal` has no index besides its key, which serves both the erasure at a
    /// reservation's end and the verification of one event. Only ended reservations are in the indexes by owner and
    /// department: the daemon has the live ones in memory, and a submission then writes two trees fewer.
    private static let version1 = """
        CREATE TABLE meta (
            name TEXT NOT NULL PRIMARY KEY,
            value ANY NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE journal (
            sequence INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            actor INTEGER CHECK (actor BETWEEN 0 AND 4294967295),
            kind TEXT NOT NULL,
            reservation INTEGER CHECK (reservation > 0),
            payload BLOB NOT NULL,
            personal BLOB NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
        CREATE TRIGGER journal_keeps_content BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;

        CREATE TABLE personal (
            reservation INTEGER NOT NULL,
            sequence INTEGER NOT NULL REFERENCES journal (sequence),
            name TEXT NOT NULL,
            salt BLOB NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (reservation, sequence, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reservation (
            id INTEGER NOT NULL PRIMARY KEY,
            owner INTEGER NOT NULL,
            department TEXT NOT NULL,
            submitted_at INTEGER NOT NULL,
            ended_at INTEGER,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX reservation_live ON reservation (id) WHERE ended_at IS NULL;
        CREATE INDEX reservation_owner ON reservation (owner, id) WHERE ended_at IS NOT NULL;
        CREATE INDEX reservation_department ON reservation (department, id) WHERE ended_at IS NOT NULL;

        CREATE TABLE reply (
            number INTEGER NOT NULL PRIMARY KEY,
            user INTEGER NOT NULL,
            key TEXT NOT NULL,
            digest BLOB NOT NULL,
            status INTEGER NOT NULL,
            content_type TEXT NOT NULL,
            body BLOB NOT NULL,
            stored_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            UNIQUE (user, key)
        ) STRICT;

        INSERT INTO meta VALUES ('journal.sequence', 0), ('journal.hash', zeroblob(32));
        """

    /// What was used, by record, and what it comes to by day and by month. Days are counted from 1970-01-01, and a
    /// month is its first day; 2932896 is the last of the year 9999. An index ends with its table's key: within a month
    /// records come by number. The parts of the sums' keys are in the order in which they are most often given.
    private static let version5 = """
        CREATE TABLE tariff (
            id INTEGER NOT NULL PRIMARY KEY,
            body BLOB NOT NULL UNIQUE
        ) STRICT;
        CREATE TRIGGER tariff_keeps_rows BEFORE DELETE ON tariff
        BEGIN SELECT RAISE(ABORT, 'tariffs only grow'); END;
        CREATE TRIGGER tariff_keeps_content BEFORE UPDATE ON tariff
        BEGIN SELECT RAISE(ABORT, 'tariffs only grow'); END;

        CREATE TABLE usage_record (
            number INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
            day INTEGER NOT NULL CHECK (day BETWEEN 0 AND 2932896),
            month INTEGER NOT NULL CHECK (month BETWEEN day - 30 AND day),
            reservation INTEGER NOT NULL CHECK (reservation > 0),
            department TEXT NOT NULL,
            team TEXT NOT NULL,
            user INTEGER NOT NULL CHECK (user BETWEEN 0 AND 4294967295),
            devices BLOB NOT NULL CHECK (length(devices) <= 16),
            from_at INTEGER NOT NULL,
            to_at INTEGER NOT NULL CHECK (to_at >= from_at),
            quantity INTEGER NOT NULL,
            tariff INTEGER NOT NULL REFERENCES tariff (id),
            original INTEGER REFERENCES usage_record (number) CHECK (original < number)
        ) STRICT;
        CREATE INDEX usage_record_month ON usage_record (month);
        CREATE INDEX usage_record_reservation ON usage_record (reservation);
        CREATE INDEX usage_record_original ON usage_record (original) WHERE original IS NOT NULL;
        CREATE TRIGGER usage_record_keeps_rows BEFORE DELETE ON usage_record
        BEGIN SELECT RAISE(ABORT, 'usage records only grow'); END;
        CREATE TRIGGER usage_record_keeps_content BEFORE UPDATE ON usage_record
        BEGIN SELECT RAISE(ABORT, 'usage records only grow'); END;

        CREATE TABLE usage_day (
            day INTEGER NOT NULL,
            department TEXT NOT NULL,
            tariff INTEGER NOT NULL,
            team TEXT NOT NULL,
            user INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            PRIMARY KEY (day, department, tariff, team, user)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE usage_month (
            month INTEGER NOT NULL,
            department TEXT NOT NULL,
            team TEXT NOT NULL,
            tariff INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            PRIMARY KEY (month, department, team, tariff)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE invoice (
            number TEXT NOT NULL PRIMARY KEY,
            month INTEGER NOT NULL,
            department TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX invoice_month ON invoice (month, department);
        CREATE TRIGGER invoice_keeps_rows BEFORE DELETE ON invoice
        BEGIN SELECT RAISE(ABORT, 'a sealed invoice stays as it is'); END;
        CREATE TRIGGER invoice_keeps_content BEFORE UPDATE ON invoice
        BEGIN SELECT RAISE(ABORT, 'a sealed invoice stays as it is'); END;
        """

    /// Who made the command: the sequence of an earlier row that says all of it.
    private static let version4 = """
        ALTER TABLE journal ADD COLUMN caller INTEGER CHECK (caller > 0);
        """

    /// Parts of the state that are small, and read and written as a whole.
    private static let version3 = """
        CREATE TABLE document (
            name TEXT NOT NULL PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// What everybody has used: the memory of fair share.
    private static let version2 = """
        CREATE TABLE usage (
            department TEXT NOT NULL,
            team TEXT NOT NULL,
            user INTEGER NOT NULL CHECK (user BETWEEN 0 AND 4294967295),
            amount INTEGER NOT NULL CHECK (amount >= 0),
            at INTEGER NOT NULL,
            PRIMARY KEY (department, team, user)
        ) STRICT, WITHOUT ROWID;
        """
}

/// One step of the schema, forward only.
struct Migration: Sendable {
    let version: Int64
    let sql: String
}
