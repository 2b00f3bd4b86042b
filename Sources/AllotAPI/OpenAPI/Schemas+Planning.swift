extension OpenAPI.NamedSchema {
    static let planView = view(
        "PlanView", "What is and will be held, by start, then by id: reservations that are active, ending or planned.",
        [
            .required(
                "items",
                .array(
                    "At most `limit`.", of: .reference("PlanEntry"), count: 0...Int(APILimits.pageItems.upperBound))),
            .optional("nextCursor", .nextCursor),
            .required(
                "isProvisional",
                .flag("Whether something has changed since the last pass over the queue; the next is under way.")),
        ])

    static let planEntry = view(
        "PlanEntry", "A reservation on the calendar. Whose it is, is shown as in ReservationView.",
        [
            .required("id", .reservationID("Its id.")),
            .required("state", .reservationState),
            .required("kind", .reservationKind),
            .required("department", .text("The department's id.")),
            .optional("user", .text("*own*: the owner's name, else the uid.")),
            .required("start", .time("Its actual or planned start.")),
            .required("end", .time("Its planned end; while ending, when its use ended.")),
            .required(
                "devices",
                .array("The devices' ids.", of: .text("A device's id."), count: 0...APILimits.devices)),
            .required("cpus", .quantity("Physical cores.")),
        ])

    static let quoteView = view(
        "QuoteView", "When it would start as things are, and what it would hold.",
        [
            .required("start", .time("The earliest start.")),
            .required("end", .time("The end.")),
            .required(
                "devices",
                .array(
                    "The devices that it would get now; others may be free when it starts.",
                    of: .text("A device's id."), count: 0...APILimits.devices)),
            .required("cpus", .quantity("Physical cores.")),
            .required("memoryBytes", .quantity("Memory.")),
            .required("deviceHours", .decimal("Devices times hours, to a millionth.")),
            .required("coreHours", .decimal("Cores times hours, to a millionth.")),
        ])
}

extension OpenAPI.Schema {
    /// An exact number with a point.
    static func decimal(_ description: String) -> Self {
        text(description, pattern: "^[0-9]+(\\.[0-9]+)?$", examples: ["10.5"])
    }
}
