import AllotAPI

#if canImport(Glibc)
    import Glibc
#endif

/// A file that is read as a whole; `-` is standard input.
struct InputFile {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// What messages call it.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    /// Its bytes, where they are not more than a simulation takes.
    func read() throws(Failure) -> [UInt8] {
        let number = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw fault() }
        defer { if number != STDIN_FILENO { close(number) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(number, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault() }
            if count == 0 { break }
            bytes += chunk.prefix(count)
            guard bytes.count <= APILimits.simulationBytes else { throw InputFile.tooLarge(InputFile.name(path)) }
        }
        guard !bytes.isEmpty else { throw Failure(.failed, "\(InputFile.name(path)): it is empty") }
        return bytes
    }

    static func tooLarge(_ name: String) -> Failure {
        Failure(
            .failed, "\(name): more than the \(APILimits.simulationBytes >> 20) MiB that the daemon takes",
            hint: "A file may be compressed: gzip -k FILE")
    }

    private func fault() -> Failure { Failure(.failed, "cannot read \(InputFile.name(path)): \(SystemError.last)") }
}
