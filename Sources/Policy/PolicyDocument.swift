import Units

extension Policy {
    /// Reads and checks a policy's text.
    /// - Parameter name: what messages call the text, mostly its path.
    /// - Throws: everything that is wrong with it, at once.
    public static func read(yaml text: String, name: String) throws(DocumentFaults) -> Policy {
        try YAMLDocument.read(text: text, name: name, PolicyDocument.policy)
    }

    /// Reads and checks a policy's bytes, which must be UTF-8.
    public static func read(yaml bytes: [UInt8], name: String) throws(DocumentFaults) -> Policy {
        try YAMLDocument.read(bytes: bytes, name: name, PolicyDocument.policy)
    }
}

/// The policy's schema, version 1. What could not be read is left out or replaced by some value: the text as a whole
/// is refused then.
private enum PolicyDocument {
    static func policy(_ fields: FieldReader) -> Policy {
        checkVersion(fields.required("version"))
        return Policy(
            departments: departments(fields.required("departments")),
            classes: fields.optional("classes").map(classes) ?? Policy.defaultClasses)
    }

    private static func checkVersion(_ field: FieldValue?) {
        guard let field, let version = field.integer(in: 0...Int(Int32.max)), version != 1 else { return }
        field.fault("\(version) is not known to this Allot; it reads version 1")
    }

    // MARK: Classes

    private static func classes(_ field: FieldValue) -> [PriorityClass] {
        guard let elements = field.list(limit: Policy.Limits.classes) else { return [] }
        var seen = Repetitions()
        let classes = elements.compactMap { $0.mapping { priorityClass($0, &seen) } ?? nil }
        if !seen.contains(Policy.standardClass.text), seen.isComplete(elements.count) {
            field.fault("has no class `\(Policy.standardClass)`, which is the class of a request that names none")
        }
        // Stable: classes of one rank stay in the order of the text.
        return classes.enumerated().sorted { ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset) }
            .map(\.element)
    }

    private static func priorityClass(_ fields: FieldReader, _ seen: inout Repetitions) -> PriorityClass? {
        let id = identifier(fields.required("id"), &seen)
        let rank = fields.required("rank")?.integer(in: Policy.Limits.rank)
        let isPreemptible = fields.optional("preemptible").map { $0.boolean() } ?? false
        let maximumWait = fields.optional("maximumWait").map { $0.duration(in: Policy.Limits.maximumWait) } ?? .days(7)
        guard let id, let rank, let isPreemptible, let maximumWait else { return nil }
        return PriorityClass(id: ClassID(id), rank: rank, isPreemptible: isPreemptible, maximumWait: maximumWait)
    }

    // MARK: Departments, teams

    private static func departments(_ field: FieldValue?) -> [Department] {
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
        guard let id, let name, let weight else { return nil }
        return Department(id: DepartmentID(id), name: name, weight: weight, teams: teams, members: members)
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
        guard let id, let name, let weight else { return nil }
        return Team(id: TeamID(id), name: name, weight: weight, members: members)
    }

    // MARK: Fields

    private static func identifier(_ field: FieldValue?, _ seen: inout Repetitions) -> String? {
        guard let field, let text = field.text(limit: Policy.Limits.idLength) else { return nil }
        let isWord = text.utf8.allSatisfy { (97...122).contains($0) || $0.isDigit || $0 == UInt8(ascii: "-") }
        guard isWord, !text.hasPrefix("-") else {
            field.fault("\(text.quoted) is no id: lower-case letters, digits and -, and no - in front")
            return nil
        }
        guard !text.utf8.allSatisfy(\.isDigit) else {
            field.fault("\(text.quoted) is no id: it has only digits, so it would be taken for a number")
            return nil
        }
        return seen.check(field, text) ? text : nil
    }

    private static func name(_ field: FieldValue?, orElse id: String?) -> String? {
        guard let field else { return id }
        guard let text = field.text(limit: Policy.Limits.nameLength) else { return nil }
        guard text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            field.fault("\(text.quoted) must neither begin nor end with a space")
            return nil
        }
        return text
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

/// Finds what stands twice in one list.
private struct Repetitions {
    private var lines: [String: Int] = [:]

    func contains(_ text: String) -> Bool { lines[text] != nil }

    /// Whether all of so many elements could be read, so that what is not there is truly missing.
    func isComplete(_ count: Int) -> Bool { lines.count == count }

    /// Whether it is there for the first time; a fault of the field otherwise.
    mutating func check(_ field: FieldValue, _ text: String) -> Bool {
        if let line = lines[text] {
            field.fault("\(text.quoted) stands twice in this list; first in line \(line)")
            return false
        }
        lines[text] = field.position.line
        return true
    }
}
