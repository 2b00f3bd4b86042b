extension OpenAPI.NamedSchema {
    static let reservationRequest = request(
        "ReservationRequest",
        "What is asked for: at least one of gpus, cpus and memoryBytes. With `at` it is a window, which starts then or "
            + "is refused; without, it is queued and starts as soon as possible.",
        [
            .required(
                "durationSeconds",
                .integer("How long; its end is the reservation's, whatever still runs.", APILimits.spanSeconds)),
            .optional(
                "gpus", .integer("Devices; 0 for cores and memory alone.", APILimits.gpus, standard: 0)),
            .optional(
                "gpuShare",
                .decimal(
                    "The part of one device, with gpus 1: from 0.001 to 0.999. Absent: whole devices. Only of models "
                        + "that the policy shares.")),
            .optional(
                "gpuMemoryBytes",
                .integer("The least memory of each device, or of the share of it.", APILimits.memoryBytes)),
            .optional(
                "model",
                .text(
                    "A device model, by its whole name or a part of it, in any case. 1 to "
                        + "\(APILimits.modelBytes.upperBound) bytes of UTF-8.", count: APILimits.modelBytes,
                    examples: ["H200"])),
            .optional("together", .together(standard: .any)),
            .optional(
                "cpus", .integer("Physical cores; absent: in proportion to the devices.", APILimits.cpus)),
            .optional(
                "memoryBytes",
                .integer(
                    "Memory; absent: in proportion to the devices, else to the cores.", APILimits.memoryBytes)),
            .optional("licences", .licences("How many of each of the policy's licences, by name.")),
            .optional(
                "at",
                .time(
                    "The fixed start of a window, from now to \(APILimits.horizonSeconds / 86_400) days ahead. "
                        + "Not together with notBefore or after.")),
            .optional(
                "notBefore",
                .time("It starts then at the earliest; at most \(APILimits.horizonSeconds / 86_400) days ahead.")),
            .optional(
                "after",
                .array(
                    "Reservations that must have ended first.", of: .reservationID("A reservation's id."),
                    count: APILimits.after)),
            .optional("class", .text("The priority class's id; absent: `standard`.", examples: ["best-effort"])),
            .optional("team", .text("The team's id, for who is in several; absent: the first of the caller's.")),
            .optional(
                "shareWith",
                .array(
                    "Users of the machine who may run inside.", of: .text("A user's name."), count: APILimits.sharedWith
                )),
            .optional(
                "tags",
                .map(
                    "One's own labels. A name has 1 to \(APILimits.tagNameBytes.upperBound) bytes of UTF-8, a value at "
                        + "most \(APILimits.tagValueBytes.upperBound).",
                    of: .text("A value.", count: APILimits.tagValueBytes), count: APILimits.tags,
                    names: APILimits.tagNameBytes)),
            .optional(
                "requeue",
                .flag(
                    "Whether it goes back into the queue when what it holds fails; what has to give way to another "
                        + "always does.")),
            .optional(
                "command",
                .reference(
                    "CommandRequest",
                    "Started in the reservation when it becomes active; its end ends the reservation.")),
        ])

    static let drainRequest = request(
        "DrainRequest", "What is taken out of the plan: the devices that are named, or the whole host.",
        [
            .optional("devices", .deviceNames),
            .optional("host", .flag("The whole host, its cores and memory too; then name no devices.")),
            .optional("from", .time("From when on; absent: now.")),
            .optional("until", .time("Until when; absent: until it is resumed.")),
            .optional(
                "failed",
                .flag("It has failed: what runs on it is ended at once, and not charged. Not together with from.")),
            .required(
                "reason",
                .text(
                    "Why; everybody can read it. At most \(APILimits.drainReasonBytes.upperBound) bytes.",
                    count: APILimits.drainReasonBytes)),
        ])

    static let resumeRequest = request(
        "ResumeRequest", "What is given back to the plan: the devices that are named, or the whole host.",
        [
            .optional("devices", .deviceNames),
            .optional("host", .flag("The whole host, with every drain that there is.")),
        ])

    static let commandRequest = request(
        "CommandRequest",
        "A command to be started in a reservation. Its arguments, environment (as NAME=VALUE) and directory have "
            + "\(APILimits.commandBytes) bytes at most, each with one more for its end, and no NUL.",
        [
            .required(
                "arguments",
                .array(
                    "The program, which is not empty, and its arguments. Nothing is expanded.",
                    of: .text("An argument."), count: APILimits.commandArguments)),
            .optional(
                "environment",
                .map(
                    "Set as given, beside what the reservation sets. A name is not empty and has no `=`.",
                    of: .text("A value."), count: APILimits.environmentVariables, names: 1...APILimits.commandBytes)),
            .optional(
                "directory",
                .text("An absolute path; absent: the user's home folder.", pattern: "^/", examples: ["/srv/models"])),
        ])

    static let extendRequest = request(
        "ExtendRequest", "How much longer.",
        [
            .required(
                "durationSeconds",
                .integer(
                    "Added to the length, which then is still within its limit of "
                        + "\(APILimits.spanSeconds.upperBound) seconds.", APILimits.spanSeconds)),
            .optional("reason", .reason),
        ])

    static let endRequest = request(
        "EndRequest", "Why it is ended; all of it may be left out.", [.optional("reason", .reason)])
}

extension OpenAPI.Schema {
    static let reason = text(
        "Why. An admin who acts on another's reservation has to say. 1 to \(APILimits.reasonBytes.upperBound) bytes of "
            + "UTF-8; kept with the reservation's personal data.", count: APILimits.reasonBytes)

    static func together(standard: ReservationRequest.Together? = nil) -> Self {
        choice(
            ReservationRequest.Together.self,
            "How close to each other the devices are: joined by direct links (`nvlink`: NVLink, XGMI, Xe link), on one "
                + "NUMA node (`numa`), on one host (`host`), or wherever they are (`any`).", standard: standard)
    }
}
