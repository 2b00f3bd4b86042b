import AllotAPI
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// The other half of `ConnectionHandler`: from a whole request to its reply.
extension ConnectionHandler {
    /// Hands a request to the router, on this event loop.
    func dispatch(_ head: HTTPRequestHead, _ body: ByteBuffer) {
        guard let context, let fields = RequestHead.request(head) else {
            return refuse(Problems.malformed("It cannot be parsed"))
        }
        if RequestHead.isLast(head) { closesNext = true }
        let isRead = fields.method == .get || fields.method == .head
        state = .responding(
            Responding(
                isHeadRequest: fields.method == .head, endsWithClient: isRead || simulation != nil,
                takesChunks: head.version.minor > 0))
        let request = Request(head: fields, body: RequestBody(buffer: body))
        let requestContext = AllotRequestContext(
            source: AllotRequestSource(
                logger: shared.logger, callerNote: callerNote, body: body, jsonLimits: limits.json))
        let eventLoop = context.eventLoop
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        let responder = shared.responder
        let bufferedBytes = limits.bufferedReplyBytes
        let task = Task(executorPreference: executor) {
            let response = await responder.respond(to: request, context: requestContext)
            guard let length = response.body.contentLength, length <= bufferedBytes, fields.method != .head else {
                return await ConnectionHandler.stream(response, to: connection, on: eventLoop)
            }
            let collector = BodyCollector()
            do {
                try await response.body.write(collector)
            } catch {
                let failure = ProblemResponder.response(to: error, request: request, logger: requestContext.logger)
                return await ConnectionHandler.stream(failure, to: connection, on: eventLoop)
            }
            let bytes = collector.bytes
            ConnectionHandler.run(on: eventLoop) { connection.value.reply(response, bytes) }
        }
        guard case .responding(var responding) = state else { return }
        responding.task = task
        state = .responding(responding)
    }

    /// Runs `work` on the event loop: at once where this is it already.
    private static func run(on eventLoop: any EventLoop, _ work: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { work() } else { eventLoop.execute(work) }
    }

    /// Writes a whole reply in one piece.
    func reply(_ response: Response, _ body: ByteBuffer) {
        guard case .responding = state else { return }
        simulation = nil
        write(response.status, response.headers, body)
        nextRequest()
    }

    /// Writes a problem in place of a reply.
    func write(_ problem: Problem) {
        let reply = ProblemReply(problem)
        write(reply.status, reply.headers, ByteBuffer(bytes: reply.body))
    }

    private func write(_ status: HTTPResponse.Status, _ fields: HTTPFields, _ body: ByteBuffer) {
        shared.figures.replied(status.code)
        var buffer = ByteBuffer()
        buffer.reserveCapacity(body.readableBytes + 256)
        let framing = ConnectionHandler.hasBody(status) ? ReplyHead.Framing.length(body.readableBytes) : .none
        ReplyHead.write(status, fields, framing: framing, closes: closesNext, date: dates.now(), to: &buffer)
        if framing != .none { buffer.writeImmutableBuffer(body) }
        write(buffer)
    }

    func write(_ buffer: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private static func hasBody(_ status: HTTPResponse.Status) -> Bool {
        status.code >= 200 && status != .noContent && status != .notModified
    }

    // MARK: - Streams

    /// Writes a reply piece by piece, or without its body where a `HEAD` asked.
    private static func stream(
        _ response: Response, to connection: NIOLoopBound<ConnectionHandler>, on eventLoop: any EventLoop
    ) async {
        do {
            guard try await eventLoop.submit({ connection.value.startStream(response) }).get() else { return }
            try await response.body.write(StreamWriter(connection: connection, eventLoop: eventLoop))
            run(on: eventLoop) { connection.value.finishStream() }
        } catch {
            // A reply that has begun cannot become an error; ending it short of its last chunk tells the client.
            run(on: eventLoop) { connection.value.abortStream(error) }
        }
    }

    /// Writes the head. Gives whether a body follows.
    private func startStream(_ response: Response) -> Bool {
        guard case .responding(var responding) = state else { return false }
        let length = response.headers[.contentLength].flatMap { Int($0) } ?? response.body.contentLength
        if !ConnectionHandler.hasBody(response.status) {
            responding.framing = .none
        } else if let length {
            responding.framing = .length(length)
        } else if responding.takesChunks {
            responding.framing = .chunked
        } else {
            closesNext = true  // HTTP/1.0: the end of the connection is the end of the body
        }
        simulation = nil
        shared.figures.replied(response.status.code)
        responding.isStream = true
        responding.isEventStream = response.headers[.contentType] == EventStream.mediaType
        var buffer = ByteBuffer()
        ReplyHead.write(
            response.status, response.headers, framing: responding.framing, closes: closesNext, date: dates.now(),
            to: &buffer)
        write(buffer)
        let hasBody = !responding.isHeadRequest && ConnectionHandler.hasBody(response.status)
        state = .responding(responding)
        if !hasBody { nextRequest() }
        if hasBody, responding.isEventStream, isQuiescing { responding.task?.cancel() }
        return hasBody
    }

    /// Writes a piece of the body. Succeeds when the kernel has it.
    func writePiece(_ piece: ByteBuffer) -> EventLoopFuture<Void>? {
        guard case .responding(var responding) = state, responding.isStream, let context else { return nil }
        guard piece.readableBytes > 0 else { return context.eventLoop.makeSucceededVoidFuture() }
        var buffer = piece
        if responding.framing == .chunked {
            buffer = ByteBuffer()
            ReplyHead.writeChunk(piece, to: &buffer)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        responding.isWriting = true
        state = .responding(responding)
        timer.deadline = .now() + TimeAmount(limits.writeTimeout)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
        promise.futureResult.assumeIsolated().whenSuccess { self.pieceWritten() }
        return promise.futureResult
    }

    private func pieceWritten() {
        guard case .responding(var responding) = state else { return }
        responding.isWriting = false
        state = .responding(responding)
        timer.deadline = responding.isEventStream ? .now() + TimeAmount(limits.heartbeat) : nil
    }

    /// Ends the body; a second time does nothing.
    /// - Parameter trailer: fields that go behind it, where it is in chunks.
    func finishStream(trailer: HTTPFields? = nil) {
        guard case .responding(let responding) = state, responding.isStream else { return }
        timer.deadline = nil
        if responding.framing == .chunked {
            var buffer = ByteBuffer()
            ReplyHead.writeEnd(trailer ?? [:], to: &buffer)
            write(buffer)
        }
        nextRequest()
    }

    private func abortStream(_ error: any Error) {
        guard case .responding = state else { return }
        shared.logger.debug("Stream ended early", metadata: ["uid": "\(peer.uid)", "error": "\(error)"])
        close()
    }

    /// A stream has been silent, or its client deaf.
    func streamDeadlinePassed(_ responding: Responding) {
        guard responding.isEventStream, !responding.isWriting else { return close() }
        _ = writePiece(ByteBuffer(staticString: EventStream.heartbeat))
    }
}
