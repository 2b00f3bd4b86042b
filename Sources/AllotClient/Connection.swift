import AllotAPI
import Dispatch

/// One connection, with one request at a time on it. An exchange waits in the kernel, on a thread that is not one of
/// those that tasks share: for one request and one answer that takes a fraction of what an event loop takes to start.
final class Connection: Sendable {
    private let socket = UnixSocket()
    private let queue = DispatchQueue(label: "allot.connection")
    private let socketPath: String
    private let limits: ClientLimits

    /// It is opened by the first request.
    init(socketPath: String, limits: ClientLimits) {
        self.socketPath = socketPath
        self.limits = limits
    }

    /// Whether another request may be sent on it.
    var isOpen: Bool { socket.isIdle }

    func exchange(_ call: Call) async throws(ClientError) -> Answer {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(
                        returning: Result { () throws(ClientError) in try self.exchangeWaiting(call) })
                }
            }
        } onCancel: {
            socket.cancel()
        }
        return try result.get()
    }

    func close() {
        socket.close()
    }

    private func exchangeWaiting(_ call: Call) throws(ClientError) -> Answer {
        try socket.connect(to: socketPath, limitSeconds: limits.connectSeconds)
        let deadline = Deadline(seconds: call.timeoutSeconds ?? limits.requestSeconds)
        let isSent = try socket.send(call.bytes, until: deadline)
        var reader = AnswerReader(socket: socket, deadline: deadline, limits: limits)
        let answer = try reader.answer()
        return Answer(reply: answer.reply, keepsAlive: answer.keepsAlive && isSent)
    }
}
