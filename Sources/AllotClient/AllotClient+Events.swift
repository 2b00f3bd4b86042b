import AllotAPI

extension AllotClient {
    /// Hands over the events behind `sequence`, in order, as they come.
    ///
    /// - Parameters:
    ///   - sequence: The last event that is known; nil for all that are stored.
    ///   - follow: Whether to wait for later ones; otherwise it returns behind the last stored one.
    ///   - opened: Called when the daemon has accepted the request.
    ///   - handle: Called for each event, with its JSON; false ends the stream.
    public nonisolated func events(
        after sequence: Int64?, follow: Bool, opened: @Sendable () -> Void = {},
        _ handle: (EventView, [UInt8]) async throws -> Bool
    ) async throws {
        var call = Call.get(Route.events(follow: follow))
        call.lastEventID = sequence
        let limits = limits
        try await stream(call, silenceLimitSeconds: limits.eventSilenceSeconds) { body in
            opened()
            var parser = ServerSentEvents(lineLimitBytes: limits.eventLineBytes)
            for try await bytes in body {
                for event in try parser.take(bytes) {
                    let view = try Reply(status: 200, contentType: nil, body: event.data).decode(EventView.self)
                    guard try await handle(view, event.data) else { return }
                }
            }
        }
    }
}
