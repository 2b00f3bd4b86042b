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
            nodes[width + host] = HostKey(start: profile.free[host].start, host: host)
        }
        for node in (1..<width).reversed() { nodes[node] = min(nodes[2 * node], nodes[2 * node + 1]) }
    }

    /// What is known of the same shape over a shorter span holds for a longer one too.
    init(_ other: HostTree, span: Span) {
        self = HostTree(
            shape: other.shape, span: span, nodes: other.nodes, hosts: other.isExact.count, known: other.known)
    }

    private init(shape: Shape, span: Span, nodes: [HostKey], hosts: Int, known: Int) {
        self.shape = shape
        self.span = span
        self.nodes = nodes
        isExact = Array(repeating: false, count: hosts)
        self.known = known
    }

    /// The best place for a shape of the class.
    /// - Returns: nil where no host has room, ever.
    mutating func best(_ search: HostSearch, in profile: Profile) -> Fit? {
        catchUp(with: profile)
        var best: (key: HostKey, fit: Fit)?
        visit(1, search, profile, &best)
        return best?.fit
    }

    private var width: Int { nodes.count / 2 }

    private static func width(_ hosts: Int) -> Int {
        var width = 1
        while width < hosts { width *= 2 }
        return width
    }

    private mutating func catchUp(with profile: Profile) {
        for taken in profile.taken[known...] {
            isExact[taken.host] = false
            var node = width + taken.host
            guard nodes[node].start >= taken.from, nodes[node].start < taken.until,
                nodes[node].rank != HostKey.unknown
            else { continue }
            nodes[node].rank = HostKey.unknown
            while node > 1 {
                node /= 2
                let least = min(nodes[2 * node], nodes[2 * node + 1])
                guard nodes[node] != least else { break }
                nodes[node] = least
            }
        }
        known = profile.taken.count
    }

    /// Whether no host of this bound comes before the best.
    private func isBehind(_ node: Int, _ search: HostSearch, _ best: HostKey?) -> Bool {
        guard let best else { return nodes[node].start == .distantFuture }
        guard nodes[node].start < search.bound else { return nodes[node] > best }
        // What is free on a host by then is not known.
        return search.bound > best.start
    }

    private mutating func visit(
        _ node: Int, _ search: HostSearch, _ profile: Profile, _ best: inout (key: HostKey, fit: Fit)?
    ) {
        guard !isBehind(node, search, best?.key) else { return }
        guard node < width else {
            refine(node, search, profile)
            guard !isBehind(node, search, best?.key), mayLead(node, search, profile, best?.key) else { return }
            look(node, search, profile, &best)
            return
        }
        let (left, right) = (2 * node, 2 * node + 1)
        let isLeftFirst = nodes[left] < nodes[right]
        visit(isLeftFirst ? left : right, search, profile, &best)
        visit(isLeftFirst ? right : left, search, profile, &best)
        nodes[node] = min(nodes[left], nodes[right])
    }

    /// Makes the start of a host's key exact.
    private mutating func refine(_ node: Int, _ search: HostSearch, _ profile: Profile) {
        let host = node - width
        let known = nodes[node]
        guard !isExact[host] || known.start < search.floor else { return }
        isExact[host] = true
        // Where there never is room, as while it is drained, there is none until something is given back.
        guard let fit = profile.earliest(shape, span: span, on: host, from: max(known.start, search.floor)) else {
            nodes[node] = .never
            return
        }
        guard fit.start != known.start else { return }
        let isSame = profile.free[host].index(at: fit.start) == profile.free[host].index(at: known.start)
        nodes[node] = HostKey(start: fit.start, rank: isSame ? known.rank : HostKey.unknown, host: host)
    }

    /// Whether a host may come before the best, by its rank too. A rank stands for as long as nothing changes there: a
    /// start that has to be later, but before the next change, has the same.
    private mutating func mayLead(
        _ node: Int, _ search: HostSearch, _ profile: Profile, _ best: HostKey?
    ) -> Bool {
        let (host, known) = (node - width, nodes[node].start)
        let start = max(known, search.bound)
        let isSame =
            start == known || profile.free[host].index(at: start) == profile.free[host].index(at: known)
        guard isSame else { return true }
        if nodes[node].rank == HostKey.unknown { nodes[node].rank = rank(on: host, at: known, in: profile) }
        return best.map { HostKey(start: start, rank: nodes[node].rank, host: host) < $0 } ?? true
    }

    private mutating func rank(on host: Int, at start: Timestamp, in profile: Profile) -> Int64 {
        let free = profile.free[host][profile.free[host].index(at: start)].value
        let kind = profile.kinds[host]
        if let last, last.kind == kind, last.free == free { return last.rank }
        let rank = profile.scores.rank(of: shape, on: kind, in: free)
        last = (kind, free, rank)
        return rank
    }

    /// Looks for the shape itself on a host.
    private mutating func look(
        _ node: Int, _ search: HostSearch, _ profile: Profile, _ best: inout (key: HostKey, fit: Fit)?
    ) {
        let (host, known) = (node - width, nodes[node])
        let fit = profile.earliest(
            search.shape, span: search.span, on: host, from: max(search.bound, known.start),
            last: best?.key.start ?? .distantFuture, steps: search.steps)
        guard let fit else { return }
        let isRanked = fit.start == known.start && known.rank != HostKey.unknown
        let rank = isRanked ? known.rank : rank(on: host, at: fit.start, in: profile)
        let key = HostKey(start: fit.start, rank: rank, host: host)
        if best.map({ key < $0.key }) ?? true { best = (key, fit) }
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
