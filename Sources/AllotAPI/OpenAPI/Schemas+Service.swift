extension OpenAPI.NamedSchema {
    static let attachView = view(
        "AttachView", "The calling process is inside the reservation.",
        [
            .required("id", .reservationID("The reservation's id.")),
            .required(
                "environment",
                .map("To be set before the command is executed.", of: .text("A value."))),
            .required("processors", .numbers("Processors (hardware threads) of the grant, as a list.")),
            .required("memoryNodes", .numbers("NUMA nodes of the grant, as a list.")),
            .required(
                "isConfined",
                .flag("Whether the kernel holds the process to them; if not, the caller binds itself.")),
            .required("endsAt", .time("When the reservation's time is over.")),
        ])

    static let healthView = view(
        "HealthView", "How the daemon is.",
        [
            .required("status", .choice(HealthView.Status.self, "`degraded` where `problems` is not empty.")),
            .required("version", .text("The daemon's release.", examples: [AllotVersion.current])),
            .required("time", .time("Engine time.")),
            .required("clock", .reference("HealthClock")),
            .required("journalSequence", .quantity("The last row of the journal.")),
            .required("waiting", .quantity("Waiting reservations.")),
            .required("active", .quantity("Reservations that are active or ending.")),
            .optional("lastPassMilliseconds", .quantity("How long the last pass over the queue took.")),
            .required("executor", .text("What makes grants hold.", choices: APIWords.executors)),
            .required("problems", .array("What is wrong, in words.", of: .text("One thing."))),
            .required(
                "remarks",
                .array(
                    "What is worth knowing and not wrong: what is drained, what can not be measured.",
                    of: .text("One thing."))),
        ])

    static let healthClock = view(
        "HealthClock", "How engine time and the wall clock stand to each other.",
        [
            .required("differenceMilliseconds", .integer("Wall clock minus engine time.")),
            .required(
                "isDisputed",
                .flag("Whether the wall clock is set aside: it jumped, and nobody has confirmed it.")),
        ])

    static let eventView = view(
        "EventView", "The data of one event of the stream, whose id is the sequence and whose name is the type.",
        [
            .required("sequence", .quantity("Its row in the journal.", from: 1)),
            .required("time", .time("When it was decided, in engine time.")),
            .required("type", .text("What happened.", choices: APIWords.eventTypes)),
            .optional("reservation", .reservationID("The reservation that it is about.")),
            .optional(
                "department",
                .text(
                    "That reservation's department's id; of `budget.threshold`, for those who see it, the one whose "
                        + "budget it is."
                )),
            .optional("user", .text("*own*: that reservation's owner's name, else the uid.")),
            .optional(
                "start",
                .time(
                    "Of a window, a forecast, a slip or a start: the planned or actual start. Of a drain, or of use "
                        + "that is not charged: when it begins. Of a requeue: since when it waits again. Of a "
                        + "budget's threshold: the month's first instant. Of what is idle: since when. Of use without "
                        + "a reservation: when it began.")),
            .optional(
                "end",
                .time(
                    "Of a window, a start or an extension: the planned end; of an end: the actual one; of a drain, or "
                        + "of use that is not charged, or without a reservation: its end; of what is idle, or what "
                        + "nobody came for: when it is released for that. Absent where what was extended waits in the "
                        + "queue, where a drain has no end, and where nothing is released.")),
            .optional(
                "durationSeconds",
                .integer("Of an extension: the whole duration from then on.", APILimits.spanSeconds)),
            .optional(
                "devices",
                .array(
                    "Of a window, a move, a start, a drain or its end, or use without a reservation: their ids.",
                    of: .text("A device's id."),
                    count: 0...APILimits.devices)),
            .optional(
                "cause",
                .text(
                    "Of a slip: the order, a window, a drain or failure, or the policy. Of an end: its reason. Of a "
                        + "drain: whether it is maintenance or a failure. Of a release that is off: why.",
                    choices: APIWords.slipCauses + ReservationView.EndReason.allCases.map(\.rawValue)
                        + APIWords.drainCauses + APIWords.attendedCauses)),
            .optional("reason", .text("Of a drain: why; absent where nobody said.")),
            .optional(
                "percent",
                .integer("Of a budget's threshold: what of the limit is reached. For those who see that budget.")),
        ])

    static let problem = view(
        "Problem",
        "An error (RFC 9457). Beside these members stand the numbers of the refusal, each a whole number, a text, or a "
            + "list of texts.",
        [
            .required("type", .text("The kind: a URI reference.", examples: ["/problems/exceeds-host"])),
            .required("title", .text("The kind's name for people.")),
            .required("status", .integer("The HTTP status.", 400...599)),
            .required("detail", .text("What was wrong this time, with the field and the limit.")),
            .optional("field", .text("The request's field that is to blame: `tags`, `command.arguments`, `limit`.")),
        ])
}
