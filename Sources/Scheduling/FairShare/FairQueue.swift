import Policy
import Units

/// The waiting reservations of one priority rank, in the order of Fair Tree, taken one at a time.
///
/// Whoever is taken is charged at once with what that reservation will cost, so that the next choice counts it: a
/// burst of one user's does not jump the line, it takes its turn. Each choice goes down the tree along the children
/// of the highest level fairness (Slurm, "Fair Tree Fairshare Algorithm"), which a heap in each node keeps on top;
/// where that ties, who has waited longest goes first.
struct FairQueue: Sendable {
    /// One that waits.
    struct Entry: Sendable {
        var id: ReservationID
        var key: UsageKey
        /// What it will cost, in the unit of `UsageLedger`.
        var cost: UInt64
    }

    private struct Node: Sendable {
        var shares: Int64
        var usage: UInt64
        /// The lowest number below it when the queue was made.
        var first: Int64
        /// Children that have somebody waiting, the next one on top.
        var heap: [Int] = []
        /// Of a user: entries that wait, the next one last.
        var entries: [Entry] = []
    }

    private var nodes: [Node] = [Node(shares: 1, usage: 0, first: 0)]

    /// - Parameters:
    ///   - entries: in any order; each user's are served by their numbers.
    ///   - shares: of everybody that waits; see `ShareTable`.
    init(_ entries: [Entry], shares: ShareTable) {
        var users: [UsageKey: Int] = [:]
        var accounts: [Account: Int] = [:]
        var departments: [DepartmentID: Int] = [:]
        for entry in entries {
            let key = entry.key
            let index: Int
            if let known = users[key] {
                index = known
            } else {
                let department = child(
                    known: &departments, key.account.department, of: 0, shares: shares.department(key.account),
                    usage: shares.usage(ofDepartment: key.account.department))
                let team = child(
                    known: &accounts, key.account, of: department, shares: shares.team(key.account),
                    usage: shares.usage(of: key.account))
                index = child(known: &users, key, of: team, shares: 1, usage: shares.usage(of: key))
            }
            nodes[index].entries.append(entry)
        }
        for index in nodes.indices where !nodes[index].entries.isEmpty {
            nodes[index].entries.sort { $0.id > $1.id }
            nodes[index].first = nodes[index].entries.last?.id.number ?? .max
        }
        // Children lie behind their parents.
        for index in nodes.indices.reversed() where !nodes[index].heap.isEmpty {
            nodes[index].first = nodes[index].heap.map { nodes[$0].first }.min() ?? .max
            for start in nodes[index].heap.indices.reversed() { sink(start, in: index) }
        }
    }

    /// The next to be served, which has been charged; nil when nobody is left.
    mutating func next() -> Entry? {
        guard !nodes[0].heap.isEmpty else { return nil }
        var path = [0]
        while let top = nodes[path[path.count - 1]].heap.first { path.append(top) }
        guard let entry = nodes[path[path.count - 1]].entries.popLast() else { return nil }
        for depth in path.indices.dropFirst().reversed() {
            let (index, parent) = (path[depth], path[depth - 1])
            let (sum, isOver) = nodes[index].usage.addingReportingOverflow(entry.cost)
            nodes[index].usage = isOver ? .max : sum
            if nodes[index].heap.isEmpty, nodes[index].entries.isEmpty {
                let last = nodes[parent].heap.removeLast()
                if !nodes[parent].heap.isEmpty { nodes[parent].heap[0] = last }
            }
            if !nodes[parent].heap.isEmpty { sink(0, in: parent) }
        }
        return entry
    }

    private mutating func child<Key: Hashable>(
        known: inout [Key: Int], _ key: Key, of parent: Int, shares: Int64, usage: UInt64
    ) -> Int {
        if let index = known[key] { return index }
        let index = nodes.count
        nodes.append(Node(shares: shares, usage: usage, first: .max))
        nodes[parent].heap.append(index)
        known[key] = index
        return index
    }

    /// Lets a child sink in its parent's heap to where it belongs.
    private mutating func sink(_ start: Int, in parent: Int) {
        var position = start
        while true {
            var best = position
            for candidate in [2 * position + 1, 2 * position + 2] where candidate < nodes[parent].heap.count {
                if comesBefore(nodes[parent].heap[candidate], nodes[parent].heap[best]) { best = candidate }
            }
            guard best != position else { return }
            nodes[parent].heap.swapAt(position, best)
            position = best
        }
    }

    /// Whether a sibling is served before another. Both are parts of the same whole, which cancels out.
    private func comesBefore(_ left: Int, _ right: Int) -> Bool {
        let (mine, theirs) = (nodes[left].shares, nodes[right].shares)
        if (mine > 0) != (theirs > 0) { return mine > 0 }
        let fairness = UInt128(mine.magnitude) * UInt128(nodes[right].usage)
        let other = UInt128(theirs.magnitude) * UInt128(nodes[left].usage)
        if mine > 0, fairness != other { return fairness > other }
        return nodes[left].first < nodes[right].first
    }
}
