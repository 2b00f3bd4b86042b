import Glibc
import Testing
import Units

@testable import Enforcement

@Suite("Processes as the kernel tells of them")
struct ProcessTableTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `this process is in the table, with its users`() throws {
        let facts = try #require(ProcessTable.facts(of: getpid()))
        #expect(facts.parent == getppid() && !facts.isZombie)
        #expect(ProcessTable.all().contains { $0.identity == facts.identity })
        #expect(ProcessTable.users(of: getpid()) == Array(repeating: getuid(), count: 4))
        #expect(ProcessTable.facts(of: .max) == nil && ProcessTable.users(of: .max) == nil)
    }

    @Test func `a signal reaches the process it is meant for only`() throws {
        let process = try child("exec sleep 600", folder: folder)
        let identity = try #require(ProcessTable.facts(of: process)).identity
        var earlier = identity
        earlier.startTime -= 1
        #expect(!ProcessTable.signal(SIGKILL, to: earlier))
        #expect(isRunning(process))
        #expect(ProcessTable.signal(SIGKILL, to: identity))
        #expect(exitCode(status: reap(process)) == 137)
        #expect(!ProcessTable.signal(SIGKILL, to: identity))
    }

    @Test func `a peer that lives on is confirmed, one that has ended is not`() throws {
        let process = try child("exec sleep 600", folder: folder)
        let peer = PeerProcess(pid: process, user: UserID(getuid()))
        let check = try PeerCheck(peer)
        try check.confirm()
        kill(process, SIGKILL)
        reap(process)
        #expect(throws: ExecutorFailure.self) { try check.confirm() }
        #expect(throws: ExecutorFailure.self) { _ = try PeerCheck(peer) }
    }

    @Test func `a peer of another user is refused`() throws {
        let peer = PeerProcess(pid: getpid(), user: UserID(getuid() + 1))
        #expect(throws: ExecutorFailure.self) { _ = try PeerCheck(peer) }
    }

    @Test(arguments: [
        ("true", "/usr/bin:/bin", "/", true), ("true", "", "/", false), ("true", "bin:usr/bin", "/", false),
        ("true", "/nowhere:/usr/bin/../bin", "/", false), ("./true", "", "/usr/bin", true),
        ("bin/true", "", "/usr", true),
        ("/usr/bin/true", "", "/nowhere", true), ("/usr/bin", "", "/", false), ("no-such", "/usr/bin", "/", false),
    ])
    func `a program is found where it is meant`(program: String, path: String, directory: String, isFound: Bool) {
        let found = try? ProgramPath.find(program, path: path, directory: directory)
        #expect((found != nil) == isFound)
        if let found { #expect(found.hasPrefix("/") && access(found, X_OK) == 0) }
    }

    @Test func `an event wakes a waiting thread until it is cleared`() throws {
        let wakeup = try Wakeup()
        var polled = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&polled, 1, 0) == 0)
        wakeup.wake()
        wakeup.wake()
        #expect(poll(&polled, 1, 0) == 1)
        wakeup.clear()
        #expect(poll(&polled, 1, 0) == 0)
    }

    @Test func `a wait ends with a signal, with its time, or with its task`() async {
        let changes = ChangeSignal()
        changes.signal()
        await changes.wait(after: 0, atMost: .seconds(600))
        await changes.wait(after: changes.generation, atMost: .milliseconds(1))
        let cancelled = Task { await changes.wait(after: changes.generation, atMost: .seconds(600)) }
        cancelled.cancel()
        await cancelled.value
        let waiting = Task { await changes.wait(after: 1, atMost: .seconds(600)) }
        changes.signal()
        await waiting.value
    }
}
