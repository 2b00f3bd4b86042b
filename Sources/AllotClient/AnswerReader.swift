import AllotAPI

/// Reads an answer from a socket.
struct AnswerReader {
    private let socket: UnixSocket
    private let deadline: Deadline
    private let limits: ClientLimits
    /// What has come, and how much of it is read.
    private var buffer: [UInt8] = []
    private var position = 0

    init(socket: UnixSocket, deadline: Deadline, limits: ClientLimits) {
        self.socket = socket
        self.deadline = deadline
        self.limits = limits
    }

    /// The whole answer.
    mutating func answer() throws(ClientError) -> Answer {
        var head: AnswerHead
        repeat { head = try self.head() } while head.isInterim
        let framing = try head.framing()
        let body =
            switch framing {
            case .length(let count): try self.body(count)
            case .chunked: try chunks()
            case .close: try rest()
            }
        return Answer(
            reply: Reply(status: head.status, contentType: head.contentType, body: body),
            // What comes behind an answer answers nothing that was asked.
            keepsAlive: head.keepsAlive && framing != .close && position == buffer.count)
    }

    private mutating func head() throws(ClientError) -> AnswerHead {
        var room = limits.headBytes
        var head = try AnswerHead(statusLine: try line(&room, isFirst: true))
        while true {
            let line = try line(&room)
            if line.isEmpty { return head }
            try head.add(fieldLine: line)
        }
    }

    /// The next line, without its end.
    /// - Parameter room: How long the lines may be that are still to come.
    private mutating func line(_ room: inout Int, isFirst: Bool = false) throws(ClientError) -> ArraySlice<UInt8> {
        var searched = position
        while true {
            if isFirst, !AnswerHead.mayBegin(with: buffer[position...]) { throw .notHTTP("no status line") }
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                guard end > position, buffer[end - 1] == UInt8(ascii: "\r") else { throw .notHTTP("a bare line feed") }
                room -= end + 1 - position
                guard room >= 0 else { throw .notHTTP("more than \(limits.headBytes) bytes before the body") }
                defer { position = end + 1 }
                return buffer[position..<end - 1]
            }
            // Where the search goes on once what is read has been dropped.
            searched = buffer.count - position
            guard searched <= room else {
                throw .notHTTP("more than \(limits.headBytes) bytes before the body")
            }
            try fill()
        }
    }

    /// The body of a known length: received where it stays, since a page of a list is half a megabyte.
    private mutating func body(_ count: Int) throws(ClientError) -> [UInt8] {
        guard count <= limits.replyBytes else { throw .replyTooLarge(limitBytes: limits.replyBytes) }
        let early = min(count, buffer.count - position)
        var failure: ClientError?
        let body = [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            raw.copyBytes(from: buffer[position..<position + early])
            filled = early
            do throws(ClientError) {
                while filled < count {
                    let received = try socket.receive(
                        into: UnsafeMutableRawBufferPointer(rebasing: raw[filled...]), until: deadline)
                    guard received > 0 else { throw .disconnected }
                    filled += received
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        position += early
        return body
    }

    private mutating func chunks() throws(ClientError) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            var room = limits.headBytes
            let size = try line(&room).prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
            guard (1...15).contains(size.count), size.first != UInt8(ascii: "+"), size.first != UInt8(ascii: "-"),
                let count = Int(String(decoding: size, as: UTF8.self), radix: 16)
            else {
                throw .notHTTP("a bad chunk")
            }
            guard body.count + count <= limits.replyBytes else { throw .replyTooLarge(limitBytes: limits.replyBytes) }
            if count == 0 {
                while try !line(&room).isEmpty {}
                return body
            }
            body += try self.body(count)
            var end = 2
            guard try line(&end).isEmpty else { throw .notHTTP("a chunk that is longer than it says") }
        }
    }

    private mutating func rest() throws(ClientError) -> [UInt8] {
        var body = Array(buffer[position...])
        while true {
            guard body.count <= limits.replyBytes else { throw .replyTooLarge(limitBytes: limits.replyBytes) }
            (buffer, position) = ([], 0)
            guard try receive() else { return body }
            body += buffer
        }
    }

    /// Takes more of what comes.
    private mutating func fill() throws(ClientError) {
        if position > 0 {
            buffer.removeFirst(position)
            position = 0
        }
        guard try receive() else { throw .disconnected }
    }

    private mutating func receive() throws(ClientError) -> Bool {
        var failure: ClientError?
        let part = [UInt8](unsafeUninitializedCapacity: 4096) { bytes, filled in
            do throws(ClientError) {
                filled = try socket.receive(into: UnsafeMutableRawBufferPointer(bytes), until: deadline)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        buffer += part
        return !part.isEmpty
    }
}
