/// Folds matrices of link bandwidths into one between devices. Ends that are parts of one device (tiles) are added up.
/// A device reaches another through switches with the smaller of what the two have to them.
struct LinkFolding {
    /// What a row of a matrix stands for.
    enum End {
        case device(Int)
        /// A switch or one of its ports.
        case fabric
        /// A CPU or an object that links are not counted to.
        case none
    }

    private(set) var matrix: LinkMatrix
    private var kinds: Set<String> = []

    init(devices count: Int) {
        matrix = .none(count: count)
    }

    /// Adds a matrix, row by row, in MB/s; `values` has a row for each end. Diagonals are artificial and left out.
    mutating func add(kind: String, ends: [End], values: [UInt64]) {
        let count = ends.count
        precondition(values.count == count * count, "a value for each pair of ends")
        var folded = LinkMatrix.none(count: matrix.bandwidth.count).bandwidth
        for row in 0..<count {
            guard case .device(let from) = ends[row] else { continue }
            for column in 0..<count {
                guard case .device(let to) = ends[column], from != to else { continue }
                folded[from][to] += LinkFolding.clamped(values[row * count + column])
            }
        }
        addFabric(ends, values, to: &folded)
        var hasLinks = false
        for from in folded.indices {
            for to in folded.indices where folded[from][to] > 0 {
                matrix.bandwidth[from][to] = max(matrix.bandwidth[from][to], folded[from][to])
                hasLinks = true
            }
        }
        guard hasLinks else { return }
        kinds.insert(kind)
        matrix.kind = kinds.sorted().joined(separator: "+")
    }

    /// What devices reach through the switches: all ports are one fabric, since no source tells of the trunks that
    /// join the switches of one machine (a DGX-2's two boards).
    private func addFabric(_ ends: [End], _ values: [UInt64], to folded: inout [[Int]]) {
        let ports = ends.indices.filter { if case .fabric = ends[$0] { true } else { false } }
        var up = [Int](repeating: 0, count: folded.count)
        var down = up
        for (row, end) in ends.enumerated() {
            guard case .device(let index) = end else { continue }
            for port in ports {
                up[index] += LinkFolding.clamped(values[row * ends.count + port])
                down[index] += LinkFolding.clamped(values[port * ends.count + row])
            }
        }
        for from in folded.indices {
            for to in folded.indices where from != to { folded[from][to] += min(up[from], down[to]) }
        }
    }

    private static func clamped(_ value: UInt64) -> Int { Int(min(value, Limits.linkBandwidth)) }
}
