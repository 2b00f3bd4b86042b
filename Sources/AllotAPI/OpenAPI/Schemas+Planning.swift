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
            .optional("gpuShare", .decimal("The part that it has of its one device; absent for whole ones.")),
            .required("cpus", .quantity("Physical cores.")),
        ])

    static let fairShareView = view(
        "FairShareView",
        "Who stands where in fair share: departments by rank, each followed by its teams, each followed by its users.",
        [
            .required(
                "items",
                .array(
                    "At most `limit`. Teams and users are shown of the caller's own departments; to an admin all.",
                    of: .reference("FairShareStanding"), count: 0...Int(APILimits.pageItems.upperBound))),
            .optional("nextCursor", .nextCursor),
            .required(
                "unit", .text("What use is counted in.", examples: ["device-hours", "EUR"])),
            .required("halfLifeSeconds", .quantity("How long it takes for use to count half.", from: 1)),
        ])

    static let fairShareStanding = view(
        "FairShareStanding", "A department, team or user among its siblings.",
        [
            .required("level", .choice(FairShareView.Level.self, "Whose standing it is.")),
            .required("department", .text("The department's id.")),
            .optional(
                "team", .text("The team's id; absent for a department, and for its members who are in no team.")),
            .optional("user", .text("The user's name, else the uid.")),
            .required("weight", .quantity("Its weight by the policy; a user's is 1.")),
            .required("share", .decimal("Its weight as a part of all siblings'.")),
            .required("usage", .decimal("Use as it counts by now.")),
            .required("usageShare", .decimal("Its use as a part of all siblings'.")),
            .optional(
                "levelFairness", .decimal("`share` ÷ `usageShare`: over 1 for who has used less than its share.")),
            .required(
                "rank", .quantity("Among its siblings, 1 for the next to be served; equals have the same.", from: 1)),
            .optional("fairshare", .decimal("Of a user: the place among all users, 1 for the first.")),
            .optional("behind", .text("The sibling right before it: its id, or a user's name.")),
            .optional(
                "overtakes",
                .time(
                    "From when on it would stand before that one if nothing else happened: what runs goes on to its "
                        + "planned end, nothing new starts, use fades.")),
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
            .optional(
                "price",
                .reference(
                    "Money",
                    "By the price book, the class's multiplier included; absent where the policy has no prices. An "
                        + "estimate: what is used is charged.")),
            .optional(
                "unpriced",
                .array("What has no price for some of the time; absent for none.", of: .text("A SKU."))),
            .optional(
                "holds",
                .array(
                    "What it would hold of its department's budget, by month; absent for nothing.",
                    of: .reference("BudgetHoldView"))),
            .optional(
                "approver",
                .choice(
                    ReservationView.Approver.self,
                    "Whose yes it would need first: `start` is as if that were there. Absent where it needs none.")),
        ])

    static let money = view(
        "Money", "An amount of money.",
        [
            .required("amount", .decimal("In the currency's unit.")),
            .required("currency", .text("ISO 4217.", examples: ["EUR"])),
        ])
}

extension OpenAPI.Schema {
    /// An exact number with a point.
    static func decimal(_ description: String) -> Self {
        text(description, pattern: "^[0-9]+(\\.[0-9]+)?$", examples: ["10.5"])
    }
}
