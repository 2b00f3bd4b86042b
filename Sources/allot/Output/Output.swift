import AllotAPI
import AllotClient

/// The one way from an answer to what is shown.
struct Output: Sendable {
    let format: OutputFormat
    let style: Style

    /// One object.
    func render<Value: CardDisplayable>(_ reply: Reply, as type: Value.Type) throws -> [UInt8] {
        switch format {
        case .json: return try JSONDocument(reply.body).pretty()
        case .csv: return CSV.header(type.columns) + CSV.render([try reply.decode(type)], columns: type.columns)
        case .table: return render(try reply.decode(type))
        }
    }

    private func render(_ value: some CardDisplayable) -> [UInt8] {
        if let drawing = value.drawing(style) { return Array(drawing.utf8) }
        let lines = value.card(style)
        let width = lines.map { DisplayText.width($0.label) }.max() ?? 0
        var text = ""
        for line in lines {
            let padding = String(repeating: " ", count: width + 2 - DisplayText.width(line.label))
            let value = DisplayText.printable(line.value)
            text += "\(style.tinted(line.label, .faint))\(padding)\(style.tinted(value, line.tint))\n"
        }
        return Array(text.utf8)
    }
}
