extension Member {
    /// Reads a rule as a policy's text writes it: a user's name, `@group`, or `*`.
    ///
    /// nil for what can be no name on Linux: empty, all digits, with a control character, `:` or `/`, or beginning with
    /// `-`. These are the rules that systemd holds names of other systems' directories to (USER_NAMES(7), "relaxed").
    init?(_ text: String) {
        if text == "*" {
            self = .everyone
        } else if text.hasPrefix("@") {
            let name = String(text.dropFirst())
            guard Member.isName(name) else { return nil }
            self = .group(name)
        } else {
            guard Member.isName(text) else { return nil }
            self = .user(text)
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.first, let last = name.last, name != ".", name != ".." else { return false }
        guard first != "-", first != "@", !first.isWhitespace, !last.isWhitespace else { return false }
        guard !name.utf8.allSatisfy(\.isDigit), name.isPrintable else { return false }
        return !name.utf8.contains { [UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "*")].contains($0) }
    }
}

extension UInt8 {
    /// Whether it is an ASCII digit.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
