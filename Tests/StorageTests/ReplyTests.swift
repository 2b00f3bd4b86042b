import Storage
import Testing
import Units

@Suite struct ReplyTests {
    let store: Store
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    @Test func `A reply is found by its user and its key, by the writer and by readers`() throws {
        let mine = reply("k", user: 1, body: "mine")
        let yours = reply("k", user: 2, body: "yours")
        try store.commit(Batch(replies: [mine, yours]))
        let keys = [yours.key, mine.key, ReplyKey(user: UserID(3), key: "k"), ReplyKey(user: UserID(1), key: "K")]
        #expect(try store.replies(to: keys, at: time(10)) == [yours, mine, nil, nil])
        #expect(try keys.map { try store.read(.reply($0, at: time(10))) } == [yours, mine, nil, nil])
    }

    @Test func `A reply ends when it expires, and its key is free again`() throws {
        let old = reply("k", body: "old", at: 0, expires: 100)
        try store.commit(Batch(replies: [old]))
        #expect(try store.replies(to: [old.key], at: time(99)) == [old])
        #expect(try store.replies(to: [old.key], at: time(100)) == [nil])
        #expect(throws: StoreError.replyExists(user: 1000, key: "k")) {
            try store.commit(Batch(replies: [reply("k", at: 99, expires: 200)]))
        }
        let new = reply("k", body: "new", at: 100, expires: 200)
        try store.commit(Batch(replies: [new]))
        #expect(try store.replies(to: [new.key], at: time(100)) == [new])
    }

    @Test func `Expired replies are deleted, the oldest first and some at a time`() throws {
        let limit = StorageLimits.expiredRepliesPerBatch
        try store.commit(Batch(replies: (0..<(limit + 10)).map { reply("old \($0)", expires: 50) }))
        try store.commit(Batch(replies: [reply("fresh", expires: 5000)]))
        try store.commit(Batch(expireReplies: time(50)))
        // Asked at a time before they expired, what is left shows.
        let first = try (0..<(limit + 10)).filter { try store.read(.reply(reply("old \($0)").key, at: time(0))) != nil }
        #expect(first == Array(limit..<(limit + 10)))
        try store.commit(Batch(expireReplies: time(50)))
        #expect(try store.read(.reply(reply("old \(limit)").key, at: time(0))) == nil)
        #expect(try store.read(.reply(reply("fresh").key, at: time(0))) != nil)
    }

    @Test func `A key with any characters is a key of its own`() throws {
        let keys = ["", "'", "\u{0}", "a\u{0}b", "a", "é", "e\u{301}", "💡"]
        try store.commit(Batch(replies: keys.map { reply($0, body: "for \($0)") }))
        for key in keys {
            #expect(try store.read(.reply(reply(key).key, at: time(0)))?.body == Array("for \(key)".utf8))
        }
    }
}
