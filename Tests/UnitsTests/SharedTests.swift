import Testing
import Units

@Suite struct SharedTests {
    @Test func `a change of a copy leaves the others as they are`() {
        let first = Shared([1, 2])
        var second = first
        second.value.append(3)
        #expect(first.value == [1, 2])
        #expect(second.value == [1, 2, 3])
        second.value.removeLast()
        #expect(first == second)
        #expect(first.hashValue == second.hashValue)
    }
}
