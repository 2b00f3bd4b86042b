import Glibc

/// Which start of the machine this is: random(4), `/proc/sys/kernel/random/boot_id`.
enum BootID {
    /// nil where the kernel does not tell.
    static var current: String? {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        return String(text.prefix { !$0.isWhitespace })
    }
}
