import AllotAPI
import Storage
import Units

/// Makes an audit's entries of the journal's rows, and of nothing else.
struct AuditViews: Sendable {
    /// The rows that say who made the commands.
    let callers: [Int64: AuditEvent]

    func view(_ event: AuditEvent) -> AuditEntryView {
        let entry = event.entry
        var view = AuditEntryView(
            sequence: entry.sequence, time: DateTime(entry.at),
            outcome: AuditKind.denied.contains(entry.kind) ? .denied : .accepted, action: entry.kind)
        view.uid = entry.actor?.uid
        view.reservation = entry.reservation?.description
        view.reason = event.values[.reason].map { String(decoding: $0, as: UTF8.self) }
        view.caller = entry.caller
        if let caller = entry.caller.flatMap({ callers[$0] }), caller.entry.actor == entry.actor {
            show(caller, in: &view)
        }
        show(AuditViews.fields(entry.payload), of: entry.kind, in: &view)
        return view
    }

    private func show(_ caller: AuditEvent, in view: inout AuditEntryView) {
        view.user = caller.values[.name].map { String(decoding: $0, as: UTF8.self) }
        view.executable = caller.values[.executable].map { String(decoding: $0, as: UTF8.self) }
        view.groups = caller.values[.groups].map { groups in
            groups.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        }
        for field in AuditViews.fields(caller.entry.payload) {
            switch (field.name, field.value) {
            case ("pid", .plain(let text)): view.pid = Int64(text)
            case ("accounts", .texts(let texts)): view.accounts = texts
            case ("roles", .texts(let texts)): view.roles = texts
            case ("manages", .texts(let texts)): view.manages = texts
            default: break
            }
        }
    }

    private func show(_ fields: [Field], of kind: String, in view: inout AuditEntryView) {
        let isAuditOnly = AuditKind.denied.contains(kind) || kind == AuditKind.commandDone
        for field in fields {
            switch (field.name, field.value) {
            case ("operation", .plain(let text)) where isAuditOnly: view.operation = text
            case ("type", .plain(let text)) where isAuditOnly: view.problem = text
            case ("needed", .texts(let texts)) where isAuditOnly: view.needed = texts
            case ("count", .plain(let text)) where isAuditOnly: view.count = Int64(text)
            case ("reason", .plain(let text)) where view.reason == nil: view.reason = text
            case (let name, let value): view.changes[name] = value.text
            }
        }
    }

    /// A field of a payload.
    private struct Field {
        var name: String
        var value: Value

        enum Value {
            /// A text, or a number or a truth as it is written.
            case plain(String)
            case texts([String])
            case json(String)

            var text: String {
                switch self {
                case .plain(let text), .json(let text): String(text.prefix(Limits.auditValueCharacters))
                case .texts(let texts): String(texts.joined(separator: " ").prefix(Limits.auditValueCharacters))
                }
            }
        }
    }

    /// The fields of an object; none where it is not one.
    private static func fields(_ payload: [UInt8]) -> [Field] {
        guard let document = try? JSONScanner.scan(payload[...], limits: JSONLimits()),
            document.nodes.first?.kind == .object
        else { return [] }
        var fields: [Field] = []
        var key = 1
        for _ in 0..<document.nodes[0].count {
            let value = key + 1
            fields.append(Field(name: document.text(key), value: self.value(value, in: document)))
            key = Int(document.nodes[value].next)
        }
        return fields
    }

    private static func value(_ index: Int, in document: JSONDocument) -> Field.Value {
        let node = document.nodes[index]
        switch node.kind {
        case .string: return .plain(document.text(index))
        case .number:
            let end = Int(node.start + node.count)
            return .plain(String(decoding: document.bytes[Int(node.start)..<end], as: UTF8.self))
        case .boolean: return .plain(node.isPlain ? "true" : "false")
        case .null: return .plain("null")
        case .array:
            var texts: [String] = []
            var item = index + 1
            for _ in 0..<node.count {
                guard document.nodes[item].kind == .string else { return .json(json(index, in: document)) }
                texts.append(document.text(item))
                item = Int(document.nodes[item].next)
            }
            return .texts(texts)
        case .object: return .json(json(index, in: document))
        }
    }

    /// A value's own text: what the daemon writes has no spaces, and ends where its brackets do.
    private static func json(_ index: Int, in document: JSONDocument) -> String {
        let start = Int(document.nodes[index].start)
        var depth = 0
        var isText = false
        var position = start
        while position < document.bytes.count {
            let byte = document.bytes[position]
            position += 1
            if isText {
                if byte == UInt8(ascii: "\\") { position += 1 }
                if byte == UInt8(ascii: "\"") { isText = false }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return String(decoding: document.bytes[start..<position], as: UTF8.self) }
            default: break
            }
        }
        return ""
    }
}
