extension OpenAPI.NamedSchema {
    static let usageView = view(
        "UsageView", "What was held, and what it costs.",
        [
            .required("from", .day("The first day.")),
            .required("to", .day("The day behind the last one.")),
            .required("timeZone", .text("The zone of days.", examples: ["Europe/Berlin"])),
            .optional("currency", .currency),
            .required(
                "items",
                .array("By group and SKU.", of: .reference("UsageItem"), count: 0...APILimits.usageItems)),
            .required("totals", .array("Of all items, SKU by SKU.", of: .reference("UsageTotal"))),
            .required("amount", .exact("Of all items.")),
        ])

    static let usageItem = view(
        "UsageItem", "One SKU of one group.",
        [
            .required(
                "keys",
                .map(
                    "What the group has in common, by what was asked for; the empty text for what is not there.",
                    of: .text("A value."))),
            .required("sku", .sku("What was held.")),
            .required("quantityHours", .hours("Held, in hours of one unit.")),
            .required("amount", .exact("With credits and corrections.")),
            .required("unratedHours", .hours("Without a price, and in no amount.")),
        ])

    static let usageTotal = view(
        "UsageTotal", "One SKU of all groups.",
        [
            .required("sku", .sku("What was held.")),
            .required("quantityHours", .hours("Held, in hours of one unit.")),
            .required("amount", .exact("With credits and corrections.")),
            .required("unratedHours", .hours("Without a price, and in no amount.")),
        ])

    static let skuHours = view(
        "SKUHours", "Hours of one SKU.",
        [.required("sku", .sku("What was held.")), .required("hours", .hours("In hours of one unit."))])

    static let unreservedUseView = view(
        "UnreservedUseView", "For how long somebody had a device open without a reservation of it. Nobody is charged.",
        [
            .required("sequence", .quantity("Its row in the journal.", from: 1)),
            .required("device", .text("The device's id.")),
            .required("user", .text("The user's name, else the uid.")),
            .required("uid", .integer("The uid.", 0...Int64(UInt32.max), format: "uint32")),
            .optional("department", .text("The id of the one that the user was of; absent for none.")),
            .optional(
                "command", .text("What the process called itself that was seen first; absent where it was erased.")),
            .required("from", .time("When it began, or was last told.")),
            .required("to", .time("The first instant behind it.")),
        ])

    static let unreservedUsePage = page(
        "UnreservedUsePage", of: "UnreservedUseView", "What was used without a reservation, the newest first.")

    static let periodView = view(
        "PeriodView", "A month of the policy's zone, as it is invoiced.",
        [
            .required("period", .month("The month.")),
            .required("state", .choice(PeriodView.State.self, "Whether it may still change.")),
            .required("from", .time("Its first instant.")),
            .required("to", .time("The next one's first instant.")),
            .optional("currency", .currency),
            .required("invoices", .quantity("How many there are.")),
            .required("total", .balance("Of all invoices.")),
            .optional("closedAt", .time("When it was closed.")),
            .optional("closedBy", .text("Who closed it.")),
            .optional("hindrances", .reference("PeriodHindrances", "Of an open one.")),
        ])

    static let periodHindrances = view(
        "PeriodHindrances", "What has to be done before a period can be closed.",
        [
            .required("isUnderWay", .flag("It is not over.")),
            .optional("earlier", .month("The one that has to be closed first.")),
            .required("unrated", .array("What has no price.", of: .reference("SKUHours"))),
            .required(
                "unsettled",
                .array(
                    "Whose use is not written down.", of: .reservationID("A reservation."),
                    count: 0...APILimits.unsettledNames)),
            .required("pending", .array("What waits for a second person.", of: .text("A proposal."))),
        ])

    static let periodPage = page("PeriodPage", of: "PeriodView", "Periods, the newest first.")
}

extension OpenAPI.NamedSchema {
    static let financeProposalRequest = request(
        "FinanceProposalRequest", "An adjustment or a correction, one of the two, and why.",
        [
            .optional("adjustment", .reference("Adjustment")), .optional("correction", .reference("Correction")),
            .required("reason", .text("Why.", count: APILimits.reasonBytes)),
        ])

    static let adjustment = request(
        "Adjustment", "An amount that a department is charged, or for a negative one given back, beside its use.",
        [
            .required("department", .text("Its id.")),
            .optional("team", .text("The id of the team that it is shown with.")),
            .required("amount", .balance("In the currency's unit, with two decimals at most; not zero.")),
            .optional("period", .month("The open one that it is posted to; absent: the earliest.")),
        ])

    static let correction = request(
        "Correction", "The price that a SKU should have had for some time.",
        [
            .required("sku", .sku("What it is the price of.")),
            .required("from", .time("From then on.")),
            .required("to", .time("Until then; not later than what is written down.")),
            .required("perHour", .decimal("Of one device, core, GiB or licence.")),
        ])

    static let financeProposalView = view(
        "FinanceProposalView", "An adjustment or a correction, from its proposal to its end.",
        [
            .required("id", .text("Its id.", pattern: "^f-[1-9][0-9]*$", examples: ["f-12"])),
            .required("state", .choice(FinanceProposalView.State.self, "What has become of it.")),
            .optional("adjustment", .reference("Adjustment", "One of the two.")),
            .optional("correction", .reference("Correction", "One of the two.")),
            .optional("currency", .currency),
            .required("by", .text("Who proposed it.")),
            .required("at", .time("When.")),
            .optional("reason", .text("Why; absent where it is erased.")),
            .optional("decidedBy", .text("Who said yes or no; absent where nobody had to, or has.")),
            .optional("decidedAt", .time("When it was applied or rejected.")),
            .optional("rejectionReason", .text("Why it was rejected.")),
            .optional(
                "differences",
                .array("What a correction that waits changes, by department.", of: .reference("FinanceDifference"))),
        ])

    static let financeDifference = view(
        "FinanceDifference", "What a correction changes for one department.",
        [
            .required("department", .text("Its id.")),
            .required("exact", .exact("More, or for a negative one less.")),
            .required("amount", .balance("Rounded to hundredths.")),
        ])

    static let financeProposalPage = page(
        "FinanceProposalPage", of: "FinanceProposalView", "Adjustments and corrections, the newest first.")
}

extension OpenAPI.Schema {
    /// A day of the policy's zone.
    static func day(_ description: String) -> Self {
        text(description, pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples: ["2026-11-01"])
    }

    static func sku(_ description: String) -> Self {
        text(description, examples: ["gpu:NVIDIA H100 80GB HBM3", "cpu", "memory", "licence:matlab"])
    }

    /// An amount before it is rounded.
    static func exact(_ description: String) -> Self {
        text(
            "\(description) In the currency's unit.", pattern: "^-?[0-9]+\\.[0-9]{12}$", examples: ["31.254000000000"])
    }

    static func hours(_ description: String) -> Self {
        text(description, pattern: "^-?[0-9]+(\\.[0-9]{1,6})?$", examples: ["12.5"])
    }

    static let currency = text("ISO 4217; absent where the policy has no prices.", examples: ["EUR"])
}
