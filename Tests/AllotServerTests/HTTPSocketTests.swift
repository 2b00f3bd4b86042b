import Foundation
import Glibc
import Testing

@testable import AllotServer

@Suite("Listening socket") struct HTTPSocketTests {
    @Test func `Anyone may connect to the socket, and its folder is made where it is missing`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/run/allotd.sock"
        let socket = try ListeningSocket.bind(path: path)
        #expect(mode(path) == 0o666)
        #expect(mode(folder.path + "/run") == 0o755)
        #expect(mode(path + ".lock") == 0o600)
        socket.release()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `A second daemon is told who serves already, and leaves the socket alone`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/allotd.sock"
        let first = try ListeningSocket.bind(path: path)
        #expect(throws: SocketError("another allotd (pid \(getpid())) already serves \(path)")) {
            try ListeningSocket.bind(path: path)
        }
        _ = try RawClient(path: path)
        first.release()
        let second = try ListeningSocket.bind(path: path)
        second.release()
    }

    @Test func `What a killed daemon left behind is cleared away`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/allotd.sock"
        close(try SocketFiles.listen(path, backlog: 1))
        #expect(FileManager.default.fileExists(atPath: path))
        let socket = try ListeningSocket.bind(path: path)
        _ = try RawClient(path: path)
        socket.release()
    }

    @Test func `A file that is no socket is left alone`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/allotd.sock"
        try "precious".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: SocketError("\(path) exists and is not a socket; it is left alone")) {
            try ListeningSocket.bind(path: path)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test func `A socket that something else serves is left alone`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/allotd.sock"
        let other = try SocketFiles.listen(path, backlog: 1)
        defer { close(other) }
        #expect(throws: SocketError("something else already listens at \(path)")) {
            try ListeningSocket.bind(path: path)
        }
        _ = try RawClient(path: path)
    }

    @Test func `A socket that another made in its place is not removed`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/allotd.sock"
        let socket = try ListeningSocket.bind(path: path)
        unlink(path)
        try "another's".write(toFile: path, atomically: true, encoding: .utf8)
        socket.release()
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: ["", String(repeating: "x", count: 108), "/nowhere/at/all.sock"])
    func `A path that cannot be used is an error that names it`(_ path: String) {
        #expect {
            try ListeningSocket.bind(path: path)
        } throws: { error in
            path.hasPrefix("/") ? "\(error)".contains("/nowhere/at") : "\(error)".contains("1 to 107 bytes")
        }
    }

    struct Variables: Sendable {
        let environment: [String: String]
        let says: String?
    }

    @Test(arguments: [
        Variables(environment: [:], says: nil),
        Variables(environment: ["LISTEN_PID": "1", "LISTEN_FDS": "1"], says: nil),
        Variables(environment: ["LISTEN_PID": "4711"], says: nil),
        Variables(environment: ["LISTEN_PID": "4711", "LISTEN_FDS": "0"], says: nil),
        Variables(environment: ["LISTEN_PID": "4711", "LISTEN_FDS": "2"], says: "2 sockets"),
        Variables(
            environment: ["LISTEN_PID": "4711", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "metrics:metrics"],
            says: "2 sockets"),
        Variables(
            environment: ["LISTEN_PID": "4711", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "allotd.socket:metrics:x"],
            says: "3 sockets"),
    ])
    func `Only what is meant for this process is taken from systemd`(_ variables: Variables) throws {
        let taken = Result { try SocketActivation.sockets(environment: variables.environment, processID: 4711) }
        switch (taken, variables.says) {
        case (.success(let sockets), nil): #expect(sockets == SocketActivation.Sockets())
        case (.failure(let error), .some(let says)): #expect("\(error)".contains(says))
        default: Issue.record("\(taken)")
        }
    }

    @Test func `Anything but a listening Unix stream socket is refused`() throws {
        let folder = try TemporaryFolder()
        let listening = try SocketFiles.listen(folder.path + "/s", backlog: 1)
        #expect(try SocketActivation.check(listening) == listening)
        #expect(fcntl(listening, F_GETFD) & FD_CLOEXEC != 0)
        close(listening)
        let others = [
            socket(AF_UNIX, 1, 0), socket(AF_UNIX, 2, 0), socket(AF_INET, 1, 0), Glibc.open("/dev/null", O_RDONLY),
        ]
        for other in others {
            #expect(throws: SocketError.self) { try SocketActivation.check(other) }
            close(other)
        }
        #expect(throws: SocketError.self) { try SocketActivation.check(9999) }
    }

    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}
