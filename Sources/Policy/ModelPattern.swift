/// Which device models a rule of the policy is for: in text a model or a part of its name, in any case, or `*` for all.
///
/// A text that is some model's whole name on the host means that model alone, so that `NVIDIA H100 80GB HBM3` is
/// not a rule for the MIG instances whose names begin so. It is how a request's model is understood too.
public struct ModelPattern: Sendable, Hashable, Codable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public static let every = ModelPattern("*")

    public var description: String { text }

    /// Whether the rule is for a model.
    /// - Parameter models: all that the host has.
    public func matches(_ model: String, among models: [String]) -> Bool {
        exactness(for: model, among: models) != nil
    }

    /// The rule that is meant for a model: the one with its whole name, else the longest part, else `*`; of equals
    /// the first. nil where there is none.
    static func best<Rule>(
        of rules: [Rule], for model: String, among models: [String], by pattern: (Rule) -> ModelPattern
    ) -> Rule? {
        let matching = rules.compactMap { rule in
            pattern(rule).exactness(for: model, among: models).map { (rule: rule, exactness: $0) }
        }
        return matching.max { $0.exactness < $1.exactness }?.rule
    }

    private enum Exactness: Comparable {
        case every
        case part(length: Int)
        case whole
    }

    private func exactness(for model: String, among models: [String]) -> Exactness? {
        if self == .every { return .every }
        let (wanted, name) = (text.lowercased(), model.lowercased())
        if wanted == name { return .whole }
        if wanted.isEmpty || models.contains(where: { $0.lowercased() == wanted }) { return nil }
        return name.contains(wanted) ? .part(length: wanted.count) : nil
    }
}
