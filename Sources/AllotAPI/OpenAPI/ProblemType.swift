/// The kinds of problems that the API tells of; the raw value is the last part of a problem's `type`.
public enum ProblemType: String, Sendable, CaseIterable {
    // HTTP
    case malformedRequest = "malformed-request"
    case tooSlow = "too-slow"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case bodyTooLarge = "body-too-large"
    case targetTooLong = "target-too-long"
    case unsupportedMediaType = "unsupported-media-type"
    case expectationFailed = "expectation-failed"
    case headTooLarge = "head-too-large"
    case tooManyConnections = "too-many-connections"
    case internalError = "internal"
    case shuttingDown = "shutting-down"
    case tooManyQuotes = "too-many-quotes"
    case tooManyRequests = "too-many-requests"
    case tooManyStreams = "too-many-streams"
    case verificationRunning = "verification-running"
    case tooManySimulations = "too-many-simulations"
    // Fields
    case malformedJSON = "malformed-json"
    case jsonLimit = "json-limit"
    case unknownField = "unknown-field"
    case missingField = "missing-field"
    case invalidField = "invalid-field"
    case keyReused = "key-reused"
    case unreadableFile = "unreadable-file"
    case simulationLimit = "simulation-limit"
    // Storing
    case notStored = "not-stored"
    case diskFull = "disk-full"
    case backupRunning = "backup-running"
    // Who asks
    case forbidden
    case notMember = "not-a-member"
    case notInTeam = "not-in-team"
    case notOwner = "not-owner"
    // What is asked for
    case asksForNothing = "asks-for-nothing"
    case outOfRange = "out-of-range"
    case exceedsHost = "exceeds-host"
    case tooFarApart = "too-far-apart"
    case unknownModel = "unknown-model"
    case unknownClass = "unknown-class"
    case notShared = "not-shared"
    case shareOfSeveral = "share-of-several"
    case commandsOfOneUser = "commands-of-one-user"
    case tooManyWaiting = "too-many-waiting"
    case unknownLicence = "unknown-licence"
    case exceedsLicences = "exceeds-licences"
    case exceedsCap = "exceeds-cap"
    case exceedsQuota = "exceeds-quota"
    case windowExceedsNominal = "window-exceeds-nominal"
    case budgetExhausted = "budget-exhausted"
    case unknownDevice = "unknown-device"
    case notDrained = "not-drained"
    case tooManyDrains = "too-many-drains"
    case failsLater = "fails-later"
    // When
    case endsBeforeStart = "ends-before-start"
    case startsInPast = "starts-in-past"
    case beyondHorizon = "beyond-horizon"
    case windowWith = "window-with"
    case windowDoesNotFit = "window-does-not-fit"
    case extensionDisplaces = "extension-displaces"
    // The reservation's state
    case unknownReservation = "unknown-reservation"
    case alreadyEnded = "already-ended"
    case notActive = "not-active"
    case noCommand = "no-command"
    case notAwaitingApproval = "not-awaiting-approval"
    case awaitsApproval = "awaits-approval"
    case notApprover = "not-an-approver"
    case ownRequest = "own-request"
    // The policy
    case faultyPolicy = "faulty-policy"
    case changesNothing = "changes-nothing"
    case tooManyProposals = "too-many-proposals"
    case unknownProposal = "unknown-proposal"
    case unknownVersion = "unknown-version"
    case ownProposal = "own-proposal"
    case proposalDecided = "proposal-decided"
    case wrongTime = "wrong-time"
    // What is charged
    case tooManyItems = "too-many-items"
    case unknownInvoice = "unknown-invoice"
    case unknownPeriod = "unknown-period"
    case unknownDepartment = "unknown-department"
    case periodClosed = "period-closed"
    case periodNotSettled = "period-not-settled"
    case notMetered = "not-metered"
    case tooManyExports = "too-many-exports"
    // Running
    case refused
    case executor

    /// The `type` of its documents: a URI reference.
    public var uri: String { "/problems/\(rawValue)" }
}

extension OpenAPI {
    /// What documents of one kind have in common.
    public struct ProblemKind: Sendable, Hashable {
        public var type: ProblemType
        /// The statuses that it comes with: mostly one.
        public var statuses: [Int]
        public var title: String
        /// When it comes.
        public var description: String
        /// Whether it names a field of the request.
        public var field: Presence
        /// What stands beside the members that each problem has.
        public var members: [Member]

        init(
            _ type: ProblemType, _ statuses: Int..., title: String, field: Presence = .never, members: [Member] = [],
            _ description: String
        ) {
            self.type = type
            self.statuses = statuses
            self.title = title
            self.description = description
            self.field = field
            self.members = members
        }

        /// How often a problem has the member.
        public enum Presence: Sendable, Hashable {
            case never, sometimes, always
        }

        /// A member that carries one of a rejection's numbers.
        public struct Member: Sendable, Hashable {
            public var name: String
            public var kind: Kind
            public var description: String
            public var presence: Presence

            init(_ name: String, _ kind: Kind, _ description: String, presence: Presence = .always) {
                self.name = name
                self.kind = kind
                self.description = description
                self.presence = presence
            }

            /// What the member's value is.
            public enum Kind: Sendable, Hashable {
                case number, text, time, texts, times
            }
        }
    }
}
