import Foundation
import Testing
import Units

@Suite("Sets of numbers in the Linux list format")
struct BitSetTests {
    @Test(
        "read and shown alike",
        arguments: [
            ("", []), ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-1,8,10-11", [0, 1, 8, 10, 11]), ("63-64", [63, 64]),
            ("65535", [65_535]), ("0,2,4", [0, 2, 4]),
        ] as [(String, [Int])])
    func exact(_ list: String, _ numbers: [Int]) {
        let set = BitSet(list: list)
        #expect(set.map { Array($0) } == numbers)
        #expect(set?.list == list)
        #expect(set == BitSet(numbers))
        #expect(set?.count == numbers.count)
    }

    @Test(
        "other ways to write a set are read too",
        arguments: [
            ("3,1,2", "1-3"), ("0-2,1-4", "0-4"), ("5,5,5", "5"), ("7-7", "7"), ("00-03", "0-3"), ("0,1", "0-1"),
        ])
    func variant(_ list: String, _ shown: String) {
        #expect(BitSet(list: list)?.list == shown)
    }

    @Test(
        "refused",
        arguments: [
            ",", "0,", ",0", "0,,1", "-", "-1", "1-", "1-2-3", "3-1", "0-65536", "65536", "99999999999999999999", "a",
            "0x1",
            "0 1", " 0", "0\n", "1.5", "+1", "0-+3", "１", "0;1", "N",
        ])
    func refused(_ list: String) {
        #expect(BitSet(list: list) == nil)
    }

    @Test func `the algebra of sets, over words of different number`() {
        let low = BitSet([0, 63])
        let high = BitSet([63, 64, 700])
        #expect(low.union(high) == BitSet([0, 63, 64, 700]))
        #expect(high.union(low) == low.union(high))
        #expect(high.subtracting(BitSet([64, 700])) == BitSet([63]))
        #expect(low.subtracting(high) == BitSet([0]))
        #expect(low.subtracting(low) == BitSet() && low.subtracting(low).isEmpty)
        #expect(!low.isDisjoint(with: high) && low.isDisjoint(with: BitSet([64])))
        #expect(BitSet([63]).isSubset(of: high) && !high.isSubset(of: low) && BitSet().isSubset(of: BitSet()))
    }

    @Test func `equal sets are equal however they came about`() {
        var shrunk = BitSet([1, 900])
        shrunk.subtract(BitSet([900]))
        #expect(shrunk == BitSet([1]))
        #expect(shrunk.hashValue == BitSet([1]).hashValue)
        #expect(shrunk.words == [2])
    }

    @Test("what no set can hold is in none", arguments: [-1, .min, 65_536, .max])
    func outside(_ number: Int) {
        #expect(!BitSet([0, 65_535]).contains(number))
    }

    @Test func `stored as a list, and refused where it is none`() throws {
        let set = BitSet([0, 1, 2, 200])
        let json = try JSONEncoder().encode(set)
        #expect(String(decoding: json, as: UTF8.self) == "\"0-2,200\"")
        #expect(try JSONDecoder().decode(BitSet.self, from: json) == set)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(BitSet.self, from: Data("\"0-\"".utf8)) }
    }

    @Test func `random sets survive their list`() {
        // Each number is kept or left by a fixed sequence, so that runs and gaps of all lengths occur.
        var state: UInt32 = 1
        for round in 0..<50 {
            var set = BitSet()
            for number in 0..<300 {
                state = state &* 1_664_525 &+ 1_013_904_223
                if state >> 24 > 20 + UInt32(round) * 4 { set.insert(number) }
            }
            #expect(BitSet(list: set.list) == set, "round \(round)")
        }
    }
}
