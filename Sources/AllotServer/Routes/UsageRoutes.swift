import AllotAPI
import Chargeback
import Hummingbird
import NIOPosix
import Policy
import Storage
import Units

extension API {
    func addUsageRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("usage") { request, context in
            let caller = try await caller(context, .showUsage)
            return try await usage(request, for: caller)
        }
        routes.get("usage/unreserved") { request, context in
            let caller = try await caller(context, .showUnreservedUse)
            return try await unreservedUse(request, for: caller)
        }
    }

    private func usage(_ request: Hummingbird.Request, for caller: Caller) async throws -> Response {
        let policy = await broker.snapshot().engine.policy
        let query = try Query(
            request,
            known: [
                "period", "from", "to", "by", "department", "team", "user", "sku", "class", "state", "tag",
            ])
        let question = try await question(query, of: caller, in: policy.timeZone)
        let (tariffs, reader) = (await broker.tariffs, store.reader)
        let sums = try await NIOThreadPool.singleton.runIfActive { try question.sums(reader, tariffs) }
        let view = try sums.view(
            names: await names(of: sums.users), zone: policy.timeZone, currency: policy.priceBook?.currency)
        return try JSONReply.response(view)
    }

    private func question(_ query: Query, of caller: Caller, in zone: Zone) async throws -> UsageQuestion {
        let today = zone.date(at: await broker.snapshot().time)
        var question = UsageQuestion(filter: UsageFilter(days: try days(query, today: today)))
        if let text = query.text("by") {
            let words = text.split(separator: ",", omittingEmptySubsequences: false)
            question.keys = try words.map { word throws(Problem) in
                guard let key = UsageQuery.Key(String(word)) else {
                    let known = UsageQuery.Key.plain.map(\.description).joined(separator: ", ")
                    throw Problems.invalidField("by", "any of \(known), tag:NAME, with commas between them")
                }
                return key
            }
            let most = APILimits.usageGroups.upperBound
            guard question.keys.count <= most, Set(question.keys).count == question.keys.count else {
                throw Problems.invalidField("by", "at most \(most), each once")
            }
        }
        if let text = query.text("tag") {
            guard let tag = UsageQuery.Tag(text) else { throw Problems.invalidField("tag", "NAME=VALUE") }
            question.tag = tag
        }
        if let text = query.text("sku") { question.sku = try API.sku(text, field: "sku") }
        question.priorityClass = query.text("class").map { ClassID($0) }
        question.state = try query.choice("state", UsageState.self)
        if let team = query.text("team") { question.filter.teams = [team.isEmpty ? nil : TeamID(team)] }
        if let user = query.text("user") { question.filter.users = [try await userID(user, field: "user")] }
        question.filter.departments = query.text("department").map { [DepartmentID($0)] }
        API.restrict(&question, to: caller)
        return question
    }

    /// Takes out of a question what is not the caller's to see: other departments, and of the own ones, for who manages
    /// none, what others than the caller have done.
    static func restrict(_ question: inout UsageQuestion, to caller: Caller) {
        guard var visible = caller.visibleDepartments(by: .showUsage) else { return }
        if question.isPersonal {
            if caller.subject.manages.isEmpty {
                let others = question.filter.users.map { !$0.contains(caller.subject.user) } ?? false
                question.filter.users = others ? [] : [caller.subject.user]
            } else {
                visible = caller.subject.manages
            }
        }
        let asked = question.filter.departments ?? visible.sorted()
        question.filter.departments = asked.filter(visible.contains)
    }

    /// The days that are asked for: a month, or from one to another.
    func days(_ query: Query, today: CivilDate) throws(Problem) -> Range<CivilDate> {
        if let text = query.text("period") {
            for name in ["from", "to"] where query.has(name) {
                throw Problems.invalidField(name, "not with a period")
            }
            let period = try API.period(text, field: "period")
            return period.first..<period.next.first
        }
        let bounds = try ["from", "to"].map { name throws(Problem) -> CivilDate? in
            guard let text = query.text(name) else { return nil }
            guard let day = CivilDate(text) else { throw Problems.invalidField(name, "a day such as 2026-11-01") }
            return day
        }
        switch (bounds[0], bounds[1]) {
        case (nil, nil):
            let period = Period(of: today)
            return period.first..<period.next.first
        case (let from?, let to?):
            guard from < to else { throw Problems.invalidField("to", "behind the first day") }
            guard to.daysSinceEpoch - from.daysSinceEpoch <= APILimits.usageDays else {
                throw Problems.invalidField("to", "at most \(APILimits.usageDays) days behind the first one")
            }
            return from..<to
        case (nil, _): throw Problems.invalidField("from", "needed with 'to'")
        case (_, nil): throw Problems.invalidField("to", "needed with 'from'")
        }
    }

    /// The names of users; those that the machine does not know any more are left out.
    func names(of users: some Sequence<UserID>) async -> [UserID: String] {
        var names: [UserID: String] = [:]
        for user in users where names[user] == nil { names[user] = try? await accounts.user(user).name }
        return names
    }

    /// The user that a text names, or whose uid it is.
    func userID(_ text: String, field: String) async throws -> UserID {
        if let number = UInt32(text) { return UserID(number) }
        guard let user = try await accounts.user(named: text) else {
            throw Problems.invalidField(
                field, "a user of this machine, or a uid; there is no '\(text.prefix(40))'")
        }
        return user
    }

    static func sku(_ text: String, field: String) throws(Problem) -> SKU {
        guard let sku = SKU(text) else {
            throw Problems.invalidField(field, "gpu:MODEL, cpu, memory or licence:NAME")
        }
        return sku
    }

    static func period(_ text: String, field: String) throws(Problem) -> Period {
        guard let period = Period(text) else { throw Problems.invalidField(field, "a month such as 2026-11") }
        return period
    }
}

extension Caller {
    /// The departments that an operation reaches for the caller; nil for all.
    func visibleDepartments(by operation: Access.Operation) -> Set<DepartmentID>? {
        let own = Set(subject.accounts.map(\.department))
        return switch extent(of: operation) {
        case .none: []
        case .own: own
        case .department: own.union(subject.manages)
        case .all: nil
        }
    }
}
