import Units

/// Finds what two outlines say differently.
struct Differences {
    private(set) var changes: [PolicyChange] = []
    private let moved: [String: TeamMoves.Move]

    init(from before: Policy, to after: Policy) {
        let (old, new) = (before.outline, after.outline)
        moved = TeamMoves(from: old, to: new).moves
        compare(old, new, Place())
        for (team, move) in moved { tell(team, move, old, new) }
        changes.sort { $0.path < $1.path }
    }

    /// One change for the move, and those of the team itself.
    private mutating func tell(_ team: String, _ move: TeamMoves.Move, _ old: Outline, _ new: Outline) {
        let outline = { (tree: Outline, department: String) in
            tree.child("departments")?.child(department)?.child("teams")?.child(team)
        }
        // Of a department that comes or goes the team is a part of that change.
        guard let before = outline(old, move.from), let after = outline(new, move.to),
            old.child("departments")?.child(move.to) != nil || new.child("departments")?.child(move.from) != nil
        else { return }
        changes.append(
            PolicyChange(
                path: TeamMoves.place(team, of: move.from).path, before: move.from, after: move.to, area: .departments))
        compare(before, after, Place().field("departments").element(move.to).field("teams").element(team))
    }

    private mutating func compare(_ before: Outline?, _ after: Outline?, _ place: Place) {
        if before == after || place.isWithin(moved) && (before == nil || after == nil) { return }
        switch (before, after) {
        case (.fields(let old)?, .fields(let new)?):
            for key in old.keys + new.keys.filter({ old[$0] == nil }) {
                compare(old[key], new[key], old.isDictionary ? place.element(key) : place.field(key))
            }
        case (.list(let old)?, .list(let new)?):
            for key in old.keys + new.keys.filter({ old[$0] == nil }) {
                compare(old[key], new[key], place.element(key))
            }
            if old.isOrdered { compareOrder(old.keys, new.keys, place) }
        case (.set(let old, _)?, .set(let new, _)?):
            let (olds, news) = (Set(old), Set(new))
            for text in old where !news.contains(text) { add(text, nil, place.element(text)) }
            for text in new where !olds.contains(text) { add(nil, text, place.element(text)) }
        default:
            if before?.isNothing ?? true, after?.isNothing ?? true { return }
            add(before?.compact, after?.compact, place)
        }
    }

    /// Tells where those that stay stand in another order.
    private mutating func compareOrder(_ old: [String], _ new: [String], _ place: Place) {
        let (olds, news) = (Set(old), Set(new))
        let (before, after) = (old.filter(news.contains), new.filter(olds.contains))
        guard before != after else { return }
        add(Outline.set(before).compact, Outline.set(after).compact, place)
    }

    private mutating func add(_ before: String?, _ after: String?, _ place: Place) {
        changes.append(
            PolicyChange(
                path: place.path, before: before, after: after, area: place.area, department: place.department))
    }
}

extension Outline {
    /// What a field, or an element of a list, says.
    func child(_ key: String) -> Outline? {
        switch self {
        case .fields(let children), .list(let children): children[key]
        case .plain, .text, .set: nil
        }
    }
}

/// Where in a policy something stands.
struct Place {
    /// `departments[vision].quotas[H100].nominal`.
    private(set) var path = ""
    /// Without the keys of lists: `departments`, `quotas`, `nominal`.
    private var fields: [String] = []
    private var elements: [String] = []

    func field(_ key: String) -> Place {
        var place = self
        place.path = FieldPath.key(key, of: path)
        place.fields.append(key)
        return place
    }

    func element(_ key: String) -> Place {
        var place = self
        place.path = "\(path)[\(key)]"
        place.elements.append(key)
        return place
    }

    /// Whether it is one of the teams that have moved.
    func isWithin(_ moved: [String: TeamMoves.Move]) -> Bool {
        guard fields == ["departments", "teams"], elements.count == 2, let move = moved[elements[1]] else {
            return false
        }
        return elements[0] == move.from || elements[0] == move.to
    }

    /// The part of the policy that it belongs to, as the rules of change name it.
    var area: PolicyArea {
        switch fields.first {
        case "departments": areaOfDepartment
        case "defaultDepartments": .members
        case "roles": .roles
        case "classes": .classes
        case "caps": .caps
        case "licences": .licences
        case "shareable": .sharing
        case "budgets": .budgets
        case "approvals": .approvals
        case "priceBook", "chargeback": .prices
        default: .rules
        }
    }

    /// Whose it is. What a department weighs among the others is everybody's, and so is that it is there.
    var department: DepartmentID? {
        guard fields.first == "departments", fields.count > 1, fields != ["departments", "weight"] else { return nil }
        return elements.first.map { DepartmentID($0) }
    }

    private var areaOfDepartment: PolicyArea {
        let field = fields.dropFirst().first == "teams" ? fields.dropFirst(2).first : fields.dropFirst().first
        return switch field {
        case "weight": .weights
        case "members": .members
        case "quotas", "cells": .quotas
        case "caps": .caps
        case "budget": .budgets
        case "managers": .roles
        default: .departments
        }
    }
}
