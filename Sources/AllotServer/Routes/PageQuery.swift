import AllotAPI
import Hummingbird
import Units

/// The query of a list: `limit`, `cursor`, and what the list itself knows.
struct PageQuery {
    let limit: Int
    let cursor: String?
    private let query: Query

    init(_ request: Hummingbird.Request, known: [String] = []) throws(Problem) {
        query = try Query(request, known: ["limit", "cursor"] + known)
        let parameters = request.uri.queryParameters
        let largest = Limits.pageItems.upperBound
        if let text = parameters["limit"] {
            guard let number = Int64(text), Limits.pageItems.contains(number) else {
                throw Problems.invalidField("limit", "a whole number from 1 to \(largest)")
            }
            limit = Int(number)
        } else {
            limit = Int(largest)
        }
        cursor = parameters["cursor"].map(String.init)
    }

    /// A parameter that is one of the type's values; nil where it is absent.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(Problem) -> Choice? {
        try query.choice(name, type)
    }

    /// A parameter as it is; nil where it is absent.
    func text(_ name: String) -> String? { query.text(name) }

    /// A cursor that is a position.
    func number(after name: String) throws(Problem) -> Int? {
        try query.number(after: name)
    }

    /// A point in time; nil where it is absent.
    func time(_ name: String) throws(Problem) -> DateTime? { try query.time(name) }
}

/// The query of a request: the names that it knows, each at most once. Any other name is refused.
struct Query {
    private let parameters: Parameters

    init(_ request: Hummingbird.Request, known: [String]) throws(Problem) {
        parameters = request.uri.queryParameters
        var seen: Set<Substring> = []
        for (name, _) in parameters {
            guard known.contains(String(name)) else {
                let names = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw Problems.invalidField(String(name.prefix(40)), "no such parameter; there is \(names)")
            }
            guard seen.insert(name).inserted else { throw Problems.invalidField(String(name), "stands twice") }
        }
    }

    /// A parameter that is one of the type's values; nil where it is absent.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(Problem) -> Choice? {
        guard let text = parameters[name[...]] else { return nil }
        guard let choice = Choice(rawValue: String(text)) else {
            throw Problems.invalidField(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// A cursor that is a position.
    func number(after name: String) throws(Problem) -> Int? {
        guard let text = parameters[name[...]] else { return nil }
        guard let number = Int(text), number >= 0 else { throw Problems.invalidField(name, "one that a page gave") }
        return number
    }

    /// A whole number within limits; nil where it is absent.
    func number(_ name: String, in limits: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let text = parameters[name[...]] else { return nil }
        guard let number = Int64(text), limits.contains(number) else {
            throw Problems.invalidField(name, "a whole number from \(limits.lowerBound) to \(limits.upperBound)")
        }
        return number
    }

    /// A point in time; nil where it is absent.
    func time(_ name: String) throws(Problem) -> DateTime? {
        guard let text = parameters[name[...]] else { return nil }
        guard let time = RFC3339.timestamp(String(text)) else {
            throw Problems.invalidField(name, "a time such as 2026-11-02T09:30:00Z")
        }
        return DateTime(time)
    }

    /// A parameter as it is; nil where it is absent.
    func text(_ name: String) -> String? { parameters[name[...]].map { String($0) } }

    /// Whether the parameter is there.
    func has(_ name: String) -> Bool { parameters[name[...]] != nil }

    /// `true` or `false`; nil where it is absent.
    func flag(_ name: String) throws(Problem) -> Bool? {
        guard let text = parameters[name[...]] else { return nil }
        guard let flag = Bool(String(text)) else { throw Problems.invalidField(name, "true or false") }
        return flag
    }
}
