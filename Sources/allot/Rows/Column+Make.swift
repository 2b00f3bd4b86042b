import AllotAPI
import Units

extension Column {
    /// A column with the same text in the table and in CSV.
    static func text(
        _ title: String, _ field: String, right: Bool = false, importance: Int? = nil, shrinksTo: Int? = nil,
        tint: (@Sendable (Row) -> Tint?)? = nil, _ text: @escaping @Sendable (Row) -> String
    ) -> Column {
        Column(
            title: title, field: field, isRightAligned: right, importance: importance, shrinksTo: shrinksTo,
            table: { row, _, cell in
                let text = text(row)
                cell.append(text.isEmpty ? Style.none : text)
            }, csv: text, tint: tint)
    }

    /// A column that is exact in CSV, and in the table as people write it.
    static func shown(
        _ title: String, _ field: String, right: Bool = false, importance: Int? = nil, shrinksTo: Int? = nil,
        csv: @escaping @Sendable (Row) -> String, table: @escaping @Sendable (Row, Style) -> String
    ) -> Column {
        Column(
            title: title, field: field, isRightAligned: right, importance: importance, shrinksTo: shrinksTo,
            table: { $2.append(table($0, $1)) }, csv: csv)
    }

    /// A column of times.
    static func time(
        _ title: String, _ field: String, importance: Int? = nil, _ time: @escaping @Sendable (Row) -> DateTime?
    ) -> Column {
        Column(
            title: title, field: field, importance: importance, table: { $1.write(time($0), to: &$2) },
            csv: { Exact.time(time($0)) })
    }

    /// A column of CSV alone.
    static func exact(_ field: String, _ csv: @escaping @Sendable (Row) -> String) -> Column {
        Column(title: "", field: field, table: nil, csv: csv)
    }

    /// The same column of what holds such a row.
    func of<Outer: Sendable>(_ row: @escaping @Sendable (Outer) -> Row) -> Column<Outer> {
        let inner = self
        var outer = Column<Outer>.exact(field) { inner.csv(row($0)) }
        outer.title = title
        outer.isRightAligned = isRightAligned
        outer.importance = importance
        outer.shrinksTo = shrinksTo
        if let table { outer.table = { table(row($0), $1, &$2) } }
        if let tint { outer.tint = { tint(row($0)) } }
        return outer
    }
}

/// Values as CSV has them: exact, and empty for nothing.
enum Exact {
    static func text(_ value: (some CustomStringConvertible)?) -> String { value.map { "\($0)" } ?? "" }
    static func time(_ time: DateTime?) -> String { time.map { RFC3339.string($0.timestamp) } ?? "" }

    /// Several in one field, with blanks between them.
    static func list(_ texts: [String]?) -> String { (texts ?? []).joined(separator: " ") }

    /// `a=1 b=2`.
    static func pairs(_ pairs: [String: String]?) -> String {
        (pairs ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
