extension OpenAPI.Operation {
    static let ofMachine: [Self] = [host, devices, plan, quote]

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

    private static let quote = Self(
        .post, Route.quotes, id: "quoteReservation", .machine, "Ask when it would start",
        "Decides the request on a copy, and changes nothing: the reply says what a submission at this time would get, "
            + "refusals included. The users of `shareWith` are not looked up. One user may ask "
            + "\(APILimits.quotesPerSecond) times a second, and \(APILimits.quotesAtOnce) times at once.",
        body: OpenAPI.Body(schema: "ReservationRequest", isRequired: true),
        success: .json("QuoteView", "Nothing is reserved."), problems: ProblemType.ofSubmission + [.tooManyQuotes])
}
