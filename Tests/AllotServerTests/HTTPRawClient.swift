import AllotAPI
import Glibc

@testable import AllotServer

/// A client that sends bytes as they are, right or wrong. All its calls block, for ten seconds at most.
final class RawClient: Sendable {
    let descriptor: Int32

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, 1, 0)  // SOCK_STREAM
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let isConnected = SocketAddress.with(path) { connect(descriptor, $0, $1) == 0 }
        guard isConnected else {
            let why = SocketError.text(errno)
            close(descriptor)
            throw Failure(description: "connect: \(why)")
        }
    }

    deinit {
        close(descriptor)
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }  // NOSIGNAL
            guard count > 0 else { throw Failure(description: "send: \(SocketError.text(errno))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Says that nothing more will come.
    func finishSending() {
        shutdown(descriptor, 1)  // SHUT_WR
    }

    /// Whether something can be read (the end included) within the time.
    func isReadable(withinMilliseconds time: Int32) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, time) > 0
    }

    /// What there is, empty at the end of the stream.
    func receive(_ most: Int = 65_536) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &bytes, most, 0)
        guard count >= 0 else { throw Failure(description: "receive: \(SocketError.text(errno))") }
        return Array(bytes.prefix(count))
    }

    func receiveToEnd() throws -> String {
        var all: [UInt8] = []
        while true {
            let bytes = try receive()
            if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += bytes
        }
    }

    /// One reply, informational ones left out.
    func reply(toHEAD: Bool = false) throws -> RawReply {
        var bytes: [UInt8] = []
        func more() throws {
            let next = try receive(1)
            if next.isEmpty { throw Failure(description: "ended after '\(String(decoding: bytes, as: UTF8.self))'") }
            bytes += next
        }
        while true {
            bytes = []
            while !bytes.ends(with: "\r\n\r\n") { try more() }
            let head = RawReply(head: String(decoding: bytes, as: UTF8.self), body: "")
            if head.status == 100 { continue }
            bytes = []
            if toHEAD { return head }
            if head.fields["transfer-encoding"] == "chunked" {
                while !bytes.ends(with: "0\r\n\r\n") { try more() }
            } else {
                for _ in 0..<(head.fields["content-length"].flatMap { Int($0) } ?? 0) { try more() }
            }
            return RawReply(head: head.head, body: String(decoding: bytes, as: UTF8.self))
        }
    }
}

struct RawReply: Sendable {
    let head: String
    let body: String

    var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    var fields: [String: String] {
        var fields: [String: String] = [:]
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = String(parts[1]) }
        }
        return fields
    }

    /// The body as a problem document; nil where it is none.
    var problem: Problem? {
        guard fields["content-type"] == "application/problem+json" else { return nil }
        return try? JSONBody.decode(Problem.self, from: .init(string: body), limits: JSONLimits())
    }
}

extension [UInt8] {
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}

extension RawClient {
    /// Whether the other side is gone, with all that it sent still unread.
    var isClosed: Bool {
        var poll = pollfd(fd: descriptor, events: 0, revents: 0)
        return Glibc.poll(&poll, 1, 10) > 0 && poll.revents & Int16(POLLHUP | POLLERR) != 0
    }
}
