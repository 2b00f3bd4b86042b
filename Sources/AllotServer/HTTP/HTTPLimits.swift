import AllotAPI

/// What one client, one user and all together may take of the HTTP service.
struct HTTPLimits: Sendable {
    /// Open connections in all. uid 0 has `rootConnections` more, so that an admin gets in when all are taken.
    var connections = 1024
    /// Open connections of one uid; uid 0 is not held to it.
    var connectionsPerUser = 256
    var rootConnections = 16
    /// Connections that wait to be accepted.
    var backlog: Int32 = 512
    /// The request target: `/v1/…?…`.
    var targetBytes = 4096
    /// One header field, and all of them.
    var headBytes = 16 * 1024
    var headFields = 64
    var bodyBytes = 1024 * 1024
    /// The body of a simulation, which is files, and how many of those there are at a time; one user has one.
    var simulationBytes = 32 * 1024 * 1024
    var simulations = 2
    /// The text of a policy.
    var policyBytes = APILimits.policyBytes
    var json = JSONLimits()
    /// From a request's first byte to the end of its head.
    var headTimeout = Duration.seconds(10)
    /// From the end of its head to the end of its body.
    var bodyTimeout = Duration.seconds(30)
    /// Between two requests.
    var idleTimeout = Duration.seconds(60)
    /// How long a client may take to read what was written to it.
    var writeTimeout = Duration.seconds(30)
    /// How long a closed connection is still read, so that the client gets to read the last reply.
    var lingerTimeout = Duration.seconds(2)
    /// How many refused or ended connections are read on at once; past it they are closed without.
    var lingeringRefusals = 64
    /// From one sign of life on a stream of events to the next.
    var heartbeat = Duration.seconds(15)
    /// How long requests in flight may take to finish at the end of the service.
    var shutdownTimeout = Duration.seconds(10)
    /// A reply's body up to this size is written at once; a larger one is streamed.
    var bufferedReplyBytes = 256 * 1024
}
