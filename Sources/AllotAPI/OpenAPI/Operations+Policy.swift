extension OpenAPI.Operation {
    static let ofPolicy: [Self] = [
        policy, versions, proposals, proposal, propose, impact, approveProposal, rejectProposal,
    ]

    private static let policy = Self(
        .get, "/v1/policy", id: "showPolicy", .policy, "Show the policy",
        "The text that holds, or with `version` one that held. For managers, finance, auditors and admins.",
        parameters: [
            OpenAPI.Parameter(
                name: "version", place: .query, description: "Absent: the one that holds.",
                schema: .quantity("A version.", from: 1))
        ],
        success: .json("PolicyView", "The policy."), problems: [.forbidden, .invalidField, .unknownVersion])

    private static let versions = Self(
        .get, "/v1/policy/versions", id: "listPolicyVersions", .policy, "List the versions of the policy",
        "What held since when, by whose word and why; the newest first.",
        parameters: [.limit, .cursor], success: .json("PolicyVersionPage", "A page."),
        problems: [.forbidden, .invalidField])

    private static let proposals = Self(
        .get, Route.proposals, id: "listProposals", .policy, "List proposals",
        "The newest first, without their impact.",
        parameters: [.limit, .cursor], success: .json("ProposalPage", "A page."), problems: [.forbidden, .invalidField])

    private static let proposal = Self(
        .get, "\(Route.proposals)/{number}", id: "showProposal", .policy, "Show a proposal",
        "What it changes, and, while it is open, what would come of it as things are now.",
        parameters: [.proposal], success: .json("ProposalView", "The proposal."),
        problems: [.forbidden, .unknownProposal, .tooManyQuotes])

    private static let propose = Self(
        .post, Route.proposals, id: "proposePolicy", .policy, "Propose a change of the policy",
        "The body is the whole text as it is to be (YAML, at most \(APILimits.policyBytes) bytes); with `version` it "
            + "is empty, and the text of that version is proposed. What is proposed is what differs from `base`: what "
            + "others change elsewhere meanwhile stays. Whether somebody else has to approve it is the rules' of the "
            + "policy that holds. Admins propose anything, finance prices and budgets, managers what is their "
            + "department's. With `emergency` it holds at once, and lapses after a day unless somebody else approves "
            + "it.",
        parameters: [
            OpenAPI.Parameter(
                name: "reason", place: .query, description: "Why; everybody who sees proposals can read it.",
                schema: .text("A text.", count: APILimits.reasonBytes), isNeeded: true),
            OpenAPI.Parameter(
                name: "base", place: .query, description: "The version that the text was made from.",
                schema: .quantity("Absent: the one that holds.", from: 1)),
            OpenAPI.Parameter(
                name: "version", place: .query, description: "The version to go back to.",
                schema: .quantity("A version.", from: 1)),
            OpenAPI.Parameter(
                name: "effective", place: .query, description: "When it takes effect.",
                schema: .time("Absent: when it is approved.")),
            OpenAPI.Parameter(
                name: "until", place: .query, description: "When it lapses by itself.",
                schema: .time("Absent: never.")),
            OpenAPI.Parameter(
                name: "emergency", place: .query, description: "Whether it holds at once; for admins.",
                schema: .flag("`true` or `false`.", standard: false)),
        ],
        body: OpenAPI.Body(schema: nil, isRequired: false),
        success: .json("ProposalView", status: 201, "The proposal, with its impact."),
        problems: ProblemType.ofPolicyText + [
            .invalidField, .changesNothing, .tooManyProposals, .unknownVersion, .wrongTime, .notStored, .diskFull,
        ])

    private static let impact = Self(
        .post, Route.impact, id: "previewPolicy", .policy, "Show what a policy would bring about",
        "On a copy: nothing is proposed. The body is the whole text, as of a proposal.",
        body: OpenAPI.Body(schema: nil, isRequired: true), success: .json("ImpactView", "What would come of it."),
        problems: ProblemType.ofPolicyText)

    private static let approveProposal = Self(
        .post, "\(Route.proposals)/{number}/approve", id: "approveProposal", .policy, "Approve a proposal",
        "By somebody else than who proposed it, with a role that the proposal names. It takes effect at its time.",
        parameters: [.proposal], body: OpenAPI.Body(schema: "DecisionRequest", isRequired: false),
        success: .json("ProposalView", "The proposal."), problems: ProblemType.ofProposals + [.ownProposal])

    private static let rejectProposal = Self(
        .post, "\(Route.proposals)/{number}/reject", id: "rejectProposal", .policy,
        "Reject a proposal, or take it back",
        "By somebody who could approve it, or by who proposed it. One that has taken effect is undone by another "
            + "proposal.",
        parameters: [.proposal], body: OpenAPI.Body(schema: "DecisionRequest", isRequired: true),
        success: .json("ProposalView", "The proposal."), problems: ProblemType.ofProposals + [.missingField])
}

extension ProblemType {
    static let ofPolicyText: [ProblemType] = [
        .forbidden, .unsupportedMediaType, .faultyPolicy, .tooManyQuotes, .tooManySimulations,
    ]
    static let ofProposals: [ProblemType] = [
        .forbidden, .unknownProposal, .proposalDecided, .notStored, .diskFull,
    ]
}

extension OpenAPI.Parameter {
    fileprivate static let proposal = Self(
        name: "number", place: .path, description: "The proposal's number.", schema: .quantity("From 1 on.", from: 1))
}

extension OpenAPI.ProblemKind {
    /// Those of changes of the policy.
    static let ofPolicy: [Self] = [
        Self(
            .faultyPolicy, 422, title: "The policy has faults",
            members: [Member("faults", .texts, "Each with line, column and place.")],
            "The text can not be read as a policy, or contradicts itself. All faults are told at once."),
        Self(
            .changesNothing, 422, title: "It changes nothing",
            members: [Member("version", .number, "The version that says the same.")],
            "The text says what the version says that it was made from."),
        Self(
            .tooManyProposals, 422, title: "Too many proposals",
            members: [Member("limit", .number, "How many there may be.")], "There are as many as there may be."),
        Self(
            .unknownProposal, 404, title: "No such proposal",
            members: [Member("proposal", .number, "The number.")], "There is no proposal of that number."),
        Self(
            .unknownVersion, 404, title: "No such version",
            members: [Member("version", .number, "The version."), Member("newest", .number, "The newest one.")],
            "There is no version of the policy of that number."),
        Self(
            .ownProposal, 403, title: "One's own proposal",
            members: [Member("proposal", .number, "The number.")], "Somebody else has to approve it."),
        Self(
            .proposalDecided, 409, title: "Decided already",
            members: [Member("proposal", .number, "The number.")], "The proposal waits for nobody's word any more."),
        Self(
            .wrongTime, 422, title: "A time that does not fit", field: .always,
            "A change takes effect from now on and lapses after that, within \(APILimits.horizonSeconds) s; an "
                + "emergency waits for no time."),
    ]
}
