import Testing

@testable import allot

@Suite("Text on a terminal")
struct DisplayTests {
    @Test(
        "A locale says whether its texts are UTF-8",
        arguments: [
            ("C.UTF-8", true), ("en_US.utf8", true), ("de_DE.Utf-8@euro", true), ("utf8", true), ("", false),
            ("C", false), ("POSIX", false), ("de_DE.ISO-8859-1", false), ("ja_JP.UTF-16", false), ("utf", false),
        ])
    func locale(name: String, isUnicode: Bool) {
        #expect(Terminal.isUnicode(locale: name) == isUnicode)
    }

    @Test(
        "Text takes the columns that a terminal gives it",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한국", 4), ("ﾊﾝｶｸ", 4), ("ＡＢ", 4), ("😀", 2),
            ("👩‍👩‍👧", 2),
            ("🇩🇪", 2), ("❤️", 2), ("…", 1), ("a\u{200B}b", 2), ("ß", 1), ("Ωμέγα", 5), ("a日b", 4),
        ])
    func widths(text: String, width: Int) {
        #expect(DisplayText.width(text) == width)
    }

    @Test(
        "Cut text fits, and never ends in half a character",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""), ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"), ("日本語", 6, "日本語"), ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ])
    func cuts(text: String, limit: Int, expected: String) {
        let cut = DisplayText.cut(text, to: limit, isUnicode: true)
        #expect(cut == expected)
        #expect(DisplayText.width(cut) <= limit)
    }

    @Test("Without Unicode the mark of a cut is a tilde")
    func plainCut() {
        #expect(DisplayText.cut("abcdef", to: 4, isUnicode: false) == "abc~")
    }

    @Test(
        "What could steer a terminal is shown and not sent",
        arguments: [
            ("\u{1B}[31mred", "\\u{1b}[31mred"), ("a\nb\tc", "a\\u{a}b\\u{9}c"), ("x\u{9B}y", "x\\u{9b}y"),
            ("\u{202E}evil", "\\u{202e}evil"), ("a\u{7F}", "a\\u{7f}"), ("日本", "日本"), ("a b", "a b"),
            ("\r\n", "\\u{d}\\u{a}"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ])
    func harmless(text: String, expected: String) {
        #expect(DisplayText.printable(text) == expected)
    }
}
