import AllotAPI
import Policy

/// What was found in a policy, for people and for programs.
struct FindingReport {
    let path: String
    let findings: [PolicyFinding]
    /// Whether a warning is as good as a fault.
    let isStrict: Bool

    var isRefused: Bool { faults > 0 || isStrict && !findings.isEmpty }

    private var faults: Int { findings.count { $0.severity == .fault } }
    private var name: String { InputFile.name(path) }

    /// A line for each, as compilers write them.
    func lines() -> String {
        findings.map { DisplayText.printable($0.line(name)) + "\n" }.joined()
    }

    var summary: String { "\(DisplayText.printable(name)): no faults\(warnings)\n" }
    var refusal: String { "\(name): \(FindingReport.count(faults, "fault"))\(warnings)" }

    private var warnings: String {
        let count = findings.count - faults
        return count == 0 ? "" : ", \(FindingReport.count(count, "warning"))"
    }

    private static func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

    func json() throws -> [UInt8] {
        var writer = JSONWriter()
        writer.openObject()
        writer.name("file")
        writer.string(name)
        writer.name("isValid")
        writer.bool(!isRefused)
        writer.name("findings")
        writer.openArray()
        for finding in findings {
            writer.openObject()
            writer.name("severity")
            writer.string(finding.severity.rawValue)
            writer.name("line")
            writer.integer(finding.position.line)
            writer.name("column")
            writer.integer(finding.position.column)
            writer.name("path")
            writer.string(finding.path)
            writer.name("message")
            writer.string(finding.message)
            writer.closeObject()
        }
        writer.closeArray()
        writer.closeObject()
        return try JSONDocument(writer.bytes).pretty()
    }

    func csv() -> [UInt8] {
        var text: [UInt8] = []
        CSV.append(["severity", "line", "column", "path", "message"], to: &text)
        for finding in findings {
            CSV.append(
                [
                    finding.severity.rawValue, "\(finding.position.line)", "\(finding.position.column)", finding.path,
                    finding.message,
                ], to: &text)
        }
        return text
    }
}
