import CLinux
import Glibc

/// A program of `allotd.yaml` that an anchor is handed to: on its standard input, as JSON, with no shell in between.
enum AnchorCommand {
    struct Fault: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// Runs it to its end, or kills it when its time is over. Waits on the calling thread.
    static func run(_ program: String, _ anchor: Anchor, within limit: Duration) throws(Fault) {
        let input = allot_memory_file("anchor")
        guard input >= 0 else { throw failure(-input) }
        defer { close(input) }
        let output = allot_memory_file("anchor-output")
        guard output >= 0 else { throw failure(-output) }
        defer { close(output) }
        let bytes = anchor.json + [UInt8(ascii: "\n")]
        guard write(input, bytes, bytes.count) == bytes.count, lseek(input, 0, SEEK_SET) == 0 else {
            throw failure(errno)
        }
        let pid = try spawn(program, input, output)
        let descriptor = allot_pidfd_open(pid)
        defer { if descriptor >= 0 { close(descriptor) } }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let isLate = Glibc.poll(&poll, 1, Int32(clamping: limit.components.seconds * 1000)) == 0
        if isLate { _ = allot_pidfd_send_signal(descriptor, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        if isLate { throw Fault(description: "\(program) took longer than \(limit) and was killed") }
        // As wait(2) has it: a signal in the low seven bits, the code above the low eight.
        guard status == 0 else {
            let how = status & 0x7f == 0 ? "exit code \((status >> 8) & 0xff)" : "signal \(status & 0x7f)"
            throw Fault(description: "\(program) ended with \(how)")
        }
    }

    private static func spawn(_ program: String, _ input: Int32, _ output: Int32) throws(Fault) -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), nil]
        defer { for argument in arguments { free(argument) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
        defer { for variable in environment { free(variable) } }
        var pid: Int32 = 0
        let error = arguments.withUnsafeMutableBufferPointer { arguments in
            environment.withUnsafeMutableBufferPointer { environment in
                allot_spawn_filter(program, arguments.baseAddress, environment.baseAddress, input, output, &pid)
            }
        }
        guard error >= 0 else { throw failure(-error) }
        return pid
    }

    private static func failure(_ code: Int32) -> Fault { Fault(description: SocketError.text(code)) }
}
