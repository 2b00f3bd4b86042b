import AllotAPI
import Foundation
import Testing
import Units

@Suite("Views that read and write their own JSON")
struct StreamableTests {
    @Test(
        "JSON written by hand means the same to JSONDecoder, and the other way round",
        arguments: 1...200 as ClosedRange<UInt64>)
    func sameAsCodable(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let views = (0..<3).map { _ in generator.reservation() }
        let page = Page(items: views, nextCursor: generator.maybe { $0.text() })
        let decoded = try JSONDecoder().decode(Page<ReservationView>.self, from: Data(page.json))
        #expect(decoded.items == views, "seed \(seed)")
        #expect(decoded.nextCursor == page.nextCursor, "seed \(seed)")
        let encoder = JSONEncoder()
        encoder.outputFormatting = seed.isMultiple(of: 2) ? [.prettyPrinted] : []
        let read = try Page<ReservationView>(json: Array(try encoder.encode(page)))
        #expect(read.items == views, "seed \(seed)")
        #expect(read.nextCursor == page.nextCursor, "seed \(seed)")
    }

    @Test("So it is with the plan", arguments: 1...50 as ClosedRange<UInt64>)
    func samePlan(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let view = PlanView(
            items: (0..<3).map { _ in generator.entry() }, nextCursor: generator.maybe { $0.text() },
            isProvisional: seed.isMultiple(of: 2))
        #expect(try JSONDecoder().decode(PlanView.self, from: Data(view.json)) == view, "seed \(seed)")
        #expect(try PlanView(json: Array(try JSONEncoder().encode(view))) == view, "seed \(seed)")
    }

    @Test("Unknown fields and explicit nulls are read over")
    func tolerant() throws {
        var generator = SeededGenerator(state: 1)
        var view = generator.reservation()
        view.model = nil
        var text = String(decoding: Page(items: [view]).json, as: UTF8.self)
        text.replace("\"id\":", with: "\"model\":null,\"price\":{\"x\":[1.5,null]},\"id\":")
        #expect(try Page<ReservationView>(json: Array(text.utf8)).items == [view])
    }

    @Test(
        "A field that every reservation has must be there",
        arguments: [
            "id", "state", "kind", "department", "gpus", "together", "cpus", "memoryBytes", "durationSeconds",
            "submittedAt", "class",
        ])
    func required(field: String) throws {
        var generator = SeededGenerator(state: 2)
        let text = String(decoding: Page(items: [generator.reservation()]).json, as: UTF8.self)
        let without = text.replacing("\"\(field)\":", with: "\"x\":")
        let fault = #expect(throws: JSONFault.self) { try Page<ReservationView>(json: Array(without.utf8)) }
        #expect(fault?.description.contains("with \(field) before it") == true)
    }

    @Test(
        "What is no page is refused",
        arguments: ["", "[]", "{}", "null", #"{"items":{}}"#, #"{"items":[1]}"#, #"{"items":[]}x"#, #"{"items":[]"#])
    func noPage(json: String) {
        #expect(throws: JSONFault.self) { try Page<ReservationView>(json: Array(json.utf8)) }
    }

    @Test(
        "The next cursor is found wherever it stands",
        arguments: [
            (#"{"items":[],"nextCursor":"abc"}"#, "abc"), (#"{"items":[{"a":["]"]}],"nextCursor":"a\"]b"}"#, "a\"]b"),
            (#"{"nextCursor":"abc","items":[{"a":[1]}]}"#, "abc"), (#"{"items":[{"a":[1]}]}"#, nil),
            (#"{"items":[],"nextCursor":null}"#, nil), (#"{"items":[{"nextCursor":"no"}]}"#, nil),
            (#"{ "items": [], "nextCursor": "abc", "isProvisional": true }"#, "abc"),
            (#"{"items":[],"nextCursor":"abc","more":[1]}"#, "abc"),
        ] as [(String, String?)])
    func tail(json: String, cursor: String?) throws {
        #expect(try PageTail.nextCursor(Array(json.utf8)) == cursor)
    }

    @Test("A page that breaks off has no cursor to be believed", arguments: [#"{"items":[1"#, #"{"items":[1],"next"#])
    func brokenTail(json: String) {
        #expect(throws: JSONFault.self) { try PageTail.nextCursor(Array(json.utf8)) }
    }
}
