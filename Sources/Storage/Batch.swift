import Units

/// What becomes durable together: all of it in one transaction, or nothing.
public struct Batch: Sendable {
    public var events: [JournalEvent]
    /// Rows that take the place of those with the same id, in this order.
    public var rows: [ReservationRow]
    /// Take the place of those of the same user of the same account.
    public var usage: [UsageRow]
    public var replies: [StoredReply]
    /// Parts of the state by name, opaque; they take the place of those before, and the others stay.
    public var documents: [String: [UInt8]]
    /// Numbers by name that take the place of those before; the others stay.
    public var scalars: [String: Int64]
    /// Ended reservations, whose command and environment are deleted, those of this batch's events included.
    public var eraseAtEnd: [ReservationID]
    /// Reservations all of whose personal fields are deleted.
    public var erasePersonal: [ReservationID] = []
    /// Events without a reservation all of whose personal fields are deleted.
    public var erasePersonalOfEvents: [Int64] = []
    /// Some of the oldest replies that expired up to this time are deleted.
    public var expireReplies: Timestamp?
    /// New tariffs: none with an id or a body that is there.
    public var tariffs: [TariffRow]
    /// New usage records, numbered on from the last one. What they come to by day and by month is kept with them.
    public var records: [UsageRecordRow]
    /// New sealed documents.
    public var invoices: [InvoiceRow]

    public init(
        events: [JournalEvent] = [], rows: [ReservationRow] = [], usage: [UsageRow] = [],
        replies: [StoredReply] = [], documents: [String: [UInt8]] = [:], scalars: [String: Int64] = [:],
        eraseAtEnd: [ReservationID] = [],
        expireReplies: Timestamp? = nil,
        tariffs: [TariffRow] = [], records: [UsageRecordRow] = [], invoices: [InvoiceRow] = []
    ) {
        self.events = events
        self.rows = rows
        self.usage = usage
        self.replies = replies
        self.documents = documents
        self.scalars = scalars
        self.eraseAtEnd = eraseAtEnd
        self.expireReplies = expireReplies
        self.tariffs = tariffs
        self.records = records
        self.invoices = invoices
    }

    /// Whether there is nothing to write.
    public var isEmpty: Bool {
        events.isEmpty && rows.isEmpty && usage.isEmpty && replies.isEmpty && documents.isEmpty && scalars.isEmpty
            && eraseAtEnd.isEmpty && erasePersonal.isEmpty && erasePersonalOfEvents.isEmpty && expireReplies == nil
            && tariffs.isEmpty && records.isEmpty && invoices.isEmpty
    }
}

/// A reservation as it stands, for reading: the columns that are asked for, and all of it as opaque bytes.
public struct ReservationRow: Sendable, Hashable {
    public var id: ReservationID
    public var owner: UserID
    public var department: DepartmentID
    public var submittedAt: Timestamp
    /// nil while it is live.
    public var endedAt: Timestamp?
    public var body: [UInt8]

    public init(
        id: ReservationID, owner: UserID, department: DepartmentID, submittedAt: Timestamp, endedAt: Timestamp?,
        body: [UInt8]
    ) {
        self.id = id
        self.owner = owner
        self.department = department
        self.submittedAt = submittedAt
        self.endedAt = endedAt
        self.body = body
    }
}

/// What a user of one account has used, as it counted at a time.
public struct UsageRow: Sendable, Hashable {
    public var department: DepartmentID
    /// nil for a member of the department alone.
    public var team: TeamID?
    public var user: UserID
    /// Not negative.
    public var amount: Int64
    public var at: Timestamp

    public init(department: DepartmentID, team: TeamID?, user: UserID, amount: Int64, at: Timestamp) {
        self.department = department
        self.team = team
        self.user = user
        self.amount = amount
        self.at = at
    }
}

/// Whose request, under which idempotency key.
public struct ReplyKey: Sendable, Hashable {
    public var user: UserID
    public var key: String

    public init(user: UserID, key: String) {
        self.user = user
        self.key = key
    }
}

/// The answer that a repeated request gets again.
public struct StoredReply: Sendable, Hashable {
    public var key: ReplyKey
    /// SHA-256 of the request's body, 32 bytes: another body under the same key is another request.
    public var digest: [UInt8]
    /// HTTP status.
    public var status: Int
    public var contentType: String
    public var body: [UInt8]
    public var storedAt: Timestamp
    public var expiresAt: Timestamp

    public init(
        key: ReplyKey, digest: [UInt8], status: Int, contentType: String, body: [UInt8], storedAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.key = key
        self.digest = digest
        self.status = status
        self.contentType = contentType
        self.body = body
        self.storedAt = storedAt
        self.expiresAt = expiresAt
    }
}
