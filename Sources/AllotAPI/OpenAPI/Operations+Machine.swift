extension OpenAPI.Operation {
    static let ofMachine: [Self] = [host, devices, plan, fairShare, quote]

    private static let host = Self(
        .get, Route.host, id: "showHost", .machine, "Show the machine",
        "Packages, NUMA nodes, cores, memory and devices, as hwloc sees them, with who holds what.",
        success: .json("HostView", "The machine."))

    private static let devices = Self(
        .get, "/v1/devices", id: "listDevices", .machine, "List devices", "Every device, with who holds it until when.",
        parameters: [.limit, .cursor], success: .json("DevicePage", "A page."), problems: [.invalidField])

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

    private static let quote = Self(
        .post, Route.quotes, id: "quoteReservation", .machine, "Ask when it would start",
        "Decides the request on a copy, and changes nothing: the reply says what a submission at this time would get, "
            + "refusals included. The users of `shareWith` are not looked up. One user may ask "
            + "\(APILimits.quotesPerSecond) times a second, and \(APILimits.quotesAtOnce) times at once.",
        body: OpenAPI.Body(schema: "ReservationRequest", isRequired: true),
        success: .json("QuoteView", "Nothing is reserved."), problems: ProblemType.ofSubmission + [.tooManyQuotes])
}
