import AllotAPI
import Glibc
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// One connection, on its event loop: takes requests one after the other, holds each to the limits, has the router
/// answer it, and writes the reply.
///
/// While a request is answered nothing more is read, so that a client which sends many at once waits for its replies.
/// Every error closes the connection after its reply: what follows a request that was not understood means nothing.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum State {
        /// Between two requests.
        case idle
        /// Bytes of a request have come, and not all of its head.
        case head
        case body(HTTPRequestHead, ByteBuffer)
        /// The router has the request.
        case responding(Responding)
        /// The reply waits in memory for the client to read it.
        case draining
        /// The last reply is written and the sending side closed; the client may read it, and is heard no more.
        case lingering
        case closed
    }

    struct Responding {
        var task: Task<Void, Never>?
        let isHeadRequest: Bool
        /// Whether a client that goes away ends the work. A change runs to its end, whoever waits for it.
        let endsWithClient: Bool
        /// Not an HTTP/1.0 client.
        let takesChunks: Bool
        var framing = ReplyHead.Framing.none
        var isStream = false
        var isEventStream = false
        /// Whether a piece of the stream has not yet gone to the kernel.
        var isWriting = false
    }

    /// What all connections of a service share.
    struct Shared: Sendable {
        let limits: HTTPLimits
        let responder: ProblemResponder
        let logger: Logger
        let simulations: SimulationGate
        let figures: RequestFigures
    }

    let shared: Shared
    let peer: Peer
    let callerNote: CallerNote
    let executor: LoopExecutor
    let dates: DateCache
    var state = State.idle
    var context: ChannelHandlerContext?
    /// Parts of later requests that came before the reply to this one.
    private var pending = CircularBuffer<HTTPServerRequestPart>()
    /// What the parser found wrong behind the request that is being answered.
    private var pendingProblem: Problem?
    private var isReadHeld = false
    /// Whether the connection closes after the reply.
    var closesNext = false
    private var isInputClosed = false
    /// Whether the service is ending.
    private(set) var isQuiescing = false
    /// Whether the bytes of the request that is being read are still its first line.
    private var isInTarget = true
    private var discardedBytes = 0
    /// Of the request that is being read.
    private var bodyLimit: Int
    /// Held as long as a simulation is read and answered, up to its reply: who has that may ask for the next.
    var simulation: SimulationGate.Place?
    let timer = ConnectionTimer()

    init(shared: Shared, peer: Peer, executor: LoopExecutor, dates: DateCache) {
        self.shared = shared
        self.peer = peer
        callerNote = CallerNote(peer: peer)
        self.executor = executor
        self.dates = dates
        bodyLimit = shared.limits.bodyBytes
    }

    var limits: HTTPLimits { shared.limits }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        shared.figures.opened()
        timer.start(on: context.eventLoop) { [weak self] in self?.deadlinePassed() }
        timer.deadline = .now() + TimeAmount(limits.idleTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        shared.figures.closed()
        timer.stop()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .responding(let responding) = state, responding.endsWithClient || responding.isStream {
            responding.task?.cancel()
        }
        state = .closed
        simulation = nil
        pending.removeAll()
        timer.stop()
        context.fireChannelInactive()
    }

    /// Called by `ArrivalHandler` for bytes that the parser has not seen. Gives whether the parser shall see them.
    func bytesArrived(_ bytes: ByteBuffer) -> Bool {
        switch state {
        case .idle:
            state = .head
            isInTarget = !bytes.readableBytesView.contains(UInt8(ascii: "\n"))
            timer.deadline = nil
        case .head:
            if isInTarget { isInTarget = !bytes.readableBytesView.contains(UInt8(ascii: "\n")) }
        case .lingering:
            discardedBytes += bytes.readableBytes
            if discardedBytes > bodyLimit { close() }
            return false
        case .closed: return false
        case .body, .responding, .draining: break
        }
        return true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch state {
        case .idle, .head, .body: take(part)
        case .responding, .draining: pending.append(part)
        case .lingering, .closed: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Only a request that did not come in one piece needs a deadline; most do.
        switch state {
        case .head where timer.deadline == nil: timer.deadline = .now() + TimeAmount(limits.headTimeout)
        case .body where timer.deadline == nil: timer.deadline = .now() + TimeAmount(limits.bodyTimeout)
        default: break
        }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        switch state {
        case .responding, .draining: isReadHeld = true
        case .idle, .head, .body, .lingering, .closed: context.read()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return close() }
        let problem = Problems.parser(error, isInTarget: isInTarget, limits: limits)
        switch state {
        case .idle, .head, .body: refuse(problem)
        case .responding, .draining: pendingProblem = problem
        case .lingering, .closed: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            inputClosed()
        } else if event is ChannelShouldQuiesceEvent {
            quiesce()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .draining = state, context.channel.isWritable { nextRequest() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: - Requests

    private func take(_ part: HTTPServerRequestPart) {
        switch (part, state) {
        case (.head(let head), .idle), (.head(let head), .head):
            if let problem = admit(head) { return refuse(problem) }
            if RequestHead.waitsForContinue(head) { write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")) }
            timer.deadline = nil
            state = .body(head, ByteBuffer())
        case (.body(let bytes), .body(let head, var body)):
            guard body.readableBytes + bytes.readableBytes <= bodyLimit else {
                return refuse(Problems.bodyTooLarge(bodyLimit))
            }
            if body.readableBytes == 0 {
                body = bytes
            } else {
                state = .head  // gives up the state's hold on the body, so that it grows without a copy
                body.writeImmutableBuffer(bytes)
            }
            state = .body(head, body)
        case (.end, .body(let head, let body)):
            timer.deadline = nil
            dispatch(head, body)
        default: refuse(Problems.malformed("It cannot be parsed"))
        }
    }

    /// What keeps a request from being read on; a simulation takes its place.
    private func admit(_ head: HTTPRequestHead) -> Problem? {
        let large = SimulationGate.largeBody(head, limits)
        bodyLimit = large ?? limits.bodyBytes
        if let problem = RequestHead.problem(with: head, limits: limits, bodyBytes: bodyLimit) { return problem }
        guard large != nil else { return nil }
        do throws(Problem) {
            simulation = try shared.simulations.enter(peer.uid)
            return nil
        } catch {
            return error
        }
    }

    /// After a reply: the next request, if the connection goes on.
    func nextRequest() {
        if let context, !context.channel.isWritable {
            state = .draining
            timer.deadline = .now() + TimeAmount(limits.writeTimeout)
            return
        }
        if closesNext { return finish() }
        state = .idle
        isInTarget = true
        while !pending.isEmpty {
            guard isTaking else { return }
            take(pending.removeFirst())
        }
        guard isTaking else { return }
        if let problem = pendingProblem { return refuse(problem) }
        if case .idle = state {
            if isInputClosed || isQuiescing { return finish() }
            timer.deadline = .now() + TimeAmount(limits.idleTimeout)
        }
        if isReadHeld {
            isReadHeld = false
            context?.read()
        }
    }

    private var isTaking: Bool {
        switch state {
        case .idle, .head, .body: true
        case .responding, .draining, .lingering, .closed: false
        }
    }

    /// Answers with a problem, and closes.
    func refuse(_ problem: Problem) {
        closesNext = true
        simulation = nil
        shared.logger.debug(
            "Request refused",
            metadata: ["uid": "\(peer.uid)", "status": "\(problem.status)", "detail": "\(problem.detail)"])
        write(problem)
        finish()
    }

    // MARK: - The end

    /// Closes the sending side, and reads on for a while: closing with bytes unread would break the connection before
    /// the client has read its reply.
    func finish() {
        simulation = nil
        guard let context else { return }
        pending.removeAll()
        if isInputClosed { return close() }
        state = .lingering
        timer.deadline = .now() + TimeAmount(limits.lingerTimeout)
        context.close(mode: .output, promise: nil)
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    func close() {
        state = .closed
        simulation = nil
        context?.close(promise: nil)
    }

    private func inputClosed() {
        isInputClosed = true
        switch state {
        case .idle, .lingering, .closed: close()
        case .head, .body: refuse(Problems.malformed("The connection was closed in the middle of the request"))
        // Whoever sends nothing more waits for a reply; but of a client that is gone the kernel says no more than that.
        case .responding(let responding) where simulation != nil:
            responding.task?.cancel()
            close()
        case .responding, .draining: break
        }
    }

    private func quiesce() {
        isQuiescing = true
        closesNext = true
        switch state {
        case .idle: shutReading()
        case .responding(let responding) where responding.isEventStream || simulation != nil: responding.task?.cancel()
        case .head, .body, .responding, .draining, .lingering, .closed: break
        }
    }

    /// Takes nothing more from the client. What it has sent up to this moment is still read, and answered; what it
    /// sends later fails to be sent, so that it knows that nothing was done for it (unix(7), shutdown(2)).
    private func shutReading() {
        do {
            try context?.channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { _ = shutdown($0, Int32(SHUT_RD)) }
        } catch {
            finish()
        }
    }

    private func deadlinePassed() {
        switch state {
        case .idle: finish()
        case .head: refuse(Problems.tooSlow("head", limits.headTimeout))
        case .body: refuse(Problems.tooSlow("body", limits.bodyTimeout))
        case .responding(let responding) where responding.isStream: streamDeadlinePassed(responding)
        case .draining, .lingering, .responding: close()
        case .closed: break
        }
    }
}
