import Units

/// Direct links between the devices of a host, switches folded in.
public struct LinkMatrix: Sendable, Hashable, Codable {
    /// The kind of links: `NVLink`, `XGMI`, `XeLink`; nil where there are none.
    public var kind: String?
    /// Row by row, by device index: bandwidth in MB/s as hwloc tells it, 0 for no direct link and on the diagonal.
    public var bandwidth: [[Int]]

    public init(kind: String?, bandwidth: [[Int]]) {
        self.kind = kind
        self.bandwidth = bandwidth
    }

    /// A matrix of `count` devices without links.
    public static func none(count: Int) -> LinkMatrix {
        LinkMatrix(kind: nil, bandwidth: Array(repeating: Array(repeating: 0, count: count), count: count))
    }

    /// The same links among devices in another order.
    /// - Parameter places: of each device the index that it has here; nil for one that has no links.
    public func arranged(_ places: [Int?]) -> LinkMatrix {
        LinkMatrix(
            kind: kind,
            bandwidth: places.map { row in
                places.map { column in
                    guard let row, let column else { return 0 }
                    return bandwidth[row][column]
                }
            })
    }

    /// MB/s between two devices, both directions' smaller; 0 for no direct link.
    public func bandwidth(_ first: Int, _ second: Int) -> Int {
        min(bandwidth[first][second], bandwidth[second][first])
    }

    /// The groups of devices that links join, directly or over another device: each device is in exactly one.
    public var islands: [DeviceSet] {
        var islands: [DeviceSet] = []
        var seen = DeviceSet()
        for start in bandwidth.indices where !seen.contains(start) {
            var island = DeviceSet([start])
            var frontier = [start]
            while let device = frontier.popLast() {
                for other in bandwidth.indices where !island.contains(other) && bandwidth(device, other) > 0 {
                    island.insert(other)
                    frontier.append(other)
                }
            }
            seen = seen.union(island)
            islands.append(island)
        }
        return islands
    }
}
