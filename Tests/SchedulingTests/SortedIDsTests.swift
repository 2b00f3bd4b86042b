import Simulation
import Testing
import Units

@testable import Scheduling

@Suite struct SortedIDsTests {
    @Test func `ids stay in order whatever is taken out, and are found behind any id`() {
        var generator = SeededGenerator(seed: 3)
        var sorted = SortedIDs([3, 1, 2].map { ReservationID($0) })
        var expected = Set((1...3).map { Int64($0) })
        for number in Int64(4)...400 {
            sorted.append(ReservationID(number))
            expected.insert(number)
            let gone = Int64.random(in: 1...number, using: &generator)
            sorted.remove(ReservationID(gone))
            expected.remove(gone)
            let after = Int64.random(in: 0...number + 1, using: &generator)
            #expect(sorted.ids.map(\.number) == expected.sorted())
            #expect(sorted.after(ReservationID(after)).map(\.number) == expected.filter { $0 > after }.sorted())
        }
        #expect(sorted.after(nil).map(\.number) == expected.sorted())
    }
}
