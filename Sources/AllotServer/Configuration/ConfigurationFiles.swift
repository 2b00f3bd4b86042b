import Glibc
public import Policy

extension Configuration {
    /// Reads the file that the flags name, or the one at the default place, and merges the flags into it. Without a
    /// file at the default place everything has its default.
    public static func load(_ flags: ConfigurationOverrides) throws(ConfigurationError) -> Configuration {
        let path = flags.config ?? defaultFile
        guard let bytes = try read(file: path, mayBeAbsent: flags.config == nil) else {
            return try Configuration().merged(with: flags)
        }
        let configuration: Configuration
        do throws(DocumentFaults) {
            configuration = try read(yaml: bytes, name: path)
        } catch {
            throw .faults(error)
        }
        return try configuration.merged(with: flags)
    }

    /// Reads the policy's file. Without one at the default place there is the department `default` with every user in
    /// it; one that is named elsewhere has to be there, so that a slip in a path opens the machine to nobody.
    /// - Returns: nil where there is none.
    public func loadPolicy() throws(ConfigurationError) -> PolicyText? {
        let mayBeAbsent = policy == Configuration.defaultPolicy
        guard let bytes = try Configuration.read(file: policy, mayBeAbsent: mayBeAbsent) else { return nil }
        do throws(DocumentFaults) {
            return try PolicyText(yaml: bytes, name: policy)
        } catch {
            throw .faults(error)
        }
    }

    /// The bytes of a regular file, one more than a document may have at most; nil where it may be absent and is.
    private static func read(file path: String, mayBeAbsent: Bool) throws(ConfigurationError) -> [UInt8]? {
        // Nonblocking, so that a pipe in the file's place cannot hold the daemon up before it is seen for what it is.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT, mayBeAbsent { return nil }
            throw failure(path, errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= YAMLDocument.Limits.bytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, errno) }
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }

    private static func failure(_ path: String, _ code: Int32) -> ConfigurationError {
        .unreadable(path: path, reason: String(cString: strerror(code)))
    }
}
