import AllotAPI
import Foundation
import Policy
import Topology

/// What the process of a simulation is told: one line of JSON, and behind it the files of the request's body.
struct SimulationOrder: Codable, Sendable {
    var query: SimulationQuery
    /// The daemon's own.
    var host: Topology.Host
    var policy: Policy
    /// Of the daemon's database; nil where the journal is not to be read.
    var folder: String?

    func line() throws -> [UInt8] {
        Array(try JSONEncoder().encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads an order and the files behind it.
    static func read(_ bytes: [UInt8]) throws -> (order: SimulationOrder, files: SimulationFiles) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let order = try JSONDecoder().decode(SimulationOrder.self, from: Data(bytes[..<end]))
        return (order, SimulationFiles(bytes[min(end + 1, bytes.count)...], query: order.query))
    }
}

/// The files of a simulation, as they stand behind each other.
struct SimulationFiles {
    /// nil where there is none.
    let policy: [UInt8]?
    let nodes: [UInt8]?
    let workload: [UInt8]

    init(_ bytes: ArraySlice<UInt8>, query: SimulationQuery) {
        policy = query.policyBytes == 0 ? nil : Array(bytes.prefix(query.policyBytes))
        let rest = bytes.dropFirst(query.policyBytes)
        nodes = query.nodesBytes == 0 ? nil : Array(rest.prefix(query.nodesBytes))
        workload = Array(rest.dropFirst(query.nodesBytes))
    }
}

/// Why something can not be simulated: which file or parameter is to blame, and how.
struct SimulationFault: Error, Codable, Hashable {
    var field: String
    var detail: String

    static let files: Set<String> = ["policy", "nodes", "workload"]
}
