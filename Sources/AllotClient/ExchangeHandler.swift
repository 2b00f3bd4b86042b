import AllotAPI
import NIOCore
import NIOHTTP1

/// Turns an `Exchange` into a request and the parts that come back into its answer.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case idle
        case waiting(Exchange, timer: Scheduled<Void>)
        case receiving(Exchange, timer: Scheduled<Void>, head: HTTPResponseHead)
    }

    private let limits: ClientLimits
    private var state = State.idle
    /// What has come of the body. Beside the state, so that it has one owner and is appended to in place.
    private var body: [UInt8] = []

    init(limits: ClientLimits) {
        self.limits = limits
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard case .idle = state, context.channel.isActive else {
            return exchange.promise.fail(ClientError.disconnected)
        }
        let seconds = exchange.call.timeoutSeconds ?? limits.requestSeconds
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let timer = context.eventLoop.scheduleTask(in: .seconds(seconds)) {
            let (handler, context) = loopBound.value
            handler.fail(.timedOut(seconds: seconds), context: context)
        }
        state = .waiting(exchange, timer: timer)
        context.write(wrapOutboundOut(.head(HTTPRequestHead(exchange.call))), promise: nil)
        if let body = exchange.call.body {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .waiting(let exchange, let timer)):
            state = .receiving(exchange, timer: timer, head: head)
            let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
            body.reserveCapacity(min(max(length, 0), limits.replyBytes))
        case (.body(let part), .receiving):
            guard body.count + part.readableBytes <= limits.replyBytes else {
                return fail(.replyTooLarge(limitBytes: limits.replyBytes), context: context)
            }
            part.withUnsafeReadableBytes { body.append(contentsOf: $0) }
        case (.end, .receiving(let exchange, let timer, let head)):
            state = .idle
            timer.cancel()
            let reply = Reply(
                status: Int(head.status.code), contentType: head.headers.first(name: "Content-Type"), body: body)
            body = []
            exchange.promise.succeed(Answer(reply: reply, keepsAlive: head.isKeepAlive))
        default:
            fail(.notHTTP("an answer that nobody asked for"), context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.disconnected, context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(ClientError(reading: error), context: context)
    }

    private func fail(_ error: ClientError, context: ChannelHandlerContext) {
        switch state {
        case .idle: break
        case .waiting(let exchange, let timer), .receiving(let exchange, let timer, _):
            state = .idle
            body = []
            timer.cancel()
            exchange.promise.fail(error)
        }
        context.close(promise: nil)
    }
}

extension ClientError {
    /// What an error on an open connection means.
    init(reading error: any Error) {
        switch error {
        case let error as ClientError: self = error
        case let error as HTTPParserError where error != .invalidEOFState: self = .notHTTP("\(error)")
        default: self = .disconnected
        }
    }
}
