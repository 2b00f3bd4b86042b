/// Finds what stands twice in one list.
struct Repetitions {
    private var lines: [String: Int] = [:]

    func contains(_ text: String) -> Bool { lines[text] != nil }

    /// Whether all of so many elements could be read, so that what is not there is truly missing.
    func isComplete(_ count: Int) -> Bool { lines.count == count }

    /// Whether it is there for the first time; a fault of the field otherwise.
    mutating func check(_ field: FieldValue, _ text: String) -> Bool {
        if let line = lines[text] {
            field.fault("\(text.quoted) stands twice in this list; first in line \(line)")
            return false
        }
        lines[text] = field.position.line
        return true
    }
}
