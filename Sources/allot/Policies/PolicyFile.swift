import AllotAPI
import AllotClient
import Policy

/// A policy's file, and the machine's that it is checked for.
struct PolicyFile {
    let path: String

    enum Fault: Error {
        /// It cannot be read, or is no JSON of a machine.
        case unreadable(Failure)
        case faults(path: String, DocumentFaults)
    }

    init(_ path: String) {
        self.path = path
    }

    /// Reads and checks the text alone.
    func read() throws(Fault) -> PolicyText {
        let bytes = try PolicyFile.bytes(path)
        do throws(DocumentFaults) {
            return try PolicyText(yaml: bytes, name: InputFile.name(path))
        } catch {
            throw .faults(path: path, error)
        }
    }

    /// The policy that the daemon has.
    static func holding(_ session: Session) async throws -> PolicyText {
        let view = try await session.client.send(.get(Route.policy())).decode(PolicyView.self)
        do throws(DocumentFaults) {
            return try PolicyText(yaml: Array(view.text.utf8), name: "the daemon's policy")
        } catch {
            throw Fault.faults(path: "the daemon's policy", error)
        }
    }

    /// What `allot host --output json` has written.
    static func inventory(_ path: String) throws(Fault) -> Inventory {
        let bytes = try bytes(path)
        do {
            let host = try Reply(status: 200, contentType: "application/json", body: bytes).decode(HostView.self)
            return Inventory(host)
        } catch {
            throw .unreadable(
                Failure(
                    .failed, "\(InputFile.name(path)): \(error)",
                    hint: "It has to be what this writes: allot host --output json"))
        }
    }

    private static func bytes(_ path: String) throws(Fault) -> [UInt8] {
        do throws(Failure) {
            return try InputFile(path).read()
        } catch {
            throw .unreadable(error)
        }
    }
}

extension Inventory {
    init(_ host: HostView) {
        var islands = Array(host.devices.indices)
        func root(_ device: Int) -> Int {
            var root = device
            while islands[root] != root { root = islands[root] }
            return root
        }
        // Devices keep their indexes when others are gone, so that these are no positions in the list.
        let positions = Dictionary(host.devices.enumerated().map { ($1.index, $0) }) { first, _ in first }
        for (position, device) in host.devices.enumerated() {
            for other in device.links.compactMap({ positions[$0.device] }) { islands[root(position)] = root(other) }
        }
        self.init(
            devices: host.devices.enumerated().map { index, device in
                Device(
                    model: device.model, numaNode: device.numaNode,
                    island: device.links.isEmpty ? nil : root(index))
            })
    }
}
