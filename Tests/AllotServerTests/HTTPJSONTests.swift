import AllotAPI
import Foundation
import NIOCore
import Testing
import Units

@testable import AllotServer

@Suite("JSON bodies") struct HTTPJSONTests {
    private struct Everything: Codable, Equatable {
        enum Color: String, Codable, CaseIterable { case red, green }
        struct Part: Codable, Equatable {
            var name: String
            var small: Int8?
        }
        var text: String?
        var flag: Bool?
        var whole: Int64?
        var natural: UInt32?
        var real: Double?
        var color: Color?
        var part: Part?
        var parts: [Part]?
        var tags: [String: String]?
        var time: DateTime?
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let field: String?
        let says: String
        var testDescription: String { String(text.prefix(40)) }

        init(_ text: String, _ says: String) {
            self.init(text, nil, says)
        }

        init(_ text: String, _ field: String?, _ says: String) {
            self.text = text
            self.field = field
            self.says = says
        }
    }

    static let malformed = [
        Bad("", "empty"), Bad("   ", "empty"), Bad("{", "name is expected, at line 1, byte 2"),
        Bad("\u{FEFF}{}", "byte order mark"), Bad("{}x", "after the end"), Bad("{} {}", "after the end"),
        Bad("{'a':1}", "name is expected"), Bad("{\"a\" 1}", "colon"), Bad("{\"a\":1,}", "name is expected"),
        Bad("{\"a\":1 \"b\":2}", "comma or '}'"), Bad("[1,]", "value is expected"), Bad("[1 2]", "comma or ']'"),
        Bad("\n\n  {\"a\":,}", "line 3, byte 8"), Bad("{\"text\":\"a", "not closed"),
        Bad("{\"text\":\"a\nb\"}", "control character"), Bad(#"{"text":"\x"}"#, "escape"),
        Bad(#"{"text":"\u12"}"#, "hexadecimal"), Bad(#"{"text":"\ud800"}"#, "surrogate"),
        Bad(#"{"text":"\udc00"}"#, "surrogate"), Bad(#"{"text":"\ud800\u0041"}"#, "surrogate"),
        Bad(#"{"text":"a\u0000b"}"#, "NUL"), Bad("{\"whole\":01}", "needless 0"), Bad("{\"whole\":-01}", "needless 0"),
        Bad("{\"whole\":+1}", "value is expected"), Bad("{\"whole\":1.}", "digit"),
        Bad("{\"whole\":.5}", "value is expected"),
        Bad("{\"whole\":1e}", "digit"), Bad("{\"whole\":-}", "digit"), Bad("{\"whole\":NaN}", "value is expected"),
        Bad("{\"flag\":True}", "value is expected"), Bad("{\"flag\":tru}", "value is expected"),
        Bad("{\"whole\":1,\"whole\":2}", "whole", "twice"), Bad(#"{"whole":1,"\u0077hole":2}"#, "whole", "twice"),
        Bad("{\"part\":{\"name\":\"a\",\"name\":\"b\"}}", "part.name", "twice"),
        Bad("{\"tags\":{\"é\":\"1\",\"e\u{301}\":\"2\"}}", "tags.é", "twice"),
    ]

    @Test(arguments: malformed)
    func `What is no clear JSON is refused, and it says where`(_ bad: Bad) throws {
        let fault = try #require(self.fault(bad.text))
        #expect(fault.kind == .malformed)
        #expect(fault.problem.status == 400)
        #expect(fault.problem.detail.contains(bad.says), "\(fault.problem.detail)")
        #expect(fault.problem.field == bad.field)
    }

    static let badUTF8: [[UInt8]] = [
        [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
        [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xF0, 0x9F, 0x98],
    ]

    @Test(arguments: badUTF8)
    func `Text that is not UTF-8 is refused`(_ bytes: [UInt8]) {
        let text = Array("{\"text\":\"".utf8) + bytes + Array("\"}".utf8)
        #expect {
            try JSONScanner.scan(text, limits: JSONLimits())
        } throws: { error in
            (error as? AllotServer.JSONFault)?.what.contains("UTF-8") == true
        }
        #expect(String(validating: text, as: UTF8.self) == nil)
    }

    static let unfit = [
        Bad("{\"unknown\":1}", "unknown", "there are color, flag, natural, part, parts, real, tags, text, time, whole"),
        Bad("{\"part\":{\"name\":\"a\",\"nam\":1}}", "part.nam", "there are name, small"),
        Bad("{\"parts\":[{\"name\":\"a\"},{\"name\":\"b\",\"x\":1}]}", "parts[1].x", "no such field"),
        Bad("{\"part\":{}}", "part.name", "needed"),
        Bad("{\"parts\":[{\"name\":\"a\"},{}]}", "parts[1].name", "needed"),
        Bad("{\"text\":1}", "text", "text is expected, and there is a number"),
        Bad("{\"text\":[]}", "text", "a list"), Bad("{\"text\":{}}", "text", "an object"),
        Bad("{\"flag\":\"true\"}", "flag", "true or false is expected, and there is text"),
        Bad("{\"whole\":\"1\"}", "whole", "a whole number is expected, and there is text"),
        Bad("{\"whole\":1.0}", "whole", "fraction or exponent"),
        Bad("{\"whole\":1e3}", "whole", "fraction or exponent"),
        Bad("{\"whole\":true}", "whole", "true or false"),
        Bad("{\"whole\":9223372036854775808}", "whole", "to 9223372036854775807"),
        Bad("{\"whole\":-9223372036854775809}", "whole", "from -9223372036854775808"),
        Bad("{\"whole\":\(String(repeating: "9", count: 400))}", "whole", "to 9223372036854775807"),
        Bad("{\"natural\":-1}", "natural", "from 0 to 4294967295"),
        Bad("{\"natural\":4294967296}", "natural", "4294967295"),
        Bad("{\"part\":{\"name\":\"a\",\"small\":128}}", "part.small", "from -128 to 127"),
        Bad("{\"real\":1e999}", "real", "out of range"), Bad("{\"color\":\"blue\"}", "color", "one of red, green"),
        Bad("{\"color\":1}", "color", "text is expected"), Bad("{\"parts\":{}}", "parts", "a list is expected"),
        Bad("{\"part\":[]}", "part", "an object is expected"),
        Bad("{\"tags\":{\"a\":1}}", "tags.a", "text is expected"),
        Bad("{\"time\":\"noon\"}", "time", "RFC 3339"), Bad("[]", "an object is expected, and there is a list"),
        Bad("null", "an object is expected, and there is null"),
    ]

    @Test(arguments: unfit)
    func `JSON that does not fit is refused, and it names the field`(_ bad: Bad) throws {
        let fault = try #require(self.fault(bad.text))
        #expect(fault.problem.status == 422)
        #expect(fault.problem.detail.contains(bad.says), "\(fault.problem.detail)")
        #expect(fault.problem.field == bad.field)
    }

    @Test func `Deep and long texts are refused before they cost anything`() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(try #require(fault(deep)).what.contains("16 levels"))
        let allowed = "{\"tags\":" + String(repeating: "[", count: 15) + String(repeating: "]", count: 15) + "}"
        #expect(try #require(fault(allowed)).kind == .invalidField)
        let long = "[" + String(repeating: "0,", count: 30_000) + "0]"
        #expect(try #require(fault(long)).what.contains("20000 values"))
    }

    @Test func `Everything that fits is read as Foundation reads it`() throws {
        let texts = [
            "{}", " {\t\r\n } ", #"{"text":null,"whole":null,"part":null,"tags":null}"#,
            #"{"text":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀\u007f"}"#,
            #"{"flag":true,"whole":-9223372036854775808,"natural":4294967295,"real":-1.25e-3,"color":"green"}"#,
            #"{"whole":9223372036854775807,"real":0,"part":{"name":"","small":-128}}"#,
            #"{"whole":-0,"parts":[{"name":"a"},{"name":"b","small":1}],"tags":{"a":"1","":"2"}}"#,
            #"{"parts":[],"tags":{},"time":"2026-11-02T09:30:00Z"}"#,
        ]
        for text in texts {
            let ours = try JSONBody.decode(Everything.self, from: ByteBuffer(string: text), limits: JSONLimits())
            #expect(ours == (try JSONDecoder().decode(Everything.self, from: Data(text.utf8))), "\(text)")
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Whatever text is accepted, Foundation accepts too`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let original = Array(
            #"{"text":"a\u00e9é","whole":-12,"real":1.5e2,"parts":[{"name":"x"},{"name":"y"}],"tags":{"a":"b"}}"#.utf8)
        let alphabet = Array("{}[]\",:\\u0019-+.eEtrfalsn \n\u{80}é".utf8)
        var accepted = 0
        for _ in 0..<5000 {
            var text = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[place] = alphabet.randomElement(using: &random) ?? 0
                case 1: text.remove(at: place)
                default: text.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                }
            }
            guard let document = try? JSONScanner.scan(text, limits: JSONLimits()) else { continue }
            accepted += 1
            // Decoding must not trap either, whatever it finds.
            _ = try? JSONTreeDecoder.decode(Everything.self, from: document)
            #expect(
                (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil,
                "seed \(seed): \(String(decoding: text, as: UTF8.self))")
        }
        #expect(accepted > 50)
    }

    private func fault(_ text: String) -> AllotServer.JSONFault? {
        do {
            _ = try JSONBody.decode(Everything.self, from: ByteBuffer(string: text), limits: JSONLimits())
            return nil
        } catch {
            return error as? AllotServer.JSONFault
        }
    }
}

@Suite("JSON replies") struct HTTPJSONTextTests {
    private struct Value: Encodable {
        struct Inner: Encodable {
            var b = [1, -2, Int.min]
            var a = "q\"\\/\n\r\t\u{1}\u{1f}é😀"
            var none: String?
        }
        var z = true
        var inner = Inner()
        var list = [Inner(), Inner()]
        var real = 0.5
        var map = ["b": 1, "a": 2, "ä": 3]
        var large = UInt64.max
        var empty: [String] = []
        var nothing: [String: String] = [:]
    }

    @Test func `A reply is what Foundation writes with sorted keys`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let theirs = String(decoding: try encoder.encode(Value()), as: UTF8.self)
        #expect(String(decoding: try JSONText.encode(Value()), as: UTF8.self) == theirs)
    }

    @Test func `A reply reads back as what it was made of`() throws {
        let page = Page(
            items: [
                PlanView.Entry(
                    id: "r-1", state: .active, kind: .window, department: "d", user: nil,
                    start: DateTime(Timestamp(milliseconds: 0)), end: DateTime(Timestamp(milliseconds: 1)),
                    devices: ["a"],
                    cpus: 3)
            ], nextCursor: "x")
        let bytes = try JSONText.encode(page)
        let back = try JSONBody.decode(
            Page<PlanView.Entry>.self, from: ByteBuffer(bytes: bytes), limits: JSONLimits())
        #expect(back.items == page.items)
        #expect(back.nextCursor == "x")
    }

    @Test func `A number that JSON cannot hold is an error`() {
        #expect(throws: EncodingError.self) { try JSONText.encode(["a": Double.infinity]) }
        #expect(throws: EncodingError.self) { try JSONText.encode([Double.nan]) }
    }
}
