import Glibc
import Testing

/// Compiles the C sources of `Programs`, once each.
enum Compiler {
    /// Kept until the tests end.
    private static let folder = TemporaryFolder()

    /// The program that holds a device file.
    static let opener = build("opener.c", "opener", ["-pthread"])

    /// A library in the place of NVIDIA's, one as it was before driver 410, and one that is none.
    static let nvml = build("nvml-stub.c", "nvml.so", ["-shared", "-fPIC"])
    static let oldNVML = build("nvml-stub.c", "old-nvml.so", ["-shared", "-fPIC", "-DSTUB_OLD"])
    static let emptyNVML = build("nvml-stub.c", "empty-nvml.so", ["-shared", "-fPIC", "-DSTUB_EMPTY"])

    /// Whether the machine has a compiler for C.
    static let isThere = run(["cc", "--version"], quietly: true) == 0

    /// Gives the path of what was built; nil, and an issue, where it could not be.
    static func build(_ source: String, _ name: String, _ options: [String]) -> String? {
        let sources = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let target = "\(folder.path)/\(name)"
        let status = run(["cc", "-O1", "-o", target, "/\(sources)/Programs/\(source)"] + options, quietly: false)
        guard status == 0 else {
            Issue.record("\(source): the compiler gave \(status)")
            return nil
        }
        // Other tests of this process may change its umask meanwhile.
        chmod(target, 0o755)
        return target
    }

    private static func run(_ arguments: [String], quietly: Bool) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if quietly {
            for output in [STDOUT_FILENO, STDERR_FILENO] {
                posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
            }
        }
        var pid: pid_t = 0
        let strings = arguments.map { strdup($0) }
        defer { strings.forEach { free($0) } }
        guard posix_spawnp(&pid, arguments[0], &actions, nil, strings + [nil], environ) == 0 else { return 127 }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }
}

/// A process that holds a device file until it is let go.
final class Child {
    let pid: pid_t

    /// Waits until it says that it is ready.
    init(_ program: String, _ arguments: [String]) throws {
        var output: [Int32] = [0, 0]
        var input: [Int32] = [0, 0]
        try #require(pipe(&output) == 0 && pipe(&input) == 0)
        for end in output + input { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO)
        var pid: pid_t = 0
        let strings = ([program] + arguments).map { strdup($0) }
        defer { strings.forEach { free($0) } }
        let error = posix_spawn(&pid, program, &actions, nil, strings + [nil], environ)
        close(input[0])
        close(output[1])
        defer { close(output[0]) }
        held = input[1]
        self.pid = pid
        try #require(error == 0)
        var answer = [UInt8](repeating: 0, count: 6)
        try #require(read(output[0], &answer, 6) == 6, "\(arguments) did not become ready")
    }

    deinit {
        close(held)
        if pid > 0 {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    private let held: Int32
}
