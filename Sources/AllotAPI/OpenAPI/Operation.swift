extension OpenAPI {
    /// One method of one path.
    public struct Operation: Sendable, Hashable {
        public var method: Method
        /// With parameters in braces: `/v1/reservations/{id}`.
        public var path: String
        /// A name that no other operation has, for generated clients.
        public var id: String
        public var group: Group
        /// A line.
        public var summary: String
        /// All of it.
        public var description: String
        public var parameters: [Parameter]
        public var body: Body?
        public var success: Success
        /// What it replies with otherwise, sorted; each with its own statuses.
        public var problems: [ProblemType]

        init(
            _ method: Method, _ path: String, id: String, _ group: Group, _ summary: String, _ description: String,
            parameters: [Parameter] = [], body: Body? = nil, success: Success, problems: [ProblemType] = []
        ) {
            self.method = method
            self.path = path
            self.id = id
            self.group = group
            self.summary = summary
            self.description = description
            self.parameters = parameters
            self.body = body
            self.success = success
            let common = ProblemType.ofEveryRequest + (body?.schema == nil ? [] : ProblemType.ofBody)
            self.problems = Set(common + problems).sorted { $0.rawValue < $1.rawValue }
        }

        /// The methods that the API uses.
        public enum Method: String, Sendable, CaseIterable {
            case get = "GET"
            case post = "POST"
        }

        /// What operations are shown under.
        public enum Group: String, Sendable, CaseIterable {
            case reservations, machine, policy, finance, operation
        }
    }

    /// A part of the path, the query or the head.
    public struct Parameter: Sendable, Hashable {
        public var name: String
        public var place: Place
        public var description: String
        public var schema: Schema

        /// Of the query or the head; what stands in the path always is.
        public var isNeeded = false

        public var isRequired: Bool { place == .path || isNeeded }

        /// Where in the request a parameter stands.
        public enum Place: String, Sendable {
            case path, query, header
        }
    }

    /// A body: JSON, or bytes.
    public struct Body: Sendable, Hashable {
        /// Of `OpenAPI.schemas`; nil for bytes.
        public var schema: String?
        /// Where it is not, an empty body is read as `{}`.
        public var isRequired: Bool
    }

    /// The reply to a request that succeeds.
    public struct Success: Sendable, Hashable {
        public var status: Int
        public var description: String
        public var mediaType: String
        /// nil for bytes, of which a schema has nothing to say.
        public var schema: Schema?
        /// What each event of a stream has as its data, by the name of a schema.
        public var eventSchema: String?

        static func json(_ schema: String, status: Int = 200, _ description: String) -> Success {
            Success(
                status: status, description: description, mediaType: "application/json", schema: .reference(schema))
        }
    }
}

extension ProblemType {
    /// What any request may be answered with.
    static let ofEveryRequest: [ProblemType] = [
        .malformedRequest, .tooSlow, .bodyTooLarge, .targetTooLong, .expectationFailed, .headTooLarge,
        .tooManyConnections, .tooManyRequests, .internalError, .shuttingDown,
    ]
    /// What a request with a JSON body may be answered with.
    static let ofBody: [ProblemType] = [
        .malformedJSON, .jsonLimit, .unsupportedMediaType, .unknownField, .invalidField,
    ]
    /// What a request that is stored may be answered with.
    static let ofWriting: [ProblemType] = [.invalidField, .keyReused, .notStored, .diskFull]
}

extension OpenAPI.Parameter {
    static let reservation = Self(
        name: "id", place: .path, description: "The reservation's id.", schema: .reservationID("Such as r-1042."))

    static let limit = Self(
        name: "limit", place: .query, description: "How many items the page may have.",
        schema: .integer("Items.", APILimits.pageItems, standard: APILimits.pageItems.upperBound))

    static let cursor = Self(
        name: "cursor", place: .query, description: "The `nextCursor` of the page before; absent for the first page.",
        schema: .text("As a page gave it."))

    static func follow(_ description: String, standard: Bool) -> Self {
        Self(
            name: "follow", place: .query, description: description,
            schema: .flag("`true` or `false`.", standard: standard))
    }

    static let idempotencyKey = Self(
        name: "Idempotency-Key", place: .header,
        description: "Makes a repeated request safe. Within a day of the first, a request of the same user with the "
            + "same key, path and body changes nothing and gets the first one's reply, whether that was a success or "
            + "a refusal by the engine; with another path or body it is refused (`key-reused`, 422). What failed "
            + "before the engine decided (a malformed body, a full disk) is not kept, and the key is free.",
        schema: .text(
            "Printable ASCII without the space.", count: APILimits.idempotencyKey, pattern: "^[!-~]+$",
            examples: ["8f3c0a52-7d1e-4a63-9f55-0b6f6f1f7c11"]))

    static let lastEventID = Self(
        name: "Last-Event-ID", place: .header,
        description: "The id of the last event that was received: the stream goes on behind it. Absent, or 0, for all "
            + "from the first one.",
        schema: .text("A whole number.", pattern: "^[0-9]+$", examples: ["4711"]))
}
