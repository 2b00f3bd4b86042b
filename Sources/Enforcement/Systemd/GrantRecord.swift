/// What the enforcer keeps of a grant, so that it may be killed at any moment and repeat or undo its work.
struct GrantRecord: Sendable, Hashable, Codable {
    var holding: Holding
    /// How far its command has come; nil where none was ordered.
    var command: Command?
    /// Who was entered in the lists of which device files, or is being entered: what there is to undo, whatever an
    /// enforcer that was started with other options would open. nil in records of earlier releases.
    var opened: [String: [UInt32]]?
    /// An end has begun, and not come to its end: what is gone has not gone by itself.
    var isEnding: Bool

    /// A command is started once in the life of its reservation, whatever becomes of its unit.
    enum Command: String, Sendable, Codable {
        /// systemd is about to be asked. Where no unit is there it has not begun.
        case starting
        /// systemd has begun it. Where no unit is there any more it has run.
        case begun
    }

    init(holding: Holding) {
        self.holding = holding
        command = nil
        isEnding = false
    }

    /// By file; of a record that does not say, all that there may be.
    var entries: [String: [UInt32]] {
        opened ?? Dictionary(holding.openableFiles.map { ($0, holding.users) }) { one, _ in one }
    }

    /// Also from the form of earlier releases, which kept the holding alone: an enforcer that is replaced by a newer
    /// one finds what stands.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.contains(.holding) else {
            self.init(holding: try Holding(from: decoder))
            return
        }
        self.init(holding: try container.decode(Holding.self, forKey: .holding))
        command = try container.decodeIfPresent(Command.self, forKey: .command)
        opened = try container.decodeIfPresent([String: [UInt32]].self, forKey: .opened)
        isEnding = try container.decode(Bool.self, forKey: .isEnding)
    }
}
