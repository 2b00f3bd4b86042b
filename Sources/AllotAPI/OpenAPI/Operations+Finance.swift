extension OpenAPI.Operation {
    static let ofFinance: [Self] = [
        usage, unreservedUse, invoices, invoice, verifyInvoices, proposals, propose, proposal, approve, reject, periods,
        closePeriod,
        export,
    ]

    private static let usage = Self(
        .get, "/v1/usage", id: "showUsage", .finance, "Sum up what was held, and what it costs",
        "By SKU, and by up to \(APILimits.usageGroups.upperBound) groups: hours of different SKUs are never added. "
            + "Amounts are exact, with credits and corrections; they agree with the invoices before their rounding. "
            + "Adjustments, and the parts of what nobody held, stand on invoices alone. Everybody sees the own "
            + "departments, managers those that they manage, finance, auditors and admins all. Days begin and end in "
            + "the policy's zone. At most \(APILimits.usageItems) items, of at most \(APILimits.usageDays) days.",
        parameters: [
            query("period", .month("A month; this one where neither it nor days are given."), "Of this month."),
            query("from", .day("With `to`."), "The first day."),
            query("to", .day("With `from`."), "The day behind the last one."),
            query(
                "by",
                .text(
                    "`department`, `team`, `user`, `sku`, `class`, `state`, `entry`, `day`, `month` or `tag:NAME`, "
                        + "with "
                        + "commas between them.", examples: ["department,day", "tag:project"]),
                "What groups have in common; absent: one sum for each SKU."),
            query("department", .text("An id."), "Only of this one."),
            query("team", .text("An id."), "Only of this one, in any department."),
            query("user", .text("A name or a uid."), "Only of this one."),
            query("sku", .sku("One."), "Only of this one."),
            query("class", .text("An id."), "Only of this one."),
            query("state", .choice(UsageQuery.State.self, "What is known of its use."), "Only what was so."),
            query(
                "tag", .text("`NAME=VALUE`.", examples: ["project=vision"]),
                "Only of reservations that have this tag with this value."),
        ],
        success: .json("UsageView", "The sums."), problems: [.forbidden, .invalidField, .tooManyItems])

    private static let unreservedUse = Self(
        .get, "/v1/usage/unreserved", id: "showUnreservedUse", .finance, "List what was used without a reservation",
        "From the journal, the newest first: who had a device open that no reservation gave them, for how long. A "
            + "long use is told in pieces that do not overlap. Nobody is charged for it. Everybody sees the own, "
            + "managers that of the departments that they manage, finance, auditors and admins all. A page may have "
            + "few items, or none, and still have a `nextCursor`: only so many rows are looked at.",
        parameters: [
            query("period", .month("A month; this one where neither it nor days are given."), "Of this month."),
            query("from", .day("With `to`."), "The first day."),
            query("to", .day("With `from`."), "The day behind the last one."),
            query("department", .text("An id."), "Only of users of this one."),
            query("user", .text("A name or a uid."), "Only of this one."), .limit, .cursor,
        ],
        success: .json("UnreservedUsePage", "A page."), problems: [.forbidden, .invalidField])

    private static let invoices = Self(
        .get, "/v1/invoices", id: "listInvoices", .finance, "List the invoices of a period",
        "Drafts while the period is open, sealed afterwards; by department. Managers see those of the departments that "
            + "they manage; finance, auditors and admins all.",
        parameters: [
            query("period", .month("This one where it is absent."), "Of this month."), .limit, .cursor,
        ],
        success: .json("InvoicePage", "A page."), problems: [.forbidden, .invalidField, .unknownPeriod])

    private static let invoice = Self(
        .get, "/v1/invoices/{number}", id: "showInvoice", .finance, "Show an invoice",
        "With its lines; with `explain`, each line's parts too: quantity × price × factors = amount.",
        parameters: [
            OpenAPI.Parameter(
                name: "number", place: .path, description: "The invoice's number.",
                schema: .text("Such as INV-2026-11-vision.")),
            query("explain", .flag("`true` or `false`.", standard: false), "Whether lines say what they are made of."),
        ],
        success: .json("InvoiceView", "The invoice."), problems: [.forbidden, .invalidField, .unknownInvoice])

    private static let verifyInvoices = Self(
        .post, Route.invoiceVerify, id: "verifyInvoices", .finance, "Make sealed invoices again, and compare",
        "Reads the journal from its first row, meters and rates all use again, makes the invoices of "
            + "closed periods and "
            + "compares them with those that were sealed. One verification runs at a time, of invoices or of the whole "
            + "journal, and one is begun in \(APILimits.verificationSeconds) s at most. For finance, auditors "
            + "and admins.",
        body: OpenAPI.Body(schema: "InvoiceVerifyRequest", isRequired: false),
        success: .json("InvoiceVerificationView", "Also where it `failed`."),
        problems: [.forbidden, .invalidField, .unknownPeriod, .verificationRunning])

    private static let proposals = Self(
        .get, Route.financeProposals, id: "listFinanceProposals", .finance, "List adjustments and corrections",
        "Those that wait for a second person, and recent ones; the newest first. Without the differences "
            + "of corrections.",
        parameters: [.limit, .cursor], success: .json("FinanceProposalPage", "A page."),
        problems: [.forbidden, .invalidField])

    private static let propose = Self(
        .post, Route.financeProposals, id: "proposeFinance", .finance, "Propose an adjustment or a correction",
        "One of the two. An adjustment charges a department an amount beside its use, or gives it one back; above the "
            + "policy's limit it waits for a second person. A correction says what the price of a SKU should "
            + "have been: "
            + "it always waits, and when it is approved what was charged otherwise is reversed and restated in the "
            + "open period. Closed periods stay as they are. For finance and admins.",
        body: OpenAPI.Body(schema: "FinanceProposalRequest", isRequired: true),
        success: .json("FinanceProposalView", status: 201, "The proposal; of a correction with its differences."),
        problems: ProblemType.ofWriting + [
            .forbidden, .missingField, .unknownDepartment, .periodClosed, .notMetered, .tooManyProposals,
            .verificationRunning,
        ])

    private static let proposal = Self(
        .get, "\(Route.financeProposals)/{id}", id: "showFinanceProposal", .finance,
        "Show an adjustment or a correction", "With the differences of a correction that waits.",
        parameters: [.financeProposal], success: .json("FinanceProposalView", "The proposal."),
        problems: [.forbidden, .unknownProposal])

    private static let approve = Self(
        .post, "\(Route.financeProposals)/{id}/approve", id: "approveFinanceProposal", .finance,
        "Approve an adjustment or a correction", "By somebody else than who proposed it. It is applied at once.",
        parameters: [.financeProposal], body: OpenAPI.Body(schema: "DecisionRequest", isRequired: false),
        success: .json("FinanceProposalView", "The proposal."),
        problems: ProblemType.ofProposals + [.ownProposal, .periodClosed, .verificationRunning])

    private static let reject = Self(
        .post, "\(Route.financeProposals)/{id}/reject", id: "rejectFinanceProposal", .finance,
        "Reject an adjustment or a correction, or take it back",
        "One that waits; what has been applied is undone by another one.",
        parameters: [.financeProposal], body: OpenAPI.Body(schema: "DecisionRequest", isRequired: true),
        success: .json("FinanceProposalView", "The proposal."),
        problems: ProblemType.ofProposals + [.missingField])

    private static let periods = Self(
        .get, "/v1/periods", id: "listPeriods", .finance, "List periods",
        "Months of the policy's zone since metering began, the newest first: open and closed ones, with their totals "
            + "and what keeps an open one from being closed. A manager's totals are of the managed departments.",
        parameters: [.limit, .cursor], success: .json("PeriodPage", "A page."),
        problems: [.forbidden, .invalidField])

    private static let closePeriod = Self(
        .post, "/v1/periods/{period}/close", id: "closePeriod", .finance, "Close a period for good",
        "Its invoices are sealed. Refused while it is not over, an earlier one is open, something in it "
            + "has no price or "
            + "is not written down, or a proposal waits. For finance and admins.",
        parameters: [
            OpenAPI.Parameter(
                name: "period", place: .path, description: "The month.", schema: .month("Of the policy's zone."))
        ],
        success: .json("PeriodView", "The period."),
        problems: [
            .forbidden, .invalidField, .unknownPeriod, .periodClosed, .periodNotSettled, .notStored, .diskFull,
        ])

    private static let export = Self(
        .get, "\(Route.exports)/{format}", id: "exportPeriod", .finance, "Write a period's charges as a file",
        "FOCUS 1.4, CSV for spreadsheets, a balanced journal of a general ledger (CSV), or a journal for hledger. The "
            + "period may be open. The field `\(ExportQuery.digestField)` behind the last byte is the SHA-256 that the "
            + "journal has of the export; without it the file is not whole. For finance, auditors and admins.",
        parameters: [
            OpenAPI.Parameter(
                name: "format", place: .path, description: "What is written.",
                schema: .choice(ExportQuery.Format.self, "The kind of file.")),
            OpenAPI.Parameter(
                name: "period", place: .query, description: "Of this month.",
                schema: .month("Of the policy's zone."), isNeeded: true),
            query("department", .text("An id."), "Only of this one."),
            query(
                "split", .text("Rows of usage are cut at each full hour.", choices: ["hour"]),
                "Of FOCUS cost and usage and of CSV."),
        ],
        success: OpenAPI.Success(status: 200, description: "The file.", mediaType: "text/csv"),
        problems: [
            .forbidden, .invalidField, .unknownPeriod, .unknownDepartment, .tooManyExports, .notStored, .diskFull,
        ])

    private static func query(_ name: String, _ schema: OpenAPI.Schema, _ description: String) -> OpenAPI.Parameter {
        OpenAPI.Parameter(name: name, place: .query, description: description, schema: schema)
    }
}

extension OpenAPI.Parameter {
    fileprivate static let financeProposal = Self(
        name: "id", place: .path, description: "The proposal's id.",
        schema: .text("Such as f-12.", pattern: "^f-[1-9][0-9]*$", examples: ["f-12"]))
}

extension OpenAPI.ProblemKind {
    /// Those of what is charged.
    static let ofFinance: [Self] = [
        Self(
            .tooManyItems, 422, title: "Too many items", members: [Member("limit", .number, "How many there may be.")],
            "There are more groups than a reply may have: ask for fewer days, or group by less."),
        Self(
            .unknownInvoice, 404, title: "No such invoice",
            members: [Member("invoice", .text, "The number.")], "There is no invoice of that number."),
        Self(
            .unknownPeriod, 404, title: "No such period",
            members: [
                Member("period", .text, "The month."), Member("first", .text, "The first one."),
                Member("last", .text, "The last one."),
            ], "Nothing was metered before the first period, and none is after the one that is under way."),
        Self(
            .unknownDepartment, 422, title: "No such department", field: .always,
            members: [Member("known", .texts, "Those that there are.")],
            "The policy has no department, or the department no team, of that id."),
        Self(
            .periodClosed, 409, title: "The period is closed",
            members: [
                Member("period", .text, "The month."), Member("open", .text, "The earliest open one."),
            ], "Nothing in a closed period changes."),
        Self(
            .periodNotSettled, 409, title: "The period can not be closed yet",
            members: [
                Member("period", .text, "The month."),
                Member("ends", .time, "When it is over, where it is not.", presence: .sometimes),
                Member("earlier", .text, "The one that has to be closed first.", presence: .sometimes),
                Member("unrated", .texts, "What has no price: each with its hours.", presence: .sometimes),
                Member("unsettled", .texts, "Reservations that are not written down.", presence: .sometimes),
                Member("pending", .texts, "Proposals that wait.", presence: .sometimes),
            ], "Something has to be done before."),
        Self(
            .notMetered, 422, title: "Not metered yet", field: .always,
            members: [Member("until", .time, "Up to where all is written down.")],
            "A correction is about what is written down; the price book is for what is to come."),
        Self(
            .tooManyExports, 429, title: "Too many exports",
            members: [Member("limit", .number, "How many may run at a time.")],
            "As many exports run as may run at a time."),
    ]
}
