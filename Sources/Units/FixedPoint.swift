/// Decimal numbers as whole numbers of their smallest part: exact, never by way of floating point.
enum FixedPoint {
    /// Reads `2`, `2.5` or `0.25` as so many parts, of which ten to the power of `places` make one. nil for anything
    /// else: a sign, a leading zero, a point without digits on both sides, more decimals, over an Int64.
    static func parts(_ text: String, places: Int) -> Int64? {
        let halves = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let whole = halves.first, (1...2).contains(halves.count), halves.allSatisfy({ !$0.isEmpty }) else {
            return nil
        }
        guard whole.count == 1 || whole.first != UInt8(ascii: "0") else { return nil }
        let decimals = halves.count == 2 ? Array(halves[1]) : []
        guard decimals.count <= places else { return nil }
        let zeros = Array(repeating: UInt8(ascii: "0"), count: places - decimals.count)
        let digits = Array(whole) + decimals + zeros
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// The decimal number, with `shortest` decimals at least and otherwise no zeros at its end.
    static func text(_ parts: Int64, places: Int, shortest: Int) -> String {
        let digits = String(parts.magnitude)
        let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
        var decimals = padded.suffix(places)
        while decimals.count > shortest, decimals.last == "0" { decimals.removeLast() }
        return (parts < 0 ? "-" : "") + padded.dropLast(places) + (decimals.isEmpty ? "" : "." + decimals)
    }
}
