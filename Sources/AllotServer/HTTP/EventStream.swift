import HTTPTypes
import Hummingbird
import NIOCore

/// One event of a stream of server-sent events.
struct ServerSentEvent: Sendable {
    /// Given back as `Last-Event-ID` by a client that resumes.
    let id: Int64
    let event: String
    /// One line of UTF-8, such as JSON.
    let data: [UInt8]

    /// Its text on the wire. A line break, which would end the event early, is left out.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeString("id: \(id)\nevent: ")
        buffer.writeBytes(event.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
        buffer.writeStaticString("\ndata: ")
        buffer.writeBytes(data.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
        buffer.writeStaticString("\n\n")
    }
}

/// A reply that is a stream of server-sent events (WHATWG HTML, section 9.2).
///
/// The next event is taken from `events` when the one before has gone to the client, so that a slow client slows its
/// own stream only. In a pause the connection writes a comment each `HTTPLimits.heartbeat`. The stream ends when
/// `events` does, when the client goes, and when the service ends: then the task is cancelled, so `events` must answer
/// cancellation by ending, as `AsyncStream` does.
enum EventStream {
    static let mediaType = "text/event-stream"
    /// What the connection writes in a pause: a comment.
    static let heartbeat: StaticString = ":\n\n"

    static func response<Events: AsyncSequence & Sendable>(
        _ events: Events
    ) -> Response where Events.Element == ServerSentEvent {
        var fields = HTTPFields()
        fields[.contentType] = mediaType
        fields[.cacheControl] = "no-store"
        let body = ResponseBody { writer in
            // The head goes out with the first piece; a client that waits for either shall see that it is connected.
            try await writer.write(ByteBuffer(staticString: heartbeat))
            do {
                for try await event in events {
                    var frame = ByteBuffer()
                    event.write(to: &frame)
                    try await writer.write(frame)
                }
            } catch is CancellationError {
                // The service ends: the client gets a whole stream, and resumes later.
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: fields, body: body)
    }
}
