import Units

extension Policy {
    /// All that the policy says, in the order of the schema.
    var outline: Outline {
        .fields(
            ("version", .plain("1")), ("timeZone", .text(timeZone.name)),
            ("roles", roles.outline),
            ("departments", .list(departments, isOrdered: true, by: \.id.text, \.outline)),
            ("defaultDepartments", defaultDepartmentsOutline),
            ("classes", .list(classes, by: \.id.text, \.outline)),
            ("caps", caps.outline),
            (
                "licences",
                .list(licences, by: \.name) { .fields(("name", .text($0.name)), ("count", .number($0.count))) }
            ),
            ("shareable", .list(shareable, isOrdered: true, by: \.model.text, \.outline)),
            ("preemption", preemption.outline),
            ("fairShare", .fields(("halfLife", .span(fairShare.halfLife)))),
            ("idle", attendance.idle?.outline), ("noShow", attendance.noShow?.outline),
            ("unreserved", attendance.unreserved.outline), ("endWarning", attendance.endWarning.outline),
            ("retention", .fields(("personal", retention.personal.map(Outline.span)))),
            ("chargeback", chargeback.outline), ("budgets", budgets.outline), ("approvals", approvals.outline),
            ("priceBook", priceBook?.outline(timeZone)))
    }

    private var defaultDepartmentsOutline: Outline {
        var users = KeyedOutlines(isDictionary: true)
        for (user, department) in defaultDepartments.sorted(by: { $0.key < $1.key }) {
            users.add(user, .text(department.text))
        }
        return .fields(users)
    }
}

extension Outline {
    static func number(_ number: Int) -> Outline { .plain("\(number)") }
    static func span(_ span: Span) -> Outline { .plain(span.duration) }
    static func boolean(_ value: Bool) -> Outline { .plain(value ? "true" : "false") }
    static func members(_ members: [Member]) -> Outline { .set(members.map(\.text)) }
}

extension Member {
    /// As a policy's text writes it.
    var text: String {
        switch self {
        case .user(let name): name
        case .group(let name): "@" + name
        case .everyone: "*"
        }
    }
}

extension Roles {
    fileprivate var outline: Outline {
        .fields(("admin", .members(admin)), ("finance", .members(finance)), ("auditor", .members(auditor)))
    }
}

extension Department {
    fileprivate var outline: Outline {
        .fields(
            ("id", .text(id.text)), ("name", .text(name)), ("weight", .number(weight)),
            ("managers", .members(managers)), ("members", .members(members)),
            ("quotas", .list(quotas, isOrdered: true, by: \.model.text, \.outline)),
            ("cells", .list(cells, by: { "\($0.model) \($0.together.rawValue) \($0.size)" }, \.outline)),
            ("caps", caps.outline), ("budget", budget?.outline),
            ("teams", .list(teams, isOrdered: true, by: \.id.text, \.outline)))
    }
}

extension Team {
    var outline: Outline {
        .fields(
            ("id", .text(id.text)), ("name", .text(name)), ("weight", .number(weight)),
            ("members", .members(members)), ("caps", caps.outline))
    }
}

extension Quota {
    fileprivate var outline: Outline {
        .fields(
            ("model", .text(model.text)), ("nominal", .number(nominal)),
            ("borrowing", borrowing.map(Outline.number)), ("lending", lending.map(Outline.number)))
    }
}

extension Cell {
    fileprivate var outline: Outline {
        .fields(
            ("together", .text(together.rawValue)), ("size", .number(size)), ("count", .number(count)),
            ("model", .text(model.text)))
    }
}

extension Caps {
    fileprivate var outline: Outline {
        .fields(
            ("devicesPerTeam", devicesPerTeam.map(Outline.number)),
            ("devicesPerUser", devicesPerUser.map(Outline.number)),
            ("duration", duration.map(Outline.span)), ("horizon", horizon.map(Outline.span)),
            ("waiting", waiting.map(Outline.number)), ("deviceHours", deviceHours.map(Outline.number)))
    }
}

extension PriorityClass {
    fileprivate var outline: Outline {
        .fields(
            ("id", .text(id.text)), ("rank", .number(rank)), ("preemptible", .boolean(isPreemptible)),
            ("maximumWait", .span(maximumWait)), ("priceMultiplier", .plain(priceMultiplier.description)),
            ("mayPreempt", .boolean(mayPreempt)))
    }
}

extension Shareable {
    fileprivate var outline: Outline {
        .fields(
            ("model", .text(model.text)), ("betweenDepartments", .boolean(betweenDepartments)),
            ("most", .number(most)))
    }
}

extension PreemptionRules {
    fileprivate var outline: Outline {
        .fields(
            ("minimumRunTime", .span(minimumRunTime)), ("grace", .span(grace)),
            ("warningSignal", .text(warningSignal.rawValue)), ("perHour", .number(perHour)),
            ("credit", .plain(credit.description)))
    }
}
