extension OpenAPI.Operation {
    static let ofService: [Self] = [health, metrics, confirmClock, events, backup, simulate, openAPI]

    private static let health = Self(
        .get, Route.health, id: "showHealth", .operation, "Show how the daemon is",
        "Its release, clock, journal, queue and executor, and what is wrong.",
        success: .json("HealthView", "Also where the status is `degraded`."))

    private static let metrics = Self(
        .get, Route.metrics, id: "showMetrics", .operation, "Show metrics",
        "Prometheus' text format, version 0.0.4: queue, plan, devices, use, commits, requests, forecasts. Made at most "
            + "once a second. No label names a user or a reservation. For finance, auditors and admins.",
        success: OpenAPI.Success(
            status: 200, description: "The metrics.", mediaType: "text/plain; version=0.0.4; charset=utf-8",
            schema: .text("Lines of the format."), eventSchema: nil),
        problems: [.forbidden])

    private static let confirmClock = Self(
        .post, Route.clockConfirm, id: "confirmClock", .operation, "Confirm the wall clock",
        "Lets engine time step to a wall clock that jumped and was set aside. A body is not read. For admins.",
        success: .json("HealthView", "The daemon's health after it."), problems: [.forbidden])

    private static let events = Self(
        .get, "/v1/events", id: "readEvents", .operation, "Read what happens, as it happens",
        "A stream of server-sent events (WHATWG HTML, section 9.2) from the journal: what is stored behind "
            + "`Last-Event-ID`, then what is committed. Each has the journal's sequence as its `id`, the type as its "
            + "`event`, and one line of JSON, an EventView, as its `data`. A comment comes every "
            + "\(APILimits.heartbeatSeconds) s in which nothing happens. When the daemon ends, the stream does; resume "
            + "it with the last id.",
        parameters: [
            .lastEventID,
            .follow("Whether the stream goes on behind what is stored.", standard: true),
        ],
        success: OpenAPI.Success(
            status: 200, description: "The stream.", mediaType: "text/event-stream",
            schema: .text("Events, each ended by an empty line."), eventSchema: "EventView"),
        problems: [.invalidField, .tooManyStreams])

    private static let backup = Self(
        .get, Route.backup, id: "takeBackup", .operation, "Take a backup",
        "A consistent copy of the database, while the daemon works on. For admins.",
        success: OpenAPI.Success(
            status: 200, description: "A SQLite database.", mediaType: "application/octet-stream",
            schema: nil, eventSchema: nil),
        problems: [.forbidden, .backupRunning, .diskFull])

    private static let openAPI = Self(
        .get, Route.openAPI, id: "showDescription", .operation, "Read this document", "OpenAPI 3.1, as JSON.",
        success: OpenAPI.Success(
            status: 200, description: "This document.", mediaType: "application/json",
            schema: OpenAPI.Schema(.object([], isClosed: false), "An OpenAPI document."), eventSchema: nil))
}
