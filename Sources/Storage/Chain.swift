import Crypto
import Units

/// The hash chain over the journal, as docs/storage.md specifies it for auditors. Its format is for ever.
///
///     hash(n) = SHA-256( hash(n-1) ‖ header ‖ kind ‖ payload ‖ personal ‖ caller )
///     header  = sequence, at, actor, reservation (8 bytes each) ‖ lengths of kind, payload, personal (4 bytes each)
///
/// All numbers are big-endian, signed ones in two's complement; the actor is -1 for the daemon, and the reservation 0
/// where there is none. The caller has 8 bytes where there is one, and none where there is not: rows of before there
/// were callers keep their hashes, and the lengths in the header tell the two apart.
struct Chain {
    static let hashBytes = 32
    static let saltBytes = 16
    /// How the daemon itself stands in the chain, where users have their uid.
    static let daemonActor: Int64 = -1
    static let noReservation: Int64 = 0

    /// The parts of an event that the chain covers.
    struct Link {
        var sequence: Int64
        var at: Timestamp
        var actor: UserID?
        var reservation: ReservationID?
        var kind: String
        var payload: [UInt8]
        /// See `PersonalDigests`.
        var personal: [UInt8]
        /// The row that says who made it.
        var caller: Int64?
    }

    /// Kept from call to call, so that its memory is.
    private var buffer: [UInt8] = []

    /// The hash of an event that follows the one with hash `previous`.
    mutating func hash(of link: Link, after previous: [UInt8]) -> [UInt8] {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: previous)
        append(link.sequence)
        append(link.at.milliseconds)
        append(link.actor.map { Int64($0.uid) } ?? Chain.daemonActor)
        append(link.reservation?.number ?? Chain.noReservation)
        append(UInt32(link.kind.utf8.count))
        append(UInt32(link.payload.count))
        append(UInt32(link.personal.count))
        buffer.append(contentsOf: link.kind.utf8)
        buffer.append(contentsOf: link.payload)
        buffer.append(contentsOf: link.personal)
        if let caller = link.caller { append(caller) }
        return Chain.digest(buffer)
    }

    /// What the chain holds of a personal value: SHA-256(salt ‖ value). With the salt gone nothing tells the value.
    static func digest(ofPersonal value: [UInt8], salt: [UInt8]) -> [UInt8] {
        digest(salt + value)
    }

    static func newSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<saltBytes / 8).flatMap { _ in withUnsafeBytes(of: generator.next()) { [UInt8]($0) } }
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return hasher.finalize().withUnsafeBytes { [UInt8]($0) }
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
    }
}

/// The names and digests of an event's personal fields, as one column that the chain covers:
/// for each, one byte with the name's length, the name in UTF-8, and the digest of 32 bytes.
struct PersonalDigests {
    private(set) var bytes: [UInt8] = []

    mutating func append(name: String, digest: [UInt8]) {
        precondition(digest.count == Chain.hashBytes && name.utf8.count <= StorageLimits.personalNameBytes)
        bytes.append(UInt8(name.utf8.count))
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: digest)
    }

    /// Reads the column; nil where it is not of that form.
    static func decode(_ bytes: [UInt8]) -> [(name: String, digest: [UInt8])]? {
        var fields: [(name: String, digest: [UInt8])] = []
        var position = 0
        while position < bytes.count {
            let nameEnd = position + 1 + Int(bytes[position])
            let end = nameEnd + Chain.hashBytes
            guard end <= bytes.count else { return nil }
            let name = String(decoding: bytes[(position + 1)..<nameEnd], as: UTF8.self)
            fields.append((name, Array(bytes[nameEnd..<end])))
            position = end
        }
        return fields
    }
}
