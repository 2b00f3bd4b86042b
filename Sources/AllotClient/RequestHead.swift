import NIOHTTP1

extension Call {
    /// The header fields that it is sent with.
    var fields: [(name: String, value: String)] {
        var fields = [("Host", "allot"), ("Accept", "application/json, application/problem+json, */*")]
        if let body {
            fields.append(("Content-Type", contentType))
            fields.append(("Content-Length", String(body.count)))
        } else if method == .post {
            fields.append(("Content-Length", "0"))
        }
        if let idempotencyKey { fields.append(("Idempotency-Key", idempotencyKey)) }
        if let lastEventID { fields.append(("Last-Event-ID", String(lastEventID))) }
        return fields
    }

    /// The request as HTTP/1.1 has it, its body included.
    var bytes: [UInt8] {
        let lines = fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        return Array("\(method.rawValue) \(path) HTTP/1.1\r\n\(lines)\r\n".utf8) + (body ?? [])
    }
}

extension HTTPRequestHead {
    init(_ call: Call) {
        self.init(version: .http1_1, method: call.method == .get ? .GET : .POST, uri: call.path)
        for field in call.fields { headers.add(name: field.name, value: field.value) }
    }
}
