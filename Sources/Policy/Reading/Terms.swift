import Units

extension PolicyDocument {
    static func caps(_ field: FieldValue?) -> Caps {
        field?.mapping { fields in
            let count = { (key: String, range: ClosedRange<Int>) in fields.optional(key)?.integer(in: range) }
            return Caps(
                devicesPerTeam: count("devicesPerTeam", Policy.Limits.devices),
                devicesPerUser: count("devicesPerUser", Policy.Limits.devices),
                duration: fields.optional("duration")?.duration(in: Policy.Limits.duration),
                horizon: fields.optional("horizon")?.duration(in: Policy.Limits.horizon),
                waiting: count("waiting", Policy.Limits.waiting),
                deviceHours: count("deviceHours", Policy.Limits.deviceHours))
        } ?? Caps()
    }

    static func licences(_ field: FieldValue?) -> [Licence] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.licences) ?? []).compactMap { element in
            element.mapping { licence($0, &seen) } ?? nil
        }
    }

    private static func licence(_ fields: FieldReader, _ seen: inout Repetitions) -> Licence? {
        let name = licenceName(fields.required("name"), &seen)
        let count = fields.required("count")?.integer(in: Policy.Limits.licenceCount)
        guard let name, let count else { return nil }
        return Licence(name: name, count: count)
    }

    private static func licenceName(_ field: FieldValue?, _ seen: inout Repetitions) -> String? {
        guard let field, let text = field.text(limit: Policy.Limits.licenceLength) else { return nil }
        guard Licence.isName(text) else {
            field.fault("\(text.quoted) is no licence: letters, digits and - _ . +, a letter or digit in front")
            return nil
        }
        return seen.check(field, text) ? text : nil
    }

    static func preemption(_ field: FieldValue?) -> PreemptionRules {
        var rules = PreemptionRules()
        _ = field?.mapping { fields in
            set(&rules.minimumRunTime, fields.optional("minimumRunTime")) {
                $0.duration(in: Policy.Limits.minimumRunTime)
            }
            set(&rules.grace, fields.optional("grace")) { $0.duration(in: Policy.Limits.grace) }
            set(&rules.warningSignal, fields.optional("warningSignal")) {
                $0.choice(PreemptionRules.WarningSignal.self)
            }
            set(&rules.perHour, fields.optional("perHour")) { $0.integer(in: Policy.Limits.preemptions) }
            set(&rules.credit, fields.optional("credit")) { $0.ratio(in: Policy.Limits.credit) }
        }
        return rules
    }

    static func fairShare(_ field: FieldValue?) -> FairShareRules {
        var rules = FairShareRules()
        _ = field?.mapping { fields in
            set(&rules.halfLife, fields.optional("halfLife")) { $0.duration(in: Policy.Limits.halfLife) }
        }
        return rules
    }

    /// Keeps the default where the text does not have the field, or has none that can be read.
    static func set<Value>(_ value: inout Value, _ field: FieldValue?, _ read: (FieldValue) -> Value?) {
        if let read = field.flatMap(read) { value = read }
    }
}
