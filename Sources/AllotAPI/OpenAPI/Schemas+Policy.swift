extension OpenAPI.NamedSchema {
    static let policyView = view(
        "PolicyView", "The policy as it holds, or held.",
        [
            .required("version", .quantity("From 1 on; 0 where none was taken yet.")),
            .optional("since", .time("Since when it holds, or held.")),
            .required("origin", .text("Where it came from.", choices: APIWords.policyOrigins)),
            .optional("proposal", .quantity("The proposal that made it, or that lapsed.", from: 1)),
            .required("text", .text("The text (YAML).")),
            .optional(
                "fileDifferences",
                .array("Where the daemon's file says something else.", of: .text("A place in the policy."))),
        ])

    static let policyVersionView = view(
        "PolicyVersionView", "A version of the policy.",
        [
            .required("version", .quantity("From 1 on.", from: 1)),
            .required("since", .time("Since when it holds, or held.")),
            .required("origin", .text("Where it came from.", choices: APIWords.policyOrigins)),
            .optional("proposal", .quantity("The proposal that made it, or that lapsed.", from: 1)),
            .optional("by", .text("Who proposed it.")),
            .optional("approvedBy", .text("Who approved it.")),
            .optional("reason", .text("Why.")),
            .required("isEmergency", .flag("It took effect without a second person's word, and has not got it.")),
            .optional("changes", .quantity("Places that the proposal changed.")),
        ])

    static let policyVersionPage = page(
        "PolicyVersionPage", of: "PolicyVersionView", "Versions of the policy, the newest first.")

    static let proposalView = view(
        "ProposalView", "A change of the policy, from its proposal to its end.",
        [
            .required("number", .quantity("From 1 on.", from: 1)),
            .required("state", .choice(ProposalView.State.self, "What has become of it.")),
            .required("base", .quantity("The version that it was made from.", from: 1)),
            .optional("rollbackTo", .quantity("The version whose text it brings back.", from: 1)),
            .required("by", .text("Who proposed it.")),
            .required("at", .time("When.")),
            .required("reason", .text("Why.")),
            .optional("effective", .time("When it takes effect; absent: when it is approved.")),
            .optional("until", .time("When it lapses by itself.")),
            .optional("emergencyUntil", .time("When an emergency change lapses unless it is approved.")),
            .required("approvers", .array("Roles of which one has to say yes.", of: .text("A role."))),
            .optional("approvedBy", .text("Who approved it; absent where nobody had to.")),
            .optional("approvedAt", .time("When.")),
            .optional("version", .quantity("The version that it made.", from: 1)),
            .optional("endedAt", .time("When it was rejected, lapsed, expired or failed.")),
            .optional("rejectedBy", .text("Who rejected it.")),
            .optional("conflicts", .array("Places that others have changed otherwise since.", of: .text("A place."))),
            .required("changes", .array("What it changes.", of: .reference("PolicyChange"))),
            .optional("impact", .reference("ImpactView", "What would come of it, while it is open.")),
        ])

    static let policyChange = view(
        "PolicyChange", "One place that differs.",
        [
            .required("path", .text("The place.", examples: ["departments[vision].quotas[H100].nominal"])),
            .optional("before", .text("What it was; absent where it was not there.")),
            .optional("after", .text("What it is to be; absent where it goes.")),
        ])

    static let proposalPage = page("ProposalPage", of: "ProposalView", "Proposals, the newest first.")

    static let impactView = view(
        "ImpactView", "What a policy would bring about, seen on a copy.",
        [
            .required("earlier", .array("What would start earlier.", of: .reference("ImpactShift"))),
            .required("later", .array("What would start later.", of: .reference("ImpactShift"))),
            .required("omitted", .quantity("How many more there are of either.")),
            .required("brokenWindows", .array("Windows that could not be held.", of: .reservationID("A window."))),
            .required(
                "reclaimed",
                .array("Running ones that would have to give something back.", of: .reservationID("A reservation."))),
            .optional("cost", .reference("ImpactCost", "Absent where nothing was used.")),
            .required("warnings", .array("What is doubtful on this host.", of: .text("A place, and what."))),
        ])

    static let impactShift = view(
        "ImpactShift", "A waiting reservation whose start would move.",
        [
            .required("id", .reservationID("The reservation.")),
            .required("department", .text("Its department's id.")),
            .optional("from", .time("Its start as it is planned.")),
            .optional("to", .time("Its start as it would be.")),
        ])

    static let impactCost = view(
        "ImpactCost", "What the last month's use would cost next month.",
        [
            .required("from", .time("The beginning of the next month.")),
            .required("until", .time("Its end.")),
            .required("reservations", .quantity("Reservations that used something last month.")),
            .optional("before", .reference("Money", "By the policy that holds.")),
            .optional("after", .reference("Money", "By the other one.")),
        ])

    static let decisionRequest = request(
        "DecisionRequest", "A word on a proposal.",
        [.optional("reason", .text("Why; needed to reject.", count: APILimits.reasonBytes))])
}
