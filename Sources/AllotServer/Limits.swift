import NIOCore
import Units

/// What the server takes at most.
enum Limits {
    /// A stored reply to a keyed request is repeated for so long.
    static let replyLifetime = Span.days(1)
    static let replyExpiryInterval = Span.minutes(1)
    /// After a failed commit the next try comes then.
    static let retryInterval = Span.seconds(1)
    /// A timer runs no longer than this before it looks at the clock again.
    static let longestTimer = Span.minutes(1)
    /// From one comparison of what stands on the machine with what should to the next.
    static let comparisonInterval = Duration.seconds(60)
    /// How long what begins may take to stand, before it is missed.
    static let settlingTime = Span.seconds(30)
    static let housekeepingInterval = Duration.seconds(5)
    /// An `Idempotency-Key`, in characters of printable ASCII.
    static let idempotencyKey = 1...128
    static let pageItems: ClosedRange<Int64> = 1...1000
    static let tags = 32
    static let tagNameBytes = 64
    static let tagValueBytes = 256
    static let commandArguments = 1024
    static let commandBytes = 128 * 1024
    static let environmentVariables = 256
    static let reasonBytes = 1024
    static let modelBytes = 128
    static let logLines = 1000
    /// Quotes of one user: so many at once after a rest, and so many a second over time.
    static let quotes = RateLimit.Allowance(atOnce: 40, perSecond: 20)
    /// Users whose quotes are counted at a time.
    static let quotingUsers = 4096
    /// A followed log is looked at so often.
    static let logPoll = Duration.milliseconds(200)
    /// Of the journal, read at a time for an event stream.
    static let eventPage = 500

    /// Doubts about a policy that are told, and names in it that are looked up.
    static let policyWarnings = 100
    static let checkedNames = 256
    /// Waiting reservations that an impact lists as earlier, and as later.
    static let impactShifts = 100
    /// Thousands of ended reservations that it looks through for the last month's.
    static let impactPages = 100

    // MARK: - Metrics

    /// A text of them is given to all that ask in this time.
    static let metricsLifetime = Duration.seconds(1)
    /// Of the port, where systemd opens one: connections at a time, the head of a request, and the time for all of it.
    static let metricsConnections = 16
    static let metricsHeadBytes = 8192
    static let metricsTime = TimeAmount.seconds(10)
    /// Kinds of refusals that are counted apart; the API has fewer.
    static let countedRefusals = 256

    // MARK: - Finance

    /// Sums of one group and tariff that usage is made of.
    static let usageSums = 1_000_000
    /// Rows about proposals that are read at once, for their reasons.
    static let auditedProposals = 500
    /// Exports that are written at a time.
    static let exports = 2
    /// Of an export, written at once.
    static let exportPieceBytes = 64 << 10
    /// Reservations whose tags an export keeps at hand.
    static let keptTags = 10_000

    // MARK: - Audit

    /// A row that says who a connection's caller is holds for so long.
    static let callerRowLifetime = Span.days(1)
    /// Refusals that were counted are written so often.
    static let refusalInterval = Span.minutes(1)
    /// Operations and reasons of one user that are counted apart in that time, and users.
    static let refusalsOfUser = 8
    static let refusedUsers = 1024
    /// Of a field of a row, as an audit shows it.
    static let auditValueCharacters = 1024
    /// Anchors that are compared at a time, and the bytes of the line of one.
    static let anchors = 5000
    static let anchorLineBytes = 512
    /// Read of the end of a file of anchors.
    static let anchorFileBytes = 1 << 20
    /// How long the command that anchors are handed to may take.
    static let anchorCommandTime = Duration.seconds(30)
    static let verificationTime = Duration.seconds(600)
    /// From the beginning of one verification to that of the next.
    static let verificationInterval = Duration.seconds(60)
    /// What is old enough to be erased is looked for so often, and erased in pieces of so many reservations.
    static let retentionInterval = Duration.seconds(6 * 3600)
    static let retentionBatch = 500

    // MARK: - Metering

    /// After a day's end, before everything is metered up to it: samples are in by then.
    static let cutDelay = Span.minutes(5)
    /// How long the daemon writes nothing, before it writes that it is there.
    static let beatInterval = Span.minutes(1)
    /// The latest periods, as far as they are open, that health looks through for use without a price.
    static let healthPeriods = 2
    /// That one correction changes: it is one commit.
    static let correctedRecords = 200_000
    /// Of a reservation's records that are read at once.
    static let recordsOfReservation = 1000

    // MARK: - Simulations

    /// Each file of a simulation when decompressed.
    static let simulationContentBytes = 1 << 28
    /// Events of the journal that are replayed.
    static let simulatedEvents = 5_000_000
    /// Of a log's machine; several of them may make a core.
    static let simulatedProcessors: ClosedRange<Int64> = 1...(1 << 30)
    static let simulatedCores: ClosedRange<Int64> = 1...65_536
    static let simulatedDevices: ClosedRange<Int64> = 0...128
    static let simulatedNodes: ClosedRange<Int64> = 1...128
    static let simulatedMemory: ClosedRange<Int64> = 1...(1 << 60)
    /// Of a machine that says nothing of its memory, for each core.
    static let simulatedCoreMemory = ByteCount.gibibytes(8)
    static let simulationRuns: ClosedRange<Int64> = 1...100
    static let simulationSeeds: ClosedRange<Int64> = 0...Int64(Int32.max)
    /// What a simulation may take, in seconds and in bytes of its process's memory.
    static let simulationSeconds: Int64 = 900
    static let simulationMemoryBytes: Int64 = 1 << 32
}
