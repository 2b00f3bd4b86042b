extension OpenAPI.Operation {
    static let ofRunning: [Self] = [attach, logs]

    private static let attach = Self(
        .post, "\(Route.reservations)/{id}/attach", id: "attachProcess", .reservations,
        "Put the calling process into a reservation",
        "The process that connected, by the kernel's word, is moved into an active reservation, and so is all that it "
            + "starts from then on. A body is not read. For its owner and whom it is shared with; not for an admin.",
        parameters: [.reservation], success: .json("AttachView", "It is inside."),
        problems: [.unknownReservation, .notOwner, .alreadyEnded, .notActive, .refused, .executor])

    private static let logs = Self(
        .get, "\(Route.reservations)/{id}/logs", id: "readLogs", .reservations,
        "Read what a reservation's command wrote",
        "Standard output and standard error, from the start. For its owner and admins.",
        parameters: [
            .reservation,
            .follow("Whether the reply goes on until the reservation has ended.", standard: false),
        ],
        success: OpenAPI.Success(
            status: 200, description: "The output.", mediaType: "text/plain; charset=utf-8",
            schema: .text("As the command wrote it."), eventSchema: nil),
        problems: [.unknownReservation, .notOwner, .noCommand, .invalidField])
}
