/// A database as schema version 1 makes it. It must open for ever, so this is never edited. The hashes were computed
/// with Python from the description in docs/storage.md.
enum Version1 {
    static let head = "3:17a32f44c49df7f8fdfe664751e2b6006b141dd478a7c8daa91e3b7dee29e418"

    static let dump = """
        PRAGMA application_id = 1097624692;
        PRAGMA user_version = 1;

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

        INSERT INTO journal VALUES (1, 1700000000000, 1000, 'reservation.submitted', 1,
            x'6f6e65',
            CAST(x'07636f6d6d616e641729c827add5b6585e2254bae35d0b01b67c2aeef9096202ee2f439b1ce0c7c706726561736f6ec5'
                || x'13f45f143f947c7e7f745a12d705a1fd5083e6af11329f16147e5eb172f263' AS BLOB),
            x'681c8f01668604578c1f374542aadd7ce620296a15d88516de3ee87b9654c547');
        INSERT INTO journal VALUES (2, 1700000001000, 1001, 'reservation.submitted', 2,
            x'74776f',
            x'07636f6d6d616e649c48d9fca20ee282b19d1d468c2d9dfaec27b18de2ffe01a4194aa640b150b30',
            x'9698018bea6c943d704d039ebf7ed8ccb465bb462eb6a91923b6627f49f28c4f');
        INSERT INTO journal VALUES (3, 1700000060000, NULL, 'reservation.ended', 2,
            x'',
            x'',
            x'17a32f44c49df7f8fdfe664751e2b6006b141dd478a7c8daa91e3b7dee29e418');
        INSERT INTO personal VALUES (1, 1, 'command', x'101112131415161718191a1b1c1d1e1f', x'6d616b6520616c6c');
        INSERT INTO personal VALUES (1, 1, 'reason', x'1718191a1b1c1d1e1f20212223242526', x'746865736973');
        INSERT INTO reservation VALUES (1, 1000, 'physics', 1700000000000, NULL, x'626f6479');
        INSERT INTO reservation VALUES (2, 1000, 'physics', 1700000000000, 1700000060000, x'626f6479');
        INSERT INTO reply VALUES (1, 1000, 'k',
            x'0707070707070707070707070707070707070707070707070707070707070707',
            201, 'application/json', x'7b7d', 0, 1000);
        INSERT INTO meta VALUES ('nextReservation', 3);
        UPDATE meta SET value = 3 WHERE name = 'journal.sequence';
        UPDATE meta SET value =
            x'17a32f44c49df7f8fdfe664751e2b6006b141dd478a7c8daa91e3b7dee29e418'
            WHERE name = 'journal.hash';
        """
}
