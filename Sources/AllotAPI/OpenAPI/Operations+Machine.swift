extension OpenAPI.Operation {
    static let ofMachine: [Self] = [host, devices, drains, drain, resume, plan, fairShare, budgets, quote]

    private static let host = Self(
        .get, Route.host, id: "showHost", .machine, "Show the machine",
        "Packages, NUMA nodes, cores, memory and devices, as hwloc sees them, with who holds what.",
        success: .json("HostView", "The machine."))

    private static let devices = Self(
        .get, "/v1/devices", id: "listDevices", .machine, "List devices", "Every device, with who holds it until when.",
        parameters: [.limit, .cursor], success: .json("DevicePage", "A page."), problems: [.invalidField])

    private static let drains = Self(
        .get, Route.drains, id: "listDrains", .machine, "List what is out of the plan",
        "Drains and failures that are not over, those to come too, each with what still runs on it.",
        success: .json("DrainPage", "All of them: there are at most \(APILimits.drains)."))

    private static let drain = Self(
        .post, Route.drains, id: "drain", .machine, "Take devices, or the host, out of the plan",
        "Nothing is planned there from then on. What runs runs on to its end; what has failed is ended, and its use is "
            + "not charged. A window gets other devices at its time if some are free, else it is broken and ends as "
            + "`drained`. What waits is planned anew. For admins.",
        body: OpenAPI.Body(schema: "DrainRequest", isRequired: true),
        success: .json("DrainPage", "All drains, this one too."),
        problems: ProblemType.ofDrains + [
            .missingField, .asksForNothing, .startsInPast, .beyondHorizon, .endsBeforeStart, .failsLater, .outOfRange,
            .tooManyDrains,
        ])

    private static let resume = Self(
        .post, Route.resume, id: "resume", .machine, "Give devices, or the host, back to the plan",
        "Ends what drains there are for them, those to come too. For admins.",
        body: OpenAPI.Body(schema: "ResumeRequest", isRequired: true),
        success: .json("DrainPage", "The drains that are left."), problems: ProblemType.ofDrains + [.notDrained])

    private static let plan = Self(
        .get, "/v1/plan", id: "showPlan", .machine, "Show the calendar",
        "What is held and what is planned. Pages of a plan that changes between them may repeat or miss an entry.",
        parameters: [.limit, .cursor], success: .json("PlanView", "A page."), problems: [.invalidField])

    private static let fairShare = Self(
        .get, "/v1/fairshare", id: "showFairShare", .machine, "Show who stands where in fair share, and why",
        "Shares, use as it counts by now, level fairness and rank, from the departments down (Fair Tree). Within a "
            + "priority class the queue is served in this order, and who is given something is charged at once. It "
            + "counts against the user's questions, as a quote does.",
        parameters: [.limit, .cursor], success: .json("FairShareView", "A page."),
        problems: [.invalidField, .tooManyQuotes])

    private static let budgets = Self(
        .get, "/v1/budgets", id: "listBudgets", .machine, "Show what is left of the departments' budgets",
        "What reservations hold of a month, what those that have ended have cost, what is left, and what it comes to "
            + "at the month's end: of the caller's own departments that have a budget, to an admin of all.",
        parameters: [
            OpenAPI.Parameter(
                name: "period", place: .query, description: "The month; this one where it is absent.",
                schema: .month("A month of the policy's zone.")),
            .limit, .cursor,
        ],
        success: .json("BudgetPage", "A page."), problems: [.invalidField])

    private static let quote = Self(
        .post, Route.quotes, id: "quoteReservation", .machine, "Ask when it would start",
        "Decides the request on a copy, and changes nothing: the reply says what a submission at this time would get, "
            + "refusals included. The users of `shareWith` are not looked up. One user may ask "
            + "\(APILimits.quotesPerSecond) times a second, and \(APILimits.quotesAtOnce) times at once.",
        body: OpenAPI.Body(schema: "ReservationRequest", isRequired: true),
        success: .json("QuoteView", "Nothing is reserved."), problems: ProblemType.ofSubmission + [.tooManyQuotes])
}
