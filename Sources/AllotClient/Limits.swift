/// What the client waits for, and how much it takes.
public struct ClientLimits: Sendable, Hashable {
    /// To reach the socket.
    public var connectSeconds: Int64 = 5
    /// From a request's start to its reply's end, unless the request says otherwise; for a streamed reply to its head.
    public var requestSeconds: Int64 = 30
    /// The longest silence in an event stream; the daemon sends heartbeats more often.
    public var eventSilenceSeconds: Int64 = 90
    /// The longest head of a reply, and the longest line between its chunks.
    public var headBytes = 80 << 10
    /// The longest reply that is held in memory.
    public var replyBytes = 64 << 20
    /// The longest line of an event stream.
    public var eventLineBytes = 1 << 20
    /// Connections that are kept for the next request.
    public var idleConnections = 4

    public init() {}
}
