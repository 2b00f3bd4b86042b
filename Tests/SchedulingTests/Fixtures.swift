import Policy
import Scheduling
import Topology
import Units

extension Host {
    /// Two NUMA nodes with `cores` cores and 64 GiB each; the devices split evenly, all of an island of four linked.
    /// - Parameter second: the model of the second half; nil for the same.
    static func sample(
        devices count: Int, cores: Int = 16, model: String = "NVIDIA H100 80GB HBM3", second: String? = nil
    ) -> Host {
        let nodes = [0, 1].map { node in
            NUMANode(osIndex: node, memory: .gibibytes(64), cores: BitSet((node * cores)..<((node + 1) * cores)))
        }
        let allCores = (0..<(2 * cores)).map {
            Core(index: $0, processingUnits: BitSet([$0, $0 + 2 * cores]), numaNode: $0 / cores, package: $0 / cores)
        }
        let devices = (0..<count).map { index in
            let node = index * 2 / max(count, 1)
            return Device(
                id: DeviceID("GPU-\(index)"), vendor: .nvidia,
                model: node == 0 ? model : second ?? model, memory: .gibibytes(80),
                pciAddress: "0000:\(10 + index):00.0", numaNode: node, localCores: nodes[node].cores,
                files: ["/dev/nvidia\(index)"], partition: nil, uuid: "GPU-\(index)")
        }
        var links = LinkMatrix.none(count: count)
        links.kind = "NVLink"
        for first in 0..<count {
            for second in 0..<count where first != second && first / 4 == second / 4 {
                links.bandwidth[first][second] = 400_000
            }
        }
        return Host(
            name: "sample", packages: [], numaNodes: nodes, cores: allCores, coreKinds: [], devices: devices,
            links: links)
    }
}

extension Subject {
    /// An ordinary user of the default department.
    static func user(_ uid: UInt32) -> Subject {
        Subject(
            user: UserID(uid), accounts: [Account(department: DepartmentID("default"), team: nil)], isAdmin: false)
    }

    static let admin = Subject(
        user: .root, accounts: [Account(department: DepartmentID("default"), team: nil)], isAdmin: true)
}

extension Timestamp {
    /// 2026-11-02T09:00:00Z.
    static let monday = Timestamp(milliseconds: 1_793_610_000_000)
}

extension Event {
    /// The planned start that a submission's owner was told; nil for one that starts at once.
    var told: Timestamp? {
        if case .submitted(let reservation) = self { reservation.firstForecast } else { nil }
    }
}

extension Engine {
    /// An engine over a sample host with eight linked devices.
    static func sample(devices: Int = 8) -> Engine {
        Engine(host: .sample(devices: devices), policy: .unconfigured, time: .monday)
    }
}
