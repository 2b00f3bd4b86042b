extension OpenAPI.ProblemKind {
    /// Those of the HTTP service, whatever is asked for.
    static let ofHTTP: [Self] = [
        Self(
            .malformedRequest, 400, 505, title: "This is not a valid HTTP request",
            "The request is not HTTP/1.1 (RFC 9112), lacks its one Host field, or breaks off. The connection closes."),
        Self(
            .tooSlow, 408, title: "The request took too long to arrive",
            "The head was not complete \(APILimits.headSeconds) s after its first byte, or the body "
                + "\(APILimits.bodySeconds) s after the head. The connection closes."),
        Self(
            .notFound, 404, title: "There is no such thing",
            "The path is none of the API's. No operation replies with it."),
        Self(
            .methodNotAllowed, 405, title: "The method is not allowed here",
            members: [Member("allowed", .texts, "The methods that the path has, as in the Allow field.")],
            "The path is one of the API's, with other methods. No operation replies with it."),
        Self(
            .bodyTooLarge, 413, title: "The body is too large",
            members: [Member("limitBytes", .number, "The most bytes of a body.")],
            "The body is over the limit. It is refused by its Content-Length, else when that many bytes have come; "
                + "the connection closes."),
        Self(
            .targetTooLong, 414, title: "The request target is too long",
            members: [Member("limitBytes", .number, "The most bytes of a target.")],
            "The path with its query is over the limit. The connection closes."),
        Self(
            .expectationFailed, 417, title: "An expectation that is not known",
            "The Expect field is not 100-continue. The connection closes."),
        Self(
            .headTooLarge, 431, title: "The request's header fields are too large",
            members: [
                Member("limitBytes", .number, "The most bytes of all header fields."),
                Member("limit", .number, "The most header fields."),
            ], "The header fields are over a limit. The connection closes."),
        Self(
            .tooManyConnections, 429, 503, title: "Too many connections",
            members: [Member("limit", .number, "The most connections.")],
            "All connections of the user (429) or of the daemon (503) are in use. Said on the new connection, "
                + "which closes."),
        Self(
            .internalError, 500, title: "An internal error",
            members: [Member("id", .text, "What the daemon's log has it under.")],
            "An error that nobody foresaw. Whether something has changed is for a reading request to tell."),
        Self(
            .shuttingDown, 503, title: "The daemon is ending", "The daemon is being stopped. Nothing has changed."),
        Self(
            .tooManyRequests, 429, title: "Too many requests",
            members: [
                Member("perSecond", .number, "Requests a second, over time."),
                Member("atOnce", .number, "Requests at once, after a rest."),
            ],
            "The user has sent more requests than the daemon is configured to take: \(APILimits.requestsPerSecond) a "
                + "second by default. uid 0 is not held to it."),
        Self(
            .tooManyStreams, 429, 503, title: "Too many event streams",
            members: [Member("limit", .number, "The most streams.")],
            "The user (429), or all together (503), have as many streams of events open as may be."),
        Self(
            .verificationRunning, 429, title: "A verification is running",
            members: [Member("limitSeconds", .number, "Seconds from one beginning to the next.")],
            "One runs at a time, and one is begun in \(APILimits.verificationSeconds) s at most."),
        Self(
            .tooManyQuotes, 429, title: "Too many questions at once",
            members: [
                Member("perSecond", .number, "Quotes a second, over time."),
                Member("atOnce", .number, "Quotes at once, after a rest."),
            ],
            "The user has asked for more quotes than \(APILimits.quotesAtOnce) at once and "
                + "\(APILimits.quotesPerSecond) a second."),
    ]

    /// Those of a body, a parameter or a header field.
    static let ofFields: [Self] = [
        Self(
            .malformedJSON, 400, title: "The body is not the JSON that is expected", field: .sometimes,
            "The body is not JSON (RFC 8259), or is JSON that two readers could take differently: a field twice, "
                + "bad UTF-8, half a surrogate pair, the character NUL, a byte order mark, text behind the end."),
        Self(
            .jsonLimit, 400, title: "The body is more than is read",
            "More than \(APILimits.jsonDepth) objects and arrays in each other, or more than "
                + "\(APILimits.jsonValues) values and names."),
        Self(
            .unsupportedMediaType, 415, title: "The body is of another type than is read",
            "The Content-Type is not application/json; of a simulation, not application/octet-stream."),
        Self(
            .unknownField, 422, title: "The body has a field that does not exist", field: .always,
            "The field is none of the schema's; the detail lists those that there are."),
        Self(.missingField, 422, title: "The body lacks a field", field: .always, "A field that is needed is absent."),
        Self(
            .invalidField, 422, title: "A field is not valid", field: .sometimes,
            "A field of the body, a parameter or a header field is of the wrong type or out of its limits. "
                + "Only a body that is no object at all has no field."),
        Self(
            .keyReused, 422, title: "Another request had this key", field: .always,
            "The same user has sent this Idempotency-Key within a day with another path or body."),
    ]

    /// Those of simulations.
    static let ofSimulation: [Self] = [
        Self(
            .tooManySimulations, 429, 503, title: "Too many simulations",
            members: [Member("limit", .number, "The most simulations at a time.")],
            "The user has a simulation or a policy's text under way (429), or \(APILimits.simulations) are, which is "
                + "all (503). Said before the body is read; the connection closes."),
        Self(
            .unreadableFile, 422, title: "A file can not be simulated", field: .always,
            "A file is not what it should be, with the line and the reason, or holds more than a limit lets. The field "
                + "is the file: `policy`, `nodes` or `workload`."),
        Self(
            .simulationLimit, 422, title: "More than is simulated",
            members: [
                Member("limitSeconds", .number, "The most seconds that one may take."),
                Member("limitBytes", .number, "The most memory that one may take."),
            ],
            "It was ended because it took too long or needed too much memory. A shorter workload may do."),
    ]

    /// Those of storing, of who asks, and of running.
    static let ofService: [Self] = [
        Self(
            .notStored, 503, title: "Could not be made durable",
            "The journal could not be written. Nothing has changed."),
        Self(
            .diskFull, 507, title: "The disk is full",
            "There is no room for new work, or for the copy that a backup is. What runs goes on, and ends are recorded "
                + "in space that is kept back."),
        Self(
            .backupRunning, 503, title: "A backup is being taken",
            "Another backup is being read; one is made at a time."),
        Self(
            .forbidden, 403, title: "Not permitted",
            members: [Member("needed", .texts, "The roles of which one would do.", presence: .sometimes)],
            "The policy gives the caller no role that may do that, or the machine has no account of the uid."),
        Self(
            .notOwner, 403, title: "Not yours", members: [.reservation],
            "The reservation is another's, and the caller may not do that to it."),
        Self(
            .refused, 422, title: "The executor refuses",
            "The calling process can not be put into the reservation; the detail says why. It will be refused again."),
        Self(
            .executor, 503, title: "The executor could not do it",
            "What makes grants hold is not there, or the machine would not. Worth another try."),
    ]
}

extension OpenAPI.ProblemKind.Member {
    static let reservation = Self("reservation", .text, "The reservation's id.")
}
