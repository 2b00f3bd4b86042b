extension OpenAPI {
    /// What holds for the whole API, in Markdown.
    static let description = [identity, values, pages, keys, errors, connections].joined(separator: "\n\n")

    private static let identity = """
        **Who asks.** There are no credentials. The kernel tells the daemon the process, user and group that connected \
        (`SO_PEERCRED`), once a connection; no header field can say otherwise. uid 0 is always an admin. Of another's \
        reservation everybody sees department, times and devices; only its owner, those it is shared with, and admins \
        see its user, team, tags and command.
        """

    private static let values = """
        **Values.** Times are RFC 3339, from 1970 to 9999, in UTC where the daemon writes them, to the millisecond. \
        Durations are whole seconds, sizes are bytes, numbers are whole. Limits of texts are in bytes of UTF-8. A body \
        is JSON, at most \(APILimits.bodyBytes) bytes unless the daemon is configured otherwise, \
        \(APILimits.jsonDepth) levels deep, with \(APILimits.jsonValues) values and names. In a request a field that \
        the schema does not have is refused, also one that is given twice, and `null` is as good as absent. In a reply \
        a later release may have further fields.
        """

    private static let pages = """
        **Pages.** A list takes `limit` (\(APILimits.pageItems.lowerBound) to \(APILimits.pageItems.upperBound)) and \
        `cursor`. A reply has `nextCursor` where there is more.
        """

    private static let keys = """
        **Once and durable.** The reply to a change leaves after the change is on disk. With an `Idempotency-Key` a \
        change can be sent again: the same user, key, path and body get the first reply, refusals included, for \
        \(APILimits.replyLifetimeSeconds / 3600) hours; another path or body is refused.
        """

    private static let errors = """
        **Errors** are problem documents (RFC 9457), `application/problem+json`: `type`, `title`, `status`, `detail`, \
        where a field is to blame `field`, and the refusal's numbers. Each operation lists its own. A path that isn't \
        of these gets `\(ProblemType.notFound.uri)` (404), another method `\(ProblemType.methodNotAllowed.uri)` (405) \
        with an `Allow` field.
        """

    private static let connections = """
        **Connections.** At most \(APILimits.connections) are open, \(APILimits.connectionsOfUser) of one user; uid 0 \
        has \(APILimits.rootConnections) more. A request target has at most \(APILimits.targetBytes) bytes, a head \
        \(APILimits.headFields) fields of \(APILimits.headBytes) bytes in all. A head has to arrive within \
        \(APILimits.headSeconds) s, a body within another \(APILimits.bodySeconds) s; a connection is closed after \
        \(APILimits.idleSeconds) s without a request, and where a client does not read a reply for \
        \(APILimits.writeSeconds) s. Requests of one connection are answered one after the other.
        """
}
