/// A policy as it was written, and what it says.
public struct PolicyText: Sendable, Hashable {
    public let text: String
    public let policy: Policy

    /// Reads and checks a policy's bytes, which must be UTF-8.
    /// - Parameter name: what messages call the text, mostly its path.
    /// - Throws: everything that is wrong with it, at once.
    public init(yaml bytes: [UInt8], name: String) throws(DocumentFaults) {
        policy = try Policy.read(yaml: bytes, name: name)
        text = String(decoding: bytes, as: UTF8.self)
    }
}

extension PolicyText {
    func changes(to other: PolicyText) -> [PolicyChange] { [] }
    func merging(from base: PolicyText, to change: PolicyText) throws(PolicyConflict) -> PolicyText { change }
}
