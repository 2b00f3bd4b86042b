import Units

/// Which host has room for a shape first, without a look at each: a `HostTree` for each class of shapes and spans.
struct HostIndex: Sendable {
    /// By class, those for shorter spans first.
    private var places: [Class: [Int]] = [:]
    private var trees: [HostTree] = []
    /// `Profile.loosened` when it was begun.
    private var loosened = 0

    /// Shapes that are told apart by little: cores and memory by steps of an eighth to a quarter.
    private struct Class: Hashable {
        var count: Int
        var cores: Int
        var memory: Int64
        var share: DeviceShare?
        var local: [Shape.Local]
    }

    /// The best place; nil where no host has room, ever.
    mutating func best(_ search: HostSearch, in profile: Profile) -> Fit? {
        if loosened != profile.loosened { self = HostIndex(loosened: profile.loosened) }
        let tree = tree(for: search, in: profile)
        return trees[tree].best(search, in: profile)
    }

    init() {}

    private init(loosened: Int) { self.loosened = loosened }

    private mutating func tree(for search: HostSearch, in profile: Profile) -> Int {
        let shape = search.shape
        let own = Class(
            count: shape.count, cores: Int(HostIndex.rounded(Int64(shape.cores), bits: 3)),
            memory: HostIndex.rounded(shape.memory, bits: 3), share: shape.share, local: shape.local)
        let span = Span(milliseconds: HostIndex.rounded(search.span.milliseconds, bits: Limits.spanBits))
        let known = places[own] ?? []
        let shorter = known.lastIndex { trees[$0].span <= span }
        if let shorter, trees[known[shorter]].span == span { return known[shorter] }
        if (trees.count + 1) * profile.free.count > Limits.indexedBounds {
            self = HostIndex(loosened: loosened)
            return tree(for: search, in: profile)
        }
        let representative = Shape(
            count: own.count, cores: own.cores, memory: own.memory, counted: .nothing, share: own.share,
            local: own.local)
        trees.append(
            shorter.map { HostTree(trees[known[$0]], span: span) }
                ?? HostTree(representative, span: span, of: profile))
        places[own, default: []].insert(trees.count - 1, at: shorter.map { $0 + 1 } ?? 0)
        return trees.count - 1
    }

    /// Keeps the highest bits: a number that is less by a part at most.
    private static func rounded(_ number: Int64, bits: Int) -> Int64 {
        let dropped = Int64.bitWidth - max(number, 0).leadingZeroBitCount - bits
        return dropped > 0 ? (number >> Int64(dropped)) << Int64(dropped) : number
    }
}
