import Units

/// A piece of what a batch command has written.
public struct LogChunk: Sendable, Hashable {
    /// Standard output and standard error, in the order they came in.
    public var bytes: [UInt8]
    /// Where the next piece begins; means something to the same kind of source only.
    public var cursor: String

    public init(bytes: [UInt8], cursor: String) {
        self.bytes = bytes
        self.cursor = cursor
    }
}

/// Where the output of batch commands is read.
public protocol LogSource: Sendable {
    /// The output after a cursor, or from its beginning; empty, with the same cursor, where there is no more yet.
    /// - Parameters:
    ///   - owner: whose command it was; nobody else's lines are given.
    ///   - limit: lines at most, and never more than `EnforcementLimits.logLines` or `logBytes`.
    /// - Throws: `ExecutorFailure.refused` for a cursor of another kind, `.failed` where it can't be read.
    func lines(
        of reservation: ReservationID, owner: UserID, after cursor: String?, limit: Int
    ) async throws(ExecutorFailure) -> LogChunk
}

extension LogSource {
    /// The output after a cursor, and then what is added to it, until the reader stops reading.
    /// - Parameter interval: how long it waits where there is nothing new.
    public func follow(
        _ reservation: ReservationID, owner: UserID, after cursor: String?,
        every interval: Duration = .milliseconds(250)
    ) -> AsyncThrowingStream<LogChunk, any Error> {
        let position = LogPosition(source: self, reservation: reservation, owner: owner, cursor: cursor)
        return AsyncThrowingStream { try await position.next(every: interval) }
    }
}

/// How far a follower has read.
private actor LogPosition {
    private let source: any LogSource
    private let reservation: ReservationID
    private let owner: UserID
    private var cursor: String?

    init(source: any LogSource, reservation: ReservationID, owner: UserID, cursor: String?) {
        self.source = source
        self.reservation = reservation
        self.owner = owner
        self.cursor = cursor
    }

    func next(every interval: Duration) async throws -> LogChunk? {
        while !Task.isCancelled {
            let chunk = try await source.lines(
                of: reservation, owner: owner, after: cursor, limit: EnforcementLimits.logLines)
            cursor = chunk.cursor
            if !chunk.bytes.isEmpty { return chunk }
            try await Task.sleep(for: interval)
        }
        return nil
    }
}
