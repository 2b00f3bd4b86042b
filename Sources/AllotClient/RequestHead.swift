import NIOHTTP1

extension HTTPRequestHead {
    init(_ call: Call) {
        self.init(version: .http1_1, method: call.method == .get ? .GET : .POST, uri: call.path)
        headers.add(name: "Host", value: "allot")
        headers.add(name: "Accept", value: "application/json, application/problem+json, */*")
        if let body = call.body {
            headers.add(name: "Content-Type", value: call.contentType)
            headers.add(name: "Content-Length", value: String(body.count))
        } else if call.method == .post {
            headers.add(name: "Content-Length", value: "0")
        }
        if let key = call.idempotencyKey { headers.add(name: "Idempotency-Key", value: key) }
        if let id = call.lastEventID { headers.add(name: "Last-Event-ID", value: String(id)) }
    }
}
