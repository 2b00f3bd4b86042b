/// What is wrong with a journal, at the first row where it shows.
public enum JournalFault: Error, Sendable, Hashable {
    /// A row is not where it should be: one or more were deleted, or moved.
    case gap(expected: Int64, found: Int64)
    /// The row's stored hash is not the hash of its content and of the row before: the row was edited, put in another
    /// one's place, or follows a row that was.
    case hash(sequence: Int64)
    /// A stored personal value is not the one that the row was written with.
    case personalValue(sequence: Int64, name: String)
    /// A personal value belongs to no row that names it.
    case personalWithoutEvent(sequence: Int64, name: String)
    /// A column holds what the store never writes.
    case malformed(sequence: Int64, detail: String)
    /// The journal ends before, or after, the row that the last commit recorded as its end.
    case end(recorded: Int64, found: Int64)
    /// The journal ends before the anchor: its tail was cut off.
    case truncated(anchor: Int64, end: Int64)
    /// The row at the anchor is another one than when the anchor was taken: the journal was written anew.
    case anchor(sequence: Int64)
}

extension JournalFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .gap(let expected, let found): "event \(expected) is missing (the next one found is \(found))"
        case .hash(let sequence): "event \(sequence) was changed: its hash does not fit"
        case .personalValue(let sequence, let name): "the \(name) of event \(sequence) was changed"
        case .personalWithoutEvent(let sequence, let name): "there is a \(name) for event \(sequence), which has none"
        case .malformed(let sequence, let detail): "event \(sequence) is malformed: \(detail)"
        case .end(let recorded, let found): "it should end with event \(recorded) and ends with \(found)"
        case .truncated(let anchor, let end): "the anchor is event \(anchor), and the journal ends with \(end)"
        case .anchor(let sequence): "event \(sequence) is not the one that the anchor names"
        }
    }
}
