#if canImport(Glibc)
    import Glibc
#endif

/// A file that appears under its name when it is whole and on the disk, and not at all otherwise.
struct NewFile: Sendable {
    let path: String
    /// Whether a file of that name is replaced.
    let mayReplace: Bool

    /// Writes the file, readable by its owner alone.
    /// - Parameter fill: Hands the bytes to its parameter, in order.
    /// - Throws: `Failure` where the file cannot be made, and whatever `fill` throws.
    func write<Result>(
        _ fill: (_ sink: @escaping @Sendable ([UInt8]) throws -> Void) async throws -> Result
    ) async throws -> Result {
        if !mayReplace, access(path, F_OK) == 0 { throw exists }
        let draft = "\(path).\(UInt32.random(in: .min ... .max)).part"
        let number = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw fault("cannot write beside \(path)") }
        let file = FileDescriptor(number)
        do {
            let result = try await fill { bytes in
                do { try file.write(bytes) } catch { throw Failure(.failed, "cannot write \(path): \(error)") }
            }
            guard fsync(number) == 0 else { throw fault("cannot write \(path)") }
            try publish(draft)
            close(number)
            return result
        } catch {
            close(number)
            unlink(draft)
            throw error
        }
    }

    /// Gives the draft its name, and makes that durable.
    private func publish(_ draft: String) throws(Failure) {
        if mayReplace {
            guard rename(draft, path) == 0 else { throw fault("cannot write \(path)") }
        } else {
            // A link fails where the name is taken, which rename(2) does not.
            guard link(draft, path) == 0 else { throw errno == EEXIST ? exists : fault("cannot write \(path)") }
            unlink(draft)
        }
        let folder = open(self.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private var exists: Failure { Failure(.failed, "\(path) is there already", hint: "To write over it: --force") }

    private func fault(_ what: String) -> Failure { Failure(.failed, "\(what): \(SystemError.last)") }
}
