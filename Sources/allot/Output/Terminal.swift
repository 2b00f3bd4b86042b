#if canImport(Glibc)
    import Glibc
#endif

/// What a stream leads to.
struct Terminal: Sendable, Hashable {
    let isTerminal: Bool
    /// Columns; nil where it is no terminal, or one that does not say.
    let width: Int?
    let isColoured: Bool
    let isUnicode: Bool

    static var standardOutput: Terminal { Terminal(descriptor: STDOUT_FILENO) }
    static var standardError: Terminal { Terminal(descriptor: STDERR_FILENO) }

    private init(descriptor: Int32) {
        isTerminal = isatty(descriptor) == 1
        var size = winsize()
        let isSized = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width = isSized ? Int(size.ws_col) : nil
        // no-color.org: any value but the empty one.
        isColoured = isTerminal && Environment["NO_COLOR"] == nil && Environment["TERM"] != "dumb"
        let locale = Environment["LC_ALL"] ?? Environment["LC_CTYPE"] ?? Environment["LANG"] ?? ""
        isUnicode = Terminal.isUnicode(locale: locale)
    }

    /// Whether a locale's texts are UTF-8, as those of `C.UTF-8` and `de_DE.utf8@euro`. Byte by byte, since the first
    /// search for a text in a text costs a process a fifth of a millisecond.
    static func isUnicode(locale: String) -> Bool {
        let letters = locale.utf8.filter { $0 != UInt8(ascii: "-") }.map { $0 | 0x20 }
        return letters.indices.contains { letters[$0...].starts(with: "utf8".utf8) }
    }
}

/// The environment of this process.
enum Environment {
    /// A variable's value; nil where it is not set or empty.
    static subscript(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
