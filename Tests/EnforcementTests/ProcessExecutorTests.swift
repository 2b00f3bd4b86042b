import Glibc
import Testing
import Units

@testable import Enforcement

@Suite("The process executor")
struct ProcessExecutorTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func executor() async throws -> ProcessExecutor {
        try await ProcessExecutor(stateDirectory: folder.path, logger: silent)
    }

    private func output(_ number: Int64 = 1) -> String {
        SmallFile.text("\(folder.path)/logs/r-\(number).log") ?? ""
    }

    /// Long-polls until the command of a reservation has ended.
    private func exitCode(_ executor: ProcessExecutor, _ number: Int64 = 1) async throws -> Int32 {
        var version: UInt64 = 0
        for _ in 0..<50 {
            let seen = try await executor.observe(since: version, within: .seconds(20))
            version = seen.version
            let state = seen.commands.first { $0.reservation.number == number }
            if let code = state?.exitCode { return code }
        }
        throw NeverBecameSo()
    }

    /// Holds a grant and starts `/bin/sh -c script` in it.
    private func run(_ script: String, in executor: ProcessExecutor, _ holding: Holding = grant()) async throws {
        _ = try await executor.start(.holding(holding))
        _ = try await executor.start(.command(command("sh", "-c", script), holding))
    }

    /// The number that a command has written as its first line.
    private func writtenPID(_ number: Int64 = 1) async throws -> Int32 {
        try await until("the command writes its pid") { output(number).contains("\n") }
        return try #require(Int32(output(number).prefix { $0 != "\n" }))
    }

    @Test func `a grant stands until it is stopped`() async throws {
        let executor = try await executor()
        let receipt = try await executor.start(.holding(grant(7)))
        #expect(receipt.environment["ALLOT_RESERVATION"] == "r-7")
        #expect(!receipt.isConfined)
        #expect(try await executor.start(.holding(grant(7))) == receipt)
        #expect(try await executor.inventory().reservations == [ReservationID(7)])
        try await executor.stop(ReservationID(7), grace: .zero)
        try await executor.stop(ReservationID(7), grace: .zero)
        #expect(try await executor.inventory().reservations == [])
    }

    @Test(arguments: [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)])
    func `a command's end is observed with its exit code`(script: String, code: Int32) async throws {
        let executor = try await executor()
        try await run(script, in: executor)
        #expect(try await exitCode(executor) == code)
        try await executor.stop(ReservationID(1), grace: .zero)
        #expect(try await executor.observe(since: 0, within: .zero).commands == [])
    }

    @Test func `output goes to the log, which is the owner's alone`() async throws {
        let executor = try await executor()
        try await run("echo one; echo two >&2; echo three", in: executor)
        #expect(try await exitCode(executor) == 0)
        #expect(output() == "one\ntwo\nthree\n")
        var status = stat()
        #expect(stat("\(folder.path)/logs/r-1.log", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `nothing in a command is expanded, and its environment is the one that was given`() async throws {
        let executor = try await executor()
        let holding = grant()
        _ = try await executor.start(.holding(holding))
        let wanted = command(
            "/usr/bin/env", "--", "printenv", "OWN", "ALLOT_RESERVATION", "CUDA_VISIBLE_DEVICES",
            environment: ["OWN": "$HOME *", "ALLOT_RESERVATION": "r-999"])
        _ = try await executor.start(.command(wanted, holding))
        #expect(try await exitCode(executor) == 0)
        #expect(output() == "$HOME *\nr-1\n\n")
    }

    @Test func `a command has a session of its own and no descriptor of the daemon's`() async throws {
        let executor = try await executor()
        try await run("echo $$; cut -d' ' -f6 /proc/$$/stat; ls /proc/$$/fd | tr '\\n' ' '", in: executor)
        #expect(try await exitCode(executor) == 0)
        let lines = output().split(separator: "\n")
        #expect(lines[0] == lines[1])
        #expect(lines[2] == "0 1 2 ")
    }

    @Test func `no signal is ignored or blocked in a command`() async throws {
        let executor = try await executor()
        try await run("grep -E 'SigBlk|SigIgn' /proc/self/status", in: executor)
        #expect(try await exitCode(executor) == 0)
        let masks = output().split(separator: "\n").map { UInt64($0.suffix(16), radix: 16) }
        // glibc leaves the two signals of its own, 32 and 33, as it uses them.
        #expect(masks.count == 2 && masks.allSatisfy { $0.map { $0 & ~(3 << 31) } == 0 }, "\(output())")
    }

    @Test func `a command runs on the processors of its grant`() async throws {
        let present = Array(MachineLimits.current().processors)
        let processor = try #require(present.last)
        let executor = try await executor()
        try await run("grep Cpus_allowed_list /proc/self/status", in: executor, grant(processors: [processor]))
        #expect(try await exitCode(executor) == 0)
        #expect(output() == "Cpus_allowed_list:\t\(processor)\n")
        #expect(Array(MachineLimits.current().processors) == present, "the daemon itself was bound")
    }

    @Test(.enabled(if: !MachineLimits.current().memoryNodes.isEmpty, "this machine shows no NUMA nodes"))
    func `a command takes its memory from the nodes of its grant`() async throws {
        let node = try #require(Array(MachineLimits.current().memoryNodes).last)
        let executor = try await executor()
        try await run("head -1 /proc/self/numa_maps", in: executor, grant(nodes: [node]))
        #expect(try await exitCode(executor) == 0)
        #expect(output().contains(" bind:\(node) "))
    }

    @Test func `a grant of processors that are not here binds nothing`() async throws {
        let executor = try await executor()
        let absent = grant(processors: [0, 4095], nodes: [63])
        try await run("grep Cpus_allowed_list /proc/self/status", in: executor, absent)
        #expect(try await exitCode(executor) == 0)
        #expect(output() == "Cpus_allowed_list:\t\(MachineLimits.current().processors.list)\n")
    }

    @Test func `starting a command again starts nothing`() async throws {
        let executor = try await executor()
        try await run("echo ran", in: executor)
        #expect(try await exitCode(executor) == 0)
        try await run("echo ran", in: executor)
        #expect(output() == "ran\n")
    }

    @Test func `another user's command is refused`() async throws {
        let executor = try await executor()
        let theirs = grant(owner: getuid() + 1)
        _ = try await executor.start(.holding(theirs))
        await #expect(throws: ExecutorFailure.self) {
            try await executor.start(.command(command("true"), theirs))
        }
        #expect(try await executor.observe(since: 0, within: .zero).commands == [])
    }

    @Test(arguments: ["/nowhere/program", "no-such-program", "/etc/passwd", "/etc"])
    func `what is no program is refused, and may be tried again`(program: String) async throws {
        let executor = try await executor()
        _ = try await executor.start(.holding(grant()))
        for _ in 0..<2 {
            await #expect {
                try await executor.start(.command(command(program), grant()))
            } throws: { error in
                guard case .refused(let reason) = error as? ExecutorFailure else { return false }
                return reason.contains(program)
            }
        }
        try await run("echo well", in: executor)
        #expect(try await exitCode(executor) == 0)
    }

    @Test func `a command needs a grant that stands`() async throws {
        let executor = try await executor()
        await #expect(throws: ExecutorFailure.failed("r-1 does not stand here")) {
            try await executor.start(.command(command("true"), grant()))
        }
    }

    @Test func `stop ends children that ignore SIGTERM and have sessions of their own`() async throws {
        let executor = try await executor()
        try await run(
            """
            trap '' TERM
            setsid sh -c 'trap "" TERM; echo $$; while :; do sleep 0.2; done' &
            (setsid sleep 600 &)
            while :; do sleep 0.2; done
            """, in: executor)
        let grandchild = try await writtenPID()
        #expect(isRunning(grandchild))
        try await executor.stop(ReservationID(1), grace: Span(milliseconds: 200))
        #expect(!isRunning(grandchild))
        let record = ProcessRecord(bootID: "", token: "", holding: grant())
        #expect(record.members(of: ProcessTable.all()).isEmpty)
    }

    @Test func `stop ends what has left every parent and session, by its environment`() async throws {
        let executor = try await executor()
        try await run("setsid setsid sh -c 'echo $$; exec sleep 600' & exit 0", in: executor)
        let orphan = try await writtenPID()
        #expect(try await exitCode(executor) == 0)
        #expect(isRunning(orphan))
        try await executor.stop(ReservationID(1), grace: .seconds(20))
        #expect(!isRunning(orphan))
    }

    @Test func `a command may end by itself within its grace`() async throws {
        let executor = try await executor()
        try await run("trap 'echo saved; exit 0' TERM; echo $$; while :; do sleep 0.05; done", in: executor)
        _ = try await writtenPID()
        let began = ContinuousClock.now
        try await executor.stop(ReservationID(1), grace: .seconds(60))
        #expect(ContinuousClock.now - began < .seconds(30))
        #expect(output().hasSuffix("saved\n"))
    }

    @Test func `an attached process ends with its grant, and no other`() async throws {
        let executor = try await executor()
        let receipt = try await executor.start(.holding(grant()))
        let attached = try child("sleep 600", folder: folder)
        let other = try child("sleep 600", folder: folder)
        defer {
            kill(other, SIGKILL)
            reap(other)
            reap(attached)
        }
        let peer = PeerProcess(pid: attached, user: UserID(getuid()))
        #expect(try await executor.start(.attach(peer, grant())) == receipt)
        try await executor.stop(ReservationID(1), grace: .seconds(20))
        #expect(!isRunning(attached))
        #expect(isRunning(other))
    }

    @Test func `a process that is not the peer's is not attached`() async throws {
        let executor = try await executor()
        _ = try await executor.start(.holding(grant()))
        let process = try child("sleep 600", folder: folder)
        defer {
            kill(process, SIGKILL)
            reap(process)
        }
        for peer in [
            PeerProcess(pid: process, user: UserID(getuid() + 1)), PeerProcess(pid: 0, user: UserID(getuid())),
            PeerProcess(pid: .max, user: UserID(getuid())),
        ] {
            await #expect(throws: ExecutorFailure.self) { try await executor.start(.attach(peer, grant())) }
        }
    }

    @Test func `observe waits for a change, and no longer than it was told`() async throws {
        let executor = try await executor()
        let version = try await executor.observe(since: 0, within: .zero).version
        let began = ContinuousClock.now
        #expect(try await executor.observe(since: version, within: Span(milliseconds: 50)).version == version)
        #expect(ContinuousClock.now - began >= .milliseconds(50))
        async let seen = executor.observe(since: version, within: .seconds(60))
        try await run("exit 0", in: executor)
        #expect(try await seen.version != version)
    }
}
