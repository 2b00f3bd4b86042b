extension Array where Element: Comparable {
    /// The `count` lowest elements in their order, without sorting the others where they are many.
    func lowest(_ count: Int) -> [Element] {
        guard count < self.count / 8 else { return Array(sorted().prefix(count)) }
        var lowest: [Element] = []
        lowest.reserveCapacity(2 * count)
        var limit: Element?
        for element in self where limit.map({ element < $0 }) ?? true {
            lowest.append(element)
            if lowest.count == 2 * count {
                lowest.sort()
                lowest.removeSubrange(count...)
                limit = lowest.last
            }
        }
        return Array(lowest.sorted().prefix(count))
    }
}
