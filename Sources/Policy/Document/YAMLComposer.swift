internal import CYaml

/// Builds the tree of one document from libyaml's events, without recursion: the levels and the size are limited
/// while the events come in, and everything that has a position keeps it.
///
/// Yams composes trees too, but recursively, before any limit can be checked, and stops at the first key that stands
/// twice; so this goes to the event parser that Yams brings along.
struct YAMLComposer {
    private let faults: FaultCollector
    private var open: [OpenCollection] = []
    private var root: YAMLNode?
    private var nodes = 0

    /// The tree, or nil for a text with no document in it, and for one that cannot be read to its end: then there is
    /// a fault.
    static func compose(_ text: String, _ faults: FaultCollector) -> YAMLNode? {
        var text = text
        return text.withUTF8 { bytes in
            var composer = YAMLComposer(faults: faults)
            // A byte order mark is no column of the first line.
            return composer.run(
                UnsafeBufferPointer(rebasing: bytes.dropFirst(bytes.starts(with: byteOrderMark) ? 3 : 0)))
        }
    }

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    private init(faults: FaultCollector) {
        self.faults = faults
    }

    private mutating func run(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLNode? {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        let event = UnsafeMutablePointer<yaml_event_t>.allocate(capacity: 1)
        defer {
            event.deallocate()
            parser.deallocate()
        }
        guard yaml_parser_initialize(parser) == 1 else {
            faults.add(.start, "", "there is no memory to read it")
            return nil
        }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        while true {
            guard yaml_parser_parse(parser, event) == 1 else {
                let (position, message) = YAMLSyntaxError.describe(parser.pointee, in: bytes)
                faults.add(position, "", message)
                return nil
            }
            defer { yaml_event_delete(event) }
            switch take(event.pointee) {
            case .goOn: continue
            case .finished: return root
            case .givenUp: return nil
            }
        }
    }

    private enum Step {
        case goOn
        case finished
        /// A limit is passed: the fault is noted, and the rest is not looked at.
        case givenUp
    }

    private mutating func take(_ event: yaml_event_t) -> Step {
        let position = TextPosition(event.start_mark)
        switch event.type {
        case YAML_STREAM_END_EVENT:
            return .finished
        case YAML_DOCUMENT_START_EVENT:
            return startDocument(event, position)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            refuse(anchor: scalar.anchor, tag: scalar.tag, position)
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return add(YAMLNode(position: position, content: .scalar(text, isPlain: isPlain)))
        case YAML_ALIAS_EVENT:
            faults.add(position, path, "an alias is not read here; write the value out")
            return add(YAMLNode(position: position, content: .refused))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            refuse(anchor: start.anchor, tag: start.tag, position)
            return begin(OpenCollection(position: position, isMapping: false))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            refuse(anchor: start.anchor, tag: start.tag, position)
            return begin(OpenCollection(position: position, isMapping: true))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return end()
        default:
            return .goOn
        }
    }

    private func startDocument(_ event: yaml_event_t, _ position: TextPosition) -> Step {
        if root != nil {
            faults.add(position, "", "a second document begins here; a file holds one")
            return .givenUp
        }
        let directives = event.data.document_start.tag_directives
        if directives.start != directives.end {
            faults.add(position, "", "a %TAG directive is not read here")
        }
        return .goOn
    }

    private func refuse(anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?, _ place: TextPosition)
    {
        if anchor != nil {
            faults.add(place, path, "an anchor (&) is not read here, and aliases neither; write the value out")
        }
        if let tag {
            faults.add(
                place, path, "the tag \(String(cString: tag).quoted) is not read here; write the value without it")
        }
    }

    private mutating func begin(_ collection: OpenCollection) -> Step {
        guard open.count < YAMLDocument.Limits.levels else {
            faults.add(collection.position, "", "nested deeper than \(YAMLDocument.Limits.levels) levels")
            return .givenUp
        }
        open.append(collection)
        return .goOn
    }

    private mutating func end() -> Step {
        guard let collection = open.popLast() else { return .goOn }
        return add(collection.node(path, faults))
    }

    private mutating func add(_ node: YAMLNode) -> Step {
        nodes += 1
        guard nodes <= YAMLDocument.Limits.nodes else {
            faults.add(node.position, "", "more than \(YAMLDocument.Limits.nodes) values and keys")
            return .givenUp
        }
        if open.isEmpty {
            root = node
        } else {
            open[open.count - 1].items.append(node)
        }
        return .goOn
    }

    /// The field that the next event belongs to, or whose collection has just been closed.
    private var path: String {
        open.reduce(FieldPath.root) { $1.pathOfNext(below: $0) }
    }
}

/// A list or mapping whose end has not come yet.
private struct OpenCollection {
    let position: TextPosition
    let isMapping: Bool
    /// The elements; of a mapping, keys and values by turns.
    var items: [YAMLNode] = []

    func pathOfNext(below path: String) -> String {
        guard isMapping else { return FieldPath.element(items.count, of: path) }
        guard items.count % 2 == 1, case .scalar(let key, _)? = items.last?.content else { return path }
        return FieldPath.key(key, of: path)
    }

    func node(_ path: String, _ faults: FaultCollector) -> YAMLNode {
        guard isMapping else { return YAMLNode(position: position, content: .list(items)) }
        var pairs: [YAMLPair] = []
        var places: [String: TextPosition] = [:]
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            let place = items[index].position
            guard case .scalar(let key, _) = items[index].content else {
                if case .refused = items[index].content { continue }
                faults.add(place, path, "a key must be a text")
                continue
            }
            if let first = places.updateValue(place, forKey: key) {
                places[key] = first
                faults.add(
                    place, FieldPath.key(key, of: path),
                    "stands twice; first in line \(first.line), column \(first.column)")
                continue
            }
            pairs.append(YAMLPair(key: key, position: place, value: items[index + 1]))
        }
        return YAMLNode(position: position, content: .mapping(pairs))
    }
}

/// How a field is named in a message.
enum FieldPath {
    static let root = ""

    static func key(_ key: String, of path: String) -> String {
        let isWord = !key.isEmpty && key.utf8.count <= 64 && key.utf8.allSatisfy(isWordByte)
        let name = isWord ? key : key.quoted
        return path.isEmpty ? name : "\(path).\(name)"
    }

    static func element(_ index: Int, of path: String) -> String { "\(path)[\(index)]" }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension TextPosition {
    /// libyaml counts from 0.
    init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}
