import AllotAPI
import Foundation
import Testing
import Units

@Suite("JSON that is read by hand")
struct JSONReaderTests {
    @Test(
        "Texts are read with all their escapes",
        arguments: [
            (#""plain""#, "plain"), (#""""#, ""), (#""a\"b\\c\/d""#, "a\"b\\c/d"),
            (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
            (#""\u00e4\u20AC""#, "ä€"), (#""\ud83d\ude00!""#, "😀!"), (#""日本""#, "日本"), (" \n\t\"x\"", "x"),
        ])
    func texts(json: String, expected: String) throws {
        var reader = JSONReader(Array(json.utf8))
        #expect(try reader.string() == expected)
        try reader.end()
    }

    @Test(
        "What is no text is refused",
        arguments: [
            #""open"#, #""\"#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83dx""#, #""\ude00""#,
            #""\ud83d\u0041""#,
            "\"a\nb\"", "12", "", #""\u+123""#,
        ])
    func brokenTexts(json: String) {
        #expect(throws: JSONFault.self) {
            var reader = JSONReader(Array(json.utf8))
            _ = try reader.string()
        }
    }

    @Test(
        "Whole numbers are read up to the ends of their type",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ] as [(String, Int64)])
    func numbers(json: String, expected: Int64) throws {
        var reader = JSONReader(Array(json.utf8))
        #expect(try reader.integer(Int64.self) == expected)
        try reader.end()
    }

    @Test(
        "What is no whole number of the type is refused",
        arguments: ["9223372036854775808", "-9223372036854775809", "1.5", "1e3", "01", "-", "+1", "\"1\"", "", "null"])
    func brokenNumbers(json: String) {
        #expect(throws: JSONFault.self) {
            var reader = JSONReader(Array(json.utf8))
            _ = try reader.integer(Int64.self)
        }
    }

    @Test("A negative number does not fit an unsigned type, nor 256 a byte", arguments: ["-1", "256"])
    func smallTypes(json: String) {
        #expect(throws: JSONFault.self) {
            var reader = JSONReader(Array(json.utf8))
            _ = try reader.integer(UInt8.self)
        }
    }

    @Test(
        "Any value can be skipped, and what is none can not",
        arguments: [
            ("{}", true), ("[]", true), (#"{"a":[1,-2.5e+7,{"b":null}],"c":true}"#, true), ("false", true),
            ("0.5", true),
            ("-0", true), ("{", false), ("[1,]", false), (#"{"a"}"#, false), (#"{"a":1,}"#, false), ("nul", false),
            ("1.", false), (".5", false), ("01", false), ("1e", false), ("tru", false), ("[1 2]", false), ("", false),
        ])
    func skipping(json: String, isValue: Bool) {
        var reader = JSONReader(Array(json.utf8))
        let result = Result { () throws(JSONFault) in
            try reader.skip()
            try reader.end()
        }
        #expect(((try? result.get()) != nil) == isValue)
    }

    @Test("More than 64 levels are refused")
    func depth() {
        for (levels, isFine) in [(64, true), (65, false), (100_000, false)] {
            let json = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            var reader = JSONReader(Array(json.utf8))
            #expect(((try? reader.skip()) != nil) == isFine, "\(levels)")
        }
    }

    @Test("Bytes that are no UTF-8 are read as U+FFFD")
    func brokenUTF8() throws {
        var reader = JSONReader([0x22, 0x61, 0xFF, 0x62, 0x22])
        #expect(try reader.string() == "a\u{FFFD}b")
    }

    @Test("Escaped names are names all the same")
    func escapedName() throws {
        var reader = JSONReader(Array(#"{"\u0069d":5}"#.utf8))
        var id = 0
        try reader.object { name, reader throws(JSONFault) in
            switch name {
            case "id": id = try reader.integer()
            default: try reader.skip()
            }
        }
        #expect(id == 5)
    }

    @Test("A name of any length is told from all others of its length", arguments: 0...40)
    func names(length: Int) throws {
        let name = String("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".prefix(length))
        let others = name.indices.map { name.replacingCharacters(in: $0...$0, with: "-") }
        let json = "{" + ([name] + others).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        var reader = JSONReader(Array(json.utf8))
        var texts: [String] = []
        try reader.object { name, reader throws(JSONFault) in
            texts.append(name.text)
            try reader.skip()
        }
        #expect(texts == [name] + others)
    }

    @Test("A literal is the name that it spells and no other")
    func literals() throws {
        let names = ["", "a", "id", "ie", "uid", "gpus", "state", "cpusX", "durationSecond", "durationSeconds"]
        let json =
            "{" + (names + ["abcdefghijklmnopq", "abcdefghijklmnopX"]).map { "\"\($0)\":0" }.joined(separator: ",")
        var reader = JSONReader(Array("\(json)}".utf8))
        var found = ""
        try reader.object { name, reader throws(JSONFault) in
            switch name {
            case "": found += "0"
            case "a": found += "1"
            case "id": found += "2"
            case "uid": found += "3"
            case "gpus": found += "4"
            case "state": found += "5"
            case "durationSeconds": found += "6"
            case "abcdefghijklmnopq": found += "7"
            default: found += "-"
            }
            try reader.skip()
        }
        #expect(found == "012-345--67-")
    }

    @Test("A text ends at its quote wherever that stands, and escapes and control characters are seen there too")
    func ends() throws {
        for length in 0..<40 {
            let plain = String(repeating: "ß", count: length / 2) + String(repeating: "!", count: length % 2)
            for (json, expected) in [("", ""), (#"\"x"#, "\"x"), (#"\\"#, "\\"), ("\u{7F}", "\u{7F}")] {
                var reader = JSONReader(Array("\"\(plain)\(json)\" ,        ".utf8))
                #expect(try reader.string() == plain + expected)
            }
            for broken in ["\n", "\u{1F}", "\0"] {
                var reader = JSONReader(Array("\"\(plain)\(broken)\"        ".utf8))
                let fault = #expect(throws: JSONFault.self) { try reader.string() }
                #expect(fault?.expected == "no control character")
            }
        }
    }

    @Test("A fault says what was expected where")
    func fault() {
        var reader = JSONReader(Array(#"  [1, x]"#.utf8))
        let fault = #expect(throws: JSONFault.self) { try reader.skip() }
        #expect(fault?.description == "expected a value at byte 6")
    }
}
