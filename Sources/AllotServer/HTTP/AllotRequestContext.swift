import Hummingbird
import Logging
import NIOCore

/// What a route knows besides the request: who asks, and the whole body.
///
/// Routes are given to a `Router<AllotRequestContext>`; the router goes to `HTTPService`.
struct AllotRequestContext: RequestContext {
    typealias Source = AllotRequestSource

    var coreContext: CoreRequestContextStorage
    let peer: Peer
    /// What the journal has of the connection's caller.
    let callerNote: CallerNote
    /// The request's body: all of it has been read before a route is called, within `HTTPLimits.bodyBytes`.
    let body: ByteBuffer
    let jsonLimits: JSONLimits

    var requestDecoder: JSONBodyDecoder { JSONBodyDecoder() }
    var responseEncoder: JSONReply { JSONReply() }

    init(source: AllotRequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.callerNote.peer
        callerNote = source.callerNote
        body = source.body
        jsonLimits = source.jsonLimits
    }
}

/// What an `AllotRequestContext` is made of.
struct AllotRequestSource: RequestContextSource {
    let logger: Logger
    let callerNote: CallerNote
    let body: ByteBuffer
    let jsonLimits: JSONLimits
}
