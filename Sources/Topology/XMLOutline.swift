/// A first look over a topology file, so that what is wrong with it can be said in plain words:
/// hwloc itself only says that it failed. Tags must match; what they hold is left to hwloc.
struct XMLOutline {
    /// The version that the outermost element states; nil where it states none (hwloc 1.x).
    private(set) var version: String?
    private(set) var hasProcessor = false

    private var scanner: XMLScanner
    private var open: [ArraySlice<UInt8>] = []
    private var hasRoot = false

    init(_ bytes: [UInt8]) throws(TopologyError.Reason) {
        scanner = XMLScanner(bytes)
        scanner.skipByteOrderMark()
        while try step() {}
        guard hasRoot else { throw .truncated(line: scanner.line) }
    }

    /// Reads up to and with the next mark-up; false at the end of a complete document.
    private mutating func step() throws(TopologyError.Reason) -> Bool {
        let text = scanner.text()
        let isOutside = open.isEmpty
        if let stray = text.firstIndex(where: { $0 == 0 || isOutside && !XMLScanner.isSpace($0) }) {
            throw .notXML(line: scanner.line(of: stray))
        }
        if scanner.isAtEnd {
            if hasRoot && open.isEmpty { return false }
            throw .truncated(line: scanner.line)
        }
        switch try scanner.markup() {
        case .aside: break
        case .end(let name):
            guard open.popLast() == name else { throw .notXML(line: scanner.line) }
        case .start(let name, let attributes, let isEmpty):
            try enter(name, attributes)
            if !isEmpty { open.append(name) }
            guard open.count <= Limits.elementDepth else {
                throw .beyondLimit(
                    what: "the depth of its elements", found: UInt64(open.count), limit: UInt64(Limits.elementDepth))
            }
        }
        return true
    }

    private mutating func enter(
        _ name: ArraySlice<UInt8>, _ attributes: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]
    ) throws(TopologyError.Reason) {
        func attribute(_ wanted: String) -> String? {
            attributes.first { $0.name.elementsEqual(wanted.utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
        }
        if open.isEmpty {
            guard !hasRoot else { throw .notXML(line: scanner.line) }
            hasRoot = true
            let element = String(decoding: name, as: UTF8.self)
            // hwloc before 1.0 wrote <root>.
            guard element == "topology" || element == "root" else {
                throw .notATopology(element: HwlocText.clean(element) ?? "?")
            }
            version = attribute("version").flatMap(HwlocText.clean)
        }
        if !hasProcessor, name.elementsEqual("object".utf8), let type = attribute("type") {
            hasProcessor = type == "PU" || type == "Proc"
        }
    }
}
