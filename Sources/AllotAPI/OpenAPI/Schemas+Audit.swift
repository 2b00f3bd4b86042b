extension OpenAPI.NamedSchema {
    static let auditEntryView = view(
        "AuditEntryView", "A row of the journal as an audit reads it.",
        [
            .required("sequence", .quantity("Its row in the journal.", from: 1)),
            .required("time", .time("When, in engine time.")),
            .required("outcome", .choice(AuditEntryView.Outcome.self, "What became of the command.")),
            .required("action", .text("The kind of row.", examples: ["reservation.submitted", "access.denied"])),
            .optional("operation", .text("Of what was denied, or has no rows of its own: the operation's id.")),
            .optional(
                "uid",
                .integer("By the kernel's word; absent for the daemon itself.", 0...Int64(UInt32.max), format: "uint32")
            ),
            .optional("user", .text("Its name then; absent where it is erased.")),
            .optional("groups", .array("Of the user, then.", of: .text("A group's name."))),
            .optional("accounts", .array("Of the user, then.", of: .text("A department, or `department/team`."))),
            .optional("roles", .array("Of the user, then.", of: .text("A role."))),
            .optional("manages", .array("The departments that the user managed.", of: .text("A department's id."))),
            .optional("pid", .integer("The process that connected.")),
            .optional(
                "executable",
                .text("Its program's path; in brackets what the process called itself, where the path is not shown.")),
            .optional("reservation", .reservationID("What it was about.")),
            .optional("reason", .text("As it was given; absent where it is erased.")),
            .optional("problem", .text("Of what was denied: the problem's type, or `others`.")),
            .optional("needed", .array("Of what was denied: roles of which one was needed.", of: .text("A role."))),
            .optional("count", .quantity("Of what was denied: the refusals that the row stands for.", from: 1)),
            .required("changes", .map("The row's other fields.", of: .text("As text; JSON where it is no text."))),
            .optional("caller", .quantity("The row that says who it was.", from: 1)),
        ])

    static let auditEntryPage = page("AuditEntryPage", of: "AuditEntryView", "Who did what, the newest first.")

    static let auditVerifyRequest = request(
        "AuditVerifyRequest", "Anchors that were kept elsewhere.",
        [
            .optional(
                "anchors",
                .array(
                    "Lines that the daemon wrote as anchors, or `1042:9f86…` alone.",
                    of: .text("An anchor.", count: 0...APILimits.anchorBytes), count: 0...APILimits.anchors))
        ])

    static let auditVerificationView = view(
        "AuditVerificationView", "What a verification of the journal found.",
        [
            .required("status", .choice(AuditVerificationView.Status.self, "The outcome.")),
            .required("faults", .array("What is wrong.", of: .text("In words."))),
            .optional("anchor", .text("The journal's end, to be kept elsewhere.")),
            .required("events", .quantity("Rows of the journal.")),
            .required("reservations", .quantity("Rows of reservations.")),
            .required("compared", .quantity("Anchors that were compared.")),
            .required("confirmed", .quantity("Anchors that the journal has as they were written.")),
            .required("ofEarlierEpochs", .quantity("Anchors of what a restored backup took the place of.")),
            .optional("anchoredSequence", .quantity("The row of the newest confirmed anchor.", from: 1)),
            .optional("anchoredTime", .time("When that was written down.")),
            .required("unanchored", .quantity("Rows behind it.")),
            .required("sources", .array("Where the anchors came from.", of: .text("In words."))),
            .required("notes", .array("What is not shown by it.", of: .text("In words."))),
            .required("restores", .array("Backups that were put in place.", of: .reference("AuditRestore"))),
        ])

    static let auditRestore = view(
        "AuditRestore", "A backup that was put in the database's place.",
        [
            .required("sequence", .quantity("Its row in the journal.", from: 1)),
            .required("time", .time("When.")),
            .required("epoch", .quantity("The epoch that it began; what was before the first is epoch 1.", from: 2)),
            .optional("uid", .integer("Who did it.", 0...Int64(UInt32.max), format: "uint32")),
            .required("backup", .text("The backup's end, as an anchor.")),
            .optional("replaced", .text("The end of what was there before; absent where it could not be read.")),
            .required("nextReservation", .quantity("Reservations were numbered on from here.", from: 1)),
        ])
}
