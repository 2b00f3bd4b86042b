import GRDB
import GRDBSQLite
import Units

/// The writing connection's statements, and what it knows of the journal's end. Used on that connection's queue only.
final class Writer {
    private(set) var head: JournalHead
    /// As stored, so that only what has changed is written.
    private var scalars: [String: Int64]
    private var chain = Chain()
    private let checkpointer: Checkpointer
    private let log: LogLength
    /// The length of the log at which it is to be written back.
    private var longLog = StorageLimits.checkpointPages

    private let connection: OpaquePointer?
    private let busyTimeout: Span
    private let begin: Prepared
    private let end: Prepared
    private let rollback: Prepared
    private let insertEvent: Prepared
    private let insertPersonal: Prepared
    private let erasePersonal: Prepared
    private let eraseAllPersonal: Prepared
    private let erasePersonalOfEvent: Prepared
    private let putReservation: Prepared
    private let putUsage: Prepared
    private let putDocument: Prepared
    private let putReply: Prepared
    private let expireReplies: Prepared
    private let putMeta: Prepared
    private let findReply: Prepared
    private let usage: UsageWriter
    private let copyRest: Prepared
    private let truncate: Prepared

    init(_ db: Database, _ checkpointer: Checkpointer, busyTimeout: Span) throws(StoreError) {
        self.checkpointer = checkpointer
        log = LogLength(db.sqliteConnection)
        connection = db.sqliteConnection
        self.busyTimeout = busyTimeout
        head = try StoreQuery<JournalHead>.checkedHead.run(db)
        scalars = try StoreQuery<[String: Int64]>.scalars.run(db)
        begin = try Prepared(db, "BEGIN IMMEDIATE")
        end = try Prepared(db, "COMMIT")
        rollback = try Prepared(db, "ROLLBACK")
        insertEvent = try Prepared(db, WriterSQL.insertEvent)
        insertPersonal = try Prepared(db, WriterSQL.insertPersonal)
        erasePersonal = try Prepared(db, WriterSQL.erasePersonal)
        eraseAllPersonal = try Prepared(db, WriterSQL.eraseAllPersonal)
        erasePersonalOfEvent = try Prepared(db, WriterSQL.erasePersonalOfEvent)
        putReservation = try Prepared(db, WriterSQL.putReservation)
        putUsage = try Prepared(db, WriterSQL.putUsage)
        putDocument = try Prepared(db, WriterSQL.putDocument)
        putReply = try Prepared(db, WriterSQL.putReply)
        expireReplies = try Prepared(db, WriterSQL.expireReplies)
        putMeta = try Prepared(db, WriterSQL.putMeta)
        findReply = try Prepared(db, StoreQuery<StoredReply?>.replySQL)
        usage = try UsageWriter(db)
        copyRest = try Prepared(db, "PRAGMA wal_checkpoint(PASSIVE)")
        truncate = try Prepared(db, "PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Makes the batch durable; the journal's new end.
    func commit(_ batch: Batch) throws(StoreError) -> JournalHead {
        try begin.run()
        do {
            let newHead = try write(batch)
            try end.run()
            head = newHead
            usage.committed(batch.records)
            scalars.merge(batch.scalars) { $1 }
        } catch {
            // SQLite has rolled back by itself after some failures, and then refuses to do it again.
            _ = try? rollback.run()
            throw error
        }
        keepLogShort()
        return head
    }

    /// The replies that are stored under the keys and have not expired, in the order of the keys.
    func replies(to keys: [ReplyKey], at now: Timestamp) throws(StoreError) -> [StoredReply?] {
        var replies: [StoredReply?] = []
        for key in keys { replies.append(try StoreQuery<StoredReply?>.reply(findReply, key, at: now)) }
        return replies
    }

    /// Writes the log back and cuts it; false where a reader still needs it: then there is no waiting for it.
    func truncateLog() throws(StoreError) -> Bool {
        try setBusyTimeout(.zero)
        defer {
            truncate.reset()
            _ = try? setBusyTimeout(busyTimeout)
        }
        // The row says: busy, frames in the log, frames written back.
        return try truncate.next() && truncate.integer(0) == 0
    }

    /// The bulk beside the commits, and what they add to it meanwhile here.
    private func keepLogShort() {
        switch checkpointer.phase {
        case .copying: break
        case .idle:
            if log.count >= longLog { checkpointer.copy() }
        case .copied:
            defer { copyRest.reset() }
            // What fails stays in the log, and is copied another time.
            let isDone = (try? copyRest.next()) == true && copyRest.integer(1) == copyRest.integer(2)
            // A reader of an older state holds it back: there is no use in trying again at once.
            longLog = (isDone ? 0 : log.count) + StorageLimits.checkpointPages
            checkpointer.finish()
        }
    }

    private func setBusyTimeout(_ timeout: Span) throws(StoreError) {
        let code = sqlite3_busy_timeout(connection, Int32(clamping: timeout.milliseconds))
        guard code == SQLITE_OK else { throw StoreError(code: code, connection: connection) }
    }

    private func write(_ batch: Batch) throws(StoreError) -> JournalHead {
        var newHead = head
        for event in batch.events { newHead = try append(event, after: newHead) }
        for row in batch.rows { try put(row) }
        for row in batch.usage { try put(row) }
        for (name, body) in batch.documents {
            try putDocument.bind(name, at: 1)
            try putDocument.bind(body, at: 2)
            try putDocument.run()
        }
        if let time = batch.expireReplies { try expire(upTo: time) }
        for reply in batch.replies { try put(reply) }
        for id in batch.eraseAtEnd { try erase(id) }
        for id in batch.erasePersonal {
            try eraseAllPersonal.bind(id.number, at: 1)
            try eraseAllPersonal.run()
        }
        for sequence in batch.erasePersonalOfEvents {
            try erasePersonalOfEvent.bind(sequence, at: 1)
            try erasePersonalOfEvent.run()
        }
        for (name, value) in batch.scalars where scalars[name] != value {
            try putMeta.bind(name, at: 1)
            try putMeta.bind(value, at: 2)
            try putMeta.run()
        }
        try usage.write(batch)
        if newHead.sequence != head.sequence { try put(newHead) }
        return newHead
    }

    private func append(_ event: JournalEvent, after previous: JournalHead) throws(StoreError) -> JournalHead {
        let sequence = previous.sequence + 1
        precondition(event.caller.map { 1..<sequence ~= $0 } ?? true, "a caller is an earlier event")
        var digests = PersonalDigests()
        var salts: [[UInt8]] = []
        for field in event.personal {
            let salt = Chain.newSalt()
            digests.append(name: field.name.rawValue, digest: Chain.digest(ofPersonal: field.value, salt: salt))
            salts.append(salt)
        }
        let link = Chain.Link(
            sequence: sequence, at: event.at, actor: event.actor, reservation: event.reservation, kind: event.kind,
            payload: event.payload, personal: digests.bytes, caller: event.caller)
        let hash = chain.hash(of: link, after: previous.hash)
        try insertEvent.bind(sequence, at: 1)
        try insertEvent.bind(event.at.milliseconds, at: 2)
        try insertEvent.bind(event.actor.map { Int64($0.uid) }, at: 3)
        try insertEvent.bind(event.kind, at: 4)
        try insertEvent.bind(event.reservation?.number, at: 5)
        try insertEvent.bind(event.payload, at: 6)
        try insertEvent.bind(digests.bytes, at: 7)
        try insertEvent.bind(hash, at: 8)
        try insertEvent.bind(event.caller, at: 9)
        try insertEvent.run()
        for (field, salt) in zip(event.personal, salts) {
            try insertPersonal.bind(event.reservation?.number ?? Chain.noReservation, at: 1)
            try insertPersonal.bind(sequence, at: 2)
            try insertPersonal.bind(field.name.rawValue, at: 3)
            try insertPersonal.bind(salt, at: 4)
            try insertPersonal.bind(field.value, at: 5)
            try insertPersonal.run()
        }
        return JournalHead(sequence: sequence, hash: hash)
    }

    private func put(_ row: ReservationRow) throws(StoreError) {
        try putReservation.bind(row.id.number, at: 1)
        try putReservation.bind(Int64(row.owner.uid), at: 2)
        try putReservation.bind(row.department.text, at: 3)
        try putReservation.bind(row.submittedAt.milliseconds, at: 4)
        try putReservation.bind(row.endedAt?.milliseconds, at: 5)
        try putReservation.bind(row.body, at: 6)
        try putReservation.run()
    }

    private func put(_ row: UsageRow) throws(StoreError) {
        try putUsage.bind(row.department.text, at: 1)
        try putUsage.bind(row.team?.text ?? "", at: 2)
        try putUsage.bind(Int64(row.user.uid), at: 3)
        try putUsage.bind(row.amount, at: 4)
        try putUsage.bind(row.at.milliseconds, at: 5)
        try putUsage.run()
    }

    private func put(_ reply: StoredReply) throws(StoreError) {
        try putReply.bind(Int64(reply.key.user.uid), at: 1)
        try putReply.bind(reply.key.key, at: 2)
        try putReply.bind(reply.digest, at: 3)
        try putReply.bind(Int64(reply.status), at: 4)
        try putReply.bind(reply.contentType, at: 5)
        try putReply.bind(reply.body, at: 6)
        try putReply.bind(reply.storedAt.milliseconds, at: 7)
        try putReply.bind(reply.expiresAt.milliseconds, at: 8)
        guard try putReply.run() == 1 else {
            throw .replyExists(user: reply.key.user.uid, key: reply.key.key)
        }
    }

    private func erase(_ id: ReservationID) throws(StoreError) {
        try erasePersonal.bind(id.number, at: 1)
        try erasePersonal.bind(PersonalName.command.rawValue, at: 2)
        try erasePersonal.bind(PersonalName.environment.rawValue, at: 3)
        try erasePersonal.run()
    }

    private func expire(upTo time: Timestamp) throws(StoreError) {
        try expireReplies.bind(time.milliseconds, at: 1)
        try expireReplies.bind(Int64(StorageLimits.expiredRepliesPerBatch), at: 2)
        try expireReplies.run()
    }

    private func put(_ newHead: JournalHead) throws(StoreError) {
        try putMeta.bind(Schema.Meta.sequence, at: 1)
        try putMeta.bind(newHead.sequence, at: 2)
        try putMeta.run()
        try putMeta.bind(Schema.Meta.hash, at: 1)
        try putMeta.bind(newHead.hash, at: 2)
        try putMeta.run()
    }
}
