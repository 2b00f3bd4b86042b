extension OpenAPI.Operation {
    static let ofReservations: [Self] = [list, submit, show, explain, cancel, release, extend, approve, reject]

    private static let list = Self(
        .get, Route.reservations, id: "listReservations", .reservations, "List reservations",
        "The caller's reservations, or with `scope=all` everybody's. Live ones are ordered from the first submitted, "
            + "ended ones from the last.",
        parameters: [
            OpenAPI.Parameter(
                name: "scope", place: .query, description: "Whose.",
                schema: .choice(Route.Scope.self, "`own` or `all`.", standard: .own)),
            OpenAPI.Parameter(
                name: "state", place: .query, description: "In which state.",
                schema: .choice(Route.StateFilter.self, "`live`: all but the ended ones.", standard: .live)),
            .limit, .cursor,
        ],
        success: .json("ReservationPage", "A page."), problems: [.invalidField])

    private static let submit = Self(
        .post, Route.reservations, id: "submitReservation", .reservations, "Ask for devices, cores and memory",
        "Admits or refuses. What is admitted starts at once if it is next and fits; or it waits and `plannedStart` is "
            + "a forecast behind all that is planned. A window has its devices set aside from now on, or is refused "
            + "with the nearest starts that fit. \(APILimits.waiting) reservations may wait, "
            + "\(APILimits.waitingOfUser) of one user.",
        parameters: [.idempotencyKey], body: OpenAPI.Body(schema: "ReservationRequest", isRequired: true),
        success: .json("ReservationView", status: 201, "Admitted, and on disk."),
        problems: ProblemType.ofSubmission + ProblemType.ofWriting)

    private static let show = Self(
        .get, "\(Route.reservations)/{id}", id: "showReservation", .reservations, "Show a reservation",
        "A reservation, live or ended; of another's what the calendar shows.",
        parameters: [.reservation], success: .json("ReservationView", "The reservation."),
        problems: [.unknownReservation])

    private static let explain = Self(
        .get, "\(Route.reservations)/{id}/explanation", id: "explainReservation", .reservations,
        "Explain why a reservation does not start now",
        "What stands in its way, with the numbers and who has what until when; and single changes that start it "
            + "sooner, each planned on a copy. Of the others it shows what the calendar shows. For its owner, those "
            + "it is shared with, and admins. It counts against the user's questions, as a quote does.",
        parameters: [.reservation], success: .json("ExplanationView", "The explanation."),
        problems: [.unknownReservation, .notOwner, .alreadyEnded, .tooManyQuotes])

    private static let cancel = Self(
        .post, "\(Route.reservations)/{id}/cancel", id: "cancelReservation", .reservations, "Give a reservation up",
        "Ends it, whether it waits or is active; what runs in it is stopped. For its owner and admins.",
        parameters: [.reservation, .idempotencyKey], body: OpenAPI.Body(schema: "EndRequest", isRequired: false),
        success: .json("ReservationView", "Ended, or ending while something of it still runs."),
        problems: ProblemType.ofChange)

    private static let release = Self(
        .post, "\(Route.reservations)/{id}/release", id: "releaseReservation", .reservations,
        "Return the rest of a reservation's time",
        "Ends an active one; what runs in it is stopped. For its owner and admins.",
        parameters: [.reservation, .idempotencyKey], body: OpenAPI.Body(schema: "EndRequest", isRequired: false),
        success: .json("ReservationView", "Ending, until nothing of it runs any more."),
        problems: ProblemType.ofChange + [.notActive])

    private static let extend = Self(
        .post, "\(Route.reservations)/{id}/extend", id: "extendReservation", .reservations, "Make a reservation longer",
        "Moves the end of one that waits or is active, if that displaces no one. For its owner and admins.",
        parameters: [.reservation, .idempotencyKey], body: OpenAPI.Body(schema: "ExtendRequest", isRequired: true),
        success: .json("ReservationView", "Extended."),
        problems: ProblemType.ofChange + [
            .missingField, .outOfRange, .exceedsCap, .notActive, .extensionDisplaces, .budgetExhausted, .awaitsApproval,
            .notApprover, .ownRequest,
        ])

    private static let approve = Self(
        .post, "\(Route.reservations)/{id}/approve", id: "approveReservation", .reservations,
        "Say yes to a reservation that awaits approval",
        "It joins the queue, or starts at once; a window keeps its time. For the department's managers and admins, as "
            + "the policy's rule says, and never for who asked for it.",
        parameters: [.reservation, .idempotencyKey], body: OpenAPI.Body(schema: "EndRequest", isRequired: false),
        success: .json("ReservationView", "Approved."), problems: ProblemType.ofApproval)

    private static let reject = Self(
        .post, "\(Route.reservations)/{id}/reject", id: "rejectReservation", .reservations,
        "Say no to a reservation that awaits approval",
        "It ends. For those who may approve it; `reason` is needed.",
        parameters: [.reservation, .idempotencyKey], body: OpenAPI.Body(schema: "EndRequest", isRequired: true),
        success: .json("ReservationView", "Ended."), problems: ProblemType.ofApproval)
}

extension ProblemType {
    /// What the engine refuses a request for, and what its fields are refused for before.
    static let ofSubmission: [ProblemType] = [
        .missingField, .invalidField, .notMember, .notInTeam, .asksForNothing, .outOfRange, .exceedsHost, .notShared,
        .shareOfSeveral, .tooFarApart,
        .unknownModel, .unknownClass, .unknownLicence, .exceedsLicences, .exceedsCap, .exceedsQuota,
        .windowExceedsNominal, .budgetExhausted,
        .commandsOfOneUser, .tooManyWaiting, .startsInPast, .beyondHorizon, .windowWith,
        .windowDoesNotFit, .unknownReservation,
    ]
    /// What a change of a reservation is refused for.
    static let ofChange: [ProblemType] = ofWriting + [.unknownReservation, .notOwner, .alreadyEnded]
    /// What a yes or a no is refused for.
    static let ofApproval: [ProblemType] =
        ofWriting + [
            .forbidden, .unknownReservation, .alreadyEnded, .notAwaitingApproval, .notApprover, .ownRequest,
        ]
}

extension ProblemType {
    /// What a change of what is drained is refused for.
    static let ofDrains: [ProblemType] = [.notStored, .diskFull, .invalidField, .forbidden, .unknownDevice]
}
