import NIOCore
import Units

/// A request on its way, and who waits for the answer.
struct EnforcerQuestion: Sendable {
    let id: UInt64
    let bytes: [UInt8]
    let limit: TimeAmount
    let promise: EventLoopPromise<EnforcerAnswer>
}

/// Matches replies to requests by their ids, in whatever order they come.
final class EnforcerDialogue: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = EnforcerQuestion
    typealias OutboundOut = ByteBuffer

    private struct Waiting {
        var promise: EventLoopPromise<EnforcerAnswer>
        var alarm: Scheduled<Void>
    }

    private var waiting: [UInt64: Waiting] = [:]

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let question = unwrapOutboundIn(data)
        guard context.channel.isActive else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let alarm = context.eventLoop.assumeIsolated().scheduleTask(in: question.limit) {
            self.expire(question)
        }
        waiting[question.id] = Waiting(promise: question.promise, alarm: alarm)
        context.write(wrapOutboundOut(ByteBuffer(bytes: question.bytes)), promise: promise)
    }

    private func expire(_ question: EnforcerQuestion) {
        let seconds = question.limit.nanoseconds / 1_000_000_000
        let waiter = waiting.removeValue(forKey: question.id)
        waiter?.promise.fail(ExecutorFailure.unreachable("enforcer: no answer in \(seconds) s"))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        do throws(ExecutorFailure) {
            let reply = try EnforcerCodec.decode(EnforcerReply.self, from: Array(frame.readableBytesView))
            guard let waiter = waiting.removeValue(forKey: reply.id) else { return }
            waiter.alarm.cancel()
            waiter.promise.succeed(reply.answer)
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let lost = waiting
        waiting = [:]
        for waiter in lost.values {
            waiter.alarm.cancel()
            waiter.promise.fail(ExecutorFailure.unreachable("enforcer: the connection was lost"))
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension Channel {
    /// Sends a request to an enforcer, and gives its answer.
    /// - Throws: `ExecutorFailure.unreachable` where there is none in time, or the connection has ended or ends before.
    func answer(
        id: UInt64, bytes: [UInt8], within limit: TimeAmount
    ) async throws(ExecutorFailure) -> EnforcerAnswer {
        let promise = eventLoop.makePromise(of: EnforcerAnswer.self)
        let written = eventLoop.makePromise(of: Void.self)
        // A connection that has just ended tells nobody but the one who writes.
        written.futureResult.whenFailure { _ in
            promise.fail(ExecutorFailure.unreachable("enforcer: the connection was lost"))
        }
        writeAndFlush(EnforcerQuestion(id: id, bytes: bytes, limit: limit, promise: promise), promise: written)
        do {
            // Nobody hears the answer any more, as at the daemon's end: the enforcer may still do what was asked.
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(ExecutorFailure.unreachable("enforcer: given up"))
            }
        } catch let failure as ExecutorFailure {
            throw failure
        } catch {
            throw .unreachable("enforcer: \(error)")
        }
    }
}
