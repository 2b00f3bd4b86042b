import Storage
import Testing
import Units

@Suite struct ErasureTests {
    static let secret = "correct horse battery staple"

    @Test func `At its end a reservation's command and environment go, and the journal still verifies`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let id = ReservationID(1)
        try store.commit(
            Batch(events: [
                event(1, personal: [.command: "a", .environment: "b", .reason: "c", .tags: "d"]),
                event(2, personal: [.command: "other"]),
            ]))
        #expect(try store.reader.verify() == Verification(store, personalValues: 5, erasedValues: 0))
        try store.commit(Batch(events: [event(1, kind: "reservation.ended")], eraseAtEnd: [id]))
        #expect(try store.read(.personal(of: id)).map(\.name) == [.reason, .tags])
        #expect(try store.read(.personal(of: ReservationID(2))).count == 1)
        #expect(try store.read(.events(after: 0, limit: 1)).first?.personal.count == 4)
        #expect(try store.reader.verify() == Verification(store, personalValues: 3, erasedValues: 2))
    }

    @Test func `What is written and erased in one batch is not kept`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        defer { withExtendedLifetime(folder) {} }
        try store.commit(
            Batch(events: [event(1, personal: [.command: "a"])], eraseAtEnd: [ReservationID(1), ReservationID(99)]))
        #expect(try store.read(.personal(of: ReservationID(1))) == [])
    }

    @Test(arguments: [28, 3000, 100_000])
    func `Erased bytes are in no file once the log has been written back`(_ size: Int) throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let text = String(repeating: ErasureTests.secret, count: size / ErasureTests.secret.utf8.count)
        let others = (Int64(2)...200).map { event($0, personal: [.command: "other \($0)"]) }
        try store.commit(Batch(events: [event(1, personal: [.command: text, .environment: text])] + others))
        try store.checkpoint()
        #expect(Files.contains(ErasureTests.secret, in: try Files.read(folder.database)))
        try store.commit(Batch(eraseAtEnd: [ReservationID(1)]))
        #expect(try store.checkpoint())
        for name in folder.names {
            #expect(!Files.contains(ErasureTests.secret, in: try Files.read("\(folder.path)/\(name)")), "\(name)")
        }
    }

    @Test func `Equal values have different digests, so that erased ones can not be told by comparing`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let head = try store.commit(Batch(events: [event(1, personal: [.command: "make"])]))
        let otherFolder = try TemporaryFolder()
        let other = try otherFolder.store().commit(Batch(events: [event(1, personal: [.command: "make"])]))
        #expect(head.hash != other.hash)
    }
}

extension Verification {
    /// What is expected of a store at its present end.
    fileprivate init(_ store: Store, personalValues: Int, erasedValues: Int) throws {
        let seen = try store.reader.verify()
        guard seen.personalValues == personalValues, seen.erasedValues == erasedValues else {
            throw TestFailure("\(seen)")
        }
        self = seen
    }
}
