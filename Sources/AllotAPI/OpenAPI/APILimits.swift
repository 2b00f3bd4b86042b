/// The limits that the API promises, as its description states them. The rooms that hold to them have their own
/// `Limits`, which this room can't see; a test of the server compares the two.
public enum APILimits {
    // MARK: - What is asked for

    /// A reservation's length, extensions included.
    public static let spanSeconds: ClosedRange<Int64> = 1...31_622_400
    /// How far ahead `at` and `notBefore` may lie.
    public static let horizonSeconds: Int64 = 31_622_400
    public static let gpus: ClosedRange<Int64> = 0...128
    public static let cpus: ClosedRange<Int64> = 1...65_536
    public static let memoryBytes: ClosedRange<Int64> = 1...1_125_899_906_842_624
    public static let modelBytes = 1...128
    /// Reservations that one may wait for.
    public static let after = 0...16
    /// Names of licences in a request, the bytes of a name, and how many of one.
    public static let licences = 0...32
    public static let licenceNameBytes = 1...64
    public static let licenceCount: ClosedRange<Int64> = 1...1_000_000
    /// Users that one may be shared with.
    public static let sharedWith = 0...32
    public static let tags = 0...32
    public static let tagNameBytes = 1...64
    public static let tagValueBytes = 0...256
    /// The program and its arguments.
    public static let commandArguments = 1...1024
    /// Arguments, environment and directory together, each with one byte for its end.
    public static let commandBytes = 131_072
    public static let environmentVariables = 0...256
    public static let reasonBytes = 1...1024
    public static let drainReasonBytes = 1...256
    /// Drains that are not over.
    public static let drains = 64
    /// Waiting reservations, all users together.
    public static let waiting = 100_000
    public static let waitingOfUser = 20_000
    /// Starts that the refusal of a window names at most.
    public static let alternatives = 3
    /// Others that an explanation names for each thing in the way.
    public static let explainedHolders = 16
    /// Devices of a host.
    public static let devices = 128

    // MARK: - Requests

    public static let pageItems: ClosedRange<Int64> = 1...1000
    /// An `Idempotency-Key`, in characters.
    public static let idempotencyKey = 1...128
    /// A reply is repeated for so long.
    public static let replyLifetimeSeconds: Int64 = 86_400
    /// Events that the stream reads from the journal at once.
    public static let eventPage = 500
    /// A request's body. The daemon's configuration may say otherwise.
    public static let bodyBytes = 1_048_576
    /// The path with its query.
    public static let targetBytes = 4096
    public static let headBytes = 16_384
    public static let headFields = 64
    /// Objects and arrays in each other.
    public static let jsonDepth = 16
    /// Values and names of a body, in all.
    public static let jsonValues = 20_000

    /// Quotes of one user: over time, and at once after a rest.
    public static let quotesPerSecond: Int64 = 20
    public static let quotesAtOnce: Int64 = 40

    /// The text of a policy.
    public static let policyBytes = 8_388_608

    // MARK: - Finance

    /// What usage may be grouped by at a time.
    public static let usageGroups = 0...3
    /// Items that usage may have.
    public static let usageItems = 100_000
    /// Days that usage may be asked for at a time.
    public static let usageDays: Int64 = 3660
    /// Reservations that stand in the way of closing a period, as they are named.
    public static let unsettledNames = 100

    // MARK: - Simulations

    /// The files of a simulation together, as they are sent.
    public static let simulationBytes = 33_554_432
    /// Each of them when decompressed.
    public static let simulationContentBytes = 268_435_456
    /// Orders of arrival of a packing.
    public static let simulationRuns: ClosedRange<Int64> = 1...100
    /// How long one may take.
    public static let simulationSeconds: Int64 = 900
    /// Memory that one may take.
    public static let simulationMemoryBytes = 4_294_967_296
    /// At a time, all users together; one user has one.
    public static let simulations = 2

    // MARK: - Connections

    public static let connections = 1024
    /// Beside them, for uid 0 alone.
    public static let rootConnections = 16
    public static let connectionsOfUser = 256
    /// From a request's first byte to the end of its head.
    public static let headSeconds: Int64 = 10
    /// From there to the end of its body.
    public static let bodySeconds: Int64 = 30
    /// Between two requests.
    public static let idleSeconds: Int64 = 60
    /// How long a client may take to read what was written to it.
    public static let writeSeconds: Int64 = 30
    /// Requests of one user by default: so many a second over time, and so many at once.
    public static let requestsPerSecond: Int64 = 500
    public static let requestsAtOnce: Int64 = 1000
    /// Streams of events by default: of one user, and in all.
    public static let eventStreamsOfUser = 16
    public static let eventStreams = 256
    /// From the beginning of one verification to that of the next.
    public static let verificationSeconds: Int64 = 60
    /// Anchors that are compared at a time, and the bytes of the line of one.
    public static let anchors = 5000
    public static let anchorBytes = 512
    /// From one sign of life on a stream of events to the next.
    public static let heartbeatSeconds: Int64 = 15
}
