import Units

extension Route {
    public static let auditVerify = "/v1/audit/verify"

    /// Who did what, the newest first.
    public static func audit(_ query: AuditQuery, limit: Int = pageLimit, cursor: String? = nil) -> String {
        path(
            "/v1/audit",
            [
                ("user", query.user), ("action", query.action), ("reservation", query.reservation),
                ("outcome", query.outcome?.rawValue), ("from", query.from.map { RFC3339.string($0.timestamp) }),
                ("until", query.until.map { RFC3339.string($0.timestamp) }), ("limit", String(limit)),
                ("cursor", cursor),
            ])
    }
}
