import AllotAPI
import Storage
import Units

/// What the daemon writes elsewhere of the journal's end, and reads back from there: one line of text.
///
///     anchor 1042:9f86… epoch 1 next r-77 at 2026-11-26T09:00:00.000Z
struct Anchor: Sendable, Hashable {
    var head: JournalHead
    /// Which of the databases that restores have put in place; nil where a line has the head alone.
    var epoch: Int64?
    /// The number of the next reservation then: none below was free.
    var nextReservation: Int64?
    /// Engine time.
    var at: Timestamp?

    init(head: JournalHead, epoch: Int64, nextReservation: Int64, at: Timestamp) {
        self.head = head
        self.epoch = epoch
        self.nextReservation = nextReservation
        self.at = at
    }

    /// Finds an anchor in a line, whatever stands around it: a line of a file, of `journalctl`, or of its JSON. nil
    /// where there is none.
    init?(line: some StringProtocol) {
        let words = line.utf8.prefix(Limits.anchorLineBytes).split { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."):
                false
            default: true
            }
        }.map { String(decoding: $0, as: UTF8.self) }
        guard let place = words.firstIndex(where: { JournalHead($0) != nil }), let head = JournalHead(words[place])
        else { return nil }
        self.head = head
        func word(after name: String) -> String? {
            guard let index = words[place...].firstIndex(of: name), index + 1 < words.count else { return nil }
            return words[index + 1]
        }
        epoch = word(after: "epoch").flatMap { Int64($0) }
        nextReservation = word(after: "next").flatMap { ReservationID($0)?.number }
        at = word(after: "at").flatMap { RFC3339.timestamp($0) }
    }

    /// The line, without its end.
    var line: String {
        var line = "anchor \(head)"
        if let epoch { line += " epoch \(epoch)" }
        if let nextReservation { line += " next \(ReservationID(nextReservation))" }
        if let at { line += " at \(RFC3339.string(at))" }
        return line
    }

    /// For a command: the same as an object.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("anchor", head.description)
        writer.field("sequence", head.sequence)
        writer.field("epoch", epoch)
        writer.field("nextReservation", nextReservation)
        writer.field("at", at.map { DateTime($0) })
        writer.closeObject()
        return writer.bytes
    }

    /// The anchors in a text, the newest last: as many as are compared at a time.
    static func all(in text: String) -> [Anchor] {
        var all: [Anchor] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            if let anchor = Anchor(line: String(decoding: line, as: UTF8.self)) { all.append(anchor) }
        }
        return Array(all.suffix(Limits.anchors))
    }
}
