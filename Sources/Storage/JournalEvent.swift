import Units

/// Something decided, to be journaled. The store gives it the next sequence number and knows nothing of its payload.
public struct JournalEvent: Sendable, Hashable {
    public var at: Timestamp
    /// Who caused it, by the kernel's word; nil for what the daemon did by itself.
    public var actor: UserID?
    /// Its name, such as `reservation.submitted`.
    public var kind: String
    public var payload: [UInt8]
    /// What it is about, where that is a reservation.
    public var reservation: ReservationID?
    /// What may have to be forgotten: kept apart from the payload, each with a name of its own.
    public var personal: [PersonalField]
    /// The sequence of the earlier event that says in full who caused this one; nil where none does.
    public var caller: Int64?

    public init(
        at: Timestamp, actor: UserID?, kind: String, payload: [UInt8], reservation: ReservationID? = nil,
        personal: [PersonalField] = [], caller: Int64? = nil
    ) {
        self.at = at
        self.actor = actor
        self.kind = kind
        self.payload = payload
        self.reservation = reservation
        self.personal = personal
        self.caller = caller
    }
}

/// A value about a person that can be erased while the journal still verifies.
public struct PersonalField: Sendable, Hashable {
    public var name: PersonalName
    public var value: [UInt8]

    public init(name: PersonalName, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// What a personal field is.
public struct PersonalName: RawRepresentable, Sendable, Hashable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// What a batch reservation runs. Erased at its end.
    public static let command = PersonalName(rawValue: "command")
    /// The environment of that command. Erased at its end.
    public static let environment = PersonalName(rawValue: "environment")
    public static let reason = PersonalName(rawValue: "reason")
    public static let tags = PersonalName(rawValue: "tags")
    /// What the machine calls a user.
    public static let name = PersonalName(rawValue: "name")
    /// The groups of a user, by name.
    public static let groups = PersonalName(rawValue: "groups")
    /// What the process runs that a user asked with.
    public static let executable = PersonalName(rawValue: "executable")
}

/// A journaled event as it is read back.
public struct JournalEntry: Sendable, Hashable {
    /// From 1, without gaps.
    public let sequence: Int64
    public let at: Timestamp
    public let actor: UserID?
    public let kind: String
    public let payload: [UInt8]
    public let reservation: ReservationID?
    /// The personal fields that it was written with, also those erased since.
    public let personal: [PersonalName]
    /// The sequence of the earlier event that says in full who caused this one.
    public let caller: Int64?
}

/// The journal's last event and its hash, which stands for all before it. Kept outside of the database it is an
/// anchor: `verify` then also notices a tail that was cut off, and a journal that was written anew.
public struct JournalHead: Sendable, Hashable {
    /// 0 for an empty journal.
    public let sequence: Int64
    /// 32 bytes; all zero for an empty journal.
    public let hash: [UInt8]

    public init(sequence: Int64, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Before the first event.
    public static let empty = JournalHead(sequence: 0, hash: [UInt8](repeating: 0, count: Chain.hashBytes))
}

extension JournalHead: CustomStringConvertible {
    /// `1042:9f86d0…`: the sequence number and the hash in hexadecimal.
    public var description: String {
        var text = "\(sequence):"
        for byte in hash {
            text += String(byte >> 4, radix: 16)
            text += String(byte & 15, radix: 16)
        }
        return text
    }

    /// Reads what `description` writes; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0 else { return nil }
        let digits = parts[1].utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 2 * Chain.hashBytes else { return nil }
        var hash = [UInt8]()
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            hash.append(UInt8(high << 4 | low))
        }
        self.init(sequence: sequence, hash: hash)
    }
}
