/// Three-way merge: what was changed from a base to a text is done to another text.
struct Merge {
    private(set) var conflicts: [String] = []

    /// - Parameters:
    ///   - current: what is changed.
    ///   - base: what the change began from.
    ///   - change: what it led to.
    mutating func merged(_ current: Outline, _ base: Outline, _ change: Outline) -> Outline {
        let (current, base, change) = withTeamsAtHome(current, base, change)
        return merged(current, base, change, Place()) ?? current
    }

    /// All three with teams where the one of the two that has moved them has them, so that what the other one has
    /// changed of them is found there. A team that the two have moved to different places is a conflict.
    private mutating func withTeamsAtHome(
        _ current: Outline, _ base: Outline, _ change: Outline
    ) -> (Outline, Outline, Outline) {
        let mine = TeamMoves(from: base, to: current).moves
        let theirs = TeamMoves(from: base, to: change).moves
        var (current, base, change) = (current, base, change)
        let moves = mine.merging(theirs) { own, _ in own }
        for (team, move) in moves.sorted(by: { $0.key < $1.key }) {
            if let other = theirs[team], let own = mine[team] {
                if other != own { conflicts.append(TeamMoves.place(team, of: move.from).path) }
                base = base.moving(team, move) ?? base
            } else if theirs[team] != nil {
                guard let here = current.following(team, move), let before = base.moving(team, move) else { continue }
                (current, base) = (here, before)
            } else {
                guard let there = change.following(team, move), let before = base.moving(team, move) else { continue }
                (change, base) = (there, before)
            }
        }
        return (current, base, change)
    }

    private mutating func merged(
        _ current: Outline?, _ base: Outline?, _ change: Outline?, _ place: Place
    ) -> Outline? {
        if base == change || current == change { return current }
        if current == base { return change }
        switch (current, base, change) {
        case (.fields(let current)?, .fields(let base)?, .fields(let change)?):
            return .fields(merged(current, base, change, place) { $0.isDictionary ? $1.element($2) : $1.field($2) })
        case (.list(let current)?, .list(let base)?, .list(let change)?):
            return .list(merged(current, base, change, place) { $1.element($2) })
        case (.set(let current, let isKept)?, .set(let base, _)?, .set(let change, _)?):
            let added = Set(change).subtracting(base)
            let removed = Set(base).subtracting(change)
            let kept = current.filter { !removed.contains($0) }
            return .set(kept + change.filter { added.contains($0) && !kept.contains($0) }, isKept: isKept)
        default:
            conflicts.append(place.path)
            return current
        }
    }

    private mutating func merged(
        _ current: KeyedOutlines, _ base: KeyedOutlines, _ change: KeyedOutlines, _ place: Place,
        _ step: (KeyedOutlines, Place, String) -> Place
    ) -> KeyedOutlines {
        var values: [String: Outline] = [:]
        for key in Set(current.keys).union(change.keys) {
            values[key] = merged(current[key], base[key], change[key], step(current, place, key))
        }
        var result = current.emptied
        for key in order(current, base, change, place) { result.add(key, values[key]) }
        return result
    }

    /// Whoever has changed the order decides it; what only one has stands behind what it stands behind there.
    private mutating func order(
        _ current: KeyedOutlines, _ base: KeyedOutlines, _ change: KeyedOutlines, _ place: Place
    ) -> [String] {
        let shared = Set(current.keys).intersection(base.keys).intersection(change.keys)
        let orders = [current, base, change].map { $0.keys.filter(shared.contains) }
        if orders[2] == orders[1] || orders[2] == orders[0] || !current.isOrdered {
            return change.keys.inserted(into: current.keys)
        }
        if orders[0] != orders[1] { conflicts.append(place.path) }
        return current.keys.inserted(into: change.keys)
    }
}

extension KeyedOutlines {
    /// A list of the same kind with nothing in it.
    fileprivate var emptied: KeyedOutlines {
        KeyedOutlines(isOrdered: isOrdered, isDictionary: isDictionary, isKept: isKept)
    }
}

extension [String] {
    /// The other keys with those of this list that they lack, each behind the one that it stands behind here.
    fileprivate func inserted(into others: [String]) -> [String] {
        var known = Set(others)
        var behind: [String?: [String]] = [:]
        var last: String?
        for key in self {
            if known.insert(key).inserted { behind[last, default: []].append(key) } else { last = key }
        }
        return behind[nil, default: []] + others.flatMap { [$0] + behind[$0, default: []] }
    }
}
