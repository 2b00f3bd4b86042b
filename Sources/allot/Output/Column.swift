/// One column of a list, or one line of a card.
struct Column<Row: Sendable>: Sendable {
    /// Above the column.
    var title: String
    /// The API's name of the field: the first line of CSV.
    let field: String
    var isRightAligned = false
    /// Dropped from a table that is too wide, lowest first; nil: never.
    var importance: Int?
    /// May be cut to so many columns; nil: not at all.
    var shrinksTo: Int?
    /// For people; nil: only in CSV.
    var table: (@Sendable (Row, Style, inout CellText) -> Void)?
    /// For programs: exact, in the API's units; empty for nothing.
    let csv: @Sendable (Row) -> String
    var tint: (@Sendable (Row) -> Tint?)?
}

/// What has a list form: a table and CSV.
protocol ListDisplayable: Sendable {
    static var columns: [Column<Self>] { get }
}

/// What has a form for one alone as well: lines of label and value, and what may stand under them.
protocol CardDisplayable: ListDisplayable, Decodable {
    func card(_ style: Style) -> [CardLine]
    /// A text that takes the card's place.
    func drawing(_ style: Style) -> String?
}

extension CardDisplayable {
    func drawing(_ style: Style) -> String? { nil }
}

/// A label and its value.
struct CardLine: Sendable, Hashable {
    let label: String
    let value: String
    var tint: Tint?

    init(_ label: String, _ value: String, tint: Tint? = nil) {
        self.label = label
        self.value = value
        self.tint = tint
    }
}

extension CardLine {
    /// The lines that have a value, since an absent one tells a person nothing.
    static func present(_ lines: [(label: String, value: String?)]) -> [CardLine] {
        lines.compactMap { line in line.value.map { CardLine(line.label, $0) } }
    }
}
