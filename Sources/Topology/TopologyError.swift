/// Why a machine's topology could not be read: names the file (or the live machine) and the reason.
public struct TopologyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path; nil for the live machine.
    public var file: String?
    public var reason: Reason

    public init(file: String?, reason: Reason) {
        self.file = file
        self.reason = reason
    }

    public var description: String {
        if let file { return "topology file \(file): \(reason)" }
        return "topology of this machine: \(reason)"
    }

    /// What was wrong, with its numbers.
    public enum Reason: Error, Hashable, CustomStringConvertible {
        case missing
        case notAFile
        /// The system's words for what reading ended with.
        case unreadable(String)
        case empty
        case tooLarge(bytes: Int, limit: Int)
        case notXML(line: Int)
        case truncated(line: Int)
        /// XML, but of something else: the outermost element's name.
        case notATopology(element: String)
        /// Newer than the hwloc library, whose major version is given.
        case version(String, hwloc: Int)
        /// hwloc took it for damaged; what it said or did.
        case refused(String)
        case noCPU
        case tooManyDevices(count: Int, limit: Int)
        case beyondLimit(what: String, found: UInt64, limit: UInt64)

        public var description: String {
            switch self {
            case .missing: "there is no such file"
            case .notAFile: "it is not a regular file"
            case .unreadable(let words): "it can't be read: \(words)"
            case .empty: "it is empty"
            case .tooLarge(let bytes, let limit): "it has \(bytes) bytes or more; the limit is \(limit)"
            case .notXML(let line): "it is not XML (line \(line))"
            case .truncated(let line): "it is truncated: the XML ends in the middle (line \(line))"
            case .notATopology(let element):
                "it is not a hwloc topology: its outermost element is <\(element)>, not <topology>"
            case .version(let version, let hwloc):
                "it has XML version \(version), which hwloc \(hwloc) refuses; export it as version \(hwloc).0"
            case .refused(let words): "hwloc refuses it: \(words)"
            case .noCPU: "it holds no CPU"
            case .tooManyDevices(let count, let limit): "it holds \(count) devices; the limit is \(limit)"
            case .beyondLimit(let what, let found, let limit): "\(what) is \(found); the limit is \(limit)"
            }
        }
    }
}
