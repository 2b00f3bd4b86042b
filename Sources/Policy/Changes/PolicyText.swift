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
    /// What another text says differently, sorted by path. Comments and the order of members are no difference.
    public func changes(to other: PolicyText) -> [PolicyChange] {
        policy == other.policy ? [] : Differences(from: policy, to: other.policy).changes
    }

    /// This text with what was changed from a base to another text. Where this text is still the base, that is the
    /// other text as it was written; otherwise it is written anew, without comments.
    /// - Throws: the places that this text has otherwise than the base, and the other text has changed too; or what is
    ///   wrong with the merged policy.
    public func merging(from base: PolicyText, to change: PolicyText) throws(PolicyConflict) -> PolicyText {
        if text == base.text { return change }
        if text == change.text || base.policy == change.policy { return self }
        var merge = Merge()
        let outline = merge.merged(policy.outline, base.policy.outline, change.policy.outline)
        guard merge.conflicts.isEmpty else { throw PolicyConflict(paths: merge.conflicts.sorted()) }
        var written = CanonicalText()
        written.append(outline, indent: 0)
        do throws(DocumentFaults) {
            // Once more, from the value: fields that only one side had stand in the order of the schema then.
            let policy = try Policy.read(yaml: written.text, name: "the merged policy")
            return try PolicyText(
                yaml: Array((PolicyText.mergedMark + policy.canonicalText).utf8), name: "the merged policy")
        } catch {
            throw PolicyConflict(paths: error.faults.map { "\($0.path): \($0.message)" })
        }
    }

    /// The first line of a text that was merged.
    static let mergedMark = "# Merged from several changes: comments stand in the texts that they were made from.\n"
}
