import Units

/// For one class of shapes, a lower bound of each host's key: a tournament, whose nodes have the least of those below.
///
/// While a profile only fills up, a shape's start on a host only moves later. So what was found there once bounds what
/// is found later, and hosts whose bound is behind the best that is known need no look (lazy evaluation, as in Minoux,
/// "Accelerated Greedy Algorithms for Maximizing Submodular Set Functions", 1978).
struct HostTree: Sendable {
    /// What is looked for to learn the bounds: no larger and no longer than any of its class.
    let shape: Shape
    let span: Span
    /// The children of `nodes[i]` are `nodes[2 * i]` and `nodes[2 * i + 1]`; hosts are the last half.
    private var nodes: [HostKey]
    /// Whether a host's key is what a search would find.
    private var isExact: [Bool]
    /// How much of `Profile.taken` it knows.
    private var known: Int
    /// The last rank that was worked out: hosts are often alike.
    private var last: (kind: Int, free: Capacity, rank: Int64)?

    /// Nothing is known but the start of the profile.
    init(_ shape: Shape, span: Span, of profile: Profile) {
        self.shape = shape
        self.span = span
        let width = HostTree.width(profile.free.count)
        nodes = Array(repeating: .never, count: 2 * width)
        isExact = Array(repeating: false, count: profile.free.count)
        known = profile.taken.count
        for (host, kind) in profile.kinds.enumerated() where shape.local[kind].isPossible {
            nodes[width + host] = HostKey(start: profile.free[host].start)
        }
        for node in (1..<width).reversed() { nodes[node] = min(nodes[2 * node], nodes[2 * node + 1]) }
    }

    /// What is known of the same shape over a shorter span holds for a longer one too.
    init(_ other: HostTree, span: Span) {
        shape = other.shape
        self.span = span
        nodes = other.nodes
        isExact = Array(repeating: false, count: other.isExact.count)
        known = other.known
    }

    private var width: Int { nodes.count / 2 }

    private static func width(_ hosts: Int) -> Int {
        var width = 1
        while width < hosts { width *= 2 }
        return width
    }

    /// The best place for a shape of the class.
    /// - Returns: nil where no host has room, ever.
    mutating func best(_ search: HostSearch, in profile: Profile) -> Fit? {
        catchUp(with: profile)
        var best = Best()
        let width = width
        visit(1, of: 0..<width, search, Least(shape: shape, span: span), profile, &best)
        return best.fit
    }

    /// What the bounds are of: handed down beside the tree, which is under change meanwhile.
    private struct Least {
        let shape: Shape
        let span: Span
    }

    /// What is found so far.
    private struct Best {
        var key = HostKey.never
        var fit: Fit?

        /// Whether no host that has this bound and is not before `host` comes before it, for a start from `bound` on.
        func isAhead(of node: HostKey, host: Int, from bound: Timestamp) -> Bool {
            guard fit != nil else { return node.start == .distantFuture }
            // What is free on a host by then is not known.
            guard node.start >= bound else { return bound > key.start }
            return !isBehind(node, host: host)
        }

        /// Of equals the first host of the list wins.
        func isBehind(_ key: HostKey, host: Int) -> Bool {
            guard let fit else { return true }
            return key == self.key ? host < fit.host : key < self.key
        }
    }

    private mutating func catchUp(with profile: Profile) {
        for taken in profile.taken[known...] {
            isExact[taken.host] = false
            var node = width + taken.host
            guard nodes[node].start >= taken.from, nodes[node].start < taken.until,
                nodes[node].rank != HostKey.unknown
            else { continue }
            nodes[node].rank = HostKey.unknown
            let key = nodes[node]
            while node > 1 {
                node /= 2
                guard key < nodes[node] else { break }
                nodes[node] = key
            }
        }
        known = profile.taken.count
    }

    /// Looks below a node that may have the best, first on the side that promises more.
    /// - Parameter hosts: those below it.
    private mutating func visit(
        _ node: Int, of hosts: Range<Int>, _ search: HostSearch, _ least: Least,
        _ profile: Profile, _ best: inout Best
    ) {
        guard hosts.count > 1 else {
            guard isExact.indices.contains(hosts.lowerBound) else { return }
            visit(node, host: hosts.lowerBound, search, least, profile, &best)
            return
        }
        let middle = hosts.lowerBound + hosts.count / 2
        let (left, right) = (2 * node, 2 * node + 1)
        let (first, second) = (nodes[left], nodes[right])
        if !(second < first) {
            if !best.isAhead(of: first, host: hosts.lowerBound, from: search.bound) {
                visit(left, of: hosts.lowerBound..<middle, search, least, profile, &best)
            }
            if !best.isAhead(of: second, host: middle, from: search.bound) {
                visit(right, of: middle..<hosts.upperBound, search, least, profile, &best)
            }
        } else {
            if !best.isAhead(of: second, host: middle, from: search.bound) {
                visit(right, of: middle..<hosts.upperBound, search, least, profile, &best)
            }
            if !best.isAhead(of: first, host: hosts.lowerBound, from: search.bound) {
                visit(left, of: hosts.lowerBound..<middle, search, least, profile, &best)
            }
        }
        nodes[node] = min(nodes[left], nodes[right])
    }

    /// Looks at a host that may be the best.
    private mutating func visit(
        _ node: Int, host: Int, _ search: HostSearch, _ least: Least, _ profile: Profile,
        _ best: inout Best
    ) {
        refine(node, host, search, least, profile)
        guard !best.isAhead(of: nodes[node], host: host, from: search.bound),
            mayLead(node, host, search, least, profile, best)
        else { return }
        look(node, host, search, least, profile, &best)
    }

    /// Makes the start of a host's key exact.
    private mutating func refine(
        _ node: Int, _ host: Int, _ search: HostSearch, _ least: Least, _ profile: Profile
    ) {
        let known = nodes[node]
        guard !isExact[host] || known.start < search.floor else { return }
        isExact[host] = true
        // Where there never is room, as while it is drained, there is none until something is given back.
        let from = max(known.start, search.floor)
        guard let fit = profile.earliest(least.shape, span: least.span, on: host, from: from) else {
            nodes[node] = .never
            return
        }
        guard fit.start != known.start else { return }
        let isSame = profile.free[host].index(at: fit.start) == profile.free[host].index(at: known.start)
        nodes[node] = HostKey(start: fit.start, rank: isSame ? known.rank : HostKey.unknown)
    }

    /// Whether a host may come before the best, by its rank too. A rank stands for as long as nothing changes there: a
    /// start that has to be later, but before the next change, has the same.
    private mutating func mayLead(
        _ node: Int, _ host: Int, _ search: HostSearch, _ least: Least, _ profile: Profile, _ best: Best
    ) -> Bool {
        let known = nodes[node].start
        let start = max(known, search.bound)
        let isSame =
            start == known || profile.free[host].index(at: start) == profile.free[host].index(at: known)
        guard isSame else { return true }
        if nodes[node].rank == HostKey.unknown {
            nodes[node].rank = rank(of: least.shape, on: host, at: known, in: profile)
        }
        return best.isBehind(HostKey(start: start, rank: nodes[node].rank), host: host)
    }

    private mutating func rank(of shape: Shape, on host: Int, at start: Timestamp, in profile: Profile) -> Int64 {
        let free = profile.free[host][profile.free[host].index(at: start)].value
        let kind = profile.kinds[host]
        if let last, last.kind == kind, last.free == free { return last.rank }
        let rank = profile.scores.rank(of: shape, on: kind, in: free)
        last = (kind, free, rank)
        return rank
    }

    /// Looks for the shape itself on a host.
    private mutating func look(
        _ node: Int, _ host: Int, _ search: HostSearch, _ least: Least, _ profile: Profile, _ best: inout Best
    ) {
        let known = nodes[node]
        let fit = profile.earliest(
            search.shape, span: search.span, on: host, from: max(search.bound, known.start),
            last: best.key.start, steps: search.steps)
        guard let fit else { return }
        let isRanked = fit.start == known.start && known.rank != HostKey.unknown
        let rank = isRanked ? known.rank : rank(of: least.shape, on: host, at: fit.start, in: profile)
        let key = HostKey(start: fit.start, rank: rank)
        if best.isBehind(key, host: host) { best = Best(key: key, fit: fit) }
    }
}

/// What is looked for.
struct HostSearch {
    var shape: Shape
    var span: Span
    /// No search that follows begins before it.
    var floor: Timestamp
    /// No start before it, for this one.
    var bound: Timestamp
    /// At most so many steps of a host are looked at.
    var steps: Int
}
