import Policy
import Scheduling
import Simulation
import Topology
import Units

extension Host {
    /// Eight linked devices on two NUMA nodes with 48 cores and 512 GiB each.
    static func server(_ number: Int) -> Host {
        let nodes = [0, 1].map { node in
            NUMANode(osIndex: node, memory: .gibibytes(512), cores: BitSet((node * 48)..<((node + 1) * 48)))
        }
        var links = LinkMatrix.none(count: 8)
        for first in 0..<8 {
            for second in 0..<8 where first != second { links.bandwidth[first][second] = 400_000 }
        }
        return Host(
            name: "server-\(number)", packages: [], numaNodes: nodes,
            cores: (0..<96).map {
                Core(index: $0, processingUnits: BitSet([$0]), numaNode: $0 / 48, package: $0 / 48)
            }, coreKinds: [],
            devices: (0..<8).map { index in
                Device(
                    id: DeviceID("GPU-\(number)-\(index)"), vendor: .nvidia, model: "NVIDIA H100 80GB HBM3",
                    memory: .gibibytes(80), pciAddress: "0000:\(10 + index):00.0", numaNode: index / 4,
                    localCores: nodes[index / 4].cores, files: [], partition: nil, uuid: nil)
            }, links: links)
    }
}

/// A hundred users in four departments, who ask for what such clusters are asked for.
struct Community {
    static let policy = Policy(
        departments: (0..<4).map { number in
            Department(
                id: DepartmentID("department-\(number)"), name: "department-\(number)", weight: 1 + number, teams: [],
                members: [], quotas: [])
        }, classes: Policy.unconfigured.classes)

    private var draw = SeededGenerator(seed: 7)

    /// One reservation in four wants a whole host, half of them one device; from two minutes to 34 hours.
    mutating func next() -> Command {
        let user = UInt32.random(in: 1000..<1100, using: &draw)
        let account = Account(department: DepartmentID("department-\(user % 4)"), team: nil)
        let minutes = Int64(1) << Int64.random(in: 2...11, using: &draw)
        let request = Request(
            devices: [1, 1, 1, 1, 2, 4, 8, 8].randomElement(using: &draw) ?? 1,
            together: Bool.random(using: &draw) ? .nvlink : .any,
            span: .seconds(Int64.random(in: 30 * minutes...60 * minutes, using: &draw)))
        return .submit(request, by: Subject(user: UserID(user), accounts: [account], isAdmin: false))
    }
}
