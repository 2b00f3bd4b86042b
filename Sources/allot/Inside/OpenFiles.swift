#if canImport(Glibc)
    import Glibc
#endif

/// The files that a process has open.
struct OpenFiles: Sendable, Hashable {
    private let numbers: Set<Int32>

    /// This process's: what it was given, where nothing has been opened yet.
    static func current() -> OpenFiles {
        OpenFiles(numbers: Set(list()))
    }

    /// Has the kernel close all but these when a command takes this process's place: SwiftNIO leaves its epoll
    /// descriptor open.
    func closeOthersOnExecute() {
        for number in OpenFiles.list() where !numbers.contains(number) {
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func list() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var numbers: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { name in
                String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = Int32(name), number != dirfd(folder) { numbers.append(number) }
        }
        return numbers
    }
}
