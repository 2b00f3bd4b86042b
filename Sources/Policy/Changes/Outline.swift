/// What a policy says, as a tree that can be compared, merged and written, whatever its text looks like: each list is
/// keyed by what its elements are known by.
indirect enum Outline: Sendable, Hashable {
    /// Written as it is: a number, a truth value, a duration, a time.
    case plain(String)
    /// Written in quotes where YAML would take it for something else.
    case text(String)
    /// Texts whose order means nothing. `isKept` where an empty one is not the same as none.
    case set([String], isKept: Bool = false)
    case list(KeyedOutlines)
    /// Fields in the order of the schema.
    case fields(KeyedOutlines)
}

/// Outlines by their keys, each key once, in the order of the text.
struct KeyedOutlines: Sendable, Hashable {
    private(set) var keys: [String] = []
    private(set) var values: [String: Outline] = [:]
    /// Whether the order means something.
    var isOrdered = false
    /// Whether the keys are written: users, not the ids of elements.
    var isDictionary = false
    /// Whether an empty list is not the same as none.
    var isKept = false

    init(isOrdered: Bool = false, isDictionary: Bool = false, isKept: Bool = false) {
        self.isOrdered = isOrdered
        self.isDictionary = isDictionary
        self.isKept = isKept
    }

    subscript(key: String) -> Outline? { values[key] }

    var isEmpty: Bool { keys.isEmpty }

    var pairs: [(key: String, value: Outline)] { keys.compactMap { key in values[key].map { (key, $0) } } }

    /// Adds a value behind the others; nil is left out. A key that is there already gets a number, so that nothing is
    /// lost.
    mutating func add(_ key: String, _ value: Outline?) {
        guard let value else { return }
        var unique = key
        var count = 1
        while values[unique] != nil {
            count += 1
            unique = "\(key) #\(count)"
        }
        keys.append(unique)
        values[unique] = value
    }
}

extension Outline {
    /// Makes fields of those that are there.
    static func fields(_ pairs: (String, Outline?)...) -> Outline {
        var fields = KeyedOutlines()
        for (key, value) in pairs { fields.add(key, value) }
        return .fields(fields)
    }

    /// Makes a list of elements by their keys.
    static func list<Element>(
        _ elements: [Element], isOrdered: Bool = false, isKept: Bool = false, by key: (Element) -> String,
        _ outline: (Element) -> Outline
    ) -> Outline {
        var list = KeyedOutlines(isOrdered: isOrdered, isKept: isKept)
        for element in elements { list.add(key(element), outline(element)) }
        return .list(list)
    }

    /// Whether it is not written: it says no more than its absence.
    var isNothing: Bool {
        switch self {
        case .plain, .text: false
        case .set(let texts, let isKept): texts.isEmpty && !isKept
        case .list(let elements): elements.isEmpty && !elements.isKept
        case .fields(let fields): fields.pairs.allSatisfy(\.value.isNothing)
        }
    }
}
