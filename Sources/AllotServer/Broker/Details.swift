import AllotAPI
import Enforcement
import Storage

/// What is personal about a reservation: never in an event, erasable in the store.
struct Details: Sendable, Hashable {
    /// nil where there is none, and after the end.
    var command: BatchCommand?
    var tags: [String: String] = [:]
    /// Why somebody ended or extended it.
    var reason: String?

    /// As fields of the event that brings them.
    var fields: [PersonalField] {
        var fields: [PersonalField] = []
        if let command {
            fields.append(PersonalField(name: .command, value: Details.json(command)))
            if !command.environment.isEmpty {
                fields.append(PersonalField(name: .environment, value: Details.json(command.environment)))
            }
        }
        if !tags.isEmpty { fields.append(PersonalField(name: .tags, value: Details.json(tags))) }
        if let reason { fields.append(PersonalField(name: .reason, value: Array(reason.utf8))) }
        return fields
    }

    init(command: BatchCommand? = nil, tags: [String: String] = [:], reason: String? = nil) {
        self.command = command
        self.tags = tags
        self.reason = reason
    }

    /// Puts together what `fields` made; a field that is gone, or no JSON of ours, is left out.
    init(fields: [PersonalField]) {
        for field in fields {
            switch field.name {
            case .command: command = try? Details.command(field.value, environment: command?.environment ?? [:])
            case .environment: command?.environment = (try? Details.texts(field.value)) ?? [:]
            case .tags: tags = (try? Details.texts(field.value)) ?? [:]
            case .reason: reason = String(decoding: field.value, as: UTF8.self)
            default: break
            }
        }
    }

    private static func json(_ texts: [String: String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.openObject()
        for (name, value) in texts.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            writer.string(value)
        }
        writer.closeObject()
        return writer.bytes
    }

    private static func json(_ command: BatchCommand) -> [UInt8] {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("arguments", command.arguments)
        writer.field("directory", command.directory)
        writer.closeObject()
        return writer.bytes
    }

    private static func texts(_ json: [UInt8]) throws(AllotAPI.JSONFault) -> [String: String] {
        var reader = JSONReader(json)
        var texts: [String: String] = [:]
        try reader.object { name, reader throws(AllotAPI.JSONFault) in texts[name.text] = try reader.string() }
        return texts
    }

    private static func command(_ json: [UInt8], environment: [String: String]) throws(AllotAPI.JSONFault)
        -> BatchCommand
    {
        var reader = JSONReader(json)
        var command = BatchCommand(arguments: [], environment: environment, directory: nil)
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            switch name {
            case "arguments": command.arguments = try reader.strings()
            case "directory": command.directory = try reader.string()
            default: try reader.skip()
            }
        }
        return command
    }
}
