import Testing
import Units

@testable import Storage

@Suite struct ChainTests {
    /// Computed with Python's struct and hashlib from the description in docs/storage.md.
    @Test func `The chain's hashes are those of the documented format`() {
        var chain = Chain()
        var digests = PersonalDigests()
        digests.append(
            name: "command",
            digest: Chain.digest(ofPersonal: Array("make all".utf8), salt: (0..<16).map { UInt8($0) }))
        let first = chain.hash(
            of: Chain.Link(
                sequence: 1, at: time(1_700_000_000_000), actor: UserID(1000), reservation: ReservationID(7),
                kind: "reservation.submitted", payload: Array("payload".utf8), personal: digests.bytes),
            after: JournalHead.empty.hash)
        #expect(JournalHead(sequence: 1, hash: first).description == ChainTests.first)
        let second = chain.hash(
            of: Chain.Link(
                sequence: 2, at: time(-1), actor: nil, reservation: nil, kind: "tick", payload: [], personal: []),
            after: first)
        #expect(JournalHead(sequence: 2, hash: second).description == ChainTests.second)
    }

    static let first = "1:c1617b5945e3ed8b90e9ed097a1dc36b015563f0940b147270ce292826859918"
    static let second = "2:f23a867c2e428e101e8dc6289e2a9d74b001fc490e1c9be09c3d89b73d30af5f"

    @Test func `A head is read from what it is written as, and from nothing else`() throws {
        let head = JournalHead(sequence: 1042, hash: (0..<32).map { UInt8($0 * 8) })
        #expect(JournalHead(head.description) == head)
        #expect(JournalHead(JournalHead.empty.description) == .empty)
        let hex = head.description.split(separator: ":")[1]
        for text in [
            "", "1042", "1042:", "1042:\(hex)00", "1042:\(hex.dropLast())", "-1:\(hex)", "x:\(hex)",
            "1:\(hex.dropLast())g",
        ] {
            #expect(JournalHead(text) == nil, "\(text)")
        }
    }

    @Test func `Digests of personal fields are read back, and a cut column is not`() {
        var digests = PersonalDigests()
        for name in ["", "command", "ünïcode"] {
            digests.append(name: name, digest: [UInt8](repeating: UInt8(name.utf8.count), count: 32))
        }
        let fields = PersonalDigests.decode(digests.bytes)
        #expect(fields?.map(\.name) == ["", "command", "ünïcode"])
        #expect(fields?.map(\.digest.first) == [0, 7, 9])
        for end in 1..<33 { #expect(PersonalDigests.decode(Array(digests.bytes[..<end])) == nil) }
        #expect(PersonalDigests.decode([])?.isEmpty == true)
    }
}
