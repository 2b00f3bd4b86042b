/// One workload under two policies, or two schedulers: what would change.
public struct SimulationComparison: Sendable, Hashable, Codable {
    public var before: SimulationReport
    public var after: SimulationReport

    public init(before: SimulationReport, after: SimulationReport) {
        self.before = before
        self.after = after
    }

    /// The two beside each other, and how much the second has more; a figure that only one of them has is `–` in the
    /// other.
    public var rows: [(name: String, before: String, after: String, difference: String)] {
        let (first, second) = (before.figures, after.figures)
        let values = Dictionary(uniqueKeysWithValues: second.map { ($0.name, $0.value) })
        let known = Set(first.map(\.name))
        let added = second.filter { !known.contains($0.name) }
        return first.map { figure in
            guard let value = values[figure.name] else { return (figure.name, figure.text, "–", "–") }
            let difference = figure.text(of: value - figure.value, isDifference: true)
            return (figure.name, figure.text, figure.text(of: value), difference)
        } + added.map { ($0.name, "–", $0.text, "–") }
    }

    /// Each department's part of what was given out while there was something to share, before and after.
    public var departmentRows: [(name: String, entitled: String, before: String, after: String)] {
        let shares = Dictionary(
            uniqueKeysWithValues: (after.fairness?.departments ?? []).map { ($0.department, $0) })
        return (before.fairness?.departments ?? []).map { department in
            let other = shares[department.department]
            return (
                department.department.text,
                ReportFigure(name: "", value: (other ?? department).entitledShare, unit: .share).text,
                ReportFigure(name: "", value: department.receivedShare, unit: .share).text,
                other.map { ReportFigure(name: "", value: $0.receivedShare, unit: .share).text } ?? "–"
            )
        }
    }
}
