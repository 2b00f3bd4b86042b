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
            guard nodes[node].start >= taken.from, nodes[node].start < taken.until else { continue }
            nodes[node].take(devices: taken.devices, cores: taken.cores)
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
    private func isBehind(_ node: Int, _ search: HostSearch, _ best: HostKey) -> Bool {
        guard nodes[node].start < search.bound else { return nodes[node] > best }
        // How full a host is by then is not known; but what is asked for is free there, of a share on a device that
        // need not be.
        let first = (node << (node.leadingZeroBitCount - width.leadingZeroBitCount)) - width
        let least = HostKey(
            start: search.bound, devices: search.shape.share == nil ? search.shape.count : 0, cores: search.shape.cores,
            host: max(first, 0))
        return least > best
    }

    private mutating func visit(
        _ node: Int, _ search: HostSearch, _ profile: Profile, _ best: inout (key: HostKey, fit: Fit)?
    ) {
        guard nodes[node] < .never, best.map({ !isBehind(node, search, $0.key) }) ?? true else { return }
        guard node < width else {
            refine(node, search, profile)
            guard nodes[node] < .never else { return }
            if best.map({ !isBehind(node, search, $0.key) }) ?? true { look(node, search, profile, &best) }
            return
        }
        let (left, right) = (2 * node, 2 * node + 1)
        let isLeftFirst = nodes[left] < nodes[right]
        visit(isLeftFirst ? left : right, search, profile, &best)
        visit(isLeftFirst ? right : left, search, profile, &best)
        nodes[node] = min(nodes[left], nodes[right])
    }

    /// Makes a host's key exact.
    private mutating func refine(_ node: Int, _ search: HostSearch, _ profile: Profile) {
        let host = node - width
        guard !isExact[host] || nodes[node].start < search.floor else { return }
        let bound = max(nodes[node].start, search.floor)
        // Where there never is room, as while it is drained, there is none until something is given back.
        let fit = profile.earliest(shape, span: span, on: host, from: bound)
        nodes[node] = fit.map { profile.key($0) } ?? .never
        isExact[host] = true
    }

    /// Looks for the shape itself on a host.
    private func look(
        _ node: Int, _ search: HostSearch, _ profile: Profile, _ best: inout (key: HostKey, fit: Fit)?
    ) {
        let fit = profile.earliest(
            search.shape, span: search.span, on: node - width, from: max(search.bound, nodes[node].start),
            last: best?.key.start ?? .distantFuture, steps: search.steps)
        guard let fit else { return }
        let key = profile.key(fit)
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
