import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Answers `GET /metrics` on a TCP socket that systemd has opened, and nothing else: who asks is not known there.
struct MetricsService: Service {
    /// A listening socket; the service closes it.
    let descriptor: Int32
    let reader: MetricsReader
    let logger: Logger

    func run() async throws {
        let places = Places(limit: Limits.metricsConnections)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                guard places.enter() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in places.leave() }
                return channel.eventLoop.makeCompletedFuture { try configure(channel) }
            }
            .withBoundSocket(descriptor).get()
        logger.notice("Serving metrics", metadata: ["address": "\(channel.localAddress?.description ?? "")"])
        await withGracefulShutdownHandler {
            try? await channel.closeFuture.get()
        } onGracefulShutdown: {
            channel.close(promise: nil)
        }
    }

    private func configure(_ channel: any Channel) throws {
        var parsing = NIOHTTPDecoderLimitConfiguration()
        parsing.maxHeaderFieldSize = Limits.metricsHeadBytes
        parsing.maxHeaderListSize = Limits.metricsHeadBytes
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: parsing)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(MetricsConnection(reader: reader))
    }

    /// How many connections are open, and may be.
    private final class Places: Sendable {
        private let limit: Int
        private let taken = Mutex(0)

        init(limit: Int) {
            self.limit = limit
        }

        func enter() -> Bool {
            taken.withLock { taken in
                guard taken < limit else { return false }
                taken += 1
                return true
            }
        }

        func leave() { taken.withLock { $0 -= 1 } }
    }
}

/// One request and its reply; then the connection is closed. All of it has a few seconds.
private final class MetricsConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let reader: MetricsReader
    private var timer: Scheduled<Void>?
    private var isAnswered = false

    init(reader: MetricsReader) {
        self.reader = reader
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: Limits.metricsTime) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data), !isAnswered else { return }
        isAnswered = true
        guard head.method == .GET else { return answer(context.channel, "405 Method Not Allowed", "Allow: GET\r\n") }
        guard head.uri == "/metrics" else { return answer(context.channel, "404 Not Found") }
        let (channel, reader) = (context.channel, reader)
        Task {
            let text = await reader.text()
            channel.eventLoop.execute {
                MetricsConnection.write("200 OK", "Content-Type: \(MetricsText.mediaType)\r\n", text, to: channel)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isAnswered, error is HTTPParserError else { return context.close(promise: nil) }
        isAnswered = true
        answer(context.channel, "400 Bad Request")
    }

    private func answer(_ channel: any Channel, _ status: String, _ fields: String = "") {
        MetricsConnection.write(status, fields, [], to: channel)
    }

    private static func write(_ status: String, _ fields: String, _ body: [UInt8], to channel: any Channel) {
        var buffer = ByteBuffer()
        buffer.writeString("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.count)\r\nConnection: close\r\n\r\n")
        buffer.writeBytes(body)
        channel.writeAndFlush(buffer).whenComplete { _ in channel.close(mode: .all, promise: nil) }
    }
}
