/// Teams that another policy has in another department.
struct TeamMoves {
    struct Move: Hashable {
        var from: String
        var to: String
    }

    /// By the team's id; those alone that stand in one department before and in one other after.
    let moves: [String: Move]

    init(from before: Outline, to after: Outline) {
        let (old, new) = (TeamMoves.homes(before), TeamMoves.homes(after))
        moves = old.reduce(into: [:]) { moves, entry in
            guard entry.value.count == 1, let from = entry.value.first else { return }
            guard let homes = new[entry.key], homes.count == 1, let to = homes.first, to != from else { return }
            moves[entry.key] = Move(from: from, to: to)
        }
    }

    /// The departments that have a team of an id.
    private static func homes(_ outline: Outline) -> [String: [String]] {
        guard case .list(let departments)? = outline.child("departments") else { return [:] }
        return departments.pairs.reduce(into: [:]) { homes, department in
            guard case .list(let teams)? = department.value.child("teams") else { return }
            for team in teams.keys { homes[team, default: []].append(department.key) }
        }
    }

    /// How a change names the team's home.
    static func place(_ team: String, of department: String) -> Place {
        Place().field("departments").element(department).field("teams").element(team).field("department")
    }
}

extension Outline {
    /// Whether it has the team in that department.
    func has(team: String, in department: String) -> Bool {
        child("departments")?.child(department)?.child("teams")?.child(team) != nil
    }

    /// The same with a team in another department, behind its teams; nil where one of the three is not there.
    func moving(_ team: String, _ move: TeamMoves.Move) -> Outline? {
        guard let moved = child("departments")?.child(move.from)?.child("teams")?.child(team) else { return nil }
        guard child("departments")?.child(move.to) != nil, !has(team: team, in: move.to) else { return nil }
        return replacing(["departments", move.from, "teams", team], with: nil)
            .replacing(["departments", move.to, "teams", team], with: moved)
    }

    /// The same with a team moved, or as it is where the team has gone from where it was.
    func following(_ team: String, _ move: TeamMoves.Move) -> Outline? {
        has(team: team, in: move.from) ? moving(team, move) : self
    }

    private func replacing(_ path: ArraySlice<String>, with outline: Outline?) -> Outline {
        guard let key = path.first else { return outline ?? self }
        let value = path.count == 1 ? outline : child(key)?.replacing(path.dropFirst(), with: outline)
        switch self {
        case .fields(let children): return .fields(children.replacing(key, with: value))
        case .list(let children): return .list(children.replacing(key, with: value))
        case .plain, .text, .set: return self
        }
    }
}

extension KeyedOutlines {
    /// With another value of a key, behind the others where it is new; nil takes it out.
    fileprivate func replacing(_ key: String, with value: Outline?) -> KeyedOutlines {
        var result = KeyedOutlines(isOrdered: isOrdered, isDictionary: isDictionary, isKept: isKept)
        for pair in pairs { result.add(pair.key, pair.key == key ? value : pair.value) }
        if self[key] == nil { result.add(key, value) }
        return result
    }
}
