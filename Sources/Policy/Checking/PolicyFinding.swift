/// Something that is wrong with a policy beyond its text: with the machine that it is for, or the policy before it.
public struct PolicyFinding: Sendable, Hashable, Codable {
    /// Whether it keeps the policy from taking effect.
    public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is wrong in itself: such a policy never takes effect.
        case fault
        /// It depends on the machine, which may change: the policy takes effect, and this is said.
        case warning
    }

    public var severity: Severity
    public var position: TextPosition
    /// The field, `departments[1].quotas[0].nominal`.
    public var path: String
    public var message: String

    public init(severity: Severity, position: TextPosition, path: String, message: String) {
        self.severity = severity
        self.position = position
        self.path = path
        self.message = message
    }

    /// As compilers write it: `policy.yaml:12:9: departments[1].weight: ...`; warnings with that word before the field.
    /// - Parameter name: what the text is called, mostly its path.
    public func line(_ name: String) -> String {
        let mark = severity == .warning ? "warning: " : ""
        return "\(name):\(position.line):\(position.column): \(mark)\(path.isEmpty ? "" : "\(path): ")\(message)"
    }
}

extension DocumentFaults {
    /// The faults as findings, in the order of the text.
    public var findings: [PolicyFinding] {
        let listed = faults.map {
            PolicyFinding(severity: .fault, position: $0.position, path: $0.path, message: $0.message)
        }
        guard omitted > 0, let last = listed.last else { return listed }
        return listed
            + [
                PolicyFinding(
                    severity: .fault, position: last.position, path: "", message: "and \(omitted) more faults")
            ]
    }
}
