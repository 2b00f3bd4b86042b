import AllotAPI
import AllotClient

extension UnreservedUseView: ListDisplayable {
    static let columns: [Column<UnreservedUseView>] = [
        .time("FROM", "from") { $0.from },
        .time("TO", "to") { $0.to },
        .text("DEVICE", "device", shrinksTo: 12) { $0.device },
        .text("USER", "user", shrinksTo: 8) { $0.user },
        .exact("uid") { "\($0.uid)" },
        .text("DEPARTMENT", "department", shrinksTo: 8) { $0.department ?? "" },
        .text("COMMAND", "command", importance: 1, shrinksTo: 8) { $0.command ?? "" },
        .exact("sequence") { "\($0.sequence)" },
    ]
}

extension Session {
    /// Lists what was used without a reservation.
    func show(unreserved query: UsageQuery) async throws {
        try await list(
            [{ Route.unreservedUse(query, cursor: $0) }], nothing: "nothing was used without a reservation"
        ) {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<UnreservedUseView>.self).items
        }
    }
}
