import Units

/// Which departments name a user, so that one who stands in several has a default among them.
struct Mentions {
    private var first: [String: (department: Int, line: Int)] = [:]
    /// Users that a second department names, each once, at the place where it does.
    private var several: [(user: String, field: FieldValue, line: Int)] = []
    private var isSeveral: Set<String> = []

    /// Notes that a department, by its place in the list, names a member.
    mutating func note(_ member: Member, _ field: FieldValue, in department: Int) {
        guard case .user(let user) = member else { return }
        guard let known = first[user] else {
            first[user] = (department, field.position.line)
            return
        }
        if known.department != department, isSeveral.insert(user).inserted {
            several.append((user, field, known.line))
        }
    }

    /// Faults of those that have no default department.
    /// - Parameter defaults: the users that the text gives one, whether it can be read or not.
    func refuseAmbiguous(unless defaults: Set<String>) {
        for (user, field, line) in several where !defaults.contains(user) {
            field.fault(
                "\(user.quoted) is of another department too, in line \(line); `defaultDepartments` has to say which "
                    + "is meant")
        }
    }
}

extension PolicyDocument {
    /// Of users that several departments name: the one that is meant.
    static func defaultDepartments(
        _ field: FieldValue?, _ departments: [Department], _ mentions: Mentions
    ) -> [String: DepartmentID] {
        let entries = field?.entries(limit: Policy.Limits.defaultDepartments) ?? []
        mentions.refuseAmbiguous(unless: Set(entries.map(\.key)))
        var read: [String: DepartmentID] = [:]
        // Of a department only where a default names it: a text may have 100,000 defaults and as many members.
        var members: [Int: Set<String>?] = [:]
        let places = Dictionary(departments.enumerated().map { ($1.id.text, $0) }) { first, _ in first }
        for entry in entries {
            guard case .user? = Member(entry.key), entry.key.unicodeScalars.count <= Policy.Limits.memberLength else {
                entry.value.fault("\(entry.key.quoted) is no user's name")
                continue
            }
            guard let text = entry.value.text(limit: Policy.Limits.idLength) else { continue }
            guard let place = places[text] else {
                let advice = text.nearest(in: Array(places.keys)).map { "; did you mean `\($0)`?" } ?? ""
                entry.value.fault("\(text.quoted) is none of the departments\(advice)")
                continue
            }
            let named = members[place] ?? departments[place].namedUsers
            members[place] = named
            guard named?.contains(entry.key) ?? true else {
                entry.value.fault("\(text.quoted) does not have \(entry.key.quoted) as a member")
                continue
            }
            read[entry.key] = DepartmentID(text)
        }
        return read
    }
}

extension Department {
    /// The users that it and its teams name; nil where they name a group or everybody too, and any user may be in it.
    fileprivate var namedUsers: Set<String>? {
        var users: Set<String> = []
        for member in ([members] + teams.map(\.members)).joined() {
            guard case .user(let name) = member else { return nil }
            users.insert(name)
        }
        return users
    }
}
