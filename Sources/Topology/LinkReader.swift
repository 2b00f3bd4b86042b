import CHwloc
import Units

/// Reads the link matrices of a topology.
struct LinkReader {
    private let topology: HwlocTopology

    init(_ topology: HwlocTopology) {
        self.topology = topology
    }

    func links(_ devices: [FoundDevice]) -> LinkMatrix {
        var folding = LinkFolding(devices: devices.count)
        guard devices.count > 1 else { return folding.matrix }
        var indexOfObject: [HwlocObject: Int] = [:]
        for (index, found) in devices.enumerated() {
            for object in found.objects { indexOfObject[object] = index }
        }
        let matrices = distances()
        defer { for matrix in matrices { hwloc_distances_release(topology.handle, matrix) } }
        let named = matrices.compactMap { matrix in
            source(matrix, devices, indexOfObject).map { (matrix: matrix, source: $0) }
        }
        let kindsWithBandwidth = Set(named.filter { !$0.source.isHops }.map(\.source.kind))
        for (matrix, source) in named where !(source.isHops && kindsWithBandwidth.contains(source.kind)) {
            let count = Int(matrix.pointee.nbobjs)
            let ends = (0..<count).map { matrix.pointee.objs[$0].map { end(HwlocObject($0), indexOfObject) } ?? .none }
            let values = (0..<count * count).map { slot in
                let value = matrix.pointee.values[slot]
                return source.isHops ? (value == 1 ? LinkReader.nominalXGMIBandwidth : 0) : value
            }
            folding.add(kind: source.kind, ends: ends, values: values)
        }
        return folding.matrix
    }

    /// hwloc itself gives each direct XGMI link this nominal figure; exports with hops alone are from before it did.
    static let nominalXGMIBandwidth: UInt64 = 100_000

    private struct Source {
        var kind: String
        var isHops: Bool
    }

    /// What a matrix tells of, by its name; by its objects where it has none (hwloc before 2.1 wrote no names).
    private func source(
        _ matrix: UnsafeMutablePointer<hwloc_distances_s>, _ devices: [FoundDevice], _ indexOfObject: [HwlocObject: Int]
    ) -> Source? {
        guard matrix.pointee.nbobjs <= Limits.linkObjects else { return nil }
        switch HwlocText.of(hwloc_distances_get_name(topology.handle, matrix)) {
        case "NVLinkBandwidth": return Source(kind: "NVLink", isHops: false)
        case "XGMIBandwidth": return Source(kind: "XGMI", isHops: false)
        case "XeLinkBandwidth": return Source(kind: "XeLink", isHops: false)
        case "XGMIHops": return Source(kind: "XGMI", isHops: true)
        case nil: break
        default: return nil
        }
        guard matrix.pointee.kind & UInt(HWLOC_DISTANCES_KIND_MEANS_BANDWIDTH.rawValue) != 0 else { return nil }
        for slot in 0..<Int(matrix.pointee.nbobjs) {
            guard let object = matrix.pointee.objs[slot], let index = indexOfObject[HwlocObject(object)] else {
                continue
            }
            switch devices[index].device.vendor {
            case .nvidia: return Source(kind: "NVLink", isHops: false)
            case .amd: return Source(kind: "XGMI", isHops: false)
            case .intel: return Source(kind: "XeLink", isHops: false)
            case .other: return nil
            }
        }
        return nil
    }

    /// A device, else a switch where it is some other PCI function; CPUs and NUMA nodes are left out.
    private func end(_ object: HwlocObject, _ indexOfObject: [HwlocObject: Int]) -> LinkFolding.End {
        var next: HwlocObject? = object
        while let current = next, hwloc_obj_type_is_io(current.type) != 0 {
            if let index = indexOfObject[current] { return .device(index) }
            next = current.parent
        }
        return object.type == HWLOC_OBJ_PCI_DEVICE ? .fabric : .none
    }

    private func distances() -> [UnsafeMutablePointer<hwloc_distances_s>] {
        var count: UInt32 = 0
        guard hwloc_distances_get(topology.handle, &count, nil, 0, 0) == 0, count > 0 else { return [] }
        var matrices = [UnsafeMutablePointer<hwloc_distances_s>?](repeating: nil, count: Int(count))
        guard hwloc_distances_get(topology.handle, &count, &matrices, 0, 0) == 0 else { return [] }
        return matrices.compactMap { $0 }
    }
}
