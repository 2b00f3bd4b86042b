public import Units

/// The value of one field. Each reading gives nil, with a fault, for what is of another type or outside the limits.
public struct FieldValue {
    /// The field as messages name it: `departments[1].weight`.
    public let path: String
    private let node: YAMLNode
    private let faults: FaultCollector

    init(node: YAMLNode, path: String, faults: FaultCollector) {
        self.node = node
        self.path = path
        self.faults = faults
    }

    /// Where the value stands.
    public var position: TextPosition { node.position }

    /// Notes a fault of this value.
    public func fault(_ message: String) {
        faults.add(node.position, path, message)
    }

    /// A text of at most `limit` characters, none of them a control or format character. What YAML reads as a number
    /// or a truth value must stand in quotes.
    public func text(limit: Int) -> String? {
        guard case .scalar(let text, let isPlain) = node.content, !isPlain || PlainScalar(text).isText else {
            return wrong("a text", advice: node.inQuotes)
        }
        guard !text.isEmpty else { return refused("must not be empty") }
        guard text.unicodeScalars.count <= limit else {
            return refused("\(text.unicodeScalars.count) characters long; at most \(limit)")
        }
        guard text.isPrintable else { return refused("has a control character in it: \(text.quoted)") }
        return text
    }

    /// A whole number in decimal, without leading zeros.
    public func integer(in range: ClosedRange<Int>) -> Int? {
        guard case .scalar(let text, isPlain: true) = node.content, case .number = PlainScalar(text),
            text.isWholeNumber
        else {
            return wrong("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        guard let number = Int(text), range.contains(number) else {
            return refused("\(text.quoted) is out of range: \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `true` or `false`.
    public func boolean() -> Bool? {
        guard case .scalar(let text, isPlain: true) = node.content, case .boolean(let value) = PlainScalar(text) else {
            return wrong("true or false")
        }
        return value
    }

    /// A duration as people write it: `90s`, `45m`, `1h30m`, `7d`.
    public func duration(in range: ClosedRange<Span>) -> Span? {
        guard case .scalar(let text, _) = node.content, let span = Span(duration: text) else {
            return wrong("a duration such as 90s, 45m, 1h30m or 7d")
        }
        guard range.contains(span) else {
            return refused(
                "\(text.quoted) is out of range: \(range.lowerBound.duration) to \(range.upperBound.duration)")
        }
        return span
    }

    /// An amount of memory or disk: bytes, or with a unit in powers of 1024, `512K`, `16M`, `2GiB`.
    public func byteCount(in range: ClosedRange<ByteCount>) -> ByteCount? {
        guard case .scalar(let text, _) = node.content, let count = ByteCount(text) else {
            return wrong("an amount of bytes such as 65536, 512K or 16M")
        }
        guard range.contains(count) else {
            return refused("\(text.quoted) is out of range: \(range.lowerBound.short) to \(range.upperBound.short)")
        }
        return count
    }

    /// One of the type's words.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Choice? {
        let words = Choice.allCases.map(\.rawValue)
        guard case .scalar(let text, _) = node.content, let choice = Choice(rawValue: text) else {
            return wrong("one of \(words.joined(separator: ", "))", advice: node.word?.didYouMean(words))
        }
        return choice
    }

    /// What `parse` makes of a text or number just as it is written; it gives nil for what is not `expected`.
    func written<Value>(_ expected: String, _ parse: (String) -> Value?) -> Value? {
        guard case .scalar(let text, _) = node.content, let value = parse(text) else { return wrong(expected) }
        return value
    }

    /// What `parse` makes of it, if that lies within the limits.
    func written<Value: Comparable & CustomStringConvertible>(
        _ expected: String, in range: ClosedRange<Value>, _ parse: (String) -> Value?
    ) -> Value? {
        guard let value = written(expected, parse) else { return nil }
        guard range.contains(value) else {
            return refused("`\(value)` is out of range: \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The elements of a list of at most `limit`.
    public func list(limit: Int) -> [FieldValue]? {
        guard case .list(let nodes) = node.content else { return wrong("a list") }
        guard nodes.count <= limit else { return refused("\(nodes.count) elements; at most \(limit)") }
        return nodes.enumerated().map { index, node in
            FieldValue(node: node, path: FieldPath.element(index, of: path), faults: faults)
        }
    }

    /// The keys and values of a mapping of at most `limit` keys, whatever they are called.
    public func entries(limit: Int) -> [(key: String, value: FieldValue)]? {
        guard case .mapping(let pairs) = node.content else { return wrong("fields (`key: value`)") }
        guard pairs.count <= limit else { return refused("\(pairs.count) keys; at most \(limit)") }
        return pairs.map { pair in
            (pair.key, FieldValue(node: pair.value, path: FieldPath.key(pair.key, of: path), faults: faults))
        }
    }

    /// What `body` makes of the fields of a mapping; the keys that it did not ask for are faults.
    public func mapping<Value>(_ body: (FieldReader) -> Value) -> Value? {
        guard case .mapping(let pairs) = node.content else { return wrong("fields (`key: value`)") }
        let reader = FieldReader(pairs: pairs, position: node.position, path: path, faults: faults)
        let value = body(reader)
        reader.refuseUnknownKeys()
        return value
    }

    private func refused<Value>(_ message: String) -> Value? {
        fault(message)
        return nil
    }

    private func wrong<Value>(_ expected: String, advice: String? = nil) -> Value? {
        if case .refused = node.content { return nil }
        return refused("expected \(expected), found \(node.kind)" + (advice.map { "; \($0)" } ?? ""))
    }
}

extension YAMLNode {
    /// What is there, in a reader's words.
    fileprivate var kind: String {
        switch content {
        case .list: return "a list"
        case .mapping: return "fields (`key: value`)"
        case .refused: return "nothing"
        case .scalar(let text, isPlain: false): return "the text \(text.quoted)"
        case .scalar(let text, isPlain: true):
            switch PlainScalar(text) {
            case .nothing: return "nothing"
            case .boolean, .text: return text.quoted
            case .number: return "the number \(text.quoted)"
            }
        }
    }

    fileprivate var word: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// How to make a text of a scalar that is none.
    fileprivate var inQuotes: String? {
        guard let word, !word.isEmpty, word.isPrintable, word.utf8.count <= 40 else { return nil }
        return "if a text is meant, write \"\(word)\""
    }
}

extension PlainScalar {
    fileprivate var isText: Bool {
        if case .text = self { true } else { false }
    }
}

extension String {
    fileprivate func didYouMean(_ words: [String]) -> String? {
        nearest(in: words).map { "did you mean `\($0)`?" }
    }

    /// Decimal digits behind an optional sign, with no leading zero.
    fileprivate var isWholeNumber: Bool {
        let digits = utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard digits.count >= utf8.count - 1, !digits.isEmpty else { return false }
        return digits.allSatisfy { (48...57).contains($0) } && (digits.first != 48 || digits.count == 1)
    }
}
