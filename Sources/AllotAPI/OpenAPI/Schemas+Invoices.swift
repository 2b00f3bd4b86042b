extension OpenAPI.NamedSchema {
    static let invoiceView = view(
        "InvoiceView", "What a department is charged for a period.",
        [
            .required("number", .text("Its number.", examples: ["INV-2026-11-vision"])),
            .required("status", .choice(InvoiceView.Status.self, "Whether it may still change.")),
            .optional("sha256", .text("Of a sealed document, in hexadecimal digits.", pattern: "^[0-9a-f]{64}$")),
            .optional("closedAt", .time("When its period was closed.")),
            .required("period", .month("The month.")),
            .required("timeZone", .text("The zone of months.", examples: ["Europe/Berlin"])),
            .required("from", .time("The month's first instant.")),
            .required("to", .time("The next one's first instant.")),
            .required("department", .text("Its id.")),
            .optional("departmentName", .text("As it is called now.")),
            .required("currency", .text("ISO 4217; that of no currency without a price book.", examples: ["EUR"])),
            .required("lines", .array("In a fixed order.", of: .reference("InvoiceLine"))),
            .required("exact", .exact("The sum of the lines.")),
            .required("rounding", .exact("`total` less `exact`.")),
            .required("total", .balance("The sum of the lines' amounts.")),
            .required("policyVersion", .quantity("The policy's version at its making.")),
            .required("ratingVersion", .quantity("The version of the rules of rating.", from: 1)),
            .required("unrated", .array("Of a draft: what has no price.", of: .reference("SKUHours"))),
        ])

    static let invoiceLine = view(
        "InvoiceLine", "A team's share of one SKU, or what else is charged.",
        [
            .required("id", .quantity("From 1 on.", from: 1)),
            .required("kind", .choice(InvoiceView.Kind.self, "What it is for.")),
            .optional("team", .text("Its id; absent for members of the department alone, and for what is no team's.")),
            .optional("sku", .sku("What was held.")),
            .optional("proposal", .text("The proposal that it comes from.", examples: ["f-12"])),
            .optional("original", .month("The period that a reversal or a restatement is about.")),
            .optional("quantityHours", .hours("In hours of one unit; negative for what is given back.")),
            .required("exact", .exact("Before it is rounded.")),
            .required("amount", .balance("Rounded, so that all lines add up to the total.")),
            .optional("parts", .array("What it is made of, where that was asked for.", of: .reference("InvoicePart"))),
        ])

    static let invoicePart = view(
        "InvoicePart",
        "Hours at one tariff: `quantityHours` × `perHour` × `multiplier` × `factor` × `part` = `amount`.",
        [
            .required("priorityClass", .text("The class's id.")),
            .required("state", .text("What is known of its use.", choices: UsageQuery.State.allCases.map(\.rawValue))),
            .required("quantityHours", .hours("In hours of one unit, rounded to a millionth; the amount is exact.")),
            .optional("perHour", .decimal("The price of one unit; absent where none is needed.")),
            .optional(
                "priceVersion",
                .quantity("Counts the SKU's prices in the order of time, from 1; 0 for a correction's.")),
            .optional("window", .text("The window of the week whose price it is.")),
            .required("multiplier", .decimal("The class's.")),
            .required("factor", .decimal("What is charged for such a state.")),
            .required("part", .decimal("What is credited; 1 for all else.")),
            .required("amount", .exact("What it comes to.")),
        ])

    static let invoiceSummaryView = view(
        "InvoiceSummaryView", "An invoice without its lines.",
        [
            .required("number", .text("Its number.", examples: ["INV-2026-11-vision"])),
            .required("status", .choice(InvoiceView.Status.self, "Whether it may still change.")),
            .required("period", .month("The month.")),
            .required("department", .text("Its id.")),
            .optional("departmentName", .text("As it is called now.")),
            .required("currency", .text("ISO 4217; that of no currency without a price book.", examples: ["EUR"])),
            .required("lines", .quantity("How many there are.")),
            .required("exact", .exact("The sum of the lines.")),
            .required("rounding", .exact("`total` less `exact`.")),
            .required("total", .balance("The sum of the lines' amounts.")),
            .optional("sha256", .text("Of a sealed document, in hexadecimal digits.", pattern: "^[0-9a-f]{64}$")),
        ])

    static let invoicePage = page("InvoicePage", of: "InvoiceSummaryView", "Invoices, by department.")

    static let invoiceVerifyRequest = request(
        "InvoiceVerifyRequest", "What is made again.",
        [.optional("period", .month("A closed one; absent: all of them."))])

    static let invoiceVerificationView = view(
        "InvoiceVerificationView", "What a comparison of sealed invoices with the journal found.",
        [
            .required("status", .choice(AuditVerificationView.Status.self, "The outcome.")),
            .required("faults", .array("What is wrong.", of: .text("In words."))),
            .required("events", .quantity("Rows of the journal that were read.")),
            .required("records", .quantity("Usage records that were made again.")),
            .required("invoices", .quantity("Invoices that were made again and compared.")),
            .required("periods", .array("Those that were compared.", of: .month("A closed one."))),
        ])
}
