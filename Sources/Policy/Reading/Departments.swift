import Units

extension PolicyDocument {
    static func departments(_ field: FieldValue?) -> [Department] {
        guard let field, let elements = field.list(limit: Policy.Limits.departments) else { return [] }
        if elements.isEmpty { field.fault("is empty; a policy has at least one department") }
        var seen = Repetitions()
        return elements.compactMap { $0.mapping { department($0, &seen) } ?? nil }
    }

    private static func department(_ fields: FieldReader, _ seen: inout Repetitions) -> Department? {
        let id = identifier(fields.required("id"), &seen)
        let name = name(fields.optional("name"), orElse: id)
        let weight = weight(fields.optional("weight"))
        let members = members(fields.optional("members"))
        let teams = teams(fields.optional("teams"))
        let quotas = quotas(fields.optional("quotas"))
        let cells = cells(fields.optional("cells"))
        let caps = caps(fields.optional("caps"))
        guard let id, let name, let weight else { return nil }
        return Department(
            id: DepartmentID(id), name: name, weight: weight, teams: teams, members: members, quotas: quotas,
            cells: cells, caps: caps)
    }

    private static func teams(_ field: FieldValue?) -> [Team] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.teams) ?? []).compactMap { $0.mapping { team($0, &seen) } ?? nil }
    }

    private static func team(_ fields: FieldReader, _ seen: inout Repetitions) -> Team? {
        let id = identifier(fields.required("id"), &seen)
        let name = name(fields.optional("name"), orElse: id)
        let weight = weight(fields.optional("weight"))
        let members = members(fields.optional("members"))
        let caps = caps(fields.optional("caps"))
        guard let id, let name, let weight else { return nil }
        return Team(id: TeamID(id), name: name, weight: weight, members: members, caps: caps)
    }

    private static func weight(_ field: FieldValue?) -> Int? {
        guard let field else { return 1 }
        return field.integer(in: Policy.Limits.weight)
    }

    private static func members(_ field: FieldValue?) -> [Member] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.members) ?? []).compactMap { member($0, &seen) }
    }

    private static func member(_ field: FieldValue, _ seen: inout Repetitions) -> Member? {
        guard let text = field.text(limit: Policy.Limits.memberLength) else { return nil }
        guard let member = Member(text) else {
            field.fault("\(text.quoted) is neither a user's name, nor \"@group\", nor \"*\"")
            return nil
        }
        return seen.check(field, text) ? member : nil
    }
}
