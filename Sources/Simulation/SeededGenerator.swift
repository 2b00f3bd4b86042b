/// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): the same numbers for
/// the same seed, on every machine and with every version of the standard library.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1, each as likely (Lemire, "Fast Random Integer Generation in an Interval", ACM
    /// TOMACS 29(1), 2019, without his rejection: the bias is below 2^-40 for any bound here).
    public mutating func number(below bound: Int) -> Int {
        precondition(bound > 0 && bound < 1 << 24, "a bound that is small beside 2^64")
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// The elements in an order of which each is as likely (Fisher and Yates 1938; Durstenfeld 1964).
    public mutating func permuted<Element>(_ elements: [Element]) -> [Element] {
        var elements = elements
        for index in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(index, number(below: index + 1))
        }
        return elements
    }
}
