import Units

extension PolicyDocument {
    /// - Parameter mentions: takes in who is named where.
    static func departments(_ field: FieldValue?, _ mentions: inout Mentions) -> [Department] {
        guard let field, let elements = field.list(limit: Policy.Limits.departments) else { return [] }
        if elements.isEmpty { field.fault("is empty; a policy has at least one department") }
        var seen = Repetitions()
        return elements.enumerated().compactMap { place, element in
            element.mapping { department($0, &seen) { mentions.note($0, $1, in: place) } } ?? nil
        }
    }

    private static func department(
        _ fields: FieldReader, _ seen: inout Repetitions, _ note: (Member, FieldValue) -> Void
    ) -> Department? {
        let id = identifier(fields.required("id"), &seen)
        let name = name(fields.optional("name"), orElse: id)
        let weight = weight(fields.optional("weight"))
        let members = members(fields.optional("members"), note)
        let teams = teams(fields.optional("teams"), note)
        let quotas = quotas(fields.optional("quotas"))
        let cells = cells(fields.optional("cells"))
        let caps = caps(fields.optional("caps"))
        let managers = named(fields.optional("managers"), "a manager")
        let budget = budget(fields.optional("budget"))
        guard let id, let name, let weight else { return nil }
        return Department(
            id: DepartmentID(id), name: name, weight: weight, teams: teams, members: members, quotas: quotas,
            cells: cells, caps: caps, managers: managers, budget: budget)
    }

    private static func teams(_ field: FieldValue?, _ note: (Member, FieldValue) -> Void) -> [Team] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.teams) ?? []).compactMap { element in
            element.mapping { team($0, &seen, note) } ?? nil
        }
    }

    private static func team(
        _ fields: FieldReader, _ seen: inout Repetitions, _ note: (Member, FieldValue) -> Void
    ) -> Team? {
        let id = identifier(fields.required("id"), &seen)
        let name = name(fields.optional("name"), orElse: id)
        let weight = weight(fields.optional("weight"))
        let members = members(fields.optional("members"), note)
        let caps = caps(fields.optional("caps"))
        guard let id, let name, let weight else { return nil }
        return Team(id: TeamID(id), name: name, weight: weight, members: members, caps: caps)
    }

    private static func weight(_ field: FieldValue?) -> Int? {
        guard let field else { return 1 }
        return field.integer(in: Policy.Limits.weight)
    }

    /// - Parameter note: is told of each.
    static func members(_ field: FieldValue?, _ note: (Member, FieldValue) -> Void = { _, _ in }) -> [Member] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.members) ?? []).compactMap { element in
            guard let member = member(element, &seen) else { return nil }
            note(member, element)
            return member
        }
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
