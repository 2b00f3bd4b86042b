import AllotAPI
import FakeDaemon
import Foundation
import Synchronization
import Testing
import Units

@Suite("Running inside a reservation", .enabled(if: BuiltProgram.path != nil, "allot is not built"))
struct RunTests {
    /// A daemon that lets everybody in.
    private func inside(
        processors: String = "0", isConfined: Bool = true, _ body: (FakeDaemon) async throws -> Void
    ) async throws {
        try await FakeDaemon.run { request, responder in
            #expect(request.method == "POST" && request.path == "/v1/reservations/r-3/attach" && request.body.isEmpty)
            let view = AttachView(
                id: "r-3",
                environment: ["ALLOT_RESERVATION": "r-3", "CUDA_VISIBLE_DEVICES": "GPU-1,GPU-2", "EMPTY": ""],
                processors: processors, memoryNodes: "", isConfined: isConfined,
                endsAt: DateTime(Timestamp(milliseconds: 0)))
            try await responder.reply(Array(try JSONEncoder().encode(view)))
        } _: { (daemon) async throws in
            try await body(daemon)
        }
    }

    @Test("The command has the environment, its own exit code, and this process's id")
    func command() async throws {
        try await inside { (daemon) async throws in
            let script = #"echo "$ALLOT_RESERVATION $CUDA_VISIBLE_DEVICES [${EMPTY-unset}] $$ $1"; exit 7"#
            let (pids, pid) = AsyncStream.makeStream(of: Int32.self)
            let ending = try await BuiltProgram.run(daemon, "run", "r-3", "--", "sh", "-c", script, "sh", "--utc") {
                pid.yield($0)
                pid.finish()
            }
            let process = await pids.first { _ in true } ?? 0
            #expect(ending.output == "r-3 GPU-1,GPU-2 [] \(process) --utc\n")
            #expect(ending.code == 7 && ending.errors.isEmpty)
        }
    }

    /// Starts a program with no signal ignored and three open files, whatever the test's own process has.
    private func clean(_ arguments: [String], daemon: FakeDaemon) async throws -> Ending {
        let script = #"for f in $(ls /proc/$$/fd); do [ $f -gt 2 ] && eval "exec $f>&-"; done; exec "$@""#
        return try await BuiltProgram.run(
            "/usr/bin/env", ["--default-signal", "bash", "-c", script, "bash"] + arguments,
            environment: ["ALLOT_SOCKET": daemon.path])
    }

    @Test("The command gets the signals and the open files that the program was given")
    func untouched() async throws {
        let path = try #require(BuiltProgram.path)
        let look = "grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd"
        try await inside { (daemon) async throws in
            let plain = try await clean(["/bin/sh", "-c", look], daemon: daemon)
            let ran = try await clean([path, "run", "r-3", "--", "/bin/sh", "-c", look], daemon: daemon)
            #expect(parts(plain).contains("SigBlk:") && parts(ran) == parts(plain), "\(ran.errors)")
        }
    }

    /// The words of an output; of masks of signals, the first 31: the next two are the C library's own.
    private func parts(_ ending: Ending) -> [String] {
        ending.output.split(whereSeparator: \.isWhitespace).map { word in
            guard word.count == 16, let mask = UInt64(word, radix: 16) else { return String(word) }
            return String(mask & 0x7FFF_FFFF, radix: 16)
        }
    }

    @Test("A signal that was ignored before stays ignored")
    func ignored() async throws {
        let path = try #require(BuiltProgram.path)
        try await inside { (daemon) async throws in
            let script = "trap '' PIPE HUP; exec \(path) run r-3 -- grep SigIgn /proc/self/status"
            let ending = try await clean(["/bin/sh", "-c", script], daemon: daemon)
            #expect(ending.output.hasSuffix("1001\n"), "\(ending.output)")
        }
    }

    @Test("Where the kernel does not confine it, it binds itself")
    func bound() async throws {
        let allowed = try await BuiltProgram.run("/bin/grep", ["Cpus_allowed_list", "/proc/self/status"]).output
        let list = allowed.split(whereSeparator: \.isWhitespace).last.flatMap { BitSet(list: String($0)) } ?? BitSet()
        let last = try #require(Array(list).last)
        try await inside(processors: "\(last)", isConfined: false) { (daemon) async throws in
            let ending = try await BuiltProgram.run(
                daemon, "run", "r-3", "--", "grep", "Cpus_allowed_list", "/proc/self/status")
            #expect(ending.output == "Cpus_allowed_list:\t\(last)\n")
            #expect(ending.errors.isEmpty)
        }
    }

    @Test("Processors that this machine does not have are said once, and gone without")
    func missingProcessors() async throws {
        try await inside(processors: "60000-60001", isConfined: false) { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "run", "r-3", "--", "echo", "here")
            #expect(ending.output == "here\n" && ending.code == 0)
            #expect(
                ending.errors == "allot: r-3: this machine does not have processors 60000-60001; going on without\n")
        }
    }

    @Test(
        "A command that is not there is 127, one that cannot be executed 126",
        arguments: [("no-such-command-at-all", 127), ("/nonexistent/x", 127), ("/etc/passwd", 126), ("/", 126)]
            as [(String, Int32)])
    func cannotExecute(program: String, code: Int32) async throws {
        try await inside { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "run", "r-3", "--", program)
            #expect(ending.code == code)
            #expect(ending.errors.hasPrefix("allot: cannot execute \(program): "))
        }
    }

    @Test("A reservation that is not active lets nobody in")
    func refused() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply(
                #"{"type":"/problems/not-active","title":"Not active"}"#, status: 409, type: "application/problem+json")
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "run", "r-3", "--", "echo", "inside")
            #expect(ending.code == 2 && ending.output.isEmpty)
            #expect(daemon.requests.count == 1)
        }
    }

    @Test("The shell is the person's own")
    func shell() async throws {
        let path = try #require(BuiltProgram.path)
        try await inside { (daemon) async throws in
            let ending = try await BuiltProgram.run(
                path, ["shell", "r-3"], environment: ["ALLOT_SOCKET": daemon.path, "SHELL": "/usr/bin/env"])
            #expect(ending.code == 0)
            #expect(ending.output.contains("ALLOT_RESERVATION=r-3\n"))
        }
    }

    @Test("What comes is told on the terminal, by a process that is no child of the command and ends with it")
    func notices() async throws {
        let path = try #require(BuiltProgram.path)
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(mkfifo("\(folder)/told", 0o600) == 0)
        let asked = Asked()
        try await FakeDaemon.run { request, responder in
            if request.method == "POST" { return try await responder.reply(Self.attached) }
            // The third question comes after the second answer was told: it is not told again.
            if asked.next() == 3 { try Data("3\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/told")) }
            var view = Sample.reservation(3, .active)
            view.endsSoon = true
            try await responder.reply(Sample.json(view))
        } _: { (daemon) async throws in
            let script = """
                read count <\(folder)/told; read children </proc/$$/task/$$/children
                echo "asked $count, children [$children]"; ls /proc/$$/fd
                echo onlooker $(pgrep -f 'allot notices r-3 --socket \(daemon.path)')
                """
            try script.write(toFile: "\(folder)/script", atomically: true, encoding: .utf8)
            let ending = try await BuiltProgram.run(
                "/usr/bin/script", ["-qec", "\(path) run --utc r-3 -- sh \(folder)/script", "/dev/null"],
                environment: ["ALLOT_SOCKET": daemon.path])
            let lines = ending.output.split(whereSeparator: \.isNewline)
            let told = lines.filter { $0.hasPrefix("allot: r-3 ends at 2026-11-23 13:30Z (") }
            #expect(told.count == 1 && told.allSatisfy { $0.hasSuffix("for more time: allot extend r-3 --for 1h") })
            #expect(lines.contains("asked 3, children []") && lines.filter { Int($0) != nil }.count <= 4, "\(lines)")
            let process = try #require(lines.last?.split(separator: " ").last.flatMap { Int32($0) }, "\(lines)")
            let over = try await BuiltProgram.run("/usr/bin/tail", ["--pid", "\(process)", "-f", "/dev/null"])
            #expect(over.code == 0)
        }
    }

    private static var attached: [UInt8] {
        get throws {
            Array(
                try JSONEncoder().encode(
                    AttachView(
                        id: "r-3", environment: [:], processors: "0", memoryNodes: "", isConfined: true,
                        endsAt: DateTime(Sample.now))))
        }
    }

    /// Counts.
    private final class Asked: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
