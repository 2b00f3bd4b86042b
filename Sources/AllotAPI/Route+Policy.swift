import Units

extension Route {
    public static let proposals = "/v1/policy/proposals"
    /// What a text would bring about.
    public static let impact = "/v1/policy/impact"

    /// The policy that holds, or a version of it.
    public static func policy(version: Int? = nil) -> String {
        path("/v1/policy", [("version", version.map { String($0) })])
    }

    /// What held since when.
    public static func policyVersions(limit: Int = pageLimit, cursor: String? = nil) -> String {
        path("/v1/policy/versions", [("limit", String(limit)), ("cursor", cursor)])
    }

    /// Proposals, the newest first.
    public static func proposals(limit: Int = pageLimit, cursor: String? = nil) -> String {
        path(proposals, [("limit", String(limit)), ("cursor", cursor)])
    }

    /// A proposal, with what goes beside its text.
    public static func propose(_ query: ProposalQuery) -> String {
        path(
            proposals,
            [
                ("reason", query.reason), ("base", query.base.map { String($0) }),
                ("version", query.version.map { String($0) }),
                ("effective", query.effective.map { RFC3339.string($0.timestamp) }),
                ("until", query.until.map { RFC3339.string($0.timestamp) }),
                ("emergency", query.emergency ? "true" : nil),
            ])
    }

    public static func proposal(_ number: Int) -> String { "\(proposals)/\(number)" }
    public static func approveProposal(_ number: Int) -> String { "\(proposals)/\(number)/approve" }
    public static func rejectProposal(_ number: Int) -> String { "\(proposals)/\(number)/reject" }
}
