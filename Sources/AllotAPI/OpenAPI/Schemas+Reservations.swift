extension OpenAPI.NamedSchema {
    static let reservationView = view(
        "ReservationView",
        "A reservation. What is marked *own* is shown to its owner, to those it is shared with, and to admins.",
        reservationRequired + reservationTimes + reservationGrant + reservationOwn)

    static let reservationPage = page("ReservationPage", of: "ReservationView", "Reservations, ordered by id.")

    /// A page of a list.
    static func page(_ name: String, of item: String, _ description: String) -> Self {
        view(
            name, description,
            [
                .required(
                    "items",
                    .array("At most `limit`.", of: .reference(item), count: 0...Int(APILimits.pageItems.upperBound))),
                .optional("nextCursor", .nextCursor),
            ])
    }

    private static let reservationRequired: [OpenAPI.Property] = [
        .required("id", .reservationID("Its id: never reused, never all digits.")),
        .required("state", .reservationState),
        .required("kind", .reservationKind),
        .required("department", .text("The id of the department that is charged.")),
        .required("gpus", .integer("Devices.", APILimits.gpus)),
        .optional("gpuShare", .decimal("The part that it has of its one device; absent for whole ones.")),
        .optional(
            "gpuMemoryBytes",
            .integer("The least memory of each device, or of the share of it; absent for any.", APILimits.memoryBytes)),
        .optional("model", .text("The device model, as it was asked for.")),
        .required("together", .together()),
        .required("cpus", .quantity("Physical cores.")),
        .required("memoryBytes", .quantity("Memory.")),
        .optional("licences", .licences("How many of each licence; absent for none.")),
        .required("durationSeconds", .integer("How long, extensions included.", APILimits.spanSeconds)),
        .required("submittedAt", .time("When it was asked for.")),
        .required("class", .text("The priority class's id.")),
    ]

    private static let reservationTimes: [OpenAPI.Property] = [
        .optional("notBefore", .time("Its start is not earlier, as it was asked for.")),
        .optional(
            "after",
            .array(
                "Reservations that must have ended first; those that had ended at its submission are left out.",
                of: .reservationID("A reservation's id."), count: APILimits.after)),
        .optional("plannedStart", .time("While waiting: when it is planned to start.")),
        .optional("firstForecast", .time("The start that was told at submission; absent where it started at once.")),
        .optional("ahead", .quantity("While waiting: how many waiting reservations are planned before it.")),
        .optional(
            "isFirm",
            .flag(
                "While waiting: true where nothing but a failure, a drain or a named change of policy may move the "
                    + "start: a window, or one that has waited for its class's longest wait. Absent otherwise.")),
        .optional(
            "isBorrowed",
            .flag(
                "Since it started: true where it began beyond what is its department's own quota. Absent otherwise.")),
        .optional("approvalUntil", .time("While it awaits approval: without it, it ends then.")),
        .optional(
            "approver",
            .choice(
                ReservationView.Approver.self,
                "While it awaits approval: whose; `manager` is one of its department, or an admin.")),
        .optional("startedAt", .time("When it became active.")),
        .optional("endsAt", .time("While active or ending: when its time is over.")),
        .optional("endedAt", .time("Once ended: when its owner's use ended.")),
        .optional("endReason", .endReason),
        .optional(
            "exitCode",
            .integer("The command's exit code, 128 + number for a signal.", format: "int32")),
        .optional("gaveWayTo", .reservationID("Where it had to give way: to which one.")),
        .optional(
            "requeue",
            .flag("True where it goes back into the queue when what it holds fails. Absent otherwise.")),
        .optional("preemptions", .quantity("How often it had to give way; absent for never.", from: 1)),
        .optional("requeuedAt", .time("Since when it waits, or waited, again.")),
    ]

    private static let reservationGrant: [OpenAPI.Property] = [
        .optional(
            "devices",
            .array(
                "Ids of the devices that it holds, held, has set aside, or is planned to get.",
                of: .text("A device's id."), count: 0...APILimits.devices)),
        .optional("cores", .numbers("Cores that it holds or held, by index among the host's, as a list.")),
        .optional("numaNodes", .numbers("NUMA nodes that its memory comes from, as a list.")),
    ]

    private static let reservationOwn: [OpenAPI.Property] = [
        .optional("team", .text("*own*: the team's id; absent also where there is none.")),
        .optional("user", .text("*own*: the owner's name, else the uid.")),
        .optional("uid", .integer("*own*: the owner's uid.", 0...Int64(UInt32.max), format: "uint32")),
        .optional(
            "endsSoon",
            .flag(
                "*own*: while active: true once its end has been announced, until that is moved; absent otherwise.")),
        .optional(
            "unused",
            .choice(
                ReservationView.Unused.self,
                "*own*: while active: how it is not used, as its owner was told. Its devices do next to nothing "
                    + "(`idle`), or nothing was ever run in it (`noShow`). Absent otherwise.")),
        .optional("unusedSince", .time("*own*: since when.")),
        .optional(
            "releaseAt",
            .time(
                "*own*: when it is released for that, unless it is used or extended with a reason; absent where it is "
                    + "not.")),
        .optional(
            "shareWith",
            .array(
                "*own*: users who may run inside.", of: .text("A user's name, else the uid."),
                count: APILimits.sharedWith)),
        .optional(
            "tags",
            .map(
                "*own*: labels.", of: .text("A value.", count: APILimits.tagValueBytes), count: APILimits.tags,
                names: APILimits.tagNameBytes)),
        .optional(
            "command",
            .array(
                "*own*: the command's arguments; deleted when it has ended.", of: .text("An argument."),
                count: APILimits.commandArguments)),
        .optional(
            "dockerOptions",
            .array(
                "*own*, where it is asked for by its id: options of `docker run` for a container inside it, while it "
                    + "is active; absent where slices of systemd are not what holds it.", of: .text("An option."))),
    ]
}

extension OpenAPI.Schema {
    static func licences(_ description: String) -> Self {
        map(
            description, of: .integer("Licences.", APILimits.licenceCount), count: APILimits.licences,
            names: APILimits.licenceNameBytes)
    }

    static let deviceNames = array(
        "Ids or PCI addresses of devices.", of: .text("A device's id or PCI address."), count: 1...APILimits.devices)

    static let nextCursor = text("The `cursor` of the next page; absent at the end.")

    static let reservationState = choice(
        ReservationView.State.self,
        "`waiting`; `active`: it holds its grant; `ending`: its time is over, and its devices are held till nothing of "
            + "it runs any more; `ended`; `awaitingApproval`: it is no part of the queue before somebody says yes.")

    static let reservationKind = choice(
        ReservationView.Kind.self, "`queued`: as soon as possible; `window`: at a fixed time.")

    static let endReason = choice(
        ReservationView.EndReason.self,
        "Once ending or ended: its time was over (`expired`), its owner or an admin ended it (`cancelled`) or returned "
            + "the rest (`released`), its command ended (`commandEnded`), it could not be made to hold (`failed`), "
            + "its window passed (`missed`) or was broken by a drain (`drained`), what it held has failed "
            + "(`deviceFailed`), or it had to give way to a higher class (`preempted`) or to a department's claim to "
            + "its own quota (`reclaimed`), its department's budget was used up (`budget`), it was not approved in "
            + "time (`notApproved`) or `rejected`, or nobody used it for too long (`idle`) or at all (`noShow`), or "
            + "the machine was started anew while its command ran (`restarted`).")
}
