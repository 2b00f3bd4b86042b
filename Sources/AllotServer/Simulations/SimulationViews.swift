import AllotAPI
import Simulation

/// What is shown of reports.
enum SimulationViews {
    /// - Parameter before: what the figures' changes are from.
    static func report(
        _ report: SimulationReport, _ role: SimulationView.Role, before: SimulationReport? = nil
    ) -> SimulationView.Report {
        let old = Dictionary((before?.figures ?? []).map { ($0.name, $0) }) { first, _ in first }
        return SimulationView.Report(
            scheduler: report.name, role: role, figures: report.figures.map { figure($0, before: old[$0.name]) },
            departments: report.fairness?.departments.map { department in
                SimulationView.Department(
                    department: department.department.text, weight: Int64(department.weight),
                    entitledShare: ReportFigure.decimal(department.entitledShare, places: 6),
                    receivedShare: ReportFigure.decimal(department.receivedShare, places: 6))
            })
    }

    static func report(_ report: PackingReport) -> SimulationView.Report {
        SimulationView.Report(
            scheduler: report.method.name, role: report.method == .leastStranding ? .present : .reference,
            figures: report.figures.map { figure($0) })
    }

    private static func figure(_ figure: ReportFigure, before: ReportFigure? = nil) -> SimulationView.Figure {
        SimulationView.Figure(
            name: figure.name, label: figure.label, value: figure.decimal, unit: unit(figure.unit),
            change: before.map { figure.change(from: $0) })
    }

    private static func unit(_ unit: ReportFigure.Unit) -> SimulationView.Unit {
        switch unit {
        case .count: .count
        case .seconds: .seconds
        case .hours: .hours
        case .share: .share
        case .ratio: .ratio
        }
    }
}

extension PackingMethod {
    /// As the paper calls it; least stranding is Allot's own.
    fileprivate var name: String {
        switch self {
        case .anyFit: "random"
        case .bestFit: "best fit"
        case .fragmentationGradient: "FGD"
        case .leastStranding: "least stranding"
        }
    }
}
