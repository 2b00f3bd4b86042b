import Foundation
import Testing
import Units

@Suite("Identifiers")
struct IdentifierTests {
    @Test(
        "a reservation's id is read",
        arguments: [("r-1", 1), ("r-1042", 1042), ("r-9223372036854775807", .max)]
            as [(String, Int64)])
    func reservation(_ text: String, _ number: Int64) {
        #expect(ReservationID(text) == ReservationID(number))
        #expect(ReservationID(number).description == text)
    }

    @Test(
        "what is no reservation's id is refused",
        arguments: [
            "", "r-", "r", "1042", "R-1042", "r1042", "r-0", "r-01", "r--1", "r-+1", "r- 1", "r-1 ", " r-1", "r-1.0",
            "r-1e3",
            "r-0x10", "r-１", "r-٣", "r-1\u{301}", "r-1\n", "r-9223372036854775808", "r-99999999999999999999", "j-1",
            "r_1",
        ])
    func noReservation(_ text: String) {
        #expect(ReservationID(text) == nil)
    }

    @Test func `reservations are ordered by number, not by text`() {
        #expect(ReservationID(9) < ReservationID(10))
        #expect([ReservationID(10), ReservationID(2)].min() == ReservationID(2))
    }

    @Test func `identifiers are stored as their plain number or text`() throws {
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try JSONEncoder().encode([value]), as: UTF8.self)
        }
        #expect(try json(ReservationID(1042)) == "[1042]")
        #expect(try json(UserID(1000)) == "[1000]")
        #expect(try json(DeviceID("GPU-1")) == "[\"GPU-1\"]")
        #expect(try json(DepartmentID("vision")) == "[\"vision\"]")
        #expect(
            try JSONDecoder().decode([TeamID].self, from: Data("[\"a\",\"b\"]".utf8)) == [TeamID("a"), TeamID("b")])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([UserID].self, from: Data("[-1]".utf8)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ClassID].self, from: Data("[1]".utf8)) }
    }

    @Test func `users are ordered by uid and root is 0`() {
        #expect(UserID.root < UserID(1000))
        #expect(UserID.root.description == "0")
    }
}
