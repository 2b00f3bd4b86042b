extension OpenAPI.Operation {
    static let ofAudit: [Self] = [listAudit, verifyAudit]

    private static let listAudit = Self(
        .get, "/v1/audit", id: "listAudit", .operation, "List who did what",
        "From the journal, the newest first: commands, accepted and denied, with who made them, and what the daemon "
            + "did about itself. Denials that repeat are counted (`count`) and written once a minute. A page may have "
            + "few items, or none, and still have a `nextCursor`: only so many rows are looked at. For auditors and "
            + "admins.",
        parameters: [
            query("user", .text("A name or a uid.", examples: ["ada", "1000"]), "Who it was."),
            query(
                "action", .text("All of it, or its first part.", examples: ["reservation", "access.denied"]),
                "The kind of row."),
            query("reservation", .reservationID("Such as r-1042."), "What it was about."),
            query("outcome", .choice(AuditEntryView.Outcome.self, "Both where it is absent."), "What became of it."),
            query("from", .time("From the first one where it is absent."), "Not before this."),
            query("until", .time("To the last one where it is absent."), "Before this."),
            .limit, .cursor,
        ],
        success: .json("AuditEntryPage", "A page."), problems: [.forbidden, .invalidField])

    private static let verifyAudit = Self(
        .post, Route.auditVerify, id: "verifyAudit", .operation, "Verify the journal",
        "Recomputes the chain from its first row, compares the tables with what the journal says, and compares with "
            + "anchors: those of the daemon's own file, and those that are sent. One runs at a time, and one is begun "
            + "in \(APILimits.verificationSeconds) s at most. For auditors and admins.",
        body: OpenAPI.Body(schema: "AuditVerifyRequest", isRequired: false),
        success: .json("AuditVerificationView", "Also where it `failed`."),
        problems: [.forbidden, .invalidField, .verificationRunning])

    private static func query(_ name: String, _ schema: OpenAPI.Schema, _ description: String) -> OpenAPI.Parameter {
        OpenAPI.Parameter(name: name, place: .query, description: description, schema: schema)
    }
}
