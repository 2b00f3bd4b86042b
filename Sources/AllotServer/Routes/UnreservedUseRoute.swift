import AllotAPI
import Chargeback
import Hummingbird
import Policy
import Storage
import Units

extension API {
    /// What was used without a reservation, as far as the caller sees whose it is.
    func unreservedUse(_ request: Hummingbird.Request, for caller: Caller) async throws -> Response {
        let query = try Query(request, known: ["period", "from", "to", "department", "user", "limit", "cursor"])
        let snapshot = await broker.snapshot()
        let zone = snapshot.engine.policy.timeZone
        let days = try days(query, today: zone.date(at: snapshot.time))
        let (start, end) = (zone.start(of: days.lowerBound), zone.start(of: days.upperBound))
        let department = query.text("department").map { DepartmentID($0) }
        var user: UserID?
        if let text = query.text("user") { user = try await userID(text, field: "user") }
        var filter = AuditFilter()
        filter.only = [MeteringEvent.unreservedKind]
        // A piece is written down when it is over, or when it can be: that may be much later.
        filter.from = start
        let limit = try query.number("limit", in: Limits.pageItems) ?? Limits.pageItems.upperBound
        let page = try await store.read(
            .audit(filter, before: try query.number(after: "cursor").map { Int64($0) }, limit: Int(limit)))
        var items: [UnreservedUseView] = []
        for event in page.events {
            guard let use = try unreserved(event.entry), use.from < end, start < use.to,
                department == nil || use.department == department, user == nil || use.user == user,
                caller.reaches(use.user, use.department ?? DepartmentID(""), by: .showUnreservedUse)
            else { continue }
            items.append(
                UnreservedUseView(
                    sequence: event.entry.sequence, device: use.device.text,
                    user: (try? await accounts.user(use.user).name) ?? use.user.description, uid: use.user.uid,
                    department: use.department?.text,
                    command: event.values[.command].map { String(decoding: $0, as: UTF8.self) },
                    from: DateTime(use.from), to: DateTime(use.to)))
        }
        return try JSONReply.response(Page(items: items, nextCursor: page.before.map { String($0) }))
    }

    private func unreserved(_ entry: JournalEntry) throws -> UnreservedUse? {
        guard case .unreserved(let use)? = try MeteringRecord.event(kind: entry.kind, payload: entry.payload) else {
            return nil
        }
        return use
    }
}
