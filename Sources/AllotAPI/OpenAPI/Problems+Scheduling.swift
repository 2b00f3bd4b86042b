extension OpenAPI.ProblemKind {
    /// Those of what is asked for, and by whom.
    static let ofRequests: [Self] = [
        Self(
            .notMember, 403, title: "In no department", "The policy puts the user in no department."),
        Self(
            .notInTeam, 403, title: "Not in that team", field: .always,
            members: [Member("own", .texts, "The caller's teams.")], "The caller is not in the team that is named."),
        Self(
            .asksForNothing, 422, title: "Asks for nothing", field: .always,
            "The request has neither gpus nor cpus nor memoryBytes."),
        Self(
            .outOfRange, 422, title: "Out of range", field: .always,
            members: [
                Member("value", .number, "What was asked for; of a list, how many it has."),
                Member("minimum", .number, "The least."), Member("maximum", .number, "The most."),
            ], "A number, or the length of a list, is outside its limits. For extend it may be the length in all."),
        Self(
            .exceedsHost, 422, title: "More than the host has", field: .always,
            members: [
                Member("asked", .number, "What was asked for."),
                Member("largest", .number, "What the host has; with a model, how many devices of it."),
            ], "The host has not enough of it, ever: gpus, gpuMemoryBytes, cpus or memoryBytes."),
        Self(
            .tooFarApart, 422, title: "No group of devices is that large", field: .always,
            members: [
                Member("asked", .number, "The devices that were asked for."),
                Member("largest", .number, "The devices of the largest group that there is."),
            ], "The host has the devices, and not so close to each other."),
        Self(
            .unknownModel, 422, title: "No such model", field: .always,
            members: [Member("known", .texts, "The models that the host has.")], "No device is of that model."),
        Self(
            .notShared, 422, title: "Devices of that model are not shared", field: .always,
            members: [Member("shared", .texts, "The models that are shared.")],
            "A part of a device is asked for, and the policy shares none that will do."),
        Self(
            .shareOfSeveral, 422, title: "A share is of one device", field: .always,
            "A part of a device is asked for together with a number of devices other than 1."),
        Self(
            .unknownClass, 422, title: "No such priority class", field: .always,
            members: [Member("known", .texts, "The ids of the policy's classes.")], "The policy has no such class."),
        Self(
            .commandsOfOneUser, 422, title: "Commands of one user only", field: .always,
            "The daemon runs with the process executor, which starts commands as the daemon's own user only."),
        Self(
            .tooManyWaiting, 422, title: "The queue is full",
            members: [Member("limit", .number, "The most that wait.")],
            "As many reservations wait as may: of one user, or in all."),
        Self(
            .unknownLicence, 422, title: "No such licence", field: .always,
            members: [Member("known", .texts, "The names of the policy's licences.")], "The policy has no such licence."
        ),
        Self(
            .exceedsLicences, 422, title: "More licences than there are", field: .always,
            members: [
                Member("licence", .text, "The licence's name."), Member("asked", .number, "What was asked for."),
                Member("limit", .number, "How many there are."),
            ], "The policy has fewer of that licence, ever."),
        Self(
            .exceedsCap, 422, title: "More than a cap lets", field: .always,
            members: [
                Member("cap", .text, "The cap's name in the policy."),
                Member("asked", .number, "What was asked for; for duration in seconds."),
                Member("limit", .number, "The tightest cap of the policy, the department and the team."),
            ], "A cap of the policy lets the account have less, ever."),
        Self(
            .exceedsQuota, 422, title: "More than the department's quota", field: .always, members: quota,
            "The department may never hold so many devices at once: its nominal quota, what it may borrow and what "
                + "others lend come to less."),
        Self(
            .windowExceedsNominal, 422, title: "More than a window may take", field: .always, members: quota,
            "A window takes nothing but the department's nominal quota and what is nobody's."),
        Self(
            .budgetExhausted, 409, title: "The budget has not so much left",
            members: [
                Member("department", .text, "The department's id."), Member("period", .text, "The month: `2026-11`."),
                Member("currency", .text, "ISO 4217; absent where the policy has no prices.", presence: .sometimes),
                Member("limit", .text, "The budget, a decimal in the currency's unit, as those that follow."),
                Member("held", .text, "What reservations hold of it."), Member("posted", .text, "What is spent."),
                Member("asked", .text, "What this would hold; 0.00 for what has no price."),
            ],
            "The department's budget for a month that it is planned in is hard, and what is left is less than it may "
                + "cost at most; or nothing is left."),
    ]

    /// Those of drains.
    static let ofDrains: [Self] = [
        Self(
            .unknownDevice, 404, title: "No such device", field: .always,
            members: [Member("known", .texts, "The ids of the host's devices.")],
            "No device of the host has that id or PCI address."),
        Self(.notDrained, 409, title: "Not drained", "Nothing of it is out of the plan."),
        Self(
            .tooManyDrains, 422, title: "Too many drains",
            members: [Member("limit", .number, "The most that there may be.")], "There are as many as there may be."),
        Self(
            .failsLater, 422, title: "Fails now, not later", field: .always, "A failure is named with a time to come."),
        Self(
            .endsBeforeStart, 422, title: "Ends before it begins", field: .always,
            "The end of a drain is not after its beginning."),
    ]

    private static let quota = [
        Member("department", .text, "The department's id."),
        Member("model", .text, "The quota's model; absent for one of every model.", presence: .sometimes),
        Member("asked", .number, "The devices that were asked for."),
        Member("limit", .number, "The most that the department may hold."),
    ]

    /// Those of time, and of a reservation's state.
    static let ofTime: [Self] = [
        Self(
            .startsInPast, 422, title: "Starts in the past", field: .always,
            members: [Member("now", .time, "Engine time.")], "The window begins before now."),
        Self(
            .beyondHorizon, 422, title: "Too far ahead", field: .always,
            members: [Member("horizon", .time, "The latest time that may be named.")],
            "The time lies behind the end of the calendar."),
        Self(
            .windowWith, 422, title: "Not for a window", field: .always,
            "A request with a fixed start has a notBefore or an after."),
        Self(
            .windowDoesNotFit, 409, title: "The calendar is full there", field: .always,
            members: [
                Member(
                    "nearest", .times,
                    "Starts that fit, earliest first: the last one before, if there is one, and the first after. "
                        + "At most \(APILimits.alternatives).")
            ], "What is asked for is not free throughout the window."),
        Self(
            .extensionDisplaces, 409, title: "Others are planned there", field: .always,
            members: [.reservation, Member("latestEnd", .time, "The latest end that does neither.")],
            "Others have the devices after it, or a quota, a cap or the licences would be passed."),
        Self(
            .unknownReservation, 404, title: "No such reservation",
            members: [
                Member(
                    "reservation", .text, "The reservation's id; absent where the text is no id at all.",
                    presence: .sometimes)
            ], "There is, and was, no reservation with this id: the path's, or one of `after`."),
        Self(
            .alreadyEnded, 409, title: "Already ended", members: [.reservation],
            "The reservation has ended, or is ending."),
        Self(
            .notActive, 409, title: "Not active", members: [.reservation],
            "The reservation waits, and this needs an active one."),
        Self(
            .notAwaitingApproval, 409, title: "Waits for no approval", members: [.reservation],
            "The reservation does not wait for anybody's approval."),
        Self(
            .awaitsApproval, 409, title: "Waits for approval", members: [.reservation],
            "The reservation waits for approval, and can only be approved, rejected or cancelled."),
        Self(
            .notApprover, 403, title: "Not for you to approve",
            members: [
                .reservation, Member("department", .text, "The department that is charged."),
                Member("needed", .text, "Who may: `manager` (of that department, or an admin) or `admin`."),
            ], "Somebody else has to say yes or no."),
        Self(
            .ownRequest, 403, title: "Your own request", members: [.reservation],
            "Nobody approves or rejects what they have asked for themselves."),
        Self(.noCommand, 409, title: "No command", "The reservation was made without a command; it has no log."),
    ]
}
