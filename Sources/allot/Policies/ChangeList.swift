import AllotAPI
import Policy

/// What two policies say differently, for people and for programs.
struct ChangeList {
    let changes: [PolicyChange]

    /// A line for each: `+` for what comes, `-` for what goes, `~` for what becomes something else.
    func text(_ style: Style) -> String {
        let arrow = style.isUnicode ? "→" : "->"
        return changes.map { change in
            let (mark, value, tint): (String, String, Tint) =
                switch (change.before, change.after) {
                case (nil, let after): ("+", after ?? "", .good)
                case (let before?, nil): ("-", before, .bad)
                case (let before?, let after?): ("~", "\(before) \(arrow) \(after)", .waiting)
                }
            // A member's path says all of it.
            let text = change.path.hasSuffix("[\(value)]") ? change.path : "\(change.path): \(value)"
            return "\(style.tinted(mark, tint)) \(DisplayText.printable(text))\n"
        }.joined()
    }

    func json() throws -> [UInt8] {
        var writer = JSONWriter()
        writer.openObject()
        writer.name("changes")
        writer.openArray()
        for change in changes {
            writer.openObject()
            for (name, value) in ChangeList.fields(change) {
                guard let value else { continue }
                writer.name(name)
                writer.string(value)
            }
            writer.closeObject()
        }
        writer.closeArray()
        writer.closeObject()
        return try JSONDocument(writer.bytes).pretty()
    }

    func csv() -> [UInt8] {
        var text: [UInt8] = []
        CSV.append(["path", "before", "after", "area", "department"], to: &text)
        for change in changes { CSV.append(ChangeList.fields(change).map { $0.1 ?? "" }, to: &text) }
        return text
    }

    private static func fields(_ change: PolicyChange) -> [(String, String?)] {
        [
            ("path", change.path), ("before", change.before), ("after", change.after),
            ("area", change.area.rawValue), ("department", change.department?.text),
        ]
    }
}
