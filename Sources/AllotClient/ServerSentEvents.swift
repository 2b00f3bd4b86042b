/// Takes the bytes of a server-sent-event stream apart (WHATWG HTML, 9.2.6): lines end with LF, CR LF or CR; an empty
/// line ends an event; a line that begins with a colon is a comment.
struct ServerSentEvents {
    struct Event: Hashable {
        var id: String?
        var name: String?
        var data: [UInt8] = []
        fileprivate var hasData = false
    }

    private let lineLimitBytes: Int
    private var line: [UInt8] = []
    private var endedWithCarriageReturn = false
    private var event = Event()

    init(lineLimitBytes: Int) {
        self.lineLimitBytes = lineLimitBytes
    }

    /// The events that these bytes complete.
    mutating func take(_ bytes: [UInt8]) throws(ClientError) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            switch byte {
            case 0x0A where endedWithCarriageReturn: endedWithCarriageReturn = false
            case 0x0A, 0x0D:
                endedWithCarriageReturn = byte == 0x0D
                if let event = endLine() { events.append(event) }
            default:
                endedWithCarriageReturn = false
                line.append(byte)
                guard line.count + event.data.count <= lineLimitBytes else {
                    throw .replyTooLarge(limitBytes: lineLimitBytes)
                }
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            defer { event = Event() }
            return event.hasData ? event : nil
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "id": event.id = String(decoding: value, as: UTF8.self)
        case "event": event.name = String(decoding: value, as: UTF8.self)
        case "data":
            if event.hasData { event.data.append(0x0A) }
            event.hasData = true
            event.data += value
        default: break
        }
        return nil
    }
}
