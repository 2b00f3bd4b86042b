/// Text from elsewhere, made fit to be shown and kept.
enum Words {
    /// At most so many bytes of it, with a question mark for what is not printable ASCII: it is a stranger's word.
    static func printable(_ text: some StringProtocol, limitBytes: Int) -> String {
        let bytes = text.utf8.prefix(limitBytes).map { (32...126).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
