import AllotAPI
import CLinux
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Runs simulations, each in a process of its own, and ends one whose client goes away.
struct Simulator: Sendable {
    /// The daemon's program, whatever its file is called by now.
    var program = "/proc/self/exe"
    /// Of the daemon's database, for a replay of the journal.
    var folder: String?

    /// - Throws: a problem, or `CancellationError` where nobody waits any more.
    func run(_ order: SimulationOrder, files: ByteBuffer) async throws -> [UInt8] {
        let child = Child()
        let ending = try await withTaskCancellationHandler {
            try await NIOThreadPool.singleton.runIfActive { try child.run(program, order: order, files: files) }
        } onCancel: {
            child.kill()
        }
        try Task.checkCancellation()
        return try reply(ending)
    }

    private func reply(_ ending: Child.Ending) throws -> [UInt8] {
        let signal = ending.status & 0x7F
        let code = (ending.status >> 8) & 0xFF
        switch (signal, code) {
        case (0, 0): return ending.output
        case (0, SimulationProgram.faultCode):
            let fault = try JSONBody.decode(
                SimulationFault.self, from: ByteBuffer(bytes: ending.output), limits: JSONLimits())
            throw fault.problem
        case (SIGALRM, _): throw Problems.simulationLimit()
        // A process that gets no more memory ends itself by a trap, as one with a fault in it does.
        case (1..., _) where ending.peakBytes > Limits.simulationMemoryBytes / 2: throw Problems.simulationLimit()
        default: throw SimulatorFailure(signal: signal, exitCode: code)
        }
    }
}

/// The process of a simulation ended in a way that is nobody's fault but the daemon's own.
struct SimulatorFailure: Error {
    /// 0 where it ended by itself.
    var signal: Int32
    var exitCode: Int32
}

/// A process that reads a file in memory and writes another.
private final class Child: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isKilled = false
        /// Of the process while it runs.
        var descriptor: Int32?
    }

    struct Ending: Sendable {
        /// As wait(2) has it.
        var status: Int32
        /// Of memory that it had at once.
        var peakBytes: Int64
        var output: [UInt8]
    }

    /// Runs it to its end, on a thread that may wait.
    func run(_ program: String, order: SimulationOrder, files: ByteBuffer) throws -> Ending {
        let input = try MemoryFile("simulation-input")
        try input.write(try order.line())
        try files.withUnsafeReadableBytes { try input.write($0) }
        input.rewind()
        let output = try MemoryFile("simulation-output")
        let pid = try spawn(program, input.descriptor, output.descriptor)
        let descriptor = allot_pidfd_open(pid)
        let isKilled = state.withLock { state in
            state.descriptor = descriptor
            return state.isKilled
        }
        if isKilled { _ = allot_pidfd_send_signal(descriptor, SIGKILL) }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        state.withLock { $0.descriptor = nil }
        close(descriptor)
        return Ending(status: status, peakBytes: Int64(usage.ru_maxrss) << 10, output: try output.content())
    }

    /// Ends it; before it has begun, as soon as it does.
    func kill() {
        state.withLock { state in
            state.isKilled = true
            if let descriptor = state.descriptor { _ = allot_pidfd_send_signal(descriptor, SIGKILL) }
        }
    }

    private func spawn(_ program: String, _ input: Int32, _ output: Int32) throws -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("allotd"), strdup(SimulationProgram.command), nil]
        defer { for argument in arguments { free(argument) } }
        var pid: Int32 = 0
        let error = arguments.withUnsafeMutableBufferPointer { arguments in
            allot_spawn_filter(program, arguments.baseAddress, environ, input, output, &pid)
        }
        guard error >= 0 else { throw MemoryFile.Fault(code: -error) }
        return pid
    }
}

/// A file that lies in memory and has no name.
private final class MemoryFile {
    let descriptor: Int32

    struct Fault: Error {
        /// Of errno(3).
        var code: Int32
    }

    init(_ name: String) throws(Fault) {
        descriptor = allot_memory_file(name)
        if descriptor < 0 { throw Fault(code: -descriptor) }
    }

    deinit { close(descriptor) }

    func rewind() { lseek(descriptor, 0, SEEK_SET) }

    func write(_ bytes: [UInt8]) throws(Fault) {
        var fault: Fault?
        bytes.withUnsafeBytes { bytes in
            do throws(Fault) { try write(bytes) } catch { fault = error }
        }
        if let fault { throw fault }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Fault(code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// All of it.
    func content() throws(Fault) -> [UInt8] {
        rewind()
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Fault(code: errno) }
            if count == 0 { return content }
            content += chunk.prefix(count)
        }
    }
}

extension SimulationFault {
    var problem: Problem {
        guard SimulationFault.files.contains(field) else { return Problems.invalidField(field, detail) }
        return Problem(
            type: "/problems/unreadable-file", title: "A file can not be simulated", status: 422,
            detail: "\(field): \(detail)", field: field)
    }
}

extension Problems {
    static func simulationLimit() -> Problem {
        let (seconds, bytes) = (Limits.simulationSeconds, Limits.simulationMemoryBytes)
        return Problem(
            type: "/problems/simulation-limit", title: "More than is simulated", status: 422,
            detail:
                "It took more than \(seconds) s or \(bytes >> 30) GiB of memory, and was ended; try a shorter workload",
            members: ["limitSeconds": .number(seconds), "limitBytes": .number(bytes)])
    }
}
