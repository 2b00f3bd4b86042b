import Testing
import Units

@Suite struct StepFunctionTests {
    private static func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    /// What it is at each of the first thirty milliseconds.
    private static func values(_ function: StepFunction<Int>) -> [Int] {
        (0..<30).map { function[function.index(at: time($0))].value }
    }

    @Test func `changes over random intervals are those of a list of moments`() {
        var function = StepFunction(from: Self.time(0), 0)
        var moments = [Int](repeating: 0, count: 30)
        for round in Int64(0)..<200 {
            let (from, until) = (round * 7 % 31 - 1, round * 11 % 37)
            function.change(from: Self.time(from), until: Self.time(until)) { $1 += Int(round) }
            for moment in moments.indices where moment >= from && moment < until { moments[moment] += Int(round) }
            #expect(Self.values(function) == moments)
        }
        #expect(function.count <= 30 + 8)
    }

    @Test func `a change without end goes on for ever, and makes one step`() {
        var function = StepFunction(from: Self.time(0), 1)
        function.change(from: Self.time(5), until: .distantFuture) { $1 += 1 }
        #expect(function.count == 2)
        #expect(function.end(of: 0) == Self.time(5))
        #expect(function.end(of: 1) == .distantFuture)
    }

    @Test func `an edit is told the start of its step`() {
        var function = StepFunction(from: Self.time(0), 0)
        function.change(from: Self.time(4), until: Self.time(6)) { _, value in value = 1 }
        var starts: [Timestamp] = []
        function.change(from: Self.time(-3), until: Self.time(9)) { start, _ in starts.append(start) }
        #expect(starts == [Self.time(0), Self.time(4), Self.time(6)])
    }

    @Test func `the first step that matches lies in the interval`() {
        var function = StepFunction(from: Self.time(0), 0)
        function.change(from: Self.time(10), until: Self.time(20)) { $1 = 3 }
        func first(_ from: Int64, _ until: Int64) -> Int? {
            function.firstIndex(from: Self.time(from), until: Self.time(until)) { $0.value > 2 }
        }
        #expect(first(0, 11) == 1)
        #expect(first(0, 10) == nil)
        #expect(first(15, 16) == 1)
        #expect(first(20, 90) == nil)
    }

    @Test func `what is over is forgotten, and equal neighbours become one`() {
        var function = StepFunction(from: Self.time(0), 0)
        function.change(from: Self.time(3), until: Self.time(7)) { $1 += 1 }
        function.change(from: Self.time(3), until: Self.time(7)) { $1 -= 1 }
        function.join(at: Self.time(7), Self.time(3))
        #expect(function.count == 1)
        function.change(from: Self.time(3), until: Self.time(7)) { $1 += 1 }
        function.forget(before: Self.time(4))
        #expect(function.start == Self.time(3))
        #expect(function.count == 2)
    }
}
