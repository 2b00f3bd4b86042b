import Glibc
import Testing
import Units

@testable import Telemetry

/// A copy of the stub library for one test, with what it is told to say.
final class StubNVML {
    let path: String
    private let folder = TemporaryFolder()

    /// - Parameter library: what was built.
    init(_ library: String?, _ lines: String...) throws {
        let library = try #require(library)
        path = folder.path + "/nvml.so"
        // A copy, for the loader takes two names of one file for one library.
        try #require(StubNVML.copy(library, path))
        tell(lines)
    }

    /// What it says from now on.
    func tell(_ lines: [String]) {
        folder.write("nvml.so.new", lines.map { $0 + "\n" }.joined())
        rename(path + ".new", path + ".told")
    }

    /// What opened and closed sessions.
    var calls: [String] {
        guard let folder = try? ProcFolder(folder.path), let text = folder.text("nvml.so.calls") else { return [] }
        return text.split(separator: "\n").map(String.init)
    }

    private static func copy(_ from: String, _ to: String) -> Bool {
        let source = open(from, O_RDONLY | O_CLOEXEC)
        let target = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0o700)
        defer {
            close(source)
            close(target)
        }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while source >= 0, target >= 0 {
            let count = read(source, &chunk, chunk.count)
            if count == 0 { return true }
            guard count > 0, write(target, chunk, count) == count else { return false }
        }
        return false
    }
}

/// A whole device of NVIDIA's, and a part of one.
func nvidia(_ number: Int) -> WatchedDevice { watched("GPU-\(number)", vendor: "nvidia", uuid: "GPU-\(number)") }
func part(_ number: Int) -> WatchedDevice { watched("MIG-\(number)", vendor: "nvidia", uuid: "MIG-\(number)") }
