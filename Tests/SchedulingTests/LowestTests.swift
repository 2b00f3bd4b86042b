import Testing

@testable import Scheduling

@Suite struct LowestTests {
    @Test(arguments: [0, 1, 2, 63, 64, 65, 1000])
    func `the lowest are those that sorting all gives`(count: Int) {
        var generator = SeededGenerator(seed: 7)
        for size in [0, 1, 10, 511, 512, 513, 3000] {
            let numbers = (0..<size).map { _ in Int.random(in: 0..<500, using: &generator) }
            #expect(numbers.lowest(count) == Array(numbers.sorted().prefix(count)))
        }
    }
}
