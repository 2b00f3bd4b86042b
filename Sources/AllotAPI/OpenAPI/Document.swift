extension OpenAPI {
    static func makeDocument() -> [UInt8] {
        var writer = JSONWriter(capacity: 128 * 1024)
        writer.openObject()
        writer.field("openapi", "3.1.0")
        writer.name("info" as StaticString)
        writeInfo(to: &writer)
        writer.name("servers" as StaticString)
        writeServers(to: &writer)
        writer.name("security" as StaticString)
        writer.openArray()
        writer.closeArray()
        writer.name("tags" as StaticString)
        writeTags(to: &writer)
        writer.name("paths" as StaticString)
        writePaths(to: &writer)
        writer.name("components" as StaticString)
        writeComponents(to: &writer)
        writer.closeObject()
        return writer.bytes
    }

    private static func writeInfo(to writer: inout JSONWriter) {
        writer.openObject()
        writer.field("title", "Allot")
        writer.field("version", AllotVersion.current)
        writer.field("summary", "Reservations of the GPUs and CPUs of a shared machine")
        writer.field("description", description)
        writer.name("license" as StaticString)
        writer.openObject()
        writer.field("name", "Apache-2.0")
        writer.field("identifier", "Apache-2.0")
        writer.closeObject()
        writer.closeObject()
    }

    private static func writeServers(to writer: inout JSONWriter) {
        writer.openArray()
        writer.openObject()
        writer.field("url", "http://localhost")
        writer.field(
            "description",
            "HTTP/1.1 over the Unix socket /run/allot/allotd.sock, or where the daemon's configuration and a client's "
                + "ALLOT_SOCKET put it; no port is open. The Host field is needed and may be anything. "
                + "By hand: curl --unix-socket /run/allot/allotd.sock http://localhost/v1/host")
        writer.closeObject()
        writer.closeArray()
    }

    private static func writeTags(to writer: inout JSONWriter) {
        writer.openArray()
        for group in Operation.Group.allCases {
            writer.openObject()
            writer.field("name", group.rawValue)
            writer.field("description", group.description)
            writer.closeObject()
        }
        writer.closeArray()
    }

    private static func writePaths(to writer: inout JSONWriter) {
        var paths: [String] = []
        for operation in operations where !paths.contains(operation.path) { paths.append(operation.path) }
        writer.openObject()
        for path in paths {
            writer.name(path)
            writer.openObject()
            for operation in operations where operation.path == path {
                writer.name(operation.method.rawValue.lowercased())
                operation.write(to: &writer)
            }
            writer.closeObject()
        }
        writer.closeObject()
    }

    private static func writeComponents(to writer: inout JSONWriter) {
        writer.openObject()
        writer.name("schemas" as StaticString)
        writer.openObject()
        for named in schemas + problems.map(\.schema) {
            writer.name(named.name)
            named.schema.write(to: &writer)
        }
        writer.closeObject()
        writer.name("responses" as StaticString)
        writer.openObject()
        for reply in Reply.common {
            writer.name(reply.name)
            reply.write(to: &writer)
        }
        writer.closeObject()
        writer.closeObject()
    }
}

extension OpenAPI.Operation.Group {
    var description: String {
        switch self {
        case .reservations: "To ask for, look at, change and run inside reservations."
        case .policy: "Who gets what, on what terms, and who changes that."
        case .finance: "What was held, what it costs, and who is charged."
        case .machine: "What there is, and who holds it until when."
        case .operation: "The daemon itself."
        }
    }
}
