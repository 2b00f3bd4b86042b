/// A place in a text, as editors count: lines and columns from 1, a column being one Unicode scalar.
public struct TextPosition: Sendable, Hashable, Comparable, Codable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    static let start = TextPosition(line: 1, column: 1)

    public static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// One thing that is wrong in a document.
public struct DocumentFault: Sendable, Hashable, Codable {
    public var position: TextPosition
    /// The field, `departments[1].teams[0].id`; empty for the document as a whole.
    public var path: String
    public var message: String

    public init(position: TextPosition, path: String, message: String) {
        self.position = position
        self.path = path
        self.message = message
    }
}

/// Everything that is wrong in a document, in the order of the text.
public struct DocumentFaults: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the document is called, mostly its path.
    public let name: String
    /// At least one.
    public let faults: [DocumentFault]
    /// How many more were found than are listed here.
    public let omitted: Int

    init(name: String, faults: [DocumentFault], omitted: Int) {
        precondition(!faults.isEmpty, "faults are thrown only when there are some")
        self.name = name
        self.faults = faults
        self.omitted = omitted
    }

    /// One line for each, as compilers write them: `policy.yaml:12:9: departments[1].weight: ...`.
    public var lines: [String] {
        let listed = faults.map { fault in
            let place = "\(name):\(fault.position.line):\(fault.position.column): "
            return place + (fault.path.isEmpty ? "" : "\(fault.path): ") + fault.message
        }
        return omitted == 0 ? listed : listed + ["\(name): and \(omitted) more faults"]
    }

    public var description: String { lines.joined(separator: "\n") }
}

/// Gathers the faults of one document while it is read, so that all are reported at once.
final class FaultCollector {
    private var faults: [DocumentFault] = []
    private var omitted = 0

    var isEmpty: Bool { faults.isEmpty }

    /// The path and message are made only for those that are listed: a hostile text has a million faults.
    func add(_ position: TextPosition, _ path: @autoclosure () -> String, _ message: @autoclosure () -> String) {
        if faults.count < YAMLDocument.Limits.faults {
            faults.append(DocumentFault(position: position, path: path(), message: message()))
        } else {
            omitted += 1
        }
    }

    /// Sorted by position; two at one position stay in the order of their discovery. All lie within the text: at the
    /// end of one without a final line break libyaml is a line further.
    func faults(of name: String, _ text: String) -> DocumentFaults {
        let end = TextPosition(endOf: text)
        let sorted = faults.enumerated().sorted { left, right in
            (left.element.position, left.offset) < (right.element.position, right.offset)
        }
        let within = sorted.map { _, fault in
            DocumentFault(position: min(fault.position, end), path: fault.path, message: fault.message)
        }
        return DocumentFaults(name: name, faults: within, omitted: omitted)
    }
}
