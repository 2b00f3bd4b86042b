extension OpenAPI.NamedSchema {
    static let explanationView = view(
        "ExplanationView", "Why a reservation does not start now, and what would start it sooner.",
        [
            .required("id", .reservationID("The reservation's id.")),
            .optional(
                "start",
                .time(
                    "The planned start; for one that is active, when it started; absent where there is no room as "
                        + "things are.")),
            .required(
                "blockers",
                .array("What stands in the way; empty for one that is active.", of: .reference("ExplanationBlocker"))),
            .required(
                "changes",
                .array(
                    "Single changes that start it sooner, of each kind the smallest; each has been planned on a copy.",
                    of: .reference("ExplanationChange"))),
        ])

    static let explanationBlocker = view(
        "ExplanationBlocker", "One thing in the way.",
        [
            .required(
                "kind",
                .choice(
                    ExplanationView.Kind.self,
                    "Its time (`window`, `notBefore`), another's end (`after`), what the host has free (`devices`, "
                        + "`cores`, `memory` in bytes), `windows` that begin before it would end, what the policy "
                        + "counts (`licence`, `devicesPerTeam`, `devicesPerUser`, `deviceHours` of a month, "
                        + "`quota`), those that are served before it (`order`), devices that are out of the "
                        + "plan (`drained`: `used` of them), or somebody's yes (`approval`: `subject` is who).")),
            .optional("free", .integer("What is free.")),
            .optional("used", .integer("What is in use of the limit; of shared devices rounded up to whole ones.")),
            .optional("asked", .integer("What is asked for; of a shared device rounded up to a whole one.")),
            .optional("limit", .integer("The most that may be in use.")),
            .optional(
                "subject",
                .text("A reservation's id, a licence's name, a department's id, `host`, `manager` or `admin`.")),
            .optional("until", .time("When it is out of the way, as things are.")),
            .optional(
                "holders",
                .array(
                    "Others that have, or are planned to get, what it needs: the first of them.",
                    of: .reference("ExplanationHolder"), count: 0...APILimits.explainedHolders)),
            .optional("ahead", .quantity("How many are served before it.")),
        ])

    static let explanationHolder = view(
        "ExplanationHolder", "Another reservation, as the calendar shows it.",
        [
            .required("id", .reservationID("Its id.")),
            .required("department", .text("The department's id.")),
            .required("gpus", .quantity("Its devices.")),
            .required("cpus", .quantity("Its cores.")),
            .required("from", .time("Its actual or planned start.")),
            .required("until", .time("Its planned end.")),
        ])

    static let explanationChange = view(
        "ExplanationChange", "One change, and when it would start then. Of the other fields one is there.",
        [
            .required("start", .time("When it would start.")),
            .optional("gpus", .integer("So many devices.", APILimits.gpus)),
            .optional("model", .text("Devices of this model; `any` for whichever there is.")),
            .optional("together", .together()),
            .optional("durationSeconds", .integer("So long.", APILimits.spanSeconds)),
            .optional("class", .text("A priority class's id.")),
            .optional("licences", .licences("Empty: without any.")),
            .optional("anytime", .flag("True: without the time that was asked for.")),
        ])
}
