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
    /// The request's body: all of it has been read before a route is called, within `HTTPLimits.bodyBytes`.
    let body: ByteBuffer
    let jsonLimits: JSONLimits

    var requestDecoder: JSONBodyDecoder { JSONBodyDecoder() }
    var responseEncoder: JSONReply { JSONReply() }

    init(source: AllotRequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.peer
        body = source.body
        jsonLimits = source.jsonLimits
    }
}

/// What an `AllotRequestContext` is made of.
struct AllotRequestSource: RequestContextSource {
    let logger: Logger
    let peer: Peer
    let body: ByteBuffer
    let jsonLimits: JSONLimits
}
