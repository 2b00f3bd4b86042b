import Logging
public import Policy
import Topology
import Units

extension Configuration {
    /// Reads and checks a configuration's text; what it does not say stays at its default.
    /// - Parameter name: what messages call the text, mostly its path.
    /// - Throws: everything that is wrong with it, at once.
    public static func read(yaml text: String, name: String) throws(DocumentFaults) -> Configuration {
        try YAMLDocument.read(text: text, name: name, configuration)
    }

    /// Reads and checks a configuration's bytes, which must be UTF-8.
    public static func read(yaml bytes: [UInt8], name: String) throws(DocumentFaults) -> Configuration {
        try YAMLDocument.read(bytes: bytes, name: name, configuration)
    }

    private static func configuration(_ fields: FieldReader) -> Configuration {
        var value = Configuration()
        set(&value.socket, fields.optional("socket")) { $0.path(limit: Limits.socketPath) }
        set(&value.state, fields.optional("state")) { $0.path(limit: Limits.path) }
        set(&value.policy, fields.optional("policy")) { $0.path(limit: Limits.path) }
        set(&value.topology, fields.optional("topology")) { $0.topology() }
        set(&value.accelerators, fields.optional("accelerators")) { $0.kinds(limit: Limits.accelerators) }
        set(&value.executor, fields.optional("executor")) { $0.choice(Executor.self) }
        set(&value.enforcerSocket, fields.optional("enforcerSocket")) { $0.path(limit: Limits.socketPath) }
        set(&value.logLevel, fields.optional("logLevel")) { $0.choice(Logger.Level.self) }
        set(&value.connections, fields.optional("connections")) { $0.integer(in: Limits.connections) }
        set(&value.connectionsPerUser, fields.optional("connectionsPerUser")) {
            $0.integer(in: Limits.connectionsPerUser)
        }
        set(&value.requestsPerSecond, fields.optional("requestsPerSecond")) {
            $0.integer(in: Limits.requestsPerSecond)
        }
        set(&value.eventStreams, fields.optional("eventStreams")) { $0.integer(in: Limits.eventStreams) }
        set(&value.eventStreamsPerUser, fields.optional("eventStreamsPerUser")) {
            $0.integer(in: Limits.eventStreamsPerUser)
        }
        set(&value.requestBytes, fields.optional("requestBytes")) { $0.byteCount(in: Limits.requestBytes) }
        set(&value.requestTimeout, fields.optional("requestTimeout")) { $0.duration(in: Limits.requestTimeout) }
        set(&value.stopGrace, fields.optional("stopGrace")) { $0.duration(in: Limits.stopGrace) }
        set(&value.commitBatch, fields.optional("commitBatch")) { $0.integer(in: Limits.commitBatch) }
        set(&value.diskReserve, fields.optional("diskReserve")) { $0.byteCount(in: Limits.diskReserve) }
        set(&value.anchors, fields.optional("anchors")) { $0.mapping(anchors) }
        set(&value.telemetry, fields.optional("telemetry")) { $0.mapping(telemetry) }
        return value
    }

    private static func telemetry(_ fields: FieldReader) -> Telemetry {
        var value = Telemetry()
        let interval = fields.optional("interval")
        set(&value.interval, interval) { $0.duration(in: Limits.telemetryInterval) }
        let record = fields.optional("record")
        set(&value.record, record) { $0.duration(in: Limits.telemetryRecord) }
        if value.record < value.interval {
            let (piece, look) = (value.record.duration, value.interval.duration)
            record?.fault("`\(piece)` is less than the `\(look)` from one look to the next")
        }
        return value
    }

    private static func anchors(_ fields: FieldReader) -> Anchors {
        var value = Anchors()
        set(&value.interval, fields.optional("interval")) { $0.duration(in: Limits.anchorInterval) }
        set(&value.file, fields.optional("file")) { $0.place() }
        set(&value.command, fields.optional("command")) { $0.place() }
        return value
    }

    /// Leaves the default where the field is not there, and where it could not be read.
    private static func set<Value>(_ option: inout Value, _ field: FieldValue?, _ read: (FieldValue) -> Value?) {
        if let field, let value = read(field) { option = value }
    }
}

extension FieldValue {
    /// An absolute path of at most `limit` bytes.
    fileprivate func path(limit: Int) -> String? {
        guard let text = text(limit: limit) else { return nil }
        if let fault = ConfigurationPath.fault(in: text, limit: limit) {
            self.fault(fault)
            return nil
        }
        return text
    }

    /// An absolute path, or the word for none; the outer nil for neither.
    fileprivate func place() -> String?? {
        guard let text = text(limit: Configuration.Limits.path) else { return nil }
        if text == Configuration.noPlace { return .some(nil) }
        return path(limit: Configuration.Limits.path)
    }

    /// A list of PCI ids, `vendor:device` in hexadecimal digits.
    fileprivate func kinds(limit: Int) -> [PCIKind]? {
        list(limit: limit)?.compactMap { field in
            guard let text = field.text(limit: 9) else { return nil }
            guard let kind = PCIKind(text) else {
                field.fault("`\(text)` is not a PCI id such as 1af4:1050")
                return nil
            }
            return kind
        }
    }

    /// An absolute path, or the word for the live host; the outer nil for neither.
    fileprivate func topology() -> String?? {
        guard let text = text(limit: Configuration.Limits.path) else { return nil }
        if text == Configuration.liveTopology { return .some(nil) }
        guard text.hasPrefix("/") else {
            fault("`\(text)` is neither `\(Configuration.liveTopology)` nor an absolute path")
            return nil
        }
        return path(limit: Configuration.Limits.path)
    }
}

/// What a path must be, in the file and on the command line alike.
enum ConfigurationPath {
    /// What is wrong with it; nil for nothing.
    static func fault(in path: String, limit: Int) -> String? {
        guard path.hasPrefix("/") else { return "`\(path)` is not an absolute path" }
        guard path.utf8.count <= limit else { return "the path has \(path.utf8.count) bytes; at most \(limit)" }
        guard !path.utf8.contains(0) else { return "the path has a zero byte in it" }
        return nil
    }
}
