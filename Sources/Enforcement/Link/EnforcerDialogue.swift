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
            question.promise.fail(ExecutorFailure.unreachable("enforcer: the connection has ended"))
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
