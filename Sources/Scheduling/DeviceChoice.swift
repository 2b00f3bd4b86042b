import Topology
import Units

/// Which of the free devices of a host: every choice is scored, over classes of devices that are equivalent.
///
/// Devices are equivalent where one in the other's place changes no score: of one model and one NUMA node, and as well
/// linked to all others as to each other. So on a host with switched links there are as many choices as there are ways
/// to take so many from each NUMA node, and where no two devices are alike, all subsets are looked at.
///
/// A choice is scored as in NVIDIA's go-gpuallocator, by the links between each two of its devices, and then by what it
/// leaves, which its `BestEffortPolicy` reads off the best partition of all devices and this off the groups that stay.
struct DeviceChoice: Sendable {
    /// Each by rising index.
    private let classes: [DeviceSet]
    /// MB/s between two devices of two classes, or of one.
    private let bandwidth: [[Int]]
    /// By class, the NUMA group that its devices are in.
    private let node: [Int]
    /// Cells, islands and NUMA groups: those that are to stay whole.
    private let groups: [DeviceSet]
    /// By class, the positions of its groups.
    private let groupsOf: [[Int]]

    /// What a choice is worth; the greatest wins. The criteria weigh in this order: each decides only between choices
    /// that are equal in those before it.
    struct Score: Comparable, Sendable {
        /// The request's own locality: the sum over each two of the chosen devices of the direct links between them, in
        /// MB/s.
        var links = 0
        /// Its own locality again: NUMA nodes that the chosen devices are on, the fewer the better.
        var nodes = 0
        /// What is left for others: the sum over cells, islands and NUMA groups of the square of what is free there. A
        /// square is greater in one piece than in two, so whole groups stay whole.
        var intactness = 0

        static func < (left: Score, right: Score) -> Bool {
            (left.links, -left.nodes, left.intactness) < (right.links, -right.nodes, right.intactness)
        }
    }

    init(host: Host, cells: [DeviceSet], islands: [DeviceSet], numaGroups: [DeviceSet]) {
        func link(_ first: Int, _ second: Int) -> Int { first == second ? 0 : host.links.bandwidth(first, second) }
        func areAlike(_ first: Int, _ second: Int) -> Bool {
            cells.contains { $0.contains(first) && $0.contains(second) }
                && host.devices.indices.allSatisfy {
                    $0 == first || $0 == second || link(first, $0) == link(second, $0)
                }
        }
        var classes: [[Int]] = []
        for device in host.devices.indices {
            if let known = classes.firstIndex(where: { areAlike($0[0], device) }) {
                classes[known].append(device)
            } else {
                classes.append([device])
            }
        }
        self.classes = classes.map { DeviceSet($0) }
        bandwidth = classes.map { own in
            classes.map { other in
                own == other ? (own.count > 1 ? link(own[0], own[1]) : 0) : link(own[0], other[0])
            }
        }
        let groups = cells + islands + numaGroups
        self.groups = groups
        node = classes.map { own in numaGroups.firstIndex { $0.contains(own[0]) } ?? 0 }
        groupsOf = classes.map { own in groups.indices.filter { groups[$0].contains(own[0]) } }
    }

    /// The best `count` devices of one of the pools, where one of them has so many and there are not too many choices
    /// to look at them all; nil otherwise.
    /// - Parameter free: what is free now, the pools included: what is not chosen is left.
    func best(_ count: Int, of pools: [DeviceSet], free: DeviceSet) -> DeviceSet? {
        let counts = pools.map { pool in classes.map { $0.intersection(pool).count } }
        guard counts.reduce(0, { $0 + ways(count, of: $1) }) <= Limits.deviceChoices else { return nil }
        var best: (score: Score, chosen: [Int], pool: DeviceSet)?
        for (pool, available) in zip(pools, counts) where available.reduce(0, +) >= count {
            var search = Search(choice: self, available: available, free: free)
            search.look(from: 0, left: count)
            guard let found = search.best, best.map({ found.score > $0.score }) ?? true else { continue }
            best = (found.score, found.chosen, pool)
        }
        return best.map { best in
            zip(classes, best.chosen).reduce(DeviceSet()) { chosen, part in
                chosen.union(part.0.intersection(best.pool).first(part.1))
            }
        }
    }

    /// In how many ways so many can be taken of the classes.
    private func ways(_ count: Int, of available: [Int]) -> Int {
        var ways = [Int](repeating: 0, count: count + 1)
        ways[0] = 1
        for most in available where most > 0 {
            for taken in stride(from: count, to: 0, by: -1) {
                for own in 1...min(most, taken) { ways[taken] += ways[taken - own] }
                ways[taken] = min(ways[taken], Limits.deviceChoices + 1)
            }
        }
        return ways[count]
    }

    /// Takes of one class after the other.
    private struct Search {
        let choice: DeviceChoice
        let available: [Int]
        /// Free devices of each class behind a position.
        private let behind: [Int]
        private var free: [Int]
        private var chosen: [Int]
        private var links = 0
        private(set) var best: (score: Score, chosen: [Int])?

        init(choice: DeviceChoice, available: [Int], free: DeviceSet) {
            self.choice = choice
            self.available = available
            self.free = choice.groups.map { $0.intersection(free).count }
            chosen = [Int](repeating: 0, count: available.count)
            var behind = [Int](repeating: 0, count: available.count + 1)
            for index in available.indices.reversed() { behind[index] = behind[index + 1] + available[index] }
            self.behind = behind
        }

        mutating func look(from index: Int, left: Int) {
            guard left > 0 else {
                let score = Score(
                    links: links, nodes: nodes, intactness: free.reduce(0) { $0 + $1 * $1 })
                if best.map({ score > $0.score }) ?? true { best = (score, chosen) }
                return
            }
            guard left <= behind[index] else { return }
            let before = links
            // The most first, so that of equal choices the one with the lowest indexes is found first.
            for taken in stride(from: min(available[index], left), through: 0, by: -1) {
                take(taken, of: index)
                look(from: index + 1, left: left - taken)
                take(-taken, of: index)
                links = before
            }
        }

        private var nodes: Int {
            Set(chosen.indices.lazy.filter { chosen[$0] > 0 }.map { choice.node[$0] }).count
        }

        private mutating func take(_ count: Int, of index: Int) {
            chosen[index] += count
            for group in choice.groupsOf[index] { free[group] -= count }
            guard count > 0 else { return }
            links += count * (count - 1) / 2 * choice.bandwidth[index][index]
            for other in 0..<index where chosen[other] > 0 {
                links += count * chosen[other] * choice.bandwidth[index][other]
            }
        }
    }
}
