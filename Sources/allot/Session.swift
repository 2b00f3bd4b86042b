import AllotAPI
import AllotClient

/// A command's link to the daemon and to the person.
struct Session: Sendable {
    let client: AllotClient
    let output: Output
    var zone: Zone { output.style.zone }

    /// Fetches one object and shows it.
    func show<Value: CardDisplayable>(_ call: Call, as type: Value.Type) async throws {
        try show(await client.send(call), as: type)
    }

    func show<Value: CardDisplayable>(_ reply: Reply, as type: Value.Type) throws {
        try StandardOutput.write(output.render(reply, as: type))
    }
}
