import Foundation
import Testing
import Units

@Suite("Sets of devices")
struct DeviceSetTests {
    @Test("the first devices", arguments: [(0, 0), (1, 1), (64, 64), (127, 127), (128, 128)])
    func first(_ count: Int, _ members: Int) {
        let set = DeviceSet(first: count)
        #expect(set.count == members)
        #expect(Array(set) == Array(0..<count))
        #expect(set.isEmpty == (count == 0))
        #expect(!set.contains(count))
    }

    @Test("membership at the ends", arguments: [0, 1, 63, 64, 127])
    func member(_ index: Int) {
        var set = DeviceSet()
        #expect(!set.contains(index))
        set.insert(index)
        set.insert(index)
        #expect(set.contains(index) && set.count == 1 && Array(set) == [index])
    }

    @Test("what no set can hold is in none", arguments: [128, 129, 1000, .max, -1, .min])
    func outside(_ index: Int) {
        #expect(!DeviceSet(first: DeviceSet.limit).contains(index))
    }

    @Test func `the algebra of sets`() {
        let low = DeviceSet([0, 1, 2, 127])
        let high = DeviceSet([2, 3, 127])
        #expect(Array(low.union(high)) == [0, 1, 2, 3, 127])
        #expect(Array(low.intersection(high)) == [2, 127])
        #expect(Array(low.subtracting(high)) == [0, 1])
        #expect(!low.isDisjoint(with: high))
        #expect(DeviceSet([0]).isDisjoint(with: DeviceSet([1])))
        #expect(DeviceSet().isDisjoint(with: DeviceSet()))
        #expect(DeviceSet([2]).isSubset(of: high) && DeviceSet().isSubset(of: DeviceSet()))
        #expect(!low.isSubset(of: high))
        #expect(low == DeviceSet([127, 2, 1, 0, 0]))
    }

    @Test(
        "stored as a list of indexes",
        arguments: [([], "[]"), ([0], "[0]"), ([127, 3], "[3,127]")] as [([Int], String)])
    func stored(_ indexes: [Int], _ json: String) throws {
        let set = DeviceSet(indexes)
        #expect(String(decoding: try JSONEncoder().encode(set), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(DeviceSet.self, from: Data(json.utf8)) == set)
    }

    @Test(
        "a stored index outside the limit is refused",
        arguments: ["[128]", "[-1]", "[0,9999999]", "[\"1\"]", "{}", "[1.5]"])
    func refused(_ json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(DeviceSet.self, from: Data(json.utf8)) }
    }
}
