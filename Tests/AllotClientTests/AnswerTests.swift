import AllotAPI
import AllotClient
import Dispatch
import FakeDaemon
import Glibc
import Testing

@Suite("What an answer may look like")
struct AnswerTests {
    @Test(
        "Its body ends by length, by chunks or with the connection",
        arguments: [
            "HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length:\t5 \r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nhe\r\n03\r\nllo\r\n0\r\nTrailer: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello",
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        ])
    func framing(text: String) async throws {
        try await FakeDaemon.run { _, responder in
            // Piece by piece, so that each place is once the end of what has come.
            for byte in text.unicodeScalars { try await responder.send(String(byte)) }
            throw Hangup()
        } _: { (daemon) async throws in
            #expect(try await makeClient(daemon).send(.get("/")).body == Array("hello".utf8))
        }
    }

    @Test(
        "What can be read in two ways is not read",
        arguments: [
            "Content-Length: 1\r\nTransfer-Encoding: chunked", "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: +1", "Content-Length: -1", "Content-Length:", "Transfer-Encoding: gzip", ": 1", "A\n B: 1",
            "Content-Length: 99999999999999999999",
        ])
    func ambiguous(field: String) async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.send("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n1")
            try await responder.hang()
        } _: { (daemon) async throws in
            let error = await failure { _ = try await makeClient(daemon).send(.get("/")) }
            guard case .notHTTP? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    @Test("A chunk that is no chunk is said to be none", arguments: ["x", "-1", "", "fffffffffffffffff", "1\r\nab"])
    func chunk(text: String) async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(text)\r\n")
            try await responder.hang()
        } _: { (daemon) async throws in
            let error = await failure { _ = try await makeClient(daemon).send(.get("/")) }
            guard case .notHTTP? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    @Test("A status without a body has none", arguments: [204, 304])
    func noBody(status: Int) async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.send("HTTP/1.1 \(status) X\r\nContent-Length: 9\r\n\r\n")
            try await responder.hang()
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            let error = await failure { _ = try await client.send(.get("/")) }
            #expect(error == (status == 204 ? nil : .unreadable("status 304 without a problem document")))
        }
    }

    @Test("A daemon that answers before it has read everything, and closes, is understood")
    func early() async throws {
        let folder = try FakeDaemon.makeFolder()
        let path = "\(folder)/s"
        let listener = try #require(listen(at: path))
        defer {
            close(listener)
            unlink(path)
            rmdir(folder)
        }
        DispatchQueue(label: "early").async {
            let peer = accept(listener, nil, nil)
            var first: UInt8 = 0
            recv(peer, &first, 1, 0)
            let answer = Array("HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n".utf8)
            send(peer, answer, answer.count, 0)
            close(peer)
        }
        let call = Call.post("/", bytes: [UInt8](repeating: 0, count: 8 << 20), timeoutSeconds: 30)
        let error = await failure { _ = try await makeClient(path: path).send(call) }
        #expect(error == .unreadable("status 413 without a problem document"))
    }

    private func listen(at path: String) -> Int32? {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let isBound = withUnsafeBytes(of: address) { bytes in
            bytes.baseAddress.map { bind(listener, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) }
        }
        return isBound == 0 && Glibc.listen(listener, 1) == 0 ? listener : nil
    }
}
