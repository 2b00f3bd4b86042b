/// Finds what overlaps in one list.
struct Overlaps<Bound: Comparable> {
    /// Apart from each other, rising.
    private var taken: [(range: Range<Bound>, line: Int)] = []

    /// Whether none of the ranges shares anything with what came before; a fault of the field otherwise.
    /// - Parameter what: the word for such a field.
    mutating func check(_ field: FieldValue, _ ranges: [Range<Bound>], _ what: String) -> Bool {
        for range in ranges {
            let place = place(of: range)
            if place < taken.count, taken[place].range.overlaps(range) {
                field.fault("overlaps \(what) in line \(taken[place].line)")
                return false
            }
        }
        for range in ranges { taken.insert((range, field.position.line), at: place(of: range)) }
        return true
    }

    /// The first that does not end before the range begins.
    private func place(of range: Range<Bound>) -> Int {
        var (low, high) = (0, taken.count)
        while low < high {
            let middle = (low + high) / 2
            if taken[middle].range.upperBound > range.lowerBound { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
