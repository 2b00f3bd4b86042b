import Units

/// Who decides and sees what, what has to be approved, what becomes of what is not used.
extension PolicyDocument {
    static func roles(_ field: FieldValue?) -> Roles {
        field?.mapping { fields in
            Roles(
                admin: named(fields.optional("admin"), "an admin"),
                finance: named(fields.optional("finance"), "finance"),
                auditor: named(fields.optional("auditor"), "an auditor"))
        } ?? Roles()
    }

    /// Members that have a power, which nobody has by being a user of the machine alone.
    /// - Parameter what: what everybody would be otherwise.
    static func named(_ field: FieldValue?, _ what: String) -> [Member] {
        members(field).filter { member in
            if member == .everyone { field?.fault("\"*\" would make every user \(what); name users or groups") }
            return member != .everyone
        }
    }

    static func approvals(_ field: FieldValue?, _ classes: [PriorityClass]) -> ApprovalRules {
        var rules = ApprovalRules()
        _ = field?.mapping { fields in
            rules.changes = changes(fields.optional("changes"))
            rules.requests = requests(fields.optional("requests"), classes)
            set(&rules.requestHold, fields.optional("requestHold")) { $0.duration(in: Policy.Limits.requestHold) }
        }
        return rules
    }

    private static func changes(_ field: FieldValue?) -> ChangeRules {
        field?.mapping { fields in
            ChangeRules(
                secondPerson: fields.optional("secondPerson").map { areas($0, PolicyArea.allCases) },
                managers: fields.optional("managers").map { areas($0, ChangeRules.ofManagers) } ?? [])
        } ?? ChangeRules()
    }

    private static func areas(_ field: FieldValue, _ allowed: [PolicyArea]) -> Set<PolicyArea> {
        var seen = Repetitions()
        let areas = (field.list(limit: PolicyArea.allCases.count) ?? []).compactMap { element -> PolicyArea? in
            guard let area = element.choice(PolicyArea.self), seen.check(element, area.rawValue) else { return nil }
            guard allowed.contains(area) else {
                let words = allowed.map(\.rawValue).joined(separator: ", ")
                element.fault("\(area.rawValue.quoted) is nothing that managers decide alone; they may: \(words)")
                return nil
            }
            return area
        }
        return Set(areas)
    }

    private static func requests(_ field: FieldValue?, _ classes: [PriorityClass]) -> [RequestRule] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.requestRules) ?? []).compactMap { element in
            guard let rule = element.mapping({ request($0, classes) }) ?? nil else { return nil }
            return seen.check(element, rule.outline.compact) ? rule : nil
        }
    }

    private static func request(_ fields: FieldReader, _ classes: [PriorityClass]) -> RequestRule? {
        let conditions = ["devicesOver", "priceOver", "class"].map { fields.optional($0) }
        let devices = conditions[0]?.integer(in: Policy.Limits.devices)
        let price = conditions[1]?.amount(in: Policy.Limits.budget)
        let priorityClass = conditions[2].flatMap { classID($0, classes) }
        let approver = fields.optional("approver").map { $0.choice(RequestRule.Approver.self) } ?? .manager
        guard conditions.contains(where: { $0 != nil }) else {
            fields.fault("names no request: needs `devicesOver`, `priceOver` or `class`")
            return nil
        }
        guard let approver else { return nil }
        return RequestRule(devicesOver: devices, priceOver: price, priorityClass: priorityClass, approver: approver)
    }

    private static func classID(_ field: FieldValue, _ classes: [PriorityClass]) -> ClassID? {
        guard let text = field.text(limit: Policy.Limits.idLength) else { return nil }
        let ids = classes.map(\.id.text)
        guard ids.contains(text) else {
            let advice = text.nearest(in: ids).map { "did you mean `\($0)`?" } ?? "there are \(list(ids))"
            field.fault("\(text.quoted) is none of the classes; \(advice)")
            return nil
        }
        return ClassID(text)
    }

    private static func list(_ words: [String]) -> String { words.map(\.quoted).joined(separator: ", ") }

    static func attendance(
        idle: FieldValue?, noShow: FieldValue?, unreserved: FieldValue?, endWarning: FieldValue?
    ) -> AttendanceRules {
        AttendanceRules(
            idle: idle.flatMap { $0.mapping(Self.idle) ?? nil },
            noShow: noShow.flatMap { $0.mapping(Self.noShow) ?? nil },
            unreserved: Self.unreserved(unreserved), endWarning: Self.endWarning(endWarning))
    }

    private static func unreserved(_ field: FieldValue?) -> AttendanceRules.Unreserved {
        var rules = AttendanceRules.Unreserved()
        _ = field?.mapping { fields in
            set(&rules.action, fields.optional("action")) { $0.choice(AttendanceRules.Unreserved.Action.self) }
            set(&rules.grace, fields.optional("grace")) { $0.duration(in: Policy.Limits.grace) }
        }
        return rules
    }

    private static func endWarning(_ field: FieldValue?) -> AttendanceRules.EndWarning {
        var rules = AttendanceRules.EndWarning()
        _ = field?.mapping { fields in
            set(&rules.lead, fields.optional("lead")) { $0.duration(in: Policy.Limits.endLead) }
            set(&rules.signal, fields.optional("signal")) { $0.choice(EndSignal.self)?.signal }
        }
        return rules
    }

    /// A signal, or none.
    private enum EndSignal: String, CaseIterable {
        case none
        case hangUp = "SIGHUP"
        case interrupt = "SIGINT"
        case terminate = "SIGTERM"
        case user1 = "SIGUSR1"
        case user2 = "SIGUSR2"

        var signal: PreemptionRules.WarningSignal?? { .some(PreemptionRules.WarningSignal(rawValue: rawValue)) }
    }

    private static func idle(_ fields: FieldReader) -> AttendanceRules.Idle? {
        let after = fields.required("after")?.duration(in: Policy.Limits.absence)
        guard var rules = after.map({ AttendanceRules.Idle(after: $0) }) else {
            _ = ["utilizationBelow", "action", "grace"].map { fields.optional($0) }
            return nil
        }
        set(&rules.utilizationBelow, fields.optional("utilizationBelow")) {
            $0.integer(in: Policy.Limits.utilization)
        }
        set(&rules.action, fields.optional("action")) { $0.choice(AttendanceRules.Action.self) }
        set(&rules.grace, fields.optional("grace")) { $0.duration(in: Policy.Limits.endingGrace) }
        return rules
    }

    private static func noShow(_ fields: FieldReader) -> AttendanceRules.NoShow? {
        let after = fields.required("after")?.duration(in: Policy.Limits.absence)
        guard var rules = after.map({ AttendanceRules.NoShow(after: $0) }) else {
            _ = ["action", "grace", "charge"].map { fields.optional($0) }
            return nil
        }
        set(&rules.action, fields.optional("action")) { $0.choice(AttendanceRules.Action.self) }
        set(&rules.grace, fields.optional("grace")) { $0.duration(in: Policy.Limits.endingGrace) }
        set(&rules.charge, fields.optional("charge")) { $0.ratio(in: Policy.Limits.stateFactor) }
        return rules
    }

    static func retention(_ field: FieldValue?) -> RetentionRules {
        field?.mapping { RetentionRules(personal: $0.optional("personal")?.duration(in: Policy.Limits.retention)) }
            ?? RetentionRules()
    }
}

extension ChangeRules {
    /// What a policy may leave to managers: nothing that takes from other departments, costs money or gives power.
    static let ofManagers: [PolicyArea] = [.members, .weights, .caps]
}
