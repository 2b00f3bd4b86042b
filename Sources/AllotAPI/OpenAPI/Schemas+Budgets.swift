extension OpenAPI.NamedSchema {
    static let budgetView = view(
        "BudgetView", "A department's budget in one month. Amounts are in the currency's unit.",
        [
            .required("department", .text("The department's id.")),
            .required("period", .month("The month, of the policy's zone.")),
            .required("from", .time("The month's first instant.")),
            .required("until", .time("The next month's first instant.")),
            .optional("currency", .text("ISO 4217; absent where the policy has no prices.", examples: ["EUR"])),
            .required("limit", .decimal("The budget.")),
            .required(
                "isHard",
                .flag("Whether nothing more is admitted when it is used up; otherwise that is only announced.")),
            .required("held", .decimal("What live reservations may cost at most.")),
            .required("posted", .decimal("What has ended has cost.")),
            .required("available", .balance("`limit` − `held` − `posted`; negative where the limit is passed.")),
            .required(
                "forecast",
                .decimal(
                    "At the month's end: the greater of `held` and `posted` together, and, from the month's second day "
                        + "on, what has been used up to now carried on at the same pace.")),
            .optional(
                "announcedPercent",
                .integer("The highest threshold that has been announced; absent for none.")),
        ])

    static let budgetPage = page("BudgetPage", of: "BudgetView", "Budgets, ordered by department.")

    static let budgetHoldView = view(
        "BudgetHoldView", "What a request would hold of a month's budget.",
        [
            .required("period", .month("The month, of the policy's zone.")),
            .required("amount", .decimal("What it may cost at most there.")),
            .required("available", .balance("What is left before it; negative where the limit is passed.")),
            .optional("currency", .text("ISO 4217; absent where the policy has no prices.", examples: ["EUR"])),
        ])
}

extension OpenAPI.Schema {
    static func month(_ description: String) -> Self {
        text(description, pattern: "^[0-9]{4}-[0-9]{2}$", examples: ["2026-11"])
    }

    /// An exact number with a point, that may be negative.
    static func balance(_ description: String) -> Self {
        text(description, pattern: "^-?[0-9]+(\\.[0-9]+)?$", examples: ["-10.50"])
    }
}
